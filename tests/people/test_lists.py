"""Each list has its basis, its purpose and its time; one whose time is over is written to no more."""

from datetime import date
from pathlib import Path

import pytest

from campaigner.domain.problem import Level
from campaigner.errors import UsageError
from campaigner.office.soundness.finding import Grade
from campaigner.office.soundness.folder import audience_state
from campaigner.people.lists import list_problems
from tests.offices.office import FIRST_MONDAY, Office
from tests.offices.road import Road

UNTIL = "keep_until = 2027-12-31"


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    return real(office)


def real(folder: Path, **edits: str) -> Office:
    """The office with its residents taken for people who exist."""
    path = folder / "config.toml"
    text = path.read_text("utf-8")
    head, tail = text.split("[audiences.residents]")
    tail = tail.replace("synthetic = true\n", "", 1)
    for old, new in edits.items():
        tail = tail.replace(old, new, 1)
    path.write_text(head + "[audiences.residents]" + tail, "utf-8")
    csv = folder / "audiences" / "residents.csv"
    rows = [row.rsplit(",", 1)[0] for row in csv.read_text("utf-8-sig").splitlines()]
    csv.write_text("\n".join(rows) + "\n", "utf-8")
    return Office(folder)


def told(office: Road, day: date) -> list[tuple[str, Level]]:
    return [(problem.code, problem.level) for problem in list_problems(office.app.desk, day)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2027, 11, 30), [], id="in time"),
        pytest.param(date(2027, 12, 1), [("audience-ending", Level.WARN)], id="near"),
        pytest.param(date(2027, 12, 31), [("audience-ending", Level.WARN)], id="last day"),
        pytest.param(date(2028, 1, 1), [("audience-ended", Level.BLOCK)], id="over"),
    ],
)
def test_the_time_of_a_list(office: Office, day: date, expected: list[tuple[str, Level]]) -> None:
    assert told(office, day) == expected


@pytest.mark.parametrize("key", ["basis", "purpose", "keep_until"])
def test_what_a_list_lacks_is_told_with_its_line(office: Office, key: str) -> None:
    path = office.folder / "config.toml"
    lines = path.read_text("utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{key} ="))
    del lines[at]
    path.write_text("\n".join(lines), "utf-8")
    (problem,) = list_problems(office.reopened().app.desk, date(2026, 12, 1))
    assert problem.code == f"audience-{key.replace('_', '-')}-missing"
    assert lines[(problem.line or 0) - 1] == "[audiences.residents]"


def test_invented_people_and_places_need_neither(office: Office) -> None:
    assert {problem.line for problem in list_problems(office.app.desk, date(2030, 1, 1))} == {
        office.app.desk.config.where["audiences", "residents"][0]
    }


def test_nobody_is_written_to_from_a_list_whose_time_is_over(office: Office) -> None:
    ending = office.edit("config.toml", UNTIL, "keep_until = 2026-12-10")
    blocked = {
        run.code
        for run in ending.plan().runs
        if any(problem.code == "audience-ended" for problem in run.problems)
    }
    assert FIRST_MONDAY not in blocked
    assert {"elderly-monday-20261214-0900", "finance-month-end-20261225-0930"} <= blocked
    assert not any(code.startswith(("parents-letter", "lift-posters")) for code in blocked)
    ending.keep()
    with pytest.raises(UsageError, match="keep_until"):
        ending.generate("elderly-monday-20261214-0900")


def test_a_run_that_was_planned_in_time_is_not_written_too_late(office: Office) -> None:
    office.keep()
    over = Office(office.edit("config.toml", UNTIL, "keep_until = 2026-11-23").folder)
    with pytest.raises(UsageError, match=r"2026-11-23.*keep_until"):
        over.generate(FIRST_MONDAY)


def test_the_doctor_says_it_too(office: Office) -> None:
    config = office.app.desk.config
    found = audience_state(config.audiences["residents"], config.folder, office.at("2028-01-01T09:00").now)
    assert (found.level, "2027-12-31" in found.advice) == (Grade.BAD, True)


def test_a_day_has_no_time_of_day(office: Office) -> None:
    edited = office.edit("config.toml", UNTIL, "keep_until = 2027-12-31T00:00:00")
    assert [problem.code for problem in edited.app.desk.problems] == ["config-type"]
    edited = edited.edit("config.toml", "keep_until = 2027-12-31T00:00:00", 'keep_until = "soon"')
    assert [problem.code for problem in edited.app.desk.problems] == ["config-type"]
