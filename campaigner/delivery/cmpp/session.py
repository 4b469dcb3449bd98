"""One TCP connection to a gateway, from CONNECT to TERMINATE: the window, the answers, the link tests."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from campaigner.delivery.cmpp import pdu
from campaigner.delivery.cmpp.incoming import receipt
from campaigner.delivery.cmpp.pdu import Layout, PduError, SubmitForm
from campaigner.delivery.cmpp.traffic import Piece
from campaigner.delivery.cmpp.words import FLOW_CONTROL
from campaigner.delivery.links.acknowledging import Acknowledger
from campaigner.delivery.live import Kept, Receipt

_GRACE = 1.0
"""Seconds that a link which is ending waits for last answers."""
_MALFORMED = 1
"""The result that tells the other side that its DELIVER could not be read."""
_NOT_NOW = 8
"""The result that tells it to send the DELIVER again later: flow control, as answers to SUBMIT have it."""


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """How to reach a gateway and what it knows us by; has no repr, for it holds the secret.

    Args:
        name: The gateway's name in config.toml.
        host: Its address.
        port: Its port for long links.
        sp_id: Our account.
        secret: The shared secret.
        window: SUBMITs without an answer, at most.
        timeout: Seconds to wait for an answer.
        active_test: Seconds of silence after which the link is tested.
        prefix: What goes before each phone.
    """

    name: str
    host: str
    port: int
    sp_id: str
    secret: str
    window: int
    timeout: float
    active_test: float
    prefix: str


class Host(Protocol):
    """What a session reports to."""

    def answered(self, answers: Sequence[tuple[Piece, int, int]]) -> None:
        """(part, Msg_Id, result) of parts that were in the window."""
        ...

    def late(self, part: Piece, reference: int, result: int) -> None:
        """An answer after its time."""
        ...

    def too_fast(self, parts: Sequence[Piece]) -> None:
        """Parts that the gateway did not take because they came too fast."""
        ...

    def lost(self, parts: Iterable[Piece], why: str) -> None:
        """Parts that will have no answer."""
        ...

    def brought(self, receipts: Sequence[Receipt], replies: Sequence[pdu.Deliver]) -> Sequence[Kept]:
        """What the gateway delivered; whether it is kept."""
        ...

    def notes(self, text: str) -> None:
        """Something worth a line in the log."""
        ...


class Session(asyncio.Protocol):
    """One connection.

    Attributes:
        welcome: The answer to CONNECT.
        closed: Set when the connection is gone.
        wake: Set when there is room in the window again, or the connection is gone.
        useful: Whether the gateway has answered any SUBMIT.
    """

    def __init__(self, host: Host, account: Account, layout: Layout) -> None:
        self.welcome: asyncio.Future[pdu.Welcome] = asyncio.get_running_loop().create_future()
        self.closed, self.wake = asyncio.Event(), asyncio.Event()
        self.useful = False
        self._host, self._account, self._layout = host, account, layout
        self._loop = asyncio.get_running_loop()
        self._prefix = account.prefix.encode()
        self._framer = pdu.Framer()
        self._pending: dict[int, tuple[Piece, float]] = {}
        self._overdue: dict[int, Piece] = {}
        self._sequence = 0
        self._connected = self._open = self._suspect = False
        self._heard = self._tested = self._answered = self._loop.time()
        self._out: list[bytes] = []
        self._unkept = Acknowledger(self._acknowledge)
        self._noted: set[str] = set()
        self._why = "the connection was cut"
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands; nobody is logged in yet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._connected = transport, True
        self._unkept.attach(transport)

    def connection_lost(self, _exc: Exception | None) -> None:
        """It is gone: what is in the window has no answer any more."""
        self._open = False
        if self._timer:
            self._timer.cancel()
        parts = self.flying
        self._pending.clear()
        self._host.lost(parts, f"no answer: {self._why}")
        if not self.welcome.done():
            self.welcome.set_exception(ConnectionError(self._why))
            self.welcome.exception()
        self.closed.set()
        self.wake.set()

    @property
    def room(self) -> int:
        """How many more SUBMITs may go now."""
        return self._account.window - len(self._pending) if self._open and not self._suspect else 0

    @property
    def flying(self) -> list[Piece]:
        """Parts without an answer."""
        return [part for part, _at in self._pending.values()]

    @property
    def why(self) -> str:
        """Why the connection ended."""
        return self._why

    def log_in(self, stamp: int) -> bytes:
        """Send CONNECT; `welcome` has the answer. Returns our proof, by which the other side's is checked."""
        proof = pdu.authenticator(self._account.sp_id, self._account.secret, stamp)
        self._write(pdu.connect(self._layout, self._next(), self._account.sp_id, proof, stamp))
        return proof

    def start(self, form: SubmitForm) -> None:
        """Logged in: let SUBMITs through and watch the link."""
        self._form = form
        self._open = not self._transport.is_closing()
        self._period = min(1.0, self._account.timeout / 4, self._account.active_test / 4)
        self._timer = self._loop.call_later(self._period, self._tick)
        self.wake.set()

    def submit(self, parts: Sequence[Piece]) -> None:
        """Write parts, no more than there is room for, at one go."""
        now, octets = self._loop.time(), []
        form, prefix, pending = self._form.pdu, self._prefix, self._pending
        sequence = self._sequence
        for part in parts:
            sequence = sequence % pdu.LAST_SEQUENCE + 1
            going = part.going
            octets.append(
                form(sequence, b"%b%d" % (prefix, going.phone), part.content, going.count, part.number)
            )
            pending[sequence] = (part, now)
        self._sequence = sequence
        self._transport.write(b"".join(octets))

    async def end(self) -> None:
        """Wait a little for last answers, log out, disconnect."""
        was_open, self._open = self._open, False
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE):
                while self._pending or self._unkept.waiting:
                    self.wake.clear()
                    await self.wake.wait()
        self._why = "the link was closed"
        if was_open and not self._transport.is_closing():
            self._write(pdu.pdu(pdu.TERMINATE, self._next()))
            try:
                await asyncio.wait_for(self.closed.wait(), _GRACE)
            except TimeoutError:
                self._host.notes("the gateway did not answer TERMINATE")
        self._transport.abort()
        await self.closed.wait()

    def fail(self, why: str) -> None:
        """Give the connection up, if there is one."""
        if self._connected and not self._transport.is_closing():
            self._why = why
            self._open = False
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Octets from the gateway: all whole PDUs in them, then one write and one word to each who waits."""
        self._heard, self._suspect = self._loop.time(), False
        gathered = _Gathered()
        try:
            for command, sequence, body in self._framer.feed(data):
                if command == pdu.SUBMIT_RESP:
                    self._submitted(sequence, body, gathered)
                elif command == pdu.DELIVER:
                    self._delivered(sequence, body, gathered)
                else:
                    self._other(command, sequence, body)
        except PduError as error:
            self._host.notes(f"the gateway sends what is no CMPP: {error}; disconnected")
            self._flush(gathered)
            self.fail("the gateway sent what is no CMPP")
        else:
            self._flush(gathered)

    def _flush(self, gathered: "_Gathered") -> None:
        if self._out and not self._transport.is_closing():
            self._transport.write(b"".join(self._out))
        self._out.clear()
        if gathered.delivers:
            kept = self._host.brought(gathered.receipts, gathered.replies)
            self._unkept.hold(gathered.delivers, kept)
        if gathered.too_fast:
            self._host.too_fast(gathered.too_fast)
        if gathered.answers:
            self.useful, self._answered = True, self._heard
            self._host.answered(gathered.answers)
        self.wake.set()

    def _submitted(self, sequence: int, body: bytes, gathered: "_Gathered") -> None:
        reference, result = pdu.submit_result(self._layout, body)
        found = self._pending.pop(sequence, None)
        if found is None:
            if (part := self._overdue.pop(sequence, None)) is not None:
                self._host.late(part, reference, result)
        elif result == FLOW_CONTROL:
            gathered.too_fast.append(found[0])
        else:
            gathered.answers.append((found[0], reference, result))

    def _delivered(self, sequence: int, body: bytes, gathered: "_Gathered") -> None:
        deliver = pdu.deliver(self._layout, body)
        try:
            if deliver.report:
                gathered.receipts.append(receipt(deliver.content))
            elif deliver.joined:
                # It may wait for its other parts, and nothing else for that.
                self._unkept.hold([(sequence, deliver.id)], self._host.brought((), [deliver]))
                return
            else:
                gathered.replies.append(deliver)
        except PduError as error:
            self._note_once(f"the gateway delivered {error}")
            self._out.append(self._answer(sequence, deliver.id, _MALFORMED))
        else:
            gathered.delivers.append((sequence, deliver.id))

    def _acknowledge(self, delivers: Sequence[tuple[int, int]], kept: bool) -> None:
        """The gateway may forget these, or has to send them again."""
        if self._unkept.paused:
            self._heard = self._loop.time()
        if not self._transport.is_closing():
            result = 0 if kept else _NOT_NOW
            self._write(b"".join(self._answer(sequence, number, result) for sequence, number in delivers))
        self.wake.set()

    def _answer(self, sequence: int, number: int, result: int) -> bytes:
        return pdu.pdu(pdu.DELIVER_RESP, sequence, self._layout.result.pack(number, result))

    def _other(self, command: int, sequence: int, body: bytes) -> None:
        if command == pdu.ACTIVE_TEST:
            self._out.append(pdu.pdu(pdu.ACTIVE_TEST_RESP, sequence, b"\0"))
        elif command == pdu.CONNECT_RESP and not self.welcome.done():
            welcome = pdu.welcome(body)
            self._layout = welcome.layout
            self.welcome.set_result(welcome)
        elif command == pdu.TERMINATE:
            self._host.notes("the gateway ends the link")
            self._why, self._open = "the gateway ended the link", False
            self._out.append(pdu.pdu(pdu.TERMINATE_RESP, sequence))
            self._loop.call_later(_GRACE, self._transport.abort)
        elif command == pdu.TERMINATE_RESP:
            self._transport.close()
        elif command != pdu.ACTIVE_TEST_RESP:
            self._note_once("the gateway sends commands that are not known here; ignored")

    def _tick(self) -> None:
        """Look for answers that are overdue and for a link that is dead."""
        now, account = self._loop.time(), self._account
        self._timer = self._loop.call_later(self._period, self._tick)
        if self._unkept.paused:
            return  # whatever the gateway says meanwhile is not read
        self._give_up_overdue(now - account.timeout)
        if self._heard < self._tested <= now - account.timeout:
            self._host.notes(
                f"the gateway does not answer link tests for {account.timeout:g} s; disconnected"
            )
            self.fail("the gateway fell silent")
        elif self._tested <= self._heard and (self._suspect or self._heard <= now - account.active_test):
            self._tested = now
            self._write(pdu.pdu(pdu.ACTIVE_TEST, self._next()))

    def _give_up_overdue(self, before: float) -> None:
        """Answers missing for too long; never sent again, as the protocol's text would have it: that makes doubles."""
        overdue = []
        since = self._loop.time()
        for sequence, (part, at) in self._pending.items():
            if at > before:
                break
            overdue.append((sequence, part))
            since = min(since, at)
            self._suspect = self._suspect or self._heard < at
        if overdue:
            for sequence, _part in overdue:
                del self._pending[sequence]
            self._overdue.update(overdue)
            while len(self._overdue) > 64 * self._account.window:
                del self._overdue[next(iter(self._overdue))]
            self._host.lost([part for _s, part in overdue], f"no answer within {self._account.timeout:g} s")
            self.wake.set()
            if not self._pending and self._answered < since:
                self.fail("the gateway answers no SUBMIT")

    def _note_once(self, text: str) -> None:
        """A note that a gateway could cause a thousand times."""
        if text not in self._noted:
            self._noted.add(text)
            self._host.notes(text)

    def _next(self) -> int:
        self._sequence = self._sequence % pdu.LAST_SEQUENCE + 1
        return self._sequence

    def _write(self, octets: bytes) -> None:
        self._transport.write(octets)


class _Gathered:
    """What one reading brought."""

    __slots__ = ("answers", "delivers", "receipts", "replies", "too_fast")

    def __init__(self) -> None:
        self.answers: list[tuple[Piece, int, int]] = []
        self.too_fast: list[Piece] = []
        self.receipts: list[Receipt] = []
        self.replies: list[pdu.Deliver] = []
        self.delivers: list[tuple[int, int]] = []
