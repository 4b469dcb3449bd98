"""A fault in what the user gave us, as a value: where it is, what it is, in words a clerk understands."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from campaigner.domain.masking import masked

_HALVES = re.compile("[\ud800-\udfff]")


class Level(StrEnum):
    """How much a problem stops."""

    BLOCK = "block"
    """The row, entry or run cannot be used until this is mended."""
    WARN = "warn"
    """It may go on, but somebody should look."""
    INFO = "info"
    """Worth knowing."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault with its place.

    Args:
        code: Stable name of the kind of fault, kebab-case, as `phone-landline`.
        message: What is wrong and the way out, in English, one sentence, no personal data in the clear.
        message_zh: The same in plain Chinese.
        source: File name relative to the working folder, or another name that the user knows.
        line: 1-based line in the source; None where the source has no lines.
        column: Header of the cell, or 1-based character position; None where unknown.
        value: The faulty text, already masked if it is personal.
        level: Whether it blocks.
    """

    code: str
    message: str
    message_zh: str
    source: str
    line: int | None = None
    column: str | int | None = None
    value: str = ""
    level: Level = Level.BLOCK

    def __post_init__(self) -> None:
        # Bytes that are no text come here as halves of characters, which no store, log or screen can hold.
        for name in ("message", "message_zh", "value", "column"):
            text = getattr(self, name)
            if isinstance(text, str) and _HALVES.search(text):
                object.__setattr__(self, name, text.encode("utf-8", "replace").decode())

    @property
    def place(self) -> str:
        """`file:line:column`, as far as known, in the form that editors jump to."""
        return ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)

    def as_data(self) -> dict[str, Any]:
        """For other programs; a file may be named after a person, so its name is masked."""
        return {
            "code": self.code, "level": self.level.value, "source": masked(self.source), "line": self.line,
            "column": self.column, "value": self.value, "message": self.message, "message_zh": self.message_zh,
        }  # fmt: skip

    def __str__(self) -> str:
        shown = f" [{self.value}]" if self.value else ""
        return f"{self.place}: {self.code}: {self.message}{shown}"


def blocks(problems: Iterable[Problem]) -> bool:
    """Whether any of these problems stops the work."""
    return any(problem.level is Level.BLOCK for problem in problems)
