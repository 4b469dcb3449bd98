"""Random stories lived through one after the other: each faulty one is told of with a number to see it again."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from harness import show

_SHOWN = 5
"""Faulty stories of each rule that are shown whole."""


class Lived(Protocol):
    """A story that was lived through; `faults` has what must not have happened, each with the rule it breaks."""

    @property
    def faults(self) -> Sequence[Any]:
        """What must not have happened."""
        ...


L = TypeVar("L", bound=Lived)


def live_through(
    what: str, seeds: range, every: int, live: Callable[[int], L], report: Callable[[L], str]
) -> list[int]:
    """Live through a story for each number; the numbers of those with a fault.

    Args:
        what: What they are called, in the plural.
        seeds: The numbers.
        every: After how many of them it is shown how far this is.
        live: Lives through one.
        report: Tells one that has a fault, whole.
    """
    begun = time.process_time()
    broken: Counter[str] = Counter()
    faulty: list[int] = []
    for number, seed in enumerate(seeds, 1):
        lived = live(seed)
        if lived.faults:
            faulty.append(seed)
            rule = lived.faults[0].rule
            broken[rule] += 1
            if broken[rule] <= _SHOWN:
                show(report(lived))
        if number % every == 0:
            show(f"{number} {what}, {len(faulty)} with a fault, {time.process_time() - begun:.0f} s")
    each = (time.process_time() - begun) / len(seeds)
    show(
        f"{len(seeds)} {what} from {seeds.start} on, {each:.2f} s each; with a fault: {len(faulty)} {dict(broken)}"
    )
    return faulty
