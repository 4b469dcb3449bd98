"""What a spreadsheet shows of a number: a month where only a month is shown, 3班 for 3, 0012 for 12."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

_EXACT = 1e15
"""Floats from here on have lost digits: an identity number that was typed as a number."""
_LAST_DAY = 2_958_466
"""The day after 9999-12-31."""
_BOGUS = 60
"""Day that spreadsheets take for 29 February 1900, which was none; days before it are counted one too low."""


class Look(Enum):
    """What kind of thing a number format shows."""

    NUMBER = "number"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Format:
    """A number format, as far as it changes what a list says.

    Args:
        look: What it shows.
        before: Text in front of a number.
        after: Text behind it.
        digits: Least number of digits; 0 where it asks for none.
        text: What stands in front of and behind a text.
    """

    look: Look = Look.NUMBER
    before: str = ""
    after: str = ""
    digits: int = 0
    text: tuple[str, str] = ("", "")

    @property
    def is_plain(self) -> bool:
        """Whether it changes nothing."""
        return self == PLAIN


PLAIN = Format()

_BUILT_IN: Mapping[int, Format] = {
    **dict.fromkeys((14, 15, 16, 22, 28, 29, 30, 31, 51, 53, 54, 58), Format(Look.DAY)),
    **dict.fromkeys((17, 27, 36, 50, 52, 57), Format(Look.MONTH)),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56), Format(Look.TIME)),
}
"""Formats that a workbook names by number alone (ECMA-376, part 1, 18.8.30), in the form that Chinese ones have."""

_PIECE = re.compile(
    r"\"(?P<quoted>[^\"]*)\"|\\(?P<escaped>.)|\[(?P<bracket>[^\]]*)\]|[_*].|(?P<general>general)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_LITERAL = " -/+():!^&'~{}<>="
"""Marks that stand for themselves without quotation marks."""


def built_in(number: int) -> Format:
    """A format that is named by its number alone.

    Args:
        number: Of the format.
    """
    return _BUILT_IN.get(number, PLAIN)


def parse_format(code: str) -> Format:
    """A number format from its code, such as `yyyy"年"m"月"` or `0"班"`.

    Args:
        code: As the workbook has it; sections for negative numbers and zero do not count here.
    """
    sections = _sections(code)
    first = _read(sections[0])
    texts = [section for section in sections if any(piece == "@" for _kind, piece in section)]
    around = _around(texts[-1]) if texts else ("", "")
    if texts and sections[0] is texts[-1]:
        return Format(text=around)
    return Format(first.look, first.before, first.after, first.digits, around)


def _sections(code: str) -> list[list[tuple[str, str]]]:
    """Tokens of each section: what kind each is, and its text."""
    sections: list[list[tuple[str, str]]] = [[]]
    for match in _PIECE.finditer(code):
        kind = match.lastgroup
        if kind is None:
            continue
        if kind == "other" and match["other"] == ";":
            sections.append([])
        else:
            sections[-1].append((kind, match[kind]))
    return sections


def _around(section: list[tuple[str, str]]) -> tuple[str, str]:
    """The literal text in front of and behind the `@` of a section."""
    sides, side = ["", ""], 0
    for kind, piece in section:
        if kind == "other" and piece == "@":
            side = 1
        elif kind in {"quoted", "escaped"} or (kind == "other" and not piece.isascii()):
            sides[side] += piece
    return sides[0].lstrip(), sides[1].rstrip()


def _read(section: list[tuple[str, str]]) -> Format:
    """What one section shows of a number."""
    letters = "".join(piece.lower() for kind, piece in section if kind == "other")
    elapsed = any(kind == "bracket" and _ELAPSED.fullmatch(piece) for kind, piece in section)
    general = any(kind == "general" for kind, _piece in section)
    if not general and not re.search("[0#?]", letters):
        if look := _dated(letters, elapsed=elapsed):
            return Format(look)
    elif elapsed or (re.search("[ymdhs]", letters) and not general):
        # Seconds with a fraction, such as mm:ss.0.
        return Format(_dated(letters, elapsed=elapsed) or Look.TIME)
    if re.search(r"[.,%e?]", letters) or (general and re.search("[0#]", letters)):
        # Decimals, thousands, per cent: the number itself says more.
        return PLAIN
    sides, digits, side = ["", ""], 0, 0
    for kind, piece in section:
        place = kind == "general" or (kind == "other" and piece in "0#")
        if place and side and sides[1]:
            # Digits in groups, as of a telephone: the number itself says the same.
            return PLAIN
        if place:
            side, digits = 1, digits + (piece == "0")
        elif kind in {"quoted", "escaped"} or (
            kind == "other" and (piece in _LITERAL or not piece.isascii())
        ):
            sides[side] += piece
    if not side:
        return PLAIN
    return Format(before=sides[0].lstrip(), after=sides[1].rstrip(), digits=digits if digits > 1 else 0)


def _dated(letters: str, *, elapsed: bool) -> Look | None:
    """What a section of letters for dates shows; None where it has none."""
    years, days = bool(re.search("[yeg]", letters)), "d" in letters
    hours = elapsed or bool(re.search("[hs]", letters)) or "am/pm" in letters
    if days or ("m" in letters and not years and not hours):
        return Look.DAY
    if years:
        return Look.MONTH if "m" in letters else Look.YEAR
    return Look.TIME if hours else None


def show(value: float, form: Format, *, since_1904: bool = False) -> str:
    """A number as its cell shows it: ISO dates, `2012-12` for a month, whole numbers without a point.

    Args:
        value: The number.
        form: Of the cell.
        since_1904: Whether days are counted from 1904 on.
    """
    if form.look is not Look.NUMBER and 0 <= value < _LAST_DAY:
        return _moment(value, form.look, since_1904=since_1904)
    plain = number(value)
    if form.is_plain or value < 0 or not plain.isdigit():
        return plain
    return f"{form.before}{plain.zfill(form.digits)}{form.after}"


def _moment(value: float, look: Look, *, since_1904: bool) -> str:
    if look is Look.TIME and value < 1:
        moment = datetime(1900, 1, 1) + timedelta(seconds=round(value * 86400))  # noqa: DTZ001 - a time of day
        return moment.time().isoformat()
    day = value + 1462 if since_1904 else value + 1 if value < _BOGUS else value
    moment = datetime(1899, 12, 30) + timedelta(days=int(day), seconds=round(day % 1 * 86400))  # noqa: DTZ001
    if look is Look.MONTH:
        return f"{moment:%Y-%m}"
    if look is Look.YEAR:
        return f"{moment:%Y}"
    return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat(" ")


def number(value: float) -> str:
    """A number as text: whole ones without a point, in scientific form what has lost digits; "" for none.

    Args:
        value: The number.
    """
    if value != value:  # noqa: PLR0124 - the way to tell a NaN
        return ""
    if abs(value) >= _EXACT:
        return f"{value:.14E}"
    return str(int(value)) if value == int(value) else repr(float(value))
