import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.phone import parse_phone
from campaigner.starter.classes import LEVELS, districts_of, pupils_of, seats
from campaigner.starter.dice import Dice
from campaigner.starter.phones import PREFIXES, SPACE, STEP, PhoneBook, spelled
from campaigner.starter.town import numeral, town_of

INDEXES = st.integers(0, SPACE - 1)


def test_phone_numbers_are_only_reordered() -> None:
    assert math.gcd(STEP, SPACE) == 1
    assert len(set(PREFIXES)) == len(PREFIXES)


@given(INDEXES, INDEXES, st.integers(0, 9))
def test_phone_numbers_are_unique_and_valid(one: int, other: int, seed: int) -> None:
    book = PhoneBook(seed)
    assert (book.number(one) == book.number(other)) is (one == other)
    assert parse_phone(book.number(one)) == int(book.number(one))


def test_phone_spellings_are_several_and_all_readable() -> None:
    dice = Dice("spelling")
    written = [spelled("13800138000", dice) for _ in range(500)]
    assert {parse_phone(each) for each in written} == {13800138000}
    assert len(set(written)) == 5
    assert written.count("13800138000") > 350


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "一"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (105, "一百零五"),
        (110, "一百一十"),
        (1001, "一千零一"),
        (745, "七百四十五"),
    ],
)
def test_numeral(number: int, text: str) -> None:
    assert numeral(number) == text


def test_numerals_differ() -> None:
    assert len({numeral(number) for number in range(1, 10000)}) == 9999


@given(st.integers(1, 10_000_000))
def test_town_has_no_name_twice_and_grows_slowly(people: int) -> None:
    town = town_of(people)
    for names in (town.villages, town.communities, town.estates, town.firms):
        assert 1 <= len(names) <= 200
        assert len(set(names)) == len(names)
    assert {town.community_of(estate) for estate in town.estates} <= set(town.communities)


@pytest.mark.parametrize("people", [1, 7, 60, 700, 2000, 15_000])
def test_there_is_a_seat_for_every_pupil_and_no_seat_twice(people: int) -> None:
    found = list(seats(people))
    assert len(found) == pupils_of(people)
    assert len({seat.index for seat in found}) == len(found)
    assert found == sorted(found)
    assert {seat.district for seat in found} == set(range(districts_of(people)))


@pytest.mark.parametrize("people", [2000, 15_000, 40_000])
def test_classes_have_their_usual_size(people: int) -> None:
    sizes = Counter((seat.district, seat.level, seat.number) for seat in seats(people))
    assert 35 <= min(sizes.values()) <= max(sizes.values()) <= 46
    assert len(set(sizes.values())) > 2


def test_a_large_town_has_every_level() -> None:
    assert {seat.level for seat in seats(15_000)} == set(range(len(LEVELS)))


def test_family_is_reached_in_one_step_and_has_two_children_at_most() -> None:
    children = Counter(seat.family() for seat in seats(40_000))
    assert all(family.family() == family for family in children)
    assert max(children.values()) == 2


def test_equal_names_give_equal_throws() -> None:
    assert Dice("a", 1).between(0, 10**9) == Dice("a", 1).between(0, 10**9) != Dice("a", 2).between(0, 10**9)
