"""The cells of a worksheet found in its bytes with NumPy, where it is written as offices' programs write it.

Every tag of a piece is looked at. If one of them is not of the few forms below, or two cells stand in no order, the
piece is read by `exact`; so both give the same cells, and only the time differs. The forms are those of `<row ...>` and
`<c r="B7" s="1" t="s">` with `<f>`, `<v>` or `<is><t>` in it (ECMA-376, part 1, 18.3.1.4 and 18.3.1.73).
"""

import re
from collections.abc import Iterator
from typing import IO, NamedTuple

import numpy as np
import numpy.typing as npt

from campaigner.intake.book import exact
from campaigner.intake.book.exact import Values
from campaigner.intake.book.package import PIECE, SheetError, unescaped
from campaigner.intake.book.sheet import COLUMNS, ROWS, Block, Places

_MOST = 64 << 20
"""Bytes of a sheet in which no row ends: no table."""
_PAD = bytes(64)
_BASE = 10
_FEW = 15
"""Digits that a number keeps."""
_DAYS = 10_000_000
"""Beyond the number of any day."""
_START, _END, _ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"
_ROW = re.compile(rb"<row\s([^>]*)>")
_NUMBER = re.compile(rb"(?:^|\s)r=\"([0-9]{1,7})\"")
_HIDDEN = re.compile(rb"(?:^|\s)hidden=\"(?:1|true)\"")
_LEGACY = re.compile(rb"encoding=[\"'](?!utf-?8[\"'])", re.IGNORECASE)

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

_CELL, _CELL_END, _V, _V_SELF, _V_END, _F, _F_END, _IS, _IS_END, _T, _T_END, _ROW_OPEN, _ROW_CLOSE = range(
    1, 14
)


def _table() -> npt.NDArray[np.int8]:
    """Kind of a tag by its first two characters; those that follow are looked at later."""
    found = np.zeros(1 << 16, dtype=np.int8)
    for text, kind in (
        (b"c ", _CELL), (b"v>", _V), (b"v/", _V_SELF), (b"v ", _V_SELF), (b"f>", _F), (b"f ", _F), (b"f/", _F),
        (b"is", _IS), (b"t>", _T), (b"t ", _T), (b"ro", _ROW_OPEN), (b"/c", _CELL_END), (b"/v", _V_END),
        (b"/f", _F_END), (b"/i", _IS_END), (b"/t", _T_END), (b"/r", _ROW_CLOSE),
    ):  # fmt: skip
        found[text[0] << 8 | text[1]] = kind
    return found


_KINDS = _table()
_THIRD = {
    _CELL_END: b">", _V_END: b">", _F_END: b">", _T_END: b">",
    _IS: b">", _IS_END: b"s", _ROW_OPEN: b"w", _ROW_CLOSE: b"o",
}  # fmt: skip
"""The third character of tags of which the first two do not say it all."""
_TYPE = len(b' t=""')
_TYPES = {b"s": 1, b"n": 1, b"b": 1, b"e": 1, b"str": 3, b"inlineStr": 9}


class _Odd(Exception):  # noqa: N818 - it never leaves this module
    """A piece that is written otherwise."""


class _Tags(NamedTuple):
    """The tags of a piece: its bytes, and where each tag begins, of which kind it is, and where tags end."""

    text: Bytes
    at: Places
    kind: npt.NDArray[np.int8]
    ends: Places

    def end_of(self, tags: Places) -> Places:
        """Where some tags end."""
        found: Places = self.ends[np.searchsorted(self.ends, self.at[tags])]
        return found

    def is_at(self, places: Places, text: bytes) -> Mask:
        """Where a text stands."""
        found: Mask = self.text[places] == text[0]
        for number, character in enumerate(text[1:], 1):
            found &= self.text[places + number] == character
        return found


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
    except _Odd:
        return exact.rows_of(piece, values)


