"""Numbers as Chinese reports write them, digits and numerals mixed, exactly: 1.37亿, 三百余, 400余万, 十二万."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1_000}
_LARGE = {"万": 10_000, "亿": 100_000_000}

_CHINESE = r"[一二两三四五六七八九十百][零〇一二两三四五六七八九十百千]*"
_ARABIC = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
_APPROX = r"[余多几来]"
NUMERAL = re.compile(
    rf"(?:(?P<arabic>{_ARABIC})|(?P<chinese>{_CHINESE})|(?P<bare>[十百千万](?={_APPROX})))"
    rf"(?P<inner>{_APPROX}?)(?P<scale>万亿|[十百千]?[万亿]?)"
    rf"(?P<rest>(?:(?<=[万亿])(?:\d{{1,4}}[千百万]|{_CHINESE}[零〇一二两三四五六七八九十百千]万?))?)"
    rf"(?P<outer>{_APPROX}?)",
    re.ASCII,
)
"""A number at its first digit; full-width characters are folded before. No two repeated parts can take the
same character, so the time is linear in the length."""
_LONGEST = 24


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as written.

    Args:
        value: Its exact value, 万 and 亿 multiplied out.
        quantum: What one more in its last written place would be, 0.01亿 for 1.37亿, 10,000 for 38万.
        place: What one more in its last place that is no zero would be: 1,000 for 2000, 10,000 for 38万.
        approximate: 余, 多, 几 or 来 stand in or behind it.
        chinese: It is written in Chinese numerals only.
        scaled: It holds 万 or 亿.
    """

    value: Decimal
    quantum: Decimal
    place: Decimal
    approximate: bool = False
    chinese: bool = False
    scaled: bool = False


def chinese_value(text: str) -> int:
    """The value of a numeral in Chinese characters up to 千, such as 三百五十 or 二〇二二 or 百.

    Args:
        text: Characters out of 零〇一二两三四五六七八九十百千 only.
    """
    if not any(character in _SMALL for character in text):
        return int("".join(str(_DIGITS[character]) for character in text) or "0")
    total = current = 0
    for character in text:
        if character in _SMALL:
            total += (current or 1) * _SMALL[character]
            current = 0
        else:
            current = _DIGITS[character]
    return total + current


def numeral(match: re.Match[str]) -> Numeral | None:
    """The number behind a match of `NUMERAL`; None where it is too long to be one."""
    if len(match[0]) > _LONGEST:
        return None
    return _valued(
        match["arabic"],
        match["chinese"],
        match["bare"],
        match["scale"],
        match["rest"],
        bool(match["inner"] or match["outer"]),
    )


@lru_cache(maxsize=10_000)
def _valued(
    arabic: str | None, chinese: str | None, bare: str | None, scale: str, rest: str, approximate: bool
) -> Numeral:
    base, quantum = _base(arabic, chinese, bare)
    factor = 1
    for character in scale:
        factor *= _SMALL.get(character) or _LARGE[character]
    value, quantum = base * factor, quantum * factor
    if rest:
        extra, quantum = _rest(rest)
        value += extra
    return Numeral(
        value=value,
        quantum=quantum,
        place=max(_last_place(value), quantum),
        approximate=approximate,
        chinese=arabic is None,
        scaled=any(character in _LARGE for character in f"{bare or ''}{scale}{rest}"),
    )


def _base(arabic: str | None, chinese: str | None, bare: str | None) -> tuple[Decimal, Decimal]:
    if arabic:
        digits = arabic.replace(",", "")
        decimals = len(digits.partition(".")[2])
        return Decimal(digits), Decimal(1).scaleb(-decimals)
    if bare:
        value = _SMALL.get(bare) or _LARGE[bare]
        return Decimal(value), Decimal(value)
    value = chinese_value(chinese or "")
    return Decimal(value), _last_place(Decimal(value)) if value else Decimal(1)


def _rest(text: str) -> tuple[Decimal, Decimal]:
    """What follows 万 or 亿: 2万5千, 1亿3000万, 三万五千."""
    unit = 1
    last = text[-1]
    if last in _LARGE or last in _SMALL:
        unit = _LARGE.get(last) or _SMALL[last]
    body = text[:-1] if unit > 1 else text
    value = int(body) if body.isascii() else chinese_value(body)
    return Decimal(value * unit), Decimal(unit)


def _last_place(value: Decimal) -> Decimal:
    """One unit of the last place that is no zero: 1000 for 2000, 0.1 for 8.8."""
    if not value:
        return Decimal(1)
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(1).scaleb(exponent)
