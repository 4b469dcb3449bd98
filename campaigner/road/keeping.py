"""Keeping a plan: what is new, changed or gone against the store, and writing exactly that."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from campaigner.domain.demand import ASKED, Demand
from campaigner.domain.lifecycle import OPEN, RunState
from campaigner.domain.planning import PlannedRun, Run
from campaigner.domain.problem import Problem
from campaigner.domain.roles import Deed
from campaigner.people.listed import enter_listed, has_sms
from campaigner.road.asking import Asking, note_seen, settle_within
from campaigner.road.changed import back_to_planned, changed
from campaigner.road.forms import mark_forms
from campaigner.road.plan import Plan
from campaigner.store import releases, runs, seen
from campaigner.store.engine import Connection, Store
from campaigner.workspace.desk import Desk, Work

FIXED = frozenset(
    {
        RunState.RELEASING, RunState.PARTLY, RunState.HELD, RunState.RELEASED, RunState.GENERATING,
        RunState.CANCELLED,
    }
)  # fmt: skip
"""Runs whose content a plan leaves alone: they are out or called off, or somebody is at work on them."""
_WRITTEN = frozenset({RunState.GENERATED, RunState.RETURNED, RunState.APPROVED})
"""Runs that have messages, or had some, and of which nothing is out."""
_REVIVED = frozenset({RunState.WITHDRAWN, RunState.EXPIRED, RunState.MISSED})
"""Runs that come again if nothing of them is out: asked for again, or ended while the clock stood wrong."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between the store and a plan.

    Args:
        what: `new`, `changed`, `voided` (was generated or approved, must be prepared again), or, where the
            configuration no longer asks for it, `withdrawn` or `held` (some of it is out).
        code: The run's code.
        before: The run as kept, if it was.
        after: The run as planned, if it is.
        demand: What the configuration says of a run that is withdrawn or held.
    """

    what: str
    code: str
    before: Run | None
    after: PlannedRun | None
    demand: Demand = ASKED

    @property
    def details(self) -> list[str]:
        """What differs, figure by figure."""
        if self.after is None:
            return [f"no longer asked for: {self.demand.why[0]}"]
        after = {tally.channel: tally for tally in self.after.tallies}
        if self.before is None:
            return [f"{channel}: {tally.recipients} recipients" for channel, tally in after.items()]
        before = {tally.channel: tally for tally in self.before.planned.tallies}
        found = []
        for channel in sorted({*before, *after}):
            old, new = before.get(channel), after.get(channel)
            for what in ("recipients", "parts", "copies", "template", "segment"):
                was, will = getattr(old, what, None), getattr(new, what, None)
                if was != will:
                    found.append(f"{channel} {what}: {was} -> {will}")
        was_named, named = self.before.planned.warnings, self.after.warnings
        if was_named != named:
            found.append(f"warnings: {', '.join(was_named)} -> {', '.join(named)}")
        return found or ["wording or settings"]

    def as_data(self) -> dict[str, Any]:
        """For other programs."""
        return {"change": self.what, "run": self.code, "details": self.details}


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store has beside which a plan is laid.

    Args:
        runs: The runs of the plan's period, and every other run that is open.
        begun: Numbers of runs of which something is out.
        demands: Code of each open run -> what the configuration in force says of it.
        since: Name of each campaign -> since when it asks for what it asks for.
        changed: Codes of the runs that would be made of something else now than they were written of.
    """

    runs: Sequence[Run]
    begun: Container[int]
    demands: Mapping[str, Demand]
    since: Mapping[str, datetime]
    changed: Container[str]


def changes(plan: Plan, kept: Kept, now: datetime) -> list[Change]:
    """How the store must change so that it says what the plan says at a moment.

    Args:
        plan: What was planned.
        kept: What the store has.
        now: The moment.
    """
    by_code = {run.code: run for run in kept.runs}
    found: list[Change] = []
    for planned in plan.runs:
        run = by_code.get(planned.code)
        change = _change(planned, run, kept, now, expressly=plan.expressly)
        if change is not None:
            found.append(change)
            by_code.pop(planned.code, None)
    for run in by_code.values():
        demand = kept.demands.get(run.code, ASKED)
        if demand.lapse is not None and run.state in OPEN and run.state is not RunState.HELD:
            what = RunState.HELD if run.id in kept.begun else RunState.WITHDRAWN
            found.append(Change(what.value, run.code, run, None, demand))
    return sorted(found, key=lambda change: change.code)