def _read(piece: bytes, values: Values) -> Block | None:
    """The cells of a piece of whole rows.

    Raises:
        _Odd: It is written otherwise.
        SheetError: A cell names a shared text that is not there.
    """
    text = np.frombuffer(piece + _PAD, dtype=np.uint8)
    at = np.flatnonzero(text == ord("<"))
    kind = _KINDS[text[at + 1].astype(np.uint16) << 8 | text[at + 2]]
    tags = _Tags(text, at, np.concatenate([kind, np.zeros(8, dtype=np.int8)]), _ends(text))
    if not kind.all():
        raise _Odd
    for one, third in _THIRD.items():
        if (text[at[kind == one] + 3] != third[0]).any():
            raise _Odd
    cells = np.flatnonzero(kind == _CELL)
    if not len(cells):
        _check_count(tags, 0)
        return None
    line, column, style, types, empty = _named(tags, at[cells])
    begin, end, formula, said, used = _contents(tags, cells, empty)
    _check_count(tags, used)
    _check_rows(tags, at[cells], line)
    order = line * COLUMNS + column
    if (np.diff(order) <= 0).any():
        raise _Odd
    # A formula whose result is an empty text has been worked out.
    kept = (end > begin) | (formula & ~(said & (types == ord("t")))) | (types == ord("e"))
    if not kept.any():
        return None
    found = _Found(
        piece,
        line[kept],
        column[kept],
        style[kept],
        types[kept],
        begin[kept],
        end[kept],
        formula[kept],
        values,
    )
    return found.block(_hidden(piece))


def _ends(text: Bytes) -> Places:
    """Where tags end; one that does not ends with the piece."""
    return np.append(np.flatnonzero(text == ord(">")), len(text) - len(_PAD))


def _check_rows(tags: _Tags, at: Places, line: Places) -> None:
    """See that every cell is in the row that it names."""
    rows = tags.at[np.flatnonzero(tags.kind == _ROW_OPEN)]
    number, _end = _digits(tags.text, rows + 8, 7)
    within = np.searchsorted(rows, at) - 1
    if not tags.is_at(rows + 4, b' r="').all() or within[0] < 0 or (number[within] != line).any():
        raise _Odd


def _check_count(tags: _Tags, used: int) -> None:
    """See that every tag is one of a cell or a row, so that nothing was passed over."""
    opened = np.flatnonzero(tags.kind == _ROW_OPEN)
    alone = tags.text[tags.end_of(opened) - 1] == ord("/") if len(opened) else np.zeros(0, dtype=bool)
    closed = int((tags.kind == _ROW_CLOSE).sum())
    if closed != len(opened) - int(alone.sum()) or used + len(opened) + closed != len(tags.at):
        raise _Odd


def _digits(text: Bytes, at: Places, most: int) -> tuple[Places, Places]:
    """Whole numbers of at most so many digits, and where each ends."""
    number, active, end = np.zeros(len(at), dtype=np.int64), np.ones(len(at), dtype=bool), at.copy()
    for _turn in range(most):
        digit = text[end].astype(np.int64) - ord("0")
        active &= (digit >= 0) & (digit < _BASE)
        if not active.any():
            break
        number = np.where(active, number * _BASE + digit, number)
        end += active
    return number, end


