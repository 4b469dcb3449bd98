"""A cron line as days and times of day. The only door of APScheduler's triggers; nothing here runs by itself.

The library reads the fields. It is not asked for moments: in a year with a change of clocks it would give a time
that comes twice two turns, and a time that does not come a moment under a name that no clock shows.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from campaigner.domain.calendar import DAY, ScheduleError

_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIELDS = 5
_MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)


class CronLine:
    """One cron line: minute hour day month weekday.

    Args:
        line: The five fields; weekdays by name, or 0 and 7 for Sunday. Day and weekday must both hold.

    Raises:
        ScheduleError: The line cannot be read.
    """

    def __init__(self, line: str) -> None:
        fields = line.split()
        if len(fields) != _FIELDS:
            raise ScheduleError(
                "a cron line has five fields: minute hour day month weekday",
                "cron 应有五项：分 时 日 月 星期",
            )
        self._fields = _read(*fields)
        self.times = tuple(
            time(hour, minute)
            for hour in range(24)
            if self._holds("hour", _MIDNIGHT + timedelta(hours=hour))
            for minute in range(60)
            if self._holds("minute", _MIDNIGHT + timedelta(minutes=minute))
        )

    def days(self, lo: date, hi: date) -> Iterator[tuple[date, int]]:
        """The days from `lo` to `hi`, both included, on which it fires, each with its place in its year from 0."""
        place = -1
        day = date(lo.year, 1, 1)
        while day <= hi:
            if day.month == day.day == 1:
                place = -1
            moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
            if all(self._holds(name, moment) for name in ("month", "day", "day_of_week")):
                place += 1
                if day >= lo:
                    yield day, place
            day += DAY

    def _holds(self, name: str, moment: datetime) -> bool:
        field = self._fields[name]
        return bool(field.get_next_value(moment) == field.get_value(moment))


def _read(minute: str, hour: str, day: str, month: str, weekday: str) -> dict[str, Any]:
    from apscheduler.triggers.cron import CronTrigger

    try:
        trigger = CronTrigger(
            minute=minute, hour=hour, day=day, month=month, day_of_week=_weekday(weekday), timezone=UTC
        )
    except (ValueError, IndexError) as error:
        raise ScheduleError(f"the cron line cannot be read: {error}", f"cron 写法有误：{error}") from None
    return {field.name: field for field in trigger.fields}


def _weekday(field: str) -> str:
    """Weekdays by name: in a cron line 0 and 7 are Sunday, while APScheduler would count from Monday."""
    head, slash, step = field.partition("/")

    def named(match: re.Match[str]) -> str:
        number = int(match[0])
        if number >= len(_WEEKDAYS):
            raise ScheduleError(
                f"there is no weekday {number}; 0 or 7 is Sunday, 6 is Saturday",
                f"没有星期 {number}；0或7是星期日，6是星期六",
            )
        return _WEEKDAYS[number]

    expanded = ",".join(_spread(part) for part in head.split(","))
    return re.sub(r"\d+", named, expanded) + slash + step


def _spread(part: str) -> str:
    """A range of numbers as a list, since by name it may run over the end of the library's week."""
    match = re.fullmatch(r"(\d)-(\d)", part)
    if not match:
        return part
    return ",".join(str(number) for number in range(int(match[1]), int(match[2]) + 1))
