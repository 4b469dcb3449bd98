"""Many keys in order, each at two, four or six bytes instead of eight."""

from typing import Any

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.int64]

_DRAWERS = 20
"""There are at most two to the power of this many drawers."""
_HALF, _WORD = 16, 32
_PIECE = 1 << 16
"""Keys that are moved at a time, so that making room takes no memory of its own."""


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
        self._words: list[npt.NDArray[Any]] = [
            np.zeros(0, dtype=word) for word in ("u2", "u4", "u4 u2")[halves - 1].split()
        ]
        """What is kept of each key: its lowest two or four bytes, and of six the other two."""

    def __len__(self) -> int:
        return len(self._words[0])

    @property
    def nbytes(self) -> int:
        """How much memory the keys take."""
        return sum(words.nbytes for words in self._words)

    def has(self, ordered: Keys) -> npt.NDArray[np.bool_]:
        """Which of some keys, given in order, are in it."""
        if not len(self):
            return np.zeros(len(ordered), dtype=bool)
        places, ends = self._places(ordered)
        inside = places < ends
        places[~inside] = 0
        inside &= self._kept(places) == self._lower(ordered)
        return inside

    def add(self, ordered: Keys) -> None:
        """Take in keys, given in order, of which none is in it and none comes twice."""
        if not len(self):
            self._starts = np.zeros(self._drawers + 1, dtype=np.int64)
        places, _ends = self._places(ordered)
        lower = self._lower(ordered)
        for number, words in enumerate(self._words):
            _insert(words, places, lower >> (number * _WORD))
        drawers = ordered >> self._shift
        self._starts += np.searchsorted(drawers, np.arange(self._drawers + 1))

    def _lower(self, keys: Keys) -> Keys:
        return keys & ((1 << self._shift) - 1)

    def _kept(self, places: Keys) -> Keys:
        """What is kept of the keys at some places."""
        found = self._words[0][places].astype(np.int64)
        for words in self._words[1:]:
            found |= words[places].astype(np.int64) << _WORD
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


def _insert(words: npt.NDArray[Any], places: Keys, values: Keys) -> None:
    """Insert values before what stands at their places; moved from the end on, so that nothing is held twice."""
    stop, left = len(words), len(places)
    words.resize(stop + left, refcheck=False)
    while left:
        start = max(0, stop - _PIECE)
        first = int(np.searchsorted(places[:left], start, "right")) if start else 0
        among = places[first:left] - start
        words[start + first : stop + left] = np.insert(
            words[start:stop], among, values[first:left].astype(words.dtype)
        )
        stop, left = start, first
