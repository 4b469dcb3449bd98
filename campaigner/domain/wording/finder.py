"""What finds a pattern in a text, whichever engine does: Python's own for shipped patterns, a linear one for others."""

from collections.abc import Iterator
from typing import Any, Protocol


class Found(Protocol):
    """One match."""

    def span(self) -> tuple[int, int]:
        """Where it begins and ends."""
        ...

    def start(self) -> int:
        """Where it begins."""
        ...

    def __getitem__(self, group: Any, /) -> Any:
        """The text of a group; 0 is the whole match."""
        ...


class Finder(Protocol):
    """A compiled pattern."""

    def search(self, text: str, /) -> Found | None:
        """The first match."""
        ...

    def finditer(self, text: str, /) -> Iterator[Found]:
        """All matches, from left to right."""
        ...
