"""On which days rules and occasions fire, by the notices for 2026 and by terms."""

from datetime import date, datetime, time

import pytest

from campaigner.almanac.book import open_almanac
from campaigner.almanac.schedules import ScheduleError, firings
from campaigner.almanac.season import season
from campaigner.domain.calendar import Calendar, Occasion, Rest, Term, parse_point
from campaigner.domain.campaign import Schedule
from campaigner.domain.dayrule import Every, Kind, Weekly, parse_rule
from tests.conftest import SHANGHAI

TERMS = (
    Term("spring", date(2026, 3, 2), date(2026, 7, 5)),
    Term("autumn", date(2026, 9, 1), date(2027, 1, 20)),
)
WEEK_ONE = Occasion(
    "week-one", "开学第一周", tuple(filter(None, [parse_point("term starts")])),
    tuple(filter(None, [parse_point("6 days after term starts")])),
)  # fmt: skip
ALMANAC = open_almanac(Calendar(terms=TERMS, occasions={**season(), "week-one": WEEK_ONE}))
YEAR = ("2026-01-01", "2026-12-31")


def fired(schedule: Schedule, first: str, last: str) -> tuple[list[str], ScheduleError | None]:
    """Days and times up to, but not at, `last`, and what kept it from going on."""
    found = []
    lo, hi = (datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) for text in (first, last))
    try:
        for moment, _place in firings(schedule, lo, hi, SHANGHAI, ALMANAC):
            found.append(f"{moment:%m-%d %H:%M}")
    except ScheduleError as error:
        return found, error
    return found, None


def ruled(text: str) -> Schedule:
    return Schedule(rule=parse_rule(text, ALMANAC.calendar.occasions), at=time(8, 30))


@pytest.mark.parametrize(
    ("text", "first", "last", "expected"),
    [
        pytest.param("first monday of the month", "2026-02-01", "2026-05-01", "02-02 03-02 04-06", id="Monday"),
        pytest.param(
            "last working day of the month", "2026-02-01", "2026-05-01", "02-28 03-31 04-30",
            id="28 February is a Saturday that is worked",
        ),
        pytest.param("10th working day of the month", "2026-10-01", "2026-12-01", "10-20 11-13", id="over a holiday"),
        pytest.param(
            "first working day of the week", "2026-02-09", "2026-03-08", "02-09 02-24 03-02",
            id="a week of holidays has none",
        ),
        pytest.param("last working day of the week", "2026-10-05", "2026-10-19", "10-10 10-16", id="worked Saturday"),
        pytest.param("last working day of the quarter", *YEAR, "03-31 06-30 09-30", id="quarter, 12-31 not yet"),
        pytest.param("first working day of the year", *YEAR, "01-04", id="a Sunday that is worked"),
        pytest.param("first friday of the year", *YEAR, "01-02", id="first Friday of the year"),
        pytest.param("last working day of march and june", *YEAR, "03-31 06-30", id="two months"),
        pytest.param("28th day of february", *YEAR, "02-28", id="day by number"),
        pytest.param("3 working days before term starts", "2026-02-01", "2026-03-02", "02-26", id="before term"),
        pytest.param("1 day after term ends", "2026-07-01", "2026-08-01", "07-06", id="after term"),
        pytest.param("term starts", "2026-02-01", "2026-10-01", "03-02 09-01", id="first days of terms"),
        pytest.param("7 days before double-eleven", *YEAR, "11-04", id="before the day itself"),
        pytest.param("double-eleven starts", *YEAR, "10-01", id="its first day"),
        pytest.param("2 weeks after double-eleven ends", *YEAR, "11-25", id="after its end"),
        pytest.param("2 weeks after double-eleven ends", "2026-11-20", "2026-12-01", "11-25", id="long after its end"),
        pytest.param("first working day after spring-festival", *YEAR, "02-24", id="after the festival"),
        pytest.param("last friday before gaokao", *YEAR, "06-05", id="Friday before"),
        pytest.param("first monday after consumer-day", *YEAR, "03-16", id="Monday after"),
        pytest.param("mid-autumn", *YEAR, "09-25", id="lunar day"),
        pytest.param("laba", *YEAR, "01-26", id="lunar day of the year before"),
        pytest.param("every working day", "2026-10-01", "2026-10-12", "10-08 10-09 10-10", id="working days"),
        pytest.param("every sunday", "2026-11-01", "2026-11-16", "11-01 11-08 11-15", id="Sundays"),
        pytest.param("week-one ends", "2026-08-01", "2026-10-01", "09-07", id="occasion by term"),
    ],
)  # fmt: skip
def test_days_of_a_rule(text: str, first: str, last: str, expected: str) -> None:
    assert fired(ruled(text), first, last) == ([f"{day} 08:30" for day in expected.split()], None)


