"""Lines of a list that are nobody: sums, signatures and notes, and rows whose cells have slid."""

import re
import unicodedata
from collections.abc import Sequence

from campaigner.domain.phone import PLAIN
from campaigner.intake.columns import Texts
from campaigner.intake.lexicon import CONSENTS, OPT_OUTS, PERSONS, REFUSING_REMARK, TOTAL_ROWS

_EITHER = "|".join(sorted(map(re.escape, TOTAL_ROWS), key=len, reverse=True))
_TOTAL = re.compile(rf"(?:{_EITHER})[:：]?[0-9,，]*(?:人|户|名|个|条|处|人次)?")
_NOTES = "|".join(sorted(map(re.escape, PERSONS["lines"]["notes"]), key=len, reverse=True))
_NOTE = re.compile(rf"(?:{_NOTES})(?:[:：(（].*|[一二三四五六七八九十0-9]*[、.].*)?", re.DOTALL)
_PHONE = re.compile(PLAIN)
_PHONE_BYTES = 11
MARKED_INTO = frozenset({"village", "estate", "address", "unit", "school"})
"""Columns in which an answer such as 是 has nothing to do."""
SHIFTED_INTO = MARKED_INTO | {"name", "guardian", "guardian2"}
"""Columns in which a telephone number has nothing to do."""
_NO_MARKS = frozenset(
    {
        "",
        "-",
        "—",
        "/",
        "无",
        "没有",
        "0",
        "1",
        "不详",
        "未知",
        "未填",
        "正常",
        "可",
        "不",
        "对",
        "有",
        "退",
        "t",
        "r",
    }
)
ANSWERS = frozenset(
    form
    for word in (*OPT_OUTS, *CONSENTS)
    if word not in _NO_MARKS
    for form in (word, word.upper(), word.capitalize())
)
"""Answers to the question whether somebody wants messages, as cells have them."""
_ANSWERS = tuple(sorted(ANSWERS))
_YES_NO = tuple(sorted(word for word in ANSWERS if not re.search(REFUSING_REMARK, word.casefold())))
"""Those that say nothing for themselves: 退订 in a remark is no slip."""


def line_kind(cells: Sequence[str]) -> str:
    """What a row without a name is: the code of a sum or of a note; "" if it may be somebody.

    Args:
        cells: Its cells in the order of the file.
    """
    filled = [plain for cell in cells if (plain := re.sub(r"\s", "", unicodedata.normalize("NFKC", cell)))]
    if any(_TOTAL.fullmatch(cell) for cell in filled):
        return "row-total"
    return "row-note" if filled and _NOTE.fullmatch(filled[0]) else ""


def shifted(name: str, cells: Sequence[str]) -> list[int]:
    """Positions of cells that belong into another column: a telephone number or an answer where words belong.

    Args:
        name: Our column.
        cells: Its cells, cleaned.
    """
    if name not in SHIFTED_INTO:
        return []
    if isinstance(cells, Texts):
        if cells.is_blank():
            return []
        numbers = [row for row in cells.numeric(b"1", _PHONE_BYTES) if _PHONE.fullmatch(cells[row])]
        return [*numbers, *(cells.among(_ANSWERS) if name in MARKED_INTO else ())]
    words = ANSWERS if name in MARKED_INTO else frozenset[str]()
    return [row for row, cell in enumerate(cells) if cell in words or _PHONE.fullmatch(cell)]


def answers(cells: Sequence[str]) -> list[int]:
    """Positions of remarks that are nothing but a yes or no, and so the answer to another column's question."""
    if isinstance(cells, Texts):
        return [] if cells.is_blank() else cells.among(_YES_NO)
    return [row for row, cell in enumerate(cells) if cell in _YES_NO]


def is_phone(cell: str) -> bool:
    """Whether a cell is a mobile number and nothing else."""
    return _PHONE.fullmatch(cell.strip()) is not None
