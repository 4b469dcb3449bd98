"""An audience's file opened: whichever format it has, its header line and its rows in chunks."""

import errno
import hashlib
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from campaigner.domain.people import Audience, Kind
from campaigner.domain.problem import Problem
from campaigner.intake.charset import first_rows, form_of
from campaigner.intake.faults import FileFault, unreadable
from campaigner.intake.headers import SEARCHED_ROWS, Heading, find_heading, known_headers, target_of
from campaigner.intake.permission import permission_of
from campaigner.intake.quick import STRIP, is_quick, rows_below
from campaigner.intake.rows import Rows, gathered
from campaigner.intake.textfile import Chunk, TextFile
from campaigner.intake.workbook import Workbook

LARGEST_TEXT = 4 << 30
LARGEST_WORKBOOK = 256 << 20
"""Bytes; a workbook is held in memory, a text file is not."""

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal.

    Args:
        path: The file.

    Raises:
        OSError: It cannot be read, or is no plain file and might have no end.
    """
    if not path.is_file():
        raise OSError(errno.EINVAL, "not a plain file")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(slots=True)
class Table:
    """An opened file.

    Args:
        heading: Its header line.
        source: The whole file, header line included.
        digest: SHA-256 of the bytes of a workbook; that of a text file is known when it has been read.
    """

    heading: Heading
    source: TextFile | Workbook
    digest: str = ""

    @property
    def sha256(self) -> str:
        """Of the file's bytes; "" before a text file has been read to the end."""
        return self.source.sha256 if isinstance(self.source, TextFile) else self.digest

    def picked(self, places: Mapping[str, int]) -> "Table":
        """The same with those of its columns that are looked at, since to make the others takes its time.

        Args:
            places: Any name -> position; `name` must be among them.
        """
        return replace(self, heading=replace(self.heading, places=places))

    def chunks(self, size: int) -> Iterator[Rows]:
        """The rows below the header line, as columns.

        Args:
            size: Rows in a chunk, more or less.

        Raises:
            FileFault: The rest of the file cannot be read.
        """
        if isinstance(self.source, TextFile) and is_quick(self.source):
            yield from rows_below(self.source, self.heading, size)
        else:
            strip = min(STRIP, size)
            yield from gathered(self.source.chunks(strip), self.heading, size - strip + 1)


def open_table(audience: Audience, folder: Path, report: Callable[[Problem], None]) -> Table | None:
    """Open an audience's file and find its header line.

    Args:
        audience: Whose file it is.
        folder: The working folder.
        report: Takes the problems.

    Returns:
        The table; None where no row of the file can be used, which was then reported.

    Raises:
        FileFault: The file cannot be read.
    """
    path = folder / audience.file
    try:
        magic = magic_of(path)
        if magic in (ZIP, OLE):
            return _open_workbook(path, audience, report)
        return _open_text(path, audience, report)
    except OSError as error:
        raise unreadable(error) from error
    except ValueError as error:
        # A path with a NUL in it.
        raise FileFault("file-missing") from error


def unread_refusals(table: Table, audience: Audience) -> Iterator[tuple[str, str]]:
    """Sheets of a workbook that are not read and have a column that speaks of refusing, each with its header.

    Args:
        table: The list, opened.
        audience: Whose it is.
    """
    if isinstance(table.source, Workbook) and audience.kind is not Kind.PLACES:
        for sheet, rows in table.source.others(SEARCHED_ROWS):
            for cells in rows:
                telephone = any(target_of(cell, audience) in {"phone", "phone2"} for cell in cells)
                headers = [cell.strip() for cell in cells if permission_of(cell) is not None]
                if telephone and (headers or permission_of(sheet) is not None):
                    yield sheet, headers[0] if headers else sheet
                    break


def magic_of(path: Path) -> bytes:
    """The first bytes of a file that is neither empty nor too large."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
        # A pipe would never end, a device never begin.
        raise FileFault("file-unreadable", reason="not a plain file", reason_zh="不是普通文件")
    size = found.st_size
    with path.open("rb") as file:
        magic = file.read(4)
    limit = LARGEST_WORKBOOK if magic in (ZIP, OLE) else LARGEST_TEXT
    if size > limit:
        raise FileFault("file-too-large", limit=f"{limit >> 20} MiB")
    if not magic:
        raise FileFault("file-empty")
    return magic


def _open_workbook(path: Path, audience: Audience, report: Callable[[Problem], None]) -> Table | None:
    data = path.read_bytes()
    book = Workbook(data, audience.sheet)
    first = next(book.chunks(SEARCHED_ROWS), Chunk([], []))
    heading = find_heading(list(zip(first.lines, first.rows, strict=True)), audience, report)
    return Table(heading, book, hashlib.sha256(data).hexdigest()) if heading else None


def _open_text(path: Path, audience: Audience, report: Callable[[Problem], None]) -> Table | None:
    form = form_of(path, lambda cells: known_headers(cells, audience), SEARCHED_ROWS)
    heading = find_heading(first_rows(path, form, SEARCHED_ROWS), audience, report)
    return Table(heading, TextFile(path, form, len(heading.cells))) if heading else None
