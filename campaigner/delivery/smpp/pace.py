"""How fast a link sends: the carrier's rate, and rests that grow while the SMSC says that it is too fast."""

import asyncio

from campaigner.delivery.rates import Backoff, Bucket

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
        self._patience = patience
        self._backoff = Backoff(_FIRST, _LONGEST)
        self._until = 0.0
        self._since = 0.0

    @property
    def free(self) -> bool:
        """Whether anything may go at once."""
        return self._bucket.free

    async def take(self, most: int) -> int:
        """Wait until something may go; returns how many may."""
        return await self._bucket.take(most)

    def throttled(self) -> float:
        """The SMSC says "too fast": rest, longer than last time; returns seconds, 0 where it rests already."""
        now = asyncio.get_running_loop().time()
        if now < self._until:
            return 0.0
        if self._backoff.fresh:
            self._since = now
        rest = self._backoff.next()
        self._until = now + rest
        self._bucket.pause(rest)
        return rest

    def went_well(self, sent_at: float) -> None:
        """Something that was sent then was accepted; if that was after the rest, the next rest is short again."""
        if sent_at >= self._until:
            self._backoff.reset()

    def hopeless(self) -> bool:
        """Whether the SMSC has said nothing but "too fast" for too long; if so, the count starts anew."""
        hopeless = self._until - self._since > self._patience and not self._backoff.fresh
        if hopeless:
            self._backoff.reset()
        return hopeless
