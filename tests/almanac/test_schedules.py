from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from campaigner.almanac.schedules import MOST, ScheduleError, firings
from campaigner.domain.campaign import Schedule
from tests.conftest import SHANGHAI

FIRST = datetime(2026, 12, 1, tzinfo=SHANGHAI)
LAST = datetime(2027, 1, 1, tzinfo=SHANGHAI)


def days(schedule: Schedule, first: datetime = FIRST, last: datetime = LAST) -> list[str]:
    return [f"{moment:%m-%d %H:%M}" for moment, _place in firings(schedule, first, last, SHANGHAI)]


MONDAYS = ["12-07 09:00", "12-14 09:00", "12-21 09:00", "12-28 09:00"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("0 9 * * mon", MONDAYS, id="weekday by name"),
        pytest.param("0 9 * * 1", MONDAYS, id="1 is Monday, as cron counts"),
        pytest.param(
            "0 9 * * 0", ["12-06 09:00", "12-13 09:00", "12-20 09:00", "12-27 09:00"], id="0 is Sunday"
        ),
        pytest.param(
            "0 9 * * 7", ["12-06 09:00", "12-13 09:00", "12-20 09:00", "12-27 09:00"], id="7 is Sunday"
        ),
        pytest.param("30 8 31 * *", ["12-31 08:30"], id="last day of December"),
        pytest.param("0 9 29 2 *", [], id="no 29 February here"),
    ],
)
def test_cron(line: str, expected: list[str]) -> None:
    assert days(Schedule(cron=line)) == expected


def test_a_range_of_weekdays_may_run_over_sunday() -> None:
    assert len(days(Schedule(cron="0 9 * * 5-7"))) == 12


def test_29_february_comes_in_a_leap_year() -> None:
    span = (datetime(2028, 1, 1, tzinfo=SHANGHAI), datetime(2029, 1, 1, tzinfo=SHANGHAI))
    assert days(Schedule(cron="0 9 29 2 *"), *span) == ["02-29 09:00"]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("0 9 * *", "five fields"),
        ("0 9 * * 8", "no weekday 8"),
        ("99 9 * * *", "no minute 99"),
        ("", "five fields"),
        ("0 9 1-7 * mon", "either of them"),
    ],
)
def test_a_faulty_cron_line_says_why(line: str, word: str) -> None:
    with pytest.raises(ScheduleError, match=word):
        list(firings(Schedule(cron=line or " "), FIRST, LAST, SHANGHAI))


def test_too_many_firings_are_a_mistake() -> None:
    with pytest.raises(ScheduleError, match=str(MOST)):
        list(firings(Schedule(cron="* * * * *"), FIRST, LAST, SHANGHAI))


def test_an_interval_counts_from_its_start() -> None:
    schedule = Schedule(every=timedelta(days=14), start=datetime(2026, 9, 3, 16, tzinfo=SHANGHAI))
    assert days(schedule) == ["12-10 16:00", "12-24 16:00"]
    places = [place for _moment, place in firings(schedule, FIRST, LAST, SHANGHAI)]
    assert places == [7, 8]


def test_nothing_fires_before_the_start_or_after_the_end() -> None:
    schedule = Schedule(
        cron="0 9 * * *",
        start=datetime(2026, 12, 3, tzinfo=SHANGHAI),
        end=datetime(2026, 12, 5, 9, tzinfo=SHANGHAI),
    )
    assert days(schedule) == ["12-03 09:00", "12-04 09:00", "12-05 09:00"]


def test_dates_keep_their_place() -> None:
    moments = (datetime(2026, 11, 1, tzinfo=SHANGHAI), datetime(2026, 12, 24, 8, tzinfo=SHANGHAI))
    found = list(firings(Schedule(dates=moments), FIRST, LAST, SHANGHAI))
    assert found == [(moments[1], 1)]


def test_the_place_does_not_depend_on_where_the_plan_begins() -> None:
    schedule = Schedule(cron="0 9 * * mon")
    year = dict(firings(schedule, datetime(2026, 1, 1, tzinfo=SHANGHAI), LAST, SHANGHAI))
    month = dict(firings(schedule, FIRST, LAST, SHANGHAI))
    assert month
    assert all(year[moment] == place for moment, place in month.items())


@pytest.mark.parametrize("every", [timedelta(days=1), timedelta(hours=6)], ids=["days", "hours"])
def test_intervals_over_a_change_of_clocks(every: timedelta) -> None:
    zone = ZoneInfo("Europe/Berlin")
    first, last = datetime(2026, 10, 24, tzinfo=zone), datetime(2026, 10, 27, tzinfo=zone)
    moments = [m for m, _p in firings(Schedule(every=every, start=first), first, last, zone)]
    assert len(moments) == len(set(moments))
    assert moments == sorted(moments)
    if every.days:
        assert {f"{m:%H:%M}" for m in moments} == {"00:00"}
    else:
        gaps = {b.timestamp() - a.timestamp() for a, b in pairwise(moments)}
        assert gaps == {every.total_seconds()}