def _change(
    planned: PlannedRun, run: Run | None, kept: Kept, now: datetime, *, expressly: bool
) -> Change | None:
    """What a planned run changes; None if the store says the same of it, or knows better."""
    wanted = expressly or planned.due_at.astimezone(UTC) >= kept.since.get(planned.campaign, now).astimezone(
        UTC
    )
    if run is None:
        return Change("new", planned.code, None, planned) if wanted else None
    if run.state in _REVIVED:
        again = wanted if run.state is RunState.WITHDRAWN else planned.release_at > now
        return Change("new", planned.code, run, planned) if again and run.id not in kept.begun else None
    if run.state is RunState.PLANNED:
        differs = runs.plan_hash(run.planned) != runs.plan_hash(planned)
        return Change("changed", planned.code, run, planned) if differs else None
    doubtful = kept.demands.get(run.code, ASKED).doubt is not None
    if run.state in FIXED or doubtful or run.code not in kept.changed:
        return None
    return Change("voided", planned.code, run, planned)


def differences(store: Store, desk: Desk, plan: Plan, now: datetime) -> list[Change]:
    """How the plan differs from what is kept at a moment; nothing is written."""
    with store.read() as connection:
        return _changes(connection, Asking(desk), plan, now)


def _changes(connection: Connection, asking: Asking, plan: Plan, now: datetime) -> list[Change]:
    within = runs.between(connection, plan.first, plan.last)
    near = {run.id for run in within}
    kept = within + [run for run in runs.in_states(connection, OPEN) if run.id not in near]
    demands = {run.code: asking.of(run) for run in kept if run.state in OPEN}
    since = seen.since(connection, asking.sought(), now)
    planned = {one.code for one in plan.runs}
    other = {
        run.code
        for run in kept
        if run.state in _WRITTEN
        and run.code in planned
        and demands[run.code].doubt is None
        and changed(asking, run)
    }
    return changes(plan, Kept(kept, releases.begun(connection, kept), demands, since, other), now)


def keep(work: Work, plan: Plan) -> list[Change]:
    """Write the plan into the store, in one transaction; planning twice changes nothing and logs nothing.

    Runs of any time that the configuration no longer asks for are withdrawn, or held if some of it is out. What the
    lists say of refusals is kept with it.

    Raises:
        RoleError: The actor may not prepare runs.
    """
    work.ask(Deed.GENERATE)
    now = work.now
    enter_listed(work)
    asking = Asking(work.desk)
    with work.store.begin() as connection:
        found = _changes(connection, asking, plan, now)
        for change in found:
            if change.before is None and change.after is not None:
                runs.add(connection, change.after, now)
            elif change.before is not None and change.after is None:
                settle_within(work, connection, change.before, change.demand)
            elif change.before is not None and change.after is not None:
                if change.before.state is not RunState.PLANNED:
                    back_to_planned(connection, change.before, now)
                runs.replan(connection, change.before, change.after, now)
        if found:
            summary = {
                what: [c.code for c in found if c.what == what] for what in sorted({c.what for c in found})
            }
            work.record(connection, "planned", "", summary)
    note_seen(work, asking)
    mark_forms(work)
    return found


def held_back(plan: Plan, why: Sequence[Problem]) -> Plan:
    """The plan with problems that hold back every run with SMS."""
    if not why:
        return plan
    runs = tuple(replace(run, problems=(*run.problems, *why)) if has_sms(run) else run for run in plan.runs)
    return replace(plan, runs=runs)


def kept_runs(store: Store, plan: Plan) -> list[Run]:
    """The runs of the plan's period as they are kept, with those that were withdrawn."""
    with store.read() as connection:
        return runs.between(connection, plan.first, plan.last)