@pytest.mark.parametrize(
    ("during", "expected"),
    [
        pytest.param(None, "10-01", id="start"),
        pytest.param(Weekly(), "10-01 10-08 10-15 10-22 10-29 11-05", id="weekly"),
        pytest.param(Every(Kind.MONDAY), "10-05 10-12 10-19 10-26 11-02 11-09", id="Mondays"),
    ],
)
def test_days_of_an_occasion(during: Every | Weekly | None, expected: str) -> None:
    schedule = Schedule(occasion="double-eleven", during=during)
    assert fired(schedule, *YEAR) == ([f"{day} 09:00" for day in expected.split()], None)


def test_working_days_of_an_occasion() -> None:
    schedule = Schedule(occasion="double-eleven", during=Every(Kind.WORKING))
    found, error = fired(schedule, *YEAR)
    assert (len(found), found[0], found[2], found[-1], error) == (
        26, "10-08 09:00", "10-10 09:00", "11-11 09:00", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (Rest.KEEP, "09-28 10-01 10-05 10-08"),
        (Rest.NEXT, "09-28 10-08"),
        (Rest.PREVIOUS, "09-28 09-30 10-08"),
        (Rest.SKIP, "09-28 10-08"),
    ],
)
def test_days_of_rest(rest: Rest, expected: str) -> None:
    schedule = Schedule(cron="0 9 * * mon,thu", on_rest_day=rest)
    assert fired(schedule, "2026-09-25", "2026-10-12") == ([f"{day} 09:00" for day in expected.split()], None)


def test_a_firing_that_is_moved_past_the_end_is_none() -> None:
    end = datetime(2026, 10, 6, tzinfo=SHANGHAI)
    assert (
        fired(Schedule(cron="0 9 1 * *", on_rest_day=Rest.NEXT, end=end), "2026-09-25", "2026-10-20")[0] == []
    )


def test_a_firing_moved_into_the_last_year_keeps_its_turn() -> None:
    schedule = Schedule(cron="0 9 1 * *", on_rest_day=Rest.PREVIOUS)
    lo, hi = datetime(2025, 12, 25, tzinfo=SHANGHAI), datetime(2026, 2, 10, tzinfo=SHANGHAI)
    found = [(f"{m:%m-%d}", place) for m, place in firings(schedule, lo, hi, SHANGHAI, ALMANAC)]
    assert found == [("12-31", 0), ("01-30", 1)]


@pytest.mark.parametrize(
    ("schedule", "last", "known"),
    [
        pytest.param(ruled("last working day of the month"), "2027-02-01", "12-31", id="last working day"),
        pytest.param(ruled("first working day of the week"), "2027-01-10", "12-21 12-28", id="week"),
        pytest.param(
            Schedule(cron="30 8 * * mon", on_rest_day=Rest.NEXT), "2027-01-06", "12-21 12-28", id="moved on"
        ),
        pytest.param(
            Schedule(cron="30 8 * * fri", on_rest_day=Rest.SKIP), "2027-01-06", "12-25", id="left out"
        ),
        pytest.param(
            Schedule(cron="30 8 * * mon", on_rest_day=Rest.PREVIOUS), "2027-01-01", "12-21 12-28",
            id="whether Monday 4 January comes forward to 31 December",
        ),
    ],
)  # fmt: skip
def test_days_that_are_not_known_are_said_after_those_that_are(
    schedule: Schedule, last: str, known: str
) -> None:
    found, error = fired(schedule, "2026-12-20", last)
    assert found == [f"{day} 08:30" for day in known.split()]
    assert error is not None
    assert error.code == "calendar-end"
    assert "[calendar]" in str(error)
    assert "放假通知" in error.message_zh


