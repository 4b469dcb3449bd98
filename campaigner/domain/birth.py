"""Birth dates and ages, as lists write them: one cell in, the value or the name of the fault out."""

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum

from campaigner.domain.people import age_on


class BirthFault(StrEnum):
    """Why a cell is no birth date."""

    UNREADABLE = "birth-unreadable"
    TWO_DIGIT_YEAR = "birth-two-digit-year"
    YEAR_LAST = "birth-year-last"
    MONTH_AMBIGUOUS = "birth-month-ambiguous"
    IMPOSSIBLE = "birth-impossible"
    FUTURE = "birth-future"
    TOO_OLD = "birth-too-old"


class AgeFault(StrEnum):
    """Why a cell is no age in full years."""

    UNREADABLE = "age-unreadable"
    NOMINAL = "age-nominal"
    NEGATIVE = "age-negative"
    TOO_OLD = "age-too-old"


OLDEST = 120
"""Full years beyond which a date or an age is taken for a slip of the pen."""

_YEAR_DIGITS = 4
_DATE_MARKS = "-/.年月日号 "
_EXCEL_EPOCH = date(1899, 12, 30)
_SPACE = re.compile(r"\s+(?=[-/.年月日])|(?<=[-/.年月日])\s+")
_DAY = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})[日号]?"
    r"(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
)
_MONTH = re.compile(r"([0-9]{4})([-/.年])([0-9]{1,2})月?")
_YEAR = re.compile(r"([0-9]{4})年?")
_DAY_PACKED = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_MONTH_PACKED = re.compile(r"((?:18|19|20)[0-9]{2})([0-9]{2})")
_SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")
_WHOLE_FLOAT = re.compile(r"([0-9]{4}|[0-9]{6}|[0-9]{8})\.0+")
_TWO_DIGIT_YEAR = re.compile(
    r"[0-9]{6}|[0-9]{2}年(?:[0-9]{1,2}月?(?:[0-9]{1,2}[日号]?)?)?|[0-9]{1,2}[-/.][0-9]{1,2}(?:[-/.][0-9]{1,2})?"
)
_YEAR_LAST = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}")

_TIDY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""As most lists have it; nothing can be tidied in it."""
_AGE = re.compile(r"(-?)([0-9]{1,4})(?:\.0+)?(?:周?岁)?")
_HAN_AGE = re.compile(
    r"(?:([一二三四五六七八九])?(百))?(零|〇)?(?:([一二三四五六七八九])?(十))?([一二三四五六七八九])?(?:周?岁)?"
)
_HAN = {han: value for value, han in enumerate("一二三四五六七八九", start=1)}


def parse_birth(text: str, today: date) -> int | BirthFault:
    """The birth date in one cell.

    A month alone counts as its last day and a year alone as 31 December, so that nobody is taken for older
    than they are. `1956.1` is a fault: a spreadsheet writes October, `1956.10`, in the same way.

    Args:
        text: The cell as the list has it; five digits are the day number of a spreadsheet.
        today: Day after which nobody is born yet.

    Returns:
        yyyymmdd; 0 where the cell is empty; else the fault.
    """
    plain = text if _TIDY.fullmatch(text) else _tidied(text)
    if not plain:
        return 0
    if match := _WHOLE_FLOAT.fullmatch(plain):
        plain = match[1]
    return _checked(_span(plain), today)


def _tidied(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().strip("'").removesuffix("出生").removesuffix("生")
    return _SPACE.sub("", plain).strip().removesuffix(".")


def _span(plain: str) -> tuple[date, date] | BirthFault:  # noqa: PLR0911 - one answer for each form
    """First and last day that the cell may mean."""
    try:
        if match := _DAY.fullmatch(plain) or _DAY_PACKED.fullmatch(plain):
            day = date(int(match[1]), int(match[2]), int(match[3]))
            return day, day
        if match := _SERIAL.fullmatch(plain):
            day = _EXCEL_EPOCH + timedelta(days=int(match[1]))
            return day, day
        if match := _MONTH.fullmatch(plain):
            if match[2] == "." and match[3] == "1":
                return BirthFault.MONTH_AMBIGUOUS
            return _month(int(match[1]), int(match[3]))
        if match := _MONTH_PACKED.fullmatch(plain):
            return _month(int(match[1]), int(match[2]))
        if match := _YEAR.fullmatch(plain):
            return date(int(match[1]), 1, 1), date(int(match[1]), 12, 31)
    except ValueError:
        return BirthFault.IMPOSSIBLE
    if _YEAR_LAST.fullmatch(plain):
        return BirthFault.YEAR_LAST
    return BirthFault.TWO_DIGIT_YEAR if _TWO_DIGIT_YEAR.fullmatch(plain) else BirthFault.UNREADABLE


def _month(year: int, month: int) -> tuple[date, date]:
    first = date(year, month, 1)
    return first, first.replace(day=monthrange(year, month)[1])


def _checked(span: tuple[date, date] | BirthFault, today: date) -> int | BirthFault:
    if isinstance(span, BirthFault):
        return span
    first, last = span
    if first > today:
        return BirthFault.FUTURE
    birth = as_number(last)
    return BirthFault.TOO_OLD if age_on(as_number(today), birth, -1) > OLDEST else birth


def as_number(day: date) -> int:
    """A date as yyyymmdd."""
    return day.year * 10000 + day.month * 100 + day.day


def same_birth(known: int, stated: int) -> bool:
    """Whether the stated date can be the known one: equal, or the end of its month or year.

    Args:
        known: yyyymmdd to the day.
        stated: yyyymmdd as a list states it, perhaps the last day of a month or year.
    """
    if known == stated:
        return True
    year, month, day = stated // 10000, stated // 100 % 100, stated % 100
    if (month, day) == (12, 31) and known // 10000 == year:
        return True
    return day == monthrange(year, month)[1] and known // 100 == stated // 100


def masked_birth(text: str) -> str:
    """A birth cell as screens show it: four digits, marks of a date, else stars (PIPL art. 51)."""
    seen = 0
    shown = []
    for character in text:
        seen += character.isdigit()
        clear = seen <= _YEAR_DIGITS if character.isdigit() else character in _DATE_MARKS
        shown.append(character if clear else "*")
    return "".join(shown)


def parse_age(text: str) -> int | AgeFault:
    """The age in full years in one cell, in digits or in Chinese numerals.

    Args:
        text: The cell as the list has it. A nominal age (虚岁) is one or two years off, so it is a fault.

    Returns:
        Years; -1 where the cell is empty; else the fault.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).strip("'")
    if not plain:
        return -1
    if "虚" in plain:
        return AgeFault.NOMINAL
    if match := _AGE.fullmatch(plain):
        years = int(match[2])
        if match[1] and years:
            return AgeFault.NEGATIVE
    elif match := _HAN_AGE.fullmatch(plain):
        years = _han_years(match)
    else:
        years = -1
    if years < 0:
        return AgeFault.UNREADABLE
    return AgeFault.TOO_OLD if years > OLDEST else years


def _han_years(match: re.Match[str]) -> int:
    """Years of a matched Chinese numeral; -1 where it says nothing or leaves tens out without a zero."""
    hundreds, hundred, zero, tens, ten, ones = match.groups()
    if not (hundred or ten or ones):
        return 0 if zero else -1
    if hundred and ones and not ten and not zero:
        return -1
    value = 100 * _HAN.get(hundreds or "一", 0) if hundred else 0
    value += 10 * _HAN.get(tens or "一", 0) if ten else 0
    return value + _HAN.get(ones or "", 0)
