"""What a filter asks of a row, as a tree: judged row by row for explanations, or compiled for whole blocks.

An age that nobody knows makes every question about it undecided, not false: so neither `age < 14` nor
`not (age < 14)` takes such a row, while `age < 14 or village == "柳树村"` still takes it for its village.
Empty texts are texts like any other: `unit == ""` finds the rows without a unit.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from campaigner.domain.people import age_on

MaskFunction = Callable[[Mapping[str, Sequence[Any]], int], list[bool]]

TAG_GAP = re.compile(r"[;；,，、/／|｜\s]+")
"""What stands between two tags of one cell."""


def tagged(tags: str, tag: str) -> bool:
    """Whether `tag` is one of a cell's tags as a whole: 党员 is not among 非党员;志愿者."""
    return tag in tags and tag in TAG_GAP.split(tags)


def _within(text: str, part: str) -> bool:
    return part in text


def _among(value: object, members: frozenset[object]) -> bool:
    return value in members


def _absent(value: object, members: frozenset[object]) -> bool:
    return value not in members


def _flag(value: object, _: object) -> bool:
    return bool(value)


@dataclass(frozen=True, slots=True)
class _Operation:
    """One way to test a value against a constant.

    Args:
        code: The same as Python code, `{v}` for the value and `{k}` for the constant.
        holds: What a single row is judged by.
    """

    code: str
    holds: Callable[[Any, Any], bool]


OPERATIONS: Mapping[str, _Operation] = {
    "==": _Operation("{v} == {k}", operator.eq),
    "!=": _Operation("{v} != {k}", operator.ne),
    "<": _Operation("{v} < {k}", operator.lt),
    "<=": _Operation("{v} <= {k}", operator.le),
    ">": _Operation("{v} > {k}", operator.gt),
    ">=": _Operation("{v} >= {k}", operator.ge),
    "in": _Operation("{v} in {k}", _among),
    "not in": _Operation("{v} not in {k}", _absent),
    "contains": _Operation("{k} in {v}", _within),
    "tagged": _Operation("tagged({v}, {k})", tagged),
    "startswith": _Operation("{v}.startswith({k})", str.startswith),
    "flag": _Operation("{v}", _flag),
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One question about one column.

    Args:
        text: As the user wrote it.
        name: The column's name in filters.
        tests: Operations and their constants, all of which must hold; constants of numbers are >= 0.
    """

    text: str
    name: str
    tests: tuple[tuple[str, Any], ...]

    def ask(self, value: Any) -> bool | None:
        """Whether it holds for the column's value; None where that value is an unknown age."""
        if self.name == "age" and value < 0:
            return None
        return self.holds(value)

    def holds(self, value: Any) -> bool:
        """Whether every test holds, an unknown age taken as the number that stands for it."""
        return all(OPERATIONS[test].holds(value, constant) for test, constant in self.tests)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a part."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class Every:
    """All parts (`and`)."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part (`or`)."""

    parts: tuple["Node", ...]


Node = Leaf | Not | Every | Some


def value_of(row: Mapping[str, Any], name: str, day: int) -> Any:
    """What a filter's name means in a row on that day (yyyymmdd)."""
    return age_on(day, row["birth"], row["age"]) if name == "age" else row[name]


def leaves(node: Node) -> Iterator[Leaf]:
    """The questions in reading order."""
    match node:
        case Leaf():
            yield node
        case Not(part):
            yield from leaves(part)
        case Every(parts) | Some(parts):
            for part in parts:
                yield from leaves(part)


def verdict(node: Node, answer: Callable[[Leaf], bool | None]) -> bool | None:
    """The tree's answer from those of its leaves; None where it hangs on something unknown (Kleene's logic).

    Args:
        node: The tree.
        answer: Called for each leaf that matters, in reading order.
    """
    match node:
        case Leaf():
            return answer(node)
        case Not(part):
            inner = verdict(part, answer)
            return None if inner is None else not inner
        case Every(parts):
            return _first_decided(parts, answer, decides=False)
        case Some(parts):
            return _first_decided(parts, answer, decides=True)


def _first_decided(
    parts: Sequence[Node], answer: Callable[[Leaf], bool | None], *, decides: bool
) -> bool | None:
    result: bool | None = not decides
    for part in parts:
        found = verdict(part, answer)
        if found is decides:
            return decides
        if found is None:
            result = None
    return result


def compiled(node: Node) -> MaskFunction:
    """One function that judges all rows of a block's columns on a day, as `verdict` would one by one.

    The code is put together from the tree with names of our own making, constants are bound by name: nothing
    that a user wrote becomes code.
    """
    writer = _Writer()
    condition = writer.condition(node, wanted=True)
    return writer.function(condition)


class _Writer:
    """Collects the columns and constants that the code needs."""

    def __init__(self) -> None:
        self.columns: dict[str, str] = {}
        self.scope: dict[str, Any] = {"__builtins__": {}, "zip": zip, "tagged": tagged}
        self.ages = False

    def condition(self, node: Node, *, wanted: bool) -> str:
        """Code that is true where the node is known to be as wanted.

        Negations are carried down to the leaves, where an undecided one counts as false. As nothing above a
        leaf then negates, that is the same as Kleene's "true".
        """
        match node:
            case Leaf():
                return self._leaf(node, wanted=wanted)
            case Not(part):
                return self.condition(part, wanted=not wanted)
            case Every(parts):
                return self._joined(parts, " and " if wanted else " or ", wanted=wanted)
            case Some(parts):
                return self._joined(parts, " or " if wanted else " and ", wanted=wanted)

    def _joined(self, parts: Sequence[Node], word: str, *, wanted: bool) -> str:
        return "(" + word.join(self.condition(part, wanted=wanted) for part in parts) + ")"

    def _leaf(self, leaf: Leaf, *, wanted: bool) -> str:
        value = self._value(leaf.name)
        tests = " and ".join(self._test(value, test, constant) for test, constant in leaf.tests)
        code = f"({tests})" if wanted else f"(not ({tests}))"
        # Constants are never negative, so all negative ages answer alike; most comparisons need no guard.
        if leaf.name == "age" and leaf.holds(-1) is wanted:
            return f"({value} >= 0 and {code})"
        return code

    def _test(self, value: str, test: str, constant: Any) -> str:
        name = f"k{len(self.scope)}"
        self.scope[name] = constant
        return OPERATIONS[test].code.format(v=value, k=name)

    def _value(self, name: str) -> str:
        if name != "age":
            return self._column(name)
        self.ages = True
        self._column("birth")
        self._column("age")
        return "age"

    def _column(self, name: str) -> str:
        return self.columns.setdefault(name, f"v{len(self.columns)}")

    def function(self, condition: str) -> MaskFunction:
        """The function for a condition over the columns collected so far."""
        targets = "".join(f"{variable}, " for variable in self.columns.values())
        names = {f"n{variable}": name for name, variable in self.columns.items()}
        sources = ", ".join(f"columns[{name}]" for name in names)
        loop = f"for {targets}in zip({sources})"
        if self.ages:
            birth, stated = self.columns["birth"], self.columns["age"]
            # `age_on`, written out: a call for each row would double the time.
            loop += f" for age in [(day - {birth}) // 10000 if {birth} else {stated}]"
        code = f"lambda columns, day: [{condition} {loop}]"
        made = eval(code, {**self.scope, **names})  # noqa: S307 - code of our own making, see `compiled`
        return cast("MaskFunction", made)
