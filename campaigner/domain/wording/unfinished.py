"""Texts that nobody has finished: left-over placeholders, words of a computer, holes where a value is missing.

What is looked for is data: see `intake/rules/unfinished.toml`. Rules CHK-30 and CHK-32.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from campaigner.domain.wording.finder import Finder, Found
from campaigner.domain.wording.folding import Folded, Folding
from campaigner.domain.wording.rules import Hit
from campaigner.domain.wording.voice import Voice, enclosing_quotes

UNFINISHED = "CHK-30"
"""No text goes out that is not finished."""
EMPTY = "CHK-31"
"""No text goes out that has no content."""
HOLE = "CHK-32"
"""A text with a hole, where a field is empty, is looked at by a person."""
TEXT_RULES = frozenset({UNFINISHED, EMPTY, HOLE})

_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Full-width signs, letters and digits to those of ASCII, one for one."""
_SIGNS = re.compile("[!-(*+/<-@\\[-`{-~A-Za-z×✕✖╳○◯△□■〔〖«‹『「\ufffdＡ-Ｚａ-ｚ＃-＆＿｛｝［］＜＞]")
"""Signs that hardly a Chinese sentence holds, and that most marks begin with."""
_DOUBLED = re.compile("[，、；：！？。,;:][，、。；：,;:!?]")
_WORDS = re.compile(
    "[某待此这在单点双示样范占测内插粘请锟烫年（(《“【\u3000未暂日具姓名村金手联学班称]"
    "(?=[某补填入定核改续写撰录处里地我是确例本位试容图文击略姓名称日期具体时间村单学班金手联此请输替暂草斤烫月"
    "）)》”】 \u3000知缺未])"
)
_MOST = 3
"""Marks of one kind that are named in one sentence."""
_SHOWN = 24
"""Characters of a mark that a message quotes."""
_BEFORE = 12
"""Characters before a mark that may excuse it."""
_EXCUSES = frozenset({"attributed", "negated", "said"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One mark of an unfinished text, as data.

    Args:
        rule: The rule's id.
        kind: Its name, unique.
        finds: What it looks like, in half-width signs, within one sentence: any of these.
        says: What is wrong with it, in Chinese, behind the quoted mark.
        channels: Where it applies; empty means everywhere.
        excused: Whether it may stand in quotation marks and in what a fraudster says.
        spared_after: The mark is left alone where this ends right before it.
    """

    rule: str
    kind: str
    finds: tuple[Finder, ...]
    says: str
    channels: frozenset[str] = frozenset()
    excused: bool = False
    spared_after: Finder | None = None


class Unfinished:
    """Finds what tells that a text is not finished.

    Args:
        marks: What is looked for, in simplified characters.
        folding: How traditional characters are read.
        voice: Who speaks.
    """

    def __init__(self, marks: Sequence[Mark], folding: Folding, voice: Voice) -> None:
        self._marks = tuple(marks)
        self._folding = folding
        self._voice = voice

    def suspects(self, text: str, folded: str = "") -> bool:
        """Whether a text may hold a mark at all: one quick look, which lets ordinary Chinese names pass.

        Args:
            text: Any text.
            folded: The same as it is folded, where that is known already.
        """
        return bool(_SIGNS.search(text) or _DOUBLED.search(text) or _WORDS.search(folded or text))

    def hits(self, folded: Folded, channel: str) -> Iterator[Hit]:
        """The marks in a sentence.

        Args:
            folded: The sentence.
            channel: Channel of its text; "" where that is not known.
        """
        text = self._folding.one_for_one(folded.raw).translate(_NARROW)
        for mark in self._marks:
            if mark.channels and channel not in mark.channels:
                continue
            for find in mark.finds:
                for match in islice(find.finditer(text), _MOST):
                    if match[0].strip() and not self._spared(mark, folded, match, text):
                        yield _hit(mark, folded, *match.span())

    def _spared(self, mark: Mark, folded: Folded, match: Found, text: str) -> bool:
        start, end = match.span()
        if mark.spared_after and mark.spared_after.search(text[max(0, start - _BEFORE) : start]):
            return True
        if not mark.excused:
            return False
        begin, close = _into(folded, start), _into(folded, end)
        if enclosing_quotes(folded.text, begin, close)[0] < begin:
            return True
        return self._voice.excuses(folded.text, begin, close, _EXCUSES)


def _hit(mark: Mark, folded: Folded, start: int, end: int) -> Hit:
    quoted = folded.raw[start:end].strip()
    shown = quoted if len(quoted) <= _SHOWN else f"{quoted[:_SHOWN]}…"
    message = "the text is not finished" if mark.rule == UNFINISHED else "something seems to be missing here"
    return Hit(mark.rule, mark.kind, start, end, message, f"“{shown}”{mark.says}", as_given=True)


def _into(folded: Folded, offset: int) -> int:
    """Offset in the folded sentence of a character of the raw one; of a gap that was closed, its mark."""
    behind, limit = (0, 0), len(folded.text)
    for cut in folded.cuts:
        if cut[1] > offset:
            limit = max(cut[0] - 1, 0)
            break
        behind = cut
    return min(behind[0] + offset - behind[1], limit)
