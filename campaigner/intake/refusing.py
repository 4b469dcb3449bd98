"""What a list says of refusals: whose they are, and why it cannot be known whether it holds others."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from campaigner.domain.people import COLUMNS, Audience, Kind
from campaigner.domain.phone import NO_MOBILE, NONE_WORDS, parse_phone
from campaigner.domain.problem import Level, Problem
from campaigner.intake.celltexts import fault_code
from campaigner.intake.cleaned import shown
from campaigner.intake.cleaning import AGREED, DISAGREED, parse_consent, parse_opt_out, phones
from campaigner.intake.columns import Texts
from campaigner.intake.faults import FileFault, problem_of
from campaigner.intake.headers import Heading, column_of
from campaigner.intake.lexicon import (
    CONSENT,
    CONSENTS,
    OPT_OUTS,
    OTHER,
    REFUSING_LATIN,
    REFUSING_MARKS,
)
from campaigner.intake.naming import name_of
from campaigner.intake.nobody import ANSWERS, MARKED_INTO, line_kind
from campaigner.intake.permission import says_no
from campaigner.intake.rows import Rows
from campaigner.intake.tables import Table, open_tables

Codes = npt.NDArray[np.int8]

_ROWS = 5000
_SILENT, _REFUSED, _UNREADABLE, _WELCOME, _UNSAID = range(5)
"""What a cell says: nothing, no, something that nobody understands, yes, nothing where consent is asked for."""
_SHAPES = frozenset({"row-too-long", "quote-unclosed", "cell-too-long"})
"""Faults of rows that could not be read as rows: the refusal may stand anywhere in them."""
_MAY_REFUSE = re.compile(REFUSING_MARKS)
_MAY_REFUSE_IN_LATIN = re.compile(REFUSING_LATIN)
_LATIN = re.compile("[A-Za-z\uff21-\uff3a\uff41-\uff5a]{2}")
_NO_HEADER = "（无表头）"
_BETWEEN = re.compile(r"[,;，；、/|\s或和及]+")
_MARKS = frozenset(
    form
    for word, says in OPT_OUTS.items()
    if says is True
    for form in (word, word.upper(), word.capitalize())
)
_DENIALS = frozenset(
    form
    for word, says in CONSENTS.items()
    if says is False and word not in NONE_WORDS
    for form in (word, word.upper(), word.capitalize())
)
"""Marks that say no to messages; where a phone should be, some of them say that there is none."""
_MOST = 100
"""Problems of a list that are kept; one of them stops as much as all."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a refusal stands in a list; the source is its file, with the sheet where there are several."""

    line: int
    column: str
    source: str = field(default="", compare=False)


