"""The place of a firing among all firings of its schedule, which rotation turns on.

Places are counted from one day, `EPOCH`, and go on over the turn of a year: two firings in a row never have the same
turn, and a firing has the same place whenever it is planned. Before that day places are negative.
"""

from collections.abc import Callable, Iterator
from datetime import date

from campaigner.domain.calendar import DAY

EPOCH = date(2026, 1, 1)
Days = Iterator[tuple[date, int]]


def numbered(days: Callable[[date, date], Iterator[date]], lo: date, hi: date) -> Days:
    """The days of a schedule from `lo` to `hi`, both included, in order, each with its place.

    Args:
        days: Gives the schedule's days between two days, both included.
        lo: First day.
        hi: Last day.
    """
    between = days(EPOCH, lo - DAY) if lo >= EPOCH else days(lo, EPOCH - DAY)
    count = sum(1 for _day in between)
    for place, day in enumerate(days(lo, hi), count if lo >= EPOCH else -count):
        yield day, place
