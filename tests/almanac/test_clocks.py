"""Days on which clocks are changed: no run is doubled, none is lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigner.almanac.schedules import firings
from campaigner.domain.campaign import Schedule
from campaigner.domain.dayrule import Every, Kind, parse_rule
from campaigner.domain.planning import run_code

NEW_YORK, BERLIN, LORD_HOWE, SHANGHAI = map(
    ZoneInfo, ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Shanghai"]
)


def shown(schedule: Schedule, first: datetime, days: int) -> list[str]:
    """Day and time on the office's clock, and its distance from UTC."""
    zone = first.tzinfo
    assert isinstance(zone, ZoneInfo)
    found = [moment for moment, _place in firings(schedule, first, first + timedelta(days), zone)]
    for moment in found:
        assert moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment.replace(tzinfo=None)
    return [f"{moment:%d %H:%M %z}" for moment in found]


SPRING = [
    pytest.param(NEW_YORK, "2026-03-07", 2, 30, ["07 02:30 -0500", "08 03:30 -0400", "09 02:30 -0400"],
        id="New York"),
    pytest.param(BERLIN, "2026-03-28", 2, 30, ["28 02:30 +0100", "29 03:30 +0200", "30 02:30 +0200"],
        id="Berlin"),
    pytest.param(LORD_HOWE, "2026-10-03", 2, 15, ["03 02:15 +1030", "04 02:45 +1100", "05 02:15 +1100"],
        id="Lord Howe, half an hour"),
    pytest.param(SHANGHAI, "2026-03-28", 2, 30, ["28 02:30 +0800", "29 02:30 +0800", "30 02:30 +0800"],
        id="Shanghai, no change"),
]  # fmt: skip
AUTUMN = [
    pytest.param(NEW_YORK, "2026-10-31", 1, 30, ["31 01:30 -0400", "01 01:30 -0400", "02 01:30 -0500"],
        id="New York"),
    pytest.param(BERLIN, "2026-10-24", 2, 30, ["24 02:30 +0200", "25 02:30 +0200", "26 02:30 +0100"],
        id="Berlin"),
    pytest.param(LORD_HOWE, "2026-04-04", 1, 45, ["04 01:45 +1100", "05 01:45 +1100", "06 01:45 +1030"],
        id="Lord Howe, half an hour"),
]  # fmt: skip


def daily(first: datetime, hour: int, minute: int) -> Iterator[Schedule]:
    """Every day at a time, in all forms that can say so."""
    at = first.replace(hour=hour, minute=minute)
    yield Schedule(cron=f"{minute} {hour} * * *")
    yield Schedule(every=timedelta(days=1), start=at)
    yield Schedule(rule=Every(Kind.DAY), at=at.time())
    yield Schedule(dates=tuple(at + timedelta(day) for day in range(3)))


@pytest.mark.parametrize(("zone", "first", "hour", "minute", "expected"), SPRING)
def test_a_time_that_is_jumped_over_fires_late(
    zone: ZoneInfo, first: str, hour: int, minute: int, expected: list[str]
) -> None:
    midnight = datetime.fromisoformat(first).replace(tzinfo=zone)
    for schedule in daily(midnight, hour, minute):
        assert shown(schedule, midnight, 3) == expected


@pytest.mark.parametrize(("zone", "first", "hour", "minute", "expected"), AUTUMN)
def test_a_time_that_comes_twice_fires_once(
    zone: ZoneInfo, first: str, hour: int, minute: int, expected: list[str]
) -> None:
    midnight = datetime.fromisoformat(first).replace(tzinfo=zone)
    for schedule in daily(midnight, hour, minute):
        assert shown(schedule, midnight, 3) == expected


def test_the_turn_goes_on_over_a_change_of_clocks() -> None:
    first, last = datetime(2026, 3, 1, tzinfo=NEW_YORK), datetime(2026, 12, 1, tzinfo=NEW_YORK)
    for line in ("30 1 * * *", "30 2 * * *"):
        places = [place for _moment, place in firings(Schedule(cron=line), first, last, NEW_YORK)]
        assert places == list(range(59, 59 + len(places)))


@pytest.mark.parametrize("minutes", [15, 30, 60, 180])
@pytest.mark.parametrize("zone", [NEW_YORK, BERLIN, LORD_HOWE], ids=str)
def test_short_intervals_have_one_run_for_each_time_on_the_clock(zone: ZoneInfo, minutes: int) -> None:
    start, step = datetime(2026, 3, 1, tzinfo=zone), timedelta(minutes=minutes)
    moments = [start.astimezone(UTC) + count * step for count in range(timedelta(days=260) // step)]
    schedule = Schedule(every=step, start=start)
    for month in (3, 4, 10):
        lo, hi = start.replace(month=month), start.replace(month=month + 1, day=2)
        codes = [run_code("c", moment) for moment, _place in firings(schedule, lo, hi, zone)]
        assert len(codes) == len(set(codes))
        wanted = [moment for moment in moments if lo.astimezone(UTC) <= moment < hi.astimezone(UTC)]
        assert set(codes) == {run_code("c", moment.astimezone(zone)) for moment in wanted}


def test_a_day_that_is_jumped_over_fires_on_the_next() -> None:
    apia = ZoneInfo("Pacific/Apia")
    friday = Schedule(cron="0 9 * * fri")
    assert shown(friday, datetime(2011, 12, 28, tzinfo=apia), 5) == ["31 09:00 +1400"]
    assert shown(friday, datetime(2011, 12, 31, tzinfo=apia), 1) == ["31 09:00 +1400"]


def test_dates_that_show_one_time_are_one_run() -> None:
    twice = (
        datetime.fromisoformat("2026-11-01T01:30-04:00"),
        datetime.fromisoformat("2026-11-01T01:30-05:00"),
    )
    first = datetime(2026, 11, 1, tzinfo=NEW_YORK)
    assert shown(Schedule(dates=twice), first, 1) == ["01 01:30 -0400"]
    between = datetime.fromisoformat("2026-11-01T05:45+00:00")
    assert list(firings(Schedule(dates=twice), between, between + timedelta(hours=3), NEW_YORK)) == []


def test_an_interval_that_begins_in_the_second_hour_begins_there() -> None:
    start = datetime.fromisoformat("2026-11-01T01:30-05:00")
    schedule = Schedule(every=timedelta(days=1), start=start)
    assert shown(schedule, datetime(2026, 11, 1, tzinfo=NEW_YORK), 2) == ["01 01:30 -0500", "02 01:30 -0500"]


MONTH_ENDS = ["31", "28", "31", "30", "31", "30", "31", "31", "30", "31", "30", "31"]


@pytest.mark.parametrize(
    "schedule",
    [Schedule(cron="0 9 last * *"), Schedule(rule=parse_rule("last day of the month", ()))],
    ids=["cron", "rule"],
)
def test_every_month_has_its_last_day(schedule: Schedule) -> None:
    first = datetime(2027, 1, 1, tzinfo=SHANGHAI)
    found = [moment for moment, _place in firings(schedule, first, first.replace(year=2028), SHANGHAI)]
    assert [f"{moment:%d}" for moment in found] == MONTH_ENDS
    leap = datetime(2028, 2, 1, tzinfo=SHANGHAI)
    assert [f"{m:%d}" for m, _p in firings(schedule, leap, leap.replace(month=3), SHANGHAI)] == ["29"]