@dataclass(slots=True, kw_only=True)
class ListRefusals:
    """What one list says of refusals.

    Args:
        places: Phones that refuse, or may refuse, and where each is first said to.
        problems: Why it is not certain that these are all; with one of level block nobody is written to by SMS.
        welcome: Phones that are asked about, and that the list says want messages.
        unsaid: How many rows say nothing in a list that asks for consent.
        columns: Headers of the columns that tell.
    """

    places: dict[int, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    welcome: dict[int, Place] = field(default_factory=dict)
    unsaid: int = 0
    columns: tuple[str, ...] = ()

    @property
    def phones(self) -> frozenset[int]:
        """Phones that refuse, or may refuse."""
        return frozenset(self.places)

    @property
    def blocking(self) -> list[Problem]:
        """Why it is not certain that nobody else refuses in it."""
        return [problem for problem in self.problems if problem.level is Level.BLOCK]

    def report(self, problem: Problem) -> None:
        """Take a problem, as far as it stops anything."""
        if problem.level is Level.BLOCK and len(self.problems) < _MOST:
            self.problems.append(problem)


def refusals_in(audience: Audience, folder: Path, asked: frozenset[int] = frozenset()) -> ListRefusals:
    """Who refuses in a list, and what in it cannot be read that may be a refusal.

    A refusal is stronger than any fault: a row counts however faulty it is besides, and so does a mark that may be
    a refusal. On a pupil's row it holds for both guardians, and for every telephone that stands in the row.

    Args:
        audience: What to read. A list of places has no phones, and so no refusals.
        folder: The working folder.
        asked: Phones of which is wanted whether the list says that they want messages.
    """
    found = ListRefusals()
    if audience.kind is Kind.PLACES:
        return found
    columns: dict[str, None] = {}
    for table in open_tables(audience, folder, found.report):
        names = table.heading.refusals()
        columns |= dict.fromkeys(table.heading.label(name) for name in names)
        try:
            _Reader(table.audience, table.heading, asked, found).read(table)
            for problem in table.notes():
                found.report(problem)
        except FileFault as fault:
            # What was read before the fault still counts.
            found.report(problem_of(fault.code, table.name, fault.line, detail=fault.detail))
    found.columns = tuple(columns)
    return found


class _Reader:
    """Reads the rows of a list for its refusals."""

    def __init__(
        self, audience: Audience, heading: Heading, asked: frozenset[int], found: ListRefusals
    ) -> None:
        self._audience = audience
        self._heading = heading
        self._names = heading.refusals()
        self._phones = {
            **{heading.places[name]: name for name in ("phone", "phone2") if name in heading.places},
            **dict.fromkeys(heading.telephones, "phone"),
        }
        self._shifted = _MARKS | _DENIALS if any(column_of(n) == CONSENT for n in self._names) else _MARKS
        self._asked = np.array(sorted(asked), dtype=np.int64)
        self._found = found
        self._empty = _UNSAID if audience.empty_consent == "none" else _SILENT
        self._parse: Mapping[str, Callable[[str], int]] = {
            name: _remembered(self._consent if column_of(name) == CONSENT else _opt_out)
            for name in self._names
        }
        self._problems: list[Problem] = []
        """Of the rows at work; they are told in order of line, however many rows are taken at a time."""
        texts = {column.name for column in COLUMNS[audience.kind] if column.type is str}
        self._texts = tuple(
            place for name, place in heading.places.items() if column_of(name) in {OTHER, *texts}
        )
        """Positions of cells in which somebody may have written that messages are not wanted."""
        self._marked = (
            *self._phones,
            *heading.remarks,
            *(place for name, place in heading.places.items() if column_of(name) in MARKED_INTO),
        )
        """Positions of cells in which an answer has nothing to do."""

    def read(self, table: Table) -> None:
        """All rows."""
        wanted = {
            name: place for name, place in self._heading.places.items() if name in {"name", *self._names}
        }
        wanted |= {f"cell:{place}": place for place in (*self._phones, *self._texts)}
        for tidy in table.picked(wanted).chunks(_ROWS):
            self._take(tidy)

    def _take(self, tidy: Rows) -> None:
        said = [(name, self._heading.label(name), self._codes(tidy, name)) for name in self._names]
        remarks = [
            (self._heading.cells[place].strip() or _NO_HEADER, codes)
            for place in self._texts
            if (codes := _remarks(tidy.cells[place])) is not None
        ]
        self._name_shapes(tidy)
        labels: dict[int, str] = {}
        for label, codes in [*remarks[::-1], *((label, codes) for _name, label, codes in said[::-1])]:
            labels |= dict.fromkeys(np.flatnonzero(_refuses(codes)).tolist(), label)
        labels = {row: label for row, label in sorted(labels.items()) if self._is_row(tidy, row)}
        for name, label, codes in said:
            self._name_marks(tidy, name, label, [row for row in labels if codes[row] == _UNREADABLE])
        if labels:
            self._enter(tidy, labels)
        if said:
            self._look_at_others(tidy, np.stack([codes for _name, _label, codes in said]), labels)
        problems, self._problems = self._problems, []
        for problem in sorted(problems, key=lambda one: (one.line or 0, one.code, str(one.column))):
            self._found.report(problem)

    def _codes(self, tidy: Rows, name: str) -> Codes:
        return _codes(tidy.cells[self._heading.places[name]], self._parse[name])

    def _is_row(self, tidy: Rows, row: int) -> bool:
        """Whether a row may be somebody: no header line again, no line that adds up the others, and no note."""
        if tidy.faults.get(row) == "header-repeated":
            return False
        name, code = name_of(tidy.cells[self._heading.places["name"]][row])
        if name and not code:
            return True
        return not line_kind([tidy.cells[place][row] for place in sorted(tidy.cells)])

    def _name_shapes(self, tidy: Rows) -> None:
        """Rows that could not be read as rows."""
        for row, code in tidy.faults.items() if self._names else ():
            if code in _SHAPES:
                line = tidy.lines[row]
                detail = {"first": str(line), "last": str(tidy.ends.get(row, line))}
                self._problems.append(problem_of(code, self._audience.file, line, detail=detail))

    def _name_marks(self, tidy: Rows, name: str, label: str, rows: list[int]) -> None:
        """Marks that nobody understands."""
        column = column_of(name)
        for row in rows:
            cell = tidy.cells[self._heading.places[name]][row]
            code = str(parse_consent(cell) if column == CONSENT else parse_opt_out(cell))
            self._name(tidy, row, label, fault_code(cell, code), shown(self._audience, column, cell))

    def _name(self, tidy: Rows, row: int, label: str, code: str, value: str = "") -> None:
        problem = problem_of(code, self._audience.file, tidy.lines[row], label, value=value)
        self._problems.append(problem)

    def _enter(self, tidy: Rows, labels: Mapping[int, str]) -> None:
        """The phones of rows that refuse, in every column of telephones."""
        entered: list[tuple[int, int, str]] = []
        rows = list(labels)
        for place, name in self._phones.items():
            column = tidy.cells[place]
            cells = [column[row] for row in rows]
            values, faults = phones(cells)
            wrong = dict(faults)
            for number, (row, phone) in enumerate(zip(rows, values, strict=True)):
                numbers, readable = [phone] if phone else [], True
                if number in wrong:
                    numbers, readable = _pieces(cells[number])
                entered += [(tidy.lines[row], int(each), labels[row]) for each in numbers]
                if not readable:
                    value = shown(self._audience, name, cells[number])
                    self._name(tidy, row, self._heading.cells[place].strip(), "refusal-no-phone", value)
        for line, phone, label in sorted(entered):
            self._found.places.setdefault(phone, Place(line, label, self._audience.file))

    def _look_at_others(self, tidy: Rows, codes: Codes, refusing: Mapping[int, str]) -> None:
        """Rows that say nothing, and those that say that messages are wanted.

        Args:
            tidy: Rows.
            codes: What each column that tells says of each of them.
            refusing: Those who refuse.
        """
        others = np.ones(len(tidy), dtype=bool)
        others[list(refusing)] = False
        self._found.unsaid += int(((codes == _UNSAID).any(axis=0) & others).sum())
        silent = others & ((codes == _SILENT) | (codes == _UNSAID)).all(axis=0)
        for place in self._marked if silent.any() else ():
            # An answer where a phone or a place should be: the cells of this row have slid.
            words = self._shifted if place in self._phones else ANSWERS
            for row in np.flatnonzero(silent & _is_among(tidy.cells[place], words)).tolist():
                self._name(tidy, row, self._heading.cells[place].strip(), "refusal-shifted")
        wanting = (
            np.flatnonzero(others & (codes == _WELCOME).any(axis=0)).tolist() if len(self._asked) else ()
        )
        for place in self._phones if wanting else ():
            cells = tidy.cells[place]
            values = np.asarray(phones([cells[row] for row in wanting]).values)
            for hit in np.flatnonzero(np.isin(values, self._asked)).tolist():
                label = self._heading.label(self._names[0])
                at = Place(tidy.lines[wanting[hit]], label, self._audience.file)
                self._found.welcome.setdefault(int(values[hit]), at)

    def _consent(self, cell: str) -> int:
        value = parse_consent(cell)
        if isinstance(value, str):
            return _UNREADABLE
        return _REFUSED if value == DISAGREED else _WELCOME if value == AGREED else self._empty


def _opt_out(cell: str) -> int:
    value = parse_opt_out(cell)
    if isinstance(value, str):
        return _UNREADABLE
    return _REFUSED if value else _WELCOME if cell.strip() else _SILENT


def _remembered(parse: Callable[[str], int]) -> Callable[[str], int]:
    known: dict[str, int] = {}

    def remembered(cell: str) -> int:
        if cell not in known:
            if len(known) > _ROWS:
                known.clear()
            known[cell] = parse(cell)
        return known[cell]

    return remembered


def _codes(cells: Sequence[str], parse: Callable[[str], int]) -> Codes:
    if isinstance(cells, Texts):
        distinct, places = cells.parsed(parse)
        return np.array(distinct, dtype=np.int8)[places]
    return np.fromiter(map(parse, cells), dtype=np.int8, count=len(cells))


def _remarks(cells: Sequence[str]) -> Codes | None:
    """Which cells say in words that messages are not wanted; None where none does, as in most columns."""
    together = cells.joined() if isinstance(cells, Texts) else "\n".join(cells)
    if not _MAY_REFUSE.search(together) and not (
        _LATIN.search(together)
        and _MAY_REFUSE_IN_LATIN.search(unicodedata.normalize("NFKC", together).casefold())
    ):
        return None
    codes = _codes(cells, _remark)
    return codes if codes.any() else None


def _remark(cell: str) -> int:
    return _REFUSED if says_no(cell) else _SILENT


def _refuses(codes: Codes) -> npt.NDArray[np.bool_]:
    refuses: npt.NDArray[np.bool_] = (codes == _REFUSED) | (codes == _UNREADABLE)
    return refuses


def _is_among(cells: Sequence[str], words: frozenset[str]) -> npt.NDArray[np.bool_]:
    """Which cells are one of these words."""
    if isinstance(cells, Texts):
        found = pc.is_in(cells.array, value_set=pa.array(sorted(words), pa.string()))
        marks: npt.NDArray[np.bool_] = found.to_numpy(zero_copy_only=False)
        return marks
    return np.fromiter((cell in words for cell in cells), dtype=bool, count=len(cells))


def _pieces(cell: str) -> tuple[list[int], bool]:
    """The numbers of a cell that is not one number, and whether all of it was read."""
    pieces = [piece for piece in _BETWEEN.split(cell) if piece]
    values = [parse_phone(piece) for piece in pieces]
    if len(pieces) < 2:  # noqa: PLR2004 - one piece is the cell itself
        value = parse_phone(cell)
        return [], value in NO_MOBILE
    numbers = [value for value in values if isinstance(value, int) and value]
    return numbers, all(isinstance(value, int) or value in NO_MOBILE for value in values)
