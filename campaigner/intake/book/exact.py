"""The cells of a worksheet by a parser of XML: right for whatever may be written, and slow."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol
from xml.parsers import expat

from campaigner.intake.book.markup import SheetError, plain, refuse
from campaigner.intake.book.package import Package, column_number
from campaigner.intake.book.sheet import COLUMNS, NO_VALUE, ROWS, Block, Strings, block_of
from campaigner.intake.book.shown import PLAIN, Format, Look, show

_PIECE = 1 << 18
_CELLS = 50_000
"""Cells after which a block is handed on."""
_NAME = re.compile(r"([A-Za-z]{1,3})0*([1-9][0-9]{0,6})")
_YES = frozenset({"1", "true"})

Row = tuple[int, list[tuple[int, str]]]


class Values:
    """What cells show, from what is kept of them.

    Args:
        package: Whose cells they are.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        self.formats: Sequence[Format] = package.formats
        self._shown: dict[tuple[int, str], str] = {}

    @property
    def since_1904(self) -> bool:
        """Whether days are counted from 1904 on."""
        return self._package.since_1904

    @property
    def strings(self) -> Strings:
        """The texts that the sheets share."""
        return self._package.strings

    def format_of(self, style: int) -> Format:
        """The number format of a style."""
        return self.formats[style] if style < len(self.formats) else PLAIN

    def number(self, text: str, style: int) -> str:
        """A number as its cell shows it.

        Args:
            text: As it is written.
            style: Number of the cell's style.

        Raises:
            SheetError: It is none.
        """
        key = (style, text)
        if key not in self._shown:
            if len(self._shown) > _CELLS:
                self._shown.clear()
            try:
                value = float(text)
                self._shown[key] = (
                    show(value, self.format_of(style), since_1904=self.since_1904)
                    if abs(value) != float("inf")
                    else str(value)
                )
            except ValueError as error:
                raise SheetError from error
        return self._shown[key]

    def said(self, text: str, style: int) -> str:
        """A text as its cell shows it."""
        before, after = self.format_of(style).text
        return f"{before}{text}{after}" if before or after else text

    def shared(self, number: str) -> str:
        """A text that the sheets share.

        Raises:
            SheetError: There is none of that number.
        """
        if not (number.isascii() and number.isdigit()) or int(number) >= len(self.strings):
            raise SheetError
        return str(self.strings.texts[int(number) + 1].as_py())

    def cell(self, kind: str, style: int, text: str | None, *, formula: bool) -> str:
        """What a cell shows.

        Args:
            kind: As the cell names its type.
            style: Number of its style.
            text: What stands in it; None if nothing does.
            formula: Whether it has a formula.

        Raises:
            SheetError: What stands in it is nothing of the kind.
        """
        if kind in {"str", "inlineStr"}:
            return (
                NO_VALUE if text is None and formula else self.said(plain(text or ""), style) if text else ""
            )
        if kind == "e":
            shown = (text or "").strip()
            return shown if shown.startswith("#") else NO_VALUE
        if not text or not text.strip():
            return NO_VALUE if formula else ""
        if kind == "s":
            return self.said(self.shared(text.strip()), style)
        return self._scalar(kind, style, text.strip())

    def _scalar(self, kind: str, style: int, text: str) -> str:
        """A truth value, a date that is kept as text, or a number."""
        if kind == "b":
            return "1" if text in _YES else "0"
        return _dated(text, self.format_of(style)) if kind == "d" else self.number(text, style)


