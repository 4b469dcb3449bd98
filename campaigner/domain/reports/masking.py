"""Masked values in reports, such as 20xx年 or ⅩⅩ支行: unknown, never a number (domain research A0)."""

import re

_SIGNS = "xXｘＸ×✕╳ⅩⅹΧχ*＊○〇●□■"
_NUMERALS = "零一二三四五六七八九十百千"
_UNITS = "年月日号时分县市区镇乡村街路社派分局所支校小中大省某名起条万亿元人岁户家个份次"
_MASKED = re.compile(
    # A year or number of which some digits are left: 20xx年, 138****1234.
    rf"(?<![A-Za-z0-9.])[0-9]{{1,6}}[{_SIGNS}?？]{{1,60}}(?![A-Za-z])[0-9.{_SIGNS}]{{0,60}}(?:年|月|日|%)?"
    # At least two signs in a row, but not the round zeros of 二○○八年, nor Latin words.
    rf"|(?<![A-Za-z0-9{_NUMERALS}{_SIGNS}])[{_SIGNS}]{{2,60}}(?![A-Za-z{_NUMERALS}{_SIGNS}]|\.[A-Za-z])(?:年|月|日)?"
    # One cross before a unit: X月, ×县.
    rf"|(?<![A-Za-z0-9{_SIGNS}])[xXｘＸ×Ⅹⅹ](?=[{_UNITS}])[年月日]?"
    r"|(?<![A-Za-z0-9])_{2,60}(?![A-Za-z0-9])[年月日]?"
    r"|某{2,4}(?:年|月|日)?|某(?=[省市县区镇乡村街路公校学银企单局所队])|某[年月日](?![轻])"
)
_SOMETHING = re.compile("[0-9]+[×xX*][0-9]+")


def masked_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of each masked value, its unit of time included.

    Args:
        text: A report's cleaned text.
    """
    return tuple(
        (match.start(), match.end())
        for match in _MASKED.finditer(text)
        # 24×7 and 3*5 are products; so is anything else that has one cross between two numbers.
        if not (_SOMETHING.fullmatch(match[0]) and len(re.findall(f"[{_SIGNS}]", match[0])) == 1)
    )
