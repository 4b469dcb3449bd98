import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.masking import masked, scrubbed

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
    pytest.param("138·0013·8000", "138·****·8000", id="with dots"),
    pytest.param("138\u20130013\u20138000", "138\u2013****\u20138000", id="with dashes"),
    pytest.param("110105 19491231 002X", "110*** ******** ****", id="identity card in groups"),
    pytest.param("卡号6222021234567890128。", "卡号***************0128。", id="bank card of nineteen digits"),
    pytest.param("4111 1111 1111 1111", "**** **** **** 1111", id="bank card in fours"),
    pytest.param("6222021234567890129", "6222021234567890129", id="no bank card: its check digit is wrong"),
    pytest.param("7222021234567890126", "7222021234567890126", id="no bank card: no card begins so"),
    pytest.param("座机0571-88123456。", "座机0571-******56。", id="landline"),
    pytest.param("(010) 6512 3456", "(010) **** **56", id="landline, its area in brackets, in groups"),
    pytest.param("（0578）2123456", "（0578）*****56", id="landline of seven digits"),
    pytest.param("elderly-monday-20261207-0900", "elderly-monday-20261207-0900", id="a run"),
    pytest.param("0900-20261207", "0900-20261207", id="an hour and a day"),
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


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_no_text_changes_its_length(text: str) -> None:
    assert len(masked(text)) == len(text)


def test_an_entry_of_the_log_has_no_number_in_whatever_text_of_it_and_keeps_its_hashes() -> None:
    digest = "a13800138000" + "0" * 52
    told = {
        "reason": "13800138000来电", "places": ["x 13800138000", {"13800138000": ("138 0013 8000",)}],
        "digest": digest, "subject": "6222021234567890", "quantity": 13800138000, "none": None,
    }  # fmt: skip
    assert scrubbed(told) == {
        "reason": "138****8000来电", "places": ["x 138****8000", {"138****8000": ["138 **** 8000"]}],
        "digest": digest, "subject": "6222021234567890", "quantity": 13800138000, "none": None,
    }  # fmt: skip


@pytest.mark.parametrize("near", ["13800138000", "a-13800138000", "a13800138000-x1380013800000000zz"])
def test_what_only_looks_like_a_hash_is_masked(near: str) -> None:
    assert scrubbed({"reason": near}) == {"reason": masked(near)}
