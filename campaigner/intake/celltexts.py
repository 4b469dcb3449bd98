"""Columns of texts, cleaned: names, places, grades and classes, student numbers."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from campaigner.domain.classes import is_damaged_class
from campaigner.domain.phone import NONE_WORDS
from campaigner.intake.columns import Texts, replaced
from campaigner.intake.faults import LONGEST_CELL
from campaigner.intake.lexicon import ERRORS, NULLS
from campaigner.intake.naming import PLAIN as PLAIN_NAME
from campaigner.intake.naming import TITLES, WORDS, name_of


class Cleaned(NamedTuple):
    """A cleaned column.

    Args:
        values: One plain value for each cell; that of a faulty cell means nothing.
        faults: Position and code of each faulty cell.
    """

    values: Sequence[Any]
    faults: list[tuple[int, str]]


Cleaner = Callable[[Sequence[str]], Cleaned]

_DAMAGED = "\ufffd"
_WHOLE = re.compile(r"([0-9]{1,18})(?:\.0+)?")
_CARD = re.compile(
    r"(?<![0-9])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9])"
)
_BIRTH = re.compile(r"(?:19|20)[0-9]{9}")
"""What every number of an identity card has in it, also where texts stand side by side; found three times as fast."""
_ROLL = re.compile(r"[A-Za-z0-9-]*[1-9][0-9]*")
_SCIENTIFIC = re.compile(r"[0-9]+(?:\.[0-9]*)?[eE]\+?[0-9]+|#+|[0-9]+\.[0-9]+")
_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?|[0-9]{2}:[0-9]{2}:[0-9]{2}")
_NULL = frozenset(form for word in (*NULLS, "NaN", "NaT") for form in (word, word.upper(), word.capitalize()))
_NULLS = tuple(sorted(_NULL))
_NAME_WORDS = tuple(sorted(WORDS))
_NAME_TITLES = re.compile("|".join(TITLES))


def texts(cells: Sequence[str]) -> Cleaned:
    """Text without what nobody sees: control, zero-width, direction, private characters, outer spaces."""
    if isinstance(cells, Texts):
        if cells.longest() <= LONGEST_CELL and _visible(cells.joined()):
            return Cleaned(cells, [])
    elif _visible("".join(cells)) and max(map(len, cells), default=0) <= LONGEST_CELL:
        return Cleaned(list(cells), [])
    values: list[Any] = []
    faults = []
    for row, cell in enumerate(cells):
        value, code = (cell, "") if _visible(cell) and len(cell) <= LONGEST_CELL else clean_text(cell)
        values.append(value)
        if code:
            faults.append((row, code))
    return Cleaned(values, faults)


def _visible(text: str) -> bool:
    """Whether a text has nothing that `clean_text` would touch.

    No such character is printable, but for the space and the mark of damage.
    """
    return text.isprintable() and " " not in text and _DAMAGED not in text


def clean_text(cell: str) -> tuple[str, str]:
    """One cell of text and the code of its fault, "" if it has none."""
    code = ""
    kept = []
    for character in cell:
        category = unicodedata.category(character)
        if category == "Cs" or character == _DAMAGED:
            return "", "undecodable"
        if category == "Co":
            code = "text-private-character"
        elif category in {"Zl", "Zp"} or (category == "Cc" and character.isspace()):
            kept.append(" ")
        elif category not in {"Cc", "Cf"}:
            kept.append(character)
    text = "".join(kept).strip()
    return (text, "text-too-long") if len(text) > LONGEST_CELL else (text, code)


def names(cells: Sequence[str]) -> Cleaned:
    """Names of persons as texts print them; "" where a cell is empty or holds no name, which then is a fault."""
    values, faults = texts(cells)
    known = {row for row, _ in faults if not values[row]}
    others: dict[int, str] = {}
    for row in _odd_names(values):
        if row in known:
            continue
        value = values[row]
        name, code = ("", "cell-error") if is_error(value) else name_of(value)
        if code:
            faults.append((row, code))
        if name != value:
            others[row] = name
    return Cleaned(replaced(values, others), faults)


def guardians(cells: Sequence[str]) -> Cleaned:
    """Names of guardians; a word that says that there is none is no fault."""
    return names(
        replaced(cells, {row: "" for row, cell in enumerate(cells) if cell.strip().casefold() in NONE_WORDS})
    )


def _odd_names(values: Sequence[str]) -> Sequence[int]:
    """Positions of the cells that are not plainly a Chinese name of two to four characters."""
    if not isinstance(values, Texts):
        return range(len(values))
    odd = ~values.matching(PLAIN_NAME)
    odd[values.among(_NAME_WORDS)] = True
    if _NAME_TITLES.search(values.joined()):
        odd |= values.matching(_NAME_TITLES.pattern)
    rows: list[int] = np.flatnonzero(odd).tolist()
    return rows


def whole(values: Sequence[str]) -> str:
    """All texts of a column in one; a word that is not in it is in none of them."""
    return values.joined() if isinstance(values, Texts) else "\n".join(values)


def kept_texts(cells: Sequence[str]) -> Cleaned:
    """Text that is kept; the number of an identity card in it is a fault (PIPL art. 6), a program's nothing another."""
    values, faults = texts(cells)
    together = whole(values)
    if "#" in together:
        faults += [(row, "cell-error") for row, value in enumerate(values) if is_error(value)]
    if _BIRTH.search(together):
        faults += [(row, "idcard-kept") for row, value in enumerate(values) if _CARD.search(value)]
    faults += [(row, "cell-null") for row in _nulls(values)]
    return Cleaned(values, faults)


