"""The shape of rows: blank ones out, short ones filled, long ones found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from campaigner.intake.faults import FileFault
from campaigner.intake.headers import Heading
from campaigner.intake.textfile import Chunk


@dataclass(frozen=True, slots=True)
class Strip:
    """Some hundred rows that all have the width of the header line.

    Args:
        lines: Physical line on which each row begins.
        rows: Cells of each row.
        faults: Position of a row that cannot be used -> code of the fault.
        ends: Position of a row with an open quotation mark -> last physical line that it would have taken in.
    """

    lines: list[int]
    rows: list[list[str]]
    faults: dict[int, str]
    ends: dict[int, int]


@dataclass(frozen=True, slots=True)
class EvenRows:
    """Rows as columns, each with its line and its width, so that nothing is wrong with the shape of any.

    Args:
        lines: Physical line on which each row begins.
        cells: Position of a column that is kept -> its cells.
        faults: Position of a row that cannot be used -> code of the fault: none here.
        ends: Position of a row with an open quotation mark -> last physical line of it: none here.
    """

    lines: Sequence[int]
    cells: Mapping[int, Sequence[str]]
    faults: Mapping[int, str] = field(default_factory=dict)
    ends: Mapping[int, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lines)


class Tidy:
    """Rows turned into columns, put together from strips.

    Args:
        places: Positions of the columns that are kept; the cells of the others end here.
    """

    def __init__(self, places: Iterable[int]) -> None:
        self.lines: list[int] = []
        self.cells: dict[int, list[str]] = {place: [] for place in places}
        self.faults: dict[int, str] = {}
        self.ends: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.lines)

    def add(self, strip: Strip) -> None:
        """Append the rows of a strip."""
        before = len(self.lines)
        self.faults |= {before + position: code for position, code in strip.faults.items()}
        self.ends |= {before + position: line for position, line in strip.ends.items()}
        self.lines += strip.lines
        if strip.rows:
            columns = list(zip(*strip.rows, strict=True))
            for place, cells in self.cells.items():
                cells.extend(columns[place])


Rows = EvenRows | Tidy


def gathered(chunks: Iterable[Chunk], heading: Heading, enough: int) -> Iterator[Tidy]:
    """The rows below the header line, put together.

    Args:
        chunks: The file, or a piece of it, from wherever it begins.
        heading: The header line.
        enough: Rows that are handed on; one chunk more may come on top.

    Raises:
        FileFault: The rest of the chunks cannot be read; what stood before was given out.
    """
    together = Tidy(heading.read)
    try:
        for chunk in chunks:
            if below := chunk.below(heading.end):
                together.add(tidy(below, heading))
            if len(together) >= enough:
                yield together
                together = Tidy(heading.read)
    except FileFault:
        yield together
        raise
    if together:
        yield together


def tidy(chunk: Chunk, heading: Heading) -> Strip:
    """The rows of a chunk that hold anything, in one width.

    Args:
        chunk: As read.
        heading: The header line, whose cells give the width.
    """
    filled = [any(map(str.strip, row)) for row in chunk.rows]
    for position in chunk.faults:
        filled[position] = True
    if not all(filled):
        chunk = chunk.where(filled)
    rows, faults = chunk.rows, chunk.faults.copy()
    width = len(heading.cells)
    headers = [list(line) for line in heading.lines_of_header()]
    if set(map(len, rows)) - {width}:
        usual = max(width, heading.width)
        rows = [_fitted(row, width, usual, position, faults) for position, row in enumerate(rows)]
    for position, row in enumerate(rows):
        if row in headers:
            faults[position] = "header-repeated"
    return Strip(chunk.lines, rows, faults, chunk.ends)


def _fitted(row: list[str], width: int, usual: int, position: int, faults: dict[int, str]) -> list[str]:
    """The row in the given width; cells that are too many are a fault, empty ones where its neighbours have fewer."""
    if len(row) > usual or any(map(str.strip, row[width:])):
        faults.setdefault(position, "row-too-long")
    return row[:width] + [""] * (width - len(row))
