"""Names of files are measured in bytes and cut between characters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.filename import MOST_BYTES, cut, shortened, size_of

NAMES = st.text(
    st.characters(blacklist_characters="/\0", blacklist_categories=())
    | st.sampled_from("甲乙.~é\u0301\U0001f600\udc80"),
    min_size=1,
    max_size=260,
)


@given(NAMES)
def test_any_name_fits_and_stays_if_it_fitted(name: str) -> None:
    short = shortened(name)
    assert size_of(short) <= MOST_BYTES
    assert (short == name) == (size_of(name) <= MOST_BYTES)


@given(NAMES, NAMES)
def test_two_names_stay_two(one: str, other: str) -> None:
    assert (shortened(one) == shortened(other)) == (one == other)


@pytest.mark.parametrize(
    ("name", "begins", "ends"),
    [
        ("状态报告" * 20 + ".csv", "状态报告" * 9, ".csv"),
        ("状" * 200, "状" * 40, ""),
        ("." + "a" * 200, ".aaaa", ""),
        ("a" * 200 + "." + "b" * 40, "a" * 100, ""),
    ],
)
def test_what_is_left_of_a_long_name(name: str, begins: str, ends: str) -> None:
    short = shortened(name)
    assert short.startswith(begins)
    assert short.endswith(ends)
    assert "~" in short


def test_a_mark_stays_with_its_letter() -> None:
    assert cut("ee\u0301", 3) == "e"
    assert cut("ee\u0301", 4) == "ee\u0301"
    assert cut("甲乙", 5) == "甲"
    assert not cut("\u0301\u0301", 3).endswith("\u0301\u0301")
    assert unicodedata.combining("\u0301")
