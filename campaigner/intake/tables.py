"""An audience's file or files opened: whichever format they have, each table's header line and its rows as columns."""

import errno
import hashlib
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from campaigner.domain.people import Audience
from campaigner.domain.problem import Problem
from campaigner.intake.asking import notes_of, questions
from campaigner.intake.book.sheet import Merged, Sheet
from campaigner.intake.charset import first_rows, form_of
from campaigner.intake.choosing import Chosen, choose
from campaigner.intake.faults import FileFault, problem_of, unreadable
from campaigner.intake.filenames import files_of
from campaigner.intake.headers import SEARCHED_ROWS, Heading, find_heading, known_headers
from campaigner.intake.headlines import MOST_LINES, Top, arranged
from campaigner.intake.quick import STRIP, is_quick, rows_below
from campaigner.intake.rows import Rows, gathered
from campaigner.intake.sheetrows import Seen
from campaigner.intake.sheetrows import rows_below as sheet_rows_below
from campaigner.intake.textfile import TextFile
from campaigner.intake.workbook import sheets_of

LARGEST_TEXT = 4 << 30
LARGEST_WORKBOOK = 256 << 20
"""Bytes; a workbook is held in memory, packed as it is; a text file is not."""

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_FIRST = SEARCHED_ROWS + MOST_LINES
_FORBIDDEN = frozenset({"title-enforcement", "header-enforcement", "header-protected"})
"""Files that are no audience, whatever their other headers are."""
_PAGE = (b"<html", b"<!doctype html", b"<table", b"<head", b"<meta", b"<body", b"<div", b"<style")
_XML_2003 = b"schemas-microsoft-com:office:spreadsheet"


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


@dataclass(slots=True, kw_only=True)
class Table:
    """An opened file, or one sheet of it.

    Args:
        heading: Its header line.
        source: The whole of it, header line included.
        audience: Whose it is, with `file` as the user knows the table, so with its sheet where there are others.
        file: The file alone.
        digest: SHA-256 of the bytes of a workbook; that of a text file is known when it has been read.
        seen: What was met in it besides its rows.
    """

    heading: Heading
    source: TextFile | Sheet
    audience: Audience
    file: str
    digest: str = ""
    seen: Seen = field(default_factory=Seen)

    @property
    def name(self) -> str:
        """As the user knows it."""
        return self.audience.file

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
        for rows in self._chunks(size):
            self.seen.look_at(rows, self.heading.blank)
            yield rows

    def _chunks(self, size: int) -> Iterator[Rows]:
        if not isinstance(self.source, TextFile):
            yield from sheet_rows_below(self.source, self.heading, size, self.seen)
        elif is_quick(self.source):
            yield from rows_below(self.source, self.heading, size)
        else:
            strip = min(STRIP, size)
            yield from gathered(self.source.chunks(strip), self.heading, size - strip + 1)

    def notes(self) -> list[Problem]:
        """What was met in the table that its user should know, when its rows have been read."""
        return notes_of(self.seen, self.heading, self.audience)


def open_tables(
    audience: Audience, folder: Path, report: Callable[[Problem], None], found: dict[str, str] | None = None
) -> Iterator[Table]:
    """Open an audience's files, and find the header line of each table in them.

    Args:
        audience: Whose files they are.
        folder: The working folder.
        report: Takes the problems, also those of files that cannot be read.
        found: Takes the files that were opened: name -> SHA-256 of a workbook, "" of a text file.

    Returns:
        Those tables of which rows can be used, in order.
    """
    try:
        files = files_of(audience, folder)
    except FileFault as fault:
        report(problem_of(fault.code, audience.file, detail=fault.detail))
        return
    for file in files:
        mine = replace(audience, file=file)
        try:
            magic = magic_of(folder / file)
            if found is not None:
                found[file] = ""
            if magic in (ZIP, OLE):
                yield from _workbook(folder / file, mine, report, found)
            elif (table := _text(folder / file, mine, report)) is not None:
                yield table
        except FileFault as fault:
            report(problem_of(fault.code, file, fault.line, detail=fault.detail))
        except OSError as error:
            unread = unreadable(error)
            report(problem_of(unread.code, file, detail=unread.detail))
        except ValueError:
            # A path with a NUL in it.
            report(problem_of("file-missing", file))


def magic_of(path: Path) -> bytes:
    """The first bytes of a file that is neither empty nor too large."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
        # A pipe would never end, a device never begin.
        raise FileFault("file-unreadable", reason="not a plain file", reason_zh="不是普通文件")
    size = found.st_size
    with path.open("rb") as file:
        head = file.read(1024)
    magic = head[:4]
    limit = LARGEST_WORKBOOK if magic in (ZIP, OLE) else LARGEST_TEXT
    if size > limit:
        raise FileFault("file-too-large", limit=f"{limit >> 20} MiB")
    if not magic:
        raise FileFault("file-empty")
    _check_kind(path, head)
    return magic


def _check_kind(path: Path, head: bytes) -> None:
    """Name what is no list whatever its name says: a web page, a program's lock file."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(_PAGE) or (text.startswith(b"<?xml") and (b"<html" in text or _XML_2003 in text)):
        raise FileFault("file-web-page")
    if path.name.startswith("~$"):
        raise FileFault("file-lock")


def _workbook(
    path: Path, audience: Audience, report: Callable[[Problem], None], found: dict[str, str] | None
) -> Iterator[Table]:
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if found is not None:
        found[audience.file] = digest
    for chosen in choose(sheets_of(data), audience, digest, report):
        heading = _heading(chosen.top, chosen.merged, chosen.audience, report, sheet=True)
        if heading is not None:
            table = Table(
                heading=_with_sheet(heading, chosen),
                source=chosen.sheet,
                audience=chosen.audience,
                file=audience.file,
                digest=digest,
            )
            yield table


def _with_sheet(heading: Heading, chosen: Chosen) -> Heading:
    """The heading, with a column for the name of the sheet if it is to be one."""
    column = chosen.audience.sheet_is
    if not column:
        return heading
    if column in heading.places:
        return replace(heading, fixed={heading.places[column]: chosen.sheet.name.strip()})
    place = len(heading.cells)
    return replace(
        heading, cells=(*heading.cells, "工作表名"), added=1,
        places={**heading.places, column: place}, fixed={place: chosen.sheet.name.strip()},
    )  # fmt: skip


def _text(path: Path, audience: Audience, report: Callable[[Problem], None]) -> Table | None:
    form = form_of(path, lambda cells: known_headers(cells, audience), SEARCHED_ROWS)
    top = first_rows(path, form, _FIRST)
    heading = _heading(top, (), audience, report, sheet=False)
    if heading is None:
        return None
    source = TextFile(path, form, len(heading.cells))
    return Table(heading=heading, source=source, audience=audience, file=audience.file)


def _heading(
    rows: list[tuple[int, list[str]]],
    merged: Sequence[Merged],
    audience: Audience,
    report: Callable[[Problem], None],
    *,
    sheet: bool,
) -> Heading | None:
    """The header line among the first rows, with what is to be asked about it."""
    top: Top = arranged(rows, merged, audience, sheet=sheet)
    told: list[Problem] = []
    heading = find_heading(list(islice(top.rows, SEARCHED_ROWS)), audience, told.append)
    for problem in told:
        report(problem)
    if _FORBIDDEN.isdisjoint(problem.code for problem in told):
        questions(top, heading, audience, report)
    if heading is None:
        return None
    blank = tuple(place for place, cell in enumerate(heading.cells) if not cell.strip())
    return replace(heading, last=top.last, raw=top.raw, blank=blank)
