"""[calendar], [terms.NAME], [occasions.NAME], and the schedules that count from them."""

from datetime import date, time
from pathlib import Path

import pytest

from campaigner.config import CONFIG_FILE, Config, load_config
from campaigner.config.model import CALENDAR
from campaigner.domain.calendar import Edge, Point, Rest, Term
from campaigner.domain.campaign import Schedule
from campaigner.domain.dayrule import Every, FromAnchor, Kind
from campaigner.domain.problem import Problem

FRAME = """
[office]
name = "幸福镇反诈中心"
place = "幸福镇"
[gateways.carrier]
kind = "files"
signature = "幸福镇反诈中心"
[audiences.residents]
kind = "people"
file = "audiences/residents.csv"
[segments.elderly]
audience = "residents"
[campaigns.c]
segment = "elderly"
warnings = ["elder-fraud"]
gateway = "carrier"
schedule = {SCHEDULE}
channels.sms = { template = "sms/elderly" }
"""
PLAIN = '{ cron = "0 9 * * mon" }'
TERMS = """
[terms.spring-2027]
first = 2027-02-22
last = 2027-07-09
[terms.autumn-2026]
first = 2026-09-01
last = 2027-01-20
title = "秋季学期"
"""
NOTICE = """
[calendar]
holidays = [2027-01-01, 2027-02-06, 2027-02-07]
workdays = [2027-02-20]
known_until = 2027-12-31
"""


def load(folder: Path, extra: str, schedule: str = PLAIN) -> tuple[Config, list[Problem]]:
    (folder / CONFIG_FILE).write_text(FRAME.replace("{SCHEDULE}", schedule) + extra, "utf-8")
    config, problems = load_config(folder)
    assert config is not None
    return config, problems


def schedule_of(folder: Path, schedule: str, extra: str = TERMS) -> Schedule:
    config, problems = load(folder, extra, schedule)
    assert problems == []
    return config.campaigns["c"].schedule


def test_the_notice_by_hand(tmp_path: Path) -> None:
    config, problems = load(tmp_path, NOTICE + TERMS)
    assert problems == []
    calendar = config.calendar
    assert calendar.holidays == {date(2027, 1, 1), date(2027, 2, 6), date(2027, 2, 7)}
    assert calendar.workdays == {date(2027, 2, 20)}
    assert calendar.known_until == date(2027, 12, 31)
    assert calendar.terms == (
        Term("autumn-2026", date(2026, 9, 1), date(2027, 1, 20), "秋季学期"),
        Term("spring-2027", date(2027, 2, 22), date(2027, 7, 9), "spring-2027"),
    )


def test_without_a_word_the_season_calendar_is_there(tmp_path: Path) -> None:
    config, problems = load(tmp_path, "")
    assert problems == []
    assert config.calendar.occasions["double-eleven"].title == "双十一"
    assert config.faulty == frozenset()


def test_occasions_are_changed_and_added(tmp_path: Path) -> None:
    config, problems = load(
        tmp_path,
        """
[occasions.anti-fraud-month]
start = [2026-06-16, 2027-06-24]
[occasions.double-eleven]
title = "双十一大促"
start = "10-20"
[occasions.village-fair]
start = "lunar 03-03"
end = "2 days after lunar 03-03"
[occasions.first-week]
start = "term starts"
end = "6 days after term starts"
""",
    )
    assert problems == []
    known = config.calendar.occasions
    month = known["anti-fraud-month"]
    assert [point.on for point in month.start] == [date(2026, 6, 16), date(2027, 6, 24), None]
    assert (month.title, month.source) == ("全民反诈宣传月", "B3, B6")
    eleven = known["double-eleven"]
    assert (eleven.title, [p.text for p in eleven.start], [p.text for p in eleven.end]) == (
        "双十一大促", ["10-20"], ["11-11"],
    )  # fmt: skip
    assert known["village-fair"].start == (Point("lunar 03-03", 3, 3, lunar=True),)
    assert known["village-fair"].title == "village-fair"
    assert known["first-week"].by_term


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (
            '{ rule = "3 working days before term starts", at = "8:05" }',
            Schedule(rule=FromAnchor(-3, Kind.WORKING, "", Edge.STARTS), at=time(8, 5)),
        ),
        (
            '{ occasion = "double-eleven", during = "every monday", at = "19:30", on_rest_day = "next" }',
            Schedule(
                occasion="double-eleven", during=Every(Kind.MONDAY), at=time(19, 30), on_rest_day=Rest.NEXT
            ),
        ),
        ('{ occasion = "gaokao", at = "09:00" }', Schedule(occasion="gaokao")),
        (
            '{ cron = "0 9 * * mon", on_rest_day = "skip" }',
            Schedule(cron="0 9 * * mon", on_rest_day=Rest.SKIP),
        ),
    ],
)
def test_schedules(tmp_path: Path, schedule: str, expected: Schedule) -> None:
    assert schedule_of(tmp_path, schedule) == expected


