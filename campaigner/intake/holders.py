"""Where a phone stands in a list: every row that has it, be it usable, faulty or a repeat."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from campaigner.domain.people import Audience, Kind
from campaigner.intake.cleaning import phones
from campaigner.intake.faults import FileFault
from campaigner.intake.headers import Heading, column_of
from campaigner.intake.lexicon import IDCARD, OTHER
from campaigner.intake.rows import Rows
from campaigner.intake.tables import Table, open_tables

_NO_DIGIT = re.compile(r"[^0-9]")
_ROWS = 5000
_MARKS = ("name", "guardian", "guardian2", IDCARD)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list with a phone in it.

    Args:
        line: Its line in the file.
        cells: The cells that campaigner reads, by the header that the clerk gave them.
        source: The list as its user knows it, with the sheet where there are several.
        file: The file alone.
        marks: Names and identity card of whom the row is about; the card is looked for in files, never shown or kept.
    """

    line: int
    cells: Mapping[str, str]
    source: str = ""
    file: str = ""
    marks: frozenset[str] = field(default=frozenset(), repr=False)


def rows_with(audience: Audience, folder: Path, phone: int) -> Iterator[Row]:
    """The rows of a list in which a phone stands, however it is written.

    Args:
        audience: The list.
        folder: The working folder.
        phone: The phone.
    """
    wanted = str(phone)
    for table, tidy in _chunks(audience, folder):
        heading = table.heading
        columns = [tidy.cells[place] for place in _phone_places(heading)]
        for row, cells in enumerate(zip(*columns, strict=True)):
            if any(wanted in _digits(cell) for cell in cells):
                names = [name for name in heading.places if column_of(name) not in {IDCARD, OTHER}]
                shown = {heading.label(name): tidy.cells[heading.places[name]][row] for name in names}
                marks = (
                    tidy.cells[heading.places[name]][row].strip() for name in _MARKS if name in heading.places
                )
                yield Row(tidy.lines[row], shown, table.name, table.file, frozenset(filter(None, marks)))


def phones_in(audience: Audience, folder: Path) -> Iterator[int]:
    """Every phone that can be read in a list, whatever else is wrong with its row; repeats, too.

    Args:
        audience: The list.
        folder: The working folder.
    """
    for table, tidy in _chunks(audience, folder):
        for place in _phone_places(table.heading):
            values, faults = phones(tidy.cells[place])
            wrong = {row for row, _code in faults}
            yield from (value for row, value in enumerate(values) if value and row not in wrong)


def _chunks(audience: Audience, folder: Path) -> Iterator[tuple[Table, Rows]]:
    """A list of people, piece by piece, with where it stands; nothing of a list that cannot be opened."""
    if audience.kind is Kind.PLACES:
        return
    for table in open_tables(audience, folder, lambda _problem: None):
        try:
            for tidy in table.chunks(_ROWS):
                yield table, tidy
        except FileFault:
            # What was read before the fault still counts.
            continue


def _phone_places(heading: Heading) -> list[int]:
    return [heading.places[name] for name in ("phone", "phone2") if name in heading.places]


def _digits(cell: str) -> str:
    plain = cell if cell.isascii() else unicodedata.normalize("NFKC", cell)
    return _NO_DIGIT.sub("", plain)