def _named(tags: _Tags, at: Places) -> tuple[Places, Places, Places, Bytes, Mask]:
    """Row, column, style and type of cells, and which are closed at once."""
    text = tags.text
    good = tags.is_at(at + 3, b'r="')
    capital = [(text[at + 6 + n] >= ord("A")) & (text[at + 6 + n] <= ord("Z")) for n in range(3)]
    capital[2] &= capital[1]
    letter = [text[at + 6 + n].astype(np.int64) - ord("@") for n in range(3)]
    column = np.where(capital[1], letter[0] * 26 + letter[1], letter[0])
    column = np.where(capital[2], column * 26 + letter[2], column)
    end = at + 7 + capital[1] + capital[2]
    line, behind = _digits(text, end, 7)
    good &= capital[0] & (behind > end) & (text[end] != ord("0")) & (text[behind] == ord('"'))
    good &= (line <= ROWS) & (column <= COLUMNS)
    behind = behind + 1
    styled = tags.is_at(behind, b' s="')
    style, closing = _digits(text, behind + 4, 5)
    good &= ~styled | ((closing > behind + 4) & (text[closing] == ord('"')))
    style, behind = np.where(styled, style, 0), np.where(styled, closing + 1, behind)
    typed = tags.is_at(behind, b' t="')
    types, length = np.full(len(at), ord("n"), dtype=np.uint8), np.zeros(len(at), dtype=np.int64)
    known = ~typed
    for name, size in _TYPES.items():
        match = typed & tags.is_at(behind + 4, name + b'"')
        types[match], length[match] = (ord("t") if name == b"str" else name[0]), size + _TYPE
        known |= match
    behind = behind + length
    behind = behind + (text[behind] == ord(" "))
    empty = (text[behind] == ord("/")) & (text[behind + 1] == ord(">"))
    if not (good & known & (empty | (text[behind] == ord(">")))).all():
        raise _Odd
    return line, column - 1, style, types, empty


