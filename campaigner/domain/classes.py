"""Grades and classes of a school: one way to write each, and the order in which people count them."""

import re
import unicodedata

from campaigner.domain.findings.numerals import chinese_value

_NUMBER = re.compile(r"[0-9]+|[一二三四五六七八九十百]+")
_DAMAGED = re.compile(
    r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?(?:[T ].*)?"
    r"|[0-9]{1,2}月[0-9]{1,2}日|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
    r"|[0-9]{1,2}-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:-[0-9]{2,4})?"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*-[0-9]{1,4}|[0-9]{5}(?:\.[0-9]+)?",
    re.IGNORECASE,
)
_DIGITS_OF_AN_ORDER = 9


def plain_grade(text: str) -> str:
    """A grade with its word: `3` is `3年级`, so that grade 1 class 12 is not grade 11 class 2."""
    return _worded(text, "年级")


def plain_class(text: str) -> str:
    """A class with its word: `12` is `12班`."""
    return _worded(text, "班")


def _worded(text: str, word: str) -> str:
    plain = text.strip().strip("'‘’")
    bare = unicodedata.normalize("NFKC", plain).removesuffix(".0")
    return f"{bare}{word}" if _NUMBER.fullmatch(bare) else plain


def is_damaged_class(text: str) -> bool:
    """Whether a spreadsheet made a date or a time of a class: `3-2` becomes 2 March of this year."""
    return _DAMAGED.fullmatch(unicodedata.normalize("NFKC", text).strip().strip("'")) is not None


def class_label(grade: str, name: str) -> str:
    """Grade and class as one name, 三年级2班, however a list splits them; 三（2）班 has its grade already.

    Args:
        grade: As `plain_grade` gives it; "" for none.
        name: As `plain_class` gives it; "" for none.
    """
    short = bool(grade) and name[:1] == grade[:1] and name[1:2] in {"(", "（"}
    return name if short or (grade and name.startswith(grade)) else grade + name


def class_order(text: str) -> tuple[tuple[int, int, str], ...]:
    """What schools, grades and classes are sorted by: 1, 2, 10 and 一, 二, 十, each as a number.

    Args:
        text: A name such as 三年级10班.
    """
    plain = unicodedata.normalize("NFKC", text)
    pieces: list[tuple[int, int, str]] = []
    at = 0
    for match in _NUMBER.finditer(plain):
        pieces.append((1, 0, plain[at : match.start()]))
        pieces.append((0, _number(match[0]), match[0]))
        at = match.end()
    return (*pieces, (1, 0, plain[at:]))


def _number(text: str) -> int:
    """A number in digits or in Chinese numerals up to 999."""
    if text.isascii():
        return int(text[-_DIGITS_OF_AN_ORDER:])
    # Digits one behind another are no numeral: the last one counts.
    return chinese_value(text if {"十", "百"} & set(text) else text[-1])


def roll_order(roll: str) -> int:
    """Where a student number stands among those of a class: the digits in it; 0 if it has none.

    Args:
        roll: As the list has it, such as 0012, A-3 or G2023001.
    """
    digits = "".join(c for c in unicodedata.normalize("NFKC", roll) if c in "0123456789")
    return int(digits[-_DIGITS_OF_AN_ORDER:] or "0")
