"""What people write back in several parts: put together in order, and none of them waited for without end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from campaigner.delivery.links.parts import Joint
from campaigner.delivery.live import Reply

PATIENCE = 300.0
"""Seconds that the first parts of a reply wait for the others."""
MOST_WAITING = 1_000
"""How many replies may wait for a part; the oldest is told as far as it came."""


class ReplyPart(NamedTuple):
    """What one PDU brings of a reply: mostly all of it.

    Args:
        phone: From which phone.
        to: To which number of ours.
        joint: Which part of what it is.
        octets: Its text, as it came.
        coding: How the protocol says that it is to be read.
    """

    phone: int
    to: str
    joint: Joint
    octets: bytes
    coding: int


Key = tuple[int, str, int, int]
"""From whom, to whom, the carrier's reference, how many parts."""


@dataclass(slots=True)
class _Waiting:
    """The parts of one reply that have come so far, by their numbers."""

    since: float
    parts: dict[int, ReplyPart] = field(default_factory=dict)


class Replies:
    """Makes replies of their parts; those of a longer one wait for each other.

    Args:
        decode: Reads octets in a coding.
    """

    def __init__(self, decode: Callable[[bytes, int], str]) -> None:
        self._decode = decode
        self._waiting: dict[Key, _Waiting] = {}
        self._whole: dict[Key, _Waiting] = {}
        self.part: tuple[Key, Reply] | None = None
        """What came last, if that was a part of a reply which is not whole yet, and what joins it to the others."""

    def take(self, part: ReplyPart, now: float) -> list[Reply]:
        """Take what one PDU brings; the replies that are whole now.

        Args:
            part: All of a reply, or a part of it.
            now: Seconds of a steady clock.
        """
        self.part = None
        reference, total, number = part.joint
        if total == 1 or not 1 <= number <= total:
            return [self._reply([part])]
        key = part.phone, part.to, reference, total
        waiting = self._waiting.setdefault(key, _Waiting(now))
        waiting.parts[number] = part
        if len(waiting.parts) == total:
            self._whole[key] = self._waiting.pop(key)
            return [self._joined(waiting)]
        self.part = key, self._reply([part], whole=False)
        return list(self._crowded())

    def whole(self) -> tuple[list[Key], Callable[[bool], None]]:
        """What joined the parts of replies that became whole, and what to call when it is known if these are kept.

        If not, their parts come again, perhaps not all of them: those that are here wait for them once more.
        """
        whole, self._whole = self._whole, {}

        def then(good: bool) -> None:
            if not good:
                self._waiting = whole | self._waiting

        return list(whole), then

    def overdue(self, now: float) -> list[Reply]:
        """Replies of which a part has not come for too long, with the parts that have: half an opt-out is one."""
        keys = [key for key, waiting in self._waiting.items() if waiting.since <= now - PATIENCE]
        return [self._joined(self._waiting.pop(key)) for key in keys]

    def rest(self) -> list[Reply]:
        """Whatever still waits, as far as it came."""
        return self.overdue(float("inf"))

    def _crowded(self) -> Iterator[Reply]:
        while len(self._waiting) > MOST_WAITING:
            yield self._joined(self._waiting.pop(next(iter(self._waiting))))

    def _joined(self, waiting: _Waiting) -> Reply:
        return self._reply([part for _number, part in sorted(waiting.parts.items())])

    def _reply(self, parts: list[ReplyPart], *, whole: bool = True) -> Reply:
        """Octets of one coding are read together: a character may be cut by the end of a part."""
        runs = groupby(parts, lambda part: part.coding)
        text = "".join(self._decode(b"".join(part.octets for part in run), coding) for coding, run in runs)
        return Reply(parts[0].phone, parts[0].to, text, whole)
