"""Daily and monthly means computed again from the total and the period's length."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from campaigner.domain.findings.check import Check, Interval, Verdict, cut, interval, percent, shown
from campaigner.domain.findings.figures import Figure

_DAILY = ("日均", "平均每天", "平均每日", "每天平均", "每日平均")
_MONTHLY = ("月均", "平均每月", "每月平均")
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_NUMERALS = {name: number for number, name in enumerate("一二三四五六七八九十", 1)} | {"十一": 11, "十二": 12}
_MONTHS = re.compile(r"(\d{1,2})月?份?[-–—~～至到](\d{1,2})月")
_MONTH = re.compile(r"(\d{1,2}|[一二三四五六七八九十]{1,2})月份?$")
_DAYS = re.compile(r"(\d{1,2})月(\d{1,2})日[-–—~～至到](?:(\d{1,2})月)?(\d{1,2})日")
_QUARTER = re.compile(r"(?<!前)第?([一二三四1-4])季度")
_COMMON_YEAR, _LEAP_YEAR = 2023, 2024
_REACH = 6
_DECEMBER = 12
_MOST_PERIODS = 1_000


@dataclass(frozen=True, slots=True)
class Length:
    """How long a period is.

    Args:
        days: By the calendar; two values where the year decides and is unknown.
        nominal: In months of 30 days, as offices often reckon; 0 where that makes no sense.
        months: Whole months; 0 where it is not made of such.
    """

    days: tuple[int, ...]
    nominal: int = 0
    months: int = 0


def length(period: str, year: int) -> Length | None:
    """How long a period as written in a report is, None where the text does not say.

    Args:
        period: 上半年, 1-6月, 第三季度, 6月3日至6月9日, 本周 ...
        year: Its year, 0 unknown.
    """
    if match := _DAYS.search(period):
        return _days_between(match, year or _COMMON_YEAR)
    if period in ("本周", "上周"):
        return Length((7,))
    months = _months(period)
    if months is None:
        return None
    first, last = months
    years = (year,) if year else (_COMMON_YEAR, _LEAP_YEAR)
    days = {_month_days(first, last, each) for each in years}
    count = last - first + 1
    return Length(tuple(sorted(days)), 30 * count, count)


def _months(period: str) -> tuple[int, int] | None:
    """First and last month of a period, None where it is not made of months."""
    named = {"上半年": (1, 6), "下半年": (7, 12), "前三季度": (1, 9), "全年": (1, 12)}
    for name, months in named.items():
        if period.endswith(name):
            return months
    if match := _QUARTER.search(period):
        quarter = _QUARTERS[match[1]]
        return 3 * quarter - 2, 3 * quarter
    if match := _MONTHS.search(period):
        first, last = int(match[1]), int(match[2])
    elif match := _MONTH.search(period):
        first = last = int(match[1]) if match[1].isdecimal() else _NUMERALS.get(match[1], 0)
    elif re.fullmatch(r"\d{4}年|去年", period):
        return 1, 12
    else:
        return None
    return (first, last) if 1 <= first <= last <= _DECEMBER else None


def _month_days(first: int, last: int, year: int) -> int:
    end = date(year + last // 12, last % 12 + 1, 1)
    return (end - date(year, first, 1)).days


def _days_between(match: re.Match[str], year: int) -> Length | None:
    try:
        first = date(year, int(match[1]), int(match[2]))
        last = date(year, int(match[3] or match[1]), int(match[4]))
    except ValueError:
        return None
    days = (last - first).days + 1
    return Length((days,)) if days > 0 else None


def means(found: Sequence[Figure], year: int = 0) -> Iterator[Check]:
    """A check for each daily or monthly mean.

    Args:
        found: The figures of one report in order.
        year: The year that 今年 is, 0 unknown.
    """
    years = _Years(found)
    for index, mean in enumerate(found):
        daily = mean.rate in _DAILY
        if not daily and mean.rate not in _MONTHLY:
            continue
        total = _total(found[max(0, index - _REACH) : index], mean)
        if total is None:
            yield _open(mean, "no-total", "no total stands beside it", "旁边没有对应的总数")
            continue
        period = total.period or mean.period
        span = length(period, total.year or year or years.of(period))
        divisors = span and (span.days if daily else (span.months,) if span.months else ())
        if not span or not divisors:
            yield _open(mean, "no-period", "the period's length is not known", "统计时段的长短不明", total)
            continue
        yield _mean(mean, total, divisors, span.nominal if daily else 0)


def _total(before: Sequence[Figure], mean: Figure) -> Figure | None:
    for figure in reversed(before):
        if figure.sentence == mean.sentence and figure.unit == mean.unit and not figure.rate:
            return figure
    return None


class _Years:
    """The years that a report gives its periods."""

    def __init__(self, found: Sequence[Figure]) -> None:
        self._named = list(dict.fromkeys((figure.period, figure.year) for figure in found if figure.year))
        self._known: dict[str, int] = {}

    def of(self, period: str) -> int:
        """The year that the report itself gives the same period elsewhere, 0 where it gives none or several."""
        if period not in self._known:
            plain_period = period.removeprefix("今年").removeprefix("本年")
            years = {year for named, year in self._named[:_MOST_PERIODS] if named.endswith(plain_period)}
            self._known[period] = years.pop() if len(years) == 1 else 0
        return self._known[period]


def _open(mean: Figure, cause: str, reason: str, reason_zh: str, *others: Figure) -> Check:
    return Check(
        "daily-mean" if mean.rate in _DAILY else "monthly-mean",
        Verdict.CANNOT_CHECK,
        (mean, *others),
        mean.surface,
        "",
        (),
        cause,
        f"the mean {mean.surface} cannot be checked: {reason}",
        f"{mean.rate}{mean.surface}无法核算：{reason_zh}",
    )


def _mean(mean: Figure, total: Figure, divisors: tuple[int, ...], nominal: int) -> Check:
    daily = mean.rate in _DAILY
    word, word_zh = ("days", "天") if daily else ("months", "个月")
    stated = interval(mean)
    readings = [
        _reading(mean, total, number, word_zh) for number in (*divisors, *([nominal] if nominal else []))
    ]
    computed = shown(total.value / divisors[0], mean)
    verdict, cause = Verdict.DIFFERS, "unknown"
    by = [interval(total).over(Decimal(number)) for number in divisors]
    if any(stated.meets(each) for each in by):
        verdict, cause = Verdict.AGREES, ""
    elif not mean.qualifier and any(_inside(cut(mean), each) for each in by):
        verdict, cause = Verdict.AGREES, "truncated-mean"
    causes = [] if verdict is Verdict.AGREES else list(_causes(mean, total, divisors, nominal))
    readings += [reading for _, reading in causes]
    cause = "+".join(name for name, _ in causes) or cause
    gap = abs(mean.value - total.value / divisors[0]) * 100 / (total.value / divisors[0] or Decimal(1))
    listed = "; ".join(readings)
    said = "agrees with" if verdict is Verdict.AGREES else f"differs by {percent(gap)} from"
    said_zh = "相符" if verdict is Verdict.AGREES else f"不符，相差{percent(gap)}"
    return Check(
        "daily-mean" if daily else "monthly-mean",
        verdict,
        (mean, total),
        mean.surface,
        computed,
        tuple(readings),
        cause,
        f"the mean {mean.surface} {said} {total.surface} over {divisors[0]} {word}: {listed}",
        f"{mean.rate}{mean.surface}与总数{total.surface}{said_zh}：{'；'.join(readings)}",
    )


def _reading(mean: Figure, total: Figure, number: int, word: str) -> str:
    return f"{total.surface}÷{number}{word}={shown(total.value / number, mean)}"


def _causes(
    mean: Figure, total: Figure, divisors: tuple[int, ...], nominal: int
) -> Iterator[tuple[str, str]]:
    """What would make the two agree: months of 30 days, or a total whose last places were cut off."""
    stated = interval(mean)
    if nominal and stated.meets(interval(total).over(Decimal(nominal))):
        yield "nominal-days", f"可能按{nominal}天计算"
    if nominal and not mean.qualifier and _inside(cut(mean), interval(total).over(Decimal(nominal))):
        yield "nominal-days", f"可能按{nominal}天计算后舍去尾数"
    least = stated.low * divisors[0]
    if not total.qualifier and cut(total).low <= least < cut(total).high:
        exact = shown(least, _finer(total))
        yield "truncated-total", f"或总数是截去尾数的，实际不低于{exact}"


def _finer(figure: Figure) -> Figure:
    return replace(figure, quantum=figure.quantum / 100)


def _inside(outer: Interval, inner: Interval) -> bool:
    return outer.low <= inner.low and inner.high < outer.high
