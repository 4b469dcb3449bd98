"""Living one office through by its number, and saying what was wrong with it and how to see it again."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.offices.generator import history
from tests.simulation.offices.oracle import Fault
from tests.simulation.offices.scene import History
from tests.simulation.offices.shrinking import shrunk
from tests.simulation.offices.world import World

RULES = (
    "asked", "approved", "hours", "refused", "unreadable", "same-text", "caps", "twice", "ends", "explained", "books",
    "outage", "chain", "crash",
)  # fmt: skip
"""The properties, by the words that name them; any of them may be looked at alone."""


@dataclass(frozen=True)
class Lived:
    """What came of a history: its faults, a line for each of its steps, SMS that went out, runs by their last state."""

    history: History
    faults: tuple[Fault, ...]
    trace: tuple[str, ...]
    sent: int
    ends: Mapping[str, int]

    def report(self, *, whole: bool = False) -> str:
        """What was wrong, step by step, and how to see it again.

        Args:
            whole: Whether the history itself is shown, too, as the source of a test.
        """
        lines = [f"office {self.history.seed}"]
        lines += [f"  {fault.rule}: {fault.text}" for fault in self.faults]
        lines += ["  history:", *(f"    {line}" for line in self.trace)]
        lines += [f"  again: python benchmarks/offices.py 1 {self.history.seed} --shrink"]
        lines += [f"  {self.history!r}"] if whole else []
        return "\n".join(lines)


def lived(past: History, rules: frozenset[str] | None = None) -> Lived:
    """Live through a history in a folder that is deleted afterwards."""
    with tempfile.TemporaryDirectory() as temporary:
        world = World(Path(temporary) / "office", past, rules)
        faults = world.live()
        return Lived(past, tuple(faults), tuple(world.trace), *world.figures())


def office(seed: int, rules: frozenset[str] | None = None) -> Lived:
    """The office of a number, lived through."""
    return lived(history(seed), rules)


def smallest(past: History, rule: str) -> Lived:
    """The shortest history found that breaks one property as this one does."""
    only = frozenset({rule})
    return lived(shrunk(past, lambda smaller: bool(lived(smaller, only).faults)), only)
