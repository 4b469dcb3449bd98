"""Columns that stay with Arrow and NumPy until somebody wants a plain value of them.

Most columns of most rows are never looked at: a campaign uses a name and a phone of those whom its filter takes.
So a block hands out these sequences, which turn into Python's own values when they are walked through.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Mask = npt.NDArray[np.bool_]

BLANK = r"^[\x00-\x20\x7f-\xa0\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*$"
"""A cell in which there is nothing to see: every kind of space that Python knows, and some more."""
_NONE = pa.array([], pa.string())

_latest: tuple[Sequence[bool], Mask] = ([], np.zeros(0, dtype=bool))


def as_mask(mask: Sequence[bool] | Mask) -> Mask:
    """Truth values as NumPy has them; those of the last call again, since a block has a dozen columns."""
    global _latest  # noqa: PLW0603 - one mask is remembered, by the very object that was given
    if isinstance(mask, np.ndarray):
        return mask
    known, made = _latest
    if mask is not known or len(mask) != len(made):
        made = np.fromiter(mask, dtype=bool, count=len(mask))
        _latest = (mask, made)
    return made


class Numbers(Sequence[Any]):
    """Whole numbers or truth values.

    Args:
        values: As NumPy has them.
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, values: npt.NDArray[Any]) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> "Numbers": ...
    def __getitem__(self, index: int | slice) -> Any:
        found = self.values[index]
        return Numbers(found) if isinstance(index, slice) else found.item()

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values.tolist())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.array(self.values, dtype=dtype) if copy else np.asarray(self.values, dtype=dtype)

    def where(self, mask: Sequence[bool] | Mask) -> "Numbers":
        """Those whose mask is true."""
        return Numbers(self.values[as_mask(mask)])


