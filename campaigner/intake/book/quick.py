"""The cells of a worksheet found in its bytes with NumPy, where it is written as offices' programs write it.

A piece that is not of the few forms that `tags` knows is read by `exact`; so both give the same cells, and only the
time differs. The forms are those of `<row ...>` and
`<c r="B7" s="1" t="s">` with `<f>`, `<v>` or `<is><t>` in it (ECMA-376, part 1, 18.3.1.4 and 18.3.1.73).
"""

import re
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from campaigner.intake.book import exact
from campaigner.intake.book.exact import Values
from campaigner.intake.book.markup import SheetError, is_literal, unescaped
from campaigner.intake.book.package import PIECE, faults
from campaigner.intake.book.sheet import Block, Places, picked
from campaigner.intake.book.shown import Look
from campaigner.intake.book.tags import PAD, CellTags, Mask, OddError, cells_of, digits

_MOST = 64 << 20
"""Bytes of a sheet in which no row ends: no table."""
_FEW = 15
"""Digits that a number keeps."""
_DAYS = 10_000_000
"""Beyond the number of any day."""
_FIRST, _LAST = 60, 2_958_466
_EPOCH = np.datetime64("1899-12-30", "D")
_ASCII, _BEYOND = 0x80, 0xE4
_UNITS = {Look.DAY: "D", Look.MONTH: "M", Look.YEAR: "Y"}
_VISIBLE: Mask = np.array([byte >= _BEYOND or (byte < _ASCII and chr(byte).isalnum()) for byte in range(256)])
"""First bytes of texts that cannot be a space, nor an escape that may be one: no space is beyond U+3000."""
_START, _END, _ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"
_ROW = re.compile(rb"<row\s([^>]*)>")
_NUMBER = re.compile(rb"(?:^|\s)r=\"([0-9]{1,7})\"")
_HIDDEN = re.compile(rb"(?:^|\s)hidden=\"(?:1|true)\"")
_LEGACY = re.compile(rb"encoding=[\"'](?!utf-?8[\"'])", re.IGNORECASE)


def blocks(stream: IO[bytes], values: Values) -> Iterator[Block]:
    """The rows of a sheet, some thousand at a time.

    Args:
        stream: The sheet's part, at its beginning.
        values: Of its workbook.

    Raises:
        SheetError: It is no sheet.
    """
    head = stream.read(PIECE)
    start = head.find(_START)
    if (
        start < 0
        or _LEGACY.search(head[:200])
        or head[:2] in {b"\xff\xfe", b"\xfe\xff"}
        or b"<!" in head[:start]
    ):
        yield from exact.blocks(_Joined(head, stream), values)
        return
    line, rest, more = 0, head[start + len(_START) :], True
    while more:
        end = rest.find(_END)
        cut = end if end >= 0 else rest.rfind(_ROW_END) + len(_ROW_END)
        if end < 0 and cut < len(_ROW_END):
            cut = 0
        if cut:
            block = _block(rest[:cut], values)
            if block is not None:
                if block.lines[0] <= line:
                    raise SheetError
                line = int(block.lines[-1])
                yield block
        if end >= 0:
            _finish(stream)
            return
        piece = stream.read(PIECE)
        more, rest = bool(piece), rest[cut:] + piece
        if len(rest) > _MOST:
            raise SheetError
    raise SheetError


def _finish(stream: IO[bytes]) -> None:
    """Read what stands behind the rows: only then does the package say whether the part is whole."""
    while stream.read(PIECE):
        pass


class _Joined:
    """A stream of which the beginning was read already."""

    def __init__(self, head: bytes, stream: IO[bytes]) -> None:
        self._head, self._stream = head, stream

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        head, self._head = self._head, b""
        return head or self._stream.read(size)


def _block(piece: bytes, values: Values) -> Block | None:
    try:
        return _read(piece, values)
    except OddError:
        return exact.rows_of(piece, values)


def _read(piece: bytes, values: Values) -> Block | None:
    cells = cells_of(piece)
    return _Found(piece, cells, values).block(_hidden(piece)) if len(cells.line) else None