@pytest.mark.parametrize(
    ("schedule", "last"),
    [
        pytest.param(Schedule(cron="0 9 * * *"), "2030-01-01", id="plain cron"),
        pytest.param(ruled("first monday of the month"), "2040-01-01", id="rule without working days"),
        pytest.param(ruled("mid-autumn"), "2040-01-01", id="lunar day"),
        pytest.param(ruled("last working day of the month"), "2027-01-01", id="until the end"),
        pytest.param(ruled("last working day of the month"), "2027-01-10", id="well before the next"),
        pytest.param(ruled("every working day"), "2027-01-01T08:30", id="before the hour"),
        pytest.param(Schedule(cron="0 9 * * mon", on_rest_day=Rest.NEXT), "2027-01-04", id="moved on, not so far"),
        pytest.param(
            Schedule(cron="0 9 * * mon", on_rest_day=Rest.PREVIOUS), "2026-12-29", id="no Monday can come so far back"
        ),
        pytest.param(
            Schedule(cron="0 9 * * *", on_rest_day=Rest.SKIP, end=datetime(2026, 12, 31, 9, tzinfo=SHANGHAI)),
            "2028-01-01", id="ended before",
        ),
    ],
)  # fmt: skip
def test_what_needs_no_unknown_day_is_not_kept_from_firing(schedule: Schedule, last: str) -> None:
    assert fired(schedule, "2026-12-01", last)[1] is None


@pytest.mark.parametrize("text", ["3 working days before term starts", "term ends", "week-one"])
def test_terms_that_are_not_known_are_said(text: str) -> None:
    found, error = fired(ruled(text), "2026-12-01", "2027-03-01")
    assert error is not None
    assert error.code == "calendar-terms"
    assert "2027-01-20" in str(error)
    assert found == (["01-20 08:30"] if text == "term ends" else [])


def test_a_rule_on_terms_without_terms_is_said() -> None:
    schedule = ruled("term starts")
    lo, hi = datetime(2026, 12, 1, tzinfo=SHANGHAI), datetime(2027, 1, 1, tzinfo=SHANGHAI)
    with pytest.raises(ScheduleError, match="no term is known at all"):
        list(firings(schedule, lo, hi, SHANGHAI))


def test_firings_moved_to_one_moment_are_one_run_with_the_turn_of_the_first() -> None:
    daily = Schedule(cron="0 9 * * *", on_rest_day=Rest.NEXT)
    lo, hi = datetime(2026, 11, 6, tzinfo=SHANGHAI), datetime(2026, 11, 11, tzinfo=SHANGHAI)
    whole = list(firings(daily, lo, hi, SHANGHAI, ALMANAC))
    assert [(f"{moment:%d}", place) for moment, place in whole] == [("06", 309), ("09", 310), ("10", 313)]
    assert whole[1:] == list(firings(daily, lo.replace(day=9), hi, SHANGHAI, ALMANAC))


def test_the_place_is_counted_from_one_day() -> None:
    lo, hi = datetime(2026, 11, 1, tzinfo=SHANGHAI), datetime(2026, 12, 1, tzinfo=SHANGHAI)
    places = {
        text: [place for _moment, place in firings(ruled(text), lo, hi, SHANGHAI, ALMANAC)]
        for text in (
            "first monday",
            "last friday of march and november",
            "every monday",
            "7 days before double-eleven",
        )
    }
    assert places == {
        "first monday": [10], "last friday of march and november": [1], "every monday": [43, 44, 45, 46, 47],
        "7 days before double-eleven": [0],
    }  # fmt: skip
    weekly = Schedule(occasion="double-eleven", during=Weekly())
    assert [place for _moment, place in firings(weekly, lo, hi, SHANGHAI, ALMANAC)] == [5]
