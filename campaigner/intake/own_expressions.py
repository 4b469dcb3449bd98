"""The expressions of an office's own rules, compiled for an engine that never hangs, each fault with its place."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from campaigner.domain.wording.finder import Finder
from campaigner.errors import ConfigError
from campaigner.intake.linear import PatternError, filled_groups, linear
from campaigner.intake.toml import Places

MOST = 1_000
"""Expressions that an office's file may have."""
_LISTS: Mapping[str, tuple[str, ...]] = {"pattern": ("pattern",), "mark": ("unfinished", "mark")}
_ASCII = re.compile(r"(?<!\\)[a-z]")

Make = Callable[..., Finder]
"""Compiles an expression, given it, its key, and its place where the key has several."""


class OwnExpressions:
    """What an office's file has of expressions.

    Args:
        name: The file's name.
        places: Where its keys stand.
        shipped: The shipped rules, as data.
        joined: Those with the office's behind them.
    """

    def __init__(
        self, name: str, places: Places, shipped: Mapping[str, Any], joined: Mapping[str, Any]
    ) -> None:
        self._name, self._places, self._joined = name, places, joined
        self._before = {kind: len(_list(shipped, path)) for kind, path in _LISTS.items()}
        self._count = 0
        self._groups: dict[str, str] | None = None

    def wrote(self, kind: str, number: int) -> bool:
        """Whether the entry of that number, of the joined list, is the office's.

        Args:
            kind: `pattern` or `mark`.
            number: Counted from 0.
        """
        return number >= self._before[kind]

    def making(
        self, kind: str, number: int, groups: Mapping[str, str] | None = None, *, keeps_case: bool = False
    ) -> Make:
        """What compiles the expressions of one of the office's entries.

        Args:
            kind: `pattern` or `mark`.
            number: Of the joined list, counted from 0.
            groups: What word groups stand for; those of all patterns if None.
            keeps_case: Whether capitals always make a difference.
        """
        path: tuple[str | int, ...] = (*_LISTS[kind], number - self._before[kind])

        def make(text: str, key: str, *place: int) -> Finder:
            known = self._all_groups() if groups is None else groups
            self._count += 1
            if self._count > MOST:
                raise ConfigError(f"{self._name}: there are more than {MOST} expressions; join some with `|`")
            try:
                return linear(
                    text, known, ignores_case=lambda whole: not keeps_case and bool(_ASCII.search(whole))
                )
            except PatternError as error:
                line, column = self._places.inside(error.at, *path, key, *place)
                raise ConfigError(f"{self._name}:{line}:{column}: {error}（{error.message_zh}）") from None

        return make

    def _all_groups(self) -> dict[str, str]:
        if self._groups is None:
            words = self._joined["groups"] | {"tld": self._joined["tlds"]}
            self._groups = filled_groups(words, _any_of)
        return self._groups


def _list(data: Mapping[str, Any], path: tuple[str, ...]) -> list[Any]:
    found: Any = data
    for key in path:
        found = found[key]
    return list(found)


def _any_of(words: list[str]) -> str:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(map(re.escape, longest_first))})"
