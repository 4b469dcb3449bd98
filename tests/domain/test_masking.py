import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.masking import masked

MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
NO_DIGIT = st.text(st.characters(exclude_categories=("Nd", "Cs")), max_size=10)
CASES = [
    pytest.param("call 13800138000 now", "call 138****8000 now", id="alone"),
    pytest.param("手机13800138000，请", "手机138****8000，请", id="in Chinese"),
    pytest.param("+8613800138000", "+86138****8000", id="with the country's code"),
    pytest.param("008613800138000", "0086138****8000", id="with 0086"),
    pytest.param("1380013800013900139000", "138****8000139****9000", id="two without a gap"),
    pytest.param("138 0013 8000", "138 **** 8000", id="in groups"),
    pytest.param("138-0013-8000", "138-****-8000", id="with hyphens"),
    pytest.param("13800138000.0", "138****8000.0", id="as a spreadsheet's float"),
    pytest.param("１３８００１３８０００", "138****8000", id="in wide digits"),
    pytest.param("id 11010519491231002X.", "id 110***************.", id="identity card"),
    pytest.param("12800138000", "12800138000", id="no mobile prefix"),
    pytest.param("1764099999123", "1764099999123", id="a time in milliseconds"),
    pytest.param("0163138001380009876", "0163138001380009876", id="a carrier's id"),
    pytest.param("12:00 2026-12-01", "12:00 2026-12-01", id="a time"),
    pytest.param("", "", id="nothing"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


@given(
    st.lists(st.tuples(NO_DIGIT, st.sampled_from(("", "86", "+86", "0086")), MOBILE), min_size=1), NO_DIGIT
)
def test_no_number_survives_whatever_stands_around_it(parts: list[tuple[str, str, str]], end: str) -> None:
    text = "".join(" " + word + head + number for word, head, number in parts) + end
    assert not re.search("1[3-9][0-9]{9}", masked(text))


@given(st.text())
def test_masking_twice_is_masking_once(text: str) -> None:
    assert masked(masked(text)) == masked(text)
