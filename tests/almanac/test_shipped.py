import subprocess
import sys
from datetime import date, datetime

import pytest

from campaigner.almanac.shipped import lunar_day, shipped_days
from campaigner.domain.calendar import ScheduleError

LOOK_AGAIN = (12, 15)
"""Month and day from which the installed data must reach to the end of the next year.

The State Council publishes the arrangement of a year in the November before, and `chinesecalendar` follows some
weeks later: on 25 November 2026 no release had 2027. So nothing is asked until the middle of December; from then on,
two weeks before the data of the year run out, the test fails until the newer release is in the lock file.
"""


def test_the_shipped_working_days_do_not_run_out() -> None:
    today = datetime.now().astimezone().date()
    wanted = today.year + 1 if (today.month, today.day) >= LOOK_AGAIN else today.year
    known = shipped_days().known_until
    assert known >= date(wanted, 12, 31), (
        f"the working days of chinesecalendar end on {known}: raise its version in pyproject.toml and the lock files; "
        f"if no release has {wanted} yet, offices must write the notice's days into [calendar] (docs/schedules.md)"
    )


@pytest.mark.parametrize(
    ("day", "working"),
    [
        pytest.param(date(2026, 2, 14), True, id="Saturday worked before Spring Festival"),
        pytest.param(date(2026, 2, 23), False, id="last day of the Spring Festival"),
        pytest.param(date(2026, 10, 7), False, id="last day of the National Day holiday"),
        pytest.param(date(2026, 10, 10), True, id="Saturday worked after it"),
        pytest.param(date(2026, 11, 25), True, id="plain Wednesday"),
    ],
)
def test_shipped_working_days(day: date, working: bool) -> None:
    assert shipped_days().working(day) is working


def test_whole_years_are_known() -> None:
    days = shipped_days()
    assert (days.known_from.month, days.known_from.day) == (1, 1)
    assert (days.known_until.month, days.known_until.day) == (12, 31)


@pytest.mark.parametrize(
    ("year", "month", "day", "expected"),
    [
        pytest.param(2026, 1, 1, date(2026, 2, 17), id="Spring Festival 2026"),
        pytest.param(2027, 1, 1, date(2027, 2, 6), id="Spring Festival 2027"),
        pytest.param(2026, 1, 15, date(2026, 3, 3), id="Lantern Festival"),
        pytest.param(2026, 8, 15, date(2026, 9, 25), id="Mid-Autumn"),
        pytest.param(2026, 9, 9, date(2026, 10, 18), id="Double Ninth"),
        pytest.param(2026, 12, 8, date(2027, 1, 15), id="Laba, in the next year of the sun"),
        pytest.param(2026, 12, 30, date(2027, 2, 5), id="eve, where the month has 29 days"),
        pytest.param(2025, 6, 15, date(2025, 7, 9), id="the month itself, not the leap month after it"),
    ],
)
def test_lunar_days(year: int, month: int, day: int, expected: date) -> None:
    assert lunar_day(year, month, day) == expected


@pytest.mark.parametrize("year", [1899, 2101])
def test_the_end_of_the_lunar_data_is_said(year: int) -> None:
    with pytest.raises(ScheduleError, match="1900 to 2100") as caught:
        lunar_day(year, 1, 1)
    assert caught.value.code == "calendar-lunar"
    assert "农历" in caught.value.message_zh


def test_a_plain_schedule_loads_no_calendar() -> None:
    """Reading working days and lunar tables takes time, which only what needs them should spend."""
    plain = (
        "import sys; from datetime import UTC, datetime; from zoneinfo import ZoneInfo; "
        "from campaigner.almanac.schedules import firings; from campaigner.domain.campaign import Schedule; "
        "import campaigner.cli, campaigner.config; first = datetime(2026, 1, 1, tzinfo=UTC); "
        "print('apscheduler' in sys.modules, len(list(firings(Schedule(cron='0 9 * * *'), first, "
        "first.replace(month=2), ZoneInfo('Asia/Shanghai')))), {'chinese_calendar', 'borax'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", plain], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False 31 set()"
