"""The year ahead in words, figures and problems: what is known is said, what is not is not assumed."""

import json
import re
from datetime import timedelta

import pytest
from click.testing import CliRunner

from campaigner.answers.check import check
from campaigner.cli import cli
from campaigner.domain.outlook import Outlook
from campaigner.domain.problem import Level, Problem
from campaigner.workspace.desk import Silent
from tests.conftest import NOW
from tests.offices.road import Road

MONDAYS = 'cron = "0 9 * * mon"'
CAMPAIGN = "elderly-monday"


@pytest.fixture
def road(office) -> Road:
    return Road(office)


def ahead(road: Road, schedule: str) -> tuple[Outlook, list[Problem]]:
    """The elderly campaign's outlook under another schedule, and its problems."""
    checked = check(road.edit("config.toml", MONDAYS, schedule).app.desk, NOW, Silent())
    (one,) = [one for one in checked.outlooks if one.campaign == CAMPAIGN]
    return one, [problem for problem in checked.problems if CAMPAIGN in problem.message]


def test_a_year_of_three_days_a_week(road: Road) -> None:
    one, problems = ahead(road, 'cron = "0 9 * * 1-5/2"')
    assert problems == []
    assert (one.firings, one.unknown) == (156, ("", ""))
    assert (one.last - one.first).days == 364
    parts, cost = one.amount.parts, one.amount.cost.milli
    assert cost == parts * 50
    year = one.as_data()
    assert year["year_parts"] == round(parts / one.amount.runs * 156)
    assert one.sentence[1].startswith(
        f"每周一、三、五 9:00，今后一年（{one.first}至{one.last}）156次，每次约"
    )
    assert one.sentence[1].endswith(f"全年约{year['year_parts']}条，{year['year_yuan']}元")
    assert f"all of them about {year['year_parts']} parts, {year['year_yuan']} yuan" in one.sentence[0]


def test_holidays_that_are_not_known_are_not_assumed(road: Road) -> None:
    one, _problems = ahead(road, f'{MONDAYS}, on_rest_day = "skip"')
    assert one.firings is not None
    assert one.firings < 6
    assert "certainly" in one.sentence[0]
    assert f"能确定的有{one.firings}次，以后的还不能确定：放假安排只知道到2026-12-31" in one.sentence[1]
    assert "全年约" not in one.sentence[1]
    assert f"这{one.firings}次约" in one.sentence[1]
    assert one.as_data()["certain"] is False


def test_terms_that_are_not_known_are_not_assumed(road: Road) -> None:
    term = "[terms.autumn]\nfirst = 2026-09-01\nlast = 2027-01-20\n\n[segments]"
    one, _problems = ahead(
        road.edit("config.toml", "[segments]", term), 'rule = "1 day before term ends", at = "9:00"'
    )
    assert one.firings == 1
    assert "没有2027-01-20 以后的学期" in one.sentence[1]


def test_what_fires_beyond_counting_is_not_counted(road: Road) -> None:
    one, _problems = ahead(road, 'cron = "* * * * *"')
    assert one.firings is None
    assert "超过10000次" in one.sentence[1]
    assert one.as_data()["year_parts"] is None


def test_what_was_not_counted_is_said(road: Road) -> None:
    one, problems = ahead(road, 'cron = "每年6月1日 9:00"')
    assert problems == []
    assert one.firings == 1
    assert "每次多少还不知道" in one.sentence[1]


def test_a_paused_campaign_says_so(road: Road) -> None:
    title = 'title = "老年人周一提醒"'
    one, problems = ahead(
        road.edit("config.toml", title, f"{title}\npaused = true"), "dates = [2020-01-01T09:00:00]"
    )
    assert problems == []
    assert one.sentence[1] == "2020-01-01 9:00，已暂停，不发送"


@pytest.mark.parametrize(
    ("schedule", "code", "level"),
    [
        pytest.param("dates = [2025-12-11T08:00:00]", "schedule-past", Level.WARN, id="dates of last year"),
        pytest.param(f"{MONDAYS}, end = 2026-06-30", "schedule-past", Level.WARN, id="ended"),
        pytest.param(
            f"{MONDAYS}, start = 2026-12-08, end = 2026-12-11",
            "schedule-never",
            Level.BLOCK,
            id="no Monday between",
        ),
        pytest.param(
            "dates = [2026-12-11T08:00:00], start = 2026-12-12",
            "schedule-never",
            Level.BLOCK,
            id="before the start",
        ),
        pytest.param('cron = "0 9 29 2 *"', "schedule-idle", Level.WARN, id="a leap year later"),
        pytest.param(f"{MONDAYS}, start = 2028-06-30", "schedule-idle", Level.WARN, id="in two years"),
    ],
)
def test_what_never_fires_is_a_problem_at_its_line(
    road: Road, schedule: str, code: str, level: Level
) -> None:
    one, (problem,) = ahead(road, schedule)
    assert (problem.code, problem.level, one.firings) == (code, level, 0)
    lines = (road.folder / "config.toml").read_text("utf-8").splitlines()
    assert lines[(problem.line or 0) - 1].startswith("schedule = {")
    assert one.words[1] in problem.message_zh


def test_a_schedule_with_a_fault_has_no_words(road: Road) -> None:
    checked = check(road.edit("config.toml", MONDAYS, 'cron = "0 9 * * xday"').app.desk, NOW, Silent())
    assert CAMPAIGN not in {one.campaign for one in checked.outlooks}
    wrong = [problem.code for problem in checked.problems if problem.level is not Level.INFO]
    assert wrong == ["config-cron"]


def run(road: Road, *words: str) -> str:
    result = CliRunner().invoke(cli, ["-C", str(road.folder), "--now", f"{NOW:%Y-%m-%dT%H:%M}", *words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_plan_and_check_show_it(road: Road) -> None:
    for command in ("check", "plan"):
        shown = run(road, command)
        assert "每周一 9:00，今后一年（2026-11-24至2027-11-23）52次，每次约" in shown
        data = json.loads(run(road, command, "--json"))
        (one,) = [one for one in data["schedules"] if one["campaign"] == CAMPAIGN]
        assert one["firings"] == 52
        assert re.search(rf"全年约{one['year_parts']}条，{one['year_yuan']}元", one["sentence_zh"])


def test_the_year_is_that_from_today_on(road: Road) -> None:
    later = NOW + timedelta(days=20)
    checked = check(road.app.desk, later, Silent())
    assert {one.first for one in checked.outlooks} == {later.date()}
