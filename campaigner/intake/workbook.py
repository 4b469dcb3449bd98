"""Workbooks of every kind as sheets, each with its rows as a clerk sees them."""

from collections.abc import Iterator, Sequence

from campaigner.intake.book import exact, quick
from campaigner.intake.book.exact import Values
from campaigner.intake.book.old import OldBook
from campaigner.intake.book.package import Package, Part, faults
from campaigner.intake.book.sheet import Block, Merged, Sheet
from campaigner.intake.textfile import Chunk


class XlsxSheet:
    """A sheet of an XLSX file.

    Args:
        package: The file.
        part: Which of its parts.
        values: What its cells show.
        simple: Whether to read it by a parser of XML alone, which takes its time.
    """

    def __init__(self, package: Package, part: Part, values: Values, *, simple: bool = False) -> None:
        self._package, self._part, self._values = package, part, values
        self._read = exact.blocks if simple else quick.blocks
        self._merged: Sequence[Merged] | None = None

    @property
    def name(self) -> str:
        """As its tab shows it."""
        return self._part.name

    @property
    def hidden(self) -> bool:
        """Whether its tab is not shown."""
        return self._part.hidden

    @property
    def merged(self) -> Sequence[Merged]:
        """Its merged cells, from the top."""
        if self._merged is None:
            self._merged = self._package.merged(self._part.path)
        return self._merged

    def blocks(self) -> Iterator[Block]:
        """Its rows with a value, some thousand at a time.

        Raises:
            FileFault: The rest of it cannot be read; what stood before was given out.
        """
        with faults(), self._package.open(self._part.path) as stream:
            yield from self._read(stream, self._values)


def sheets_of(data: bytes, *, simple: bool = False) -> Sequence[Sheet]:
    """The sheets of a workbook, in order.

    Args:
        data: The bytes of the file.
        simple: Whether to read an XLSX file by a parser of XML alone, which takes its time.

    Raises:
        FileFault: It is damaged, has a password, or is none.
    """
    if not data.startswith(b"PK"):
        return OldBook(data).sheets
    package = Package(data)
    values = Values(package)
    return [XlsxSheet(package, part, values, simple=simple) for part in package.parts]


def chunks_of(sheet: Sheet, size: int) -> Iterator[Chunk]:
    """The rows of a sheet as they stand, each as far as its last cell.

    Args:
        sheet: Which.
        size: Most rows in a chunk.
    """
    for block in sheet.blocks():
        for start in range(0, len(block), size):
            part = block.part(start, min(start + size, len(block)))
            yield Chunk(part.lines.tolist(), part.rows())
