"""CHK-08, 10, 11, 13: what pencil and paper can check."""

from datetime import date

import pytest

from campaigner.domain.conduct import Survey, check_survey, months_without_event, quiz_missing
from campaigner.domain.problem import Level
from campaigner.domain.quotas import Shortfall, required, shortfalls
from campaigner.intake.ruleset import load_rules

RULES = load_rules()


def test_each_area_has_an_event_each_month() -> None:
    events = {"东村": [date(2026, 11, 3), date(2027, 1, 31)], "西村": [date(2026, 12, 31)]}
    assert months_without_event(["东村", "西村", "南村"], events, date(2026, 11, 30), date(2027, 1, 1)) == [
        ("东村", "2026-12"),
        ("西村", "2026-11"),
        ("西村", "2027-01"),
        ("南村", "2026-11"),
        ("南村", "2026-12"),
        ("南村", "2027-01"),
    ]


@pytest.mark.parametrize(
    ("quizzes", "missing"),
    [
        pytest.param([], True, id="none"),
        pytest.param([date(2026, 6, 1)], False, id="first-day"),
        pytest.param([date(2026, 6, 30)], False, id="last-day"),
        pytest.param([date(2026, 5, 31), date(2026, 7, 1)], True, id="before-and-after"),
    ],
)
def test_one_quiz_in_the_period(quizzes: list[date], missing: bool) -> None:
    assert quiz_missing(quizzes, date(2026, 6, 1), date(2026, 6, 30)) is missing


@pytest.mark.parametrize(
    ("survey", "codes", "level"),
    [
        pytest.param(Survey(date(2026, 6, 1), 500, 400), [], None, id="exactly-the-goal"),
        pytest.param(Survey(date(2026, 6, 1), 500, 399), ["survey-low"], Level.WARN, id="below"),
        pytest.param(Survey(date(2026, 6, 1), 0, 0), ["survey-sample"], Level.BLOCK, id="no-sample"),
        pytest.param(Survey(None, 500, 450), ["survey-day"], Level.BLOCK, id="no-day"),
        pytest.param(Survey(None, 500, 100), ["survey-day", "survey-low"], Level.BLOCK, id="no-day-and-low"),
        pytest.param(Survey(date(2026, 6, 1), 10, 11), ["survey-count"], Level.BLOCK, id="more-than-asked"),
        pytest.param(Survey(date(2026, 6, 1), 10, -1), ["survey-count"], Level.BLOCK, id="negative"),
    ],
)
def test_awareness_needs_a_sample_and_four_in_five(
    survey: Survey, codes: list[str], level: Level | None
) -> None:
    problems = check_survey(survey, RULES.lowest_awareness, "survey.toml")
    assert [problem.code for problem in problems] == codes
    assert not level or problems[0].level is level


def test_awareness_without_a_sample_is_nothing() -> None:
    assert Survey(None, 0, 0).awareness == 0
    assert Survey(None, 4, 3).awareness == 0.75


def test_what_the_places_of_a_town_need() -> None:
    places = [
        ("东村", "村", 1),
        ("花园", "小区", 1),
        ("花园", "单元", 12),
        ("花园", "电梯", 24),
        ("鞋厂", "factory", 2),
        ("塘", "池塘", 5),
    ]
    assert required(places, RULES.quotas, RULES.place_kinds) == {
        "东村": {"column": 1, "point": 1},
        "花园": {"banner": 1, "window": 1, "poster": 36},
        "鞋厂": {"banner": 2, "window": 2},
    }
    assert required([("空楼", "单元", -3)], RULES.quotas, RULES.place_kinds) == {"空楼": {"poster": 0}}


def test_what_is_still_missing() -> None:
    needed = {"花园": {"banner": 1, "poster": 36}, "东村": {"column": 1}}
    posted = {("花园", "banner"): 2, ("花园", "poster"): 30}
    missing = shortfalls(needed, posted)
    assert missing == [Shortfall("花园", "poster", 36, 30), Shortfall("东村", "column", 1, 0)]
    assert [each.missing for each in missing] == [6, 1]
