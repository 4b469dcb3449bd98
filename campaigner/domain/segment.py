"""Filters of segments, such as `age >= 60 and village == "柳树村"`: read safely, used alike everywhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from campaigner.domain.expression import RefusedError, read_expression
from campaigner.domain.people import Block, Kind
from campaigner.domain.predicate import Leaf, MaskFunction, Node, compiled, leaves, value_of, verdict
from campaigner.domain.problem import Problem

MAX_SHOWN = 40
"""Characters of a faulty filter that a problem repeats."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One question of a filter and a row's answer, for `explain`.

    Args:
        text: The question as the user wrote it.
        value: The row's value as text; "" where it is unknown or empty.
        held: Whether it holds; None where an unknown age leaves it undecided.
    """

    text: str
    value: str
    held: bool | None


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that was read without a problem.

    Args:
        text: As the user wrote it; "" takes everybody.
        names: The names used in it, as the user knows them (`age`, not `birth`).
    """

    text: str
    names: frozenset[str]
    _tree: Node | None = None
    _mask: MaskFunction | None = field(default=None, compare=False, repr=False)

    def __reduce__(self) -> tuple[Callable[..., "Filter"], tuple[str, frozenset[str], Node | None]]:
        """Another process compiles it anew."""
        return _compiled, (self.text, self.names, self._tree)

    def mask(self, block: Block, day: int) -> list[bool]:
        """Which rows of a block it takes on a day (yyyymmdd)."""
        return [True] * len(block) if self._mask is None else self._mask(block.columns, day)

    def matches(self, row: Mapping[str, Any], day: int) -> bool:
        """Whether it takes one row of a block on a day (yyyymmdd); an unknown age never makes it."""
        if self._tree is None:
            return True
        return verdict(self._tree, lambda leaf: leaf.ask(value_of(row, leaf.name, day))) is True

    def why(self, row: Mapping[str, Any], day: int) -> list[Clause]:
        """Each of its questions in reading order, with the row's value on that day and the answer."""
        if self._tree is None:
            return []
        return [_clause(leaf, value_of(row, leaf.name, day)) for leaf in leaves(self._tree)]


def _clause(leaf: Leaf, value: Any) -> Clause:
    held = leaf.ask(value)
    if isinstance(value, bool):
        return Clause(leaf.text, "yes" if value else "no", held)
    return Clause(leaf.text, "" if held is None else str(value), held)


def parse_filter(text: str, kind: Kind, source: str, line: int | None = None) -> Filter | Problem:
    """Reads a filter over the columns of a kind of audience; any text at all gives a filter or a problem.

    Args:
        text: The expression; empty or blank takes everybody.
        kind: Whose columns it may name, but for those that would pick out single persons.
        source: File name relative to the working folder, for the problem.
        line: 1-based line of the filter there. The problem's column counts characters of the filter, from 1.
    """
    if not text.strip():
        return Filter("", frozenset())
    try:
        tree = read_expression(text, kind)
    except RefusedError as refused:
        return Problem(
            code=refused.code,
            message=refused.message,
            message_zh=refused.message_zh,
            source=source,
            line=line,
            column=refused.column,
            value=_shown(text[refused.column - 1 : refused.end - 1]),
        )
    return _compiled(text.strip(), frozenset(leaf.name for leaf in leaves(tree)), tree)


def _compiled(text: str, names: frozenset[str], tree: Node | None) -> Filter:
    return Filter(text, names, tree, compiled(tree) if tree is not None else None)


def _shown(text: str) -> str:
    """A faulty part, short, and without halves of characters that no file can hold."""
    return text[:MAX_SHOWN].encode(errors="replace").decode()
