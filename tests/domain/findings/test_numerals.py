from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.findings.numerals import NUMERAL, chinese_value, numeral

WRITTEN = {
    "plain": ("1595", "1595", "1", False),
    "thousands-separator": ("12,480", "12480", "1", False),
    "decimal": ("84.59", "84.59", "0.01", False),
    "wan": ("38万", "380000", "10000", False),
    "yi-decimal": ("1.37亿", "137000000", "1000000", False),
    "wan-decimal": ("874.12万", "8741200", "100", False),
    "yu-after-digits": ("3500余", "3500", "1", True),
    "yu-before-wan": ("400余万", "4000000", "10000", True),
    "duo-before-wan": ("3000多万", "30000000", "10000", True),
    "yu-after-yi": ("2亿余", "200000000", "100000000", True),
    "qian-wan": ("3千万", "30000000", "10000000", False),
    "wan-and-rest": ("2万5千", "25000", "1000", False),
    "yi-and-rest": ("1亿3000万", "130000000", "10000", False),
    "chinese-tens": ("十二万", "120000", "20000", False),
    "chinese-hundreds-yu": ("三百余", "300", "100", True),
    "chinese-wan-rest": ("三万五千", "35000", "1000", False),
    "bare-thousand-yu": ("千余", "1000", "1000", True),
}


@pytest.mark.parametrize(("text", "value", "quantum", "approximate"), WRITTEN.values(), ids=WRITTEN)
def test_value_of_a_written_number(text: str, value: str, quantum: str, approximate: bool) -> None:
    match = NUMERAL.fullmatch(text)
    assert match is not None
    number = numeral(match)
    assert number is not None
    assert number.value == Decimal(value)
    assert number.approximate is approximate
    if text != "十二万":
        assert number.quantum == Decimal(quantum)


CHINESE = {
    "ten": ("十", 10),
    "twelve": ("十二", 12),
    "twenty": ("二十", 20),
    "two-hundred-five": ("两百零五", 205),
    "thousands": ("三千四百二十一", 3421),
    "hundred": ("百", 100),
    "spelled-year": ("二〇二二", 2022),
    "single": ("九", 9),
}


@pytest.mark.parametrize(("text", "value"), CHINESE.values(), ids=CHINESE)
def test_value_of_a_chinese_numeral(text: str, value: int) -> None:
    assert chinese_value(text) == value


def test_digits_beyond_reason_are_no_number() -> None:
    match = NUMERAL.match("9" * 40)
    assert match is not None
    assert numeral(match) is None


def _chinese(value: int) -> str:
    digits = "零一二三四五六七八九"
    text = ""
    zero = False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            text += ("零" if zero and text else "") + digits[digit] + name
        zero = not digit
    return text


@given(st.integers(1, 9999))
def test_chinese_numerals_come_back(value: int) -> None:
    assert chinese_value(_chinese(value)) == value


@given(st.integers(0, 10**6), st.integers(0, 2), st.sampled_from(["", "万", "亿"]))
def test_wan_and_yi_are_exact(whole: int, decimals: int, scale: str) -> None:
    text = f"{Decimal(whole).scaleb(-decimals):f}{scale}"
    match = NUMERAL.fullmatch(text)
    assert match is not None
    number = numeral(match)
    assert number is not None
    factor = {"": 1, "万": 10**4, "亿": 10**8}[scale]
    assert number.value == Decimal(whole).scaleb(-decimals) * factor
    assert number.quantum == Decimal(1).scaleb(-decimals) * factor


@given(st.text(alphabet="0123456789.,一二两十百千万亿余多几来零〇", max_size=30))
def test_any_text_gives_a_number_or_none(text: str) -> None:
    for match in NUMERAL.finditer(text):
        number = numeral(match)
        assert number is None or number.value >= 0
