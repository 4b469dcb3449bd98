"""Who is dead, has moved or was struck off: nothing goes out to them, wherever the list says it."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from campaigner.intake.lexicon import (
    GONE_IF_FILLED,
    GONE_IF_NO,
    GONE_IF_YES,
    MARKS,
    NULLS,
    PERSONS,
    STATUS,
)

_GONE = PERSONS["gone"]
_WORDS = re.compile("|".join(sorted(map(re.escape, _GONE["words"]), key=len, reverse=True)))
_OTHERS = re.compile("|".join(_GONE["others"]))
MARKS_OF_GONE: tuple[str, ...] = tuple(_GONE["marks"])
"""One of these stands in each word that says so."""
_MARKS = re.compile("|".join(MARKS_OF_GONE))
_ABSENT = frozenset(PERSONS["status"]["absent"])
_PRESENT = frozenset(PERSONS["status"]["present"])


def may_be_gone(text: str) -> bool:
    """Whether any of the words can stand in a text, perhaps that of a whole column: quickly told."""
    return _MARKS.search(text) is not None


def gone_word(text: str) -> str:
    """The word in a name or a remark that says that somebody is gone; "" if none does, or only of somebody else."""
    if not may_be_gone(text):
        return ""
    match = _WORDS.search(_OTHERS.sub("", re.sub(r"\s", "", unicodedata.normalize("NFKC", text))))
    return match[0] if match else ""


def _status(cell: str) -> str:
    word = re.sub(r"\s", "", unicodedata.normalize("NFKC", cell)).casefold()
    spaced = unicodedata.normalize("NFKC", cell).strip().casefold()
    if word in _PRESENT or spaced in _PRESENT or word in NULLS:
        return ""
    if word in _ABSENT or spaced in _ABSENT or gone_word(cell):
        return "person-gone"
    stays = _OTHERS.sub("", word)
    return "" if stays != word and not _WORDS.search(stays) else "status-unknown"


def _yes(cell: str) -> bool | None:
    mark = MARKS.get(unicodedata.normalize("NFKC", cell).strip().strip("'").casefold().removesuffix(".0"))
    return mark if mark is None or cell.strip() else None


def _gone_if_yes(cell: str) -> str:
    if not cell.strip():
        return ""
    mark = _yes(cell)
    return "person-gone" if mark else "" if mark is False else _status(cell)


def _gone_if_no(cell: str) -> str:
    if not cell.strip():
        return ""
    mark = _yes(cell)
    return "" if mark else "person-gone" if mark is False else _status(cell)


def _gone_if_filled(cell: str) -> str:
    word = unicodedata.normalize("NFKC", cell).strip().casefold()
    return "" if MARKS.get(word, True) is False or word in NULLS else "person-gone"


CODES: Mapping[str, Callable[[str], str]] = {
    STATUS: _status,
    GONE_IF_YES: _gone_if_yes,
    GONE_IF_NO: _gone_if_no,
    GONE_IF_FILLED: _gone_if_filled,
}
"""Kind of column -> the code of what a cell says: nothing, gone, or something that nobody understands."""
