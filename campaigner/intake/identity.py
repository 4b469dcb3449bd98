"""The number that names a row's person, pupil or place: the same each time the same file is read."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from campaigner.domain.people import Kind
from campaigner.intake.columns import Numbers, Texts

IDENTITY: Mapping[Kind, tuple[str, ...]] = {
    Kind.PEOPLE: ("name", "phone", "birth"),
    Kind.PUPILS: ("school", "grade", "class_name", "name", "roll"),
    Kind.PLACES: ("kind", "village", "estate", "name", "address"),
}
"""Columns that two rows share if they mean the same one. A phone alone is none: households share phones."""

WHEN_UNKNOWN: Mapping[Kind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Kind.PEOPLE: (("phone", "birth"), ("village", "estate", "address", "household")),
    Kind.PUPILS: (("roll",), ("birth",)),
    Kind.PLACES: ((), ()),
}
"""Where all of the first are unknown the second count too: namesakes of one village or class stay two."""

_KEY = "campaigner/row/1"
"""Sixteen characters, as SipHash wants them. Another key would give every recipient another number."""
_ODD = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
_DIGITS = 18
"""Of a student number that is hashed as a number."""


def row_keys(kind: Kind, columns: Mapping[str, Sequence[Any]], lines: Sequence[int]) -> Numbers:
    """One 63-bit number for each row, from its identity; rows without a name are told apart by their lines.

    Args:
        kind: Of the audience.
        columns: Cleaned columns, every column of the kind present.
        lines: Physical line of each row.
    """
    count = len(lines)
    mixed = np.zeros(count, dtype=np.uint64)
    for name in IDENTITY[kind]:
        mixed = _mix(mixed, _column_hashes(name, columns[name]))
    unknown, further = WHEN_UNKNOWN[kind]
    if further:
        nothing = np.ones(count, dtype=bool)
        for name in unknown:
            nothing &= _column_hashes(name, columns[name]) == 0
        if nothing.any():
            rows = np.flatnonzero(nothing).tolist()
            for name in further:
                values = columns[name]
                mixed[nothing] = _mix(mixed[nothing], _hashes([values[row] for row in rows]))
    names = columns["name"]
    nameless = (
        names.among(("",)) if isinstance(names, Texts) else [r for r, name in enumerate(names) if not name]
    )
    if nameless:
        at = np.array([lines[row] for row in nameless], dtype=np.int64).astype(np.uint64)
        mixed[nameless] = _mix(mixed[nameless], at)
    return Numbers((mixed >> np.uint64(1)).astype(np.int64))


def other_key(key: int, *facts: object) -> int:
    """The number of somebody who shares the identity of another one, and yet is somebody else.

    Args:
        key: The number that both would have.
        facts: What tells them apart.
    """
    digest = hashlib.blake2b(repr((key, facts)).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def _column_hashes(name: str, values: Sequence[Any]) -> npt.NDArray[np.uint64]:
    """Those of a column; student numbers that are plain numbers are hashed as such, 0 where there is none."""
    if name != "roll":
        return _hashes(values)
    known: dict[str, int] = {}
    return np.array([_roll(value, known) for value in values], dtype=np.uint64)


def _roll(text: str, known: dict[str, int]) -> int:
    found = known.get(text)
    if found is None:
        plain = not text or (text.isascii() and text.isdigit() and text[0] != "0" and len(text) <= _DIGITS)
        found = known[text] = int(text or 0) if plain else int(_hashes([text])[0])
    return found


def _hashes(values: Sequence[Any]) -> npt.NDArray[np.uint64]:
    if len(values) and isinstance(values[0], int):
        # Numbers are spread by `_mix`; SipHash would only be slower.
        return np.asarray(values, dtype=np.int64).astype(np.uint64)
    if isinstance(values, Texts):
        cells = values.objects()
    else:
        cells = np.empty(len(values), dtype=object)
        cells[:] = values
    return np.asarray(pd.util.hash_array(cells, hash_key=_KEY, categorize=False), dtype=np.uint64)


def _mix(mixed: npt.NDArray[np.uint64], hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """One more column into the number; the order of the columns counts, overflow is wanted."""
    mixed = (mixed ^ hashes) * _ODD
    return mixed ^ (mixed >> _SHIFT)
