"""A link to an SMSC: one or more connections that share a desk, each opened again when it breaks."""

import asyncio
import ssl
from collections.abc import Sequence

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Ear
from campaigner.delivery.rates import Backoff
from campaigner.delivery.smpp import pdu
from campaigner.delivery.smpp.desk import Block, Desk
from campaigner.delivery.smpp.inbox import Inbox
from campaigner.delivery.smpp.pace import Pace
from campaigner.delivery.smpp.session import House, Session
from campaigner.delivery.smpp.wiring import Wiring
from campaigner.errors import GatewayError

_DRAIN = 5.0
"""Longest wait, on closing, for answers to what is still out."""
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
"""Seconds before the first attempt to reconnect, and at most between two; each wait is twice the one before."""


class SmppLink:
    """A link, as `delivery.live.Link` describes it.

    Args:
        wiring: How to reach the SMSC.
        ear: Where answers, receipts and replies are told.
    """

    def __init__(self, wiring: Wiring, ear: Ear) -> None:
        self._wiring = wiring
        submits = pdu.Submits(
            wiring.service_type, wiring.source, wiring.destination, wiring.period, receipts=wiring.receipts
        )
        inbox, pace = Inbox(ear, wiring.id_form, wiring.source[2]), Pace(wiring.rate, wiring.patience)
        self._house = House(wiring, submits, Desk(ear), inbox, pace, ear)
        self._sessions: list[Session] = []
        self._keepers: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Connect and log in, with all connections.

        Raises:
            GatewayError: The SMSC cannot be reached or refuses a login.
        """
        wiring = self._wiring
        if not wiring.system_id or not wiring.password:
            raise GatewayError(f"gateway {wiring.name}: system_id and password are not both known; set them")
        sender = pdu.BIND_TRANSMITTER if wiring.pair else pdu.BIND_TRANSCEIVER
        roles = [sender] * wiring.links + [pdu.BIND_RECEIVER] * wiring.pair
        try:
            for role in roles:
                self._sessions.append(await self._connect(role))
        except BaseException:
            await self._part()
            raise
        self._keepers = [asyncio.create_task(self._keep(place)) for place in range(len(roles))]

    async def send(self, block: Sequence[Outgoing]) -> None:
        """Send a block; returns when each message has its answer."""
        if not block:
            return
        desk = self._house.desk
        done = asyncio.get_running_loop().create_future()
        entry = desk.put(block, done)
        self._wake()
        try:
            await done
        finally:
            if entry.left:
                self._withdraw(entry)

    def _withdraw(self, entry: Block) -> None:
        """Nobody waits for a block any more: answer all of it now."""
        self._house.desk.end("stopped", entry)
        for session in self._sessions:
            session.give_up(entry, "stopped")
        self._house.desk.tell()

    def _wake(self) -> None:
        for session in self._sessions:
            session.wake()

    async def close(self) -> None:
        """Log out and disconnect; what is still out after a short wait is answered as unknown."""
        self._house.desk.close("the link was closed")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(_DRAIN, self._wiring.timeout)
        while any(s.busy for s in self._sessions) and loop.time() < deadline:  # noqa: ASYNC110 - of many, seldom
            await asyncio.sleep(0.02)
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await self._part()
        self._house.inbox.empty()

    async def _part(self) -> None:
        await asyncio.gather(*(session.unbind() for session in self._sessions))

    async def _connect(self, role: int) -> Session:
        """One more connection, logged in."""
        wiring, loop = self._wiring, asyncio.get_running_loop()
        session = Session(self._house, role)
        context = ssl.create_default_context() if wiring.tls else None
        try:
            async with asyncio.timeout(wiring.timeout):
                await loop.create_connection(lambda: session, wiring.host, wiring.port, ssl=context)
                await session.bind()
        except TimeoutError:
            session.abort()
            raise GatewayError(f"{wiring.where}: no answer within {wiring.timeout} s") from None
        except ssl.SSLError as error:
            raise GatewayError(f"{wiring.where}: the encrypted connection failed: {error.reason}") from None
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise GatewayError(f"{wiring.where}: cannot be reached: {reason}") from None
        except BaseException:
            session.abort()
            raise
        return session

    async def _keep(self, place: int) -> None:
        """Open one of the connections again whenever it breaks."""
        while True:
            await self._sessions[place].closed.wait()
            self._house.ear.notes(f"{self._wiring.where}: a connection was lost; connecting again")
            self._wake()
            self._sessions[place] = await self._reconnect(self._sessions[place].role)
            self._house.ear.notes(f"{self._wiring.where}: connected again")

    async def _reconnect(self, role: int) -> Session:
        loop = asyncio.get_running_loop()
        since, backoff = loop.time(), Backoff(_FIRST_WAIT, _LONGEST_WAIT)
        while True:
            await asyncio.sleep(backoff.next())
            try:
                return await self._connect(role)
            except GatewayError as error:
                self._house.ear.notes(str(error))
                if loop.time() - since > self._wiring.patience:
                    self._despair(str(error))

    def _despair(self, cause: str) -> None:
        """Nobody has been there for longer than anybody should wait: what waits may be given again later."""
        if all(session.closed.is_set() for session in self._sessions if session.role != pdu.BIND_RECEIVER):
            self._house.desk.end(cause)
            self._house.desk.tell()
