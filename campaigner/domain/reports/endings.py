"""Whether a report breaks off: what a whole text ends with, and what a torn one ends with."""

import re
from collections.abc import Sequence

from campaigner.domain.reports.report import Paragraph

_FINAL = "。！？!?；;"
_CLOSERS = "”’\"'」』）)】]》〉"
_PAIRS = {"“": "”", "‘": "’", "「": "」", "『": "』", "（": "）", "(": ")", "【": "】", "《": "》", "[": "]"}
_FOLDED = {"(": "（", ")": "）", "[": "【", "]": "】"}
_HANGING = "，,、：:—-·（(【[《“‘「『"
_DOTS = ("…", "...", "。。")
_HEADING = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十]{1,3}[）)、.．]|第[一二三四五六七八九十0-9]{1,3}[章节条步]"
    r"|[0-9]{1,2}[、.．)）](?![0-9]))"
)
_SIGNATURE = re.compile(
    r"(?:年[0-9一二三四五六七八九十xX×]{1,3}月|[0-9]{4}[-./年]|月[0-9一二三四五六七八九十xX×]{1,3}日|(?:局"
    r"|所|委|会|府|院|校|园|办|中心|社区|分局|大队|支队|支行|银行|公司|站|村|部|室|组)[）)]?$"
    r"|电话|联系|签[名字]|日期|[0-9]{3,}$|附件|抄送|报送|印发|^[（(【])"
)
_INNER = re.compile("[，,；;。]")
_LONG = 30
_LAST = 3
_FAR = 2000
"""Characters from the end within which an open bracket still tells that the text is torn."""


def breaks_off(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether the last paragraphs end as a torn text does: in mid-sentence, in an open bracket, in dots.

    Args:
        paragraphs: A report's paragraphs, noise already removed.
    """
    if not paragraphs:
        return False
    last = paragraphs[-1].text
    ending = last.rstrip(_CLOSERS + " ")
    if ending.endswith(_DOTS) or _open_bracket(last[-_FAR:]):
        return True
    if not ending or ending[-1] in _FINAL:
        return False
    if ending[-1] in _HANGING:
        return not (ending[-1] in "：:—-·" and _SIGNATURE.search(ending))
    return _unfinished(last, [paragraph.text for paragraph in paragraphs[-_LAST:-1]])


def _unfinished(last: str, before: Sequence[str]) -> bool:
    """Whether a last line without a full stop is a torn sentence or heading, no signature, date or cell."""
    if _HEADING.match(last) and not _INNER.search(last):
        # A list whose items all go without full stops is whole; a heading with nothing under it is not.
        return not any(_HEADING.match(text) and text[-1] not in _FINAL for text in before[-1:])
    if "\t" in last or (_SIGNATURE.search(last) and len(last) <= _LONG + 10):
        return False
    return len(last) > _LONG or bool(_INNER.search(last))


def _open_bracket(text: str) -> bool:
    """Whether a bracket or quotation mark is opened in this paragraph and never closed."""
    awaited: list[str] = []
    for character in text:
        sign = _FOLDED.get(character, character)
        if sign in _PAIRS:
            awaited.append(_FOLDED.get(_PAIRS[sign], _PAIRS[sign]))
        elif awaited and sign == awaited[-1]:
            awaited.pop()
        elif sign in awaited:
            del awaited[awaited.index(sign) :]
    return bool(awaited)
