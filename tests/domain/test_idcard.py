from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.idcard import IdCardFault, check_digit, parse_idcard

TODAY = date(2026, 11, 24)
# An invented number: no region has the code 999999.
BODY = "99999919560301001"
NUMBER = BODY + check_digit(BODY)


def test_the_check_digit_of_the_standards_example():
    assert check_digit("11010519491231002") == "X"


@pytest.mark.parametrize(
    ("text", "birth"),
    [
        (NUMBER, 19560301),
        ("11010519491231002x", 19491231),
        (f" {NUMBER[:6]} {NUMBER[6:]} ", 19560301),
        (f"'{NUMBER}", 19560301),
        ("999999560301001", 19560301),
        ("", 0),
        ("\u3000", 0),
    ],
    ids=["eighteen", "small-x", "spaces", "apostrophe", "fifteen", "empty", "blank"],
)
def test_the_birth_date_is_taken(text, birth):
    assert parse_idcard(text, TODAY) == birth


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (BODY + ("0" if NUMBER[17] != "0" else "1"), IdCardFault.CHECK_DIGIT),
        (NUMBER[:17], IdCardFault.LENGTH),
        ("见附件", IdCardFault.LENGTH),
        ("9.9999919560301E+17", IdCardFault.DAMAGED),
        ("####", IdCardFault.DAMAGED),
        ("999999********0010", IdCardFault.MASKED),
        ("99999919561301001" + check_digit("99999919561301001"), IdCardFault.BIRTH),
        ("99999920270101001" + check_digit("99999920270101001"), IdCardFault.BIRTH),
        ("99999918000101001" + check_digit("99999918000101001"), IdCardFault.BIRTH),
        ("999999561301001", IdCardFault.BIRTH),
    ],
    ids=[
        "check",
        "seventeen",
        "words",
        "float",
        "hashes",
        "starred",
        "month-13",
        "future",
        "too-old",
        "old-month-13",
    ],
)
def test_faults(text, fault):
    assert parse_idcard(text, TODAY) is fault


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(place, step):
    wrong = str((int(NUMBER[place]) + step) % 10)
    assert isinstance(parse_idcard(NUMBER[:place] + wrong + NUMBER[place + 1 :], TODAY), IdCardFault)


@given(st.text())
def test_any_text_is_a_date_or_a_fault(text):
    assert isinstance(parse_idcard(text, TODAY), int | IdCardFault)
