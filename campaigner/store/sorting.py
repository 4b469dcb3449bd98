"""Pairs of whole numbers put in order of the first one, at eight bytes a pair where the second is always 0.

A database would do the same, but where its file is encrypted it keeps all that it sorts in memory, as rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np

Pairs = tuple[list[int], list[int]]


def in_order(blocks: Iterable[Sequence[Sequence[int]]], most: int, size: int) -> Iterator[Pairs]:
    """The pairs in blocks, as a column of first and a column of second numbers.

    Args:
        blocks: Pairs of numbers of 64 bits.
        most: No more pairs will come.
        size: How many pairs a block has that is given out.
    """
    # Memory that nothing was written to is not taken yet.
    first, second = np.empty(most, dtype=np.int64), np.zeros(most, dtype=np.int64)
    count, any_second = 0, False
    for block in blocks:
        pairs = np.fromiter(chain.from_iterable(block), dtype=np.int64, count=2 * len(block)).reshape(-1, 2)
        first[count : count + len(pairs)] = pairs[:, 0]
        if pairs[:, 1].any():
            second[count : count + len(pairs)] = pairs[:, 1]
            any_second = True
        count += len(pairs)
    first, second = first[:count], second[:count]
    order = first.argsort() if any_second else None
    if order is None:
        first.sort()
    for start in range(0, count, size):
        taken = slice(start, start + size) if order is None else order[start : start + size]
        yield first[taken].tolist(), second[taken].tolist()
