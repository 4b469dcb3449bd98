"""One connection to an SMSC: logged in, kept alive, its window full, every answer matched."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from campaigner.delivery.links.acknowledging import Acknowledger
from campaigner.delivery.links.multipart import PartQueue, Piece
from campaigner.delivery.links.pause import Pause
from campaigner.delivery.links.rates import Bucket
from campaigner.delivery.links.window import Window
from campaigner.delivery.live import Ear
from campaigner.delivery.smpp import pdu, status
from campaigner.delivery.smpp.inbox import Inbox
from campaigner.delivery.smpp.settings import SmppSettings
from campaigner.errors import GatewayError

_DRAIN = 5.0
"""Longest wait, on closing, for answers to what is still out."""
_FAREWELL = 2.0
"""Seconds to wait for the answer to a logout."""
_STRIDE = 16
"""PDUs after which the window is filled again, so that the SMSC has work while we read on."""


@dataclass(frozen=True, slots=True)
class LinkContext:
    """What the connections of one link share."""

    settings: SmppSettings
    submits: pdu.Submits
    queue: PartQueue
    inbox: Inbox
    bucket: Bucket
    pause: Pause
    ear: Ear


class Session(asyncio.Protocol):
    """One connection.

    Args:
        context: What it shares with the link's other connections.
        role: `BIND_TRANSCEIVER`, `BIND_TRANSMITTER` or `BIND_RECEIVER`.
    """

    def __init__(self, context: LinkContext, role: int) -> None:
        self._context, self._settings = context, context.settings
        self._role = role
        self.sends = role != pdu.BIND_RECEIVER
        self.useful = False
        self.why = "the SMSC hung up"
        self.closed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._out: list[bytes] = []
        self._sequence = 0
        self._window = Window(
            context.queue, self._settings.window, context.bucket, self._submit, lambda: self._usable
        )
        self._deliveries: list[int] = []
        self._unacknowledged = Acknowledger(self._acknowledge)
        self._bound: asyncio.Future[int] = self._loop.create_future()
        self._timer: asyncio.TimerHandle | None = None
        self._received_at = self._enquired_at = 0.0
        self._noted_unknown = False
        self._handlers: dict[int, Callable[[int, int, bytes], None]] = {
            pdu.SUBMIT_SM_RESP: self._on_submit_resp,
            pdu.DELIVER_SM: self._on_deliver,
            pdu.ENQUIRE_LINK: self._on_enquire_link,
            pdu.ENQUIRE_LINK_RESP: self._ignore,
            pdu.ALERT_NOTIFICATION: self._ignore,
            pdu.UNBIND: self._on_unbind,
            pdu.UNBIND_RESP: self._on_unbind_resp,
            pdu.GENERIC_NACK: self._on_generic_nack,
            pdu.RESPONSE | role: self._on_bind_resp,
        }

    @property
    def _awaiting_heartbeat(self) -> bool:
        """Whether the peer has been asked if it is there and has said nothing yet."""
        return self._enquired_at > self._received_at

    @property
    def _usable(self) -> bool:
        """Whether anything new may go out: there is a peer, as far as anybody knows."""
        transport = self._transport
        return transport is not None and not transport.is_closing() and not self._awaiting_heartbeat

    async def bind(self) -> None:
        """Log in, then start to send.

        Raises:
            GatewayError: The SMSC refuses, or says nothing in time.
        """
        settings = self._settings
        self._send(self._role, pdu.bind_body(settings.system_id, settings.password, settings.system_type))
        self._flush()
        code = await self._bound
        if code:
            raise GatewayError(
                f"{settings.where}: the SMSC refuses the login: {status.describe(code)}; compare system_id, "
                f"password, system_type, bind and links with what the carrier has given you\n"
                f"{settings.where_zh}：短信中心拒绝登录：{status.describe_zh(code)}；"
                "请对照运营商给的资料核对 system_id、password、system_type、bind 和 links"
            )
        if self.sends:
            self._window.start()
        self._tick()

    async def end(self) -> None:
        """Wait a little for answers, log out, disconnect; what is still out then is answered as unknown."""
        await self._window.drain(min(_DRAIN, self._settings.timeout), lambda: self._unacknowledged.waiting)
        self._window.stop()
        if not self.closed.is_set():
            self._send(pdu.UNBIND)
            self._flush()
            try:
                async with asyncio.timeout(_FAREWELL):
                    await self.closed.wait()
            except TimeoutError:
                self.abort()
                await self.closed.wait()

    def abort(self) -> None:
        """Disconnect at once."""
        if self._transport:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self._transport = cast("asyncio.Transport", transport)
        self._unacknowledged.attach(self._transport)
        self._received_at = self._loop.time()

    def connection_lost(self, _error: Exception | None) -> None:
        """Called by the event loop, once."""
        if self._timer:
            self._timer.cancel()
        self._window.close("the connection was lost before an answer")
        if not self._bound.done():
            self._bound.set_exception(
                GatewayError(
                    f"{self._settings.where}: the SMSC hung up before it answered the login\n"
                    f"{self._settings.where_zh}：短信中心没有应答登录就断开了连接，"
                    "请确认 host 和 port，以及运营商已放行本机地址"
                )
            )
            self._bound.exception()
        self.closed.set()
        self._context.queue.tell()

    def data_received(self, data: bytes) -> None:
        """Called by the event loop with what came; reacts to each PDU, then tells and answers all at once."""
        self._received_at = self._loop.time()
        found, rest = pdu.cut(self._rest + data if self._rest else data)
        self._rest = rest or b""
        for start in range(0, len(found), _STRIDE):
            self._handle(found[start : start + _STRIDE])
            self._window.fill()
        if rest is None:
            self._send(pdu.GENERIC_NACK, code=status.INVALID_LENGTH, number=0)
            self._hang_up("the SMSC sent a PDU of an impossible length")
        self._context.queue.tell()
        kept = self._context.inbox.tell()
        if self._deliveries:
            numbers, self._deliveries = self._deliveries, []
            self._unacknowledged.hold(numbers, kept)
        self._flush()

    def _handle(self, found: list[pdu.Pdu]) -> None:
        handlers = self._handlers
        for command, code, number, body in found:
            handler = handlers.get(command)
            if handler:
                handler(code, number, body)
            else:
                self._reject_unknown(command, number)

    def _submit(self, pieces: Sequence[Piece]) -> None:
        """Send parts in one go."""
        write, now, out = self._context.submits.write, self._loop.time(), self._window.out
        number = self._sequence
        for piece in pieces:
            number = number % pdu.LAST_SEQUENCE + 1
            out[number] = (piece, now)
            self._out.append(write(number, piece.phone, piece.content, joined=piece.count > 1))
        self._sequence = number
        self._flush()

    def _on_submit_resp(self, code: int, number: int, body: bytes) -> None:
        found = self._window.out.pop(number, None)
        if found is None:
            if late := self._window.late(number):
                self._context.inbox.answered_late(late.id, code, body, late.phone)
            return
        context = self._context
        piece, sent_at = found
        self.useful = True
        if not code:
            if context.pause.rested:
                context.pause.went_well(sent_at)
            context.queue.accepted(piece, context.inbox.accepted(pdu.c_string(body)))
        elif code in status.THROTTLED:
            context.queue.again([piece])
            self._throttled(code, sent_at)
        else:
            context.queue.refused(piece, status.describe(code))

    def _throttled(self, code: int, sent_at: float) -> None:
        context, what = self._context, status.describe(code)
        if rest := context.pause.too_fast(sent_at):
            context.ear.notes(f"{self._settings.where}: {what}; resting for {rest:.0f} s")
        if context.pause.is_hopeless():
            context.queue.end(f"{what}, for longer than {self._settings.patience} s")

    def _on_deliver(self, _code: int, number: int, body: bytes) -> None:
        """What cannot be read is refused at once; all else is answered when it is kept."""
        code = self._context.inbox.take(body, self._received_at)
        if not isinstance(code, int):
            self._unacknowledged.hold([number], [code])
        elif code:
            self._send(pdu.DELIVER_SM_RESP, b"\0", code=code, number=number)
        else:
            self._deliveries.append(number)

    def _acknowledge(self, numbers: Sequence[int], kept: bool) -> None:
        """The SMSC may forget these, or has to send them again."""
        if self._unacknowledged.paused:
            self._received_at = self._loop.time()
        code = 0 if kept else status.TEMPORARY_FAULT
        for number in numbers:
            self._send(pdu.DELIVER_SM_RESP, b"\0", code=code, number=number)
        self._flush()

    def _on_enquire_link(self, _code: int, number: int, _body: bytes) -> None:
        self._send(pdu.ENQUIRE_LINK_RESP, number=number)

    def _ignore(self, _code: int, _number: int, _body: bytes) -> None:
        """That it came is all that matters."""

    def _on_unbind(self, _code: int, number: int, _body: bytes) -> None:
        self._send(pdu.UNBIND_RESP, number=number)
        self._hang_up("the SMSC has logged us out")

    def _on_unbind_resp(self, _code: int, _number: int, _body: bytes) -> None:
        self._leave()

    def _on_generic_nack(self, code: int, number: int, body: bytes) -> None:
        """The SMSC could not read a PDU of ours: if it says which, that one; else nothing can be relied on."""
        if number in self._window.out:
            self._on_submit_resp(code or status.INVALID_COMMAND, number, body)
        elif not self._bound.done():
            self._bound.set_result(code or status.INVALID_COMMAND)
        else:
            self._hang_up(f"the SMSC could not read what we sent: {status.describe(code)}")

    def _on_bind_resp(self, code: int, _number: int, _body: bytes) -> None:
        if not self._bound.done():
            self._bound.set_result(code)

    def _reject_unknown(self, command: int, number: int) -> None:
        """A command that is none of ours: refused, but a response is never answered."""
        if not command & pdu.RESPONSE:
            self._send(pdu.GENERIC_NACK, code=status.INVALID_COMMAND, number=number)
        if not self._noted_unknown:
            self._noted_unknown = True
            self._context.ear.notes(f"{self._settings.where}: unknown command 0x{command:08X}")

    def _tick(self) -> None:
        """Look after answers that are overdue and a peer that is silent."""
        now, settings = self._loop.time(), self._settings
        self._timer = self._loop.call_later(min(1.0, settings.timeout / 4), self._tick)
        if self._unacknowledged.paused:
            return  # whatever the SMSC says meanwhile is not read
        overdue = self._window.lose_overdue(now - settings.timeout, f"no answer within {settings.timeout} s")
        self._context.queue.tell()
        self._context.inbox.look_through(now)
        patience = min(settings.timeout, settings.heartbeat) if overdue else settings.heartbeat
        if self._awaiting_heartbeat:
            if now - self._enquired_at > settings.timeout:
                self._hang_up("the SMSC does not answer any more")
        elif now - self._received_at > patience:
            self._enquired_at = now
            self._send(pdu.ENQUIRE_LINK)
            self._flush()
        self._window.wake()

    def _send(self, command: int, body: bytes = b"", *, code: int = 0, number: int | None = None) -> None:
        """Lay a PDU out to be sent; a request takes the next sequence number."""
        if number is None:
            self._sequence = number = self._sequence % pdu.LAST_SEQUENCE + 1
        self._out.append(pdu.write(command, code, number, body))

    def _flush(self) -> None:
        if self._out and self._transport and not self._transport.is_closing():
            self._transport.write(b"".join(self._out))
        self._out.clear()

    def _hang_up(self, why: str) -> None:
        """Close, after what is laid out has been sent."""
        self.why = why
        self._context.ear.notes(f"{self._settings.where}: {why}; closing the connection")
        self._flush()
        self._window.stop()
        self._leave()

    def _leave(self) -> None:
        """Close once all is sent, or before long where the SMSC takes nothing any more."""
        if self._transport:
            self._transport.close()
            self._loop.call_later(_FAREWELL, self.abort)