class Texts(Sequence[str]):
    """Texts.

    Args:
        array: As Arrow has them, without nulls.
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, array: pa.StringArray) -> None:
        self._array: pa.StringArray | None = array
        self._count = len(array)
        self._among: tuple[Texts, Mask] | None = None
        self._objects: npt.NDArray[np.object_] | None = None

    @property
    def array(self) -> pa.StringArray:
        """As Arrow has them; those that were picked from others are picked when somebody asks."""
        if self._array is None:
            assert self._among is not None
            others, mask = self._among
            self._array = others.array.filter(pa.array(mask))
        return self._array

    def __len__(self) -> int:
        return self._count

    def __reduce__(self) -> tuple[Callable[[bytes, bytes, int], "Texts"], tuple[bytes, bytes, int]]:
        """Its own bytes only: Arrow would take those of the whole column along, of which this may be a piece."""
        ends = self.ends() if len(self) else np.zeros(1, dtype=np.int32)
        return _texts, (self._own(), (ends - ends[0]).tobytes(), len(self))

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return cast("list[str]", self.objects()[index].tolist())
        return str(self.array[index].as_py())

    def __iter__(self) -> Iterator[str]:
        return iter(self.objects().tolist())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def objects(self) -> npt.NDArray[np.object_]:
        """Plain texts, made once."""
        if self._objects is None:
            self._objects = self.array.to_numpy(zero_copy_only=False)
        return self._objects

    def joined(self) -> str:
        """All of them in one text, with nothing in between."""
        return self._own().decode()

    def _own(self) -> bytes:
        """Their bytes, and none of the column's of which they may be a piece."""
        if not len(self):
            return b""
        ends = self.ends()
        return bytes(self.data()[ends[0] : ends[-1]])

    def data(self) -> Any:
        """The bytes that `ends` points into."""
        return self.array.buffers()[2] or b""

    def ends(self) -> npt.NDArray[np.int32]:
        """Where each begins in the bytes, and where the last one ends."""
        _valid, offsets, _data = self.array.buffers()
        first = self.array.offset
        return np.frombuffer(offsets, dtype=np.int32)[first : first + len(self) + 1]

    def empty(self) -> list[int]:
        """Positions of those that are empty."""
        rows: list[int] = np.flatnonzero(np.diff(self.ends()) == 0).tolist()
        return rows

    def longest(self) -> int:
        """Most bytes of one of them."""
        return int(np.diff(self.ends()).max(initial=0))

    def is_blank(self) -> bool:
        """Whether all of them are empty."""
        ends = self.ends()
        return not len(self) or bool(ends[0] == ends[-1])

    def numeric(self, first: bytes, size: int) -> list[int]:
        """Positions of those that have so many bytes, begin as given, and end with a digit."""
        ends = self.ends()
        rows = np.flatnonzero(np.diff(ends) == size)
        if not len(rows):
            return []
        data = np.frombuffer(self.data(), dtype=np.uint8)
        last = data[ends[1:][rows] - 1]
        hits = (data[ends[:-1][rows]] == first[0]) & (last >= ord("0")) & (last <= ord("9"))
        found: list[int] = rows[hits].tolist()
        return found

    def among(self, wanted: tuple[str, ...]) -> list[int]:
        """Positions of those that are one of these."""
        if not len(self):
            return []
        found = pc.is_in(self.array, value_set=_values(wanted))
        if not found.true_count:
            return []
        rows: list[int] = np.flatnonzero(found.to_numpy(zero_copy_only=False)).tolist()
        return rows

    def matching(self, pattern: str) -> Mask:
        """Which of them have a pattern in them, as RE2 has it."""
        made: Mask = pc.match_substring_regex(self.array, pattern).to_numpy(zero_copy_only=False)
        return made

    def where(self, mask: Sequence[bool] | Mask) -> "Texts":
        """Those whose mask is true. A block has a dozen columns, of which a campaign looks at two or three."""
        made = as_mask(mask)
        kept = Texts(_NONE)
        kept._array, kept._count, kept._among = None, int(np.count_nonzero(made)), (self, made)
        if self._objects is not None:
            kept._objects = self._objects[made]
        return kept

    def parsed(self, parse: Callable[[str], Any]) -> tuple[list[Any], npt.NDArray[np.int32]]:
        """What a function makes of each distinct text, and which of these each text is."""
        coded = self.array.dictionary_encode()
        distinct = coded.dictionary.to_numpy(zero_copy_only=False).tolist()
        return list(map(parse, distinct)), coded.indices.to_numpy()


@cache
def _values(wanted: tuple[str, ...]) -> pa.StringArray:
    """Texts to look for, as Arrow wants them."""
    return pa.array(wanted, pa.string())


def _texts(data: bytes, ends: bytes, count: int) -> Texts:
    """The texts of a column that came from another process."""
    return Texts(pa.StringArray.from_buffers(count, pa.py_buffer(ends), pa.py_buffer(data)))


def repeated(value: Any, count: int) -> Numbers | Texts:
    """One value as a column.

    Args:
        value: A text, whole number or truth value.
        count: How many rows.
    """
    if isinstance(value, str):
        return Texts(pa.repeat(pa.scalar(value, pa.string()), count))
    return Numbers(np.full(count, value, dtype=np.bool_ if isinstance(value, bool) else np.int64))


def replaced(values: Sequence[Any], others: Mapping[int, Any]) -> Sequence[Any]:
    """A column with other values in some places.

    Args:
        values: The column.
        others: Position -> value of the column's type.
    """
    if not others:
        return values
    if isinstance(values, Numbers):
        numbers = values.values.copy()
        numbers[list(others)] = list(others.values())
        return Numbers(numbers)
    if isinstance(values, Texts):
        mask = np.zeros(len(values), dtype=bool)
        mask[list(others)] = True
        given = pa.array([others[place] for place in sorted(others)], pa.string())
        return Texts(pc.replace_with_mask(values.array, pa.array(mask), given))
    made = list(values)
    for place, value in others.items():
        made[place] = value
    return made
