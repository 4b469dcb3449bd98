"""How fast a link sends: the carrier's rate, and rests that grow while the other side says that it is too fast."""

import asyncio

from campaigner.delivery.links.rates import Backoff, Bucket


class Pause:
    """Rests of a link, shared by all its connections.

    Args:
        bucket: Holds everything back while it rests.
        first: Seconds of the first rest; each is twice the one before.
        longest: No rest is longer.
        patience: Seconds of rest, with nothing accepted between them, after which it is no use to go on.
    """

    def __init__(self, bucket: Bucket, first: float, longest: float, patience: float) -> None:
        self._bucket, self.patience = bucket, patience
        self._backoff = Backoff(first, longest)
        self._until = 0.0
        self.rested = 0.0
        """Seconds of rest since anything was accepted; `went_well` need be called only where there are some."""

    def too_fast(self, sent_at: float) -> float:
        """The other side says "later" to what was sent then; returns the seconds of the rest that this begins.

        0 where it was sent before the last rest ended: what was out when that began says nothing new.
        """
        if sent_at < self._until:
            return 0.0
        rest = self._backoff.next()
        self.rested += rest
        self._until = asyncio.get_running_loop().time() + rest
        self._bucket.pause(rest)
        return rest

    def went_well(self, sent_at: float) -> None:
        """What was sent then was accepted; if that was after the rest, the next one is short again."""
        if sent_at >= self._until:
            self.reset()

    def is_hopeless(self) -> bool:
        """Whether the other side has said nothing but "later" for too long; if so, the count starts anew."""
        hopeless = self.rested > self.patience
        if hopeless:
            self.reset()
        return hopeless

    def reset(self) -> None:
        """The next rest is short again."""
        self.rested = 0.0
        self._backoff.reset()
