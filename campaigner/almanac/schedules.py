"""When a schedule fires: which moments, on the office's clock and calendar. Nothing here runs by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from campaigner.almanac.book import Almanac, open_almanac
from campaigner.almanac.cron import cron_days, cron_of
from campaigner.almanac.rules import occasion_days, rule_days
from campaigner.almanac.turns import Days, numbered
from campaigner.domain.calendar import DAY, LONGEST_REST, Rest, ScheduleError, WorkingDays
from campaigner.domain.campaign import Schedule
from campaigner.domain.cron.model import Cron

__all__ = ["MOST", "ScheduleError", "firings"]

MOST = 10_000
"""Firings in one plan beyond which a schedule is taken for a mistake."""
_INSTANT = timedelta(microseconds=1)
_EARLIEST, _LATEST = date(1900, 1, 1), date(9900, 1, 1)


@dataclass(frozen=True, slots=True)
class _Window:
    """The time that is asked for: from `lo` up to, but not at, `hi`, both in UTC."""

    lo: datetime
    hi: datetime
    zone: ZoneInfo

    def holds(self, moment: datetime) -> bool:
        return self.lo <= moment < self.hi

    def moment(self, wall: datetime) -> datetime:
        """The moment, in UTC, at which the office's clock shows a time.

        A time that comes twice is the first of both; one that is jumped over is as much later as the clock jumps.
        """
        return wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)

    def wall(self, moment: datetime) -> datetime:
        """What the office's clock shows, without zone."""
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def days(self, rest: Rest) -> tuple[date, date]:
        """First and last day, by the calendar, of the firings that can come to lie in the window."""
        before = 1 + (LONGEST_REST if rest is Rest.NEXT else 0)
        after = LONGEST_REST if rest is Rest.PREVIOUS else 0
        first, last = self.wall(self.lo).date(), self.wall(self.hi - _INSTANT).date()
        return first - before * DAY, last + after * DAY


@dataclass(frozen=True, slots=True)
class _Slot:
    """A firing before it is moved.

    Args:
        wall: What the schedule says, without zone.
        moment: When that is, in UTC.
        place: Its place in the schedule.
    """

    wall: datetime
    moment: datetime
    place: int


def firings(
    schedule: Schedule, first: datetime, last: datetime, zone: ZoneInfo, almanac: Almanac | None = None
) -> Iterator[tuple[datetime, int]]:
    """Moments from `first` up to, but not at, `last`, in order, each with its place in the schedule from 0.

    The place is what rotation turns on, goes on over the turn of a year, and does not depend on `first`: for cron
    lines, rules and occasions it is counted from `turns.EPOCH`, for intervals from their start, for dates from the
    first. It is that of the firing before it is moved; of two moved to one moment, of the earlier.

    Args:
        schedule: When to fire.
        first: Start, with zone.
        last: End, with zone.
        zone: The office's; each firing has a time of its own on the clock there.
        almanac: Working days, terms and occasions; what is shipped, if not given.

    Raises:
        ScheduleError: A cron line cannot be read; it fires more than `MOST` times; or it needs a day that the
            almanac does not know: this one is raised after the moments that are certain.
    """
    window = _window(schedule, first, last, zone)
    almanac = almanac or open_almanac()
    found: dict[datetime, int] = {}
    unknown: ScheduleError | None = None
    try:
        for slot in _slots(schedule, window, almanac):
            moment = _moved(slot, schedule, window, almanac)
            if moment is not None and window.holds(moment):
                found.setdefault(moment, slot.place)
                _often(found)
    except ScheduleError as error:
        unknown = error
    if unknown is None or unknown.code.startswith("calendar-"):
        yield from ((moment.astimezone(zone), found[moment]) for moment in sorted(found))
    if unknown is not None:
        raise unknown


def _window(schedule: Schedule, first: datetime, last: datetime, zone: ZoneInfo) -> _Window:
    lo = first if schedule.start is None else max(_utc(first), _utc(schedule.start))
    hi = last if schedule.end is None else min(_utc(last), _utc(schedule.end) + _INSTANT)
    earliest = datetime.combine(_EARLIEST, time(), UTC)
    latest = datetime.combine(_LATEST, time(), UTC)
    return _Window(max(_utc(lo), earliest), min(_utc(hi), latest), zone)


def _utc(moment: datetime) -> datetime:
    """In UTC, since moments of one zone compare by what the clock shows, whichever of two hours it is."""
    return moment.astimezone(UTC)


def _often(found: dict[datetime, int]) -> None:
    if len(found) > MOST:
        raise ScheduleError(f"fires more than {MOST} times in the period", f"在这段时间内触发超过{MOST}次")


