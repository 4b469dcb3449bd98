"""Holding runs back, letting them go on, calling them off, and ending those for which it is too late."""

from collections.abc import Mapping
from dataclasses import dataclass

from campaigner.domain.lifecycle import OPEN, RunState
from campaigner.domain.pausing import HOLDING, held
from campaigner.domain.people import plain_line
from campaigner.domain.planning import Run
from campaigner.domain.roles import Deed
from campaigner.domain.standing import CALLED_OFF, IN_CHINESE, TOO_LATE, explained, kept_reason
from campaigner.errors import StateError, UsageError
from campaigner.road.closing import at_rest, end_shown, living
from campaigner.road.halves import rest_all
from campaigner.store import log, outbox, pauses, releases, runs
from campaigner.store.engine import Connection
from campaigner.store.pauses import Pause
from campaigner.workspace.desk import Work
from campaigner.workspace.reason import told


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that ended before all of it was out.

    Args:
        run: The run afterwards.
        out: Messages that are out, or that count as out.
        never: Messages that will never go.
        perhaps: Those of `out` in files that were shown while their export was not done: nobody knows who has them.
    """

    run: Run
    out: int
    never: int
    perhaps: int = 0

    @property
    def counted(self) -> str:
        """How much is out, may be out, and will not go."""
        maybe = f", {self.perhaps} may be" if self.perhaps else ""
        return f"{self.out - self.perhaps} messages are out{maybe}, {self.never} will not go"


def pause(work: Work, name: str, reason: str) -> bool:
    """Hold a run or a whole campaign back from now on; what is out stays out. False if it was held already.

    What a killed process had begun of it waits again, as far as nobody has seen it.

    Raises:
        UsageError: There is no such run or campaign, or no reason is given.
    """
    work.ask(Deed.HOLD)
    if not reason.strip():
        raise UsageError("to hold something back, give a reason\n暂停要用 --reason 写明原因")
    found = _named(work, name)
    with work.store.begin() as connection:
        fresh = pauses.add(connection, Pause(found, plain_line(work.actor), work.now, told(reason)))
        if fresh:
            work.record(connection, "paused", _code(found, work), {"name": found, "reason": told(reason)})
    rest_all(work, found)
    return fresh


def resume(work: Work, name: str, reason: str = "") -> bool:
    """Let a run or campaign go on that is held back; False if it was not.

    A person may hold it back, or the run's configuration, which no longer asks for it after a part of it went out.

    Args:
        work: Store and time; its actor is who lets it go on.
        name: Code of a run, or name of a campaign.
        reason: Why; asked for where the configuration no longer asks for the run.

    Raises:
        UsageError: There is no such run or campaign, or the run is held by its configuration and no reason is given.
    """
    work.ask(Deed.HOLD)
    found = _named(work, name)
    with work.store.begin() as connection:
        logged = held(log.entries(connection, kinds=HOLDING), found, found)
        lifted = pauses.lift(connection, found) or bool(logged)
        if lifted:
            work.record(connection, "resumed", _code(found, work), {"name": found})
        if found in work.desk.config.campaigns:
            return lifted
        return _let_go(work, connection, runs.find(connection, found), reason) or lifted


def _let_go(work: Work, connection: Connection, run: Run, reason: str) -> bool:
    """A person decides that the rest of a held run goes on, in spite of what its configuration says now."""
    if run.state is not RunState.HELD:
        return False
    if not reason.strip():
        raise UsageError(
            f"run {run.code} is held: {explained(run.reason)[0]}; to let the rest of it go on all the same, "
            f"say why with --reason TEXT\n"
            f"{run.code} 已暂停：{explained(run.reason)[1]}；仍要发完，请用 --reason 写明原因"
        )
    begun = releases.unfinished(connection, run)
    after = RunState.RELEASING if begun is not None else RunState.PARTLY
    runs.move(connection, run, after, work.now, let_go=run.reason)
    work.record(connection, "resumed", run.code, {
        "name": run.code, "reason": told(reason), "in_spite_of": explained(run.reason)[0],
    })  # fmt: skip
    return True


def cancel(work: Work, run: Run, reason: str) -> Ended:
    """Call a run off: what is out stays out, the rest never goes.

    Raises:
        UsageError: No reason is given.
        StateError: It has ended already, or somebody is at work on it.
    """
    work.ask(Deed.HOLD)
    if not reason.strip():
        raise UsageError("to call a run off, give a reason\n取消任务要用 --reason 写明原因")
    run = at_rest(work, run)
    if run.state not in OPEN | {RunState.RELEASING}:
        raise StateError(
            f"run {run.code} is {run.state}; it cannot be called off\n"
            f"任务 {run.code} {IN_CHINESE[run.state]}，不能再取消"
        )
    words = told(reason)
    return end(work, run, RunState.CANCELLED, kept_reason(CALLED_OFF, words), {"reason": words})


def expire(work: Work, run: Run) -> Ended | None:
    """End a run whose last moment has passed; None if it has not, or somebody is at work on it."""
    last = run.planned.not_after
    if last is None or work.now <= last or run.state not in OPEN | {RunState.RELEASING}:
        return None
    if run.state is RunState.RELEASING:
        if living(work, run):
            return None
        run = at_rest(work, run)
        if run.state not in OPEN | {RunState.RELEASING}:
            return None
    facts = {"not_after": work.desk.local(last).isoformat()}
    return end(work, run, RunState.EXPIRED, kept_reason(TOO_LATE), facts)


def end(work: Work, run: Run, state: RunState, reason: str, facts: Mapping[str, object]) -> Ended:
    """Bring a run to its end: what still waits of it never goes; in one transaction with what the log says.

    Args:
        work: Store and time.
        run: The run as it was read; if it is `releasing`, nobody is at work on it.
        state: How it ends; the log's entry is called so, too.
        reason: Why, as `domain.standing` reads it.
        facts: What else the log says.
    """
    kind = state.value
    with work.store.begin() as connection:
        perhaps = 0
        if run.state is RunState.RELEASING:
            begun = releases.unfinished(connection, run)
            perhaps = begun.quantity if begun else 0
            run = end_shown(work, connection, run)
        out = sum(count for number, count in outbox.counts(connection, run).items() if number > 0)
        never = outbox.drop_all(connection, run, kind)
        runs.move(connection, run, state, work.now, state_reason=reason)
        unsure = {"perhaps": perhaps} if perhaps else {}
        work.record(connection, kind, run.code, {**facts, "out": out, **unsure, "never": never})
        return Ended(runs.find(connection, run.code), out, never, perhaps)


def _named(work: Work, name: str) -> str:
    """The campaign of this name, or the run's whole code."""
    if name in work.desk.config.campaigns:
        return name
    with work.store.read() as connection:
        return runs.find(connection, name).code


def _code(name: str, work: Work) -> str:
    return "" if name in work.desk.config.campaigns else name
