"""The plan on the office's calendar: what is certain is planned, what is not known is said with its line."""

from collections.abc import Iterable

import pytest

from campaigner.answers.check import check
from campaigner.domain.problem import Level, Problem
from campaigner.road.plan import make_plan
from campaigner.workspace.desk import Silent
from tests.conftest import NOW
from tests.offices.road import FIRST, LAST, Road

MONDAYS = 'cron = "0 9 * * mon"'
LAST_DAY = 'rule = "last working day of the month", at = "09:00"'
TERM = "[terms.autumn]\nfirst = 2026-09-01\nlast = 2026-12-31\n\n[segments]"


@pytest.fixture
def road(office) -> Road:
    return Road(office)


def wrong(problems: Iterable[Problem]) -> list[Problem]:
    """Problems without notes."""
    return [problem for problem in problems if problem.level is not Level.INFO]


def codes(road: Road) -> list[str]:
    """Runs of the elderly campaign."""
    return [run.code for run in road.plan().runs if run.campaign == "elderly-monday"]


def test_a_rule_is_planned(road: Road) -> None:
    changed = road.edit("config.toml", MONDAYS, LAST_DAY)
    assert codes(changed) == ["elderly-monday-20261231-0900"]
    assert wrong(changed.plan().problems) == []


def test_the_occasion_of_the_season_is_planned(road: Road) -> None:
    year_end = 'occasion = "year-end-accounts", during = "weekly", at = "09:30"'
    assert codes(road.edit("config.toml", MONDAYS, year_end)) == [
        f"elderly-monday-202612{day}-0930" for day in ("01", "08", "15", "22", "29")
    ]


def test_what_is_certain_is_planned_and_what_is_not_is_said_with_its_line(road: Road) -> None:
    changed = road.edit("config.toml", MONDAYS, f'{MONDAYS}, on_rest_day = "next"')
    plan = make_plan(changed.app.desk, FIRST, LAST.replace(month=2), NOW, Silent())
    runs = [run.code for run in plan.runs if run.campaign == "elderly-monday"]
    assert runs[-1] == "elderly-monday-20261228-0900"
    (problem,) = wrong(plan.problems)
    assert problem.code == "calendar-end"
    assert "2027-01-04" in problem.message
    assert problem.message_zh.startswith("计划 elderly-monday：时间安排有误：还不知道 2027-01-04 上不上班")
    text = (changed.folder / "config.toml").read_text("utf-8").splitlines()[(problem.line or 0) - 1]
    assert text.startswith("schedule = { cron")


def test_the_notice_by_hand_mends_it(road: Road) -> None:
    notice = "[calendar]\nholidays = [2027-01-01, 2027-01-04]\nknown_until = 2027-12-31\n\n[segments]"
    changed = road.edit("config.toml", MONDAYS, f'{MONDAYS}, on_rest_day = "next"')
    mended = changed.edit("config.toml", "[segments]", notice)
    plan = make_plan(mended.app.desk, LAST, LAST.replace(day=20), NOW, Silent())
    runs = [run.code for run in plan.runs if run.campaign == "elderly-monday"]
    assert runs == [f"elderly-monday-202701{day}-0900" for day in ("05", "11", "18")]
    assert wrong(plan.problems) == []


def test_a_faulty_calendar_blocks_what_counts_from_it_and_nothing_else(road: Road) -> None:
    faulty = TERM.replace("last = 2026-12-31", "last = 2025-12-31")
    changed = road.edit("config.toml", MONDAYS, LAST_DAY).edit("config.toml", "[segments]", faulty)
    blocked = {run.campaign for run in changed.plan().runs if run.blocked}
    assert blocked == {"elderly-monday"}


def test_a_rule_may_count_from_terms(road: Road) -> None:
    before = 'rule = "10 working days before term ends", at = "09:00"'
    changed = road.edit("config.toml", MONDAYS, before).edit("config.toml", "[segments]", TERM)
    plan = make_plan(changed.app.desk, FIRST, FIRST.replace(day=10), NOW, Silent())
    assert wrong(plan.problems) == []
    (problem,) = wrong(changed.plan().problems)
    assert problem.code == "calendar-terms"
    assert codes(changed) == ["elderly-monday-20261217-0900"]


def test_check_tells_of_the_end_of_the_calendar_before_it_comes(road: Road) -> None:
    changed = road.edit("config.toml", MONDAYS, 'rule = "every working day", at = "09:00"')
    assert wrong(check(changed.app.desk, NOW, Silent()).problems) == []
    later = wrong(check(changed.app.desk, NOW.replace(month=12, day=5), Silent()).problems)
    assert [problem.code for problem in later] == ["calendar-end"]
