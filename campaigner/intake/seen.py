"""Which keys were given before, at eight bytes a key."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt


class Seen:
    """A growing set of 64-bit keys.

    The keys lie in sorted arrays, each less than half as long as the one before it. A new array that is too
    long for its place is merged into its neighbour, so that a key is copied a logarithmic number of times
    and a look-up walks through few arrays.
    """

    def __init__(self) -> None:
        self._levels: list[npt.NDArray[np.int64]] = []

    def __len__(self) -> int:
        return sum(map(len, self._levels))

    def fresh(self, keys: Sequence[int]) -> list[bool]:
        """Which of these keys are given for the first time, in this call too.

        Args:
            keys: 63-bit numbers.

        Returns:
            One truth value for each key; of equal keys in one call only the first is fresh.
        """
        given = np.asarray(keys, dtype=np.int64)
        ordered, firsts = np.unique(given, return_index=True)
        unknown = ~self._known(ordered)
        answer = np.zeros(len(given), dtype=bool)
        answer[firsts[unknown]] = True
        self._add(ordered[unknown])
        return cast("list[bool]", answer.tolist())

    def _known(self, ordered: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        known = np.zeros(len(ordered), dtype=bool)
        for level in self._levels:
            at = np.searchsorted(level, ordered)
            inside = at < len(level)
            known[inside] |= level[at[inside]] == ordered[inside]
        return known

    def _add(self, ordered: npt.NDArray[np.int64]) -> None:
        if not len(ordered):
            return
        while self._levels and len(self._levels[-1]) < 2 * len(ordered):
            # A stable sort finds the two sorted halves and merges them in one pass.
            ordered = np.sort(np.concatenate((self._levels.pop(), ordered)), kind="stable")
        self._levels.append(ordered)
