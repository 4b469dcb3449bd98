"""Workbooks of the old kind (XLS, and ET of WPS), read by xlrd with formats, merged cells, hidden rows and errors."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import xlrd
from xlrd.biffh import error_text_from_code

from campaigner.intake.book.exact import Row
from campaigner.intake.book.sheet import NO_VALUE, Block, Merged, block_of
from campaigner.intake.book.shown import PLAIN, Format, built_in, parse_format, show
from campaigner.intake.faults import FileFault

_ROWS = 5000
_OWN = 164
"""Number of the first format that a workbook may define itself; those below have the same meaning in each."""


@contextmanager
def _faults() -> Iterator[None]:
    """Turns whatever the reader makes of a damaged workbook into one fault."""
    try:
        yield
    except FileFault:
        raise
    except Exception as error:
        # XLRDError for a password, CompDocError, AssertionError, struct.error, IndexError and others.
        raise FileFault("workbook-damaged") from error


class OldBook:
    """A workbook of the old kind.

    Args:
        data: Its bytes.

    Raises:
        FileFault: It is damaged, has a password, or is none.
    """

    def __init__(self, data: bytes) -> None:
        with _faults():
            self._book: Any = xlrd.open_workbook(
                file_contents=data,
                formatting_info=True,
                on_demand=True,
                ragged_rows=True,
                logfile=io.StringIO(),
            )
            self._formats: Mapping[int, Format] = {
                number: built_in(number) if number < _OWN else parse_format(form.format_str or "")
                for number, form in self._book.format_map.items()
            }
        self.sheets: Sequence[OldSheet] = [
            OldSheet(self, number, str(name), hidden=bool(self._book._sheet_visibility[number]))  # noqa: SLF001
            for number, name in enumerate(self._book.sheet_names())
            if self._book._sheet_list is not None  # noqa: SLF001
        ]

    def load(self, number: int) -> Any:
        """One sheet, read."""
        with _faults():
            return self._book.sheet_by_index(number)

    def shown(self, cell: Any) -> str:
        """What a cell shows."""
        if cell.ctype == xlrd.XL_CELL_TEXT:
            before, after = self._format(cell).text
            return f"{before}{cell.value}{after}" if cell.value else ""
        if cell.ctype in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
            return show(float(cell.value), self._format(cell), since_1904=bool(self._book.datemode))
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return "1" if cell.value else "0"
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return str(error_text_from_code.get(cell.value, NO_VALUE))
        return ""

    def _format(self, cell: Any) -> Format:
        style = self._book.xf_list[cell.xf_index] if cell.xf_index is not None else None
        return self._formats.get(style.format_key, PLAIN) if style is not None else PLAIN


class OldSheet:
    """A sheet of such a workbook.

    Args:
        book: Whose it is.
        number: Which one.
        name: As its tab shows it.
        hidden: Whether its tab is not shown.
    """

    def __init__(self, book: OldBook, number: int, name: str, *, hidden: bool) -> None:
        self._book, self._number = book, number
        self.name, self.hidden = name, hidden

    @property
    def merged(self) -> Sequence[Merged]:
        """Its merged cells, from the top."""
        ranges = self._book.load(self._number).merged_cells
        return tuple(sorted(Merged(top + 1, bottom, left, right - 1) for top, bottom, left, right in ranges))

    def blocks(self) -> Iterator[Block]:
        """Its rows with a value."""
        with _faults():
            sheet = self._book.load(self._number)
            rows: list[Row] = []
            for number in range(sheet.nrows):
                cells = [(place, self._book.shown(cell)) for place, cell in enumerate(sheet.row(number))]
                filled = [cell for cell in cells if cell[1]]
                if filled:
                    rows.append((number + 1, filled))
                if len(rows) >= _ROWS:
                    yield self._block(sheet, rows)
                    rows = []
            if rows:
                yield self._block(sheet, rows)

    def _block(self, sheet: Any, rows: Sequence[Row]) -> Block:
        hidden = [line for line, _cells in rows if getattr(sheet.rowinfo_map.get(line - 1), "hidden", 0)]
        return block_of(rows, hidden)
