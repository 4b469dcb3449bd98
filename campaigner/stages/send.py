"""Sending: an approved run -> its carrier, message by message, with the truth about each one in the store."""

import gc
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from campaigner.delivery.live import LiveGateway
from campaigner.domain.campaign import Channel
from campaigner.domain.delivery import DeliveryState, goes_wrong
from campaigner.domain.lifecycle import RunState
from campaigner.domain.message import Outgoing
from campaigner.domain.planning import Reason, Run
from campaigner.domain.receipt import Answered
from campaigner.domain.roles import Deed
from campaigner.errors import GatewayError, StateError
from campaigner.stages.choosing import marked_phones
from campaigner.stages.clearance import Urgency, cleared, way_out_of
from campaigner.stages.deliver import check_digest, give_back, print_paper
from campaigner.stages.desk import Work
from campaigner.stages.queue import Outbox, Terms, fill_outbox, moment_of_release, release_facts
from campaigner.stages.reason import told
from campaigner.stages.wire import Hearing, Wire
from campaigner.store import batches, deliveries, messages, outbox, pauses, refusals, releases, runs
from campaigner.store.engine import Connection
from campaigner.store.pauses import Pause
from campaigner.store.releases import Release

BLOCK = 4_000
"""Messages that are marked as being sent in one commit at most, before the first byte of them leaves."""
_SMALLEST = 50
"""And at least, so that the window of a link with long delays stays full."""
_SPAN = 0.25
"""Seconds of sending that a block holds: what a killed process leaves unknown is no more than its blocks."""
_AHEAD = 2
"""Blocks that a link is given at once, so that its window never runs empty."""
_SELDOM = 50_000
"""New objects after which the collector of cycles looks for the first time: some thousand messages' worth."""
STOPPED = "the program stopped before the answer was kept"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a sending did.

    Args:
        run: The run afterwards.
        quantity: Messages that were given to the carrier now.
        parts: SMS parts of them.
        sms: SMS among them.
        states: How many SMS of the run are in which state.
        waits: Messages of the run that wait.
        why: Why it stopped before its end; "" if it did not.
    """

    run: Run
    quantity: int
    parts: int
    sms: int
    states: dict[DeliveryState, int]
    waits: int
    why: str = ""


def send(work: Work, run: Run, wire: Wire, urgency: Urgency | None = None) -> Sent:
    """Send what of an approved run may go out now; stopped anywhere, nothing is sent twice.

    Raises:
        ApprovalError: It is not approved, or no longer what was approved.
        GatewayError: The carrier cannot be reached; everything waits as before.
        StateError: It is not due, its window is closed, somebody holds it back, or it is too late.
    """
    work.ask(Deed.RELEASE)
    way_out = _live_gateway(work, run)
    if run.state is RunState.RELEASING:
        closed = close_cut_short(work, run)
        if closed.run.state is RunState.RELEASED:
            return closed
        run = closed.run
    cleared(work, run, urgency)
    _check_moment(work, run, urgency)
    hearing = wire.open(run.planned.gateway, way_out)
    mine, release, filled = _begin(work, run, way_out, urgency)
    if release is None:
        return Sent(mine, 0, 0, 0, {}, filled.waits)
    _prepare(work, mine, release)
    sending = _Sending(work, mine, release, wire, hearing, urgent=urgency is not None)
    try:
        why = sending.all_blocks()
    except BaseException:
        sending.settle()
        _finish(work, mine, release, filled, "stopped")
        raise
    return _finish(work, mine, release, filled, why)


def close_cut_short(work: Work, run: Run) -> Sent:
    """End a release that a stop cut short: what went is out or unknown, the rest waits for a release of its own.

    So that goes by the hours, caps and refusals of the moment at which it really goes.
    """
    with work.store.begin() as connection:
        runs.move(connection, run, RunState.RELEASING, work.now, attempt=run.attempt + 1)
        mine = runs.find(connection, run.code)
        begun = releases.unfinished(connection, mine)
        assert begun is not None
        _lose_track(work, connection, mine)
        went = deliveries.went(connection, mine, begun.number) != (0, 0)
    if not went:
        give_back(work, mine, begun)
        with work.store.read() as connection:
            given_back = runs.find(connection, run.code)
            if given_back.state is not RunState.RELEASING:
                return Sent(given_back, 0, 0, 0, {}, outbox.waiting(connection, given_back).count)
    return _finish(work, mine, begun, Outbox(begun, 0, Counter(), 0, None), STOPPED)


def _lose_track(work: Work, connection: Connection, run: Run) -> None:
    """Whatever was given to a link and has no answer is unknown; where all went in order there is none."""
    lost = deliveries.lose_track(connection, run, STOPPED, work.now)
    if lost:
        work.record(connection, "unknown", run.code, {"quantity": lost, "why": STOPPED})


def _live_gateway(work: Work, run: Run) -> LiveGateway:
    way_out = way_out_of(work.desk, run)
    if not isinstance(way_out, LiveGateway):
        raise GatewayError(
            f"run {run.code} has no gateway that sends by itself; `campaigner export {run.code}` writes its files"
        )
    return way_out


def _check_moment(work: Work, run: Run, urgency: Urgency | None) -> None:
    at = moment_of_release(work, run, urgent=urgency is not None)
    if at is None or at > work.now:
        when = f"from {at:%Y-%m-%d %H:%M} on" if at else "on no day of the next year"
        raise StateError(f"run {run.code} may go out {when}; `campaigner urgent` sets that aside")


def _begin(
    work: Work, run: Run, way_out: LiveGateway, urgency: Urgency | None
) -> tuple[Run, Release | None, Outbox]:
    """Make the run the caller's, and choose what goes out."""
    marked = marked_phones(work.desk, work.desk.day(work.now))
    terms = Terms(work.now, way_out.rows_per_batch, urgency is not None, marked)
    with work.store.begin() as connection:
        runs.move(connection, run, RunState.RELEASING, work.now, attempt=run.attempt + 1)
        mine = runs.find(connection, run.code)
        filled = fill_outbox(work, connection, mine, terms)
        if urgency is not None:
            work.record(connection, "urgent", run.code, {"by": urgency.by, "reason": told(urgency.reason)})
        if filled.release is None:
            after = RunState.PARTLY if filled.waits else RunState.RELEASED
            runs.move(connection, mine, after, work.now)
            work.record(connection, "waits", run.code, release_facts(work, filled))
        return runs.find(connection, run.code), filled.release, filled


