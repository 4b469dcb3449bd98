"""One part of the work on its way to another process: sealed, so that nobody writes down what it holds."""

import pickle
from collections.abc import Callable
from functools import lru_cache
from threading import get_ident
from typing import Any

_KNOWN = 32
"""Partition functions that a worker keeps unpacked: templates are parsed once, not for each part."""


class Sealed:
    """A value on its way between two processes.

    Schedulers show the arguments of what failed in their logs and on their pages. Of this one they can show how many
    bytes it has: parts are people.

    Args:
        data: The value, pickled.
    """

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    @classmethod
    def of(cls, value: Any) -> "Sealed":
        """This value, sealed."""
        return cls(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))

    def opened(self) -> Any:
        """The value."""
        return pickle.loads(self.data)  # noqa: S301 - from our own process, over a pool's pipe or the office's cluster

    def __repr__(self) -> str:
        return f"<{len(self.data)} bytes>"


@lru_cache(maxsize=_KNOWN)
def _unpacked(function: bytes, thread: int) -> Callable[[Any], Any]:
    """A partition function of one thread's own: a cluster's worker may have several, and a writer counts its pace."""
    del thread
    found: Callable[[Any], Any] = Sealed(function).opened()
    return found


def worked(function: Sealed, part: Sealed) -> Sealed:
    """In a worker: the result of a partition function for one part."""
    return Sealed.of(_unpacked(function.data, get_ident())(part.opened()))
