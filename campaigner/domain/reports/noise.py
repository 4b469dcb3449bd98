"""Noise within the lines of a report: invisible characters, leftover entities, stray dots, watermarks."""

import html
import re
import unicodedata
from collections.abc import Iterable

_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f"
    "\ufeff\ufff0-\ufffc\ufffe\uffff\U000e0000-\U000e0fff]|(?![\t\n\r\v\f\x1c-\x1e\x85])[\x00-\x1f\x7f-\x9f]"
)
_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,24});")
_DOT = re.compile(f"(?<=[{_HAN}])[.．](?=[{_HAN}])")
_NUMERAL_BEFORE = re.compile(r"\n[ \t\u3000]*[(（]?[一二三四五六七八九十]{1,3}$")
_WATERMARK = re.compile(
    r"[(（【\[](?=[^()（）【】\[\]\n]{0,60}(?:www\.|https?:|\.com|\.cn|\.net|范文网|文库|资料网|作文网))"
    r"(?:本文|更多|[^()（）【】\[\]\n]{0,12}(?:范文|文库|作文|资料|总结)[^()（）【】\[\]\n]{0,6}(?=www|http)|来源|文章来源|资料来源|资料|转载|转自|来自|出自|原文|欢迎|感谢|内容|请|见|www|http)"
    r"[^()（）【】\[\]\n]{0,80}[)）】\]]"
)
_WIDE = {
    **{code: chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B))},
    **{code: chr(code - 0xFEE0) for code in (*range(0xFF41, 0xFF5B), 0xFF05)},
    ord("\u00a0"): " ",
}
_COMPATIBLE = re.compile("[\u2e80-\u2fdf\uf900-\ufaff]")
_FEW_DOTS = 10
"""Full stops for one dot between two characters: beyond that the dots are how this author ends sentences."""


def compatible(characters: Iterable[str]) -> dict[int, str]:
    """Plain characters for compatibility forms: full-width digits and letters, radicals that PDF files write.

    Args:
        characters: The distinct characters of a text.
    """
    table: dict[int, str] = {}
    for character in characters:
        code = ord(character)
        if code in _WIDE:
            table[code] = _WIDE[code]
        elif _COMPATIBLE.match(character):
            plain = unicodedata.normalize("NFKC", character)
            if len(plain) == 1 and plain != character:
                table[code] = plain
    return table


def line_breaks(text: str) -> list[tuple[int, int, str]]:
    """Every line break that is not a plain one, as start, end and the plain one."""
    return [(match.start(), match.end(), "\n") for match in _BREAKS.finditer(text)]


def entities(text: str) -> list[tuple[int, int, str]]:
    """HTML entities that stand in the text as they were typed, as start, end and the character meant."""
    found = []
    for match in _ENTITY.finditer(text):
        meant = html.unescape(match[0])
        if len(meant) == 1:
            found.append((match.start(), match.end(), meant))
    return found


def invisible(text: str) -> list[tuple[int, int, str]]:
    """Zero-width and control characters, which break words apart for every search."""
    return [(match.start(), match.end(), "invisible") for match in _INVISIBLE.finditer(text)]


def stray_dots(text: str) -> list[tuple[int, int, str]]:
    """Dots inside words, as in 身边的.冒充; not where an author ends his sentences or numbers headings so."""
    dots = [
        match for match in _DOT.finditer(text) if not _NUMERAL_BEFORE.search(_before(text, match.start()))
    ]
    if len(dots) * _FEW_DOTS > text.count("。") + 2 * _FEW_DOTS:
        return []
    return [(match.start(), match.end(), "stray") for match in dots]


def watermarks(text: str) -> list[tuple[int, int, str]]:
    """Bracketed notes by which a site signs other people's text."""
    return [(match.start(), match.end(), "watermark") for match in _WATERMARK.finditer(text)]


def _before(text: str, offset: int) -> str:
    """The few characters before an offset; the text's start counts as a line break."""
    return text[offset - 8 : offset] if offset >= 8 else "\n" + text[:offset]  # noqa: PLR2004 - a window
