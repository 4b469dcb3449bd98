"""The connections of one link: each is opened again when it breaks, and what waits is given back when none comes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Generic, Protocol, TypeVar

from campaigner.delivery.links.rates import Backoff
from campaigner.delivery.links.traffic import SendQueue
from campaigner.errors import GatewayError


class Connection(Protocol):
    """A connection that is logged in.

    Attributes:
        closed: Set when it is gone.
        why: Why it is gone.
        useful: Whether the other side has answered anything that was sent over it.
        sends: Whether messages go out over it at all.
    """

    closed: asyncio.Event
    why: str
    useful: bool
    sends: bool

    async def end(self) -> None:
        """Wait a little for last answers, log out and disconnect."""
        ...


C = TypeVar("C", bound=Connection)


class Connections(Generic[C]):
    """Keeps connections open until the link is closed.

    Args:
        connect: Opens the connection of that number, from 0, and logs in; raises `GatewayError`.
        queue: What waits for them.
        note: Told in one line when one is lost, cannot be opened, or is there again.
        waits: Seconds before the first attempt to connect again, and at most between two.
        patience: Seconds without any success after which what waits is given back.
    """

    def __init__(
        self,
        connect: Callable[[int], Awaitable[C]],
        queue: SendQueue[Any],
        note: Callable[[str], None],
        waits: tuple[float, float],
        patience: float,
    ) -> None:
        self._connect, self._queue, self._note = connect, queue, note
        self._waits, self._patience = waits, patience
        self._open: dict[int, C] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._good_at = 0.0

    async def open(self, count: int, needed: int) -> None:
        """Open connections, of which the first few are needed; the others may come later.

        Raises:
            GatewayError: One of those that are needed cannot be opened.
        """
        self._good_at = asyncio.get_running_loop().time()
        try:
            for place in range(needed):
                self._open[place] = await self._connect(place)
        except BaseException:
            await self.close()
            raise
        self._queue.open()
        self._keepers = [asyncio.create_task(self._keep(place)) for place in range(count)]

    async def close(self) -> None:
        """Log out everywhere and disconnect."""
        keepers, self._keepers = self._keepers, []
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        await asyncio.gather(*(connection.end() for connection in self._open.values()))
        self._open.clear()

    async def _keep(self, place: int) -> None:
        """Open one of them again whenever it breaks, each time later until it has been of use."""
        loop, backoff, known = asyncio.get_running_loop(), Backoff(*self._waits), ""
        while True:
            if place in self._open:
                begun, connection = loop.time(), self._open[place]
                await connection.closed.wait()
                del self._open[place]
                self._note(f"a connection was lost: {connection.why}; connecting again")
                self._queue.wake()
                if connection.useful:
                    self._good_at = loop.time()
                if connection.useful or loop.time() - begun > self._waits[1]:
                    backoff.reset()
                known = connection.why
                self._give_up_in_time(known)
                await asyncio.sleep(backoff.next())
            try:
                self._open[place] = await self._connect(place)
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
                cause = (
                    error.one_line
                    if isinstance(error, GatewayError)
                    else f"connecting failed: {type(error).__name__}"
                )
                if cause != known:
                    known = cause
                    self._note(known)
                self._give_up_in_time(known)
                await asyncio.sleep(backoff.next())
            else:
                if known:
                    self._note("connected again")

    def _give_up_in_time(self, cause: str) -> None:
        """Nobody has been there for longer than anybody should wait: what waits may be given again later."""
        now = asyncio.get_running_loop().time()
        since = max(self._good_at, self._queue.since)
        sending = any(connection.sends for connection in self._open.values())
        if self._queue.waiting and not sending and now - since > self._patience:
            self._good_at = now
            self._note(f"no success for {self._patience:g} s; what waits is left unsent")
            self._queue.end(cause)
            self._queue.tell()