def _prepare(work: Work, run: Run, release: Release) -> None:
    """What comes before the first message; if it fails, nothing is out and the run is as before."""
    try:
        check_digest(work, run)
        if release.number == 1:
            print_paper(work, run, release)
    except BaseException:
        with work.store.read() as connection:
            untouched = deliveries.went(connection, run, release.number) == (0, 0)
        if untouched:
            give_back(work, run, release)
        raise


class _Sending:
    """One release on its way: blocks are marked, given to the link, and answered for."""

    def __init__(
        self, work: Work, run: Run, release: Release, wire: Wire, hearing: Hearing, *, urgent: bool
    ) -> None:
        self._work, self._run, self._release = work, run, release
        self._wire, self._hearing = wire, hearing
        self._gateway = run.planned.gateway
        self._urgent = urgent
        self._flying: deque[tuple[int, Future[None]]] = deque()
        self._last = 0
        self._part = None if release.whole else release.number
        self._refusals: tuple[int, datetime | None] | None = None
        self._refused: frozenset[int] = frozenset()
        with work.store.read() as connection:
            self._texts = messages.wordings(connection, run, Channel.SMS)
        plan = work.desk.config.gateways[self._gateway]
        self._least = least_block(int(plan.options.get("rate") or 0))
        self._size = self._least
        self._since = time.monotonic()
        self._before = hearing.answered.copy()
        self._looked = hearing.answered.copy()
        self._nothing_leaves = False
        self._limit = int(plan.halt_percent)

    def all_blocks(self) -> str:
        """Send block by block; returns why it stopped before the end, or ""."""
        label = f"sending SMS of {self._run.code}"
        with self._work.progress.bar(label, self._release.sms) as bar, _old_left_alone():
            while True:
                why = self._must_stop()
                if why:
                    break
                block = self._next_block()
                if not block:
                    break
                going = self._wire.send(self._gateway, block)
                self._flying.append((len(block), going))
                self._wait_for(_AHEAD - 1)
                bar.advance(len(block))
            self._wait_for(0)
            why = why or self._must_stop() or self._could_not_leave()
        self._wire.flush()
        return why

    def settle(self) -> None:
        """Something broke: let the link answer for what it has, and keep it."""
        for _count, future in self._flying:
            future.cancel()
        self._wire.drop(self._gateway)

    def _wait_for(self, left: int) -> None:
        while len(self._flying) > left:
            count, future = self._flying[0]
            future.result()
            self._flying.popleft()
            now = time.monotonic()
            self._size, self._since = block_size(count, now - self._since, self._least), now
            heard = self._hearing.answered - self._looked
            self._nothing_leaves = set(heard) == {Answered.UNSENT}
            self._looked = self._hearing.answered.copy()

    def _next_block(self) -> list[Outgoing]:
        """The next messages, marked as being sent; whoever has refused meanwhile is left out."""
        with self._wire.turn, self._work.store.begin() as connection:
            runs.still_mine(connection, self._run)
            self._leave_out(connection)
            block = deliveries.queued(connection, self._run, self._part, self._last, self._size, self._texts)
            deliveries.begin(connection, self._run, self._gateway, block, self._wire.now())
        if block:
            self._last = block[-1].id
        return block

    def _leave_out(self, connection: Connection) -> None:
        """Take whoever has refused out of the release, if the list is not as it was at the last look."""
        extent = refusals.extent(connection)
        if extent != self._refusals:
            refused = refusals.phones(connection)
            fresh = sorted(refused - self._refused)
            if outbox.withdraw(connection, self._run, self._release.number, fresh, Reason.OPTED_OUT):
                self._part = self._release.number
            self._refusals, self._refused = extent, refused

    def _must_stop(self) -> str:
        """Why no further block may go; "" if it may."""
        with self._work.store.read() as connection:
            pause = pauses.of_run(connection, self._run)
        if pause is not None:
            return f"{pause.by} holds it back: {pause.reason}"
        now = self._work.desk.local(self._wire.now())
        if not self._urgent and not self._work.desk.timetable_of(self._run.planned).is_open(now):
            return "its window has closed"
        return self._halt() or (
            f"nothing more leaves at present: {self._hearing.unsent}" if self._nothing_leaves else ""
        )

    def _could_not_leave(self) -> str:
        unsent = (self._hearing.answered - self._before)[Answered.UNSENT]
        return f"{unsent} messages could not leave: {self._hearing.unsent}" if unsent else ""

    def _halt(self) -> str:
        """Hold the run back if too much of it fails."""
        heard = self._hearing.answered - self._before
        bad = heard[Answered.REFUSED] + heard[Answered.UNKNOWN]
        answered = bad + heard[Answered.ACCEPTED]
        if not goes_wrong(answered, bad, self._limit):
            return ""
        reason = f"{bad} of {answered} messages failed or are unknown"
        with self._work.store.begin() as connection:
            pauses.add(connection, Pause(self._run.code, self._work.actor, self._work.now, reason))
            self._work.record(connection, "halted", self._run.code, {"answered": answered, "bad": bad})
        return f"halted: {reason}"


