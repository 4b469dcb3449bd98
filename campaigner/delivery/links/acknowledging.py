"""A carrier gets its answer when what it delivered is kept, and is slowed while too much waits for that."""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from typing import Generic, TypeVar

from campaigner.delivery.live import Kept, Reply

MOST_HELD = 1_000
"""How much may wait on one connection to be kept; as long as it does, nothing more is read."""
HOLD = 2.0
"""Seconds for which a part of a reply waits for the others before it is told alone."""
AGAIN = 5.0
"""Seconds after which a link tells again what could not be kept and no carrier repeats."""

T = TypeVar("T")


async def is_kept(kept: Kept) -> bool:
    """Wait until it is known whether something is kept."""
    return True if kept is None else await kept


def when_kept(kept: Iterable[Kept], then: Callable[[bool], None]) -> None:
    """Call a function once it is known whether all of these are kept: at once, if it is known already."""
    waited = {one for one in kept if one is not None}
    open_ones = {one for one in waited if not one.done()}
    if not open_ones:
        then(all(_result(one) for one in waited))
        return

    def done(one: asyncio.Future[bool]) -> None:
        open_ones.discard(one)
        if not open_ones:
            then(all(_result(each) for each in waited))

    for one in tuple(open_ones):
        one.add_done_callback(done)


def tell_until_kept(tell: Callable[[Sequence[T]], Kept], words: Sequence[T]) -> None:
    """Tell what a link found out by itself, which nobody tells it again, until it is kept."""

    def then(good: bool) -> None:
        if not good:
            asyncio.get_running_loop().call_later(AGAIN, tell_until_kept, tell, words)

    when_kept([tell(words)], then)


class Fragments:
    """Parts of replies whose other parts have not come yet: they wait unacknowledged, but not for long.

    A carrier that sends one message after the other would never send the next. So after a moment the part is told
    alone, and acknowledged when it is kept: a word of refusal that stands in it counts, whatever becomes of the rest.

    Args:
        tell: Takes replies, as `Ear.replies` does.
    """

    def __init__(self, tell: Callable[[Sequence[Reply]], Kept]) -> None:
        self._tell = tell
        self._waiting: dict[Hashable, tuple[asyncio.Future[bool], list[Reply]]] = {}

    def wait(self, key: Hashable, part: Reply) -> Kept:
        """A part has come, and the reply is not whole; whether it is kept, in the reply or alone."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no loop in which anything could come later
            return self._tell([part])
        entry = self._waiting.get(key)
        if entry is None:
            entry = self._waiting[key] = loop.create_future(), []
            loop.call_later(HOLD, self._expire, key, entry[0])
        entry[1].append(part)
        return entry[0]

    def whole(self, key: Hashable, kept: Kept) -> None:
        """The reply was told as a whole: its parts are kept if it is."""
        entry = self._waiting.pop(key, None)
        if entry is not None:
            when_kept([kept], partial(_settle, entry[0]))

    def _expire(self, key: Hashable, future: asyncio.Future[bool]) -> None:
        entry = self._waiting.get(key)
        if entry is not None and entry[0] is future:
            del self._waiting[key]
            when_kept([self._tell(entry[1])], partial(_settle, future))


def _settle(future: asyncio.Future[bool], kept: bool) -> None:
    if not future.done():
        future.set_result(kept)


def _result(one: asyncio.Future[bool]) -> bool:
    return not one.cancelled() and one.exception() is None and one.result()


class Acknowledger(Generic[T]):
    """What one connection has delivered and is not answered yet.

    Args:
        answer: Writes the answers to deliveries that are kept, or that are not and have to come again.
    """

    def __init__(self, answer: Callable[[Sequence[T], bool], None]) -> None:
        self._answer = answer
        self._transport: asyncio.Transport | None = None
        self.waiting = 0
        """How many wait."""
        self.paused = False
        """Whether nothing is read from the connection meanwhile."""

    def attach(self, transport: asyncio.Transport) -> None:
        """The connection stands."""
        self._transport = transport

    def hold(self, deliveries: Sequence[T], kept: Iterable[Kept]) -> None:
        """Answer deliveries as soon as it is known whether they are kept."""
        self.waiting += len(deliveries)

        def then(good: bool) -> None:
            self.waiting -= len(deliveries)
            self._answer(deliveries, good)
            if self.paused and self.waiting <= MOST_HELD // 2:
                self._read(on=True)

        when_kept(kept, then)
        if self.waiting > MOST_HELD and not self.paused:
            self._read(on=False)

    def _read(self, *, on: bool) -> None:
        transport = self._transport
        self.paused = not on
        if transport is not None and not transport.is_closing():
            if on:
                transport.resume_reading()
            else:
                transport.pause_reading()
