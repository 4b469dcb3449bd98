"""How fast a link sends: the carrier's rate, and rests that grow while the SMSC says that it is too fast."""

import asyncio

from campaigner.delivery.rates import Bucket

_FIRST, _LONGEST = 1.0, 30.0
"""Seconds of the first rest and of the longest; each is twice the one before."""


class Pace:
    """The rate of a link, shared by all its connections.

    Args:
        rate: Submits a second; 0 for no limit.
        patience: Seconds of nothing but "too fast" after which it is hopeless.
    """

    def __init__(self, rate: int, patience: float) -> None:
        self._bucket = Bucket(rate)
        self._unlimited = not rate
        self._patience = patience
        self._rest = 0.0
        self._until = 0.0
        self._since = 0.0

    @property
    def free(self) -> bool:
        """Whether anything may go at once."""
        return self._unlimited and asyncio.get_running_loop().time() >= self._until

    async def take(self, most: int) -> int:
        """Wait until something may go; returns how many may."""
        return await self._bucket.take(most)

    def throttled(self) -> float:
        """The SMSC says "too fast": rest, longer than last time; returns seconds, 0 where it rests already."""
        now = asyncio.get_running_loop().time()
        if now < self._until:
            return 0.0
        if not self._rest:
            self._since = now
        self._rest = min(self._rest * 2, _LONGEST) or _FIRST
        self._until = now + self._rest
        self._bucket.pause(self._rest)
        return self._rest

    def went_well(self, sent_at: float) -> None:
        """Something that was sent then was accepted; if that was after the rest, the next rest is short again."""
        if sent_at >= self._until:
            self._rest = 0.0

    def hopeless(self) -> bool:
        """Whether the SMSC has said nothing but "too fast" for too long; if so, the count starts anew."""
        hopeless = self._until - self._since > self._patience and self._rest > 0
        if hopeless:
            self._rest = 0.0
        return hopeless
