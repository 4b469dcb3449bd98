"""The words that stand in the source of a template itself, at their places, without its own notation."""

import re

_TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_VALUE = re.compile(r"\{\{[^{}]*\}\}")
_FRONT_MATTER = re.compile(r"\A\s*\+\+\+\n.*?\n\+\+\+(?=\n|\Z)", re.DOTALL)
_HIDDEN = "\u200b"


def template_words(source: str) -> str:
    """A template's own words, of the same length: each value is one character, tags and front matter cannot be seen.

    Args:
        source: The whole file, line breaks as `\\n`.
    """
    shown = _FRONT_MATTER.sub(_blanked, source)
    shown = _TAG.sub(_blanked, shown)
    return _VALUE.sub(lambda match: "字" + _blanked(match)[1:], shown)


def place(source: str, offset: int) -> tuple[int, int]:
    """1-based line and column of an offset."""
    return source.count("\n", 0, offset) + 1, offset - source.rfind("\n", 0, offset)


def _blanked(match: re.Match[str]) -> str:
    return _blank(match[0])


def _blank(text: str) -> str:
    return re.sub("[^\n]", _HIDDEN, text)
