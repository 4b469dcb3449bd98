"""Numbers of identity cards: only whether one is right and whose birthday it states (GB 11643-1999)."""

import re
import unicodedata
from datetime import date
from enum import StrEnum

from campaigner.domain.birth import OLDEST, as_number
from campaigner.domain.people import age_on


class IdCardFault(StrEnum):
    """Why a cell is no number of an identity card."""

    LENGTH = "idcard-length"
    DAMAGED = "idcard-damaged"
    MASKED = "idcard-masked"
    CHECK_DIGIT = "idcard-check-digit"
    BIRTH = "idcard-birth"


_NEW = re.compile(r"[1-9][0-9]{16}[0-9X]")
_OLD = re.compile(r"[1-9][0-9]{14}")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]*)?E\+?[0-9]+")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def check_digit(number: str) -> str:
    """The check digit that belongs to the first seventeen digits (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11]


def parse_idcard(text: str, today: date) -> int | IdCardFault:  # noqa: PLR0911 - one answer for each form
    """The birth date that the number in one cell states; the number itself goes no further (PIPL art. 6).

    Args:
        text: The cell as the list has it: 18 characters, or 15 digits of the time before 1999.
        today: Day after which nobody is born yet.

    Returns:
        yyyymmdd; 0 where the cell is empty; else the fault.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).strip("'`‘’").upper()
    if not plain:
        return 0
    if _SCIENTIFIC.fullmatch(plain) or set(plain) == {"#"}:
        return IdCardFault.DAMAGED
    if "*" in plain:
        return IdCardFault.MASKED
    if _NEW.fullmatch(plain):
        if check_digit(plain) != plain[17]:
            return IdCardFault.CHECK_DIGIT
        return _birth(plain[6:14], today)
    if _OLD.fullmatch(plain):
        return _birth("19" + plain[6:12], today)
    return IdCardFault.LENGTH


def _birth(digits: str, today: date) -> int | IdCardFault:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return IdCardFault.BIRTH
    birth = as_number(day)
    too_old = age_on(as_number(today), birth, -1) > OLDEST
    return IdCardFault.BIRTH if day > today or too_old else birth
