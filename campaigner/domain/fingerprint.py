"""What each message of a run was when the run was found to be what was approved, asked once more as it leaves."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from campaigner.domain.campaign import Channel


class Columns(NamedTuple):
    """Messages of one channel, column by column."""

    numbers: Sequence[int]
    recipients: Sequence[int]
    copies: Sequence[int]
    bodies: Sequence[str]


class Fingerprints:
    """64 bits for each message, keyed, so that nobody who does not know the key can make another text of the same.

    The digest of a run is looked at before its first message leaves; what is read from then on is compared with what
    was read then, whoever can write into the store meanwhile. Eight bytes a message are kept.

    Args:
        key: Random text that nobody else has, for this one use.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._kept: dict[Channel, _Kept] = {}

    def add(self, channel: Channel, block: Columns) -> None:
        """Keep what messages of one channel are, in rising order of number."""
        kept = self._kept.setdefault(channel, _Kept())
        kept.add(block.numbers, self._of(block))

    def differing(self, channel: Channel, block: Columns) -> int | None:
        """Number of a message that is not what it was, or was not there; None if there is none."""
        kept = self._kept.get(channel) or _Kept()
        return kept.differing(block.numbers, self._of(block))

    def _of(self, block: Columns) -> "array[int]":
        key = self._key
        return array("q", [
            hash((recipient, copy, key + body))
            for recipient, copy, body in zip(block.recipients, block.copies, block.bodies, strict=True)
        ])  # fmt: skip


class _Kept:
    """Fingerprints of one channel; numbers that follow on one another are kept as a stretch."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._begins: list[int] = []
        self._next: int | None = None
        self._marks = array("q")

    def add(self, numbers: Sequence[int], marks: "array[int]") -> None:
        for place, number in _breaks(numbers, self._next):
            self._firsts.append(number)
            self._begins.append(len(self._marks) + place)
        self._marks.extend(marks)
        if numbers:
            self._next = numbers[-1] + 1

    def differing(self, numbers: Sequence[int], marks: "array[int]") -> int | None:
        if not numbers:
            return None
        if self._side_by_side(numbers, marks):
            return None
        for number, mark in zip(numbers, marks, strict=True):
            place = self._place(number)
            if place is None or self._marks[place] != mark:
                return number
        return None

    def _side_by_side(self, numbers: Sequence[int], marks: "array[int]") -> bool:
        """Whether messages that follow on one another are what they were: the way of most blocks, and quick."""
        first, last = self._place(numbers[0]), self._place(numbers[-1])
        if first is None or last is None or not last - first == numbers[-1] - numbers[0] == len(numbers) - 1:
            return False
        return self._marks[first : last + 1] == marks

    def _place(self, number: int) -> int | None:
        stretch = bisect_right(self._firsts, number) - 1
        if stretch < 0:
            return None
        place = self._begins[stretch] + number - self._firsts[stretch]
        last = stretch + 1 == len(self._begins)
        return place if place < (len(self._marks) if last else self._begins[stretch + 1]) else None


def _breaks(numbers: Sequence[int], following: int | None) -> Iterator[tuple[int, int]]:
    """(place, number) wherever a number does not follow on the one before it."""
    if numbers and numbers[0] == following and numbers[-1] - numbers[0] == len(numbers) - 1:
        return
    for place, number in enumerate(numbers):
        if number != following:
            yield place, number
        following = number + 1
