"""Measuring: how many parts and sheets a block of an audience comes to, for all runs that it serves at once."""

from collections.abc import Sequence

from campaigner.domain.people import Block
from campaigner.domain.problem import Problem
from campaigner.rendering.library import Fault
from campaigner.stages.writing import ChannelWriter


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

    def __call__(self, kept: Sequence[Block]) -> list[tuple[int, int, list[Problem]]]:
        """(SMS parts, sheets of paper, what cannot be written) for each writer."""
        return [
            _measured(writer, block) if len(block) else (0, 0, [])
            for writer, block in zip(self._writers, kept, strict=True)
        ]


def _measured(writer: ChannelWriter, block: Block) -> tuple[int, int, list[Problem]]:
    parts, copies, faults = writer.measure(block)
    return parts, copies, [_told(fault, writer, block) for fault in faults]


def _told(fault: Fault, writer: ChannelWriter, block: Block) -> Problem:
    row = f"row {block.lines[fault.row]} of {block.source}"
    return Problem(
        "template-row", f"{fault.why} ({row})", f"这一行无法生成文字：{row}", writer.template.file, fault.line
    )
