"""What is out over one connection and has no answer yet, and how it is kept full."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from campaigner.delivery.links.multipart import PartQueue, Piece, SinglePart
from campaigner.delivery.links.rates import Bucket
from campaigner.delivery.links.traffic import Block

_LOOK = 0.02
"""Seconds between two looks whether all has been answered, on closing."""
_MOST_LATE = 10_000
"""How many messages are remembered whose answer has not come in time."""


class Window:
    """The window of one connection.

    Args:
        queue: What waits to go out.
        size: How many parts may be out at once.
        bucket: The carrier's rate, and pauses.
        submit: Writes parts to the connection and calls `add` for each.
        usable: Whether anything may go out over the connection now.
    """

    def __init__(
        self,
        queue: PartQueue,
        size: int,
        bucket: Bucket,
        submit: Callable[[Sequence[Piece]], None],
        usable: Callable[[], bool],
    ) -> None:
        self._queue, self._size, self._bucket = queue, size, bucket
        self._submit, self._usable = submit, usable
        self.out: dict[int, tuple[Piece, float]] = {}
        """By sequence number, in the order in which they went: each part, and when."""
        self._late: dict[int, SinglePart] = {}
        self._room = asyncio.Event()
        self._feeder: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Send from now on."""
        self._queue.takers.add(self)
        self._feeder = asyncio.create_task(self._feed())

    def stop(self) -> None:
        """Send nothing more."""
        if self._feeder:
            self._feeder.cancel()
            self._feeder = None

    def close(self, cause: str) -> None:
        """The connection is gone: no answer will come any more."""
        self.stop()
        self.lose(cause)
        self._queue.takers.discard(self)

    async def drain(self, seconds: float, others: Callable[[], int]) -> None:
        """Wait a little until nothing is out any more, and no others wait for anything over this connection."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.out or others():  # noqa: ASYNC110 - seldom, and of two things
                    await asyncio.sleep(_LOOK)

    def wake(self) -> None:
        """There may be room, or something to send."""
        self._room.set()

    def fill(self) -> None:
        """Send what there is room for: at once where nothing holds it back, else by the feeder in its time."""
        if self._feeder and self._bucket.free:
            if most := self._most():
                self._submit(self._queue.take(most))
        else:
            self._room.set()

    async def _feed(self) -> None:
        """Keep the window full while something waits."""
        while True:
            if most := self._most():
                may = await self._bucket.take(most)
                if most := min(may, self._most()):
                    self._submit(self._queue.take(most))
            else:
                self._room.clear()
                await self._room.wait()

    def _most(self) -> int:
        if not self._usable():
            return 0
        return max(0, min(self._size - len(self.out), self._queue.waiting))

    def late(self, number: int) -> SinglePart | None:
        """Whose answer comes now that its time is over: a message of one part, for of several it says too little."""
        return self._late.pop(number, None)

    def lose(self, cause: str, block: Block | None = None) -> None:
        """Wait no longer for the answers to what is out, of one block or of all."""
        for number, (piece, _at) in list(self.out.items()):
            if block is None or piece.block is block:
                self._lose(number, cause)

    def lose_overdue(self, before: float, cause: str) -> list[float]:
        """Give up what went out before a moment, which is never sent again; returns when each of it went."""
        overdue = []
        for number, (_piece, at) in self.out.items():
            if at > before:
                break
            overdue.append((number, at))
        for number, _at in overdue:
            self._lose(number, cause)
        return [at for _number, at in overdue]

    def _lose(self, number: int, cause: str) -> None:
        piece, _at = self.out.pop(number)
        if isinstance(piece, SinglePart):
            if len(self._late) >= _MOST_LATE:
                del self._late[next(iter(self._late))]
            self._late[number] = piece
        self._queue.lost(piece, cause)