@pytest.mark.parametrize(
    ("schedule", "needed"),
    [
        ('{ cron = "0 9 * * mon" }', False),
        ('{ cron = "0 9 * * mon", on_rest_day = "next" }', True),
        ('{ rule = "first monday", at = "09:00" }', False),
        ('{ rule = "first working day of the week", at = "09:00" }', True),
        ('{ rule = "7 days before gaokao", at = "09:00" }', True),
        ('{ occasion = "gaokao", at = "09:00" }', True),
    ],
)
def test_which_schedules_need_the_calendar(tmp_path: Path, schedule: str, needed: bool) -> None:
    assert schedule_of(tmp_path, schedule).needs_calendar is needed


FAULTS = [
    pytest.param('{ rule = "frist monday", at = "09:00" }', "", "config-rule", "did you mean `first`?", id="rule"),
    pytest.param('{ rule = "", at = "09:00" }', "", "config-rule", "is not a rule", id="empty rule"),
    pytest.param('{ rule = "first monday" }', "", "config-missing", "needs `at`", id="rule without time"),
    pytest.param('{ rule = "first monday", at = "9 Uhr" }', "", "config-at", "hour and minute", id="time in words"),
    pytest.param('{ rule = "first monday", at = "24:00" }', "", "config-at", "hour and minute", id="no such hour"),
    pytest.param('{ cron = "0 9 * * *", at = "09:00" }', "", "config-schedule", "`at` belongs", id="two times"),
    pytest.param(
        '{ cron = "0 9 * * *", during = "weekly" }', "", "config-schedule", "`during` belongs", id="nothing to be in"
    ),
    pytest.param(
        '{ rule = "first monday", occasion = "gaokao", at = "09:00" }', "", "config-schedule", "exactly one",
        id="two forms",
    ),
    pytest.param(
        '{ occasion = "double-elven", at = "09:00" }', "", "config-unknown-value", "`double-eleven`", id="occasion"
    ),
    pytest.param(
        '{ occasion = "gaokao", during = "every monay", at = "09:00" }', "", "config-rule", "`every monday`",
        id="repetition",
    ),
    pytest.param(
        '{ cron = "0 9 * * *", on_rest_day = "nxt" }', "", "config-unknown-value", "`next`", id="day of rest"
    ),
    pytest.param(
        '{ rule = "term starts", at = "09:00" }', "", "config-terms", "[terms.NAME]", id="no terms to count from"
    ),
    pytest.param(
        '{ occasion = "x", at = "09:00" }', '[occasions.x]\nstart = "term ends"', "config-terms", "[terms.NAME]",
        id="no terms for an occasion",
    ),
    pytest.param(PLAIN, '[calendar]\nholidays = ["2027-01-01"]', "config-type", "list of dates", id="dates as texts"),
    pytest.param(PLAIN, "[calendar]\nknown_until = 2027-12-31T00:00:00", "config-type", "without a time", id="time"),
    pytest.param(PLAIN, "[calendar]\nknown_until = 2027", "config-type", "wants a date", id="only a year"),
    pytest.param(PLAIN, "[calendar]\nknow_until = 2027-12-31", "config-unknown-key", "`known_until`", id="key"),
    pytest.param(
        PLAIN, "[calendar]\nknown_until = 2027-12-31", "config-calendar", "no day of 2027", id="year without holidays"
    ),
    pytest.param(
        PLAIN, "[calendar]\nholidays = [2027-01-01]\nknown_until = 2027-12-31\nworkdays = [2027-02-19]",
        "config-calendar", "2027-02-19 is no Saturday or Sunday", id="weekday as adjusted working day",
    ),
    pytest.param(
        PLAIN, "[calendar]\nholidays = [2027-02-20]\nworkdays = [2027-02-20]", "config-calendar", "is both",
        id="both at once",
    ),
    pytest.param(
        PLAIN, "[calendar]\nholidays = [2027-01-01, 2028-01-01]\nknown_until = 2027-12-31", "config-calendar",
        "2028-01-01 lies after", id="day beyond",
    ),
    pytest.param(PLAIN, "[terms.a]\nfirst = 2026-09-01", "config-missing", "`last` is missing", id="half a term"),
    pytest.param(
        PLAIN, "[terms.a]\nfirst = 2026-09-01\nlast = 2026-01-20", "config-term", "after `first`", id="term backwards"
    ),
    pytest.param(
        PLAIN, "[terms.a]\nfirst = 2026-09-01\nlast = 2027-01-20\n[terms.b]\nfirst = 2027-01-20\nlast = 2027-07-01",
        "config-term", "begins before terms.a ends", id="terms that overlap",
    ),
    pytest.param(PLAIN, '[terms.a]\nfirst = "soon"\nlast = 2027-01-20', "config-type", "wants a date", id="no date"),
    pytest.param(PLAIN, "[terms.A]\nfirst = 2026-09-01\nlast = 2027-01-20", "config-name", "a-z", id="name of a term"),
    pytest.param(PLAIN, "[occasions.fair]\ntitle = 'x'", "config-missing", "`start` is missing", id="no start"),
    pytest.param(PLAIN, '[occasions.fair]\nstart = "soon"', "config-occasion", "wants a day", id="day in words"),
    pytest.param(PLAIN, "[occasions.fair]\nstart = 7", "config-occasion", "wants a day", id="day as a number"),
    pytest.param(PLAIN, "[occasions.fair]\nstart = true", "config-type", "a date or a list", id="day as a flag"),
    pytest.param(PLAIN, '[occasions.fair]\nstart = ["01-01", "02-01"]', "config-occasion", "one for each", id="two"),
    pytest.param(
        PLAIN, '[occasions.fair]\nstart = "05-01"\nend = 2027-05-03', "config-occasion", "comes back", id="end once"
    ),
    pytest.param(
        PLAIN, '[occasions.fair]\nstart = "term starts"\nend = "09-30"', "config-occasion", "all or none",
        id="half by terms",
    ),
    pytest.param(PLAIN, '[occasions.term]\nstart = "05-01"', "config-name", "word of the rules", id="name of a rule"),
]  # fmt: skip


@pytest.mark.parametrize(("schedule", "extra", "code", "word"), FAULTS)
def test_each_fault_has_its_line(tmp_path: Path, schedule: str, extra: str, code: str, word: str) -> None:
    config, problems = load(tmp_path, extra, schedule)
    (problem,) = [problem for problem in problems if problem.code == code]
    assert word in problem.message
    assert problem.message_zh
    assert problem.source == CONFIG_FILE
    lines = (FRAME.replace("{SCHEDULE}", schedule) + extra).split("\n")
    line = lines[(problem.line or 0) - 1]
    assert line.startswith("schedule") if extra == "" or code == "config-terms" else line in extra
    assert (CALENDAR in config.faulty) is (schedule == PLAIN)
