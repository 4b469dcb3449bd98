"""When a schedule fires. The only door of APScheduler's triggers; nothing here runs by itself."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from campaigner.domain.campaign import Schedule

MOST = 10_000
"""Firings in one plan beyond which a schedule is taken for a mistake."""
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_INSTANT = timedelta(microseconds=1)


class ScheduleError(ValueError):
    """The schedule cannot be read, or fires too often; the message says which."""


def firings(
    schedule: Schedule, first: datetime, last: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, int]]:
    """Moments from `first` up to, but not at, `last`, each with its place in the schedule, counted from 0.

    The place is what rotation turns on: for cron it is counted from the start of the year in `zone`, for
    intervals from their start, for dates from the first; it does not depend on `first`.

    Raises:
        ScheduleError: A cron line that cannot be read, or more than `MOST` firings.
    """
    count = 0
    for moment, place in _all(schedule, first, last, zone):
        if not _within(schedule, moment):
            continue
        count += 1
        if count > MOST:
            raise ScheduleError(f"fires more than {MOST} times in the period")
        yield moment, place


def fault(schedule: Schedule, zone: ZoneInfo) -> str | None:
    """What is wrong with the schedule itself, or None."""
    try:
        if schedule.cron:
            _trigger(schedule.cron, zone)
    except ScheduleError as error:
        return str(error)
    return None


def _within(schedule: Schedule, moment: datetime) -> bool:
    return (schedule.start is None or moment >= schedule.start) and (
        schedule.end is None or moment <= schedule.end
    )


def _all(
    schedule: Schedule, first: datetime, last: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, int]]:
    if schedule.cron:
        return _cron(schedule.cron, first, last, zone)
    if schedule.every is not None and schedule.start is not None:
        return _interval(schedule.start, schedule.every, first, last, zone)
    moments = sorted(set(schedule.dates))
    return ((moment, place) for place, moment in enumerate(moments) if first <= moment < last)


def _interval(
    start: datetime, every: timedelta, first: datetime, last: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, int]]:
    """Whole days keep the local time of day over a change of clocks; shorter steps keep the distance."""
    daily = every % timedelta(days=1) == timedelta(0)
    place = max(0, (first - start) // every - 1)
    while True:
        if daily:
            moment = (start.astimezone(zone).replace(tzinfo=None) + place * every).replace(tzinfo=zone)
        else:
            moment = (start.astimezone(UTC) + place * every).astimezone(zone)
        if moment >= last:
            return
        if moment >= first:
            yield moment, place
        place += 1


def _cron(line: str, first: datetime, last: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, int]]:
    trigger = _trigger(line, zone)
    moment = datetime(first.astimezone(zone).year, 1, 1, tzinfo=zone)
    year, place = moment.year, -1
    while True:
        following: datetime | None = trigger.get_next_fire_time(None, moment)
        if following is None or following >= last:
            return
        local = following.astimezone(zone)
        place = place + 1 if local.year == year else 0
        year = local.year
        if following >= first:
            yield following, place
        moment = following.astimezone(UTC) + _INSTANT


def _trigger(line: str, zone: ZoneInfo):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the library has no types
    from apscheduler.triggers.cron import CronTrigger

    fields = line.split()
    if len(fields) != 5:  # noqa: PLR2004 - a cron line has five fields
        raise ScheduleError("a cron line has five fields: minute hour day month weekday")
    minute, hour, day, month, weekday = fields
    try:
        return CronTrigger(
            minute=minute, hour=hour, day=day, month=month, day_of_week=_weekday(weekday), timezone=zone
        )
    except (ValueError, IndexError) as error:
        raise ScheduleError(f"the cron line cannot be read: {error}") from None


def _weekday(field: str) -> str:
    """Weekdays by name: in a cron line 0 and 7 are Sunday, while APScheduler would count from Monday."""
    head, slash, step = field.partition("/")

    def named(match: re.Match[str]) -> str:
        number = int(match[0])
        if number >= len(_WEEKDAYS):
            raise ScheduleError(f"there is no weekday {number}; 0 or 7 is Sunday, 6 is Saturday")
        return _WEEKDAYS[number]

    expanded = ",".join(_spread(part) for part in head.split(","))
    return re.sub(r"\d+", named, expanded) + slash + step


def _spread(part: str) -> str:
    """A range of numbers as a list, since by name it may run over the end of the library's week."""
    match = re.fullmatch(r"(\d)-(\d)", part)
    if not match:
        return part
    return ",".join(str(number) for number in range(int(match[1]), int(match[2]) + 1))
