"""Cells of one column, some thousand at a time: what is written as expected in C, the odd cell in Python."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from campaigner.domain.birth import parse_age, parse_birth
from campaigner.domain.idcard import parse_idcard
from campaigner.domain.people import COLUMNS, Kind
from campaigner.domain.phone import PLAIN, parse_phone
from campaigner.intake.columns import Numbers, Texts
from campaigner.intake.dates import KnownDays
from campaigner.intake.faults import LONGEST_CELL
from campaigner.intake.lexicon import (
    CONSENT,
    CONSENTS,
    ENFORCEMENT,
    ERRORS,
    IDCARD,
    KIND_OF_PLACE,
    MARKS,
    OPT_OUTS,
    SYNTHETIC,
    TOTAL_ROWS,
)


class Cleaned(NamedTuple):
    """A cleaned column.

    Args:
        values: One plain value for each cell; that of a faulty cell means nothing.
        faults: Position and code of each faulty cell.
    """

    values: Sequence[Any]
    faults: list[tuple[int, str]]


Cleaner = Callable[[Sequence[str]], Cleaned]

_PLAIN = f"^{PLAIN}$"
_HAN = r"[\u3400-\u9fff\uf900-\ufaff〇\U00020000-\U0003ffff]"
_SPACED = re.compile(rf"(?<={_HAN})\s+(?={_HAN})")
_DIGIT = re.compile(r"\d")
_WHOLE = re.compile(r"([0-9]{1,18})(?:\.0+)?")
_DAMAGED = "\ufffd"
_MEMORY = 100_000
_TOTALS = sorted(TOTAL_ROWS)
_CARD = re.compile(
    r"(?<![0-9])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9])"
)
_BIRTH = re.compile(r"(?:19|20)[0-9]{9}")
"""What every number of an identity card has in it, also where texts stand side by side; found three times as fast."""
_TAG_WORDS = re.compile("|".join(ENFORCEMENT))


def phones(cells: Sequence[str]) -> Cleaned:
    """Mobile numbers as integers, 0 where a cell is empty; see `parse_phone`."""
    try:
        texts = cells.array if isinstance(cells, Texts) else pa.array(cells, pa.string())
    except UnicodeEncodeError:
        return _each(cells, map(parse_phone, cells))
    plain = pc.match_substring_regex(texts, _PLAIN)
    numbers = np.zeros(len(cells), dtype=np.int64)
    is_plain = plain.to_numpy(zero_copy_only=False)
    numbers[is_plain] = texts.filter(plain).cast(pa.int64()).to_numpy()
    faults: list[tuple[int, str]] = []
    odd = np.flatnonzero(~is_plain).tolist()
    for row, cell in zip(odd, texts.filter(pc.invert(plain)).to_pylist(), strict=True):
        value = parse_phone(cell)
        if isinstance(value, str):
            faults.append((row, fault_code(cell, value)))
        else:
            numbers[row] = value
    return Cleaned(Numbers(numbers), faults)


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
    """Names of persons: no spaces between Chinese characters (王　伟), no digits; empty ones stay empty."""
    values, faults = texts(cells)
    whole = _whole(values)
    if " " in whole or "\u3000" in whole:
        values = [_SPACED.sub("", value) for value in values]
    if _DIGIT.search(whole):
        faults += [(row, "name-digits") for row, value in enumerate(values) if _DIGIT.search(value)]
    if "#" in whole:
        faults += [(row, "cell-error") for row, value in enumerate(values) if is_error(value)]
    return Cleaned(values, faults)


def _whole(values: Sequence[str]) -> str:
    """All texts of a column in one; a word that is not in it is in none of them."""
    return values.joined() if isinstance(values, Texts) else "\n".join(values)


def _required(clean: Cleaner) -> Cleaner:
    """The same, but an empty cell is a fault, and so is the name of a line of sums."""

    def cleaner(cells: Sequence[str]) -> Cleaned:
        values, faults = clean(cells)
        known = {row for row, _ in faults}
        if values.any_empty() if isinstance(values, Texts) else not all(values):
            faults += [
                (row, "name-empty") for row, name in enumerate(values) if not name and row not in known
            ]
        if values.any_of(_TOTALS) if isinstance(values, Texts) else not TOTAL_ROWS.isdisjoint(values):
            faults += [(row, "row-total") for row, name in enumerate(values) if name in TOTAL_ROWS]
        return Cleaned(values, faults)

    return cleaner


def _kept_texts(cells: Sequence[str]) -> Cleaned:
    """Text that is kept; the number of an identity card in it is a fault (PIPL art. 6)."""
    values, faults = texts(cells)
    whole = _whole(values)
    if "#" in whole:
        faults += [(row, "cell-error") for row, value in enumerate(values) if is_error(value)]
    if _BIRTH.search(whole):
        faults += [(row, "idcard-kept") for row, value in enumerate(values) if _CARD.search(value)]
    return Cleaned(values, faults)


def _tags(cells: Sequence[str]) -> Cleaned:
    """Tags; one that belongs to an enforcement list is a fault (CHK-21)."""
    values, faults = _kept_texts(cells)
    if _TAG_WORDS.search(_whole(values)):
        faults += [(row, "tag-enforcement") for row, tags in enumerate(values) if _TAG_WORDS.search(tags)]
    return Cleaned(values, faults)


class _Memo(dict[str, Any]):
    """Values of the cells met so far: dates, ages and marks repeat, so that most cells cost one look-up."""

    def __init__(self, parse: Callable[[str], Any]) -> None:
        super().__init__()
        self._parse = parse

    def __missing__(self, cell: str) -> Any:
        if len(self) >= _MEMORY:
            self.clear()
        value = self[cell] = self._parse(cell)
        return value


def _memoised(parse: Callable[[str], Any]) -> Cleaner:
    memo = _Memo(parse)

    def cleaner(cells: Sequence[str]) -> Cleaned:
        if not isinstance(cells, Texts):
            return _each(cells, [memo[cell] for cell in cells])
        distinct, places = cells.parsed(memo.__getitem__)
        faulty = [place for place, value in enumerate(distinct) if isinstance(value, str)]
        type_ = np.bool_ if all(isinstance(value, bool | str) for value in distinct) else np.int64
        known: npt.NDArray[Any] = np.array(
            [0 if isinstance(value, str) else value for value in distinct], dtype=type_
        )
        faults = [
            (row, fault_code(cells[row], distinct[places[row]]))
            for row in (np.flatnonzero(np.isin(places, faulty)).tolist() if faulty else ())
        ]
        return Cleaned(Numbers(known[places]), faults)

    return cleaner


def _births(today: date) -> Cleaner:
    """Birth dates; a block of which each is written as programs write them is read at once."""
    each = _memoised(lambda cell: parse_birth(cell, today))
    known = KnownDays(lambda cell: parse_birth(cell, today))

    def cleaner(cells: Sequence[str]) -> Cleaned:
        read = known.read(cells) if isinstance(cells, Texts) else None
        if read is None:
            return each(cells)
        days, others = read
        answers = each([cells[row] for row in others])
        days[others] = [0 if isinstance(value, str) else value for value in answers.values]
        return Cleaned(Numbers(days), [(others[place], code) for place, code in answers.faults])

    return cleaner


def _each(cells: Sequence[str], parsed: Iterable[Any]) -> Cleaned:
    """A column from values in which a text is the code of a fault."""
    values = list(parsed)
    if set(map(type, values)) <= {int, bool}:
        return Cleaned(values, [])
    faults = [
        (row, fault_code(cells[row], value)) for row, value in enumerate(values) if isinstance(value, str)
    ]
    return Cleaned(values, faults)


def fault_code(cell: str, code: str) -> str:
    """The fault of a cell that is no value; what cannot be decoded is named before anything else."""
    if is_error(cell):
        return "cell-error"
    return "undecodable" if clean_text(cell)[1] == "undecodable" else str(code)


def is_error(cell: str) -> bool:
    """Whether a cell shows what a spreadsheet puts where a formula went wrong."""
    return "#" in cell and cell.strip().casefold() in ERRORS


def _word(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip().strip("'").casefold().removesuffix(".0")


def parse_mark(cell: str) -> bool | str:
    """Whether a mark says yes; empty says no."""
    return MARKS.get(_word(cell), "mark-unknown")


def parse_opt_out(cell: str) -> bool | str:
    """Whether a mark says that this person wants no more messages; empty says no."""
    return OPT_OUTS.get(_word(cell), "opted-out-unknown")


AGREED, DISAGREED, SAID_NOTHING = 0, 1, 2
"""What a cell of a column of consents comes to."""


def parse_consent(cell: str) -> int | str:
    """Whether a mark says that this person agrees to messages; what is not understood is no consent."""
    word = _word(cell)
    if word not in CONSENTS:
        return "consent-unknown"
    agrees = CONSENTS[word]
    return SAID_NOTHING if agrees is None else AGREED if agrees else DISAGREED


def parse_whole(cell: str, empty: int, least: int) -> int | str:
    """A whole number; `empty` for an empty cell, a fault below `least`."""
    word = unicodedata.normalize("NFKC", cell).strip().strip("'")
    if not word:
        return empty
    match = _WHOLE.fullmatch(word)
    if not match:
        return "number-not-positive" if least and word.startswith("-") else "number-unreadable"
    return int(match[1]) if int(match[1]) >= least else "number-not-positive"


def _kinds(cells: Sequence[str]) -> Cleaned:
    """Kinds of places in their English names."""
    values, faults = texts(cells)
    known = [KIND_OF_PLACE.get(value.casefold(), "") for value in values]
    found = {row for row, _ in faults}
    faults += [(row, "place-kind-unknown") for row, kind in enumerate(known) if not kind and row not in found]
    return Cleaned(known, faults)


def cleaners(kind: Kind, today: date) -> Mapping[str, Cleaner]:
    """What cleans each column of a kind, `IDCARD` and `SYNTHETIC` among them.

    Args:
        kind: Of the audience.
        today: Day after which nobody is born yet.
    """
    found: dict[str, Cleaner] = {column.name: _kept_texts for column in COLUMNS[kind]}
    special: dict[str, Cleaner] = {
        "phone": phones,
        "phone2": phones,
        "birth": _births(today),
        "age": _memoised(parse_age),
        "guardian": names,
        "guardian2": names,
        "tags": _tags,
        "occupation": _tags,
        "kind": _kinds,
        "opted_out": _memoised(parse_opt_out),
        "screen": _memoised(parse_mark),
        "count": _memoised(lambda cell: parse_whole(cell, 1, 1)),
        "roll": _memoised(lambda cell: parse_whole(cell, 0, 0)),
    }
    found |= {name: cleaner for name, cleaner in special.items() if name in found}
    found["name"] = _required(texts if kind is Kind.PLACES else names)
    found[SYNTHETIC] = _memoised(parse_mark)
    found[CONSENT] = _memoised(parse_consent)
    # Without a memory of cells: no number of an identity card is kept (PIPL art. 6).
    found[IDCARD] = lambda cells: _each(cells, [parse_idcard(cell, today) for cell in cells])
    return found
