"""Block by block: the messages of a release that one sender marks as its own, gives to its link, and hears of."""

import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from campaigner.content.checked import Checked
from campaigner.domain.campaign import Channel
from campaigner.domain.delivery import goes_wrong
from campaigner.domain.demand import Demand
from campaigner.domain.message import Outgoing
from campaigner.domain.planning import Reason, Run
from campaigner.domain.receipt import Answered
from campaigner.road.asking import Asking
from campaigner.road.changed import changed, logged_approval
from campaigner.road.wire import Hearing, Wire
from campaigner.store import messages, outbox, pauses, refusals, releases, runs, senders
from campaigner.store.engine import Connection
from campaigner.store.pauses import Pause
from campaigner.store.releases import Release
from campaigner.store.senders import Sender
from campaigner.workspace.collecting import old_left_alone
from campaigner.workspace.desk import Work

BLOCK = 4_000
"""Messages that are marked as being sent in one commit at most, before the first byte of them leaves."""
_SMALLEST = 50
"""And at least, so that the window of a link with long delays stays full."""
_SPAN = 0.25
"""Seconds of sending that a block holds: what a killed process leaves unknown is no more than its blocks."""
_AHEAD = 2
"""Blocks that a link is given at once, so that its window never runs empty."""


@dataclass(frozen=True, slots=True)
class Part:
    """One sender's part in a release.

    Args:
        release: Which release.
        sender: Who sends; None where nobody does any more.
        urgent: Whether hours and caps are set aside.
        began: Whether it began the release, and printed its paper.
    """

    release: Release
    sender: Sender | None = None
    urgent: bool = False
    began: bool = True


class Sending:
    """One sender's part in a release on its way: blocks are marked as its own, given to the link, answered for."""

    def __init__(
        self, work: Work, run: Run, part: Part, wire: Wire, hearing: Hearing, checked: Checked
    ) -> None:
        assert part.sender is not None
        self._work, self._run, self._release, self._sender = work, run, part.release, part.sender
        self._wire, self._hearing, self._checked = wire, hearing, checked
        self._gateway = run.planned.gateway
        self._urgent = part.urgent
        self._flying: deque[tuple[int, Future[None]]] = deque()
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
        self._desk = work.in_force()
        asking = Asking(self._desk)
        self._found = asking.of(run)
        with work.store.read() as connection:
            self._approval = logged_approval(connection, run)
        self._changed = changed(asking, run, self._approval)
        self._nothing_leaves = False
        self._limit = int(plan.halt_percent)

    def all_blocks(self) -> str:
        """Send block by block; returns why it stopped before the end, or ""."""
        label = f"sending SMS of {self._run.code}"
        with self._work.progress.bar(label, self._release.sms) as bar, old_left_alone():
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
        with self._wire.turn, self._work.store.beside() as connection:
            runs.still_mine(connection, self._run)
            place = senders.hold(connection, self._run, self._release.number, self._sender)
            if self._leave_out(connection):
                place = place._replace(whole=False)
            block = senders.claim(connection, self._run, place, self._size, self._wire.now(), self._texts)
            self._checked.sms(block)  # before a byte of it leaves, and before it is marked as being sent
            return block

    def _leave_out(self, connection: Connection) -> int:
        """Take whoever has refused out of the release, if the list is not as it was at the last look; how many."""
        left_out = 0
        extent = refusals.extent(connection)
        if extent != self._refusals:
            refused = refusals.phones(connection)
            fresh = sorted(refused - self._refused)
            left_out = outbox.withdraw(connection, self._run, self._release.number, fresh, Reason.OPTED_OUT)
            if left_out:
                releases.no_longer_whole(connection, self._run, self._release.number)
            self._refusals, self._refused = extent, refused
        return left_out

    def _must_stop(self) -> str:
        """Why no further block may go; "" if it may."""
        with self._work.store.read() as connection:
            pause = pauses.of_run(connection, self._run)
        if pause is not None:
            return f"{pause.by} holds it back: {pause.reason}"
        demand = self._demand()
        if not demand.asked:
            return f"no longer asked for: {demand.why[0]}" if demand.lapse else demand.why[0]
        if self._changed:
            return f"{self._changed} changed since it was approved"
        now = self._work.desk.local(self._wire.now())
        if not self._urgent and not self._work.desk.timetable_of(self._run.planned).is_open(now):
            return "its window has closed"
        return self._halt() or (
            f"nothing more leaves at present: {self._hearing.unsent}" if self._nothing_leaves else ""
        )

    def _demand(self) -> Demand:
        """Whether the configuration in force asks for the run; it is asked again only if it was read again."""
        desk = self._work.in_force()
        if desk is not self._desk:
            asking = Asking(desk)
            self._desk, self._found = desk, asking.of(self._run)
            self._changed = changed(asking, self._run, self._approval)
        return self._found

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


def least_block(rate: int) -> int:
    """The smallest block for a gateway that takes so many messages a second; 0 for one without a limit."""
    least = min(_SMALLEST, rate // 2 + 1) if rate else _SMALLEST
    return min(BLOCK, least)


def block_size(count: int, seconds: float, least: int) -> int:
    """How many messages the next block holds, if so many left in so many seconds."""
    wanted = int(count * _SPAN / seconds) if seconds > 0 else BLOCK
    return min(BLOCK, max(least, wanted))
