"""A schedule as an office writes it: 每周一、四 9:00, 每月1日 上午9点, 工作日 8:30, mon 9:00; nothing is guessed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import time

from campaigner.domain.cron.line import parse_line
from campaigner.domain.cron.model import (
    EVERY_DAY,
    EVERY_MONTH,
    EVERY_WEEKDAY,
    EXAMPLES,
    EXAMPLES_ZH,
    WEEKDAY_WORDS,
    WEEKDAYS_ZH,
    Cron,
    CronError,
    plain,
)

_BETWEEN = re.compile(r"[\s,]+|和|及|与|的")
_ENGLISH = "|".join(sorted((word for word in WEEKDAY_WORDS if word.isascii()), key=len, reverse=True))
_WEEK = r"(?:每个?)?(?:周|星期|礼拜)"
_SIGN = f"[{WEEKDAYS_ZH}天]"
_WRITTEN = re.compile(r"[:\u4e00-\u9fff]")
_LATE = ("下午", "傍晚", "晚上", "晚")
_HOURS = {
    "": range(24), "凌晨": range(7), "早晨": range(4, 12), "早上": range(4, 12), "上午": range(12),
    "中午": range(11, 13), "下午": range(12, 19), "傍晚": range(16, 21), "晚上": range(17, 24), "晚": range(17, 24),
}  # fmt: skip
"""Hours that a part of the day may have; 晚上12点 may be two."""
_NOON, _FIRST_CERTAIN = 12, 7
"""Hours below the second, given in 点 and without 上午 or 下午, may be either."""


@dataclass(slots=True)
class _Found:
    """What the text has said so far."""

    times: list[time] = field(default_factory=list)
    weekdays: set[int] = field(default_factory=set)
    days: set[int] = field(default_factory=set)
    months: set[int] = field(default_factory=set)
    last: bool = False
    late: bool = False
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """Days and times as an office writes them.

    Args:
        cron: The times, and the days without regard to days of rest.
        working: Whether working days are meant, of which the calendar knows.
    """

    cron: Cron
    working: bool = False


def parse_text(text: str) -> Written:
    """A schedule in text: five fields of cron, or an office's words.

    Raises:
        CronError: It is not understood, with the place.
    """
    line = plain(text)
    fields = re.match(r"\s*[\d*][^\s:]*\s+[\d*][^\s:]*\s+\S", line)
    if _WRITTEN.search(line) and not fields:
        return parse_written(line)
    return Written(parse_line(line))


def parse_written(text: str) -> Written:
    """A schedule in an office's words.

    Args:
        text: As it is written; signs of a Chinese keyboard are taken.

    Raises:
        CronError: A word is not understood, days or a time are missing, or they may mean two things.
    """
    line = plain(text)
    found, at = _Found(), 0
    while at < len(line):
        between = _BETWEEN.match(line, at)
        if between:
            at = between.end()
            continue
        at = _word(found, line, at)
    if not found.times:
        raise CronError(
            f"the time of day is missing; write it like {EXAMPLES}",
            f"没有写几点；可以写成 {EXAMPLES_ZH}",
            len(line),
        )
    if not found.kind:
        raise CronError(
            'which days is missing; write it like "每天 9:00", "每周一 9:00", "每月1日 9:00", "工作日 9:00"',
            '没有写哪些天；可以写成 "每天 9:00"、"每周一 9:00"、"每月1日 9:00"、"工作日 9:00"', 0,
        )  # fmt: skip
    days = frozenset(found.days) if found.days or found.last else EVERY_DAY
    cron = Cron(
        tuple(sorted(set(found.times))), days, found.last, frozenset(found.months) or EVERY_MONTH,
        frozenset(found.weekdays) or EVERY_WEEKDAY,
    )  # fmt: skip
    if not cron.comes:
        raise CronError("there is no such day in any year", "没有这样的日子，请核对月和日", 0)
    return Written(cron, found.kind == "working")


def _word(found: _Found, line: str, at: int) -> int:
    """Takes one word of the text; returns where the next begins."""
    for pattern, take in _WORDS:
        match = pattern.match(line, at)
        if match and take(found, match):
            return match.end()
    rest = re.split(r"[\s,]", line[at:])[0]
    raise CronError(
        f"`{rest}` is not understood; write it like {EXAMPLES}", f"看不懂“{rest}”；可以写成 {EXAMPLES_ZH}", at
    )


def _kind(found: _Found, match: re.Match[str], kind: str) -> None:
    """All days of one text are of one kind: a day of the month and a weekday may mean either or both."""
    if found.kind not in ("", kind):
        raise CronError(
            "two kinds of days in one text may mean either of them or both at once; make two campaigns",
            "一处写了两种日子，是符合一个就发还是都要符合，看不出来；请分成两个计划",
            match.start(),
        )
    found.kind = kind


def _time(found: _Found, match: re.Match[str]) -> bool:
    part, hour, minute = match["part"] or "", int(match["hour"]), int(match["minute"] or match["more"] or 0)
    minute = 30 if match["half"] else minute
    if part in _LATE and 1 <= hour < _NOON:
        hour += _NOON
    elif not part and hour < _NOON and (found.late or (match["point"] and hour < _FIRST_CERTAIN)):
        raise CronError(
            f'before noon or after? write "{hour:02}:{minute:02}" or "{hour + 12:02}:{minute:02}"',
            f'是上午还是下午？请写 "{hour:02}:{minute:02}" 或 "{hour + 12:02}:{minute:02}"',
            match.start(),
        )
    if hour not in _HOURS[part] or minute > 59:  # noqa: PLR2004 - the clock
        raise CronError(
            f"there is no time `{match[0].strip()}`; write hour and minute from 00:00 to 23:59",
            f"没有“{match[0].strip()}”这个时间；请写 00:00 到 23:59 的时分",
            match.start(),
        )
    found.late = found.late or part in _LATE
    found.times.append(time(hour, minute))
    return True


def _daily(found: _Found, match: re.Match[str]) -> bool:
    _kind(found, match, "daily")
    return True


def _working(found: _Found, match: re.Match[str]) -> bool:
    _kind(found, match, "working")
    return True


def _weekdays(found: _Found, match: re.Match[str]) -> bool:
    _kind(found, match, "weekdays")
    found.weekdays |= {_weekday(sign) for sign in match["signs"]}
    return True


def _weekday_range(found: _Found, match: re.Match[str]) -> bool:
    _kind(found, match, "weekdays")
    first, last = _weekday(match["first"]), _weekday(match["last"])
    found.weekdays |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return True


def _more_weekdays(found: _Found, match: re.Match[str]) -> bool:
    return found.kind == "weekdays" and not found.times and _weekdays(found, match)


def _weekday(word: str) -> int:
    return WEEKDAY_WORDS.get(word, WEEKDAY_WORDS.get(f"周{word}", 0))


def _english(found: _Found, match: re.Match[str]) -> bool:
    _kind(found, match, "weekdays")
    found.weekdays.add(WEEKDAY_WORDS[match["day"]])
    return True


def _month_days(found: _Found, match: re.Match[str]) -> bool:
    _kind(found, match, "month")
    for place in re.finditer(r"\d+", match["days"]):
        found.days.add(_in_range(int(place[0]), 31, "day", match.start("days") + place.start()))
    return True


def _more_month_days(found: _Found, match: re.Match[str]) -> bool:
    return found.kind == "month" and not found.months and not found.times and _month_days(found, match)


def _last_day(found: _Found, match: re.Match[str]) -> bool:
    _kind(found, match, "month")
    found.last = True
    return True


def _more_last_day(found: _Found, match: re.Match[str]) -> bool:
    return found.kind == "month" and not found.times and _last_day(found, match)


def _year_day(found: _Found, match: re.Match[str]) -> bool:
    """One day of the year; of two, months and days would cross."""
    if found.kind == "year":
        raise CronError(
            "one day of the year only; make a campaign for each, or list `dates`",
            "每年的日子一处只能写一个；请分成几个计划，或用 dates 列出",
            match.start(),
        )
    _kind(found, match, "year")
    found.months.add(_in_range(int(match["month"]), 12, "month", match.start("month")))
    found.days.add(_in_range(int(match["day"]), 31, "day", match.start("day")))
    return True


def _in_range(number: int, most: int, what: str, at: int) -> int:
    if not 1 <= number <= most:
        raise CronError(f"there is no {what} {number}", f"没有{number}{'日' if what == 'day' else '月'}", at)
    return number


_Take = Callable[[_Found, re.Match[str]], bool]
_CLOCK = (
    r"(?P<part>上午|早上|早晨|凌晨|中午|下午|傍晚|晚上|晚)?\s*(?P<hour>\d{1,2})"
    r"(?:\s*:\s*(?P<minute>\d{2})(?::00)?(?!\d)|(?P<point>[点时])(?:(?P<half>半)|整|(?P<more>\d{1,2})分?)?)"
)
_WORDS: tuple[tuple[re.Pattern[str], _Take], ...] = tuple(
    (re.compile(pattern), take)
    for pattern, take in (
        (r"每天|每日|天天|every day\b|daily\b", _daily),
        (r"(?:每个?|逢)?工作日|every working day\b", _working),
        (rf"{_WEEK}(?P<first>{_SIGN})\s*-\s*(?:{_WEEK})?(?P<last>{_SIGN})", _weekday_range),
        (rf"{_WEEK}(?P<signs>{_SIGN}+)", _weekdays),
        (rf"(?P<signs>{_SIGN}+)(?!\s*点|\s*时)", _more_weekdays),
        (rf"(?:every )?(?P<first>{_ENGLISH})\s*-\s*(?P<last>{_ENGLISH})\b", _weekday_range),
        (rf"(?:every )?(?P<day>{_ENGLISH})s?\b", _english),
        (r"每个?月(?P<days>(?:\d{1,2}[日号]?\s*[,和及]\s*)*\d{1,2}[日号])", _month_days),
        (r"(?P<days>\d{1,2}[日号])", _more_month_days),
        (r"每个?月(?:的)?最后[一1][天日]", _last_day),
        (r"最后[一1][天日]", _more_last_day),
        (r"每年(?:的)?(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]", _year_day),
        (_CLOCK, _time),
    )
)
