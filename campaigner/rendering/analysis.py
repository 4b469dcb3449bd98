"""What a template uses, found without running it: every unknown name with its line, before anybody is written to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any

from jinja2 import meta, nodes
from jinja2.visitor import NodeTransformer

from campaigner.domain.people import COLUMNS, Kind
from campaigner.domain.problem import Problem
from campaigner.domain.warning import Warning as WarningEntry

PRINTABLE = "recipient_"
"""What a recipient's field is called inside a compiled template."""
_NEVER_PRINTED = frozenset(
    {"phone", "phone2", "birth", "age", "address", "tags", "occupation", "household", "opted_out"}
)
"""Columns that say more about a person than a message may show on somebody else's screen or desk."""


@dataclass(frozen=True, slots=True)
class OfficeFacts:
    """The office as templates see it."""

    name: str
    place: str
    issuers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The run as templates see it."""

    date: str
    year: int
    month: int
    day: int
    receipt: bool = False


_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "warning": frozenset(field.name for field in fields(WarningEntry))
    - {"file", "sha256", "status", "segments"},
    "office": frozenset(field.name for field in fields(OfficeFacts)),
    "run": frozenset(field.name for field in fields(RunFacts)),
}
FACTS: Mapping[type, frozenset[str]] = {
    WarningEntry: _ATTRIBUTES["warning"],
    OfficeFacts: _ATTRIBUTES["office"],
    RunFacts: _ATTRIBUTES["run"],
}
"""What templates may show of each kind of facts: plain values, none of them a method."""


_LISTS: Mapping[str, frozenset[str]] = {
    "warning": frozenset({"aliases", "red_flags", "advice", "large", "sources"}),
    "office": frozenset({"issuers"}),
}
"""Facts that are lists: printed as they are, they would show brackets and quotes."""
_TRUTHS: Mapping[str, frozenset[str]] = {"run": frozenset({"receipt"})}


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a template uses, and what is wrong with it.

    Args:
        fields: Recipient fields, in order of name.
        problems: What is wrong, by line.
        weighed: Fields whose value decides what is written; of the others only whether they are empty.
    """

    fields: tuple[str, ...]
    problems: list[Problem]
    weighed: frozenset[str] = frozenset()


def printable(kind: Kind) -> frozenset[str]:
    """Columns of this kind of audience that a template may show."""
    return frozenset(column.name for column in COLUMNS[kind]) - _NEVER_PRINTED


def analyse(tree: nodes.Template, kind: Kind, source: str) -> Analysis:
    """Turn `recipient.x` into plain names, in place, and report every name that cannot be known.

    Args:
        tree: A parsed template; line numbers are those of the file.
        kind: Kind of audience that it is for.
        source: Name of its file.
    """
    finder = _Fields(printable(kind), source)
    finder.visit(tree)
    problems = finder.problems
    known = frozenset({"warning", "warnings", "office", "run"})
    loose = meta.find_undeclared_variables(tree) - known
    loose -= {PRINTABLE + name for name in finder.used}
    for name in sorted(loose):
        if name != "recipient":
            problems.append(_unknown(source, _line_of(tree, name), name, sorted(known | {"recipient"})))
    problems += _attributes(tree, source)
    problems += _unprintable(tree, kind, source)
    ordered = sorted(problems, key=lambda problem: problem.line or 0)
    return Analysis(tuple(sorted(finder.used)), ordered, _weighed(tree))


class _Fields(NodeTransformer):
    """Replaces `recipient.x` and `recipient["x"]` by a plain name."""

    def __init__(self, allowed: frozenset[str], source: str) -> None:
        self.allowed = allowed
        self.source = source
        self.used: set[str] = set()
        self.problems: list[Problem] = []

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:  # noqa: N802 - Jinja's visitor names
        return self._field(node, node.attr)

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802 - Jinja's visitor names
        key = node.arg.value if isinstance(node.arg, nodes.Const) else None
        return self._field(node, key)

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802 - Jinja's visitor names
        if node.name == "recipient":
            self.problems.append(
                Problem(
                    "template-recipient",
                    "use one of the recipient's fields, such as `recipient.name`",
                    "请写明字段，如 recipient.name",
                    self.source,
                    node.lineno,
                )
            )
        return node

    def _field(self, node: Any, key: object) -> nodes.Node:
        if not (isinstance(node.node, nodes.Name) and node.node.name == "recipient"):
            self.generic_visit(node)
            result: nodes.Node = node
            return result
        if not isinstance(key, str) or key not in self.allowed:
            self.problems.append(
                _unknown(
                    self.source, node.lineno, f"recipient.{key}", [f"recipient.{n}" for n in self.allowed]
                )
            )
            return nodes.Const("", lineno=node.lineno)
        self.used.add(key)
        return nodes.Name(PRINTABLE + key, "load", lineno=node.lineno)


