"""What holds for any schedule, over any years: splitting changes nothing, nothing is doubled, moves land on work."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.almanac.book import open_almanac
from campaigner.almanac.schedules import firings
from campaigner.almanac.season import season
from campaigner.domain.calendar import Calendar, Rest, Term
from campaigner.domain.campaign import Schedule
from campaigner.domain.dayrule import Every, Kind, Weekly, parse_rule
from campaigner.domain.planning import run_code

ZONES = [
    ZoneInfo(name) for name in ("Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe")
]
TERMS = tuple(
    Term(f"{year}-{half}", first, last)
    for year in range(2020, 2031)
    for half, first, last in [
        ("spring", date(year, 2, 20), date(year, 7, 5)),
        ("autumn", date(year, 9, 1), date(year + 1, 1, 20)),
    ]
)
ALMANAC = open_almanac(Calendar(terms=TERMS, occasions=season()))
RULES = [
    "first monday", "last working day of the month", "10th working day of the month", "last day of february",
    "first working day of the week", "last working day of the quarter", "every working day", "every day",
    "3 working days before term starts", "1 day after term ends", "7 days before double-eleven",
    "first working day after spring-festival", "last friday before gaokao", "2 weeks before laba", "mid-autumn",
]  # fmt: skip
CRONS = ["0 9 * * mon", "30 1,2 * * *", "15 */6 29-31 * *", "0 0 1 1 *", "45 23 last * *", "*/30 0-3 * * sun"]

LONG_AGO, LATEST = datetime(2023, 1, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
CRITICAL = [
    *(datetime.combine(day, time(), UTC) for day in sorted(ALMANAC.days.holidays | ALMANAC.days.workdays)),
    *(
        datetime.fromisoformat(f"{day}T00:00Z")
        for day in ("2026-03-08", "2025-11-02", "2026-03-29", "2025-10-26")
    ),
    *(datetime.fromisoformat(f"{day}T12:00Z") for day in ("2026-04-04", "2025-10-04")),
]
"""Midnights at which holidays, their ends, or changes of clocks are near."""

minutes = st.integers(-36 * 60, 36 * 60).map(lambda count: timedelta(minutes=count))
moments = st.builds(
    lambda critical, near: critical + near,
    st.sampled_from([moment for moment in CRITICAL if LONG_AGO < moment < LATEST]),
    minutes,
) | st.integers(0, (LATEST - LONG_AGO) // timedelta(minutes=1)).map(
    lambda count: LONG_AGO + timedelta(minutes=count)
)
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
rests = st.sampled_from(Rest)
starts = st.none() | moments
cron_lines = st.builds(Schedule, cron=st.sampled_from(CRONS), start=starts, on_rest_day=rests)
intervals = st.builds(
    Schedule,
    every=st.sampled_from([timedelta(minutes=30), timedelta(hours=7), timedelta(days=1), timedelta(days=14)]),
    start=moments,
    on_rest_day=rests,
)
dates = st.builds(Schedule, dates=st.lists(moments, max_size=12).map(tuple), on_rest_day=rests)
rules = st.builds(
    Schedule,
    rule=st.sampled_from([parse_rule(text, season()) for text in RULES]),
    at=times,
    on_rest_day=rests,
)
occasions = st.builds(
    Schedule,
    occasion=st.sampled_from(sorted(season())),
    during=st.sampled_from([None, Weekly(), Every(Kind.MONDAY), Every(Kind.WORKING)]),
    at=times,
    on_rest_day=rests,
)
schedules = cron_lines | intervals | dates | rules | occasions
zones = st.sampled_from(ZONES)
spans = st.integers(1, 60 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


def fired(schedule: Schedule, first: datetime, last: datetime, zone: ZoneInfo) -> list[tuple[datetime, int]]:
    """Moments in UTC, so that two that show one time are two."""
    return [(m.astimezone(UTC), place) for m, place in firings(schedule, first, last, zone, ALMANAC)]


@settings(max_examples=400, deadline=None)
@given(schedules, zones, moments, spans, st.floats(0, 1))
def test_splitting_a_period_changes_nothing(
    schedule: Schedule, zone: ZoneInfo, middle: datetime, span: timedelta, part: float
) -> None:
    first, last = middle - span * part, middle + span * (1 - part)
    whole = fired(schedule, first, last, zone)
    assert whole == fired(schedule, first, middle, zone) + fired(schedule, middle, last, zone)


@settings(max_examples=300, deadline=None)
@given(schedules, zones, moments, spans)
def test_firings_are_in_order_in_the_period_and_never_doubled(
    schedule: Schedule, zone: ZoneInfo, first: datetime, span: timedelta
) -> None:
    found = fired(schedule, first, first + span, zone)
    assert [moment for moment, _place in found] == sorted({moment for moment, _place in found})
    assert all(first <= moment < first + span for moment, _place in found)
    assert all(schedule.start is None or moment >= schedule.start for moment, _place in found)
    if schedule.every is None or schedule.every % timedelta(days=1) == timedelta(0):
        return
    codes = [run_code("c", moment.astimezone(zone)) for moment, _place in found]
    assert len(codes) == len(set(codes))


@settings(max_examples=300, deadline=None)
@given(schedules, zones, moments, spans)
def test_what_is_moved_lands_on_a_working_day(
    schedule: Schedule, zone: ZoneInfo, first: datetime, span: timedelta
) -> None:
    if schedule.on_rest_day is Rest.KEEP:
        return
    for moment, _place in fired(schedule, first, first + span, zone):
        assert ALMANAC.days.working(moment.astimezone(zone).date())


@settings(max_examples=200, deadline=None)
@given(cron_lines | rules, zones, moments, st.sampled_from([Rest.NEXT, Rest.PREVIOUS]))
def test_every_firing_is_moved_somewhere(
    schedule: Schedule, zone: ZoneInfo, first: datetime, rest: Rest
) -> None:
    kept = Schedule(cron=schedule.cron, rule=schedule.rule, at=schedule.at)
    moved = Schedule(cron=schedule.cron, rule=schedule.rule, at=schedule.at, on_rest_day=rest)
    last, far = first + timedelta(days=40), timedelta(days=20)
    landed = {moment for moment, _place in fired(moved, first - far, last + far, zone)}
    for moment, _place in fired(kept, first, last, zone):
        assert any(target in landed for target in targets(moment.astimezone(zone), rest))


def targets(moment: datetime, rest: Rest) -> Iterator[datetime]:
    """The same time on this and the following or preceding days, up to the first working day."""
    step = timedelta(days=1 if rest is Rest.NEXT else -1)
    wall = moment
    while not ALMANAC.days.working(wall.date()):
        wall += step
    for hours in (0, -0.5, -1):  # a time that was jumped over stands later on its own day alone
        yield (wall + timedelta(hours=hours)).astimezone(UTC)
