"""Turns go on: over the end of a year, a term and an occasion, wherever a plan begins."""

from datetime import date, datetime, time
from itertools import pairwise

import pytest

from campaigner.almanac.book import open_almanac
from campaigner.almanac.schedules import firings
from campaigner.almanac.season import season
from campaigner.domain.calendar import Calendar, Term
from campaigner.domain.campaign import Schedule
from campaigner.domain.dayrule import parse_during, parse_rule
from tests.conftest import SHANGHAI

TERMS = tuple(
    Term(f"{year}-{half}", first, last)
    for year in range(2023, 2030)
    for half, first, last in [
        ("spring", date(year, 2, 20), date(year, 7, 5)), ("autumn", date(year, 9, 1), date(year + 1, 1, 20)),
    ]
)  # fmt: skip
NOTICE = Calendar(known_until=date(2029, 12, 31), terms=TERMS, occasions=season())
"""As if nobody had holidays after the last shipped notice, but for weekends."""
ALMANAC = open_almanac(NOTICE)


def ruled(text: str) -> Schedule:
    return Schedule(rule=parse_rule(text, season()), at=time(9))


def within(name: str, during: str) -> Schedule:
    return Schedule(occasion=name, during=parse_during(during), at=time(9))


SCHEDULES = [
    Schedule(cron="0 9 * * mon"),
    Schedule(cron="0 9,15 1,15 * *"),
    Schedule(cron="0 9 last 2,12 *"),
    *(
        ruled(text)
        for text in (
            "first monday", "last working day of the month", "last friday of march and november",
            "first monday of the week", "last day of the quarter", "first working day of the year", "every monday",
            "every working day", "every day", "7 days before double-eleven", "2 weeks before laba",
            "first working day after spring-festival", "3 working days before term starts", "1 day after term ends",
        )
    ),
    within("gaokao", "start"), within("double-eleven", "weekly"), within("year-end-accounts", "every monday"),
    within("spring-festival", "every day"), within("back-to-school", "every working day"),
]  # fmt: skip


def turns(
    schedule: Schedule, first: int, last: int, calendar: Calendar = NOTICE
) -> list[tuple[datetime, int]]:
    """Firings from the start of a year to the end of another."""
    lo, hi = datetime(first, 1, 1, tzinfo=SHANGHAI), datetime(last + 1, 1, 1, tzinfo=SHANGHAI)
    return list(firings(schedule, lo, hi, SHANGHAI, open_almanac(calendar)))


@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
def test_each_firing_has_the_turn_after_the_one_before(schedule: Schedule) -> None:
    found = turns(schedule, 2024, 2028)
    assert len(found) >= 5
    assert {later - turn for (_m, turn), (_n, later) in pairwise(found)} == {1}


@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
def test_the_turn_does_not_depend_on_where_a_plan_begins(schedule: Schedule) -> None:
    whole = turns(schedule, 2024, 2028)
    for year in range(2024, 2029):
        assert turns(schedule, year, year) == [(m, turn) for m, turn in whole if m.year == year]


def test_the_first_turn_of_2026_is_the_first() -> None:
    """As it was when turns were counted year by year, so that approved runs of that year keep their warnings."""
    for schedule in SCHEDULES[:3]:
        assert turns(schedule, 2026, 2026)[0][1] == 0


def test_no_warning_twice_in_a_row_over_new_year() -> None:
    warnings = ["personal-data", "fake-police", "unknown-links"]
    lo, hi = datetime(2026, 12, 7, tzinfo=SHANGHAI), datetime(2027, 1, 19, tzinfo=SHANGHAI)
    found = [warnings[turn % 3] for _m, turn in firings(Schedule(cron="0 9 * * mon"), lo, hi, SHANGHAI)]
    assert len(found) == 7
    assert all(one != following for one, following in pairwise(found))


@pytest.mark.parametrize("rule", ["3 working days before term starts", "1 day after term ends"])
def test_terms_that_are_over_may_be_deleted(rule: str) -> None:
    later = Calendar(known_until=NOTICE.known_until, terms=TERMS[7:], occasions=season())
    kept = turns(ruled(rule), 2028, 2028, later)
    assert kept == turns(ruled(rule), 2028, 2028)
