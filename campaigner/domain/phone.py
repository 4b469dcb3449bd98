"""Mobile numbers of the mainland as lists write them: one cell in, the number or its fault out."""

import re
import unicodedata
from enum import StrEnum


class PhoneFault(StrEnum):
    """Why a cell is no mobile number; each has its own code, because each is mended in its own way."""

    LANDLINE = "phone-landline"
    DAMAGED = "phone-damaged"
    MASKED = "phone-masked"
    SHORT = "phone-too-short"
    LONG = "phone-too-long"
    TWO = "phone-two-numbers"
    WORDS = "phone-words"
    ABROAD = "phone-abroad"
    SERVICE = "phone-service"
    NOT_MOBILE = "phone-not-mobile"


NO_MOBILE = frozenset({PhoneFault.LANDLINE, PhoneFault.ABROAD, PhoneFault.SERVICE})
"""Numbers that can be read and are no mobile ones: nobody writes an SMS to them."""
PLAIN = r"1[3-9][0-9]{9}"
"""A mainland mobile number written as eleven digits and nothing else."""
LARGEST = 19_999_999_999
"""No mobile number is larger."""

NONE_WORDS = frozenset({"无", "没有", "暂无", "空", "-", "--", "—", "——", "/", "\\", "无电话", "none", "n/a"})
"""What clerks write to say that there is no number; it states something, so it is no fault."""

_MOBILE = re.compile(PLAIN)
_TWICE = re.compile(PLAIN + PLAIN)
_COMMON = re.compile(r"(?:(?:\+|00)?86[ -]?)?(1[3-9][0-9])[ -]?([0-9]{4})[ -]?([0-9]{4})")
_FLOAT = re.compile(rf"({PLAIN})\.0+")
_SCIENTIFIC = re.compile(r"[0-9]+(?:\.[0-9]*)?[eE]\+?[0-9]+")
_BETWEEN = re.compile(r"[/\\,;、|或和及\n\r]+")
_DECORATION = re.compile(r"[\s\-‐‑‒–—−.·・()\[\]【】]")
_NUMBER = re.compile(r"\+?[0-9]+")
_SERVICE = re.compile(r"1[0-2][0-9]|100[0-9]{2}|12[0-9]{3}|9[56][0-9]{3,6}|[48]00[0-9]{7}|106[0-9]{5,17}")
_LANDLINE = re.compile(r"0(?!1[3-9])[1-9][0-9]{8,10}|[2-8][0-9]{6,7}")
_LANDLINE_AFTER_86 = re.compile(r"10[0-9]{8}|[2-9][0-9]{8,10}")
_DIGITS_OF_A_NUMBER = 7
_LENGTH = 11
_QUOTES = "'\"`‘’“”"


def parse_phone(text: str) -> int | PhoneFault:
    """The mobile number in one cell; decoration is taken off, nothing is added, cut or guessed.

    Args:
        text: The cell as the list has it.

    Returns:
        Eleven digits as an integer; 0 where the cell is empty or says that there is none; else the fault.
    """
    if match := _COMMON.fullmatch(text):
        return int(match[1] + match[2] + match[3])
    plain = unicodedata.normalize("NFKC", text)
    if not plain.isprintable():
        plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    plain = plain.strip().removeprefix("=").strip(_QUOTES).strip()
    if not plain or plain.lower() in NONE_WORDS:
        return 0
    if match := _COMMON.fullmatch(plain):
        return int(match[1] + match[2] + match[3])
    if match := _FLOAT.fullmatch(plain):
        return int(match[1])
    return _odd(plain)


def _odd(plain: str) -> int | PhoneFault:
    """A cell that is neither empty nor written in a common way."""
    if _SCIENTIFIC.fullmatch(plain) or set(plain) == {"#"}:
        return PhoneFault.DAMAGED
    parts = [part for part in _BETWEEN.split(plain) if _digits(part) >= _DIGITS_OF_A_NUMBER]
    if len(parts) > 1:
        return PhoneFault.TWO
    compact = _DECORATION.sub("", plain)
    if "*" in compact and _digits(compact):
        return PhoneFault.MASKED
    if not _NUMBER.fullmatch(compact):
        return PhoneFault.WORDS
    return _digits_only(compact)


def _digits_only(compact: str) -> int | PhoneFault:  # noqa: PLR0911 - one answer for each fault
    """A cell of which only digits, and perhaps a plus, are left."""
    number = compact
    for prefix in ("+86", "0086", "86"):
        if compact.startswith(prefix) and (prefix != "86" or len(compact) > _LENGTH + 1):
            number = compact.removeprefix(prefix)
            break
    if _MOBILE.fullmatch(number):
        return int(number)
    if number.startswith(("+", "00")):
        return PhoneFault.ABROAD
    if _SERVICE.fullmatch(number):
        return PhoneFault.SERVICE
    if _LANDLINE.fullmatch(number) or (number != compact and _LANDLINE_AFTER_86.fullmatch(number)):
        return PhoneFault.LANDLINE
    if _TWICE.fullmatch(number):
        return PhoneFault.TWO
    if len(number) == _LENGTH:
        return PhoneFault.NOT_MOBILE
    return PhoneFault.SHORT if len(number) < _LENGTH else PhoneFault.LONG


def _digits(text: str) -> int:
    return sum(character in "0123456789" for character in text)


def masked_phone(phone: int | str) -> str:
    """A number as screens and logs show it: `138****1234`; of a faulty one even less (PIPL art. 51)."""
    text = str(phone).strip()
    if len(text) >= _LENGTH:
        return text[:3] + "*" * (len(text) - 7) + text[-4:]
    return text[: len(text) > 1] + "*" * (len(text) - (len(text) > 1))
