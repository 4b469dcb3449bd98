"""The states of runs and batches, and the only steps between them, as a test compares them with the table below.

    planned, returned -> generating
    generating -> generating     somebody goes on after one who was cut short
    generating -> generated
    generating -> planned        what was written by halves is taken away again
    generated -> approved
    generated, approved -> returned
    approved -> generated        its approval expired; somebody must approve it again
    generated, returned, approved -> planned    what was prepared is no longer what would go out: prepare it again
    approved, partly -> releasing
    releasing -> releasing       somebody goes on after one who was cut short
    releasing -> approved        it could not be written; nothing of it is out
    releasing -> partly          some of it is out, the rest waits: for its turn, its hour, or its window
    releasing, partly -> released    nothing waits any more
    planned, generating, generated, returned, approved, partly -> withdrawn
                                 the configuration no longer asks for it, and nothing of it is out
    withdrawn -> planned         ... and asks again
    partly, releasing -> held    the configuration no longer asks for it, and some of it is out: a person decides
    held -> partly, releasing    ... that the rest goes on
    planned, generating, generated, returned, approved, partly, held -> expired
                                 too late for it, or for what of it still waits
    planned, generated, returned, approved -> missed    its time passed over it: see `domain.missed`
    expired, missed -> planned   the clock was wrong: it is not due yet, and nothing of it is out
    planned, generating, generated, returned, approved, partly, held -> cancelled
                                 somebody called it off; what is out stays out

A step is taken in SQL, guarded by the old state; whoever changes no row has lost the race and walks away.
"""

from enum import StrEnum

from campaigner.errors import StateError


class RunState(StrEnum):
    """Where a run is on the road."""

    PLANNED = "planned"
    GENERATING = "generating"
    GENERATED = "generated"
    RETURNED = "returned"
    APPROVED = "approved"
    RELEASING = "releasing"
    PARTLY = "partly"
    RELEASED = "released"
    HELD = "held"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    MISSED = "missed"
    CANCELLED = "cancelled"


OPEN = frozenset(
    {
        RunState.PLANNED, RunState.GENERATING, RunState.GENERATED, RunState.RETURNED, RunState.APPROVED,
        RunState.PARTLY, RunState.HELD,
    }
)  # fmt: skip
"""Runs that something may still become of, and that nobody is releasing at this moment."""
ENDED = frozenset({RunState.RELEASED, RunState.EXPIRED, RunState.MISSED, RunState.CANCELLED})
"""Runs of which nothing more will go out."""


class BatchState(StrEnum):
    """Where a batch is between the outbox and the way out."""

    QUEUED = "queued"
    OUT = "out"


_STOPS = frozenset({RunState.EXPIRED, RunState.CANCELLED})
_UNWANTED = frozenset({RunState.WITHDRAWN, RunState.MISSED})
_RUN_STEPS: dict[RunState, frozenset[RunState]] = {
    RunState.PLANNED: frozenset({RunState.GENERATING}) | _UNWANTED | _STOPS,
    RunState.GENERATING: frozenset(
        {RunState.GENERATED, RunState.GENERATING, RunState.PLANNED, RunState.WITHDRAWN}
    )
    | _STOPS,
    RunState.GENERATED: frozenset({RunState.APPROVED, RunState.RETURNED, RunState.PLANNED})
    | _UNWANTED
    | _STOPS,
    RunState.RETURNED: frozenset({RunState.GENERATING, RunState.PLANNED}) | _UNWANTED | _STOPS,
    RunState.APPROVED: frozenset(
        {RunState.RELEASING, RunState.RETURNED, RunState.PLANNED, RunState.GENERATED}
    )
    | _UNWANTED
    | _STOPS,
    RunState.RELEASING: frozenset(
        {RunState.RELEASED, RunState.RELEASING, RunState.APPROVED, RunState.PARTLY, RunState.HELD}
    ),
    RunState.PARTLY: frozenset({RunState.RELEASING, RunState.RELEASED, RunState.HELD, RunState.WITHDRAWN})
    | _STOPS,
    RunState.HELD: frozenset({RunState.PARTLY, RunState.RELEASING}) | _STOPS,
    RunState.RELEASED: frozenset(),
    RunState.WITHDRAWN: frozenset({RunState.PLANNED}),
    RunState.EXPIRED: frozenset({RunState.PLANNED}),
    RunState.MISSED: frozenset({RunState.PLANNED}),
    RunState.CANCELLED: frozenset(),
}


def advance(old: RunState, new: RunState) -> RunState:
    """The new state, if the step is one of the drawing's.

    Raises:
        StateError: It is not.
    """
    if new not in _RUN_STEPS[old]:
        raise StateError(
            f"a run that is {old} cannot become {new}\n"
            f"任务状态不能由“{old}”变为“{new}”：请用 campaigner plan 查看任务现在的状态"
        )
    return new


def sources_of(new: RunState) -> frozenset[RunState]:
    """From which states a run may come to this one: the guard of the UPDATE."""
    return frozenset(old for old, targets in _RUN_STEPS.items() if new in targets)
