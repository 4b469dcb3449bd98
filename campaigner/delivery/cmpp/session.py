"""One TCP connection to a gateway, from CONNECT to TERMINATE: the window, the answers, the link tests."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from campaigner.delivery.cmpp import pdu
from campaigner.delivery.cmpp.incoming import read_reply, receipt
from campaigner.delivery.cmpp.pdu import Layout, PduError, SubmitForm
from campaigner.delivery.cmpp.settings import CmppSettings
from campaigner.delivery.cmpp.words import FLOW_CONTROL, result_words
from campaigner.delivery.links.acknowledging import Acknowledger
from campaigner.delivery.links.incoming import Incoming
from campaigner.delivery.links.multipart import PartQueue, Piece
from campaigner.delivery.links.pause import Pause
from campaigner.delivery.links.rates import Bucket
from campaigner.delivery.links.window import Window

_GRACE = 1.0
"""Seconds that a link which is ending waits for last answers."""
_MALFORMED = 1
"""The result that tells the other side that its DELIVER could not be read."""
_NOT_NOW = 8
"""The result that tells it to send the DELIVER again later: flow control, as answers to SUBMIT have it."""


@dataclass(frozen=True, slots=True)
class LinkContext:
    """What the connections of one link share; `notes` takes lines for the log."""

    settings: CmppSettings
    queue: PartQueue
    incoming: Incoming
    bucket: Bucket
    pause: Pause
    notes: Callable[[str], None]


class Session(asyncio.Protocol):
    """One connection; see `links.connections.Connection`.

    Attributes:
        welcome: The answer to CONNECT.
    """

    sends = True

    def __init__(self, context: LinkContext, layout: Layout) -> None:
        self.welcome: asyncio.Future[pdu.Welcome] = asyncio.get_running_loop().create_future()
        self.closed, self.useful, self.why = asyncio.Event(), False, "the connection was cut"
        self._context, self._settings, self._layout = context, context.settings, layout
        self._loop = asyncio.get_running_loop()
        self._prefix = self._settings.prefix.encode()
        self._framer = pdu.Framer()
        self._window = Window(
            context.queue, self._settings.window, context.bucket, self._submit, lambda: self._usable
        )
        self._sequence = 0
        self._connected = self._open = self._suspect = False
        self._received_at = self._tested_at = self._answered_at = self._loop.time()
        self._out: list[bytes] = []
        self._deliveries: list[tuple[int, int]] = []
        self._unacknowledged = Acknowledger(self._acknowledge)
        self._notes_written: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def _usable(self) -> bool:
        """Whether anything new may go out."""
        return self._open and not self._suspect

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands; nobody is logged in yet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._connected = transport, True
        self._unacknowledged.attach(transport)

    def connection_lost(self, _exc: Exception | None) -> None:
        """It is gone: what is in the window has no answer any more."""
        self._open = False
        if self._timer:
            self._timer.cancel()
        self._window.close(f"no answer: {self.why}")
        if not self.welcome.done():
            self.welcome.set_exception(ConnectionError(self.why))
            self.welcome.exception()
        self.closed.set()
        self._context.queue.tell()

    def log_in(self, stamp: int) -> bytes:
        """Send CONNECT; `welcome` has the answer. Returns our proof, by which the other side's is checked."""
        settings = self._settings
        proof = pdu.authenticator(settings.sp_id, settings.secret, stamp)
        self._write(pdu.connect(self._layout, self._next(), settings.sp_id, proof, stamp))
        return proof

    def start(self, form: SubmitForm) -> None:
        """Logged in: let SUBMITs through and watch the link."""
        self._form = form
        self._open = not self._transport.is_closing()
        self._period = min(1.0, self._settings.timeout / 4, self._settings.active_test / 4)
        self._timer = self._loop.call_later(self._period, self._tick)
        self._window.start()

    def _submit(self, pieces: Sequence[Piece]) -> None:
        """Write parts at one go."""
        now, octets, sequence = self._loop.time(), [], self._sequence
        form, prefix, out = self._form.pdu, self._prefix, self._window.out
        for piece in pieces:
            sequence = sequence % pdu.LAST_SEQUENCE + 1
            phone = b"%b%d" % (prefix, piece.phone)
            octets.append(form(sequence, phone, piece.content, piece.count, piece.number))
            out[sequence] = (piece, now)
        self._sequence = sequence
        self._transport.write(b"".join(octets))

    async def end(self) -> None:
        """Wait a little for last answers, log out, disconnect."""
        self._window.stop()
        was_open, self._open = self._open, False
        await self._window.drain(_GRACE, lambda: self._unacknowledged.waiting)
        self.why = "the link was closed"
        if was_open and not self._transport.is_closing():
            self._write(pdu.pdu(pdu.TERMINATE, self._next()))
            try:
                await asyncio.wait_for(self.closed.wait(), _GRACE)
            except TimeoutError:
                self._context.notes("the gateway did not answer TERMINATE")
        self._transport.abort()
        await self.closed.wait()

    def fail(self, why: str) -> None:
        """Give the connection up, if there is one."""
        if self._connected and not self._transport.is_closing():
            self.why = why
            self._open = False
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Octets from the gateway: all whole PDUs in them, then one write and one word to each who waits."""
        self._received_at, self._suspect = self._loop.time(), False
        answered = False
        try:
            for command, sequence, body in self._framer.feed(data):
                if command == pdu.SUBMIT_RESP:
                    self._on_submit_resp(sequence, body)
                    answered = True
                elif command == pdu.DELIVER:
                    self._on_deliver(sequence, body)
                else:
                    self._on_other(command, sequence, body)
        except PduError as error:
            self._context.notes(f"the gateway sends what is no CMPP: {error}; disconnected")
            self._flush()
            self.fail("the gateway sent what is no CMPP")
        else:
            if answered:
                self.useful, self._answered_at = True, self._received_at
            self._flush()
            self._window.fill()

    def _flush(self) -> None:
        """One write, and one word to each who waits."""
        if self._out and not self._transport.is_closing():
            self._transport.write(b"".join(self._out))
        self._out.clear()
        kept = self._context.incoming.tell()
        if self._deliveries:
            delivers, self._deliveries = self._deliveries, []
            self._unacknowledged.hold(delivers, kept)
        self._context.queue.tell()

    def _on_submit_resp(self, sequence: int, body: bytes) -> None:
        number, result = pdu.submit_result(self._layout, body)
        context, reference = self._context, str(number)
        found = self._window.out.pop(sequence, None)
        if found is None:
            if late := self._window.late(sequence):
                context.incoming.late(late.id, late.phone, reference, result_words(result) if result else "")
            return
        piece, sent_at = found
        if not result:
            if context.pause.rested:
                context.pause.went_well(sent_at)
            if context.incoming.late_references:
                context.incoming.taken(reference)
            context.queue.accepted(piece, reference)
        elif result == FLOW_CONTROL:
            context.queue.again([piece])
            if rest := context.pause.too_fast(sent_at):
                context.notes(f"the gateway says too fast (result 8); pausing for {rest:g} s")
            if context.pause.is_hopeless():
                context.queue.end(f"too fast, for longer than {self._settings.patience:g} s")
        else:
            context.queue.refused(piece, result_words(result))

    def _on_deliver(self, sequence: int, body: bytes) -> None:
        deliver = pdu.deliver(self._layout, body)
        incoming, named = self._context.incoming, (sequence, deliver.id)
        if deliver.report:
            try:
                incoming.receipt(receipt(deliver.content))
            except PduError as error:
                self._note_once(f"the gateway delivered {error}")
                self._out.append(self._answer(*named, _MALFORMED))
                return
        else:
            try:
                kept = incoming.reply(read_reply(deliver), self._received_at)
            except PduError as error:
                self._context.notes(f"the gateway delivered {error}; ignored")
            else:
                if kept is not None:  # it may wait for its other parts, and nothing else for that
                    self._unacknowledged.hold([named], [kept])
                    return
        self._deliveries.append(named)

    def _acknowledge(self, delivers: Sequence[tuple[int, int]], kept: bool) -> None:
        """The gateway may forget these, or has to send them again."""
        if self._unacknowledged.paused:
            self._received_at = self._loop.time()
        if not self._transport.is_closing():
            result = 0 if kept else _NOT_NOW
            self._write(b"".join(self._answer(sequence, number, result) for sequence, number in delivers))

    def _answer(self, sequence: int, number: int, result: int) -> bytes:
        return pdu.pdu(pdu.DELIVER_RESP, sequence, self._layout.result.pack(number, result))

    def _on_other(self, command: int, sequence: int, body: bytes) -> None:
        if command == pdu.ACTIVE_TEST:
            self._out.append(pdu.pdu(pdu.ACTIVE_TEST_RESP, sequence, b"\0"))
        elif command == pdu.CONNECT_RESP and not self.welcome.done():
            welcome = pdu.welcome(body)
            self._layout = welcome.layout
            self.welcome.set_result(welcome)
        elif command == pdu.TERMINATE:
            self._context.notes("the gateway ends the link")
            self.why, self._open = "the gateway ended the link", False
            self._out.append(pdu.pdu(pdu.TERMINATE_RESP, sequence))
            self._loop.call_later(_GRACE, self._transport.abort)
        elif command == pdu.TERMINATE_RESP:
            self._transport.close()
        elif command != pdu.ACTIVE_TEST_RESP:
            self._note_once("the gateway sends commands that are not known here; ignored")

    def _tick(self) -> None:
        """Look for answers that are overdue and for a link that is dead."""
        now, settings = self._loop.time(), self._settings
        self._timer = self._loop.call_later(self._period, self._tick)
        if self._unacknowledged.paused:
            return  # whatever the gateway says meanwhile is not read
        self._give_up_overdue(now - settings.timeout)
        self._context.incoming.look_through(now)
        if self._received_at < self._tested_at <= now - settings.timeout:
            self._context.notes(
                f"the gateway does not answer link tests for {settings.timeout:g} s; disconnected"
            )
            self.fail("the gateway fell silent")
        elif self._tested_at <= self._received_at and (
            self._suspect or self._received_at <= now - settings.active_test
        ):
            self._tested_at = now
            self._write(pdu.pdu(pdu.ACTIVE_TEST, self._next()))

    def _give_up_overdue(self, before: float) -> None:
        """Answers missing for too long; never sent again, as the protocol's text would have it: that makes doubles."""
        overdue = self._window.lose_overdue(before, f"no answer within {self._settings.timeout:g} s")
        if overdue:
            self._suspect = self._suspect or self._received_at < overdue[-1]
            self._context.queue.tell()
            self._window.wake()
            if not self._window.out and self._answered_at < overdue[0]:
                self.fail("the gateway answers no SUBMIT")

    def _note_once(self, text: str) -> None:
        """A note that a gateway could cause a thousand times."""
        if text not in self._notes_written:
            self._notes_written.add(text)
            self._context.notes(text)

    def _next(self) -> int:
        self._sequence = self._sequence % pdu.LAST_SEQUENCE + 1
        return self._sequence

    def _write(self, octets: bytes) -> None:
        self._transport.write(octets)
