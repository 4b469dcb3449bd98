"""What every reader of workbooks gives: sheets, and their cells in blocks of rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from campaigner.intake.columns import BLANK, Texts

NO_VALUE = "#N/A"
"""What stands for a formula that was never worked out."""
ROWS, COLUMNS = 1_048_576, 16_384
"""What a worksheet may have (ECMA-376, part 1, 18.3.1.73 and 18.3.1.4, as Excel limits them)."""

Places = npt.NDArray[np.int64]


class Merged(NamedTuple):
    """A range of merged cells: 1-based rows and 0-based columns, the last ones included."""

    first: int
    last: int
    left: int
    right: int


class Strings:
    """The texts that a workbook keeps in one place for all of its sheets.

    Args:
        texts: As Arrow has them.
    """

    def __init__(self, texts: Any) -> None:
        self.texts = pa.concat_arrays([pa.array([""], pa.string()), texts])
        """The same with an empty one in front, for cells that are not there."""
        blank = pc.match_substring_regex(self.texts, BLANK)
        self.blank: npt.NDArray[np.bool_] = blank.to_numpy(zero_copy_only=False)

    def __len__(self) -> int:
        return len(self.texts) - 1

    def objects(self, numbers: Places) -> npt.NDArray[np.object_]:
        """Plain texts by their numbers."""
        taken: npt.NDArray[np.object_] = self.texts.take(pa.array(numbers + 1)).to_numpy(zero_copy_only=False)
        return taken


@dataclass(slots=True, kw_only=True)
class Block:
    """The cells with a value of some rows, in order.

    Args:
        lines: 1-based number of each row that has one.
        row: Which of these rows each cell is in.
        column: 0-based column of each cell.
        texts: Plain texts of some cells, by their positions.
        spans: Some cells as a column of Arrow, by their positions, rows and the count of rows, where their texts stand
            in a file as they are; None where one of them does not.
        shared: Number of each cell's text among the workbook's own; -1 where it is none of them.
        strings: The workbook's own texts.
        solid: Which cells hold a number or the like, so that they are not empty.
        hidden: Rows that the sheet hides.
    """

    lines: Places
    row: Places
    column: Places
    texts: Callable[[Places], npt.NDArray[np.object_]]
    shared: Places | None = None
    strings: Strings | None = None
    solid: npt.NDArray[np.bool_] | None = None
    hidden: Sequence[int] = ()
    spans: Callable[[Places, Places, int], Any] | None = None
    _filled: npt.NDArray[np.bool_] | None = field(default=None, init=False)

    def __len__(self) -> int:
        return len(self.lines)

    def cells(self, place: int) -> Texts:
        """The texts of one column, "" where a row has none.

        Args:
            place: 0-based column.
        """
        chosen = np.flatnonzero(self.column == place)
        rows = self.row[chosen]
        if self.shared is not None and self.strings is not None:
            numbers = self.shared[chosen]
            if not len(chosen) or numbers.min() >= 0:
                taken = np.zeros(len(self), dtype=np.int64)
                taken[rows] = numbers + 1
                return Texts(self.strings.texts.take(pa.array(taken)))
        if self.spans is not None and (made := self.spans(chosen, rows, len(self))) is not None:
            return Texts(made)
        values = np.full(len(self), "", dtype=object)
        values[rows] = self.texts(chosen)
        return Texts(pa.array(values, pa.string()))

    def _seen(self) -> npt.NDArray[np.bool_]:
        """Which cells hold more than spaces."""
        if self._filled is None:
            self._filled = np.ones(len(self.row), dtype=bool)
            unsure = np.ones(len(self.row), dtype=bool) if self.solid is None else ~self.solid
            if self.shared is not None and self.strings is not None:
                own = self.shared >= 0
                self._filled[own] = ~self.strings.blank[self.shared[own] + 1]
                unsure &= ~own
            odd = np.flatnonzero(unsure)
            if len(odd):
                self._filled[odd] = [bool(text.strip()) for text in self.texts(odd)]
        return self._filled

    def filled(self) -> npt.NDArray[np.bool_]:
        """Which rows hold more than spaces."""
        marks = np.zeros(len(self), dtype=bool)
        marks[self.row[self._seen()]] = True
        return marks

    def beyond(self, width: int) -> npt.NDArray[np.bool_]:
        """Which rows hold more than spaces in a column from `width` on."""
        marks = np.zeros(len(self), dtype=bool)
        marks[self.row[self._seen() & (self.column >= width)]] = True
        return marks

    def part(self, start: int, stop: int) -> "Block":
        """Some of its rows."""
        first, last = np.searchsorted(self.row, [start, stop])
        texts, spans = self.texts, self.spans
        end = self.lines[min(stop, len(self)) - 1]
        return Block(
            lines=self.lines[start:stop],
            row=self.row[first:last] - start,
            column=self.column[first:last],
            texts=lambda chosen: texts(chosen + first),
            shared=self.shared[first:last] if self.shared is not None else None,
            strings=self.strings,
            solid=self.solid[first:last] if self.solid is not None else None,
            hidden=[line for line in self.hidden if self.lines[start] <= line <= end],
            spans=(lambda chosen, rows, count: spans(chosen + first, rows, count)) if spans else None,
        )

    def rows(self) -> list[list[str]]:
        """Row by row, each as far as its last cell."""
        found: list[list[str]] = [[] for _line in self.lines]
        texts = self.texts(np.arange(len(self.row))).tolist()
        for row, column, text in zip(self.row.tolist(), self.column.tolist(), texts, strict=True):
            cells = found[row]
            cells.extend([""] * (column - len(cells)))
            cells.append(text)
        return found


class Sheet(Protocol):
    """One sheet of a workbook."""

    @property
    def name(self) -> str:
        """As its tab shows it."""

    @property
    def hidden(self) -> bool:
        """Whether its tab is not shown."""

    @property
    def merged(self) -> Sequence[Merged]:
        """Its merged cells, from the top."""

    def blocks(self) -> Iterator[Block]:
        """Its rows with a value, some thousand at a time."""


def picked(text: npt.NDArray[np.uint8], begin: Places, end: Places, rows: Places, count: int) -> Any:
    """Pieces of some bytes as a column of Arrow, without making a text of Python of each.

    Args:
        text: The bytes, in UTF-8.
        begin: Where each piece begins.
        end: Where it ends.
        rows: Which row each is in, in order.
        count: How many rows there are; those without a piece are empty.
    """
    sizes = end - begin
    lengths = np.zeros(count, dtype=np.int64)
    lengths[rows] = sizes
    ends = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(lengths, out=ends[1:])
    taken = np.repeat(begin - ends[:-1][rows], sizes) + np.arange(int(sizes.sum()))
    return pa.StringArray.from_buffers(count, pa.py_buffer(ends), pa.py_buffer(text[taken]))


def block_of(rows: Sequence[tuple[int, Sequence[tuple[int, str]]]], hidden: Sequence[int] = ()) -> Block:
    """A block of rows that are there as texts.

    Args:
        rows: 1-based number of each row, and its cells: 0-based column and text.
        hidden: Rows that the sheet hides.
    """
    counts = [len(cells) for _line, cells in rows]
    texts = np.empty(sum(counts), dtype=object)
    texts[:] = [text for _line, cells in rows for _place, text in cells]
    return Block(
        lines=np.array([line for line, _cells in rows], dtype=np.int64),
        row=np.repeat(np.arange(len(rows)), counts),
        column=np.array([place for _line, cells in rows for place, _text in cells], dtype=np.int64),
        texts=lambda chosen: texts[chosen],
        hidden=hidden,
    )
