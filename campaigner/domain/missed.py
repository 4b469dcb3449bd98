"""What becomes of a run whose moment passed while nobody was there to release it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from campaigner.domain.timetable import Timetable


class Misfire(StrEnum):
    """A campaign's rule for runs that are late."""

    LATE = "late"
    """Release it as soon as the window is open."""
    MOVE = "move"
    """Release it at the same time of day on the next day that is open."""
    SKIP = "skip"
    """Do not release it."""


@dataclass(frozen=True, slots=True)
class Missed:
    """What is to be done with a run that is late.

    Args:
        rule: What was done.
        late: By how much it was late when that was seen.
        at: When it goes out; None if it does not.
    """

    rule: Misfire
    late: timedelta
    at: datetime | None


def missed(
    rule: Misfire, release: datetime, now: datetime, grace: timedelta, timetable: Timetable
) -> Missed | None:
    """What to do with a run that was ready at its moment and is still there.

    Args:
        rule: The campaign's rule.
        release: The moment at which it should have gone out, in the office's zone.
        now: The moment it is, in the office's zone.
        grace: How late is not yet late.
        timetable: When its channel is open.

    Returns:
        None if it is in time.
    """
    late = now.astimezone(UTC) - release.astimezone(UTC)
    if late <= grace:
        return None
    if rule is Misfire.SKIP:
        return Missed(rule, late, None)
    if rule is Misfire.LATE:
        return Missed(rule, late, timetable.opening(now))
    moved = release
    while moved.astimezone(UTC) <= now.astimezone(UTC):
        moved = (moved.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=release.tzinfo)
    return Missed(rule, late, timetable.opening(moved))
