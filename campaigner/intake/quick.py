"""Rows of a text file read by Arrow where each line is one row of the right width, else line by line.

Both ways give the same rows. Which one reads a piece of the file depends on nothing but what stands in it: a
quotation mark, an apostrophe, a character that cannot be decoded, a line of another width, a blank line, a header line
again.
"""

import csv
import io
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from campaigner.intake.columns import BLANK, Numbers, Texts
from campaigner.intake.headers import Heading
from campaigner.intake.lines import Row, rows_of
from campaigner.intake.pieces import Piece, Pieces
from campaigner.intake.rows import EvenRows, Rows, Tidy, gathered
from campaigner.intake.textfile import Chunk, HashedFile, TextFile

CHARSETS = {"utf-8": "utf-8", "utf-8-sig": "utf-8", "gb18030": "gb18030"}
"""Character sets whose line ends and delimiters are found in the bytes, and how a piece of one is decoded."""
STRIP = 500
"""Rows read before they are turned into columns: fewer than the garbage collector lets pass, or it would walk
through every row again and again, which takes as long as the reading itself."""

_GATHERED = 5_000
"""Rows read line by line that become one block."""
_MARK = b"\xef\xbb\xbf"


def is_quick(file: TextFile) -> bool:
    """Whether a file can be taken apart in bytes."""
    return file.form.charset in CHARSETS and file.form.delimiter.isascii()


def rows_below(file: TextFile, heading: Heading, size: int) -> Iterator[Rows]:
    """The rows below the header line, as columns.

    Args:
        file: A file that `is_quick`.
        heading: Its header line.
        size: Most rows in a block that is read quickly.

    Raises:
        FileFault: The rest of the file cannot be read; what stood before was given out.
    """
    raw = HashedFile(file.path)
    try:
        pieces = Pieces(raw, heading.end)
        reader = _Reader(file, heading)
        while (piece := pieces.next()) is not None:
            table = reader.even(piece)
            if table is None:
                yield from reader.uneven(piece, pieces)
            else:
                yield from reader.cut(piece.line, table, size)
        if pieces.fault:
            raise pieces.fault
    finally:
        file.sha256 = raw.sha256()
        raw.close()


class _Numbered(Iterator[Row]):
    """Rows of a piece, with the lines of the file.

    Args:
        rows: As if the piece were all there is.
        first: Physical line on which it begins.
        to_open: Whether to stop before a row that the end of the piece cuts.
    """

    def __init__(self, rows: Iterator[Row], first: int, *, to_open: bool) -> None:
        self._rows = rows
        self._before = first - 1
        self._to_open = to_open
        self.opened = 0
        """Line of the row before which it stopped; 0 if it did not."""

    def __next__(self) -> Row:
        line, cells, fault, last, is_open = next(self._rows)
        line += self._before
        if is_open and self._to_open:
            self.opened, self._rows = line, iter(())
            raise StopIteration
        return Row(line, cells, fault, last + self._before if last else 0)


class _Reader:
    """Turns pieces of one file into rows."""

    def __init__(self, file: TextFile, heading: Heading) -> None:
        self._form = file.form
        self._charset = CHARSETS[file.form.charset]
        self._heading = heading
        width = len(heading.cells)
        wanted = {str(place) for place in heading.read}
        self._names = [str(place) for place in range(width)]
        self._name = str(heading.places["name"]) if "name" in heading.places else ""
        place = heading.places.get("name", 0)
        self._headers = [line[place] for line in heading.lines_of_header() if place < len(line)]
        self._parse = pacsv.ParseOptions(
            delimiter=file.form.delimiter, quote_char=False, double_quote=False, ignore_empty_lines=False
        )
        self._convert = pacsv.ConvertOptions(
            column_types=dict.fromkeys(self._names, pa.string()),
            include_columns=sorted(wanted),
            strings_can_be_null=False,
            check_utf8=True,
        )

    def even(self, piece: Piece) -> pa.Table | None:
        """The columns of a piece of which each line is a row; None if it is not certain that this is so."""
        if piece.line <= self._heading.end or not piece.even or not self._name:
            return None
        if piece.is_longer(csv.field_size_limit()) or b"'" in piece.data:
            # A mark in front of a text, which is no part of it, is taken off line by line.
            return None
        data = piece.data
        try:
            if self._charset != "utf-8":
                data = data.decode(self._charset).encode()
            options = pacsv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=self._names)
            table = pacsv.read_csv(
                pa.BufferReader(data), options, parse_options=self._parse, convert_options=self._convert
            ).combine_chunks()
            names = table.column(self._name)
            doubtful = pc.or_(
                pc.match_substring_regex(names, BLANK),
                pc.is_in(names, value_set=pa.array(self._headers, pa.string())),
            )
        except (UnicodeError, pa.ArrowInvalid):
            # Bytes that are no text, in the piece or in the header line.
            return None
        return None if table.num_rows != piece.lines or pc.any(doubtful).as_py() else table

    def cut(self, line: int, table: pa.Table, size: int) -> Iterator[Rows]:
        """The rows of a table in blocks."""
        columns = {place: table.column(str(place)).chunk(0) for place in self._heading.read}
        for start in range(0, table.num_rows, size):
            count = min(size, table.num_rows - start)
            lines = Numbers(np.arange(line + start, line + start + count))
            yield EvenRows(
                lines, {place: Texts(column.slice(start, count)) for place, column in columns.items()}
            )

    def uneven(self, piece: Piece, pieces: Pieces) -> Iterator[Rows]:
        """The rows of a piece read line by line, and of what follows as far as an open quotation mark reaches."""
        while True:
            rows = self._by_line(piece, to_open=True)
            yield from self._gathered(rows)
            if not rows.opened:
                return
            rest = piece.from_line(rows.opened)
            more = pieces.next()
            if more is None:
                yield from self._gathered(self._by_line(rest, to_open=False))
                return
            piece = rest.with_more(more)

    def _by_line(self, piece: Piece, *, to_open: bool) -> _Numbered:
        """The rows of a piece, or only those before one that its end cuts: what follows may mend it."""
        data = piece.data
        if piece.line == 1 and self._form.charset == "utf-8-sig":
            data = data.removeprefix(_MARK)
        text = io.StringIO(data.decode(self._charset, self._form.errors), newline="")
        read = rows_of(text, self._form.delimiter, len(self._heading.cells))
        return _Numbered(read, piece.line, to_open=to_open)

    def _gathered(self, rows: _Numbered) -> Iterator[Tidy]:
        return gathered(Chunk.each(rows, STRIP), self._heading, _GATHERED)
