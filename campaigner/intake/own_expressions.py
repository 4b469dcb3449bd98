"""The expressions of an office's own rules, compiled for an engine that never hangs, each fault at its place."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from campaigner.domain.wording.finder import Finder
from campaigner.intake.linear import GROUP, Linear, PatternError, filled_groups, linear
from campaigner.intake.own_rules import RULES_UNUSABLE
from campaigner.toml.table import Table

MOST = 1_000
"""Expressions that an office's file may have."""
_PATTERN = ("find", "find_at_clause", "needs", "unless")
_MARK = ("find", "spared_after")
_ASCII = re.compile(r"(?<!\\)[a-z]")

Make = Callable[..., Finder]
"""Compiles an expression, given it, its key, and its place where the key has several."""
Expression = tuple[str | int, ...]
"""`pattern` or `mark`, the number of the entry in the office's file, the key, and the place where it has several."""


class OwnExpressions:
    """What an office's file has of expressions, compiled; every fault is reported at its place.

    Args:
        table: The office's file.
        shipped: The shipped rules, as data.
        joined: Those with the office's behind them.
    """

    def __init__(self, table: Table, shipped: Mapping[str, Any], joined: Mapping[str, Any]) -> None:
        self._before = {"pattern": len(shipped["pattern"]), "mark": len(shipped["unfinished"]["mark"])}
        self._compiled: dict[Expression, Linear] = {}
        self._faulty: set[str] = set()
        groups = self._groups(table.table("groups"), joined["groups"] | {"tld": joined["tlds"]})
        for number, entry in enumerate(table.entries("pattern")):
            self._compile(("pattern", number), entry, _PATTERN, groups)
        marks = {**shipped["unfinished"]["groups"], "surname": shipped["persons"]["surnames"]}
        for number, entry in enumerate(table.table("unfinished").entries("mark")):
            self._compile(("mark", number), entry, _MARK, marks)

    def wrote(self, kind: str, number: int) -> bool:
        """Whether the entry of that number, of the joined list, is the office's.

        Args:
            kind: `pattern` or `mark`.
            number: Counted from 0.
        """
        return number >= self._before[kind]

    def making(self, kind: str, number: int) -> Make:
        """What gives the compiled expressions of one of the office's entries.

        Args:
            kind: `pattern` or `mark`.
            number: Of the joined list, counted from 0.
        """
        own = number - self._before[kind]
        return lambda _text, key, *place: self._compiled[kind, own, key, *place]

    def _groups(self, own: Table, words: Mapping[str, Any]) -> dict[str, str]:
        """What word groups stand for; those of the office that cannot be used are left out and remembered."""
        known = {name: each for name, each in words.items() if isinstance(each, str) or _texts(each)}
        self._faulty = set(words) - set(known)
        for name in own.names:
            text = known.get(name)
            for match in GROUP.finditer(text) if isinstance(text, str) else ():
                if match[1] not in words:
                    self._faulty.add(name)
                    _no_group(own, match, name)
        while more := {name for name, each in known.items() if self._faulty & _named(each)} - self._faulty:
            self._faulty |= more
        try:
            return filled_groups({n: each for n, each in known.items() if n not in self._faulty}, _any_of)
        except ValueError as error:
            own.fault(RULES_UNUSABLE, f"{error}; make several of it", "词组互相嵌套后过长，请拆成几个")
            self._faulty = set(words)
            return {}

    def _compile(
        self, place: tuple[str, int], entry: Table, keys: tuple[str, ...], groups: Mapping[str, str]
    ) -> None:
        mark = place[0] == "mark"
        for key, at, text in _written(entry, keys):
            if not mark and _named(text) & self._faulty:
                continue
            if len(self._compiled) == MOST:
                message = f"there are more than {MOST} expressions; join some with `|`"
                entry.fault(RULES_UNUSABLE, message, f"表达式超过 {MOST} 个，请用 | 合并一些", key)
                return
            unknown = [match for match in GROUP.finditer(text) if match[1] not in groups]
            for match in unknown:
                _no_group(entry, match, key, *at)
            if unknown:
                continue
            try:
                made = linear(
                    text, groups, ignores_case=lambda whole: not mark and bool(_ASCII.search(whole))
                )
            except PatternError as error:
                entry.fault(
                    RULES_UNUSABLE,
                    str(error),
                    error.message_zh,
                    key,
                    entry=at[0] if at else None,
                    at=error.at,
                )
                continue
            self._compiled[(*place, key, *at)] = made
            if key in {"find", "find_at_clause"} and made.search("字" if mark else ""):
                entry.fault(
                    RULES_UNUSABLE,
                    "must not match any text" if mark else "must match no empty text",
                    "不能匹配任何文字" if mark else "不能匹配空的文字",
                    key,
                    entry=at[0] if at else None,
                )


def _written(entry: Table, keys: tuple[str, ...]) -> Iterator[tuple[str, tuple[int, ...], str]]:
    """(key, place where it has several, expression) of one entry; what is no text is told elsewhere."""
    for key in keys:
        value = entry.peek(key)
        if isinstance(value, str) and value:
            yield key, (), value
        for number, each in enumerate(value) if isinstance(value, list) else ():
            if isinstance(each, str) and each:
                yield key, (number,), each


def _no_group(table: Table, match: re.Match[str], key: str, *place: int) -> None:
    table.fault(
        RULES_UNUSABLE,
        f"there is no word group <<{match[1]}>>",
        f"没有 <<{match[1]}>> 这个词组",
        key,
        entry=place[0] if place else None,
        at=match.start(),
    )


def _named(text: object) -> set[str]:
    """The word groups that an expression names."""
    return {match[1] for match in GROUP.finditer(text)} if isinstance(text, str) else set()


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and each for each in value)


def _any_of(words: list[str]) -> str:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(map(re.escape, longest_first))})"
