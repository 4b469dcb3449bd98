"""Schedules in config.toml: what is wrong stands at its very character, and the advice works when it is followed."""

import re
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from campaigner.config import CONFIG_FILE, Config, load_config
from campaigner.domain.campaign import Schedule
from campaigner.domain.dayrule import Every, Kind
from campaigner.domain.problem import Problem
from tests.conftest import SHANGHAI
from tests.test_config_calendar import FRAME


def load(folder: Path, schedule: str) -> tuple[Config, list[Problem], list[str]]:
    text = FRAME.replace("{SCHEDULE}", schedule)
    (folder / CONFIG_FILE).write_text(text, "utf-8")
    config, problems = load_config(folder)
    assert config is not None
    return config, problems, text.split("\n")


def read(folder: Path, schedule: str) -> Schedule:
    config, problems, _lines = load(folder, schedule)
    assert problems == []
    return config.campaigns["c"].schedule


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ('{ cron = "0 9 * * mon，thu" }', Schedule(cron="0 9 * * mon，thu")),
        ('{ cron = "每周一 9:00" }', Schedule(cron="每周一 9:00")),
        ('"每周一 9:00"', Schedule(cron="每周一 9:00")),
        ('"0 9 * * mon"', Schedule(cron="0 9 * * mon")),
        ('"工作日 8:30"', Schedule(rule=Every(Kind.WORKING), at=time(8, 30))),
        ('{ cron = "工作日 8:30" }', Schedule(rule=Every(Kind.WORKING), at=time(8, 30))),
        (
            '{ cron = "0 9 * * *", end = 2027-01-15 }',
            Schedule(cron="0 9 * * *", end=datetime(2027, 1, 15, 23, 59, 59, 999999, SHANGHAI)),
        ),
        (
            '{ cron = "0 9 * * *", start = 2027-01-15 }',
            Schedule(cron="0 9 * * *", start=datetime(2027, 1, 15, tzinfo=SHANGHAI)),
        ),
        (
            '{ every = "14天", start = 2026-09-03T16:00:00 }',
            Schedule(every=timedelta(days=14), start=datetime(2026, 9, 3, 16, tzinfo=SHANGHAI)),
        ),
    ],
)
def test_what_is_read(tmp_path: Path, schedule: str, expected: Schedule) -> None:
    assert read(tmp_path, schedule) == expected


@pytest.mark.parametrize(
    ("marked", "code"),
    [
        pytest.param('{ cron = "0 9 * * ^xday" }', "config-cron", id="cron"),
        pytest.param('{ cron = "0 9 ^31 2 *" }', "config-cron", id="no such day"),
        pytest.param('{ cron = "每周一 ^3点" }', "config-cron", id="Chinese"),
        pytest.param('"每周一 ^3点"', "config-cron", id="text instead of a table"),
        pytest.param("{ cron = '0 9 * * ^xday' }", "config-cron", id="single quotes"),
        pytest.param('{ cron = "0\\t9\\u0020* * ^xday" }', "config-cron", id="escapes"),
        pytest.param('{ cron = """\n0 9 * * ^xday""" }', "config-cron", id="over lines"),
        pytest.param('{ cron = """0 9 \\\n   * * ^xday""" }', "config-cron", id="line that goes on"),
        pytest.param("{ cron = '''\n0 9 * *\n^xday''' }", "config-cron", id="over lines as it stands"),
        pytest.param('{ cron = "每周一^" }', "config-cron", id="what is missing, at the closing quote"),
        pytest.param('{ ^cron = "工作日 9:00、15:00" }', "config-cron", id="working days at two times"),
        pytest.param('{ dates = [2026-12-11T08:00:00, ^"2026-12-12 8:00"] }', "config-type", id="date in quotes"),
        pytest.param("{ dates = [2026-12-11T08:00:00, ^2026-12-12] }", "config-type", id="date without time"),
        pytest.param("{ dates = [2026-12-11T08:00:00, ^08:00:00] }", "config-type", id="time without date"),
        pytest.param(
            "{ dates = [2026-12-11T08:00:00, ^2026-12-11T08:00:00] }", "config-twice", id="the same moment twice"
        ),
        pytest.param(
            "{ dates = [2026-12-11T08:00:00, ^2026-12-11T00:00:00Z] }", "config-twice", id="twice in two zones"
        ),
        pytest.param("{ ^dates = [] }", "config-empty", id="no dates"),
        pytest.param('{ every = "2 days", ^start = 2026-09-03 }', "config-type", id="interval without time of day"),
        pytest.param(
            '{ cron = "0 9 * * *", start = 2026-12-02, ^end = 2026-12-01 }', "config-schedule", id="end before start"
        ),
    ],
)  # fmt: skip
def test_faults_stand_at_their_character(tmp_path: Path, marked: str, code: str) -> None:
    config, (problem,), lines = load(tmp_path, marked.replace("^", ""))
    assert problem.code == code
    where = FRAME.replace("{SCHEDULE}", marked)
    before = where[: where.index("^")]
    assert (problem.line, problem.column) == (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert len(lines) >= (problem.line or 0)
    assert ("campaigns", "c") in config.faulty
    assert re.search("[\u4e00-\u9fff]", problem.message_zh)


@pytest.mark.parametrize(
    "line",
    [
        "0 9 * * mon#1", "30 14 * jan,mar 1#4", "0 9 * * fri#5", "0 9 * * 5L", "0 9 LW * *", "0 9 1-7 * mon",
        "0 9 22-28 6 fri", "0 9 15W * *",
    ],
)  # fmt: skip
def test_rules_that_are_advised_can_be_written(tmp_path: Path, line: str) -> None:
    _config, (problem,), _lines = load(tmp_path, f'{{ cron = "{line}" }}')
    for text in (problem.message, problem.message_zh):
        (advised,) = re.findall("`((?:rule|cron) = [^`]+)`", text)
        assert read(tmp_path, f"{{ {advised} }}") != Schedule()


@pytest.mark.parametrize(
    ("dates", "advised"),
    [
        ('["2026-12-12 8:05"]', "2026-12-12T08:05:00"), ('["2026/12/12"]', "2026-12-12T09:00:00"),
        ("[2026-12-12]", "2026-12-12T09:00:00"), ('["soon"]', "2026-12-11T08:00:00"),
    ],
)  # fmt: skip
def test_dates_that_are_advised_can_be_written(tmp_path: Path, dates: str, advised: str) -> None:
    _config, (problem,), _lines = load(tmp_path, f"{{ dates = {dates} }}")
    assert advised in problem.message
    assert advised in problem.message_zh
    assert read(tmp_path, f"{{ dates = [{advised}] }}").dates
