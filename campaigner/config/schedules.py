"""The schedule of a campaign: when it fires."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaigner import sanity
from campaigner.domain.calendar import Calendar, Rest
from campaigner.domain.campaign import Schedule
from campaigner.domain.dayrule import Every, FromAnchor, Rule, RuleError, Weekly, parse_during, parse_rule
from campaigner.settings import Table

FORMS = ("cron", "every", "dates", "rule", "occasion")
"""Keys of a schedule of which exactly one says when it fires."""
_EVERY = re.compile(r"(\d+) *(minute|hour|day|week)s?")
_AT = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def read_schedule(table: Table, zone: ZoneInfo, calendar: Calendar) -> Schedule:
    """When a campaign fires; moments without a zone are read in `zone`."""
    cron = table.text("cron")
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
    start = _moment(table.take("start", datetime), zone)
    if every is not None and start is None and "cron" not in table:
        table.fault("config-missing", "`every` counts from `start`", "使用 every 时必须写 start")
    end = _moment(table.take("end", datetime), zone)
    sanity.period(table, start, end)
    at, during = _at(table), _during(table)
    rest = Rest(table.choice("on_rest_day", list(Rest), Rest.KEEP) or Rest.KEEP)
    _has_terms(table, rule, occasion, calendar)
    table.finish()
    return Schedule(cron, every, dates, start, end, rule, occasion, during, at, rest)


def _dates(table: Table, zone: ZoneInfo) -> tuple[datetime, ...]:
    values = table.take("dates", list, [])
    dates = tuple(moment for moment in (_moment(value, zone) for value in values) if moment)
    if len(dates) != len(values):
        table.fault("config-type", "wants dates and times", "应为日期时间列表", "dates")
    return dates


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
            '应写成 "14 days"、"2 weeks" 这样', "every",
        )  # fmt: skip
        return None
    try:
        return timedelta(**{f"{match[2]}s": int(match[1])})
    except OverflowError:
        table.fault("config-range", "is too long", "间隔过长", "every")
        return None


def _moment(value: object, zone: ZoneInfo) -> datetime | None:
    """A local date and time, read in the office's zone."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    return None
