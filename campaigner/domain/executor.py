"""Where the much work is done: here, in processes of this machine, or on a cluster; the result is the same."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

_P = TypeVar("_P")
_R = TypeVar("_R")

WORKERS = 2
"""Processes, where nobody says how many: as many as the smallest office machine has cores."""

MOST_WORKERS = 60
"""Windows waits for no more processes at once."""


class Executing(StrEnum):
    """Where partitions are worked on."""

    LOCAL = "local"
    PROCESSES = "processes"
    DASK = "dask"


@dataclass(frozen=True, slots=True)
class ExecutorPlan:
    """An executor as config.toml describes it.

    Args:
        kind: Where partitions are worked on.
        workers: How many processes; nothing to the other kinds.
        scheduler: Address of a cluster's scheduler; "" for the other kinds.
    """

    kind: Executing = Executing.LOCAL
    workers: int = WORKERS
    scheduler: str = ""


class Over(Protocol):
    """What carries a partition function over parts: `map`, or an executor that is as good as `map`.

    Results come in the order of the parts, each part is asked for only when there is room for it, and what a
    partition function raises is raised here. Function, parts and results are values that can be pickled.
    """

    def __call__(self, partition: Callable[[_P], _R], parts: Iterable[_P], /) -> Iterator[_R]:
        """The results, one for each part."""
        ...
