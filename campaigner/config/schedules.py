"""The schedule of a campaign: when it fires."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaigner import sanity
from campaigner.domain.calendar import Calendar, Rest
from campaigner.domain.campaign import Schedule
from campaigner.domain.cron.model import CronError
from campaigner.domain.cron.text import Written, parse_text
from campaigner.domain.dayrule import (
    Every,
    FromAnchor,
    Kind,
    Rule,
    RuleError,
    Weekly,
    parse_during,
    parse_rule,
)
from campaigner.toml.table import Table

FORMS = ("cron", "every", "dates", "rule", "occasion")
"""Keys of a schedule of which exactly one says when it fires."""
_EVERY = re.compile(r"(\d+) *(?:(minute|hour|day|week)s?|(分钟|小时|天|周))")
_UNITS_ZH = {"分钟": "minute", "小时": "hour", "天": "day", "周": "week"}
_AT = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")
_LAST_MOMENT = time(23, 59, 59, 999999)


def read_schedule(table: Table, zone: ZoneInfo, calendar: Calendar) -> Schedule:
    """When a campaign fires; moments without a zone are read in `zone`."""
    cron, written = table.text("cron"), _written(table)
    every = _every(table)
    dates = _dates(table, zone)
    rule = _rule(table, calendar)
    occasion = table.choice("occasion", calendar.occasions)
    if sum(key in table for key in FORMS) != 1:
        table.fault(
            "config-schedule",
            "give exactly one of `cron`, `every`, `dates`, `rule` and `occasion`",
            "须在 cron、every、dates、rule、occasion 中选且只选一个",
        )
    start, end = _start(table, zone, every), _end(table, zone)
    sanity.period(table, start, end)
    at, during = _at(table), _during(table)
    if written is None:
        cron = ""
    elif written.working:
        cron, rule, at = "", Every(Kind.WORKING), written.cron.times[0]
    rest = Rest(table.choice("on_rest_day", list(Rest), Rest.KEEP) or Rest.KEEP)
    _has_terms(table, rule, occasion, calendar)
    table.finish()
    return Schedule(cron, every, dates, start, end, rule, occasion, during, at, rest)


def _written(table: Table) -> Written | None:
    """What the text of `cron` says; None if it is not there or has a fault."""
    text = table.text("cron")
    if "cron" not in table:
        return None
    try:
        written = parse_text(text)
    except CronError as error:
        table.fault(error.code, str(error), error.message_zh, "cron", at=error.at)
        return None
    if written.working and len(written.cron.times) > 1:
        table.fault(
            "config-cron", "working days take one time of day; make a campaign for each",
            "工作日只能写一个时间；请分成几个计划", "cron",
        )  # fmt: skip
        return None
    return written


def _dates(table: Table, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Single moments; what has no time of day, or stands there twice, is a fault at its place."""
    values = table.take("dates", list, [])
    if "dates" in table and not values:
        table.fault(
            "config-empty",
            "name at least one date and time",
            "至少写一个日期时间，如 [2026-12-11T08:00:00]",
            "dates",
        )
    found: dict[datetime, int] = {}
    for entry, value in enumerate(values):
        moment = _moment(value, zone)
        if moment is None:
            message, message_zh = _no_moment(value)
            table.fault("config-type", message, message_zh, "dates", entry=entry)
        elif moment in found:
            table.fault(
                "config-twice", f"{value:%Y-%m-%d %H:%M} stands here twice; delete one or correct it",
                f"{value:%Y-%m-%d %H:%M} 写了两遍，请删去一个或改正", "dates", entry=entry,
            )  # fmt: skip
        else:
            found[moment] = entry
    return tuple(found)


def _no_moment(value: object) -> tuple[str, str]:
    """What to write instead of something that is no date and time."""
    day = value if type(value) is date else None
    try:
        day = day or date.fromisoformat(str(value).strip()[:10].replace("/", "-"))
    except ValueError:
        example = "2026-12-11T08:00:00"
    else:
        clock = re.search(r"\b([01]?\d|2[0-3])[:：]([0-5]\d)", str(value)[10:])
        example = f"{day}T{int(clock[1]):02}:{clock[2]}:00" if clock else f"{day}T09:00:00"
    without = ", without quotes" if isinstance(value, str) else ""
    without_zh = "，不加引号" if isinstance(value, str) else ""
    return (
        f"wants dates and times; write {example}{without}",
        f"应为日期时间列表；这里请写 {example}{without_zh}",
    )


