"""When messages may go out: windows of the day, quiet days, and how many in an hour and on a day."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

HOUR = timedelta(hours=1)
_DAY_MINUTES = 24 * 60
_HORIZON = 400
"""Days ahead within which an open day must come; with none, something is set wrongly."""


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a day in which messages may go out.

    Args:
        opens: Minute of the local day from which they may, 0 to 1439.
        closes: Minute of the local day from which they may not, 1 to 1440; later than `opens`.
    """

    opens: int = 0
    closes: int = _DAY_MINUTES

    def __contains__(self, minute: int) -> bool:
        return self.opens <= minute < self.closes

    def within(self, other: "Window") -> "Window | None":
        """What both allow; None if they share no minute."""
        opens, closes = max(self.opens, other.opens), min(self.closes, other.closes)
        return Window(opens, closes) if opens < closes else None

    def __str__(self) -> str:
        return f"{self.opens // 60:02d}:{self.opens % 60:02d}-{self.closes // 60:02d}:{self.closes % 60:02d}"


ALWAYS = Window()


@dataclass(frozen=True, slots=True)
class Timetable:
    """When one channel may go out over one gateway.

    Args:
        window: The hours of a day.
        quiet: Days on which nothing goes out.
    """

    window: Window = ALWAYS
    quiet: Container[date] = frozenset()

    def is_open(self, local: datetime) -> bool:
        """Whether messages may go out at a local time."""
        return local.hour * 60 + local.minute in self.window and local.date() not in self.quiet

    def opening(self, local: datetime) -> datetime | None:
        """The first moment from `local` on at which messages may go out, in the same zone.

        Returns:
            `local` itself where it is open; None if no day of the next year is.
        """
        if self.is_open(local):
            return local
        for ahead in range(_HORIZON):
            day = local.date() + timedelta(days=ahead)
            opening = _at(day, self.window.opens, local)
            if day not in self.quiet and opening.astimezone(UTC) >= local.astimezone(UTC):
                return opening
        return None

    def closing(self, local: datetime) -> datetime:
        """The moment at which the window of a local day closes."""
        return _at(local.date(), self.window.closes, local)


def _at(day: date, minute: int, like: datetime) -> datetime:
    """A minute of a local day; one that the clock leaps over becomes the moment after the leap."""
    if minute == _DAY_MINUTES:
        day, minute = day + timedelta(days=1), 0
    local = datetime.combine(day, time(minute // 60, minute % 60), like.tzinfo)
    return local.astimezone(UTC).astimezone(like.tzinfo)


@dataclass(frozen=True, slots=True)
class Ceilings:
    """How much a gateway takes.

    Args:
        hour: Messages in any sixty minutes; 0 for no limit.
        day: Messages on one local day; 0 for no limit.
    """

    hour: int = 0
    day: int = 0

    def room(self, earlier: Iterable[tuple[datetime, int]], local: datetime) -> int | None:
        """How many messages may go out at a local time.

        Args:
            earlier: When and how many went out before; at least those of the last day.
            local: The moment, with zone.

        Returns:
            The number, 0 if there is no room, None if there is no limit.
        """
        gone = [(moment.astimezone(local.tzinfo), count) for moment, count in earlier]
        rooms = []
        if self.hour:
            last_hour = sum(count for moment, count in gone if abs(local - moment) < HOUR)
            rooms.append(self.hour - last_hour)
        if self.day:
            today = sum(count for moment, count in gone if moment.date() == local.date())
            rooms.append(self.day - today)
        return max(0, min(rooms)) if rooms else None


UNLIMITED = Ceilings()
