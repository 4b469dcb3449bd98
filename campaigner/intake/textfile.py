"""CSV and TSV files as chunks of rows with their physical lines.

The csv module reads them, not pandas: cells end as Python strings either way, and there it is faster at a
fraction of the memory, knows the physical line of every row, and takes ragged rows as they come.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice
from pathlib import Path

from campaigner.intake.charset import TextForm
from campaigner.intake.faults import FileFault, unreadable
from campaigner.intake.lines import Row, rows_of

LONGEST_LINE = 16 << 20
"""Bytes without a line break beyond which a file is not read on, so that memory stays flat."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some thousand rows as the file has them.

    Args:
        lines: Physical line on which each row begins.
        rows: Cells of each row, not necessarily of one length.
        faults: Position of a row that cannot be used -> code of the fault.
        ends: Position of such a row -> last physical line that it would have taken in.
    """

    lines: list[int]
    rows: list[list[str]]
    faults: dict[int, str] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Chunk":
        """These rows."""
        chunk = cls([], [])
        for position, (line, cells, fault, last, _is_open) in enumerate(rows):
            chunk.lines.append(line)
            chunk.rows.append(cells)
            if fault:
                chunk.faults[position] = fault
                chunk.ends[position] = last
        return chunk

    @classmethod
    def each(cls, rows: Iterator[Row], size: int) -> Iterator["Chunk"]:
        """These rows in chunks of so many."""
        while chunk := cls.of(islice(rows, size)):
            yield chunk

    def __len__(self) -> int:
        return len(self.lines)

    def below(self, line: int) -> "Chunk":
        """The rows that begin below a line; rows stand in order."""
        return self if not self or self.lines[0] > line else self.where([own > line for own in self.lines])

    def where(self, keep: Sequence[bool]) -> "Chunk":
        """Only some of the rows.

        Args:
            keep: One mark for each row.
        """
        places = {old: new for new, old in enumerate(compress(range(len(keep)), keep))}
        return Chunk(
            list(compress(self.lines, keep)),
            list(compress(self.rows, keep)),
            {places[old]: code for old, code in self.faults.items() if old in places},
            {places[old]: line for old, line in self.ends.items() if old in places},
        )


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
        width: Cells of its header line.
    """

    def __init__(self, path: Path, form: TextForm, width: int) -> None:
        self.path = path
        self.form = form
        self._width = width
        self.sha256 = ""

    def chunks(self, size: int) -> Iterator[Chunk]:
        """The rows from the first line on, blank ones as empty rows; see `rows_of` for unclosed quotation marks.

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
        lines = _Readable(text)
        rows = rows_of(lines, self.form.delimiter, self._width)
        yield from Chunk.each(rows, size)
        if lines.fault:
            raise lines.fault


class _Readable:
    """The lines of a text as far as they can be read, so that no line before a fault is lost."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.fault: FileFault | None = None

    def __iter__(self) -> Iterator[str]:
        try:
            yield from self._text
        except FileFault as fault:
            self.fault = fault
        except (OSError, UnicodeError) as error:
            self.fault = unreadable(error)
