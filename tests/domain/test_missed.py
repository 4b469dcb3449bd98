from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.missed import Misfire, missed
from campaigner.domain.timetable import Timetable, Window
from tests.conftest import SHANGHAI

DAYTIME = Timetable(Window(8 * 60, 21 * 60))
GRACE = timedelta(minutes=30)
RELEASE = datetime(2026, 12, 7, 9, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("rule", "late", "at"),
    [
        pytest.param(Misfire.LATE, "0:30", None, id="in time"),
        pytest.param(Misfire.LATE, "2:00", "2026-12-07T11:00", id="late at once"),
        pytest.param(Misfire.LATE, "14:00", "2026-12-08T08:00", id="late in the morning"),
        pytest.param(Misfire.MOVE, "2:00", "2026-12-08T09:00", id="moved to tomorrow"),
        pytest.param(Misfire.MOVE, "23:00", "2026-12-08T09:00", id="moved to this morning"),
        pytest.param(Misfire.MOVE, "49:00", "2026-12-10T09:00", id="moved over days"),
    ],
)
def test_what_becomes_of_a_late_run(rule: Misfire, late: str, at: str | None) -> None:
    hours, minutes = map(int, late.split(":"))
    found = missed(rule, RELEASE, RELEASE + timedelta(hours=hours, minutes=minutes), GRACE, DAYTIME)
    expected = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI) if at else None
    assert (found.at if found else None) == expected


def test_a_skipped_run_goes_nowhere() -> None:
    found = missed(Misfire.SKIP, RELEASE, RELEASE + timedelta(hours=1), GRACE, DAYTIME)
    assert found
    assert found.at is None
    assert found.late == timedelta(hours=1)


@given(st.sampled_from([Misfire.LATE, Misfire.MOVE]), st.integers(0, 100_000))
def test_a_late_run_goes_out_later_than_now_and_in_the_window(rule: Misfire, minutes: int) -> None:
    now = RELEASE + timedelta(minutes=minutes)
    found = missed(rule, RELEASE, now, GRACE, DAYTIME)
    if found is None:
        assert minutes <= 30
    else:
        assert found.at is not None
        assert found.at >= now
        assert DAYTIME.is_open(found.at)
