"""One connection to an SMSC: logged in, kept alive, its window full, every answer matched."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from campaigner.delivery.acknowledging import Acknowledger
from campaigner.delivery.live import Ear
from campaigner.delivery.smpp import pdu, status
from campaigner.delivery.smpp.desk import Block, Desk, Piece
from campaigner.delivery.smpp.inbox import Inbox
from campaigner.delivery.smpp.pace import Pace
from campaigner.delivery.smpp.wiring import Wiring
from campaigner.errors import GatewayError

_FAREWELL = 2.0
"""Seconds to wait for the answer to a logout."""
_MOST_LATE = 10_000
_STRIDE = 16
"""PDUs after which the window is filled again, so that the SMSC has work while we read on."""


@dataclass(frozen=True, slots=True)
class House:
    """What the connections of one link share."""

    wiring: Wiring
    submits: pdu.Submits
    desk: Desk
    inbox: Inbox
    pace: Pace
    ear: Ear


class Session(asyncio.Protocol):
    """One connection.

    Args:
        house: What it shares with the link's other connections.
        role: `BIND_TRANSCEIVER`, `BIND_TRANSMITTER` or `BIND_RECEIVER`.
    """

    def __init__(self, house: House, role: int) -> None:
        self._house = house
        self.role = role
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._out: list[bytes] = []
        self._sequence = 0
        self._flights: dict[int, tuple[Piece, float]] = {}
        self._late: dict[int, tuple[int, int]] = {}
        self._delivered_now: list[int] = []
        self._unkept = Acknowledger(self._acknowledge)
        self._bound: asyncio.Future[int] = self._loop.create_future()
        self._room = asyncio.Event()
        self._feeder: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._heard = self._asked = 0.0
        self._puzzled = False
        self.closed = asyncio.Event()
        self._reactions: dict[int, Callable[[int, int, bytes], None]] = {
            pdu.SUBMIT_SM_RESP: self._submitted,
            pdu.DELIVER_SM: self._delivered,
            pdu.ENQUIRE_LINK: self._asked_for,
            pdu.ENQUIRE_LINK_RESP: self._nothing,
            pdu.ALERT_NOTIFICATION: self._nothing,
            pdu.UNBIND: self._sent_away,
            pdu.UNBIND_RESP: self._parted,
            pdu.GENERIC_NACK: self._nacked,
            pdu.RESPONSE | role: self._logged_in,
        }

    @property
    def busy(self) -> bool:
        """Whether something is out, or has come, that has no answer yet."""
        return bool(self._flights or self._unkept.waiting)

    @property
    def _doubtful(self) -> bool:
        """Whether the peer has been asked if it is there and has said nothing yet: nothing new goes out to it."""
        return self._asked > self._heard

    async def bind(self) -> None:
        """Log in, then start to send.

        Raises:
            GatewayError: The SMSC refuses, or says nothing in time.
        """
        wiring = self._house.wiring
        self._send(self.role, pdu.bind_body(wiring.system_id, wiring.password, wiring.system_type))
        self._flush()
        code = await self._bound
        if code:
            raise GatewayError(
                f"{wiring.where}: the SMSC refuses the login: {status.describe(code)}; compare system_id, "
                f"password, system_type, bind and links with what the carrier has given you"
            )
        if self.role != pdu.BIND_RECEIVER:
            self._feeder = self._loop.create_task(self._feed())
        self._tick()

    def wake(self) -> None:
        """Something waits on the desk."""
        self._room.set()

    def give_up(self, block: Block, cause: str) -> None:
        """Answer what is out of a block without waiting any longer."""
        flights = [
            (number, piece) for number, (piece, _at) in self._flights.items() if piece[0].block is block
        ]
        for number, piece in flights:
            self._lose(number, piece, cause)
        self._room.set()

    async def unbind(self) -> None:
        """Log out and disconnect; what is still out then is answered as unknown."""
        if self._feeder:
            self._feeder.cancel()
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
        self._unkept.attach(self._transport)
        self._heard = self._loop.time()

    def connection_lost(self, _error: Exception | None) -> None:
        """Called by the event loop, once."""
        if self._feeder:
            self._feeder.cancel()
        if self._timer:
            self._timer.cancel()
        for number, (piece, _at) in list(self._flights.items()):
            self._lose(number, piece, "the connection was lost before an answer")
        if not self._bound.done():
            where = self._house.wiring.where
            self._bound.set_exception(GatewayError(f"{where}: the SMSC hung up before it answered the login"))
            self._bound.exception()
        self.closed.set()
        self._house.desk.tell()

    def data_received(self, data: bytes) -> None:
        """Called by the event loop with what came; reacts to each PDU, then tells and answers all at once."""
        self._heard = self._loop.time()
        found, rest = pdu.cut(self._rest + data if self._rest else data)
        self._rest = rest or b""
        for start in range(0, len(found), _STRIDE):
            self._react(found[start : start + _STRIDE])
            self._go_on()
        if rest is None:
            self._send(pdu.GENERIC_NACK, code=status.INVALID_LENGTH, number=0)
            self._hang_up("the SMSC sent a PDU of an impossible length")
        self._house.desk.tell()
        kept = self._house.inbox.tell()
        if self._delivered_now:
            numbers, self._delivered_now = self._delivered_now, []
            self._unkept.hold(numbers, kept)
        self._flush()

    def _react(self, found: list[pdu.Pdu]) -> None:
        reactions = self._reactions
        for command, code, number, body in found:
            reaction = reactions.get(command)
            if reaction:
                reaction(code, number, body)
            else:
                self._puzzle(command, number)

    def _go_on(self) -> None:
        """Fill the window: at once where nothing holds back, else by the feeder in its time."""
        house = self._house
        if self._feeder and house.pace.free:
            self._submit(min(house.wiring.window - len(self._flights), house.desk.waiting))
        else:
            self._room.set()

    async def _feed(self) -> None:
        """Keep the window full while something waits."""
        house, flights = self._house, self._flights
        while True:
            most = min(house.wiring.window - len(flights), house.desk.waiting)
            if most < 1 or not self._submit(await house.pace.take(most)):
                house.desk.tell()
                self._room.clear()
                await self._room.wait()

    def _submit(self, count: int) -> bool:
        """Send so many pieces in one go; whether there was one to send and a peer to send it to."""
        if not self._transport or self._transport.is_closing() or self._doubtful:
            return False
        take, write, now = self._house.desk.take, self._house.submits.write, self._loop.time()
        for _ in range(count):
            piece = take()
            if piece is None:
                break
            sending, part = piece
            self._sequence = number = self._sequence % pdu.LAST_SEQUENCE + 1
            self._flights[number] = (piece, now)
            joined = len(sending.parts) > 1
            self._out.append(write(number, sending.phone, sending.octets(part), joined=joined))
        sent = bool(self._out)
        self._flush()
        return sent

    def _submitted(self, code: int, number: int, body: bytes) -> None:
        flight = self._flights.pop(number, None)
        if flight is None:
            message, phone = self._late.pop(number, (0, 0))
            if message:
                self._house.inbox.late(message, code, body, phone)
            return
        house = self._house
        piece, sent_at = flight
        if not code:
            house.pace.went_well(sent_at)
            house.desk.accepted(piece, house.inbox.accepted(pdu.c_string(body)))
        elif code in status.THROTTLED:
            house.desk.back(piece)
            self._throttled(code)
        else:
            house.desk.refused(piece, status.describe(code))

    def _throttled(self, code: int) -> None:
        house = self._house
        rest = house.pace.throttled()
        if rest:
            house.ear.notes(f"{house.wiring.where}: {status.describe(code)}; resting for {rest:.0f} s")
        if house.pace.hopeless():
            house.desk.end(f"{status.describe(code)}, for longer than {house.wiring.patience} s")

    def _delivered(self, _code: int, number: int, body: bytes) -> None:
        """What cannot be read is refused at once; all else is answered when it is kept."""
        code = self._house.inbox.take(body, self._heard)
        if not isinstance(code, int):
            self._unkept.hold([number], [code])
        elif code:
            self._send(pdu.DELIVER_SM_RESP, b"\0", code=code, number=number)
        else:
            self._delivered_now.append(number)

    def _acknowledge(self, numbers: Sequence[int], kept: bool) -> None:
        """The SMSC may forget these, or has to send them again."""
        if self._unkept.paused:
            self._heard = self._loop.time()
        code = 0 if kept else status.TEMPORARY_FAULT
        for number in numbers:
            self._send(pdu.DELIVER_SM_RESP, b"\0", code=code, number=number)
        self._flush()

    def _asked_for(self, _code: int, number: int, _body: bytes) -> None:
        self._send(pdu.ENQUIRE_LINK_RESP, number=number)

    def _nothing(self, _code: int, _number: int, _body: bytes) -> None:
        """That it came is all that matters."""

    def _sent_away(self, _code: int, number: int, _body: bytes) -> None:
        self._send(pdu.UNBIND_RESP, number=number)
        self._hang_up("the SMSC has logged us out")

    def _parted(self, _code: int, _number: int, _body: bytes) -> None:
        self._leave()

    def _nacked(self, code: int, number: int, body: bytes) -> None:
        """The SMSC could not read a PDU of ours: if it says which, that one; else nothing can be relied on."""
        if number in self._flights:
            self._submitted(code or status.INVALID_COMMAND, number, body)
        elif not self._bound.done():
            self._bound.set_result(code or status.INVALID_COMMAND)
        else:
            self._hang_up(f"the SMSC could not read what we sent: {status.describe(code)}")

    def _logged_in(self, code: int, _number: int, _body: bytes) -> None:
        if not self._bound.done():
            self._bound.set_result(code)

    def _puzzle(self, command: int, number: int) -> None:
        """A command that is none of ours: refused, but a response is never answered."""
        if not command & pdu.RESPONSE:
            self._send(pdu.GENERIC_NACK, code=status.INVALID_COMMAND, number=number)
        if not self._puzzled:
            self._puzzled = True
            self._house.ear.notes(f"{self._house.wiring.where}: unknown command 0x{command:08X}")

    def _tick(self) -> None:
        """Look after answers that are overdue and a peer that is silent."""
        now, wiring = self._loop.time(), self._house.wiring
        self._timer = self._loop.call_later(min(1.0, wiring.timeout / 4), self._tick)
        if self._unkept.paused:
            return  # whatever the SMSC says meanwhile is not read
        patience = self._give_up_overdue(now)
        self._house.desk.tell()
        self._house.inbox.look_through(now)
        if self._doubtful:
            if now - self._asked > wiring.timeout:
                self._hang_up("the SMSC does not answer any more")
        elif now - self._heard > patience:
            self._asked = now
            self._send(pdu.ENQUIRE_LINK)
            self._flush()
        self._room.set()

    def _give_up_overdue(self, now: float) -> float:
        """Give up what waits for its answer too long; returns seconds for which silence is no reason to ask."""
        wiring, overdue = self._house.wiring, []
        for number, (piece, sent_at) in self._flights.items():
            if sent_at > now - wiring.timeout:
                break
            overdue.append((number, piece))
        for number, piece in overdue:
            self._lose(number, piece, f"no answer within {wiring.timeout} s")
        return min(wiring.timeout, wiring.heartbeat) if overdue else wiring.heartbeat

    def _lose(self, number: int, piece: Piece, cause: str) -> None:
        """Give up waiting for an answer, but know it should it come late."""
        del self._flights[number]
        if len(piece[0].parts) == 1:
            if len(self._late) >= _MOST_LATE:
                del self._late[next(iter(self._late))]
            self._late[number] = piece[0].id, piece[0].phone
        self._house.desk.lost(piece, cause)

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
        self._house.ear.notes(f"{self._house.wiring.where}: {why}; closing the connection")
        self._flush()
        if self._feeder:
            self._feeder.cancel()
        self._leave()

    def _leave(self) -> None:
        """Close once all is sent, or before long where the SMSC takes nothing any more."""
        if self._transport:
            self._transport.close()
            self._loop.call_later(_FAREWELL, self.abort)
