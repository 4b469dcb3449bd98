"""Columns of dates that are written as 1956-03-08 throughout, as programs export them, read as numbers at once."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from campaigner.intake.columns import Texts

Days = npt.NDArray[np.int64]

_FORM = "0000-00-00"
_DIGITS = [place for place, mark in enumerate(_FORM) if mark == "0"]
_MARKS = [place for place, mark in enumerate(_FORM) if mark == "-"]
_WEIGHTS = 10 ** np.arange(len(_DIGITS))[::-1]
_FIRST, _LAST = 1850, 2149
"""Years that are remembered."""
_MONTHS, _DAYS = 13, 32


class KnownDays:
    """Which days a rule lets pass as they stand, so that it is asked once for each day.

    Args:
        parse: The rule: a cell's text to yyyymmdd, or to the code of its fault.
    """

    def __init__(self, parse: Callable[[str], Any]) -> None:
        self._parse = parse
        self._good = np.zeros((_LAST - _FIRST + 1) * _MONTHS * _DAYS, dtype=bool)

    def read(self, cells: Texts) -> tuple[Days, list[int]] | None:
        """The days (yyyymmdd) of all cells, and the rows for which the rule has another answer.

        None if not every cell is written so; then each has to be read for itself.
        """
        days = _days(cells)
        if days is None:
            return None
        years, months, dates = days // 10_000, days // 100 % 100, days % 100
        if ((years < _FIRST) | (years > _LAST)).any() or (months >= _MONTHS).any() or (dates >= _DAYS).any():
            return None
        places = ((years - _FIRST) * _MONTHS + months) * _DAYS + dates
        unknown = np.flatnonzero(~self._good[places])
        for row in unknown[np.unique(days[unknown], return_index=True)[1]].tolist():
            self._good[places[row]] = self._parse(cells[row]) == int(days[row])
        return days, unknown[~self._good[places[unknown]]].tolist()


def _days(cells: Texts) -> Days | None:
    """The days (yyyymmdd) of cells that are all written as `_FORM` says; None if one is not."""
    ends = cells.ends()
    if not len(cells) or (np.diff(ends) != len(_FORM)).any():
        return None
    marks = np.frombuffer(cells.data(), dtype=np.uint8)[ends[0] : ends[-1]].reshape(-1, len(_FORM))
    digits = marks[:, _DIGITS] - np.uint8(ord("0"))
    # What stands before 0 has become very large.
    if (digits > 9).any() or (marks[:, _MARKS] != ord("-")).any():  # noqa: PLR2004 - the last digit
        return None
    found: Days = digits.astype(np.int64) @ _WEIGHTS
    return found
