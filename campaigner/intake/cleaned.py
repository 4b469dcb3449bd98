"""Some thousand rows of an audience cleaned, whoever does it: a partition function that knows nothing of other rows."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from campaigner.domain.birth import masked_birth, same_birth
from campaigner.domain.people import (
    AGE_ASIDE,
    COLUMNS,
    DOUBT,
    PHONE2_ASIDE,
    PHONE_ASIDE,
    REFUSAL_ASIDE,
    ROW_KEY,
    UNSAID,
    Audience,
    Block,
    Kind,
    masked_name,
)
from campaigner.domain.phone import masked_phone
from campaigner.domain.problem import Level, Problem
from campaigner.intake.celltexts import Cleaner
from campaigner.intake.cleaning import DISAGREED, SAID_NOTHING, cleaners
from campaigner.intake.columns import Numbers, Texts, repeated, replaced
from campaigner.intake.faults import problem_of
from campaigner.intake.gone import gone_word, may_be_gone
from campaigner.intake.headers import REFUSALS, Heading, column_of
from campaigner.intake.identity import row_keys
from campaigner.intake.lexicon import CONSENT, IDCARD, OPTED_OUT, OTHER, STATUSES, SYNTHETIC
from campaigner.intake.nobody import answers, is_phone, line_kind, shifted
from campaigner.intake.rows import Rows

_NOBODY = (
    *("header-repeated", "row-too-long", "quote-unclosed", "cell-too-long"),
    *("row-total", "row-note", "person-gone", "row-shifted"),
)
"""Codes of rows that are refused whatever else is wrong with them, the most telling first: only this is said."""
REFUSING = frozenset({*_NOBODY, "name-empty", "status-unknown", "tag-enforcement"})
"""Codes for which the whole row is refused; any other fault costs its cell, and what cannot be known without it."""
_NEEDED = frozenset({"name", "kind"})
"""Columns of places without which a row is no place."""
USED = frozenset({"text-private-character", "name-remark"})
"""Codes of cells that are used all the same."""
_GRAVE = REFUSING - {"header-repeated", "row-total", "row-note", "person-gone"}
"""Codes that somebody must mend, besides those of columns that tell who refuses."""
_SAID_IN = frozenset({"name", "tags"})
"""Columns of ours in which a list says that somebody is gone."""
_GUARDIANS = {"guardian": "phone", "guardian2": "phone2"}
_NAMES = frozenset({"name", *_GUARDIANS})
_AGES = frozenset({"birth", "age", IDCARD})
_DOUBTS = {"phone": PHONE_ASIDE, "phone2": PHONE2_ASIDE, **dict.fromkeys(REFUSALS, REFUSAL_ASIDE)}
_EMPTY: Mapping[str, Any] = {IDCARD: 0, SYNTHETIC: False, CONSENT: 0, **dict.fromkeys(STATUSES, 0)}
_NUMBERS = re.compile(r"\d{3,}")
_SHOWN = 40
_ADDRESS_SHOWN = 2


class _Fault(NamedTuple):
    """What is wrong with a cell, or with a whole row.

    Args:
        row: Position of the row.
        name: Key of `Heading.places`; "" for the row.
        code: Of `faults.TEXTS`.
        word: What the text names.
    """

    row: int
    name: str
    code: str
    word: str = ""


@dataclass(frozen=True, slots=True)
class CleanRows:
    """Rows after cleaning; whoever stands in the list twice may still be among them twice.

    Args:
        block: The usable ones, with every column of the kind and `ROW_KEY`.
        rows: How many there were.
        problems: What is wrong with them.
        synthetic: Whether one of them says that it is invented.
        set_aside: How many cells of the usable ones are not used.
    """

    block: Block
    rows: int
    problems: tuple[Problem, ...]
    synthetic: bool
    set_aside: int = 0


class RowCleaner:
    """Cleans rows of one audience.

    Args:
        audience: Whose they are.
        heading: Its header line.
        today: Day after which nobody is born yet.
    """

    def __init__(self, audience: Audience, heading: Heading, today: date) -> None:
        self._audience = audience
        self._heading = heading
        self._today = today
        self._cleaners: Mapping[str, Cleaner] = cleaners(audience.kind, today)
        self._empty = {**_EMPTY, **{column.name: column.empty for column in COLUMNS[audience.kind]}}
        self._places = audience.kind is Kind.PLACES

    def __reduce__(self) -> tuple[type["RowCleaner"], tuple[Audience, Heading, date]]:
        """Another process makes its own: memories of cells stay where they are."""
        return RowCleaner, (self._audience, self._heading, self._today)

    def __call__(self, tidy: Rows) -> CleanRows:
        """These rows, cleaned."""
        faults = [_Fault(row, "", code) for row, code in tidy.faults.items()]
        cleaned: dict[str, Sequence[Any]] = {}
        for name, place in self._heading.places.items():
            column = column_of(name)
            if column == OTHER:
                faults += self._other(name, tidy.cells[place])
                continue
            made = self._cleaners[column](tidy.cells[place])
            mine = [
                _Fault(row, name, self._code(column, code, tidy.cells[place][row]))
                for row, code in made.faults
            ]
            # A number is no name, and would not be seen among the cleaned ones.
            words = tidy.cells[place] if column in _NAMES else made.values
            mine += [_Fault(row, name, "row-shifted") for row in shifted(column, words)]
            wrong = {fault.row: self._empty[column] for fault in mine if fault.code not in USED}
            cleaned[name] = replaced(made.values, wrong)
            faults += mine
            faults += self._gone(name, column, tidy.cells[place])
        for fault in faults:
            if fault.code == "guardian-gone":
                empty = self._empty[column_of(fault.name)]
                cleaned[fault.name] = replaced(cleaned[fault.name], {fault.row: empty})
        self._join_births(cleaned, faults)
        self._join_refusals(cleaned, len(tidy))
        faults += self._nameless(tidy, cleaned, {fault.row for fault in faults if fault.name == "name"})
        return self._made(tidy, cleaned, faults)

    @staticmethod
    def _code(column: str, code: str, cell: str) -> str:
        """The code of a faulty cell; whatever cannot be read in a column of status may say that somebody is gone."""
        if column in STATUSES and code != "person-gone":
            return "status-unknown"
        return "row-shifted" if column in _AGES and is_phone(cell) else code

    def _other(self, name: str, cells: Sequence[str]) -> Iterable[_Fault]:
        """What a column that is not kept says of its rows."""
        if self._places:
            return
        place = self._heading.places[name]
        if place in self._heading.remarks:
            yield from (_Fault(row, name, "row-shifted") for row in answers(cells))
        if self._heading.is_about_others(place):
            return
        yield from self._saying_gone(name, cells, "person-gone")

    def _gone(self, name: str, column: str, cells: Sequence[str]) -> Iterable[_Fault]:
        """Who is dead or has moved, as a column of ours says it."""
        if self._places or column not in _SAID_IN | _GUARDIANS.keys():
            return
        for fault in self._saying_gone(name, cells, "person-gone"):
            if column in _SAID_IN:
                yield fault
            else:
                yield fault._replace(code="guardian-gone")
                if _GUARDIANS[column] in self._heading.places:
                    yield fault._replace(name=_GUARDIANS[column], code="guardian-gone")

    def _saying_gone(self, name: str, cells: Sequence[str], code: str) -> Iterable[_Fault]:
        together = cells.joined() if isinstance(cells, Texts) else "\n".join(cells)
        if may_be_gone(together):
            for row, cell in enumerate(cells):
                if word := gone_word(cell):
                    yield _Fault(row, name, code, word)

    def _join_births(self, cleaned: dict[str, Sequence[Any]], faults: list[_Fault]) -> None:
        """The birth date of the identity card where there is one; of two that differ none is known."""
        cards = cleaned.pop(IDCARD, None)
        if cards is None:
            return
        stated = cleaned.get("birth", [0] * len(cards))
        births = []
        for row, (card, birth) in enumerate(zip(cards, stated, strict=True)):
            differs = card and birth and not same_birth(card, birth)
            births.append(0 if differs else card or birth)
            if differs:
                faults.append(_Fault(row, "birth", "birth-differs"))
        cleaned["birth"] = births

    def _join_refusals(self, cleaned: dict[str, Sequence[Any]], count: int) -> None:
        """Who refuses in any column that tells; who has not agreed where the list asks for it, in `UNSAID`."""
        names = self._heading.refusals()
        if not names or names == (OPTED_OUT,):
            return
        refused = np.zeros(count, dtype=bool)
        unsaid = np.zeros(count, dtype=bool)
        for name in names:
            values = np.asarray(cleaned.pop(name))
            consent = column_of(name) == CONSENT
            refused |= values == DISAGREED if consent else values.astype(bool)
            if consent and self._audience.empty_consent == "none":
                unsaid |= values == SAID_NOTHING
        cleaned[OPTED_OUT] = Numbers(refused)
        cleaned[UNSAID] = Numbers(unsaid & ~refused)

    def _nameless(
        self, tidy: Rows, cleaned: Mapping[str, Sequence[Any]], known: set[int]
    ) -> Iterable[_Fault]:
        """Rows in which no name can be read: sums, notes, and persons who have a telephone all the same."""
        names = cleaned["name"]
        rows = (
            names.among(("",))
            if isinstance(names, Texts)
            else [r for r, name in enumerate(names) if not name]
        )
        places = sorted(tidy.cells)
        for row in rows:
            if row in tidy.faults:
                continue
            if code := line_kind([tidy.cells[place][row] for place in places]):
                yield _Fault(row, "", code)
            elif row not in known:
                reached = any(cleaned[name][row] for name in _GUARDIANS.values() if name in cleaned)
                yield _Fault(row, "name", "name-absent" if reached and not self._places else "name-empty")

    def _made(self, tidy: Rows, cleaned: dict[str, Sequence[Any]], faults: list[_Fault]) -> CleanRows:
        """What is told of the rows, and those that can be used."""
        if not faults:
            return self._complete(tidy, cleaned, set(), [], ())
        by_row: dict[int, list[_Fault]] = {}
        for fault in faults:
            by_row.setdefault(fault.row, []).append(fault)
        problems: list[Problem] = []
        bad: set[int] = set()
        aside: list[_Fault] = []
        for row in sorted(by_row):
            mine = sorted(by_row[row], key=lambda fault: self._heading.places.get(fault.name, -1))
            codes = {fault.code for fault in mine}
            alone = next((code for code in _NOBODY if code in codes), "")
            if alone:
                mine = [next(fault for fault in mine if fault.code == alone)]
            if codes & REFUSING or (
                self._places and any(f.name in _NEEDED and f.code not in USED for f in mine)
            ):
                bad.add(row)
            else:
                aside += {fault.name: fault for fault in mine if fault.code not in USED}.values()
            problems += [self._problem(tidy, fault) for fault in dict.fromkeys(mine)]
        return self._complete(tidy, cleaned, bad, aside, tuple(problems))

    def _problem(self, tidy: Rows, fault: _Fault) -> Problem:
        """A fault as it is told."""
        row, name, code, word = fault
        line, column = tidy.lines[row], column_of(name)
        header = self._heading.label(name) if name else None
        detail = {"first": str(line), "last": str(tidy.ends.get(row, line)), "word": word or header or ""}
        told = name and column != OTHER and code not in {"person-gone", "guardian-gone"}
        value = shown(self._audience, column, tidy.cells[self._heading.places[name]][row]) if told else ""
        level = Level.BLOCK if code in _GRAVE or column in REFUSALS else Level.WARN
        if self._places and name in _NEEDED and code not in USED | set(_NOBODY):
            level = Level.BLOCK
        if code == "person-gone" and column in STATUSES:
            level = Level.INFO
        return problem_of(code, self._audience.file, line, header, value=value, detail=detail, level=level)

    def _complete(
        self,
        tidy: Rows,
        cleaned: dict[str, Sequence[Any]],
        bad: set[int],
        aside: Sequence[_Fault],
        told: tuple[Problem, ...],
    ) -> CleanRows:
        """The usable rows, with every column of the kind and their keys."""
        count = len(tidy)
        marks = enumerate(cleaned.get(SYNTHETIC, ()))
        synthetic = any(is_marked and row not in bad for row, is_marked in marks)
        columns = {
            column.name: cleaned[column.name] if column.name in cleaned else repeated(column.empty, count)
            for column in COLUMNS[self._audience.kind]
        }
        if UNSAID in cleaned:
            columns[UNSAID] = cleaned[UNSAID]
        doubt = self._doubt(columns, aside, count)
        if doubt.any():
            columns[DOUBT] = Numbers(doubt)
        block = Block(self._audience.file, tidy.lines, columns)
        if bad:
            block = block.where([row not in bad for row in range(count)])
        keys = row_keys(self._audience.kind, block.columns, block.lines)
        block = Block(block.source, block.lines, {**block.columns, ROW_KEY: keys})
        return CleanRows(block, count, told, synthetic, len(aside))

    def _doubt(
        self, columns: Mapping[str, Sequence[Any]], aside: Sequence[_Fault], count: int
    ) -> npt.NDArray[np.int64]:
        """Why an SMS may not go to a row of which a cell was set aside, in bits."""
        doubt = np.zeros(count, dtype=np.int64)
        people = self._audience.kind is Kind.PEOPLE
        for fault in aside:
            row, column = fault.row, column_of(fault.name)
            doubt[row] |= _DOUBTS.get(column, 0)
            if people and column in _AGES and not columns["birth"][row] and columns["age"][row] < 0:
                doubt[row] |= AGE_ASIDE
        return doubt


def shown(audience: Audience, name: str, text: str) -> str:
    """A faulty cell as problems show it: masked if personal, nothing of an identity card (PIPL art. 51).

    Args:
        audience: Whose file it is.
        name: Our column.
        text: The cell.
    """
    plain = "".join(character if character.isprintable() else "?" for character in text)[:_SHOWN].strip()
    personal = {column.name for column in COLUMNS[audience.kind] if column.personal}
    if name == IDCARD:
        return ""
    if name not in personal:
        return _NUMBERS.sub("***", plain)
    if name == "birth":
        return masked_birth(plain)
    if name in {"phone", "phone2"}:
        return masked_phone(plain)
    if name == "address":
        return plain[:_ADDRESS_SHOWN] + "*" * len(plain[_ADDRESS_SHOWN:])
    return masked_name(plain)
