import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.delivery.links.parts import split, udh
from campaigner.domain import sms


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("", [0]),
        ("R", [2]),
        ("防" * 70, [140]),
        ("防" * 71, [134, 8]),
        ("防" * 134, [134, 134]),
        ("防" * 135, [134, 134, 2]),
        ("a" * 70, [140]),
        ("😀" * 35, [140]),
        ("😀" * 36, [132, 12]),
        ("防" + "😀" * 35, [134, 8]),
        ("防" * 66 + "😀" * 3, [132, 12]),
    ],
)
def test_parts_are_as_long_as_phones_take_them(text: str, octets: list[int]) -> None:
    assert [len(part) for part in split(text)] == octets


@given(st.text(st.sampled_from("防诈a96110😀𠮷"), max_size=500))
def test_parts_are_those_that_were_counted_and_charged(text: str) -> None:
    assert [part.decode("utf-16-be") for part in split(text)] == sms.split(text)
    assert len(split(text)) == sms.parts(text)


def test_half_a_pair_that_a_list_brought_along_is_carried_through() -> None:
    assert split("\ud83d") == [b"\xd8\x3d"]


def test_the_joining_header() -> None:
    assert udh(0x2A, 3, 1).hex() == "0500032a0301"
    assert udh(0x1FF, 8, 8).hex() == "050003ff0808"
