"""The office's calendar: working days, terms, occasions. What it does not know it says, and never guesses."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

DAY = timedelta(days=1)
LONGEST_REST = 15
"""Days of rest in a row beyond which a calendar is taken for a mistake; the longest since 2004 had ten."""
_OFFSET = re.compile(r"(\d{1,3}) (day|week)s? (before|after) (.+)")
_MONTH_DAY = re.compile(r"(lunar )?(\d\d)-(\d\d)")
_LONGEST_MONTH = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
_LUNAR_MONTH = 30


Local = Callable[[datetime], datetime]
"""Gives a moment in the office's zone."""


class ScheduleError(ValueError):
    """A schedule cannot be read, fires too often, or needs a day that the calendar does not know.

    Args:
        message: Why, and the way out, in English.
        message_zh: The same in plain Chinese.
        code: Stable name of the kind of fault.
    """

    def __init__(self, message: str, message_zh: str, code: str = "schedule") -> None:
        super().__init__(message)
        self.message_zh = message_zh
        self.code = code


class Rest(StrEnum):
    """What becomes of a firing on a day of rest."""

    KEEP = "keep"
    NEXT = "next"
    PREVIOUS = "previous"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Which days are working days in China: weekdays without the holidays, and the adjusted weekend days.

    Source: the State Council's yearly notice on holidays.

    Args:
        holidays: Days of rest by the notice.
        workdays: Days of work by the notice, to make up for a holiday.
        known_from: First day that is known.
        known_until: Last day that is known.
    """

    holidays: frozenset[date]
    workdays: frozenset[date]
    known_from: date
    known_until: date

    def known(self, day: date) -> bool:
        """Whether the calendar reaches to this day."""
        return self.known_from <= day <= self.known_until

    def working(self, day: date) -> bool:
        """Whether people work on this day.

        Raises:
            ScheduleError: The day lies outside of what is known.
        """
        if not self.known(day):
            raise self.unknown(day)
        return day in self.workdays or (day.weekday() < 5 and day not in self.holidays)  # noqa: PLR2004

    def shift(self, day: date, count: int) -> date:
        """The working day that is `count` working days after `day`, before it if negative; 0 is the day itself.

        Raises:
            ScheduleError: A day on the way is not known, or there is hardly a working day.
        """
        step = DAY if count > 0 else -DAY
        left, end = abs(count), day + reach(count) * step
        while left:
            day += step
            if day == end:
                raise ScheduleError(
                    f"there is hardly a working day before or after {day}; look at `holidays` under [calendar]",
                    f"{day} 前后几乎没有工作日，请检查 [calendar] 的 holidays",
                    "calendar-no-work",
                )
            left -= self.working(day)
        return day

    def unknown(self, day: date) -> ScheduleError:
        """What to say of a day that is not known."""
        return ScheduleError(
            f"whether {day} is a working day is not known: the calendar reaches from {self.known_from} to "
            f"{self.known_until}. The notice for a year comes in the November before: write its days into "
            f"[calendar] of config.toml (`holidays`, `workdays`, `known_until`), or install a newer `chinesecalendar`",
            f"还不知道 {day} 上不上班：日历只有 {self.known_from} 至 {self.known_until}。次年的放假通知一般在11月公布，"
            f"请按通知填写 config.toml 的 [calendar]（holidays、workdays、known_until），或升级 chinesecalendar",
            "calendar-end",
        )


def reach(count: int) -> int:
    """Days that `count` working days may take at most, with every rest between them."""
    return 3 * abs(count) + LONGEST_REST


@dataclass(frozen=True, slots=True)
class Term:
    """A school term, both days included."""

    name: str
    first: date
    last: date
    title: str = ""


class Edge(StrEnum):
    """Which end of a term or an occasion is meant."""

    STARTS = "starts"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Point:
    """A day that comes back: each year by the calendar or the moon, with each term, or in one year only.

    Args:
        text: As it was written.
        month: Month of the year, of the lunar year with `lunar`; 0 if it is none of both.
        day: Day of that month; where the month is too short, its last day.
        lunar: Whether month and day are lunar; a leap month is never meant.
        on: The one day that it is.
        term: End of each term that it is.
        offset: Days added.
    """

    text: str
    month: int = 0
    day: int = 0
    lunar: bool = False
    on: date | None = None
    term: Edge | None = None
    offset: int = 0


def parse_point(text: str) -> Point | None:
    """A day as it is written: "06-07", "lunar 08-15", "term starts", "2 weeks before term ends"; else None."""
    offset, rest = 0, " ".join(text.lower().split())
    moved = _OFFSET.fullmatch(rest)
    if moved:
        offset = int(moved[1]) * (7 if moved[2] == "week" else 1) * (-1 if moved[3] == "before" else 1)
        rest = moved[4]
    if rest in ("term starts", "term ends"):
        return Point(text, term=Edge(rest.split()[1]), offset=offset)
    match = _MONTH_DAY.fullmatch(rest)
    if not match:
        return None
    lunar, month, day = bool(match[1]), int(match[2]), int(match[3])
    longest = _LUNAR_MONTH if lunar else _LONGEST_MONTH.get(month, 31)
    if not (1 <= month <= 12 and 1 <= day <= longest):  # noqa: PLR2004
        return None
    return Point(text, month, day, lunar, offset=offset)


@dataclass(frozen=True, slots=True)
class Occasion:
    """A time of the year that calls for certain warnings (B6).

    Args:
        name: Its id, as `double-eleven`.
        title: What officers call it, Chinese.
        start: First day; a day of one year goes before one that comes back.
        end: Last day, included; the first day where none is given.
        day: The day itself, from which "before" and "after" count, where it is not the first or last.
        types: Scam types that are pushed then, Chinese.
        audiences: Whom they hit then, Chinese.
        source: Where the entry comes from.
        certainty: How certain the source is: H, M or L.
    """

    name: str
    title: str
    start: tuple[Point, ...]
    end: tuple[Point, ...] = ()
    day: tuple[Point, ...] = ()
    types: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    source: str = ""
    certainty: str = ""

    @property
    def by_term(self) -> bool:
        """Whether it comes with each term instead of once a year."""
        return any(point.term for point in self.start)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What config.toml says of the calendar, beside what is shipped.

    Args:
        holidays: Days of rest by the notice.
        workdays: Adjusted working days by the notice.
        known_until: Last day that these cover; None if nothing is added.
        terms: School terms in order.
        occasions: By name, those of the season calendar included.
    """

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    known_until: date | None = None
    terms: tuple[Term, ...] = ()
    occasions: Mapping[str, Occasion] = field(default_factory=dict)


def together(shipped: WorkingDays, calendar: Calendar) -> WorkingDays:
    """The shipped days with those given by hand, which win over them."""
    until = max(shipped.known_until, calendar.known_until or shipped.known_until)
    return WorkingDays(
        (shipped.holidays - calendar.workdays) | calendar.holidays,
        (shipped.workdays - calendar.holidays) | calendar.workdays,
        shipped.known_from,
        until,
    )


def in_order(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Terms by their first day."""
    return tuple(sorted(terms, key=lambda term: term.first))
