"""A carrier's file opened: character set, delimiter, header line, whatever format it has; no audience, so no people."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from campaigner.domain.people import Audience, Kind
from campaigner.domain.problem import Level, Problem
from campaigner.intake.book.sheet import Sheet
from campaigner.intake.charset import first_rows, form_of
from campaigner.intake.faults import FileFault, unreadable
from campaigner.intake.headers import SEARCHED_ROWS, Heading, plain_header
from campaigner.intake.lexicon import words
from campaigner.intake.tables import OLE, ZIP, Table, magic_of
from campaigner.intake.textfile import Chunk, TextFile
from campaigner.intake.workbook import chunks_of, sheets_of

WORDS = words("receipts")
"""Headers, status words and texts of faults."""

Target = Callable[[str], str | None]
"""Which field of ours a header is; "" says nothing to us, None is unknown."""


class Opened:
    """A file with its first rows read.

    Args:
        path: The file.
        known: How much of a row is known; the delimiter that shows most is the right one.
        sheet: Which sheet of a workbook; "" means the first.

    Raises:
        FileFault: It cannot be read.
    """

    def __init__(self, path: Path, known: Callable[[Sequence[str]], int], sheet: str = "") -> None:
        self._digest, self._path = "", path
        self.sheet = ""
        """Name of the sheet that is read."""
        self.sheets: tuple[str, ...] = ()
        """Names of a workbook's sheets, in order."""
        try:
            if magic_of(path) in (ZIP, OLE):
                data = path.read_bytes()
                self._digest = hashlib.sha256(data).hexdigest()
                sheets = sheets_of(data)
                self.sheets = tuple(one.name for one in sheets)
                self._sheet: Sheet | None = next(
                    (one for one in sheets if one.name == sheet), sheets[0] if sheets else None
                )
                self.sheet = self._sheet.name if self._sheet else ""
                if self._sheet is None:
                    raise FileFault("workbook-damaged")
                top = next(chunks_of(self._sheet, SEARCHED_ROWS), Chunk([], []))
                self.top: list[tuple[int, list[str]]] = list(zip(top.lines, top.rows, strict=True))
                return
            self._sheet = None
            self._form = form_of(path, known, SEARCHED_ROWS)
            self.top = first_rows(path, self._form, SEARCHED_ROWS)
        except OSError as error:
            raise unreadable(error) from None
        except ValueError:
            raise FileFault("file-missing") from None

    def table(self, heading: Heading) -> Table:
        """The rows below a header line, as columns."""
        name = self._path.name
        source = self._sheet or TextFile(self._path, self._form, len(heading.cells))
        audience = Audience(name, Kind.PLACES, name)
        return Table(heading=heading, source=source, audience=audience, file=name, digest=self._digest)

    def chunks(self, width: int, size: int) -> Iterator[Chunk]:
        """All rows.

        Args:
            width: Cells of the header line; 0 where there is none.
            size: Most rows in a chunk.
        """
        if self._sheet is not None:
            return chunks_of(self._sheet, size)
        return TextFile(self._path, self._form, width).chunks(size)


def target_of(fields: Mapping[str, Sequence[str]], own: Mapping[str, str]) -> Target:
    """What headers mean.

    Args:
        fields: Our field -> plain headers.
        own: The carrier's own headers -> our field, which go first.
    """
    table = {header: name for name, headers in fields.items() for header in headers}
    mine = {plain_header(header): name for header, name in own.items()}
    return lambda header: {**table, **mine}.get(plain_header(header)) if header.strip() else ""


def known_cells(cells: Iterable[str], target: Target) -> int:
    """How many cells of a row are headers that we know, each field once."""
    return len({target(cell) for cell in cells} - {None, ""})


def find_heading(
    top: Sequence[tuple[int, list[str]]], target: Target
) -> tuple[Heading | None, dict[str, str], list[str]]:
    """The line among the first rows that has the most headers.

    Returns:
        The heading or None; fields that two columns have, with the second one's header; headers nobody knows.
    """
    scores = [known_cells(cells, target) for _, cells in top]
    if not any(scores):
        return None, {}, []
    line, cells = top[scores.index(max(scores))]
    places: dict[str, int] = {}
    twice: dict[str, str] = {}
    unknown: list[str] = []
    for position, cell in enumerate(cells):
        name = target(cell)
        if name is None:
            unknown.append(cell.strip()[:30])
        elif name in places:
            twice[name] = cell.strip()
        elif name:
            places[name] = position
    return Heading(line=line, cells=tuple(cells), places=places), twice, unknown


def told(
    code: str,
    source: str,
    line: int | None = None,
    column: str | None = None,
    *,
    value: str = "",
    level: Level = Level.BLOCK,
    **detail: object,
) -> Problem:
    """The problem of a code of `receipts.toml`, with its words.

    Args:
        code: Which.
        source: The file as the user knows it.
        line: Physical line.
        column: The carrier's header.
        value: The faulty text, already masked.
        level: How much it stops.
        detail: What the text names.
    """
    said = WORDS["faults"][code]
    return Problem(
        code, said["en"].format(**detail), said["zh"].format(**detail), source, line, column, value, level
    )
