"""A template tried out on one row: its text, the places at which a field of the row printed nothing, what it read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import nodes

from campaigner.domain.people import COLUMNS, Kind
from campaigner.domain.warning import Warning as WarningEntry
from campaigner.rendering.analysis import FACTS, PRINTABLE
from campaigner.rendering.library import Template, compiled, parsed_again

_WATCHED = "watched"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a template prints fields of the recipient.

    Args:
        fields: Which.
        line: Line of its file.
        column: Column there, from 1; None where it cannot be told.
    """

    fields: tuple[str, ...]
    line: int
    column: int | None


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What came of a row.

    Args:
        text: The text.
        empty: Places that printed nothing.
        read: (number of a warning of the run, its field) of all that was read.
    """

    text: str
    empty: tuple[Place, ...]
    read: frozenset[tuple[int, str]]


class _Recorded:
    """A warning that notes which of its fields are read."""

    def __init__(self, number: int, entry: WarningEntry, read: set[tuple[int, str]]) -> None:
        self._number, self._entry, self._read = number, entry, read

    def __getattr__(self, name: str) -> Any:
        if name not in FACTS[WarningEntry]:
            raise AttributeError(name)
        self._read.add((self._number, name))
        return getattr(self._entry, name)


class Rehearsal:
    """Tries a template out.

    Args:
        template: Which template.
        context: `warnings`, `office` and `run` as the template sees them.
    """

    def __init__(self, template: Template, context: Mapping[str, Any]) -> None:
        self._fields = template.fields
        tree = parsed_again(template)
        lines = template.source.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
        self._places = _watch(tree, template.kind, lines)
        self._empty: dict[int, None] = {}
        self._read: set[tuple[int, str]] = set()
        warnings = [_Recorded(number, entry, self._read) for number, entry in enumerate(context["warnings"])]
        self._context = {**context, "warnings": warnings, "warning": warnings[0]}
        self._render = compiled(template, tree, {_WATCHED: self._watched})

    def text(self, row: Mapping[str, Any]) -> Rehearsed:
        """The text of a row.

        Args:
            row: At least the template's fields.

        Raises:
            Exception: Whatever a template may raise.
        """
        self._empty.clear()
        self._read.clear()
        text = self._render(self._context, [tuple(row[name] for name in self._fields)])[:-1]
        places = tuple(self._places[number][0] for number in self._empty)
        return Rehearsed(text, places, frozenset(self._read))

    def _watched(self, value: Any, number: int) -> Any:
        zero = self._places[number][1]
        if (isinstance(value, str) and not value.strip()) or (zero and value == 0):
            self._empty[number] = None
        return value


_Places = list[tuple[Place, bool]]
"""Each with whether a zero there means that nothing is known."""


def _watch(tree: nodes.Template, kind: Kind, lines: Sequence[str]) -> _Places:
    """Put a watch on every printed expression that shows fields of the recipient, in place."""
    counts = {PRINTABLE + column.name for column in COLUMNS[kind] if column.type is int and column.empty == 0}
    aliases = {
        target.name: fields
        for assign in tree.find_all(nodes.Assign)
        if isinstance(target := assign.target, nodes.Name) and (fields := _fields_in(assign.node, {}))
    }
    places: _Places = []
    for output in tree.find_all(nodes.Output):
        output.nodes = [_under_watch(child, places, counts, aliases, lines) for child in output.nodes]
    return places


def _under_watch(
    node: nodes.Expr,
    places: _Places,
    counts: set[str],
    aliases: Mapping[str, tuple[str, ...]],
    lines: Sequence[str],
) -> nodes.Expr:
    if isinstance(node, nodes.Concat):
        node.nodes = [_under_watch(child, places, counts, aliases, lines) for child in node.nodes]
        return node
    if isinstance(node, nodes.Add):
        node.left = _under_watch(node.left, places, counts, aliases, lines)
        node.right = _under_watch(node.right, places, counts, aliases, lines)
        return node
    if isinstance(node, nodes.CondExpr):
        node.expr1 = _under_watch(node.expr1, places, counts, aliases, lines)
        node.expr2 = _under_watch(node.expr2, places, counts, aliases, lines) if node.expr2 else None
        return node
    fields = () if isinstance(node, nodes.TemplateData) else _fields_in(node, aliases)
    if not fields:
        return node
    zero = isinstance(node, nodes.Name) and node.name in counts
    place = Place(
        fields, node.lineno, _column(lines, node.lineno, fields[0], [each for each, _zero in places])
    )
    places.append((place, zero))
    number = nodes.Const(len(places) - 1)
    return nodes.Filter(
        node, _WATCHED, [number], [], None, None, lineno=node.lineno, environment=node.environment
    )


def _fields_in(node: nodes.Node, aliases: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Fields of the recipient in an expression, in order."""
    names = [node] if isinstance(node, nodes.Name) else []
    found: dict[str, None] = {}
    for name in [*names, *node.find_all(nodes.Name)]:
        if name.name.startswith(PRINTABLE):
            found[name.name.removeprefix(PRINTABLE)] = None
        found |= dict.fromkeys(aliases.get(name.name, ()))
    return tuple(found)


def _column(lines: Sequence[str], line: int, field: str, before: Sequence[Place]) -> int | None:
    """Where a field stands in its line; the second mention is the second expression that shows it."""
    if not 0 < line <= len(lines):
        return None
    ways = [
        match.start() + 1
        for match in re.finditer(rf"recipient\s*(?:\.\s*|\[\s*[\"']){field}\b", lines[line - 1])
    ]
    nth = sum(place.line == line and place.fields[0] == field for place in before)
    return ways[min(nth, len(ways) - 1)] if ways else None
