"""Looking a year ahead: when each campaign fires, in words, what that comes to, and what never fires."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from campaigner.almanac.book import Almanac, open_almanac
from campaigner.almanac.schedules import ScheduleError, firings
from campaigner.domain.campaign import Campaign, Schedule
from campaigner.domain.outlook import YEAR, Amount, Outlook, Words
from campaigner.domain.planning import PlannedRun
from campaigner.domain.problem import Level, Problem
from campaigner.domain.schedule_words import schedule_words
from campaigner.workspace.desk import Desk


def outlooks(desk: Desk, runs: Sequence[PlannedRun], now: datetime) -> tuple[Outlook, ...]:
    """Each campaign whose settings have no fault, with its 365 days from today on.

    Args:
        desk: The working folder.
        runs: Runs that were counted, from which the amounts are taken.
        now: The time it is.
    """
    almanac = open_almanac(desk.config.calendar)
    today = desk.day(now)
    last = today + timedelta(days=YEAR - 1)
    first, end = (
        datetime.combine(day, time(), desk.config.zone) for day in (today, last + timedelta(days=1))
    )
    found = []
    for campaign in _sound(desk):
        count, unknown = _count(desk, campaign, almanac, first, end)
        found.append(
            Outlook(
                campaign=campaign.name,
                title=campaign.title,
                words=schedule_words(campaign.schedule, desk.config.calendar.occasions, desk.local),
                first=today,
                last=last,
                firings=count,
                unknown=unknown,
                amount=Amount.of([run.tallies for run in runs if run.campaign == campaign.name]),
                paused=campaign.paused,
            )
        )
    return tuple(found)


def _sound(desk: Desk) -> Iterator[Campaign]:
    for campaign in desk.config.campaigns.values():
        if ("campaigns", campaign.name) not in desk.config.faulty:
            yield campaign


def _count(
    desk: Desk, campaign: Campaign, almanac: Almanac, first: datetime, end: datetime
) -> tuple[int | None, Words]:
    """How often it certainly fires, and why there may be more."""
    count = 0
    try:
        for _moment in firings(campaign.schedule, first, end, desk.config.zone, almanac):
            count += 1
    except ScheduleError as error:
        if error.code == "calendar-end":
            until = almanac.days.known_until
            return count, (f"working days are known until {until} only", f"放假安排只知道到{until}")
        unknown = str(error).partition(";")[0], error.message_zh.partition("；")[0]
        return (count if error.code.startswith("calendar-") else None), unknown
    return count, ("", "")


def idle_problems(desk: Desk, found: Sequence[Outlook], now: datetime) -> list[Problem]:
    """Campaigns that never fire, fire no more, or not within a year; paused ones are meant not to."""
    problems = []
    for one in found:
        if one.paused or one.firings != 0 or one.unknown[0]:
            continue
        code, level, message, message_zh = _idle(desk, desk.config.campaigns[one.campaign].schedule, one, now)
        line, column = desk.config.where.get(("campaigns", one.campaign, "schedule"), (None, None))
        problems.append(
            Problem(
                code, f"campaign {one.campaign}: {message}", f"计划 {one.campaign}：{message_zh}", "config.toml", line,
                column, level=level,
            )
        )  # fmt: skip
    return problems


def _idle(desk: Desk, schedule: Schedule, one: Outlook, now: datetime) -> tuple[str, Level, str, str]:
    english, chinese = one.words
    if _never(desk, schedule):
        return (
            "schedule-never", Level.BLOCK, f"it never fires: {english}; look at `start`, `end` and the days",
            f"永远不会发送：{chinese}；请检查 start、end 和日期",
        )  # fmt: skip
    ends = max(schedule.dates) if schedule.dates else schedule.end
    if ends is not None and ends <= now + timedelta(days=YEAR):
        return (
            "schedule-past", Level.WARN,
            f"its times have passed: {english}; is the year right? If it is done, delete it or write `paused = true`",
            f"时间已经过去，不会再发送：{chinese}；请核对年份，已办完的请删去或写上 paused = true",
        )  # fmt: skip
    return (
        "schedule-idle", Level.WARN, f"it does not fire before {one.last}: {english}; is that meant?",
        f"到{one.last}为止都不会发送：{chinese}；请确认",
    )  # fmt: skip


def _never(desk: Desk, schedule: Schedule) -> bool:
    """Whether nothing lies between its start and its end, as far as both are given."""
    moments = schedule.dates
    first = schedule.start or (min(moments) if moments else None)
    last = schedule.end or (max(moments) if moments else None)
    if first is None or last is None:
        return False
    try:
        almanac = open_almanac(desk.config.calendar)
        found = firings(schedule, first, last + timedelta(seconds=1), desk.config.zone, almanac)
        return next(found, None) is None
    except ScheduleError:
        return False
