"""Keeping a plan: what is new, changed or gone against the store, and writing exactly that."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import PlannedRun, Run
from campaigner.stages.desk import Work
from campaigner.stages.plan import Plan
from campaigner.stages.review import back_to_planned
from campaigner.store import releases, runs
from campaigner.store.engine import Connection, Store

FIXED = frozenset(
    {RunState.RELEASING, RunState.PARTLY, RunState.RELEASED, RunState.GENERATING, RunState.CANCELLED}
)
"""Runs that a plan leaves alone: they are out or called off, or somebody is at work on them."""
_REVIVED = frozenset({RunState.DROPPED, RunState.EXPIRED, RunState.SKIPPED})
"""Runs that come again if nothing of them is out: asked for again, or ended while the clock stood wrong."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between the store and a plan.

    Args:
        what: `new`, `changed`, `voided` (was generated or approved, must be prepared again) or `dropped`.
        code: The run's code.
        before: The run as kept, if it was.
        after: The run as planned, if it is.
    """

    what: str
    code: str
    before: Run | None
    after: PlannedRun | None


def changes(plan: Plan, kept: Sequence[Run], begun: Container[int], now: datetime) -> list[Change]:
    """How the store must change so that it says what the plan says at a moment.

    Args:
        plan: What was planned.
        kept: The runs of its period as they are kept.
        begun: Numbers of runs of which something is out.
        now: The moment.
    """
    by_code = {run.code: run for run in kept}
    found: list[Change] = []
    for planned in plan.runs:
        run = by_code.pop(planned.code, None)
        if run is None:
            found.append(Change("new", planned.code, None, planned))
        elif run.state in _REVIVED:
            if run.id not in begun and (run.state is RunState.DROPPED or planned.release_at > now):
                found.append(Change("new", planned.code, run, planned))
        elif run.state is RunState.PLANNED:
            if runs.plan_hash(run.planned) != runs.plan_hash(planned):
                found.append(Change("changed", planned.code, run, planned))
        elif run.state not in FIXED and run.planned.content_hash != planned.content_hash:
            found.append(Change("voided", planned.code, run, planned))
    found += [
        Change("dropped", run.code, run, None) for run in by_code.values() if run.state is RunState.PLANNED
    ]
    return sorted(found, key=lambda change: change.code)


def differences(store: Store, plan: Plan, now: datetime) -> list[Change]:
    """How the plan differs from what is kept at a moment; nothing is written."""
    with store.read() as connection:
        return _changes(connection, plan, now)


def _changes(connection: Connection, plan: Plan, now: datetime) -> list[Change]:
    kept = runs.between(connection, plan.first, plan.last)
    return changes(plan, kept, releases.begun(connection, kept), now)


def keep(work: Work, plan: Plan) -> list[Change]:
    """Write the plan into the store, in one transaction; planning twice changes nothing and logs nothing."""
    now = work.now
    with work.store.begin() as connection:
        found = _changes(connection, plan, now)
        for change in found:
            if change.before is None and change.after is not None:
                runs.add(connection, change.after, now)
            elif change.before is not None and change.after is None:
                runs.move(connection, change.before, RunState.DROPPED, now)
            elif change.before is not None and change.after is not None:
                if change.before.state is not RunState.PLANNED:
                    back_to_planned(connection, change.before, now)
                runs.replan(connection, change.before, change.after, now)
        if found:
            summary = {
                what: [c.code for c in found if c.what == what] for what in sorted({c.what for c in found})
            }
            work.record(connection, "planned", "", summary)
    return found


def kept_runs(store: Store, plan: Plan) -> list[Run]:
    """The runs of the plan's period as they are kept, those that were dropped left out."""
    with store.read() as connection:
        found = runs.between(connection, plan.first, plan.last)
    return [run for run in found if run.state is not RunState.DROPPED]
