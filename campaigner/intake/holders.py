"""Where a phone stands in a list: every row that has it, be it usable, faulty or a repeat."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from campaigner.domain.people import Audience, Kind
from campaigner.intake.cleaning import phones
from campaigner.intake.faults import FileFault
from campaigner.intake.lexicon import IDCARD
from campaigner.intake.tables import open_table

_NO_DIGIT = re.compile(r"[^0-9]")
_ROWS = 5000


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list with a phone in it.

    Args:
        line: Its line in the file.
        cells: The cells that campaigner reads, by the header that the clerk gave them.
    """

    line: int
    cells: Mapping[str, str]


def rows_with(audience: Audience, folder: Path, phone: int) -> Iterator[Row]:
    """The rows of a list in which a phone stands, however it is written.

    Args:
        audience: The list.
        folder: The working folder.
        phone: The phone.
    """
    if audience.kind is Kind.PLACES:
        return
    wanted = str(phone)
    try:
        table = open_table(audience, folder, lambda _problem: None)
        if table is None:
            return
        places = table.heading.places
        names = [name for name in places if name != IDCARD]
        phones = [places[name] for name in ("phone", "phone2") if name in places]
        for tidy in table.chunks(_ROWS):
            for row, cells in enumerate(zip(*(tidy.cells[place] for place in phones), strict=True)):
                if any(wanted in _digits(cell) for cell in cells):
                    shown = {table.heading.label(name): tidy.cells[places[name]][row] for name in names}
                    yield Row(tidy.lines[row], shown)
    except FileFault:
        # What was read before the fault still counts.
        return


def phones_in(audience: Audience, folder: Path) -> Iterator[int]:
    """Every phone that can be read in a list, whatever else is wrong with its row; repeats, too.

    Args:
        audience: The list.
        folder: The working folder.
    """
    if audience.kind is Kind.PLACES:
        return
    try:
        table = open_table(audience, folder, lambda _problem: None)
        if table is None:
            return
        places = [table.heading.places[name] for name in ("phone", "phone2") if name in table.heading.places]
        for tidy in table.chunks(_ROWS):
            for place in places:
                values, faults = phones(tidy.cells[place])
                wrong = {row for row, _code in faults}
                yield from (value for row, value in enumerate(values) if value and row not in wrong)
    except FileFault:
        # What was read before the fault still counts.
        return


def _digits(cell: str) -> str:
    plain = cell if cell.isascii() else unicodedata.normalize("NFKC", cell)
    return _NO_DIGIT.sub("", plain)
