"""Releasing: every approved run whose moment has come, whatever way out it has."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum

from campaigner.domain.demand import LAPSE_TITLES
from campaigner.domain.lifecycle import RunState
from campaigner.domain.missed import Misfire, Missed
from campaigner.domain.planning import Run
from campaigner.domain.standing import explained
from campaigner.errors import CampaignerError, OvertakenError, StoppedError
from campaigner.road.asking import settle_all
from campaigner.road.closing import at_rest, close_cut_short, living, sends_by_itself
from campaigner.road.deliver import export
from campaigner.road.inbox import note_trace, why_of
from campaigner.road.overdue import judge_missed, pass_over
from campaigner.road.queue import gateway_room, moment_of_release
from campaigner.road.send import send, take_part
from campaigner.road.wire import Wire
from campaigner.store import outbox, pauses, runs
from campaigner.workspace.desk import Work


class What(StrEnum):
    """What became of a run when its turn came."""

    OUT = "out"
    WAITS = "waits"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"
    HELD = "held"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Turn:
    """What became of a run when its turn came.

    Args:
        run: Its code.
        what: What became of it.
        gateway: Way out of its SMS.
        sms: SMS that went out.
        paper: Letters and posters that went out.
        waits: Messages that still wait.
        why: What to tell a person; "" if nothing.
    """

    run: str
    what: What
    gateway: str = ""
    sms: int = 0
    paper: int = 0
    waits: int = 0
    why: str = ""

    @property
    def quantity(self) -> int:
        """Messages that went out."""
        return self.sms + self.paper


def release_due(work: Work, wire: Wire) -> Iterator[Turn]:
    """Release every approved run that is due, open and not held back, one after the other.

    What the configuration in force no longer asks for is withdrawn or held first, and of the late runs of one
    campaign all but the newest are recorded as missed. A run that fails is told of and does not stop the others; it is
    tried again at the next call.

    Args:
        work: Desk, store and time.
        wire: Links for gateways that send by themselves.

    Raises:
        StoppedError: Somebody asked to stop.
        OvertakenError: Another process leads the clock now.
    """
    for settled in settle_all(work):
        yield Turn(settled.before.code, What(settled.state.value), why=LAPSE_TITLES[settled.lapse][0])
    for passed in pass_over(work):
        yield Turn(passed.run.code, What.MISSED, why=explained(passed.reason)[0])
    states = (RunState.RELEASING, RunState.APPROVED, RunState.PARTLY)
    with work.store.read() as connection:
        waiting = runs.in_states(connection, states)
        held = pauses.standing(connection)
    for run in waiting:
        if run.code not in held and run.planned.campaign not in held:
            turn = _turn(work, run, wire)
            if turn is not None:
                yield turn


def _turn(work: Work, run: Run, wire: Wire) -> Turn | None:
    """What became of a run on its turn; whatever is wrong with it is told, and the others have theirs."""
    try:
        return _taken(work, run, wire)
    except (StoppedError, OvertakenError):
        raise
    except CampaignerError as error:
        return Turn(run.code, What.FAILED, why=error.one_line)
    except Exception as error:  # noqa: BLE001 - told of, with where it happened
        note_trace(f"run {run.code} could not be released", error)
        return Turn(run.code, What.FAILED, why=why_of(error))


def _taken(work: Work, run: Run, wire: Wire) -> Turn | None:
    if run.state is RunState.RELEASING:
        if sends_by_itself(work.desk, run):
            closed = take_part(work, run, wire) or close_cut_short(work, run)
            return _told(closed.run, closed.sms, closed.quantity - closed.sms, closed.waits, closed.why)
        if living(work, run):
            return None  # a person's export, say
        run = at_rest(work, run)
    missed = judge_missed(work, run) if _is_due(work, run) else None
    if missed is not None and missed.rule not in {Misfire.LATE, Misfire.EACH}:
        return Turn(run.code, What.MISSED, why=_what_became(work, run, missed))
    if not _has_its_turn(work, run):
        return None
    sms, paper, waits, why = _let_out(work, run, wire)
    late = f"{missed.late.total_seconds() / 60:.0f} minutes late" if missed else ""
    return _told(run, sms, paper, waits, ", ".join(filter(None, (late, why))))


def _what_became(work: Work, run: Run, missed: Missed) -> str:
    if missed.at is not None:
        return f"moved to {missed.at:%Y-%m-%d %H:%M}"
    with work.store.read() as connection:
        return explained(runs.find(connection, run.code).reason)[0] or "no day is open for it"


def _told(run: Run, sms: int, paper: int, waits: int, why: str) -> Turn:
    what = What.OUT if sms + paper else What.WAITS
    return Turn(run.code, what, run.planned.gateway, sms, paper, waits, why)


def _let_out(work: Work, run: Run, wire: Wire) -> tuple[int, int, int, str]:
    """(SMS out, paper out, messages that wait, why it stopped) over whatever way out the run has."""
    if sends_by_itself(work.desk, run):
        sent = send(work, run, wire)
        return sent.sms, sent.quantity - sent.sms, sent.waits, sent.why
    done = export(work, run)
    return done.sms, done.quantity - done.sms, done.waits, ""


def _is_due(work: Work, run: Run) -> bool:
    return run.planned.release_at <= work.now


def _has_its_turn(work: Work, run: Run) -> bool:
    """Whether a run is due and open, not too late, and something of it may go that its gateway takes."""
    moment = moment_of_release(work, run)
    if moment is None or moment.astimezone(UTC) > work.now.astimezone(UTC):
        return False
    if run.state is RunState.RELEASING:
        return True
    last = run.planned.not_after
    if last and work.now > last:
        return False
    if run.state is RunState.APPROVED:
        return True
    with work.store.read() as connection:
        return (
            bool(outbox.ready(connection, run, work.now)) and gateway_room(work, connection, run, moment) != 0
        )
