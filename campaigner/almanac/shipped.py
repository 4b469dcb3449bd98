"""What comes with the installation: working days and the lunar calendar. The only door of their libraries."""

from datetime import date, timedelta
from functools import cache

from campaigner.domain.calendar import ScheduleError, WorkingDays


@cache
def shipped_days() -> WorkingDays:
    """The working days that the installed `chinesecalendar` knows: whole years, to the last year with a notice."""
    from chinese_calendar.constants import holidays, workdays

    return WorkingDays(
        frozenset(holidays),
        frozenset(workdays),
        date(min(holidays).year, 1, 1),
        date(max(holidays).year, 12, 31),
    )


@cache
def lunar_day(year: int, month: int, day: int) -> date:
    """The day of a lunar date; where the lunar month has no 30th, its last day.

    Args:
        year: Year in which the lunar year begins.
        month: Lunar month from 1 to 12; a leap month after it is not meant.
        day: Day from 1 to 30.

    Raises:
        ScheduleError: The year lies outside of the lunar data.
    """
    from borax.calendars.lunardate import MAX_LUNAR_YEAR, MIN_LUNAR_YEAR, LCalendars, LunarDate

    if not MIN_LUNAR_YEAR <= year <= MAX_LUNAR_YEAR:
        raise ScheduleError(
            f"lunar dates are known from {MIN_LUNAR_YEAR} to {MAX_LUNAR_YEAR}, not for {year}",
            f"农历数据只有{MIN_LUNAR_YEAR}年至{MAX_LUNAR_YEAR}年，没有{year}年",
            "calendar-lunar",
        )
    first: date = LunarDate(year, month, 1).to_solar_date()
    length: int = LCalendars.ndays(year, month)
    return first + timedelta(days=min(day, length) - 1)