def _slots(schedule: Schedule, window: _Window, almanac: Almanac) -> Iterator[_Slot]:
    """All firings that can come to lie in the window, as the schedule says them, in order."""
    if window.lo >= window.hi:
        return iter(())
    lo, hi = window.days(schedule.on_rest_day if schedule.moves else Rest.KEEP)
    if schedule.cron:
        return _cron(cron_of(schedule.cron), window, lo, hi)
    if schedule.every is not None and schedule.start is not None:
        return _interval(schedule.start, schedule.every, window, lo, hi)
    if schedule.rule is None and not schedule.occasion:
        return _dates(schedule.dates, window, lo, hi)
    # What the rule says of a day whose hour lies behind the window need not be known.
    if not schedule.moves and window.moment(datetime.combine(hi, schedule.at)) >= window.hi:
        hi -= DAY
    if schedule.rule is not None:
        return _at(rule_days(schedule.rule, almanac, lo, hi), schedule.at, window)
    return _at(occasion_days(schedule.occasion, schedule.during, almanac, lo, hi), schedule.at, window)


def _at(days: Days, at: time, window: _Window) -> Iterator[_Slot]:
    for day, place in days:
        wall = datetime.combine(day, at)
        yield _Slot(wall, window.moment(wall), place)


def _cron(line: Cron, window: _Window, lo: date, hi: date) -> Iterator[_Slot]:
    for day, place in numbered(partial(cron_days, line), lo, hi):
        for number, at in enumerate(line.times):
            wall = datetime.combine(day, at)
            yield _Slot(wall, window.moment(wall), place * len(line.times) + number)


def _interval(start: datetime, every: timedelta, window: _Window, lo: date, hi: date) -> Iterator[_Slot]:
    """Whole days keep the local time of day over a change of clocks; shorter steps keep the distance."""
    daily = every % DAY == timedelta(0)
    origin = start.astimezone(window.zone).replace(tzinfo=None) if daily else _utc(start)
    since = datetime.combine(lo, time()) if daily else window.moment(datetime.combine(lo, time()))
    place = max(0, (since - origin) // every)
    while True:
        there = origin + place * every
        wall = there if daily else window.wall(there)
        if wall.date() > hi:
            return
        moment = there if not daily else window.moment(wall) if place else _utc(start)
        if daily or not _again(moment, place * every, every, window):
            yield _Slot(wall, moment, place)
        place += 1


def _again(moment: datetime, gone: timedelta, every: timedelta, window: _Window) -> bool:
    """Whether the clock shows this time for the second time, and the interval fired at the first."""
    between = moment - window.moment(window.wall(moment))
    return timedelta(0) < between <= gone and between % every == timedelta(0)


def _dates(dates: tuple[datetime, ...], window: _Window, lo: date, hi: date) -> Iterator[_Slot]:
    shown: dict[datetime, datetime] = {}
    for moment in sorted(_utc(moment) for moment in dates):
        shown.setdefault(window.wall(moment), moment)
    for place, (wall, moment) in enumerate(shown.items()):
        if lo <= wall.date() <= hi:
            yield _Slot(wall, moment, place)


def _moved(slot: _Slot, schedule: Schedule, window: _Window, almanac: Almanac) -> datetime | None:
    """When a firing takes place; None if it is left out, or lies outside of the window."""
    if not schedule.moves:
        return slot.moment
    if schedule.on_rest_day is Rest.SKIP:
        return _skipped(slot, window, almanac)
    if schedule.on_rest_day is Rest.NEXT:
        return _onward(slot, window, almanac.days)
    return _back(slot, window, almanac.days)


def _skipped(slot: _Slot, window: _Window, almanac: Almanac) -> datetime | None:
    """Asks for no day outside of the window, which may not be known."""
    if not window.holds(slot.moment) or not almanac.days.working(slot.wall.date()):
        return None
    return slot.moment


def _onward(slot: _Slot, window: _Window, days: WorkingDays) -> datetime | None:
    """The next working day; it is not looked for beyond the window."""
    for count in range(LONGEST_REST + 1):
        moment = _after(slot, count, window)
        if moment >= window.hi:
            return None
        if days.working(slot.wall.date() + count * DAY):
            return moment
    raise _no_work(slot)


def _back(slot: _Slot, window: _Window, days: WorkingDays) -> datetime | None:
    """The working day before; days that are not known matter only if they decide whether it is in the window."""
    unknown: ScheduleError | None = None
    for count in range(LONGEST_REST + 1):
        day, moment = slot.wall.date() - count * DAY, _after(slot, -count, window)
        if moment < window.lo:
            break
        if not days.known(day):
            unknown = unknown or days.unknown(day)
        elif days.working(day):
            if moment >= window.hi:
                return None
            if unknown is None:
                return moment
            break
    else:
        unknown = unknown or _no_work(slot)
    if unknown is not None:
        raise unknown
    return None


def _after(slot: _Slot, count: int, window: _Window) -> datetime:
    return slot.moment if count == 0 else window.moment(slot.wall + count * DAY)


def _no_work(slot: _Slot) -> ScheduleError:
    return ScheduleError(
        f"there is no working day within {LONGEST_REST} days of {slot.wall.date()}; "
        "look at `holidays` under [calendar]",
        f"{slot.wall.date()} 前后{LONGEST_REST}天内没有工作日，请检查 [calendar] 的 holidays",
        "calendar-no-work",
    )
