"""Many keys in order, each at two, four or six bytes instead of eight."""

import mmap
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.int64]

_DRAWERS = 20
"""There are at most two to the power of this many drawers."""
_HALF, _WORD = 16, 32
_PIECE = 1 << 16
"""Keys that are moved at a time, so that making room takes no memory of its own."""
_STEP = 1 << 20
"""Bytes by which memory grows at least."""


class Packed:
    """A growing set of keys that come in order, many at a time.

    The upper bits of a key say in which drawer it lies, and only its lower bits are kept: the drawers stand in one
    row, and where each begins is known. So a phone takes two bytes, and a number of 63 bits takes six.

    Args:
        largest: No key is larger.
    """

    def __init__(self, largest: int) -> None:
        bits = largest.bit_length()
        halves = next(halves for halves in (1, 2, 3) if bits - _HALF * halves <= _DRAWERS)
        self._shift = _HALF * halves
        self._drawers = (largest >> self._shift) + 1
        self._starts: Keys = np.zeros(0, dtype=np.int64)
        self._words = [Words(kind) for kind in ("u2", "u4", "u4 u2")[halves - 1].split()]
        """What is kept of each key: its lowest two or four bytes, and of six the other two."""

    def __len__(self) -> int:
        return len(self._words[0])

    def has(self, ordered: Keys) -> npt.NDArray[np.bool_]:
        """Which of some keys, given in order, are in it."""
        if not len(self):
            return np.zeros(len(ordered), dtype=bool)
        places, ends = self._places(ordered)
        inside = places < ends
        places[~inside] = 0
        inside &= self._kept(places) == self._lower(ordered)
        return inside

    @property
    def arrays(self) -> list[npt.NDArray[Any]]:
        """What it is made of; two with equal parts have the same keys."""
        return [self._starts, *(words.values for words in self._words)]

    def pieces(self) -> Iterator[Keys]:
        """The keys in order, some at a time."""
        for start in range(0, len(self), _PIECE):
            places = np.arange(start, min(start + _PIECE, len(self)))
            drawers = np.searchsorted(self._starts, places, "right") - 1
            yield (drawers << self._shift) | self._kept(places)

    def add(self, ordered: Keys) -> None:
        """Take in keys, given in order, of which none is in it and none comes twice."""
        if not len(self):
            self._starts = np.zeros(self._drawers + 1, dtype=np.int64)
        # What is made of many keys at once would be longer than the keys.
        pieces = [ordered[start : start + _PIECE] for start in range(0, len(ordered), _PIECE)]
        places = np.concatenate([self._places(piece)[0] for piece in pieces])
        for number, words in enumerate(self._words):
            kind = words.values.dtype
            new = [(self._lower(piece) >> (number * _WORD)).astype(kind) for piece in pieces]
            words.insert(places, np.concatenate(new))
        self._starts[:-1] += np.searchsorted(ordered, np.arange(self._drawers) << self._shift)
        self._starts[-1] += len(ordered)

    def _lower(self, keys: Keys) -> Keys:
        return keys & ((1 << self._shift) - 1)

    def _kept(self, places: Keys) -> Keys:
        """What is kept of the keys at some places."""
        found = self._words[0].values[places].astype(np.int64)
        for words in self._words[1:]:
            found |= words.values[places].astype(np.int64) << _WORD
        return found

    def _places(self, ordered: Keys) -> tuple[Keys, Keys]:
        """Where in its drawer each key lies or would lie, and where the drawer ends: all are halved side by side."""
        drawers, lower = ordered >> self._shift, self._lower(ordered)
        low, ends = self._starts[drawers], self._starts[drawers + 1]
        high = ends
        for _halving in range(int((ends - low).max(initial=0)).bit_length()):
            middle = (low + high) >> 1
            before = (low < high) & (self._kept(np.minimum(middle, len(self) - 1)) < lower)
            low, high = np.where(before, middle + 1, low), np.where(before, high, middle)
        return low, ends


class Words:
    """A growing row of small numbers in memory of its own, which grows where it is and is given back whole.

    What Python and NumPy take together is handed out anew when it has to grow, and leaves holes among the rest.

    Args:
        kind: What numbers, as NumPy names them.
    """

    def __init__(self, kind: str) -> None:
        self._kind = np.dtype(kind)
        self._memory = _memory(_STEP)
        self.values: npt.NDArray[Any] = np.zeros(0, dtype=self._kind)

    def __len__(self) -> int:
        return len(self.values)

    def insert(self, places: Keys, new: npt.NDArray[Any]) -> None:
        """Insert numbers before what stands at some places, given in order; moved from the end on."""
        stop, left = len(self), len(places)
        self._grow(stop + left)
        values = self.values
        while left:
            start = max(0, stop - _PIECE)
            first = int(np.searchsorted(places[:left], start, "right")) if start else 0
            among = places[first:left] - start
            values[start + first : stop + left] = np.insert(values[start:stop], among, new[first:left])
            stop, left = start, first

    def _grow(self, count: int) -> None:
        wanted = count * self._kind.itemsize
        if wanted > len(self._memory):
            wanted = -(-wanted // _STEP) * _STEP
            # A view would hold the memory where it is.
            self.values = np.zeros(0, dtype=self._kind)
            try:
                self._memory.resize(wanted)
            except SystemError:  # macOS cannot
                before, self._memory = self._memory, _memory(wanted)
                self._memory[: len(before)] = before[:]
        self.values = np.frombuffer(self._memory, dtype=self._kind, count=count)


def _memory(size: int) -> mmap.mmap:
    """Memory that is nobody else's; Windows knows no other."""
    if not hasattr(mmap, "MAP_PRIVATE"):
        return mmap.mmap(-1, size)
    return mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
