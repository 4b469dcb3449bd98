"""Numbers that want no more messages, from a carrier's or an office's file in whatever form it has."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from campaigner.domain.phone import NO_MOBILE, masked_phone, parse_phone
from campaigner.domain.problem import Level, Problem
from campaigner.domain.receipt import OptOut
from campaigner.intake.carrierfile import WORDS, Opened, find_heading, known_cells, target_of, told
from campaigner.intake.faults import FileFault, problem_of
from campaigner.intake.headers import SEARCHED_ROWS, Heading
from campaigner.intake.lexicon import TOTAL_ROWS
from campaigner.intake.moments import parse_moment
from campaigner.intake.textfile import Chunk

_BETWEEN = re.compile(r"[,;，；、/|\s]+")
_DIGIT = re.compile(r"\d")
_LONG_NUMBER = re.compile(r"\d{5,}")
_REASON = 40


@dataclass(slots=True)
class OptOutTotals:
    """What an opt-out file came to; rows = taken + refused.

    Args:
        rows: Rows that are neither blank nor a title.
        taken: Rows with at least one number.
        refused: Rows without one.
        numbers: Different numbers.
    """

    rows: int = 0
    taken: int = 0
    refused: int = 0
    numbers: int = 0


class OptOutReader:
    """Reads one file: a list of numbers, or a table with a column of them; CSV, TSV, plain text or workbook.

    A refusal is stronger than any fault beside it: a row counts if it has a number, and with all that it has. Every
    sheet of a workbook is read.

    Args:
        path: The file.
        source: Its name as the user knows it.
        zone: The zone that its times are in.
        report: Takes every problem as it is found.
        block_rows: Rows of the file that become one block.
    """

    def __init__(
        self,
        path: Path,
        source: str,
        zone: tzinfo,
        report: Callable[[Problem], None],
        *,
        block_rows: int = 5000,
    ) -> None:
        self._path, self._name, self._zone, self._report = path, source, zone, report
        self._source = source
        """The file, with the sheet at work where there are several."""
        self._begun = False
        """Whether a number was met in the sheet at work."""
        self._target = target_of(WORDS["optout"], {})
        self._block_rows = block_rows
        self._seen: set[int] = set()
        self.totals = OptOutTotals()
        """Complete when `blocks` is exhausted."""

    def blocks(self) -> Iterator[list[OptOut]]:
        """The numbers, each with its line; a number that stands there twice comes twice. Read anew each time."""
        self.totals, self._seen = OptOutTotals(), set()
        self._source, sheets = self._name, [""]
        try:
            first = Opened(self._path, self._known)
            sheets = list(first.sheets) or [""]
            for sheet in sheets:
                self._source = self._name if len(sheets) == 1 else f"{self._name}[{sheet}]"
                opened = first if sheet == sheets[0] else Opened(self._path, self._known, sheet)
                yield from self._sheet(opened)
        except FileFault as fault:
            self._report(problem_of(fault.code, self._source, fault.line, detail=fault.detail))
        self.totals.numbers = len(self._seen)

    def _sheet(self, opened: Opened) -> Iterator[list[OptOut]]:
        """The numbers of one sheet, or of a file that has none."""
        self._begun = False
        heading, _twice, _unknown = find_heading(opened.top, self._target)
        if heading is not None and "phone" not in heading.places:
            heading = None
        width = len(heading.cells) if heading else 0
        for chunk in opened.chunks(width, self._block_rows):
            block = self._block(chunk, heading)
            if block:
                yield block

    def _known(self, cells: Sequence[str]) -> int:
        """Headers that are known, and cells that are numbers: files without headers have a delimiter, too."""
        return known_cells(cells, self._target) + sum(_number(cell) > 0 for cell in cells)

    def _block(self, chunk: Chunk, heading: Heading | None) -> list[OptOut]:
        found: list[OptOut] = []
        for line, cells in zip(chunk.lines, chunk.rows, strict=True):
            if not any(map(str.strip, cells)) or (heading and line <= heading.line):
                continue
            numbers = _numbers(cells, heading)
            if not numbers and (self._is_title(line, cells, heading) or _is_sum(cells)):
                self._report(told("optout-title", self._source, line, level=Level.INFO))
                continue
            self.totals.rows += 1
            if not numbers:
                self.totals.refused += 1
                self._refuse(line, cells, heading)
                continue
            self.totals.taken += 1
            self._begun = True
            if heading and not _is_whole(_cell(cells, heading, "phone")):
                # The numbers that can be read count; another one of this row cannot.
                self._refuse(line, cells, heading)
            self._seen.update(numbers)
            at, reason = self._beside(line, cells, heading)
            found += [OptOut(number, line, at, reason) for number in numbers]
        return found

    def _is_title(self, line: int, cells: list[str], heading: Heading | None) -> bool:
        """A line above the first number that has no digit at all."""
        above = heading is None and not self._begun and line <= SEARCHED_ROWS
        return above and not any(map(_DIGIT.search, cells))

    def _beside(self, line: int, cells: list[str], heading: Heading | None) -> tuple[datetime | None, str]:
        """Time and reason, where the table has them."""
        text = _cell(cells, heading, "at")
        at = parse_moment(text, self._zone) if text else None
        if text and at is None and heading:
            column = heading.label("at")
            self._report(told("optout-time", self._source, line, column, level=Level.WARN))
        reason = "".join(c for c in " ".join(_cell(cells, heading, "reason").split()) if c.isprintable())
        return at, _LONG_NUMBER.sub("***", reason)[:_REASON]

    def _refuse(self, line: int, cells: list[str], heading: Heading | None) -> None:
        column = heading.label("phone") if heading else None
        text = _cell(cells, heading, "phone") if heading else next(filter(None, map(str.strip, cells)))
        shown = "".join(c if c.isprintable() else "?" for c in text)[:_REASON]
        level = Level.WARN if parse_phone(text) in NO_MOBILE else Level.BLOCK
        self._report(
            told("optout-no-number", self._source, line, column, value=masked_phone(shown), level=level)
        )


def _numbers(cells: list[str], heading: Heading | None) -> list[int]:
    """The numbers of a row in order: those of its column and of cells beyond the headers, or of all where none are."""
    wanted = [_cell(cells, heading, "phone"), *cells[len(heading.cells) :]] if heading else cells
    found: dict[int, None] = {}
    for cell in wanted:
        whole = _number(cell)
        pieces = [whole] if whole else [_number(piece) for piece in _BETWEEN.split(cell)]
        found |= dict.fromkeys(number for number in pieces if number)
    return list(found)


def _is_whole(cell: str) -> bool:
    """Whether everything in a cell of numbers was read that may be one."""
    pieces = (
        [cell] if _number(cell) else [piece for piece in _BETWEEN.split(cell) if _LONG_NUMBER.search(piece)]
    )
    return all(_number(piece) or parse_phone(piece) in NO_MOBILE for piece in pieces)


def _is_sum(cells: list[str]) -> bool:
    """A line that adds up the others and holds nothing that may be a number."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return filled[0] in TOTAL_ROWS and not any(map(_LONG_NUMBER.search, filled))


def _number(cell: str) -> int:
    """The mobile number in a cell, or 0."""
    value = parse_phone(cell)
    return 0 if isinstance(value, str) else value


def _cell(cells: list[str], heading: Heading | None, name: str) -> str:
    place = heading.places.get(name, -1) if heading else -1
    return cells[place].strip() if 0 <= place < len(cells) else ""
