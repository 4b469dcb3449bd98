"""The rows of a worksheet below its header line, as columns: merged cells filled down, hidden rows noted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from campaigner.intake.book.sheet import Block, Merged, Sheet
from campaigner.intake.columns import Numbers, Texts
from campaigner.intake.headers import Heading
from campaigner.intake.rows import EvenRows, Rows

_WORDS = 200
"""Different cells of a column without a header that are remembered."""


@dataclass(slots=True)
class Seen:
    """What was met in a sheet that its user should know; complete when its rows have been read.

    Args:
        filled: Column -> how many cells below the first of a merged range took its value.
        ranges: Column -> how many ranges these were.
        hidden: Rows that the sheet hides, and that were read all the same.
        unnamed: Column without a header -> the first line that has something in it, and some of what stands there.
    """

    filled: Counter[int] = field(default_factory=Counter)
    ranges: Counter[int] = field(default_factory=Counter)
    hidden: list[int] = field(default_factory=list)
    unnamed: dict[int, tuple[int, set[str]]] = field(default_factory=dict)

    def look_at(self, rows: Rows, places: Sequence[int]) -> None:
        """Remember what stands in columns without a header.

        Args:
            rows: Some rows.
            places: The columns.
        """
        for place in places:
            column = rows.cells[place]
            if isinstance(column, Texts) and not column.longest():
                continue
            for row, cell in enumerate(column):
                if word := cell.strip():
                    _line, words = self.unnamed.setdefault(place, (int(rows.lines[row]), set()))
                    if len(words) < _WORDS:
                        words.add(word)


def rows_below(sheet: Sheet, heading: Heading, size: int, seen: Seen) -> Iterator[EvenRows]:
    """The rows of a sheet below its header line, those with nothing in them left out.

    Args:
        sheet: Which.
        heading: Its header line.
        size: Most rows in a block.
        seen: Takes what was met.

    Raises:
        FileFault: The rest of the sheet cannot be read; what stood before was given out.
    """
    filler = _Filler(sheet.merged, heading, seen)
    for block in sheet.blocks():
        for start in range(0, len(block), size):
            rows = _rows(block.part(start, min(start + size, len(block))), heading, filler, seen)
            if len(rows):
                yield rows


def _rows(block: Block, heading: Heading, filler: "_Filler", seen: Seen) -> EvenRows:
    below = block.lines > heading.end
    cells = {place: block.cells(place) for place in heading.read}
    cells = filler.fill(block, cells)
    for place, value in heading.fixed.items():
        cells[place] = _or_else(cells.get(place), value, len(block))
    kept = block.filled() & below
    faults = np.flatnonzero(block.beyond(heading.columns) & kept)
    marks = dict.fromkeys(faults.tolist(), "row-too-long")
    for row in _repeated(cells, heading, len(block)):
        marks[row] = "header-repeated"
    if block.hidden:
        seen.hidden += block.lines[kept & np.isin(block.lines, np.array(block.hidden))].tolist()
    if kept.all():
        return EvenRows(Numbers(block.lines), cells, marks)
    places = np.cumsum(kept) - 1
    return EvenRows(
        Numbers(block.lines[kept]),
        {place: column.where(kept) for place, column in cells.items()},
        {int(places[row]): code for row, code in marks.items() if kept[row]},
    )


def _or_else(column: Texts | None, value: str, count: int) -> Texts:
    """A value in every cell that is empty."""
    if column is None or not column.longest():
        return Texts(pa.repeat(pa.scalar(value, pa.string()), count))
    return Texts(pa.array([cell if cell.strip() else value for cell in column], pa.string()))


def _repeated(cells: dict[int, Texts], heading: Heading, count: int) -> Sequence[int]:
    """Rows that are one of the header's lines again."""
    if "name" not in heading.places:
        return ()
    name = heading.places["name"]
    found: list[int] = []
    for line in heading.lines_of_header():
        if name < len(line) and line[name] and name in cells and cells[name].among((line[name],)):
            own = [(column, line[place] if place < len(line) else "")
                   for place, column in cells.items() if place not in heading.fixed]  # fmt: skip
            found += [row for row in range(count) if all(column[row] == text for column, text in own)]
    return found


class _Filler:
    """Fills what is written once in merged cells down to each of their rows.

    Args:
        merged: The merged cells of a sheet.
        heading: Its header line.
        seen: Takes how many cells were filled.
    """

    def __init__(self, merged: Sequence[Merged], heading: Heading, seen: Seen) -> None:
        self._ranges: dict[int, list[Merged]] = {}
        self._values: dict[Merged, str] = {}
        self._seen = seen
        for one in merged:
            if one.last > one.first > heading.end and one.left in heading.read:
                self._ranges.setdefault(one.left, []).append(one)

    def fill(self, block: Block, cells: dict[int, Texts]) -> dict[int, Texts]:
        """The columns of a block, filled.

        Args:
            block: Some rows, after all of those above.
            cells: Its columns.
        """
        if not self._ranges or not len(block):
            return cells
        first, last = int(block.lines[0]), int(block.lines[-1])
        seen = block.filled()
        for place, ranges in self._ranges.items():
            here = []
            while ranges and ranges[0].first <= last:
                if ranges[0].last < first:
                    ranges.pop(0)
                    continue
                here.append(ranges.pop(0))
            if here:
                cells[place] = self._column(block, place, cells[place], here, seen)
            self._ranges[place] = [one for one in here if one.last > last] + ranges
        return cells

    def _column(
        self, block: Block, place: int, column: Texts, ranges: Sequence[Merged], seen: npt.NDArray[np.bool_]
    ) -> Texts:
        texts = column.objects().copy()
        for one in ranges:
            start, stop = np.searchsorted(block.lines, [one.first, one.last + 1])
            if one not in self._values:
                self._values[one] = texts[start] if start < stop and block.lines[start] == one.first else ""
                self._seen.ranges[place] += bool(self._values[one])
            value = self._values[one]
            for row in range(start, stop):
                if value and seen[row] and not texts[row].strip():
                    texts[row] = value
                    self._seen.filled[place] += 1
            if one.last <= block.lines[-1]:
                del self._values[one]
        return Texts(pa.array(texts, pa.string()))
