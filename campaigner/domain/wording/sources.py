"""The words that stand in the source of a template or warning itself, at their places, without its own notation."""

import re
from collections.abc import Collection, Iterator

_TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_VALUE = re.compile(r"\{\{[^{}]*\}\}")
_FRONT_MATTER = re.compile(r"\A\s*\+\+\+\n.*?\n\+\+\+(?=\n|\Z)", re.DOTALL)
_HIDDEN = "\u200b"
_KEY = re.compile(r"^([A-Za-z_][\w-]*)\s*=", re.MULTILINE)
_TABLE = re.compile(r"^\s*\[", re.MULTILINE)
_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"""|"(?:[^"\\\n]|\\.)*"|' + r"'''.*?'''|'[^'\n]*'", re.DOTALL)


def template_words(source: str) -> str:
    """A template's own words, of the same length: each value is one character, tags and front matter cannot be seen.

    Args:
        source: The whole file, line breaks as `\\n`.
    """
    shown = _FRONT_MATTER.sub(_blanked, source)
    shown = _TAG.sub(_blanked, shown)
    return _VALUE.sub(lambda match: "字" + _blanked(match)[1:], shown)


def warning_texts(source: str, keys: Collection[str]) -> Iterator[tuple[int, str]]:
    """(offset, string) of every text in a warning's file.

    Args:
        source: The whole TOML file.
        keys: Keys whose strings are texts; those of further tables are none.
    """
    first_table = _TABLE.search(source)
    end = first_table.start() if first_table else len(source)
    owners = [(match.start(), match[1]) for match in _KEY.finditer(source, 0, end)]
    for match in _STRING.finditer(source, 0, end):
        owner = next((key for start, key in reversed(owners) if start < match.start()), "")
        if owner in keys:
            quotes = 3 if match[0][:3] in {'"""', "'''"} else 1
            yield match.start() + quotes, match[0][quotes:-quotes]


def place(source: str, offset: int) -> tuple[int, int]:
    """1-based line and column of an offset."""
    return source.count("\n", 0, offset) + 1, offset - source.rfind("\n", 0, offset)


def _blanked(match: re.Match[str]) -> str:
    return _blank(match[0])


def _blank(text: str) -> str:
    return re.sub("[^\n]", _HIDDEN, text)
