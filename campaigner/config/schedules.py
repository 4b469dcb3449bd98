"""The schedule of a campaign: when it fires."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campaigner import sanity
from campaigner.domain.campaign import Schedule
from campaigner.settings import Table

_EVERY = re.compile(r"(\d+) *(minute|hour|day|week)s?")


def read_schedule(table: Table, zone: ZoneInfo) -> Schedule:
    """When a campaign fires; moments without a zone are read in `zone`."""
    cron = table.text("cron")
    every = _every(table)
    dates = tuple(
        moment for moment in (_moment(value, zone) for value in table.take("dates", list, [])) if moment
    )
    if len(dates) != len(table.take("dates", list, [])):
        table.fault("config-type", "wants dates and times", "应为日期时间列表", "dates")
    if sum(key in table for key in ("cron", "every", "dates")) != 1:
        table.fault(
            "config-schedule",
            "give exactly one of `cron`, `every` and `dates`",
            "须在 cron、every、dates 中选且只选一个",
        )
    start = _moment(table.take("start", datetime), zone)
    if every is not None and start is None and "cron" not in table:
        table.fault("config-missing", "`every` counts from `start`", "使用 every 时必须写 start")
    end = _moment(table.take("end", datetime), zone)
    sanity.period(table, start, end)
    schedule = Schedule(cron, every, dates, start, end)
    table.finish()
    return schedule


def _every(table: Table) -> timedelta | None:
    text = table.text("every")
    if not text:
        return None
    match = _EVERY.fullmatch(text.strip())
    if not match or not int(match[1]):
        table.fault(
            "config-every", 'wants something like "14 days" or "2 weeks"',
            '应写成 "14 days"、"2 weeks" 这样', "every",
        )  # fmt: skip
        return None
    try:
        return timedelta(**{f"{match[2]}s": int(match[1])})
    except OverflowError:
        table.fault("config-range", "is too long", "间隔过长", "every")
        return None


def _moment(value: object, zone: ZoneInfo) -> datetime | None:
    """A local date and time, read in the office's zone."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    return None
