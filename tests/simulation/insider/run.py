"""Living one story through by its number, and saying what was wrong with it and how to see it again."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.insider.generator import story
from tests.simulation.insider.office import Offices
from tests.simulation.insider.oracle import Fault
from tests.simulation.insider.scene import Story
from tests.simulation.insider.world import World, surroundings
from tests.simulation.shrinking import fewer_steps


@dataclass(frozen=True)
class Lived:
    """What came of a story: its faults, a line for each of its steps, how much left, what was alarmed."""

    story: Story
    faults: tuple[Fault, ...]
    trace: tuple[str, ...]
    left: int
    alarms: tuple[str, ...]

    def report(self) -> str:
        """What was wrong, step by step, and how to see it again."""
        lines = [f"insider {self.story.seed}"]
        lines += [f"  {fault.rule}: {fault.text}" for fault in self.faults]
        lines += ["  story:", *(f"    {line}" for line in self.trace)]
        lines += [f"  again: python benchmarks/insider.py 1 {self.story.seed} --shrink", f"  {self.story!r}"]
        return "\n".join(lines)


class Place:
    """Where stories are lived through, one after the other."""

    def __init__(self, base: Path) -> None:
        self._offices = Offices(base)

    def lived(self, past: Story) -> Lived:
        """Live through a story."""
        world = World(self._offices, past)
        faults = world.live()
        return Lived(past, tuple(faults), tuple(world.trace), world.left, tuple(world.alarms))

    def insider(self, seed: int) -> Lived:
        """The story of a number, lived through."""
        return self.lived(story(seed))

    def smallest(self, past: Story) -> Lived:
        """The shortest story found that breaks a rule as this one does."""
        rules = {fault.rule for fault in self.lived(past).faults}
        fails: Callable[[Story], bool] = lambda other: bool(  # noqa: E731
            rules & {fault.rule for fault in self.lived(other).faults}
        )
        return self.lived(fewer_steps(past, fails))


@contextmanager
def place() -> Iterator[Place]:
    """A place for stories, which is deleted afterwards."""
    with tempfile.TemporaryDirectory() as temporary, surroundings():
        yield Place(Path(temporary))
