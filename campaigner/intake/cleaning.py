"""Cells of one column, some thousand at a time: what is written as expected in C, the odd cell in Python."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from campaigner.domain.birth import parse_age, parse_birth
from campaigner.domain.classes import plain_class, plain_grade
from campaigner.domain.idcard import parse_idcard
from campaigner.domain.people import COLUMNS, Kind
from campaigner.domain.phone import PLAIN, parse_phone
from campaigner.intake.celltexts import (
    Cleaned,
    Cleaner,
    fault_code,
    guardians,
    kept_texts,
    names,
    rolls,
    school_texts,
    texts,
    whole,
)
from campaigner.intake.columns import Numbers, Texts
from campaigner.intake.dates import KnownDays
from campaigner.intake.gone import CODES
from campaigner.intake.lexicon import (
    CONSENT,
    CONSENTS,
    ENFORCEMENT,
    IDCARD,
    KIND_OF_PLACE,
    MARKS,
    OPT_OUTS,
    STATUSES,
    SYNTHETIC,
)

_PLAIN = f"^{PLAIN}$"
_WHOLE = re.compile(r"([0-9]{1,18})(?:\.0+)?")
_MEMORY = 100_000
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


def _tags(cells: Sequence[str]) -> Cleaned:
    """Tags; one that belongs to an enforcement list is a fault (CHK-21)."""
    values, faults = kept_texts(cells)
    if _TAG_WORDS.search(whole(values)):
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


def _memoised(parse: Callable[[str], Any], type_: type[np.generic] = np.int64) -> Cleaner:
    memo = _Memo(parse)

    def cleaner(cells: Sequence[str]) -> Cleaned:
        if not isinstance(cells, Texts):
            return _each(cells, [memo[cell] for cell in cells])
        distinct, places = cells.parsed(memo.__getitem__)
        faulty = [place for place, value in enumerate(distinct) if isinstance(value, str)]
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


def _status(column: str) -> Cleaner:
    """What cells of a column of status say: a code for whoever is gone, nothing for the others."""
    return _memoised(lambda cell: CODES[column](cell) or 0)


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
    found: dict[str, Cleaner] = {column.name: kept_texts for column in COLUMNS[kind]}
    special: dict[str, Cleaner] = {
        "phone": phones,
        "phone2": phones,
        "birth": _births(today),
        "age": _memoised(parse_age),
        "guardian": guardians,
        "guardian2": guardians,
        "tags": _tags,
        "occupation": _tags,
        "kind": _kinds,
        "opted_out": _memoised(parse_opt_out, np.bool_),
        "screen": _memoised(parse_mark, np.bool_),
        "count": _memoised(lambda cell: parse_whole(cell, 1, 1)),
        "grade": school_texts(plain_grade),
        "class_name": school_texts(plain_class),
        "roll": rolls,
    }
    found |= {name: cleaner for name, cleaner in special.items() if name in found}
    found["name"] = texts if kind is Kind.PLACES else names
    found[SYNTHETIC] = _memoised(parse_mark, np.bool_)
    found[CONSENT] = _memoised(parse_consent)
    found |= {column: _status(column) for column in STATUSES}
    # Without a memory of cells: no number of an identity card is kept (PIPL art. 6).
    found[IDCARD] = lambda cells: _each(cells, [parse_idcard(cell, today) for cell in cells])
    return found
