"""A schedule in words, English and Chinese, as it was understood: what a person compares with what was meant."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta

from campaigner.domain.calendar import Edge, Local, Occasion, Rest
from campaigner.domain.campaign import Schedule
from campaigner.domain.cron.model import (
    EVERY_DAY,
    EVERY_MONTH,
    EVERY_WEEKDAY,
    WEEKDAYS,
    WEEKDAYS_ZH,
    Cron,
)
from campaigner.domain.cron.text import parse_text
from campaigner.domain.dayrule import MONTHS, Every, FromAnchor, InPeriod, Kind, Period, Rule, Weekly

Words = tuple[str, str]
"""The same in English and Chinese."""
_SHOWN = 6
"""Times or moments that are listed one by one."""
_PERIODS_ZH = {Period.WEEK: "每周", Period.MONTH: "每月", Period.QUARTER: "每季度", Period.YEAR: "每年"}
_ORDINALS = ("first", "second", "third", "fourth")
_REST: Mapping[Rest, Words] = {
    Rest.KEEP: ("", ""),
    Rest.NEXT: (", on a day of rest the next working day", "，遇休息日顺延到下一个工作日"),
    Rest.PREVIOUS: (", on a day of rest the working day before", "，遇休息日提前到上一个工作日"),
    Rest.SKIP: (", not on days of rest", "，遇休息日不发"),
}
_UNITS = (
    (timedelta(weeks=1), "week", "周"), (timedelta(days=1), "day", "天"), (timedelta(hours=1), "hour", "小时"),
    (timedelta(minutes=1), "minute", "分钟"),
)  # fmt: skip


def schedule_words(schedule: Schedule, occasions: Mapping[str, Occasion], local: Local) -> Words:
    """When a schedule fires, in English and Chinese.

    Args:
        schedule: Which.
        occasions: Those of the office, for their titles.
        local: Gives a moment on the office's clock.
    """
    english, chinese = _form(schedule, occasions, local)
    rest, rest_zh = _REST[schedule.on_rest_day] if schedule.moves else ("", "")
    if schedule.start is not None and schedule.every is None:
        start = f"{local(schedule.start):%Y-%m-%d %H:%M}"
        rest, rest_zh = f"{rest}, from {start}", f"{rest_zh}，{start}起"
    if schedule.end is not None:
        end = f"{local(schedule.end):%Y-%m-%d %H:%M}"
        rest, rest_zh = f"{rest}, until {end}", f"{rest_zh}，至{end}"
    return english + rest, chinese + rest_zh


def _form(schedule: Schedule, occasions: Mapping[str, Occasion], local: Local) -> Words:
    if schedule.cron:
        return cron_words(parse_text(schedule.cron).cron)
    if schedule.every is not None and schedule.start is not None:
        return _interval(schedule.every, local(schedule.start))
    if schedule.rule is not None:
        english, chinese = _rule(schedule.rule, occasions)
    elif schedule.occasion:
        english, chinese = _during(schedule.during, schedule.occasion, occasions)
    elif schedule.dates:
        return _dates([local(moment) for moment in sorted(schedule.dates)])
    else:
        return "not understood", "未能读懂"
    return f"{english} at {_clock(schedule.at)}", f"{chinese} {_clock(schedule.at)}"


def cron_words(cron: Cron) -> Words:
    """Days and times in English and Chinese; days that some months lack are named."""
    days, days_zh = _days(cron)
    times, times_zh = _times(cron.times)
    lacking = sorted(cron.days & {29, 30, 31}) if cron.days != EVERY_DAY else []
    short = cron.months & {2, 4, 6, 9, 11} if 31 in lacking else cron.months & {2}  # noqa: PLR2004
    note, note_zh = (
        (
            f" (months without a day {_listed(map(str, lacking))} are left out)",
            f"（没有{_joined(map(str, lacking))}日的月份不发）",
        )
        if lacking and short
        else ("", "")
    )
    return f"{days} at {times}{note}", f"{days_zh} {times_zh}{note_zh}"


def _days(cron: Cron) -> Words:
    months, months_zh = "", ""
    if cron.months != EVERY_MONTH:
        months = f" in {_listed(MONTHS[number - 1].capitalize() for number in sorted(cron.months))}"
        months_zh = f"每年{_joined(map(str, sorted(cron.months)))}月"
    if cron.weekdays != EVERY_WEEKDAY:
        days, days_zh = _weekdays(cron.weekdays)
        return f"every {days}{months}", f"{months_zh}的每周{days_zh}" if months else f"每周{days_zh}"
    if cron.days == EVERY_DAY:
        return f"every day{months}", f"{months_zh}的每天" if months else "每天"
    parts = [f"day {_listed(map(str, sorted(cron.days)))}"] if cron.days else []
    parts_zh = [f"{_joined(map(str, sorted(cron.days)))}日"] if cron.days else []
    if cron.last:
        parts.append("the last day")
        parts_zh.append("最后一天")
    of = months.replace(" in ", " of ", 1) or " of each month"
    return f"on {_listed(parts)}{of}", f"{months_zh or '每月'}{_joined(parts_zh)}"


def _weekdays(numbers: frozenset[int]) -> Words:
    ordered = sorted(numbers, key=lambda number: (number - 1) % 7)
    names = [WEEKDAYS[number].capitalize() for number in ordered]
    places = [(number - 1) % 7 for number in ordered]
    if len(places) > 2 and places == list(range(places[0], places[0] + len(places))):  # noqa: PLR2004 - a range
        first, last = (f"{WEEKDAYS_ZH[number]}" for number in (ordered[0], ordered[-1]))
        return f"{names[0]} to {names[-1]}", f"{first}至周{last}"
    return _listed(names), "、".join(WEEKDAYS_ZH[number] for number in ordered)


def _times(times: Sequence[time]) -> Words:
    if len(times) <= _SHOWN:
        return _listed(map(_clock, times)), _joined(map(_clock, times))
    first, last = _clock(times[0]), _clock(times[-1])
    return f"{len(times)} times of day, {first} to {last}", f"一天{len(times)}次（{first}至{last}）"


def _interval(every: timedelta, start: datetime) -> Words:
    size, unit, unit_zh = next((one for one in _UNITS if every % one[0] == timedelta(0)), _UNITS[-1])
    count = every // size
    many = f"every {count} {unit}s" if count > 1 else f"every {unit}"
    return f"{many} from {start:%Y-%m-%d %H:%M}", f"{start:%Y-%m-%d %H:%M}起每{count}{unit_zh}一次"


def _dates(moments: Sequence[datetime]) -> Words:
    shown = [f"{moment:%Y-%m-%d} {_clock(moment.time())}" for moment in moments[:_SHOWN]]
    more = len(moments) - len(shown)
    rest, rest_zh = (f" and {more} more", f"等{len(moments)}个时间") if more else ("", "")
    return f"on {_listed(shown) if not more else ', '.join(shown)}{rest}", f"{_joined(shown)}{rest_zh}"


def _rule(rule: Rule, occasions: Mapping[str, Occasion]) -> Words:
    if isinstance(rule, Every):
        return f"every {_named(rule.kind)}", _every_zh(rule.kind)
    if isinstance(rule, InPeriod):
        return _in_period(rule)
    return _anchored(rule, occasions)


def _in_period(rule: InPeriod) -> Words:
    nth, nth_zh = ("last", "最后一个") if rule.nth < 0 else (_ordinal(rule.nth), f"第{rule.nth}个")
    day_zh = _kind_zh(rule.kind)
    if rule.kind is Kind.DAY:
        nth_zh, day_zh = ("最后一", "天") if rule.nth < 0 else (f"第{rule.nth}", "天")
    months = [MONTHS[number - 1].capitalize() for number in sorted(rule.months)]
    period = _listed(months) if months else f"each {rule.period}"
    period_zh = f"每年{_joined(map(str, sorted(rule.months)))}月" if months else _PERIODS_ZH[rule.period]
    return f"on the {nth} {_named(rule.kind)} of {period}", f"{period_zh}{nth_zh}{day_zh}"


def _anchored(rule: FromAnchor, occasions: Mapping[str, Occasion]) -> Words:
    title = _title(rule.occasion, occasions) if rule.occasion else ""
    name = rule.occasion or "term"
    starts, starts_zh = {
        Edge.STARTS: (f"the start of {name}", f"{title}第一天" if title else "开学"),
        Edge.ENDS: (f"the end of {name}", f"{title}最后一天" if title else "学期结束"),
        None: (name, title),
    }[rule.edge]
    if rule.nth == 0:
        return f"on {starts}", f"{starts_zh}当天"
    count, side, side_zh = abs(rule.nth), *(("before", "之前") if rule.nth < 0 else ("after", "之后"))
    if rule.kind is Kind.DAY:
        return f"{count} day{'s' if count > 1 else ''} {side} {starts}", f"{starts_zh}{side_zh}{count}天"
    kind = _named(rule.kind)
    if rule.kind is Kind.WORKING and count > 1:
        return f"{count} working days {side} {starts}", f"{starts_zh}{side_zh}第{count}个工作日"
    which, which_zh = ("last", "最后一个") if rule.nth < 0 else ("first", "第一个")
    return f"on the {which} {kind} {side} {starts}", f"{starts_zh}{side_zh}{which_zh}{_kind_zh(rule.kind)}"


def _during(during: Every | Weekly | None, name: str, occasions: Mapping[str, Occasion]) -> Words:
    title = _title(name, occasions)
    if during is None:
        return f"on the first day of {name}", f"{title}第一天"
    if isinstance(during, Weekly):
        return f"weekly from the first day of {name}", f"{title}第一天起每7天一次"
    return f"every {_named(during.kind)} of {name}", f"{title}期间{_every_zh(during.kind)}"


def _title(name: str, occasions: Mapping[str, Occasion]) -> str:
    """In quotes, since some titles end in words of time, as 春节前 does."""
    return f"“{occasions[name].title if name in occasions else name}”"


def _every_zh(kind: Kind) -> str:
    if kind is Kind.DAY:
        return "每天"
    return "每个工作日" if kind is Kind.WORKING else f"每{_kind_zh(kind)}"


def _kind_zh(kind: Kind) -> str:
    if kind.weekday is None:
        return "工作日" if kind is Kind.WORKING else "天"
    return f"周{WEEKDAYS_ZH[(kind.weekday + 1) % 7]}"


def _named(kind: Kind) -> str:
    return kind.value if kind.weekday is None else kind.value.capitalize()


def _ordinal(nth: int) -> str:
    if nth <= len(_ORDINALS):
        return _ORDINALS[nth - 1]
    tens = nth // 10 % 10 == 1
    return f"{nth}{'th' if tens else {1: 'st', 2: 'nd', 3: 'rd'}.get(nth % 10, 'th')}"


def _clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"


def _listed(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _joined(words: Iterable[str]) -> str:
    return "、".join(words)