def _objects(texts: list[str]) -> npt.NDArray[np.object_]:
    """Texts as NumPy has them."""
    found = np.empty(len(texts), dtype=object)
    found[:] = texts
    return found


def _hidden(piece: bytes) -> list[int]:
    """Rows that a piece hides."""
    if b' hidden="' not in piece:
        return []
    found = []
    for match in _ROW.finditer(piece):
        number = _NUMBER.search(match[1])
        if number and _HIDDEN.search(match[1]):
            found.append(int(number[1]))
    return found


class _Found:
    """Cells found in a piece.

    Args:
        piece: The bytes.
        cells: Where they are in it.
        values: Of the workbook.
    """

    def __init__(self, piece: bytes, cells: CellTags, values: Values) -> None:
        self._piece, self._cells, self._values = piece, cells, values
        self._numbers: Places = np.full(len(cells.line), -1, dtype=np.int64)
        self._plain: Mask | None = None
        self._literal: bool | None = None
        style = cells.style
        looks = np.array([not form.is_plain for form in values.formats] or [False])
        self._odd_style = looks[np.minimum(style, len(looks) - 1)] & (style < len(looks))

    def block(self, hidden: list[int]) -> Block:
        """The cells as rows."""
        begun = np.append(True, np.diff(self._cells.line) != 0)
        lines, row = self._cells.line[begun], np.cumsum(begun) - 1
        texts = np.array([bool(form.text[0] or form.text[1]) for form in self._values.formats] or [False])
        numbers = np.full(len(row), -1, dtype=np.int64)
        own = (self._cells.types == ord("s")) & (self._cells.end > self._cells.begin)
        self._numbers = numbers
        if own.any():
            text = np.frombuffer(self._piece + PAD, dtype=np.uint8)
            number, end = digits(text, self._cells.begin[own], 10)
            if (end != self._cells.end[own]).any():
                raise OddError
            if (number >= len(self._values.strings)).any():
                raise SheetError
            numbers[own] = number
            if texts.any():
                # A format that adds to texts: rare, and read one by one.
                numbers = self._numbers = numbers.copy()
                numbers[self._odd_style & texts[np.minimum(self._cells.style, len(texts) - 1)]] = -1
        solid = self._solid()
        shares = bool(own.any())
        return Block(
            lines=lines, row=row, column=self._cells.column, texts=self.texts, shared=numbers if shares else None,
            strings=self._values.strings if shares else None, solid=solid, hidden=hidden, spans=self.spans,
        )  # fmt: skip

    def spans(self, chosen: Places, rows: Places, count: int) -> Any:
        """Some of the cells as a column; None if one of them is not shown as it is written.

        Args:
            chosen: Positions of the cells.
            rows: Which row each is in.
            count: How many rows there are.
        """
        with faults():
            types, odd = self._cells.types[chosen], self._odd_style[chosen]
            own = (types == ord("i")) | (types == ord("t"))
            if own.any() and not self._is_literal():
                return None
            begin, end = self._cells.begin[chosen], self._cells.end[chosen]
            if odd.any() or not (self._plain_numbers()[chosen] | (own & (end > begin))).all():
                return None
            return picked(np.frombuffer(self._piece, dtype=np.uint8), begin, end, rows, count)

    def _is_literal(self) -> bool:
        """Whether texts stand in the piece as they are, without escapes."""
        if self._literal is None:
            self._literal = is_literal(self._piece)
        return self._literal

    def texts(self, chosen: Places) -> npt.NDArray[np.object_]:
        """What some of the cells show; asked for by whoever looks at a column, so that faults are told here, too."""
        with faults():
            return self._made(chosen)

    def _made(self, chosen: Places) -> npt.NDArray[np.object_]:
        made = np.empty(len(chosen), dtype=object)
        piece, values = self._piece, self._values
        types, styles, formulas = (
            self._cells.types[chosen],
            self._cells.style[chosen],
            self._cells.formula[chosen],
        )
        begin, end, odd = self._cells.begin[chosen], self._cells.end[chosen], self._odd_style[chosen]
        shared = self._numbers[chosen] >= 0
        if shared.any():
            made[shared] = values.strings.objects(self._numbers[chosen][shared])
        numbers = self._plain_numbers()[chosen]
        plain = numbers & ~odd
        own = ((types == ord("i")) | (types == ord("t"))) & ~odd & (end > begin)
        easy = plain | own
        spans = zip(begin[easy].tolist(), end[easy].tolist(), strict=True)
        found = [piece[a:b] for a, b in spans]
        joined = b"\x00".join(found)
        if b"&" in joined or b"\r" in joined or b"_x" in joined:
            made[easy] = [unescaped(one.decode()) for one in found]
        elif found:
            split = joined.decode().split("\x00")
            if len(split) != len(found):
                # A character that no XML may have.
                raise SheetError
            made[easy] = split
        left = ~shared & ~easy
        counted = left & numbers
        if counted.any():
            made[counted] = self._formatted(begin[counted], styles[counted])
        for n in np.flatnonzero(left & ~counted).tolist():
            kind = {"t": "str", "i": "inlineStr"}.get(chr(types[n]), chr(types[n]))
            content = unescaped(piece[begin[n] : end[n]].decode()) if end[n] > begin[n] else None
            made[n] = values.cell(kind, int(styles[n]), content, formula=bool(formulas[n]))
        return made

    def _formatted(self, begin: Places, styles: Places) -> npt.NDArray[np.object_]:
        """Whole numbers as their formats show them, each different one once."""
        value, _end = digits(np.frombuffer(self._piece + PAD, dtype=np.uint8), begin, _FEW)
        if value.max() >= _DAYS:
            pieces = zip(value.tolist(), styles.tolist(), strict=True)
            return _objects([self._values.number(str(one), style) for one, style in pieces])
        known, which = np.unique(styles * _DAYS + value, return_inverse=True)
        made = np.empty(len(known), dtype=object)
        for style in np.unique(known // _DAYS).tolist():
            mine = np.flatnonzero(known // _DAYS == style)
            made[mine] = self._shown(known[mine] % _DAYS, style)
        shown: npt.NDArray[np.object_] = made[which]
        return shown

    def _shown(self, value: Places, style: int) -> npt.NDArray[np.object_]:
        """Whole numbers of one style; days are counted by NumPy where nothing is special about them."""
        unit = _UNITS.get(self._values.format_of(style).look)
        if unit and not self._values.since_1904 and value.min() > _FIRST and value.max() < _LAST:
            days = _EPOCH + value.astype("timedelta64[D]")
            return days.astype(f"datetime64[{unit}]").astype(str).astype(object)
        return _objects([self._values.number(str(one), style) for one in value.tolist()])

    def _plain_numbers(self) -> Mask:
        """Which cells are whole numbers of few digits, written as they are shown."""
        if self._plain is None:
            begin, end = self._cells.begin, self._cells.end
            few = np.flatnonzero((self._cells.types == ord("n")) & (end > begin) & (end - begin <= _FEW))
            self._plain = np.zeros(len(begin), dtype=bool)
            if len(few):
                text = np.frombuffer(self._piece, dtype=np.uint8)
                sizes = end[few] - begin[few]
                starts = np.cumsum(sizes) - sizes
                inner = text[np.repeat(begin[few] - starts, sizes) + np.arange(int(sizes.sum()))]
                others = np.add.reduceat((inner < ord("0")) | (inner > ord("9")), starts, dtype=np.int64)
                self._plain[few] = (others == 0) & ((text[begin[few]] != ord("0")) | (sizes == 1))
        return self._plain

    def _solid(self) -> Mask:
        """Which cells hold more than spaces for certain: numbers, and texts that begin with no space of any kind."""
        text = np.frombuffer(self._piece, dtype=np.uint8)
        first = text[np.minimum(self._cells.begin, len(text) - 1)]
        own = (self._cells.types == ord("i")) | (self._cells.types == ord("t"))
        solid: Mask = ~own | _VISIBLE[first]
        return solid
