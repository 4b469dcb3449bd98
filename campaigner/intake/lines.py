"""Rows from lines of text: what a quotation mark that is not closed has joined is taken apart again."""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from campaigner.intake.faults import LONGEST_CELL

MOST_LINES = 10_000
MOST_CHARACTERS = 16 << 20
"""Lines and characters of one row beyond which it is no row, so that memory stays flat."""

_BREAK = re.compile(r"\r\n?|\n")
_KEPT = re.compile(r'="([^"]*)"')


class Row(NamedTuple):
    """A row as the file has it.

    Args:
        line: Physical line on which it begins.
        cells: What it holds; where there is a fault, the line cut at every delimiter.
        fault: Code of the fault of the row, "" if it has none.
        last: Last physical line that the faulty quotation mark took in; 0 without a fault.
        is_open: Whether the text ended within it, so that further lines might mend it.
    """

    line: int
    cells: list[str]
    fault: str = ""
    last: int = 0
    is_open: bool = False


class _Lines:
    """Lines for a csv reader, which remembers those of the row at work.

    Args:
        lines: Of the file, with their ends.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: list[str] = []
        self._characters = 0
        self.taken: list[str] = []
        self.cut = False
        """Whether the file ended within the row at work, which only an open quotation mark can bring about."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.taken:
            self._stop_endless_row()
        if self._again:
            line = self._again.pop()
        else:
            try:
                line = next(self._lines)
            except StopIteration:
                self.cut = bool(self.taken)
                raise
        self.taken.append(line)
        return line

    def _stop_endless_row(self) -> None:
        self._characters += len(self.taken[-1])
        if len(self.taken) >= MOST_LINES or self._characters > MOST_CHARACTERS:
            raise csv.Error

    def row(self) -> list[str]:
        """The lines of the row that was just read; the next row begins."""
        taken, self.taken, self._characters = self.taken, [], 0
        return taken

    def push_back(self, line: str) -> None:
        """Read a line anew, as the beginning of a row."""
        self._again.append(line)


def rows_of(lines: Iterable[str], delimiter: str, width: int = 0) -> Iterator[Row]:
    """The rows of a text, blank ones as rows without cells.

    A row of several lines is believed if its quotation marks stand where a program would write them and none
    of its further lines looks like a row. Else its first line is a faulty row, and each further line one of
    its own. Every line is read three times at most, whatever the file holds.

    Args:
        lines: With their ends, from the first on.
        delimiter: One character.
        width: Cells of the header line; 0 where not known yet.
    """
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter)
    first = 1
    while True:
        cells: list[str] | None = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # The longest field, or the longest row.
            pass
        taken = source.row()
        if (
            cells is not None
            and not source.cut
            and (len(taken) == 1 or _sound(taken, cells, delimiter, width))
        ):
            yield Row(first, _unmarked(taken, cells))
            first += len(taken)
            continue
        code = "quote-unclosed" if source.cut or len(taken) > 1 else "cell-too-long"
        is_open, source.cut = source.cut, False
        faulty = _faulty(first, taken[0], delimiter, code, first + len(taken) - 1)
        yield faulty._replace(is_open=is_open)
        if len(taken) > 1 and _alone(0, taken[-1], delimiter)[1]:
            # It opens a quotation mark of its own, which the faulty one above only seemed to close.
            source.push_back(taken.pop())
        for line, text in enumerate(taken[1:], first + 1):
            yield _alone(line, text, delimiter)[0]
        first += len(taken)


def unmarked(cell: str) -> str:
    """A cell without the marks by which spreadsheets keep a text a text: `'0012`, `="13800138000"`.

    Args:
        cell: As the file has it.
    """
    if cell.startswith("'") and len(cell) > 1:
        return cell[1:]
    match = _KEPT.fullmatch(cell)
    return match[1] if match else cell


def _unmarked(taken: list[str], cells: list[str]) -> list[str]:
    if not any("'" in text or "=" in text for text in taken):
        return cells
    return [unmarked(cell) for cell in cells]


def _sound(taken: list[str], cells: list[str], delimiter: str, width: int) -> bool:
    """Whether several lines are one row."""
    try:
        for _ in csv.reader(taken, delimiter=delimiter, strict=True):
            pass
    except csv.Error:
        return False
    # Commas before the first break are an address's own, unless the row lacks the cells that they would part.
    first = 0 if len(cells) < width else 1
    inner = (line for cell in cells for line in _BREAK.split(cell)[first:])
    return not any(_like_row(line, delimiter, width) for line in inner)


def _like_row(line: str, delimiter: str, width: int) -> bool:
    cells = line.split(delimiter)
    return len(cells) >= width > 1 and sum(map(bool, map(str.strip, cells))) > 1


def _alone(line: int, text: str, delimiter: str) -> tuple[Row, bool]:
    """A line as a row of its own, and whether a quotation mark stays open in it.

    A quotation mark that is left over makes it faulty: half a cell must not become somebody's name.
    """
    source = _Lines([text])
    try:
        cells = next(csv.reader(source, delimiter=delimiter))
    except csv.Error:
        return _faulty(line, text, delimiter, "cell-too-long", line), False
    if source.cut or any('"' in cell for cell in cells):
        return _faulty(line, text, delimiter, "quote-unclosed", line), source.cut
    return Row(line, _unmarked([text], cells)), False


def _faulty(line: int, text: str, delimiter: str, code: str, last: int) -> Row:
    """A row that cannot be used; its cells are guessed, because a refusal in it counts all the same."""
    cells = text.rstrip("\r\n").replace('"', "").split(delimiter)
    return Row(line, [cell[: LONGEST_CELL + 1] for cell in cells], code, last)