@contextmanager
def _old_left_alone() -> Iterator[None]:
    """Spare the collector of cycles what is there now.

    Messages and answers come in such numbers that it would look through all objects of the program again and again,
    a third of the time that sending takes. Those that live a moment it looks through less often: another eighth.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def least_block(rate: int) -> int:
    """The smallest block for a gateway that takes so many messages a second; 0 for one without a limit."""
    least = min(_SMALLEST, rate // 2 + 1) if rate else _SMALLEST
    return min(BLOCK, least)


def block_size(count: int, seconds: float, least: int) -> int:
    """How many messages the next block holds, if so many left in so many seconds."""
    wanted = int(count * _SPAN / seconds) if seconds > 0 else BLOCK
    return min(BLOCK, max(least, wanted))


def _finish(work: Work, run: Run, release: Release, filled: Outbox, why: str) -> Sent:
    """Close the release with what truly went; the rest waits again."""
    with work.store.begin() as connection:
        runs.still_mine(connection, run)
        _lose_track(work, connection, run)
        deliveries.release_unsent(connection, run, release.number)
        sms, parts = deliveries.went(connection, run, release.number)
        paper = release.quantity - release.sms
        states = deliveries.counts(connection, run)
        if sms + paper:
            releases.shrink(connection, run, release.number, sms, parts)
            releases.finish(connection, run, release.number, "")
        else:
            releases.forget(connection, run, release.number)
        batches.forget(connection, run, release.number)
        waits = outbox.waiting(connection, run).count
        before = RunState.APPROVED if release.number == 1 and not sms + paper else RunState.PARTLY
        runs.move(connection, run, before if waits else RunState.RELEASED, work.now)
        if sms + paper:
            shown = replace(filled, waits=waits)
            work.record(connection, "sent", run.code, {
                **_facts(work, run, release, sms + paper, parts), **release_facts(work, shown),
                "states": {state.value: count for state, count in sorted(states.items())},
                **({"stopped": why} if why else {}),
            })  # fmt: skip
        return Sent(runs.find(connection, run.code), sms + paper, parts, sms, states, waits, why)


def _facts(work: Work, run: Run, release: Release, quantity: int, parts: int) -> dict[str, object]:
    return {
        "release": release.number,
        "send_from": work.desk.local(release.at).isoformat(),
        "quantity": quantity,
        "parts": parts,
        "digest": run.digest,
        "gateway": run.planned.gateway,
        "synthetic": run.planned.synthetic,
        "channels": {tally.channel.value: tally.recipients for tally in run.planned.tallies},
    }
