"""CSV and TSV files as chunks of rows with their physical lines.

The csv module reads them, not pandas: cells end as Python strings either way, and there it is faster at a
fraction of the memory, knows the physical line of every row, and takes ragged rows as they come.
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from campaigner.intake.charset import TextForm
from campaigner.intake.faults import LONGEST_CELL, FileFault

LONGEST_LINE = 16 << 20
"""Bytes without a line break beyond which a file is not read on, so that memory stays flat."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some thousand rows as the file has them.

    Args:
        lines: Physical line on which each row begins.
        rows: Cells of each row, not necessarily of one length.
    """

    lines: list[int]
    rows: list[list[str]]


class HashedFile(io.RawIOBase):
    """A file that knows the SHA-256 of what was read from it, and stops at a line without an end."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self._hash = hashlib.sha256()
        self._unbroken = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read, and account for what was read."""
        count = self._file.readinto(buffer) or 0
        piece = memoryview(buffer)[:count]
        self._hash.update(piece)
        data = bytes(piece)
        end = max(data.rfind(b"\n"), data.rfind(b"\r"))
        self._unbroken = count - end - 1 if end >= 0 else self._unbroken + count
        if self._unbroken > LONGEST_LINE:
            raise FileFault("line-too-long", limit=f"{LONGEST_LINE >> 20} MiB")
        return count

    def close(self) -> None:
        """Close the file beneath too."""
        self._file.close()
        super().close()

    def sha256(self) -> str:
        """Of the whole file: what was not asked for is read now."""
        while piece := self._file.read(1 << 20):
            self._hash.update(piece)
        return self._hash.hexdigest()


class TextFile:
    """A CSV or TSV file, read once.

    Args:
        path: The file.
        form: Its character set and delimiter.
    """

    def __init__(self, path: Path, form: TextForm) -> None:
        self.path = path
        self.form = form
        self.sha256 = ""

    def chunks(self, size: int) -> Iterator[Chunk]:
        """The rows from the first line on, blank ones as empty rows.

        Args:
            size: Rows in a chunk.

        Raises:
            FileFault: The rest cannot be read; what stood before was given out.
        """
        raw = HashedFile(self.path)
        buffered = io.BufferedReader(raw, 1 << 18)
        with io.TextIOWrapper(buffered, self.form.charset, self.form.errors, newline="") as text:
            try:
                yield from self._chunks(text, size)
            finally:
                self.sha256 = raw.sha256()

    def _chunks(self, text: io.TextIOWrapper, size: int) -> Iterator[Chunk]:
        reader = csv.reader(text, delimiter=self.form.delimiter)
        start = 1
        while True:
            rows: list[list[str]] = []
            ends: list[int] = []
            fault = None
            try:
                for row in islice(reader, size):
                    rows.append(row)
                    ends.append(reader.line_num)
            except (csv.Error, OSError, UnicodeError, FileFault) as error:
                fault = _fault(error, ends[-1] + 1 if ends else start, reader.line_num)
            if rows:
                yield Chunk([start, *(end + 1 for end in ends[:-1])], rows)
                start = ends[-1] + 1
            if fault:
                raise fault
            if len(rows) < size:
                return


def _fault(error: Exception, first: int, last: int) -> FileFault:
    """What is said about a file that cannot be read on from the row that begins at line `first`."""
    if isinstance(error, FileFault):
        return error
    if isinstance(error, csv.Error):
        return FileFault("quote-unclosed", first, first=str(first), last=str(max(first, last)))
    return FileFault("file-unreadable", first, reason=type(error).__name__)


def swallowed(row: list[str]) -> int:
    """How many further lines an unclosed quotation mark took into one cell of the row; 0 if none."""
    return max((_breaks(cell) for cell in row if len(cell) > LONGEST_CELL), default=0)


def _breaks(cell: str) -> int:
    return cell.rstrip().count("\n") or cell.rstrip().count("\r")
