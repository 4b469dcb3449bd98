"""Rows a block at a time: a statement takes only so many parameters, and memory only so many rows."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

FEW = 500
"""Parameters of one statement."""

_T = TypeVar("_T")


def in_blocks(rows: Iterable[_T], size: int = FEW) -> Iterator[list[_T]]:
    """Rows in blocks of so many, the last one shorter."""
    entries = iter(rows)
    while block := list(islice(entries, size)):
        yield block
