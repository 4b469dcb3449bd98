from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.calendar import (
    LONGEST_REST,
    Calendar,
    Edge,
    Point,
    ScheduleError,
    Term,
    WorkingDays,
    in_order,
    parse_point,
    reach,
    together,
)

FROM, UNTIL = date(2026, 1, 1), date(2026, 12, 31)
DAYS = WorkingDays(
    frozenset({date(2026, 10, day) for day in range(1, 8)}), frozenset({date(2026, 10, 10)}), FROM, UNTIL
)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        pytest.param(date(2026, 9, 30), True, id="Wednesday"),
        pytest.param(date(2026, 10, 1), False, id="Thursday that is a holiday"),
        pytest.param(date(2026, 10, 10), True, id="Saturday made up for"),
        pytest.param(date(2026, 10, 11), False, id="Sunday"),
        pytest.param(UNTIL, True, id="last day that is known"),
    ],
)
def test_working(day: date, working: bool) -> None:
    assert DAYS.working(day) is working


@pytest.mark.parametrize("day", [FROM - timedelta(1), UNTIL + timedelta(1)], ids=["before", "after"])
def test_a_day_that_is_not_known_is_never_guessed(day: date) -> None:
    with pytest.raises(ScheduleError, match=r"2026-01-01 to 2026-12-31.*\[calendar\]") as caught:
        DAYS.working(day)
    assert caught.value.code == "calendar-end"
    assert str(day) in caught.value.message_zh


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        pytest.param(date(2026, 9, 30), 1, date(2026, 10, 8), id="over the holiday"),
        pytest.param(date(2026, 10, 9), 1, date(2026, 10, 10), id="to the Saturday made up for"),
        pytest.param(date(2026, 10, 8), -1, date(2026, 9, 30), id="back over the holiday"),
        pytest.param(date(2026, 10, 3), 1, date(2026, 10, 8), id="from a day of rest"),
        pytest.param(date(2026, 10, 3), -2, date(2026, 9, 29), id="two back from a day of rest"),
        pytest.param(date(2026, 10, 3), 0, date(2026, 10, 3), id="not at all"),
    ],
)
def test_shift(day: date, count: int, expected: date) -> None:
    assert DAYS.shift(day, count) == expected


def test_a_calendar_without_work_is_a_mistake() -> None:
    idle = frozenset(FROM + timedelta(day) for day in range(120))
    with pytest.raises(ScheduleError, match="hardly a working day"):
        WorkingDays(idle, frozenset(), FROM, UNTIL).shift(date(2026, 3, 1), 1)


@st.composite
def calendars(draw: st.DrawFn) -> WorkingDays:
    """Years with holidays of up to ten days and adjusted weekends, as notices have them."""
    holidays: set[date] = set()
    for start in draw(st.lists(st.integers(0, 364), max_size=8)):
        length = draw(st.integers(1, 10))
        first = FROM + timedelta(start)
        near = {first + timedelta(count) for count in range(-LONGEST_REST, length + LONGEST_REST)}
        if not near & holidays:
            holidays |= {first + timedelta(count) for count in range(length)}
    weekends = [day for day in (FROM + timedelta(count) for count in range(365)) if day.weekday() > 4]
    workdays = set(draw(st.lists(st.sampled_from(weekends), max_size=10))) - holidays
    return WorkingDays(frozenset(holidays), frozenset(workdays), FROM, UNTIL)


days = st.dates(date(2026, 4, 1), date(2026, 9, 30))


@given(calendars(), days, st.integers(-20, 20))
def test_a_shift_lands_on_a_working_day_and_there_and_back_is_home(
    calendar: WorkingDays, day: date, count: int
) -> None:
    there = calendar.shift(day, count)
    assert abs((there - day).days) <= reach(count)
    if count:
        assert calendar.working(there)
    if calendar.working(day):
        assert calendar.shift(there, -count) == day


@given(calendars(), days, days, st.integers(-20, 20))
def test_later_days_stay_later(calendar: WorkingDays, one: date, other: date, count: int) -> None:
    early, late = sorted([one, other])
    assert calendar.shift(early, count) <= calendar.shift(late, count)
    assert calendar.shift(early, count - 1) <= calendar.shift(early, count) or count == 1


@given(calendars(), days, st.integers(1, 20))
def test_a_shift_counts_the_working_days_between(calendar: WorkingDays, day: date, count: int) -> None:
    there = calendar.shift(day, count)
    between = [day + timedelta(step) for step in range(1, (there - day).days + 1)]
    assert sum(map(calendar.working, between)) == count


def test_days_by_hand_go_before_the_shipped_ones() -> None:
    by_hand = Calendar(
        frozenset({date(2026, 10, 10), date(2027, 1, 1)}), frozenset({date(2026, 10, 4)}), date(2027, 12, 31)
    )
    both = together(DAYS, by_hand)
    assert both.known_until == date(2027, 12, 31)
    assert not both.working(date(2026, 10, 10))
    assert both.working(date(2026, 10, 4))
    assert not both.working(date(2027, 1, 1))
    assert together(DAYS, Calendar()) == DAYS
    assert together(DAYS, Calendar(known_until=date(2026, 6, 30))).known_until == UNTIL


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("06-07", Point("06-07", 6, 7)),
        ("lunar 08-15", Point("lunar 08-15", 8, 15, lunar=True)),
        ("Term  starts", Point("Term  starts", term=Edge.STARTS)),
        (
            "2 weeks before term ends",
            Point("2 weeks before term ends", term=Edge.ENDS, offset=-14),
        ),
        ("1 day after 02-29", Point("1 day after 02-29", 2, 29, offset=1)),
        ("lunar 12-30", Point("lunar 12-30", 12, 30, lunar=True)),
    ],
)
def test_a_day_that_comes_back(text: str, expected: Point) -> None:
    assert parse_point(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "6-7",
        "13-01",
        "00-10",
        "02-30",
        "04-31",
        "lunar 01-31",
        "term",
        "1 day 06-07",
        "1 day before",
        "soon",
    ],
)
def test_no_day(text: str) -> None:
    assert parse_point(text) is None


def test_terms_come_in_order() -> None:
    spring = Term("spring", date(2027, 2, 22), date(2027, 7, 9))
    autumn = Term("autumn", date(2026, 9, 1), date(2027, 1, 20))
    assert in_order([spring, autumn]) == (autumn, spring)