def _nulls(values: Sequence[str]) -> Sequence[int]:
    if isinstance(values, Texts):
        return [] if values.is_blank() else values.among(_NULLS)
    return [row for row, value in enumerate(values) if value in _NULL]


def school_texts(written: Callable[[str], str]) -> Cleaner:
    """Grades and classes, each written in one way; one that a spreadsheet took for a date is a fault.

    Args:
        written: The one way.
    """

    def one(cell: str) -> tuple[str, bool, bool]:
        made, bad = written(cell), is_damaged_class(cell)
        return made, bad, bad or made != cell

    def cleaner(cells: Sequence[str]) -> Cleaned:
        values, faults = kept_texts(cells)
        if isinstance(values, Texts):
            distinct, places = values.parsed(one)
            odd = [place for place, answer in enumerate(distinct) if answer[2]]
            rows = np.flatnonzero(np.isin(places, odd)).tolist() if odd else []
            answers = {row: distinct[places[row]] for row in rows}
        else:
            answers = {row: answer for row, value in enumerate(values) if (answer := one(value))[2]}
        known = {row for row, _ in faults}
        faults += [
            (row, "class-damaged") for row, answer in answers.items() if answer[1] and row not in known
        ]
        return Cleaned(replaced(values, {row: answer[0] for row, answer in answers.items()}), faults)

    return cleaner


def rolls(cells: Sequence[str]) -> Cleaned:
    """Student numbers, which are texts: 0012 is not 12, and a number may have letters in it."""
    values, faults = kept_texts(cells)
    known = {row for row, _ in faults}
    others: dict[int, str] = {}
    for row, value in enumerate(values):
        if row in known or (_ROLL.fullmatch(value) and not _DATED.fullmatch(value)):
            continue
        roll = unicodedata.normalize("NFKC", value).strip().strip("'").strip()
        if _WHOLE.fullmatch(roll):
            roll = roll.partition(".")[0]
        if not roll.strip("0"):
            roll = ""
        if is_damaged_roll(roll):
            faults.append((row, "roll-damaged"))
        if roll != value:
            others[row] = roll
    return Cleaned(replaced(values, others), faults)


def is_damaged_roll(roll: str) -> bool:
    """Whether a spreadsheet destroyed a student number: its last digits are gone, or it became a date."""
    return bool(_SCIENTIFIC.fullmatch(roll)) or bool(_DATED.fullmatch(roll))


def fault_code(cell: str, code: str) -> str:
    """The fault of a cell that is no value; what cannot be decoded is named before anything else."""
    if is_error(cell):
        return "cell-error"
    return "undecodable" if clean_text(cell)[1] == "undecodable" else str(code)


def is_error(cell: str) -> bool:
    """Whether a cell shows what a spreadsheet puts where a formula went wrong."""
    return "#" in cell and cell.strip().casefold() in ERRORS
