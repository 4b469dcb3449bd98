from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.timetable import ALWAYS, UNLIMITED, Ceilings, Timetable, Window
from tests.conftest import SHANGHAI

DAYTIME = Timetable(Window(8 * 60, 21 * 60), frozenset({date(2026, 12, 13)}))
ZONES = [
    ZoneInfo(name) for name in ("Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe")
]


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        pytest.param("2026-12-01T09:00", "2026-12-01T09:00", id="open"),
        pytest.param("2026-12-01T08:00", "2026-12-01T08:00", id="just open"),
        pytest.param("2026-12-01T07:59", "2026-12-01T08:00", id="too early"),
        pytest.param("2026-12-01T20:59:59", "2026-12-01T20:59:59", id="last second"),
        pytest.param("2026-12-01T21:00", "2026-12-02T08:00", id="just closed"),
        pytest.param("2026-12-31T23:59", "2027-01-01T08:00", id="over the year"),
        pytest.param("2026-12-13T12:00", "2026-12-14T08:00", id="quiet day"),
        pytest.param("2026-12-12T22:00", "2026-12-14T08:00", id="evening before a quiet day"),
        pytest.param("2028-02-28T21:30", "2028-02-29T08:00", id="29 February"),
    ],
)
def test_opening(moment: str, opening: str) -> None:
    assert DAYTIME.opening(at(moment)) == at(opening)


def test_a_clock_that_leaps_over_the_opening_opens_after_the_leap() -> None:
    york = ZoneInfo("America/New_York")
    found = Timetable(Window(2 * 60 + 30, 12 * 60)).opening(at("2027-03-14T00:00", york))
    assert found == at("2027-03-14T03:30", york)


def test_nothing_opens_where_every_day_is_quiet() -> None:
    class Always:
        def __contains__(self, _day: object) -> bool:
            return True

    assert Timetable(Window(0, 60), Always()).opening(at("2026-12-01T09:00")) is None


def test_windows_meet() -> None:
    assert Window(480, 1260).within(Window(540, 1440)) == Window(540, 1260)
    assert Window(0, 60).within(Window(60, 120)) is None
    assert str(Window(480, 1260)) == "08:00-21:00"
    assert DAYTIME.closing(at("2026-12-01T09:00")) == at("2026-12-01T21:00")
    assert Timetable(ALWAYS).closing(at("2026-12-31T09:00")) == at("2027-01-01T00:00")


windows = st.integers(0, 1438).flatmap(
    lambda opens: st.builds(Window, st.just(opens), st.integers(opens + 1, 1440))
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31))  # noqa: DTZ001 - the zone is drawn beside


@given(windows, st.frozensets(st.dates(date(2026, 1, 1), date(2028, 12, 31)), max_size=30), moments,
       st.sampled_from(ZONES))  # fmt: skip
def test_an_opening_is_open_not_before_and_the_first(
    window: Window, quiet: frozenset[date], naive: datetime, zone: ZoneInfo
) -> None:
    table = Timetable(window, quiet)
    moment = naive.replace(tzinfo=zone)
    found = table.opening(moment)
    assert found is not None
    assert found.astimezone(UTC) >= moment.astimezone(UTC)
    leapt = found.replace(tzinfo=None) != found.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    assert table.is_open(found) or leapt or found.hour * 60 + found.minute >= window.closes
    if found != moment:
        earlier = (found.astimezone(UTC) - timedelta(minutes=1)).astimezone(zone)
        assert earlier.astimezone(UTC) < moment.astimezone(UTC) or not table.is_open(earlier)


@pytest.mark.parametrize(
    ("ceilings", "earlier", "room"),
    [
        pytest.param(UNLIMITED, [("2026-12-01T09:00", 10**9)], None, id="no limit"),
        pytest.param(Ceilings(100), [], 100, id="nothing went"),
        pytest.param(Ceilings(100), [("2026-12-01T09:30", 60)], 40, id="within the hour"),
        pytest.param(Ceilings(100), [("2026-12-01T09:00", 60)], 100, id="an hour ago"),
        pytest.param(Ceilings(100), [("2026-12-01T10:30", 60)], 40, id="set for later"),
        pytest.param(Ceilings(100), [("2026-12-01T09:59", 300)], 0, id="full"),
        pytest.param(Ceilings(0, 500), [("2026-12-01T00:00", 450), ("2026-11-30T23:59", 400)], 50, id="day"),
        pytest.param(Ceilings(100, 500), [("2026-12-01T01:00", 450)], 50, id="the smaller"),
    ],
)
def test_room(ceilings: Ceilings, earlier: list[tuple[str, int]], room: int | None) -> None:
    gone = [(at(moment), count) for moment, count in earlier]
    assert ceilings.room(gone, at("2026-12-01T10:00")) == room
