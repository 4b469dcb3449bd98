"""What waits to be sent over a link, in order, and the one answer that each message gets."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Generic, Protocol, TypeVar

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Answer, Ear


class Block:
    """The messages of one call of `send`.

    Attributes:
        left: How many of them have no answer.
        ended: Why nothing more of it is sent; "" while it goes on.
        done: Set when each has its answer.
    """

    __slots__ = ("__weakref__", "done", "ended", "left")

    def __init__(self, count: int) -> None:
        self.left = count
        self.ended = ""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class Sendable(Protocol):
    """What goes out at one go: a part of a message, or a request with several messages."""

    @property
    def block(self) -> Block:
        """Whose it is."""
        ...

    def unsent(self, cause: str) -> Sequence[Answer]:
        """It does not go out; the answers that this makes."""
        ...


class Taker(Protocol):
    """Who takes from a queue: a connection, or several."""

    def wake(self) -> None:
        """Something may go out that could not before."""
        ...

    def lose(self, cause: str, block: Block | None = None) -> None:
        """Wait no longer for the answers to what is out, of one block or of all: they are unknown."""
        ...


S = TypeVar("S", bound=Sendable)


class SendQueue(Generic[S]):
    """What waits for a link, in the order in which it came; what goes on or comes back goes before what is new.

    Each message is in one place at any time: waiting here, or out, where whoever has taken it owes an answer.

    Args:
        ear: Where answers are told.
    """

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._next: deque[S] = deque()
        self._new: deque[S] = deque()
        self._open: set[Block] = set()
        self._finished: list[Block] = []
        self._answers: list[Answer] = []
        self._closed = "the link is not open"
        self.takers: set[Taker] = set()
        self.since = 0.0
        """Since when something waits without a break, by the event loop's clock."""

    @property
    def waiting(self) -> int:
        """How much could go out now."""
        return len(self._next) + len(self._new)

    def wake(self) -> None:
        """Something may go out that could not before."""
        for taker in self.takers:
            taker.wake()

    def open(self) -> None:
        """Send what is put in from now on."""
        self._closed = ""

    def close(self, cause: str) -> None:
        """Send nothing more, now or later."""
        self._closed = cause
        self.end(cause)
        self.tell()

    async def send(self, messages: Sequence[Outgoing]) -> None:
        """Put messages in and wait until each has its answer; see `delivery.live.Link.send`."""
        if not messages:
            return
        block = self.put(messages)
        try:
            await block.done
        finally:
            if block.left:
                self.withdraw(block)

    def put(self, messages: Sequence[Outgoing]) -> Block:
        """Put messages in."""
        if not self.waiting:
            self.since = asyncio.get_running_loop().time()
        block = Block(len(messages))
        self._open.add(block)
        self._new.extend(self._cut(block, messages))
        if self._closed:
            self.end(self._closed, block)
        self.tell()
        self.wake()
        return block

    def take(self, most: int) -> list[S]:
        """The next to go out, at most so many; whoever takes them owes their answers."""
        following, new = self._next, self._new
        taken = [following.popleft() for _ in range(min(most, len(following)))]
        taken += [new.popleft() for _ in range(min(most - len(taken), len(new)))]
        return taken

    def take_one(self) -> S | None:
        """The next to go out, if anything waits."""
        items = self._next or self._new
        return items.popleft() if items else None

    def again(self, items: Iterable[S], *, last: bool = False) -> None:
        """What was taken has not gone out: it goes before all that is new, or after it."""
        for item in items:
            if ended := item.block.ended or self._closed:
                self.answer(item.block, item.unsent(ended))
            else:
                (self._new if last else self._next).append(item)

    def end(self, cause: str, block: Block | None = None) -> bool:
        """Send nothing more of a block, or of all: what waits is answered; what is out gets its answer later.

        Returns:
            Whether there was a block that had not ended before.
        """
        ending = [each for each in (self._open if block is None else (block,)) if not each.ended]
        for each in ending:
            each.ended = cause
        for items in (self._next, self._new):
            for _ in range(len(items)):
                item = items.popleft()
                if ended := item.block.ended:
                    self.answer(item.block, item.unsent(ended))
                else:
                    items.append(item)
        return bool(ending)

    def withdraw(self, block: Block) -> None:
        """Nobody waits for a block any more: answer all of it now."""
        self.end("stopped", block)
        for taker in self.takers:
            taker.lose("stopped", block)
        self.tell()
        self.wake()

    def answer(self, block: Block, answers: Sequence[Answer]) -> None:
        """Messages of a block have their answers; told by `tell`."""
        if answers:
            self._answers += answers
            block.left -= len(answers)
            if not block.left:
                self._finished.append(block)

    def tell(self) -> None:
        """Tell the ear what has been answered, then those who wait for whole blocks."""
        if self._answers:
            answers, self._answers = self._answers, []
            self._ear.answers(answers)
        while self._finished:
            block = self._finished.pop()
            self._open.discard(block)
            if not block.done.done():
                block.done.set_result(None)

    def _cut(self, block: Block, messages: Sequence[Outgoing]) -> Iterable[S]:
        """What is sent of messages; such as cannot be are refused here."""
        raise NotImplementedError
