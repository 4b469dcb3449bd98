"""An event loop on a clock of its own, which leaps to the next moment that something waits for."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_TURN = 1e-6
"""Seconds that a turn of the loop takes on its clock: who waits for less than a float can add would wait for ever."""


class _Leaping(selectors.DefaultSelector):
    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(0 if timeout else timeout)
        self.now += _TURN if ready or not timeout else max(timeout, _TURN)
        return ready


class LeapingLoop(asyncio.SelectorEventLoop):
    """Waits no second, whatever it is asked to wait; seconds pass as if it did, however busy the machine is."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        """Seconds that those who run on it have waited."""
        return self._leaping.now


def leap(work: Coroutine[Any, Any, T]) -> T:
    """Run something that waits, without waiting."""
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        return runner.run(work)
