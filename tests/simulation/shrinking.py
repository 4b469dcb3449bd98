"""Making a story that fails as short as it can be."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar


class Stepwise(Protocol):
    """Something that happens step by step."""

    @property
    def steps(self) -> Sequence[Any]:
        """The steps, in order."""
        ...


S = TypeVar("S", bound=Stepwise)


def fewer_steps(story: S, fails: Callable[[S], bool]) -> S:
    """A story with as few steps as still fail, by taking out ever smaller pieces.

    Args:
        story: One that fails.
        fails: Whether a story does.
    """
    size = max(1, len(story.steps) // 2)
    while True:
        start, found = 0, False
        while start < len(story.steps):
            steps = (*story.steps[:start], *story.steps[start + size :])
            smaller = replace(story, steps=steps)  # type: ignore[type-var]
            if fails(smaller):
                story, found = smaller, True
            else:
                start += size
        if size == 1 and not found:
            return story
        size = max(1, size // 2)
