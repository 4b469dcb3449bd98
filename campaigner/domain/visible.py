"""Texts on their way to a screen: what would act on the screen is shown instead."""

import re

_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Controls but tab and line feed, direction marks, what has no width, halves of pairs."""


def visible(text: str) -> str:
    r"""A text in which characters that act on a terminal or on their neighbours stand as `\x1b` and the like.

    A cell of a stranger's list must neither clear the screen, nor change the window's title, nor turn a line around.
    """
    return _ACTING.sub(_named, text)


def visible_json(text: str) -> str:
    r"""JSON that says the same, with such characters as `\u001b`."""
    return _ACTING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _named(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - two digits hold so much