def _dated(text: str, form: Format) -> str:
    """A cell that keeps a date as text (ISO 8601)."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SheetError from error
    if form.look is Look.MONTH:
        return f"{moment:%Y-%m}"
    if form.look is Look.YEAR:
        return f"{moment:%Y}"
    midnight = moment.time() == datetime.min.time()
    return date.isoformat(moment.date()) if midnight else moment.isoformat(" ")


class Cells:
    """Follows the cells of a sheet.

    Args:
        values: Of its workbook.
    """

    def __init__(self, values: Values) -> None:
        self._values = values
        self._rows: list[Row] = []
        self._hidden: list[int] = []
        self._count = 0
        self._line, self._place = 0, -1
        self._inside = self._in_row = False
        self._kind, self._style, self._formula = "", 0, False
        self._text: list[str] | None = None
        self._within: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._open
        self._parser.EndElementHandler = self._close
        self._parser.CharacterDataHandler = self._said
        self._parser.StartDoctypeDeclHandler = refuse

    def feed(self, piece: bytes, *, last: bool) -> None:
        """Read on.

        Args:
            piece: Bytes of the sheet.
            last: Whether these are the last.

        Raises:
            SheetError: It is no sheet.
        """
        try:
            self._parser.Parse(piece, last)
        except (expat.ExpatError, ValueError, LookupError) as error:
            # Besides its own error: a character set that is none.
            raise SheetError from error

    def taken(self, enough: int = 0) -> Block | None:
        """The rows that are complete, if there are enough cells in them; None if not."""
        if self._count < enough or not self._rows:
            return None
        begun = self._in_row and self._rows[-1][0] == self._line
        whole, rest = (self._rows[:-1], self._rows[-1:]) if begun else (self._rows, [])
        if not whole:
            return None
        block = block_of(whole, self._hidden)
        self._rows, self._hidden = rest, []
        self._count = sum(len(cells) for _line, cells in rest)
        return block

    def _open(self, full: str, attributes: Mapping[str, str]) -> None:
        name = full.rpartition(":")[2]
        if name == "sheetData":
            self._inside = True
        elif not self._inside:
            return
        elif name == "row":
            self._begin_row(attributes)
        elif name == "c":
            self._begin_cell(attributes)
        elif name == "f" and self._within:
            self._formula = True
        elif (name == "v" or (name == "t" and "rPh" not in self._within)) and self._within:
            self._text = self._text if self._text is not None else []
        if name in {"c", "v", "t", "is", "rPh", "f"} and (self._within or name == "c"):
            self._within.append(name)

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        number = attributes.get("r", "")
        if number and not (number.isascii() and number.isdigit() and len(number) <= len(str(ROWS))):
            raise SheetError
        line = int(number) if number else self._line + 1
        if line <= self._line or line > ROWS:
            # Rows that stand twice, or not in order: nobody could say which one counts.
            raise SheetError
        self._line, self._place, self._in_row = line, -1, True
        if attributes.get("hidden") in _YES:
            self._hidden.append(line)

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        name = attributes.get("r", "")
        place = self._place + 1
        if name:
            match = _NAME.fullmatch(name)
            if match is None or int(match[2]) != self._line:
                raise SheetError
            place = column_number(match[1].upper())
        if place <= self._place or place >= COLUMNS or not self._line or self._within:
            raise SheetError
        style = attributes.get("s", "0")
        if not (style.isascii() and style.isdigit()):
            raise SheetError
        self._place, self._kind, self._style = place, attributes.get("t", "n"), int(style)
        self._text, self._formula = None, False

    def _said(self, text: str) -> None:
        if (
            self._within
            and self._within[-1] in {"v", "t"}
            and "rPh" not in self._within
            and self._text is not None
        ):
            self._text.append(text)

    def _close(self, full: str) -> None:
        name = full.rpartition(":")[2]
        if name == "sheetData":
            self._inside = False
        elif name == "row":
            self._in_row = False
        if not self._within or self._within[-1] != name:
            return
        self._within.pop()
        if name == "c":
            text = None if self._text is None else "".join(self._text)
            shown = self._values.cell(self._kind, self._style, text, formula=self._formula)
            if shown:
                if not self._rows or self._rows[-1][0] != self._line:
                    self._rows.append((self._line, []))
                self._rows[-1][1].append((self._place, shown))
                self._count += 1


class Readable(Protocol):
    """Where a part is read from."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        ...


def blocks(stream: Readable, values: Values) -> Iterator[Block]:
    """The rows of a sheet.

    Args:
        stream: The sheet's part.
        values: Of its workbook.

    Raises:
        SheetError: It is no sheet.
    """
    cells = Cells(values)
    while piece := stream.read(_PIECE):
        cells.feed(piece, last=False)
        if (block := cells.taken(_CELLS)) is not None:
            yield block
    cells.feed(b"", last=True)
    if (block := cells.taken()) is not None:
        yield block


def rows_of(piece: bytes, values: Values) -> Block | None:
    """The rows of a piece of a sheet that holds whole ones; None if none has a value.

    Args:
        piece: Elements of rows, nothing around them.
        values: Of its workbook.

    Raises:
        SheetError: These are no rows.
    """
    cells = Cells(values)
    cells.feed(b"<sheetData>" + piece + b"</sheetData>", last=True)
    return cells.taken()
