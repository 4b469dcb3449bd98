"""The states of a run and of a batch, and the only steps between them.

    planned -a-> generating -b-> generated -c-> approved -d-> exporting -e-> exported
                                 generated -f-> returned -a-> generating
                                 approved -f-> returned
    exporting -j-> approved   it could not be written; nothing of it is out
    approved -g-> planned     what was approved is no longer what would go out: prepare it again
    generated -g-> planned
    returned -g-> planned
    planned -h-> dropped      its campaign no longer asks for it
    dropped -i-> planned      ... and asks again

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
    EXPORTING = "exporting"
    EXPORTED = "exported"
    DROPPED = "dropped"


class BatchState(StrEnum):
    """Where a batch is between the outbox and the way out."""

    QUEUED = "queued"
    OUT = "out"


_RUN_STEPS: dict[RunState, frozenset[RunState]] = {
    RunState.PLANNED: frozenset({RunState.GENERATING, RunState.DROPPED}),
    RunState.GENERATING: frozenset({RunState.GENERATED, RunState.GENERATING, RunState.PLANNED}),
    RunState.GENERATED: frozenset({RunState.APPROVED, RunState.RETURNED, RunState.PLANNED}),
    RunState.RETURNED: frozenset({RunState.GENERATING, RunState.PLANNED}),
    RunState.APPROVED: frozenset({RunState.EXPORTING, RunState.RETURNED, RunState.PLANNED}),
    RunState.EXPORTING: frozenset({RunState.EXPORTED, RunState.EXPORTING, RunState.APPROVED}),
    RunState.EXPORTED: frozenset(),
    RunState.DROPPED: frozenset({RunState.PLANNED}),
}


def advance(old: RunState, new: RunState) -> RunState:
    """The new state, if the step is one of the drawing's.

    Raises:
        StateError: It is not.
    """
    if new not in _RUN_STEPS[old]:
        raise StateError(f"a run that is {old} cannot become {new}")
    return new


def sources_of(new: RunState) -> frozenset[RunState]:
    """From which states a run may come to this one: the guard of the UPDATE."""
    return frozenset(old for old, targets in _RUN_STEPS.items() if new in targets)
