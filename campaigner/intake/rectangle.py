"""How large a rectangle the cells of a worksheet span, measured before anything holds it.

A reader of workbooks makes room for every cell between the first and the last, empty ones included: a sheet of two
cells that lie far apart would ask for more memory than any machine has, and such a refusal ends the whole program.
"""

import re
import string
from collections.abc import Iterator, Mapping
from typing import IO
from xml.parsers import expat

ROWS, COLUMNS = 1_048_576, 16_384
"""What a worksheet may have (ECMA-376, part 1, 18.3.1.73 and 18.3.1.4, as Excel limits them)."""
_PIECE = 1 << 20
_LONGEST_TAG = 1 << 12
_SHEET = b"sheetData"
_USUAL = b"<c "
_OTHERS = (re.compile(rb"<c[\t\r\n/>]"), re.compile(rb":c[\s/>]"))
"""Cells that are written otherwise; a text that looks like one costs time, no more."""
_PLAIN = re.compile(rb'<c r="([A-Z]{1,3}[1-9][0-9]{0,6})"[^r<>]*(?:r"[^r<>]*)?>')
"""The whole tag, in which no second `r` may stand but at the end of `t="str"`: the reader takes the last attribute."""
_CAPITALS, _DIGITS = string.ascii_uppercase.encode(), string.digits.encode()
_NAME = re.compile(r"([A-Za-z]{1,3})0*([1-9][0-9]{0,6})")
_LETTERS = 26


class SheetError(Exception):
    """A part that claims to be a sheet cannot be measured."""


def spanned(stream: IO[bytes]) -> tuple[int, int]:
    """Last row and last column that a part of a workbook has a cell in; (0, 0) if it is no sheet.

    Every program that offices use writes a cell as `<c r="B7"`: then counting is enough. For anything else the part is
    read by a parser of XML, a good deal slower.

    Args:
        stream: The part, unpacked; it is read to its end, perhaps twice.

    Raises:
        SheetError: It is no XML, or a cell lies where no sheet has one.
    """
    rows = columns = 0
    is_sheet, plain, before = False, True, b""
    for text in _pieces(stream):
        is_sheet = is_sheet or _SHEET in before + text
        before = text[-len(_SHEET) :]
        found = _PLAIN.findall(text)
        plain = plain and len(found) == text.count(_USUAL) and not any(form.search(text) for form in _OTHERS)
        names = b" ".join(found)
        rows = max(rows, 0, *map(int, set(names.translate(None, _CAPITALS).split())))
        columns = max(columns, 0, *map(column, set(names.translate(None, _DIGITS).split())))
    if not is_sheet:
        return 0, 0
    if not plain:
        stream.seek(0)
        rows, columns = _Cells().read(stream)
    if rows > ROWS or columns > COLUMNS:
        raise SheetError
    return rows, columns


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """A part in pieces that end before a tag."""
    rest = b""
    while piece := stream.read(_PIECE):
        text = rest + piece
        cut = text.rfind(b"<")
        cut = cut if len(text) - cut <= _LONGEST_TAG and cut > 0 else len(text)
        yield text[:cut]
        rest = text[cut:]
    yield rest


def column(letters: bytes) -> int:
    """Number of a column by its letters."""
    number = 0
    for letter in letters:
        number = _LETTERS * number + letter - ord("@")
    return number


class _Cells:
    """Follows the cells of a sheet that names them otherwise, or not at all: one after the other."""

    def __init__(self) -> None:
        self._row = self._column = 0
        self._rows = self._columns = 0

    def read(self, stream: IO[bytes]) -> tuple[int, int]:
        """Last row and last column."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._open
        parser.StartDoctypeDeclHandler = _refuse
        try:
            parser.ParseFile(stream)
        except (expat.ExpatError, ValueError, LookupError) as error:
            # Besides its own error: a character set that is none.
            raise SheetError from error
        return self._rows, self._columns

    def _open(self, name: str, attributes: Mapping[str, str]) -> None:
        kind = name.rpartition(" ")[2]
        if kind == "row":
            number = attributes.get("r", "")
            if number and not (number.isascii() and number.isdigit() and len(number) <= len(str(ROWS))):
                raise SheetError
            self._row, self._column = int(number) if number else self._row + 1, 0
        elif kind == "c":
            self._cell(attributes.get("r", ""))

    def _cell(self, name: str) -> None:
        self._column += 1
        if name:
            match = _NAME.fullmatch(name)
            if match is None:
                raise SheetError
            self._row, self._column = int(match[2]), column(match[1].upper().encode())
        self._rows, self._columns = max(self._rows, self._row), max(self._columns, self._column)


def _refuse(*_declared: object) -> None:
    """No sheet declares a type of document; entities could make more of it than it is."""
    raise SheetError
