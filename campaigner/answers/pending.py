"""Pending: the runs that wait for a second person, the most urgent first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from campaigner.domain.calendar import Local
from campaigner.domain.demand import ASKED, Demand
from campaigner.domain.lifecycle import RunState
from campaigner.domain.log import Entry
from campaigner.domain.people import same_person
from campaigner.domain.planning import Run
from campaigner.domain.repeats import Repeats
from campaigner.domain.roles import DAEMON, Deed
from campaigner.domain.sms import Cost
from campaigner.domain.standing import standing_data
from campaigner.road.asking import Asking
from campaigner.road.changed import changed
from campaigner.road.repeats import repeats_of
from campaigner.store import log, runs
from campaigner.store.engine import Connection
from campaigner.workspace.desk import Work

GENERATED = "generated"
"""Kind of the log entry that begins the wait."""

_LATELY = timedelta(days=7)
"""How long after its moment a run that was withdrawn or missed is still named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A run that waits for approval.

    Args:
        run: The run.
        left: Time until it is due; negative when that is past.
        since: When it was generated, in the office's zone.
        cost: What its SMS cost.
        changed: Whether what it was made of has changed, so that it must be planned and generated again.
        demand: Whether the configuration still asks for it, and why not.
        repeats: How many of its phones have its text from another run, too.
    """

    run: Run
    left: timedelta
    since: datetime
    cost: Cost
    changed: bool
    repeats: Repeats
    demand: Demand = ASKED

    @property
    def unvouched(self) -> bool:
        """Whether the daemon wrote it and no author stands for it yet."""
        return same_person(self.run.author, DAEMON)

    @property
    def overdue(self) -> bool:
        """Whether it should be out already."""
        return self.left < timedelta()

    def as_data(self, local: Local, slip: Path | None, content: str) -> dict[str, Any]:
        """For other programs.

        Args:
            local: Gives a moment in the office's zone.
            slip: Its approval form, if one was drawn.
            content: What names its content where it is approved.
        """
        run = self.run
        return {
            **_head(run, local), "seconds_left": int(self.left.total_seconds()), "overdue": self.overdue,
            "changed": self.changed, "unvouched": self.unvouched,
            "author": run.author, "messages": run.quantity, "parts": run.parts, "cost_yuan": self.cost.yuan,
            "waiting_since": self.since.isoformat(), "repeats": self.repeats.as_data(),
            "slip": str(slip) if slip else None, "content": content,
            "lists": [totals.as_data() for totals in run.planned.incomplete],
            "state": run.state.value, "reason": self.demand.why[0], "reason_zh": self.demand.why[1],
        }  # fmt: skip


def held_data(run: Run, local: Local) -> dict[str, Any]:
    """A run whose rest waits for a person, for other programs."""
    figures = {"author": run.author, "messages": run.quantity, "parts": run.parts}
    return {**_head(run, local), **figures, **standing_data(run.state, run.reason)}


def _head(run: Run, local: Local) -> dict[str, Any]:
    return {"run": run.code, "title": run.planned.title, "due": local(run.planned.due_at).isoformat()}


def pending(work: Work) -> list[Pending]:
    """The runs that wait for approval at the time of the work, soonest due first; nothing is written."""
    work.ask(Deed.LOOK)
    with work.store.read() as connection:
        waiting = runs.in_states(connection, (RunState.GENERATED,))
        entries = {run.code: generated_entry(connection, run) for run in waiting}
    asking = Asking(work.desk)
    return [_pending(work, asking, run, entries[run.code]) for run in waiting]


def _pending(work: Work, asking: Asking, run: Run, entry: Entry) -> Pending:
    return Pending(
        run=run,
        left=run.planned.due_at - work.now,
        since=work.desk.local(moment_of(entry)),
        cost=cost_of(run),
        changed=bool(changed(asking, run)),
        repeats=repeats_of(work, run),
        demand=asking.of(run),
    )


def standing_besides(work: Work) -> list[Run]:
    """Runs that are held, and those that were withdrawn or missed and are due from a week ago on, in order of time."""
    with work.store.read() as connection:
        found = runs.in_states(connection, (RunState.HELD, RunState.WITHDRAWN, RunState.MISSED))
    return [run for run in found if run.state is RunState.HELD or run.planned.due_at > work.now - _LATELY]


def cost_of(run: Run) -> Cost:
    """What all SMS of a run cost."""
    return sum((tally.cost for tally in run.planned.tallies), Cost(0))


def generated_entry(connection: Connection, run: Run) -> Entry:
    """The log's newest entry of how a run was generated; it was written in one transaction with the run's state."""
    return list(log.entries(connection, run.code, (GENERATED,)))[-1]


def moment_of(entry: Entry) -> datetime:
    """When an entry's work was done: the rehearsed time where there is one."""
    rehearsed = entry.fields.get("as_of")
    return datetime.fromisoformat(rehearsed) if rehearsed else entry.at