def _attributes(tree: nodes.Template, source: str) -> Iterable[Problem]:
    """Unknown attributes of the facts that every template gets."""
    for node in tree.find_all(nodes.Getattr):
        if isinstance(node.node, nodes.Name) and node.node.name in _ATTRIBUTES:
            known = _ATTRIBUTES[node.node.name]
            if node.attr not in known:
                owner = node.node.name
                yield _unknown(source, node.lineno, f"{owner}.{node.attr}", [f"{owner}.{n}" for n in known])


def _unprintable(tree: nodes.Template, kind: Kind, source: str) -> Iterable[Problem]:
    """Printed expressions of which it is plain from the template alone that nobody can read them."""
    truths = {PRINTABLE + column.name for column in COLUMNS[kind] if column.type is bool}
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            what, what_zh = _kind_of(node, truths)
            if what:
                yield Problem(
                    "template-unprintable", f"this prints {what}; write a list with `for` or `join`",
                    f"这里会印出{what_zh}；列表请用 for 逐条写，或用 join 连起来", source, node.lineno,
                )  # fmt: skip


def _kind_of(node: nodes.Node, truths: set[str]) -> tuple[str, str]:
    """What an expression certainly is that cannot be read, in English and Chinese; "" if it may be read."""
    found = "", ""
    match node:
        case nodes.Getattr(node=nodes.Name(name=owner), attr=attr) if attr in _LISTS.get(owner, ()):
            found = f"the list `{owner}.{attr}`", f"列表 {owner}.{attr}"
        case nodes.Getattr(node=nodes.Name(name=owner), attr=attr) if attr in _TRUTHS.get(owner, ()):
            found = f"`{owner}.{attr}`, which is yes or no", f"真假值 {owner}.{attr}"
        case nodes.Name(name=name) if name in {"warning", "warnings", "office", "run"}:
            found = f"the whole of `{name}`", f"整个 {name}"
        case nodes.Name(name=name) if name in truths:
            found = f"`recipient.{name.removeprefix(PRINTABLE)}`, which is yes or no", "真假值"
        case nodes.Const(value=None | True | False):
            found = f"`{node.value}`", f"{node.value}"
        case nodes.List() | nodes.Tuple() | nodes.Compare() | nodes.Test() | nodes.Not():
            found = "a list, or yes or no", "列表或真假值"
    return found


def _weighed(tree: nodes.Template) -> frozenset[str]:
    """Fields that conditions and loops compare, not only ask whether they are empty."""
    found: set[str] = set()
    for condition in tree.find_all(nodes.Node):
        if isinstance(condition, nodes.If | nodes.CondExpr | nodes.For) and condition.test is not None:
            found |= _compared(condition.test)
        if isinstance(condition, nodes.For):
            found |= _names(condition.iter)
    for assign in tree.find_all(nodes.Assign):
        # What becomes of the value is decided where it is read.
        found |= _names(assign.node)
    return frozenset(name.removeprefix(PRINTABLE) for name in found)


def _compared(test: nodes.Node) -> set[str]:
    match test:
        case nodes.Name():
            return set()
        case nodes.And() | nodes.Or():
            return _compared(test.left) | _compared(test.right)
        case nodes.Not():
            return _compared(test.node)
    return _names(test)


def _names(node: nodes.Node) -> set[str]:
    own = {node.name} if isinstance(node, nodes.Name) else set()
    names = own | {name.name for name in node.find_all(nodes.Name)}
    return {name for name in names if name.startswith(PRINTABLE)}


def _line_of(tree: nodes.Template, name: str) -> int | None:
    return min((node.lineno for node in tree.find_all(nodes.Name) if node.name == name), default=None)


def _unknown(source: str, line: int | None, name: str, known: Iterable[str]) -> Problem:
    options = sorted(known)
    near = get_close_matches(name, options, n=1, cutoff=0.5)
    hint = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(options)}"
    hint_zh = f"是不是 {near[0]}？" if near else f"可用的有：{'、'.join(options)}"
    return Problem(
        "template-unknown-variable", f"unknown variable `{name}`; {hint}", f"不认识的变量 {name}，{hint_zh}",
        source, line,
    )  # fmt: skip