def _contents(tags: _Tags, cells: Places, empty: Mask) -> tuple[Places, Places, Mask, Mask, int]:
    """Where the contents of cells begin and end, which have a formula and a result, and how many tags all of it is."""
    kind, at = tags.kind, tags.at
    begin, end = np.zeros(len(cells), dtype=np.int64), np.zeros(len(cells), dtype=np.int64)
    next_ = cells + 1
    formula = ~empty & (kind[next_] == _F)
    if formula.any():
        tag = next_[formula]
        alone = tags.text[tags.end_of(tag) - 1] == ord("/")
        if (~alone & (kind[tag + 1] != _F_END)).any():
            raise _Odd
        next_[formula] += np.where(alone, 1, 2)
    first = kind[next_]
    value, none, inline = ~empty & (first == _V), ~empty & (first == _V_SELF), ~empty & (first == _IS)
    if value.any():
        tag = next_[value]
        if (kind[tag + 1] != _V_END).any():
            raise _Odd
        begin[value], end[value] = at[tag] + 3, at[tag + 1]
        next_[value] += 2
    if none.any():
        tag = next_[none]
        if (tags.text[tags.end_of(tag) - 1] != ord("/")).any():
            raise _Odd
        next_[none] += 1
    if inline.any():
        tag = next_[inline]
        ok = (kind[tag + 1] == _T) & (kind[tag + 2] == _T_END) & (kind[tag + 3] == _IS_END)
        opened = tags.end_of((tag + 1)[ok])
        if not ok.all() or (tags.text[opened - 1] == ord("/")).any():
            raise _Odd
        begin[inline], end[inline] = opened + 1, at[tag + 2]
        next_[inline] += 4
    if (~empty & (kind[next_] != _CELL_END)).any():
        raise _Odd
    return begin, end, formula, value | none, int((next_ - cells + ~empty).sum())


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
        line: Number of each cell's row.
        column: 0-based column of each.
        style: Number of each one's style.
        types: First letter of each one's type; `t` for the text of a formula, `i` for one of its own.
        begin: Where its content begins.
        end: Where it ends.
        formula: Which have a formula.
        values: Of the workbook.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - a table by its columns
        self, piece: bytes, line: Places, column: Places, style: Places, types: Bytes, begin: Places, end: Places,
        formula: Mask, values: Values,
    ) -> None:  # fmt: skip
        self._piece, self._values = piece, values
        self._line, self._column, self._style, self._types = line, column, style, types
        self._begin, self._end, self._formula = begin, end, formula
        self._numbers: Places = np.full(len(line), -1, dtype=np.int64)
        self._others: npt.NDArray[np.int32] | None = None
        looks = np.array([not form.is_plain for form in values.formats] or [False])
        self._odd_style = looks[np.minimum(style, len(looks) - 1)] & (style < len(looks))

    def block(self, hidden: list[int]) -> Block:
        """The cells as rows."""
        lines, row = np.unique(self._line, return_inverse=True)
        texts = np.array([bool(form.text[0] or form.text[1]) for form in self._values.formats] or [False])
        numbers = np.full(len(row), -1, dtype=np.int64)
        own = (self._types == ord("s")) & (self._end > self._begin)
        self._numbers = numbers
        if own.any():
            text = np.frombuffer(self._piece + _PAD, dtype=np.uint8)
            number, end = _digits(text, self._begin[own], 10)
            if (end != self._end[own]).any():
                raise _Odd
            if (number >= len(self._values.strings)).any():
                raise SheetError
            numbers[own] = number
            if texts.any():
                # A format that adds to texts: rare, and read one by one.
                numbers = self._numbers = numbers.copy()
                numbers[self._odd_style & texts[np.minimum(self._style, len(texts) - 1)]] = -1
        solid = (self._types != ord("i")) & (self._types != ord("t"))
        if not own.any():
            return Block(lines, row, self._column, self.texts, solid=solid, hidden=hidden)
        return Block(lines, row, self._column, self.texts, numbers, self._values.strings, solid, hidden)

    def texts(self, chosen: Places) -> npt.NDArray[np.object_]:
        """What some of the cells show."""
        made = np.empty(len(chosen), dtype=object)
        piece, values = self._piece, self._values
        types, styles, formulas = self._types[chosen], self._style[chosen], self._formula[chosen]
        begin, end, odd = self._begin[chosen], self._end[chosen], self._odd_style[chosen]
        shared = self._numbers[chosen] >= 0
        if shared.any():
            made[shared] = values.strings.objects(self._numbers[chosen][shared])
        plain = self._plain_numbers(types, begin, end) & ~odd
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
        counted = left & self._plain_numbers(types, begin, end)
        if counted.any():
            made[counted] = self._formatted(begin[counted], styles[counted])
        for n in np.flatnonzero(left & ~counted).tolist():
            kind = {"t": "str", "i": "inlineStr"}.get(chr(types[n]), chr(types[n]))
            content = unescaped(piece[begin[n] : end[n]].decode()) if end[n] > begin[n] else None
            made[n] = values.cell(kind, int(styles[n]), content, formula=bool(formulas[n]))
        return made

    def _formatted(self, begin: Places, styles: Places) -> npt.NDArray[np.object_]:
        """Whole numbers as their formats show them, each different one once."""
        value, _end = _digits(np.frombuffer(self._piece + _PAD, dtype=np.uint8), begin, _FEW)
        if value.max() >= _DAYS:
            pieces = zip(value.tolist(), styles.tolist(), strict=True)
            return _objects([self._values.number(str(one), style) for one, style in pieces])
        known, which = np.unique(styles * _DAYS + value, return_inverse=True)
        pieces = zip((known % _DAYS).tolist(), (known // _DAYS).tolist(), strict=True)
        return _objects([self._values.number(str(one), style) for one, style in pieces])[which]

    def _plain_numbers(self, types: Bytes, begin: Places, end: Places) -> Mask:
        """Which cells are whole numbers of few digits, written as they are shown."""
        plain: Mask = (types == ord("n")) & (end > begin) & (end - begin <= _FEW)
        text = np.frombuffer(self._piece, dtype=np.uint8)
        if self._others is None:
            self._others = np.concatenate(
                [[0], np.cumsum((text < ord("0")) | (text > ord("9")), dtype=np.int32)]
            )
        other = self._others
        plain &= other[end] == other[begin]
        plain &= (text[np.minimum(begin, len(text) - 1)] != ord("0")) | (end - begin == 1)
        return plain
