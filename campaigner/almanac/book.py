"""The almanac: working days, terms and occasions of one office, ready to be looked up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from campaigner.almanac.shipped import lunar_day, shipped_days
from campaigner.almanac.turns import EPOCH
from campaigner.domain.calendar import (
    DAY,
    Calendar,
    Edge,
    Occasion,
    Point,
    ScheduleError,
    Term,
    WorkingDays,
    together,
)
from campaigner.domain.dayrule import FromAnchor

_SECOND_TERM = 7
"""The month from which a day belongs to the second half of a year's terms."""
_YEARS = 2
"""Years around a period in which an occasion may begin that reaches into it: a lunar year ends in the next."""


@dataclass(frozen=True, slots=True)
class Span:
    """An occasion as it falls: first and last day, both included, and the day itself, if it has one."""

    first: date
    last: date
    day: date | None


@dataclass(frozen=True, slots=True)
class Almanac:
    """What decides on which days a schedule fires.

    Args:
        calendar: What config.toml says.
        working_days: Gives the working days; asked only by schedules that need them, since reading them takes time.
    """

    calendar: Calendar
    working_days: Callable[[], WorkingDays]

    @property
    def days(self) -> WorkingDays:
        """The working days."""
        return self.working_days()

    def spans(self, name: str, lo: date, hi: date) -> Iterator[Span]:
        """An occasion as it falls between two days, both included, in order.

        Raises:
            ScheduleError: Its terms or lunar dates are not known so far; raised after the known ones.
        """
        yield from (span for span in self._all(name, lo, hi) if span.first <= hi and span.last >= lo)
        occasion = self.calendar.occasions[name]
        if occasion.by_term:
            following = self._next_term()
            if following is None or _of_term(occasion, following).first <= hi:
                raise self.no_term(hi)

    def beginning(self, name: str, lo: date, hi: date) -> list[Span]:
        """An occasion as it falls, where it begins between two days, both included, in order."""
        return [span for span in self._all(name, lo, hi) if lo <= span.first <= hi]

    def anchors(self, rule: FromAnchor, lo: date, hi: date) -> Iterator[tuple[date, int]]:
        """Days from which a rule counts, between two days, each with its place among all since `EPOCH`.

        Raises:
            ScheduleError: The lunar dates of the period are not known.
        """
        if rule.occasion:
            spans = self._all(rule.occasion, min(lo, EPOCH), max(hi, EPOCH))
            found = sorted(_anchor(span, rule) for span in spans)
        else:
            found = sorted(_edge(term, rule.edge) for term in self.calendar.terms)
        place = _first_term(found) if self.by_term(rule) else -sum(day < EPOCH for day in found)
        for day in found:
            if lo <= day <= hi:
                yield day, place
            place += 1

    def by_term(self, rule: FromAnchor) -> bool:
        """Whether a rule counts from terms, of which only some are known."""
        return not rule.occasion or self.calendar.occasions[rule.occasion].by_term

    def next_anchor(self, rule: FromAnchor) -> date | None:
        """The earliest day from which a rule by terms may count that is not known; None if no term is known."""
        following = self._next_term()
        if following is None:
            return None
        if not rule.occasion:
            return following.first
        return _anchor(_of_term(self.calendar.occasions[rule.occasion], following), rule)

    def no_term(self, day: date) -> ScheduleError:
        """What to say if the terms do not reach to a day."""
        following = self._next_term()
        last = following.first - DAY if following else None
        known, known_zh = (f"after {last}", f"{last} 以后") if last else ("at all", "任何")
        return ScheduleError(
            f"no term is known {known}, but what fires until {day} may depend on it; add the next [terms.NAME] "
            "with `first` and `last` to config.toml",
            f"没有{known_zh}的学期，{day} 之前的安排还不能确定；请在 config.toml 里添加 [terms.名称]",
            "calendar-terms",
        )

    def _next_term(self) -> Term | None:
        """The first day on which a term that is not known may begin, as a term; None if no term is known."""
        if not self.calendar.terms:
            return None
        first = max(term.last for term in self.calendar.terms) + DAY
        return Term("", first, first)

    def _all(self, name: str, lo: date, hi: date) -> list[Span]:
        occasion = self.calendar.occasions[name]
        if occasion.by_term:
            found = [_of_term(occasion, term) for term in self.calendar.terms]
        else:
            found = [
                span
                for year in range(lo.year - _YEARS, hi.year + _YEARS)
                for span in _of_year(occasion, year)
            ]
        return sorted(found, key=lambda span: span.first)


def open_almanac(calendar: Calendar | None = None) -> Almanac:
    """The almanac of an office: what is shipped, with what its config.toml adds."""
    known = calendar or Calendar()
    return Almanac(known, cache(lambda: together(shipped_days(), known)))


def _first_term(found: list[date]) -> int:
    """The place of the first known term, as if each year had two: it stays where terms that are over are deleted."""
    if not found:
        return 0
    return (found[0].year - EPOCH.year) * 2 + (found[0].month >= _SECOND_TERM)


def _edge(term: Term, edge: Edge | None) -> date:
    return term.last if edge is Edge.ENDS else term.first


def _anchor(span: Span, rule: FromAnchor) -> date:
    """The end that is named; else the occasion's own day, else the nearer end."""
    edge = rule.edge
    if edge is None and span.day is not None:
        return span.day
    ends = edge is Edge.ENDS or (edge is None and rule.nth > 0)
    return span.last if ends else span.first


def _of_term(occasion: Occasion, term: Term) -> Span:
    first = _by_term(occasion.start[0], term)
    last = _by_term(occasion.end[0], term) if occasion.end else first
    return Span(first, max(first, last), _by_term(occasion.day[0], term) if occasion.day else None)


def _by_term(point: Point, term: Term) -> date:
    return _edge(term, point.term) + point.offset * DAY


def _of_year(occasion: Occasion, year: int) -> list[Span]:
    """The occasion that begins in a year, lunar or not, if it comes in that one."""
    first = _on(occasion.start, year)
    if first is None:
        return []
    last = _on(occasion.end, year)
    if last is None or last < first:
        last = _on(occasion.end, year + 1) or first
    day = _on(occasion.day, year)
    return [Span(first, max(first, last), day)]


def _on(points: tuple[Point, ...], year: int) -> date | None:
    """The day of a year: one that was given for this year alone goes before what comes each year."""
    for point in points:
        if point.on is not None and point.on.year == year:
            return point.on
    for point in points:
        if point.on is None:
            return _in_year(point, year) + point.offset * DAY
    return None


def _in_year(point: Point, year: int) -> date:
    if point.lunar:
        return lunar_day(year, point.month, point.day)
    following = date(year + point.month // 12, point.month % 12 + 1, 1)
    return min(date(year, point.month, 1) + timedelta(days=point.day - 1), following - DAY)
