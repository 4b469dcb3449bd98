"""Making a story that fails as short as it can be."""

from collections.abc import Callable
from dataclasses import replace

from tests.simulation.insider.scene import Story


def shrunk(story: Story, fails: Callable[[Story], bool]) -> Story:
    """The story with as few steps as still fail, by taking out ever smaller pieces.

    Args:
        story: One that fails.
        fails: Whether a story does.
    """
    size = max(1, len(story.steps) // 2)
    while True:
        start, found = 0, False
        while start < len(story.steps):
            smaller = replace(story, steps=story.steps[:start] + story.steps[start + size :])
            if fails(smaller):
                story, found = smaller, True
            else:
                start += size
        if size == 1 and not found:
            return story
        size = max(1, size // 2)