def _start(table: Table, zone: ZoneInfo, every: timedelta | None) -> datetime | None:
    """The first moment; an interval counts from it, so that its time of day must be written."""
    value = table.take("start", date)
    if every is not None and "cron" not in table:
        if value is None:
            table.fault("config-missing", "`every` counts from `start`", "使用 every 时必须写 start")
        elif type(value) is date:
            table.fault(
                "config-type", f"`every` counts from `start`, which needs a time of day: {value}T09:00:00",
                f"使用 every 时 start 要写明几点，如 {value}T09:00:00", "start",
            )  # fmt: skip
    return _moment(datetime.combine(value, time()) if type(value) is date else value, zone)


def _end(table: Table, zone: ZoneInfo) -> datetime | None:
    """The last moment; a day without time is meant to its end."""
    value = table.take("end", date)
    return _moment(datetime.combine(value, _LAST_MOMENT) if type(value) is date else value, zone)


def _rule(table: Table, calendar: Calendar) -> Rule | None:
    text = table.text("rule")
    if "rule" not in table:
        return None
    try:
        return parse_rule(text, calendar.occasions)
    except RuleError as error:
        table.fault("config-rule", str(error), error.message_zh, "rule")
        return None


def _during(table: Table) -> Every | Weekly | None:
    text = table.text("during", "start")
    if "during" in table and "occasion" not in table:
        table.fault(
            "config-schedule", "`during` belongs to `occasion`", "during 只能与 occasion 一起用", "during"
        )
    try:
        return parse_during(text)
    except RuleError as error:
        table.fault("config-rule", str(error), error.message_zh, "during")
        return None


def _at(table: Table) -> time:
    """The time of day, which rules and occasions need and the other forms have themselves."""
    text = table.text("at")
    needed = "rule" in table or "occasion" in table
    if needed and "at" not in table:
        table.fault(
            "config-missing", 'a rule or an occasion needs `at`, such as "09:00"',
            '使用 rule 或 occasion 时须写 at，如 "09:00"',
        )  # fmt: skip
    elif "at" in table and not needed:
        table.fault(
            "config-schedule",
            "`at` belongs to `rule` or `occasion`",
            "at 只能与 rule 或 occasion 一起用",
            "at",
        )
    match = _AT.fullmatch(text)
    if "at" in table and not match:
        table.fault("config-at", 'wants hour and minute, such as "09:00"', '应写成 "09:00" 这样的时分', "at")
    return time(int(match[1]), int(match[2])) if match else Schedule().at


def _has_terms(table: Table, rule: Rule | None, occasion: str, calendar: Calendar) -> None:
    """A schedule that counts from terms has some."""
    name = occasion or (rule.occasion if isinstance(rule, FromAnchor) else "")
    by_term = calendar.occasions[name].by_term if name else isinstance(rule, FromAnchor)
    if by_term and not calendar.terms:
        table.fault(
            "config-terms", "counts from a term, and there is none; add [terms.NAME] with `first` and `last`",
            "要按学期计算，但还没有学期；请添加 [terms.名称]，写明 first 和 last", "rule" if rule else "occasion",
        )  # fmt: skip


def _every(table: Table) -> timedelta | None:
    text = table.text("every")
    if not text:
        return None
    match = _EVERY.fullmatch(text.strip())
    if not match or not int(match[1]):
        table.fault(
            "config-every", 'wants something like "14 days" or "2 weeks"',
            '应写成 "14 days"、"2 weeks" 或 "14天"、"2周" 这样', "every",
        )  # fmt: skip
        return None
    try:
        return timedelta(**{f"{match[2] or _UNITS_ZH[match[3]]}s": int(match[1])})
    except OverflowError:
        table.fault("config-range", "is too long", "间隔过长", "every")
        return None


def _moment(value: object, zone: ZoneInfo) -> datetime | None:
    """A local date and time, read in the office's zone."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    return None
