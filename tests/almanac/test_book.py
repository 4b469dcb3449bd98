from datetime import date

import pytest

from campaigner.almanac.book import Span, open_almanac
from campaigner.almanac.season import parse_season, season
from campaigner.domain.calendar import Calendar, Occasion, Point, ScheduleError, parse_point
from campaigner.domain.dayrule import WORDS
from campaigner.errors import ConfigError

ALMANAC = open_almanac(Calendar(occasions=season()))


def point(text: str) -> Point:
    found = parse_point(text)
    assert found is not None
    return found


def spans(occasion: Occasion, lo: date, hi: date) -> list[Span]:
    return list(open_almanac(Calendar(occasions={"x": occasion})).spans("x", lo, hi))


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("spring-festival", date(2027, 1, 1), date(2027, 2, 5)),
        ("lantern-festival", date(2027, 2, 20), date(2027, 2, 20)),
        ("term-start", date(2027, 2, 1), date(2027, 3, 31)),
        ("tax-settlement", date(2027, 3, 1), date(2027, 6, 30)),
        ("consumer-day", date(2027, 3, 15), date(2027, 3, 15)),
        ("graduates-job-search", date(2027, 4, 1), date(2027, 4, 30)),
        ("anti-fraud-month", date(2027, 6, 15), date(2027, 7, 15)),
        ("gaokao", date(2027, 6, 7), date(2027, 8, 31)),
        ("elder-fraud-months", date(2027, 6, 1), date(2027, 9, 30)),
        ("back-to-school", date(2027, 8, 1), date(2027, 9, 30)),
        ("mid-autumn", date(2027, 9, 15), date(2027, 9, 15)),
        ("mid-autumn-national-day", date(2027, 9, 1), date(2027, 10, 31)),
        ("elders-month", date(2027, 10, 1), date(2027, 10, 31)),
        ("double-ninth", date(2027, 10, 8), date(2027, 10, 8)),
        ("double-eleven", date(2027, 10, 1), date(2027, 11, 11)),
        ("year-end-accounts", date(2027, 12, 1), date(2027, 12, 31)),
        ("tax-deductions", date(2027, 12, 1), date(2027, 12, 31)),
        ("laba", date(2027, 1, 15), date(2027, 1, 15)),
    ],
)
def test_the_season_calendar_in_2027(name: str, first: date, last: date) -> None:
    (span,) = ALMANAC.spans(name, date(2027, 1, 1), date(2027, 12, 31))
    assert (span.first, span.last) == (first, last)


def test_every_shipped_occasion_is_complete_and_can_be_named_in_a_rule() -> None:
    assert len(season()) == 18
    for name, occasion in season().items():
        assert occasion.title
        assert occasion.source
        assert occasion.certainty in {"H", "M", "L"}
        assert name not in WORDS


@pytest.mark.parametrize(
    "text", ["x", "[a]\ntitle = 'x'\nstart = 'soon'", "[a]\nstart = '01-01'", "[a]\ntitel = 'x'", "a = 1"]
)
def test_a_damaged_season_calendar_names_itself(text: str) -> None:
    with pytest.raises(ConfigError, match=r"season\.toml is damaged"):
        parse_season(text, "season.toml")


def test_a_day_of_one_year_goes_before_what_comes_each_year() -> None:
    by_hand = Occasion(
        "x", "x", (Point("2027-06-24", on=date(2027, 6, 24)), point("06-15")), (point("07-15"),)
    )
    found = spans(by_hand, date(2026, 1, 1), date(2028, 12, 31))
    assert [span.first for span in found] == [date(2026, 6, 15), date(2027, 6, 24), date(2028, 6, 15)]


def test_an_occasion_of_one_year_comes_once() -> None:
    once = Occasion("x", "x", (Point("", on=date(2027, 12, 20)),), (Point("", on=date(2028, 1, 5)),))
    assert spans(once, date(2020, 1, 1), date(2035, 1, 1)) == [
        Span(date(2027, 12, 20), date(2028, 1, 5), None)
    ]


def test_an_occasion_may_run_over_the_end_of_the_year() -> None:
    winter = Occasion("x", "x", (point("12-20"),), (point("01-10"),))
    assert spans(winter, date(2027, 1, 5), date(2027, 1, 5)) == [
        Span(date(2026, 12, 20), date(2027, 1, 10), None)
    ]


@pytest.mark.parametrize(("year", "day"), [(2027, date(2027, 2, 28)), (2028, date(2028, 2, 29))])
def test_29_february_is_the_last_day_of_the_month(year: int, day: date) -> None:
    leap = Occasion("x", "x", (point("02-29"),))
    assert [span.first for span in spans(leap, date(year, 1, 1), date(year, 12, 31))] == [day]


def test_the_end_of_the_lunar_data_is_said() -> None:
    with pytest.raises(ScheduleError, match="lunar dates are known from 1900 to 2100"):
        list(ALMANAC.spans("mid-autumn", date(2101, 1, 1), date(2101, 12, 31)))
