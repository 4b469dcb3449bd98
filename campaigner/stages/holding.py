"""Holding runs back, letting them go on, calling them off, and ending those for which it is too late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from campaigner.domain.lifecycle import OPEN, RunState
from campaigner.domain.missed import Misfire, Missed, missed
from campaigner.domain.people import plain_line
from campaigner.domain.planning import Run
from campaigner.domain.roles import Deed
from campaigner.errors import StateError, UsageError
from campaigner.stages.desk import Work
from campaigner.stages.reason import told
from campaigner.store import approvals, outbox, pauses, runs
from campaigner.store.pauses import Pause


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that ended before all of it was out: how much is out, how much never will be."""

    run: Run
    out: int
    never: int


def pause(work: Work, name: str, reason: str) -> bool:
    """Hold a run or a whole campaign back from now on; what is out stays out. False if it was held already.

    Raises:
        UsageError: There is no such run or campaign, or no reason is given.
    """
    work.ask(Deed.HOLD)
    if not reason.strip():
        raise UsageError("to hold something back, give a reason")
    found = _named(work, name)
    with work.store.begin() as connection:
        fresh = pauses.add(connection, Pause(found, plain_line(work.actor), work.now, told(reason)))
        if fresh:
            work.record(connection, "paused", _code(found, work), {"name": found, "reason": told(reason)})
    return fresh


def resume(work: Work, name: str) -> bool:
    """Let a run or campaign go on; False if it was not held."""
    work.ask(Deed.HOLD)
    found = _named(work, name)
    with work.store.begin() as connection:
        lifted = pauses.lift(connection, found)
        if lifted:
            work.record(connection, "resumed", _code(found, work), {"name": found})
    return lifted


def cancel(work: Work, run: Run, reason: str) -> Ended:
    """Call a run off: what is out stays out, the rest never goes.

    Raises:
        UsageError: No reason is given.
        StateError: It has ended already, or somebody is at work on it.
    """
    work.ask(Deed.HOLD)
    if not reason.strip():
        raise UsageError("to call a run off, give a reason")
    if run.state not in OPEN:
        raise StateError(f"run {run.code} is {run.state}; it cannot be called off")
    return _end(work, run, RunState.CANCELLED, "cancelled", {"reason": told(reason)})


def expire(work: Work, run: Run) -> Ended | None:
    """End a run whose last moment has passed; None if it has not, or somebody is at work on it."""
    last = run.planned.not_after
    if last is None or work.now <= last or run.state not in OPEN:
        return None
    return _end(work, run, RunState.EXPIRED, "expired", {"not_after": work.desk.local(last).isoformat()})


def judge_missed(work: Work, run: Run) -> Missed | None:
    """What became of an approved run that should have gone out already: as its campaign's rule says, and recorded.

    A run that was approved only after its moment was not missed: whoever approved it saw that it was late.
    """
    campaign = work.desk.config.campaigns.get(run.planned.campaign)
    if run.state is not RunState.APPROVED or campaign is None:
        return None
    release, grace = run.planned.release_at, work.desk.config.clockwork.grace
    with work.store.read() as connection:
        approval = approvals.standing(connection, run)
    if approval is None or approval.at > release + grace:
        return None
    timetable = work.desk.timetable_of(run.planned)
    due = timetable.opening(work.desk.local(run.planned.due_at))
    rule = campaign.misfire
    if rule is Misfire.MOVE and due is not None and release > due:
        # It was moved before: a machine that is switched on late each day would move it for ever.
        rule = Misfire.LATE
    found = missed(rule, work.desk.local(release), work.desk.local(work.now), grace, timetable)
    if found is not None:
        _record_missed(work, run, found)
    return found


def _record_missed(work: Work, run: Run, found: Missed) -> None:
    facts = {
        "rule": found.rule.value,
        "due": work.desk.local(run.planned.release_at).isoformat(),
        "late_minutes": int(found.late.total_seconds() // 60),
    }
    if found.rule is Misfire.SKIP:
        _end(work, run, RunState.SKIPPED, "missed", facts)
        return
    with work.store.begin() as connection:
        if found.rule is Misfire.MOVE and found.at is not None:
            runs.reschedule(connection, run, found.at, _later_end(run, found.at))
            facts["moved_to"] = work.desk.local(found.at).isoformat()
        work.record(connection, "missed", run.code, facts)


def _later_end(run: Run, at: datetime) -> datetime | None:
    """A run that is moved keeps as long after its new moment as it had after the old one."""
    last = run.planned.not_after
    return None if last is None else at + (last - run.planned.release_at)


def _end(work: Work, run: Run, state: RunState, kind: str, facts: Mapping[str, object]) -> Ended:
    with work.store.begin() as connection:
        out = sum(count for number, count in outbox.counts(connection, run).items() if number > 0)
        never = outbox.drop_all(connection, run, kind)
        runs.move(connection, run, state, work.now)
        work.record(connection, kind, run.code, {**facts, "out": out, "never": never})
        return Ended(runs.find(connection, run.code), out, never)


def _named(work: Work, name: str) -> str:
    """The campaign of this name, or the run's whole code."""
    if name in work.desk.config.campaigns:
        return name
    with work.store.read() as connection:
        return runs.find(connection, name).code


def _code(name: str, work: Work) -> str:
    return "" if name in work.desk.config.campaigns else name
