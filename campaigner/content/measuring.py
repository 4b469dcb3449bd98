"""Measuring: how many parts and sheets a block of an audience comes to, for all runs that it serves at once."""

from collections.abc import Sequence

from campaigner.content.writing import ChannelWriter
from campaigner.domain.people import Block
from campaigner.rendering.library import Fault

Measured = tuple[int, int, list[tuple[Fault, int]]]
"""SMS parts, sheets of paper, and what cannot be written with the line of its row."""


class Measures:
    """A partition function: what the recipients that each of some writers has in one block come to.

    Args:
        writers: One for each channel of each run.
    """

    def __init__(self, writers: Sequence[ChannelWriter]) -> None:
        self._writers = writers

    @property
    def much(self) -> bool:
        """Whether it is worth handing to somebody else."""
        return any(writer.measures_much for writer in self._writers)

    def wanted(self, kept: Sequence[Block]) -> list[Block]:
        """Its parts: each writer's recipients, with what is looked at."""
        return [writer.wanted(block) for writer, block in zip(self._writers, kept, strict=True)]

    def __call__(self, kept: Sequence[Block]) -> list[Measured]:
        """What each writer's recipients come to."""
        return [
            _measured(writer, block) if len(block) else (0, 0, [])
            for writer, block in zip(self._writers, kept, strict=True)
        ]


def _measured(writer: ChannelWriter, block: Block) -> Measured:
    parts, copies, faults = writer.measure(block)
    return parts, copies, [(fault, block.lines[fault.row]) for fault in faults]
