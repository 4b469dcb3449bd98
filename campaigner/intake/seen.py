"""Which keys were given before, at eight bytes a key or less."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from campaigner.intake.packed import Packed

_LARGEST = 2**63 - 1
_FEW = 1 << 16
_SHARE = 64
"""Keys wait in plain arrays until they are many, or more than this part of those that are packed."""


class Seen:
    """A growing set of keys.

    Those that came last lie in sorted arrays, each less than half as long as the one before it. A new array that
    is too long for its place is merged into its neighbour, so that a key is copied a logarithmic number of times
    and a look-up walks through few arrays. When they have become many they are packed among the earlier ones.

    Args:
        largest: No key is larger: the smaller this is, the fewer bytes a key takes.
    """

    def __init__(self, largest: int = _LARGEST) -> None:
        self._levels: list[npt.NDArray[np.int64]] = []
        self._packed = Packed(largest)
        self._largest = largest

    def __len__(self) -> int:
        return len(self._packed) + self._waiting()

    def fresh(self, keys: Sequence[int]) -> list[bool]:
        """Which of these keys are given for the first time, in this call too.

        Args:
            keys: Numbers from 0 to the largest.

        Returns:
            One truth value for each key; of equal keys in one call only the first is fresh.

        Raises:
            ValueError: A key is no such number.
        """
        given = np.asarray(keys, dtype=np.int64)
        ordered, firsts = np.unique(given, return_index=True)
        if len(ordered) and not 0 <= ordered[0] <= ordered[-1] <= self._largest:
            raise ValueError("a key is negative, or larger than was said")
        unknown = ~self._known(ordered)
        answer = np.zeros(len(given), dtype=bool)
        answer[firsts[unknown]] = True
        self._add(ordered[unknown])
        return cast("list[bool]", answer.tolist())

    def shared(self, others: Sequence["Seen"]) -> int:
        """How many of these keys are in at least one of some other sets."""
        if any(self._alike(other) for other in others):
            return len(self)
        return sum(
            int(np.count_nonzero(np.logical_or.reduce([other._known(piece) for other in others])))  # noqa: SLF001 - the same class
            for piece in self._pieces()
            if others
        )

    @property
    def arrays(self) -> list[npt.NDArray[Any]]:
        """What it is made of: two that grew in the same way, as those of one list do, have equal ones."""
        return [*self._levels, *self._packed.arrays]

    def _alike(self, other: "Seen") -> bool:
        ours, theirs = self.arrays, other.arrays
        return len(ours) == len(theirs) and all(map(np.array_equal, ours, theirs))

    def _pieces(self) -> Iterator[npt.NDArray[np.int64]]:
        """The keys, in pieces that are each in order."""
        yield from self._levels
        yield from self._packed.pieces()

    def _known(self, ordered: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        known = self._packed.has(ordered)
        for level in self._levels:
            at = np.searchsorted(level, ordered)
            inside = at < len(level)
            known[inside] |= level[at[inside]] == ordered[inside]
        return known

    def _waiting(self) -> int:
        return sum(map(len, self._levels))

    def _add(self, ordered: npt.NDArray[np.int64]) -> None:
        if not len(ordered):
            return
        self._levels.append(ordered)
        if self._waiting() > max(_FEW, len(self._packed) // _SHARE):
            self._merge(len(self._levels))
            self._packed.add(self._levels.pop())
            return
        while len(self._levels) > 1 and len(self._levels[-2]) < 2 * len(self._levels[-1]):
            self._merge(2)

    def _merge(self, last: int) -> None:
        """Make one array of the last ones."""
        merged = np.concatenate(self._levels[-last:])
        del self._levels[-last:]
        # A stable sort finds the sorted stretches and merges them in one pass.
        merged.sort(kind="stable")
        self._levels.append(merged)
