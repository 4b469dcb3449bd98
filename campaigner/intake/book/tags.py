"""The tags of a piece of a worksheet, found in its bytes with NumPy: cells by name, style, type and content."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from campaigner.intake.book.sheet import COLUMNS, ROWS, Places

PAD = bytes(64)
"""Behind a piece, so that whoever looks some characters ahead finds some."""
_BASE = 10

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


class OddError(Exception):
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


def _ends(text: Bytes) -> Places:
    """Where tags end; one that does not ends with the piece."""
    return np.append(np.flatnonzero(text == ord(">")), len(text) - len(PAD))


def _check_rows(tags: _Tags, at: Places, line: Places) -> None:
    """See that every cell is in the row that it names."""
    rows = tags.at[np.flatnonzero(tags.kind == _ROW_OPEN)]
    number, _end = digits(tags.text, rows + 8, 7)
    within = np.searchsorted(rows, at) - 1
    if (
        not tags.is_at(rows + 4, b' r="').all()
        or (within < 0).any()
        or (np.diff(number) <= 0).any()
        or (number[within] != line).any()
    ):
        raise OddError


def _check_count(tags: _Tags, used: int) -> None:
    """See that every tag is one of a cell or a row, so that nothing was passed over."""
    opened = np.flatnonzero(tags.kind == _ROW_OPEN)
    alone = tags.text[tags.end_of(opened) - 1] == ord("/") if len(opened) else np.zeros(0, dtype=bool)
    closed = int((tags.kind == _ROW_CLOSE).sum())
    if closed != len(opened) - int(alone.sum()) or used + len(opened) + closed != len(tags.at):
        raise OddError


def digits(text: Bytes, at: Places, most: int) -> tuple[Places, Places]:
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
    line, behind = digits(text, end, 7)
    good &= capital[0] & (behind > end) & (text[end] != ord("0")) & (text[behind] == ord('"'))
    good &= (line <= ROWS) & (column <= COLUMNS)
    behind = behind + 1
    styled = tags.is_at(behind, b' s="')
    style, closing = digits(text, behind + 4, 5)
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
        raise OddError
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
            raise OddError
        next_[formula] += np.where(alone, 1, 2)
    first = kind[next_]
    value, none, inline = ~empty & (first == _V), ~empty & (first == _V_SELF), ~empty & (first == _IS)
    if value.any():
        tag = next_[value]
        if (kind[tag + 1] != _V_END).any():
            raise OddError
        begin[value], end[value] = at[tag] + 3, at[tag + 1]
        next_[value] += 2
    if none.any():
        tag = next_[none]
        if (tags.text[tags.end_of(tag) - 1] != ord("/")).any():
            raise OddError
        next_[none] += 1
    if inline.any():
        tag = next_[inline]
        ok = (kind[tag + 1] == _T) & (kind[tag + 2] == _T_END) & (kind[tag + 3] == _IS_END)
        opened = tags.end_of((tag + 1)[ok])
        if not ok.all() or (tags.text[opened - 1] == ord("/")).any():
            raise OddError
        begin[inline], end[inline] = opened + 1, at[tag + 2]
        next_[inline] += 4
    if (~empty & (kind[next_] != _CELL_END)).any():
        raise OddError
    return begin, end, formula, value | none, int((next_ - cells + ~empty).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class CellTags:
    """The cells of a piece that have a value, in order.

    Args:
        line: 1-based row of each.
        column: 0-based column of each.
        style: Number of each one's style.
        types: First letter of each one's type; `t` for the text of a formula, `i` for one of its own.
        begin: Where its content begins in the piece.
        end: Where it ends.
        formula: Which have a formula.
    """

    line: Places
    column: Places
    style: Places
    types: Bytes
    begin: Places
    end: Places
    formula: Mask


def cells_of(piece: bytes) -> CellTags:
    """The cells of a piece of whole rows.

    Args:
        piece: Elements of rows, nothing around them.

    Raises:
        OddError: It is written otherwise than offices' programs write it.
    """
    text = np.frombuffer(piece + PAD, dtype=np.uint8)
    at = np.flatnonzero(text == ord("<"))
    kind = _KINDS[text[at + 1].astype(np.uint16) << 8 | text[at + 2]]
    tags = _Tags(text, at, np.concatenate([kind, np.zeros(8, dtype=np.int8)]), _ends(text))
    if not kind.all():
        raise OddError
    for one, third in _THIRD.items():
        if (text[at[kind == one] + 3] != third[0]).any():
            raise OddError
    cells = np.flatnonzero(kind == _CELL)
    line, column, style, types, empty = _named(tags, at[cells])
    begin, end, formula, said, used = _contents(tags, cells, empty)
    _check_count(tags, used)
    _check_rows(tags, at[cells], line)
    if (np.diff(line * COLUMNS + column) <= 0).any():
        raise OddError
    # A formula whose result is an empty text has been worked out.
    kept = (end > begin) | (formula & ~(said & (types == ord("t")))) | (types == ord("e"))
    return CellTags(
        line=line[kept], column=column[kept], style=style[kept], types=types[kept], begin=begin[kept], end=end[kept],
        formula=formula[kept],
    )  # fmt: skip
