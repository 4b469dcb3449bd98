"""Keeping to a carrier's rate, and waiting longer each time that something did not go."""

import asyncio
from collections import deque

_SPARE = 1.0
"""Seconds' worth of permissions that an idle bucket saves up, to make good what a busy process was late."""
_WINDOW = 1.0
"""Seconds in which a carrier counts: it never gets more than the rate within any of them."""


class Bucket:
    """Permissions at a steady rate, shared by everything that sends over one link.

    Args:
        rate: Permissions a second; 0 for no limit.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._level = 0.0
        self._at: float | None = None
        self._lately: deque[tuple[float, int]] = deque()
        self._within = 0
        self._pause_until = 0.0

    @property
    def free(self) -> bool:
        """Whether anything may go at once, and nothing need be taken."""
        return not self._rate and asyncio.get_running_loop().time() >= self._pause_until

    def pause(self, seconds: float) -> None:
        """Let nothing through for a while: the other side asked for it."""
        self._pause_until = max(self._pause_until, asyncio.get_running_loop().time() + seconds)

    async def take(self, most: int) -> int:
        """Wait until something may go; returns how many may, at least 1, at most `most`."""
        loop = asyncio.get_running_loop()
        while True:
            wait = self._pause_until - loop.time()
            if wait <= 0:
                if not self._rate:
                    return most
                now = loop.time()
                self._fill(now)
                taken = min(most, int(self._level), self._room(now))
                if taken >= 1:
                    self._level -= taken
                    self._within += taken
                    self._lately.append((now, taken))
                    return taken
                wait = self._until_room(now) if self._level >= 1 else (1 - self._level) / self._rate
            await asyncio.sleep(wait)

    def _room(self, now: float) -> int:
        """How many may go, by what went within the last second."""
        while self._lately and self._lately[0][0] + _WINDOW <= now:
            self._within -= self._lately.popleft()[1]
        return max(1, int(self._rate * _WINDOW)) - self._within

    def _until_room(self, now: float) -> float:
        """Seconds until the first of them went a second ago."""
        return self._lately[0][0] + _WINDOW - now

    def _fill(self, now: float) -> None:
        """What has come in since the last look, never more than a second's worth; a new bucket holds one."""
        if self._at is None:
            self._level = 1.0
        else:
            self._level = min(self._level + (now - self._at) * self._rate, max(1.0, self._rate * _SPARE))
        self._at = now


class Backoff:
    """Seconds to wait, each time twice as long as the time before, until something goes well.

    Args:
        first: The first wait.
        longest: No wait is longer.
    """

    def __init__(self, first: float, longest: float) -> None:
        self._first, self._longest = first, longest
        self._next = first

    @property
    def fresh(self) -> bool:
        """Whether nothing has failed since something went well."""
        return self._next == self._first

    def next(self) -> float:
        """How long to wait now."""
        wait, self._next = self._next, min(2 * self._next, self._longest)
        return wait

    def reset(self) -> None:
        """Something went well: the next wait is the first again."""
        self._next = self._first
