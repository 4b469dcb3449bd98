from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.caps import (
    Cap,
    Caps,
    Contact,
    Limit,
    first_allowed,
    household_cap,
    phone_cap,
    say_the_same,
)
from campaigner.domain.timetable import Timetable, Window
from tests.conftest import SHANGHAI

DAYTIME = Timetable(Window(8 * 60, 21 * 60))
BEGIN = datetime(2026, 12, 7, 9, tzinfo=SHANGHAI)
DAY = timedelta(days=1)
CAPS = Caps(Limit(2, 7 * DAY), Limit(3, 7 * DAY), timedelta(hours=20), 14 * DAY)


def contact(days: float, text: str = "b") -> Contact:
    return Contact(BEGIN + days * DAY, text)


@pytest.mark.parametrize(
    ("contacts", "moment", "rule"),
    [
        pytest.param([], 0, None, id="never written to"),
        pytest.param([contact(-7), contact(-3)], 0, None, id="the first is a week ago"),
        pytest.param([contact(-6), contact(-3)], 1, Cap.PER_PHONE, id="two in the week"),
        pytest.param([contact(-0.5)], 8 / 24, Cap.GAP, id="yesterday evening"),
        pytest.param([contact(-13, "a")], 1, Cap.SAME_TEXT, id="the same a fortnight ago"),
        pytest.param([contact(-15, "a")], 0, None, id="the same long ago"),
        pytest.param([contact(0.5)], 0.5 + 20 / 24, Cap.GAP, id="one set for this evening"),
        pytest.param([contact(1), contact(2)], 8, Cap.PER_PHONE, id="two set for this week"),
    ],
)
def test_when_a_phone_may_be_written_to(contacts: list[Contact], moment: float, rule: Cap | None) -> None:
    found, why = first_allowed(partial(phone_cap, CAPS, contacts, text="a"), BEGIN, Timetable())
    assert (found, why) == (BEGIN + moment * DAY, rule)


def test_a_free_moment_at_night_becomes_the_next_morning() -> None:
    contacts = [Contact(BEGIN - timedelta(hours=6), "b")]
    found, why = first_allowed(partial(phone_cap, CAPS, contacts, text="a"), BEGIN, DAYTIME)
    assert (found, why) == (BEGIN + timedelta(hours=23), Cap.GAP)


def test_a_household_counts_all_its_phones() -> None:
    moments = [BEGIN - DAY] * 3
    assert first_allowed(partial(household_cap, CAPS, moments), BEGIN, DAYTIME) == (
        BEGIN + 6 * DAY,
        Cap.PER_HOUSEHOLD,
    )
    assert first_allowed(partial(household_cap, CAPS, moments[1:]), BEGIN, DAYTIME) == (BEGIN, None)


def test_how_far_contacts_matter() -> None:
    assert CAPS.reach == 14 * DAY
    assert Caps().reach == timedelta(0)
    assert CAPS.any_for_phone
    assert not Caps(household=Limit(1, DAY)).any_for_phone


def test_no_free_moment_is_said() -> None:
    never = Timetable(Window(0, 60), type("Always", (), {"__contains__": lambda _self, _day: True})())
    assert first_allowed(partial(phone_cap, CAPS, [contact(-0.5)], text="a"), BEGIN, never) == (None, Cap.GAP)


limits = st.none() | st.builds(Limit, st.integers(1, 4), st.integers(1, 20).map(lambda days: days * DAY))
rules = st.builds(
    Caps,
    limits,
    limits,
    st.integers(0, 72).map(lambda h: timedelta(hours=h)),
    st.integers(0, 20).map(lambda d: d * DAY),
)
histories = st.lists(
    st.builds(
        Contact,
        st.integers(-30 * 24, 30 * 24).map(lambda h: BEGIN + timedelta(hours=h)),
        st.sampled_from("ab"),
    ),
    max_size=8,
)


def broken(caps: Caps, contacts: list[Contact]) -> bool:
    """Whether a history breaks a rule anywhere, judged without the code under test."""
    ordered = sorted(contacts, key=lambda c: c.at)
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 :]:
            if other.at - one.at < caps.gap or (
                one.text == other.text and other.at - one.at < caps.same_text
            ):
                return True
        if caps.phone:
            within = [c for c in ordered if one.at <= c.at < one.at + caps.phone.within]
            if len(within) > caps.phone.count:
                return True
    return False


@given(rules, histories)
def test_whoever_is_let_through_breaks_no_rule(caps: Caps, wished: list[Contact]) -> None:
    """Messages come one after the other; each goes at once or is put off; the history stays within the rules."""
    history: list[Contact] = []
    for one in wished:
        found, why = first_allowed(partial(phone_cap, caps, history, text=one.text), one.at, Timetable())
        assert found is not None
        assert found >= one.at
        assert (why is None) == (found == one.at)
        history.append(Contact(found, one.text))
        assert not broken(caps, history)


@given(rules, histories)
def test_the_same_question_has_the_same_answer(caps: Caps, history: list[Contact]) -> None:
    ask = partial(first_allowed, partial(phone_cap, caps, history, text="a"), BEGIN, DAYTIME)
    backwards = partial(first_allowed, partial(phone_cap, caps, history[::-1], text="a"), BEGIN, DAYTIME)
    assert ask()[0] == backwards()[0]


@given(rules, histories)
def test_a_contact_that_no_longer_counts_changes_no_answer(caps: Caps, history: list[Contact]) -> None:
    counting = [contact for contact in history if caps.counts_for_phone(contact, BEGIN, "a")]
    whole = first_allowed(partial(phone_cap, caps, history, text="a"), BEGIN, DAYTIME)
    assert first_allowed(partial(phone_cap, caps, counting, text="a"), BEGIN, DAYTIME) == whole


@given(rules, histories)
def test_a_contact_of_long_ago_changes_nothing_for_its_household(caps: Caps, history: list[Contact]) -> None:
    counting = [contact.at for contact in history if caps.counts_for_household(contact, BEGIN)]
    whole = first_allowed(partial(household_cap, caps, [contact.at for contact in history]), BEGIN, DAYTIME)
    assert first_allowed(partial(household_cap, caps, counting), BEGIN, DAYTIME) == whole


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("a", "a", True),
        ("a b", "c b", True),
        ("a b", "b", True),
        ("a", "b", False),
        ("", "", False),
        ("a", "ab", False),
    ],
)
def test_texts_that_share_a_name_say_the_same(one: str, other: str, alike: bool) -> None:
    assert say_the_same(one, other) is alike
    assert say_the_same(other, one) is alike
