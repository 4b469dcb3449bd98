"""Reading through disguises: traditional, full-width and look-alike characters, hidden and spaced-out ones."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from typing import NamedTuple

_HAN = "\u3400-\u9fff"
_HIDDEN = "\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff"
_GAPS = (
    f"[{_HIDDEN}]+"
    f"|(?<=[{_HAN}])[ \t\u00a0\u3000\u2000-\u200a]{{1,8}}(?=[{_HAN}])"
    r"|\{\{[^{}\n]{0,200}\}\}|\{%[^{}\n]{0,200}%\}|\{#[^{}\n]{0,200}#\}"
)
_SIGNS = {"．": ".", "／": "/", "＋": "+", "－": "-", "＿": "_", "＠": "@", "％": "%", "＊": "*"}
_LOOKALIKES = dict(
    zip("АВЕКМНОРСТХаеорсухіΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTXaeopcyxiABEZHIKMNOPTYXo", strict=True)
)
_MATH_LETTERS, _MATH_DIGITS, _MATH_END = 0x1D400, 0x1D7CE, 0x1D7FF


def _disguises() -> dict[str, str]:
    table = dict(_SIGNS) | _LOOKALIKES
    for base, count in ((ord("０"), 10), (ord("Ａ"), 26), (ord("ａ"), 26)):
        table.update({chr(base + index): chr(base - 0xFEE0 + index) for index in range(count)})
    for code in range(_MATH_LETTERS, _MATH_LETTERS + 52 * 13):
        index = (code - _MATH_LETTERS) % 52
        table[chr(code)] = chr((ord("A") if index < 26 else ord("a") - 26) + index)  # noqa: PLR2004 - letters
    table.update({chr(code): str((code - _MATH_DIGITS) % 10) for code in range(_MATH_DIGITS, _MATH_END + 1)})
    return table


class Folded(NamedTuple):
    """A sentence as the rules read it, and the way back.

    Args:
        text: Simplified, half-width, without gaps; case is kept.
        raw: The sentence as it was given.
        cuts: (offset in `text`, offset in `raw`) where the distance between the two changes, rising.
    """

    text: str
    raw: str
    cuts: tuple[tuple[int, int], ...] = ()

    def origin(self, offset: int) -> int:
        """Offset in `raw` of a character of `text`."""
        index = bisect_right(self.cuts, (offset, 1 << 62)) - 1
        if index < 0:
            return offset
        folded, raw = self.cuts[index]
        return raw + offset - folded

    def original(self, start: int, end: int) -> str:
        """What stands in `raw` for a stretch of `text`."""
        return self.raw[self.origin(start) : self.origin_end(end)]

    def origin_end(self, end: int) -> int:
        """Offset in `raw` behind the character before `end` in `text`."""
        return self.origin(end - 1) + 1 if end else 0

    def places(self, start: int, end: int, *, as_given: bool) -> tuple[int, int]:
        """Where a stretch stands in `raw`: of `text`, or of `raw` itself."""
        return (start, end) if as_given else (self.origin(start), self.origin_end(end))


class Folding:
    """Folds sentences, one character to one, then closes the gaps.

    Args:
        traditional: Traditional character -> the simplified one that the rules are written in.
        simplified: Characters that stand in simplified texts only.
    """

    def __init__(self, traditional: Mapping[str, str], simplified: str) -> None:
        self._traditional = frozenset(traditional)
        self._simplified = frozenset(simplified)
        table = _disguises() | dict(traditional)
        self._table = str.maketrans(table)
        # Characters beyond the basic plane would make one slow class of all: they are asked for apart.
        odd = "".join(re.escape(character) for character in table if character <= "\uffff")
        self._odd = re.compile(f"[{odd}{_HIDDEN} \t\u00a0\u3000\u2000-\u200a{{]")
        self._beyond = re.compile("[\U0001d400-\U0001d7ff]")
        self._gaps = re.compile(_GAPS)

    def one_for_one(self, raw: str) -> str:
        """The sentence without disguises, character for character: gaps stay."""
        return raw.translate(self._table) if self._odd.search(raw) else raw

    def fold(self, raw: str) -> Folded:
        """The sentence as the rules read it."""
        if not self._odd.search(raw) and not self._beyond.search(raw):
            return Folded(raw, raw)
        text = raw.translate(self._table)
        if not self._gaps.search(text):
            return Folded(text, raw)
        pieces: list[str] = []
        cuts: list[tuple[int, int]] = []
        length = position = 0
        for gap in self._gaps.finditer(text):
            # A template's place-holder stands for some word: it leaves a mark, or its neighbours would join.
            pieces += (text[position : gap.start()], mark := "○" if gap[0][0] == "{" else "")
            length += gap.start() - position + len(mark)
            position = gap.end()
            cuts.append((length, position))
        pieces.append(text[position:])
        return Folded("".join(pieces), raw, tuple(cuts))

    def mixed(self, name: str, around: str) -> bool:
        """Whether a name is written in traditional characters only in part, or alone in a simplified text."""
        traditional = sum(character in self._traditional for character in name)
        if not traditional:
            return False
        if any(character in self._simplified for character in name):
            return True
        return not any(character in self._traditional for character in around.replace(name, "")) and any(
            character in self._simplified for character in around
        )
