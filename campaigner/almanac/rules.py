"""On which days a rule or an occasion fires, each with its place among all of them."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from campaigner.almanac.book import Almanac, Span
from campaigner.almanac.turns import EPOCH, Days, numbered
from campaigner.domain.calendar import DAY, ScheduleError, WorkingDays, reach
from campaigner.domain.dayrule import Every, FromAnchor, InPeriod, Kind, Period, Rule, Weekly

WEEK = timedelta(days=7)
_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}
_FIRST_MONDAY = date(2026, 1, 5)


def rule_days(rule: Rule, almanac: Almanac, lo: date, hi: date) -> Days:
    """The days of a rule from `lo` to `hi`, both included, in order, each with its place (see `turns`).

    Raises:
        ScheduleError: A working day, term or occasion that it needs is not known; raised after the known days.
    """
    if isinstance(rule, Every):
        return _every(rule, almanac, lo, hi)
    if isinstance(rule, InPeriod):
        return _in_periods(rule, almanac, lo, hi)
    return _from_anchors(rule, almanac, lo, hi)


def occasion_days(name: str, during: Every | Weekly | None, almanac: Almanac, lo: date, hi: date) -> Days:
    """The days of an occasion on which it fires, each with its place over all occasions.

    Raises:
        ScheduleError: As for `rule_days`.
    """
    for span in almanac.spans(name, lo, hi):
        first = _before(span, during, name, almanac)
        days = _within(span, during, almanac, min(span.last, hi))
        yield from ((day, place) for place, day in enumerate(days, first) if lo <= day <= hi)


def _within(span: Span, during: Every | Weekly | None, almanac: Almanac, last: date) -> Iterator[date]:
    if during is None:
        return iter([span.first])
    if isinstance(during, Weekly):
        return _steps(span.first, WEEK, span.last)
    return _of_kind(during.kind, almanac, span.first, last)


def _before(span: Span, during: Every | Weekly | None, name: str, almanac: Almanac) -> int:
    """How many days the occasions before it have since `EPOCH`; where it begins earlier, those up to it, negative."""
    earlier = span.first < EPOCH
    lo, hi = (span.first, EPOCH - DAY) if earlier else (EPOCH, span.first - DAY)
    count = sum(
        1 for other in almanac.beginning(name, lo, hi) for _day in _within(other, during, almanac, other.last)
    )
    return -count if earlier else count


def _every(rule: Every, almanac: Almanac, lo: date, hi: date) -> Days:
    return numbered(partial(_of_kind, rule.kind, almanac), lo, hi)


def _of_kind(kind: Kind, almanac: Almanac, first: date, last: date) -> Iterator[date]:
    if kind.weekday is not None:
        yield from _steps(first + (kind.weekday - first.weekday()) % 7 * DAY, WEEK, last)
        return
    for day in _steps(first, DAY, last):
        if kind is Kind.DAY or almanac.days.working(day):
            yield day


def _steps(first: date, step: timedelta, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += step


def _in_periods(rule: InPeriod, almanac: Almanac, lo: date, hi: date) -> Days:
    for first, last, place in _periods(rule.period, lo, hi):
        if rule.months and first.month not in rule.months:
            continue
        if not _near(rule, first, last, lo, hi):
            continue
        day = _nth(rule, almanac, first, last)
        if day is not None and lo <= day <= hi:
            yield day, _place_in_months(rule, first) if rule.months else place


def _place_in_months(rule: InPeriod, first: date) -> int:
    return (first.year - EPOCH.year) * len(rule.months) + sorted(rule.months).index(first.month)


def _periods(period: Period, lo: date, hi: date) -> Iterator[tuple[date, date, int]]:
    """First and last day of each period that has a day between `lo` and `hi`, and its place since `EPOCH`."""
    if period is Period.WEEK:
        for monday in _steps(lo - lo.weekday() * DAY, WEEK, hi):
            yield monday, monday + 6 * DAY, (monday - _FIRST_MONDAY) // WEEK
        return
    length = _MONTHS[period]
    first = date(lo.year, (lo.month - 1) // length * length + 1, 1)
    while first <= hi:
        following = first.month - 1 + length
        after = date(first.year + following // 12, following % 12 + 1, 1)
        yield first, after - DAY, (first.month - 1 + 12 * (first.year - EPOCH.year)) // length
        first = after


def _near(rule: InPeriod, first: date, last: date, lo: date, hi: date) -> bool:
    """Whether the nth working day can lie in the time asked for: what lies beyond need not be known."""
    if rule.kind is not Kind.WORKING:
        return True
    far = reach(rule.nth) * DAY
    return last >= lo and last - far <= hi if rule.nth < 0 else first <= hi and first + far >= lo


def _nth(rule: InPeriod, almanac: Almanac, first: date, last: date) -> date | None:
    working = rule.kind is Kind.WORKING
    if working and rule.period is Period.WEEK and not _any(almanac.days, first, last):
        return None
    day = _count(rule.kind, last + DAY if rule.nth < 0 else first - DAY, rule.nth, almanac)
    if working and not first <= day <= last:
        raise ScheduleError(
            f"there are fewer than {abs(rule.nth)} working days from {first} to {last}",
            f"{first} 至 {last} 不足{abs(rule.nth)}个工作日",
            "calendar-no-work",
        )
    return day


def _any(days: WorkingDays, first: date, last: date) -> bool:
    """Whether anybody works in a week; one of a long holiday has no first working day."""
    return any(days.working(day) for day in _steps(first, DAY, last))


def _from_anchors(rule: FromAnchor, almanac: Almanac, lo: date, hi: date) -> Days:
    far = _far(rule) * DAY
    earliest = lo - far if rule.nth > 0 else lo
    latest = hi + far if rule.nth < 0 else hi
    for anchor, place in almanac.anchors(rule, earliest, latest):
        day = _count(rule.kind, anchor, rule.nth, almanac)
        if lo <= day <= hi:
            yield day, place
    if almanac.by_term(rule):
        following = almanac.next_anchor(rule)
        if following is None or _earliest(rule, following, almanac) <= hi:
            raise almanac.no_term(hi)


def _earliest(rule: FromAnchor, anchor: date, almanac: Almanac) -> date:
    """The first day on which a rule can fire that counts from this day or a later one."""
    if rule.kind is not Kind.WORKING or (rule.nth < 0 and almanac.days.known(anchor - DAY)):
        return _count(rule.kind, anchor, rule.nth, almanac)
    return anchor - (_far(rule) if rule.nth < 0 else -rule.nth) * DAY


def _far(rule: FromAnchor) -> int:
    """Days between an anchor and the rule's day, at most."""
    if rule.kind is Kind.WORKING:
        return reach(rule.nth)
    return abs(rule.nth) * (1 if rule.kind is Kind.DAY else 7)


def _count(kind: Kind, day: date, nth: int, almanac: Almanac) -> date:
    """The nth day of a kind after `day`, before it if negative."""
    if kind is Kind.WORKING:
        return almanac.days.shift(day, nth)
    if kind.weekday is None:
        return day + nth * DAY
    if nth > 0:
        return day + ((kind.weekday - day.weekday() - 1) % 7 + 1 + 7 * (nth - 1)) * DAY
    return day - ((day.weekday() - kind.weekday - 1) % 7 + 1 + 7 * (-nth - 1)) * DAY
