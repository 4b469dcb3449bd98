"""A schedule in text as days and times of day."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from campaigner.domain.calendar import DAY
from campaigner.domain.cron.model import Cron
from campaigner.domain.cron.text import parse_text


@lru_cache(maxsize=256)
def cron_of(text: str) -> Cron:
    """The days and times of a text that says no working days; those have a rule.

    Raises:
        ScheduleError: The text cannot be read.
    """
    return parse_text(text).cron


def cron_days(cron: Cron, lo: date, hi: date) -> Iterator[date]:
    """The days from `lo` to `hi`, both included, on which it fires."""
    day = lo
    while day <= hi:
        if cron.fires_on(day):
            yield day
        day += DAY
