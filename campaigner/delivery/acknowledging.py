"""A carrier gets its answer when what it delivered is kept, and is slowed while too much waits for that."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from campaigner.delivery.live import Kept

MOST_HELD = 1_000
"""How much may wait on one connection to be kept; as long as it does, nothing more is read."""
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
