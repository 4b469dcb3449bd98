"""Workbooks as chunks of rows: checked before they are unpacked, every cell as a clerk sees it."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any

import pandas as pd

from campaigner.intake.faults import FileFault
from campaigner.intake.rectangle import spanned
from campaigner.intake.textfile import Chunk
from campaigner.intake.unreckoned import unreckoned

UNPACKED = 1 << 30
"""Bytes to which a workbook may unpack."""
RATIO = 200
"""How many times its packed size a part beyond `SMALL_PART` may unpack to; sheets reach about 20."""
SMALL_PART = 16 << 20
CELLS = 50_000_000
"""Rows x columns of the used area of a sheet: the reader holds it as a rectangle, empty cells included."""

_OTHERS = frozenset({"xl/workbook.bin", "content.xml"})
"""Parts by which the reader would take the package for another kind, whose sheets nobody measured."""
_EXACT = 1e15
"""Floats from here on have lost digits: an identity number that was typed as a number."""


def check_package(file: IO[bytes]) -> None:
    """Refuse a package that is damaged or would unpack to more than this machine should hold.

    Every part is unpacked piece by piece, because the sizes that it states may be false.

    Args:
        file: The workbook, at any position.

    Raises:
        FileFault: It is damaged or too large.
    """
    try:
        with zipfile.ZipFile(file) as package:
            package.getinfo("xl/workbook.xml")
            _check_names(package.namelist())
            _check_sizes(package.infolist())
            for part in package.infolist():
                _check_part(package, part)
    except FileFault:
        raise
    except Exception as error:
        # BadZipFile, zlib.error, RuntimeError for a password, KeyError for another kind of package, SheetError.
        raise FileFault("workbook-damaged") from error


def _check_names(parts: list[str]) -> None:
    if _OTHERS.intersection(parts):
        raise FileFault("workbook-damaged")


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    """Refuse stated sizes that no sheet has, before anything is unpacked."""
    stated = sum(part.file_size for part in parts)
    dense = any(part.file_size > max(SMALL_PART, RATIO * part.compress_size) for part in parts)
    if stated > UNPACKED or dense:
        raise FileFault("workbook-too-large", reason=f"{stated >> 20} MiB")


def _check_part(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Unpack one part to the end, and measure the rectangle that it spans if it is a sheet.

    Sheets may have any name, so that every part is looked at.
    """
    with package.open(part) as stream:
        rows, columns = spanned(io.BufferedReader(_Limited(stream), 1 << 16))
    if rows * columns > CELLS:
        raise FileFault("workbook-too-large", reason=f"{rows} × {columns}")


class _Limited(io.RawIOBase):
    """A part that must not unpack to more than it may, whatever it says of itself."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._unpacked = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is, by unpacking anew."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        piece = self._stream.read(len(buffer))
        self._unpacked += len(piece)
        if self._unpacked > UNPACKED:
            raise FileFault("workbook-too-large", reason=f"> {UNPACKED >> 20} MiB")
        buffer[: len(piece)] = piece
        return len(piece)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go back to the beginning."""
        self._unpacked = 0
        return self._stream.seek(offset, whence)


class Workbook:
    """A workbook file, held in memory.

    Args:
        data: Its bytes.
        sheet: Name of the worksheet; "" means the first.
    """

    def __init__(self, data: bytes, sheet: str) -> None:
        if data.startswith(b"PK"):
            check_package(io.BytesIO(data))
        self._data = data
        self.sheets, self._frame = _frame(data, sheet)
        self.sheet = sheet or (self.sheets[0] if self.sheets else "")
        self._marks = unreckoned(data, self.sheet) if data.startswith(b"PK") else {}

    def chunks(self, size: int) -> Iterator[Chunk]:
        """The rows from the first sheet row on, blank ones included; a formula without a value shows as `#N/A`.

        Args:
            size: Rows in a chunk.
        """
        for start in range(0, len(self._frame), size):
            part = self._frame.iloc[start : start + size]
            columns = [
                [cell if type(cell) is str else _text(cell) for cell in part[name].tolist()]
                for name in part.columns
            ]
            rows = [list(cells) for cells in zip(*columns, strict=True)]
            for row in self._marks.keys() & range(start, start + len(rows)):
                for place, shown in self._marks[row].items():
                    if place < len(rows[row - start]) and not rows[row - start][place].strip():
                        rows[row - start][place] = shown
            yield Chunk(list(range(start + 1, start + 1 + len(rows))), rows)

    def others(self, count: int) -> Iterator[tuple[str, list[list[str]]]]:
        """The sheets that are not read, each with its first rows.

        Args:
            count: How many rows.
        """
        for name in self.sheets:
            if name != self.sheet:
                _names, frame = _frame(self._data, name, count)
                yield name, [[_text(cell) for cell in row] for row in frame.to_numpy(dtype=object).tolist()]


def _frame(data: bytes, sheet: str, count: int | None = None) -> tuple[list[str], pd.DataFrame]:
    """Names of all sheets, and the rows of one of them."""
    try:
        with pd.ExcelFile(io.BytesIO(data), engine="calamine") as book:
            names = [str(name) for name in book.sheet_names]
            if not sheet or sheet in names:
                frame = pd.read_excel(
                    book, sheet_name=sheet or 0, header=None, dtype=object, na_filter=False, nrows=count
                )
                return names, frame
    except Exception as error:
        # CalamineError, and whatever pandas makes of a table that is none.
        raise FileFault("workbook-damaged") from error
    except BaseException as error:
        # The native parser panics on some damaged files; its exception has no public name and no usual base.
        if type(error).__name__ != "PanicException":
            raise
        raise FileFault("workbook-damaged") from error
    raise FileFault("sheet-missing", sheets="、".join(names))


def _text(cell: Any) -> str:
    """A cell that is no text as text: whole numbers without a point, ISO dates, what lost digits in scientific form."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, int | float):
        return _number(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    return (
        cell.isoformat(*([" "] if isinstance(cell, datetime) else []))
        if isinstance(cell, date)
        else str(cell)
    )


def _number(cell: float) -> str:
    if cell != cell:  # noqa: PLR0124 - the way to tell a NaN
        return ""
    if abs(cell) >= _EXACT:
        return f"{cell:.14E}"
    return str(int(cell)) if cell == int(cell) else repr(float(cell))
