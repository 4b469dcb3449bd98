"""What becomes of runs whose moment passed while nobody was there to release them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from campaigner.domain.lifecycle import RunState
from campaigner.domain.timetable import Timetable


class Misfire(StrEnum):
    """A campaign's rule for runs that are late; but for `each`, of several only the newest goes out."""

    LATE = "late"
    """Release it as soon as the window is open."""
    MOVE = "move"
    """Release it at the same time of day on the next day that is open."""
    SKIP = "skip"
    """Do not release it."""
    EACH = "each"
    """Release every one of them as soon as the window is open."""


class Passed(StrEnum):
    """Why a run is recorded as missed."""

    SUPERSEDED = "superseded"
    """A newer run of its campaign is due, or out: one message is enough."""
    SKIPPED = "skip-rule"
    """Its campaign's rule is not to release what is late."""
    NEXT_DAY = "next-takes-its-day"
    """It would be moved onto a day on which its campaign has a run of its own."""


PASSED_TITLES: Mapping[Passed, tuple[str, str]] = {
    Passed.SUPERSEDED: (
        "it is late, and a newer run of its campaign takes its place",
        "已错过时间，由同一计划较新的一次代替",
    ),
    Passed.SKIPPED: (
        'it was late, and its campaign has misfire = "skip"',
        "已错过时间，该计划的规则是不补发（misfire = skip）",
    ),
    Passed.NEXT_DAY: (
        "it was late, and on the day to which it would be moved its campaign has a run of its own",
        "已错过时间，顺延到的那天该计划本来就有一次",
    ),
}

REPLACEABLE = frozenset({RunState.PLANNED, RunState.GENERATED, RunState.RETURNED, RunState.APPROVED})
"""Runs of which nothing is out and at which nobody is at work: a newer one may take their place."""
REPLACING = REPLACEABLE | {
    RunState.GENERATING, RunState.RELEASING, RunState.PARTLY, RunState.HELD, RunState.RELEASED,
}  # fmt: skip
"""Runs that take the place of older ones once they are due."""


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
    if rule is Misfire.LATE or rule is Misfire.EACH:
        return Missed(rule, late, timetable.opening(now))
    moved = release
    while moved.astimezone(UTC) <= now.astimezone(UTC):
        moved = (moved.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=release.tzinfo)
    return Missed(rule, late, timetable.opening(moved))


@dataclass(frozen=True, slots=True)
class Firing:
    """One firing of a campaign, as far as missing it matters.

    Args:
        code: Code of its run.
        due: When it fires, with zone.
        release: From when on it may go out, with zone.
        state: State of its run; None if it is not kept yet.
    """

    code: str
    due: datetime
    release: datetime
    state: RunState | None


def superseding(one: Firing, others: Iterable[Firing], now: datetime) -> Firing | None:
    """The newest firing of the same campaign that takes the place of a late one; None if there is none.

    Args:
        one: A run that is late.
        others: Firings of its campaign, kept or not; those that are not due yet, older, or ended do not count.
        now: The moment, with zone.
    """
    newer = [
        other
        for other in others
        if other.due.astimezone(UTC) > one.due.astimezone(UTC)
        and other.release.astimezone(UTC) <= now.astimezone(UTC)
        and (other.state is None or other.state in REPLACING)
    ]
    return max(newer, key=lambda other: other.due.astimezone(UTC), default=None)
