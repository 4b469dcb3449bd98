from pathlib import Path

import pytest
from sqlalchemy import text

from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import RunState
from campaigner.domain.problem import Level
from campaigner.road.keeping import differences
from tests.checking import balanced
from tests.conftest import NOW
from tests.offices.road import Road

ELDERLY = "elderly-monday-20261207-0900"


@pytest.fixture
def road(office: Path) -> Road:
    return Road(office)


def log_length(road: Road) -> int:
    with road.store.read() as connection:
        return int(connection.execute(text("SELECT count(*) FROM log")).scalar_one())


def test_a_month_is_planned(road: Road) -> None:
    plan = road.plan()
    codes = [run.code for run in plan.runs]
    assert len(codes) == len(set(codes)) == 12
    assert [run.due_at for run in plan.runs] == sorted(run.due_at for run in plan.runs)
    assert all(not run.problems for run in plan.runs)
    assert all(run.synthetic for run in plan.runs)
    assert all(balanced(total) and not total.refused for total in plan.totals.values())


def test_every_matched_row_is_accounted_for(road: Road) -> None:
    for run in road.plan().runs:
        for tally in run.tallies:
            assert tally.matched == tally.recipients + sum(tally.excluded.values())


def test_rotation_turns_from_week_to_week(road: Road) -> None:
    warnings = [run.warnings for run in road.plan().runs if run.campaign == "elderly-monday"]
    assert all(len(names) == 1 for names in warnings)
    assert len(set(warnings)) == 3


def test_planning_twice_changes_nothing(road: Road) -> None:
    assert {change.what for change in road.keep()} == {"new"}
    length = log_length(road)
    assert road.keep() == []
    assert road.reopened().keep() == []
    assert log_length(road) == length == 2  # what the lists say of refusals, and the plan


def test_posters_count_copies_per_entrance_lift_and_size(road: Road) -> None:
    (run,) = [run for run in road.plan().runs if run.campaign == "lift-posters"]
    (tally,) = run.tallies
    assert tally.channel is Channel("poster")
    assert tally.copies % 2 == 0
    assert tally.copies >= 2 * tally.recipients


def test_a_changed_audience_changes_a_planned_run_only(road: Road) -> None:
    road.keep()
    road.generate(ELDERLY)
    pupils = road.folder / "audiences" / "pupils.csv"
    lines = pupils.read_bytes().split(b"\r\n")
    pupils.write_bytes(b"\r\n".join(lines[:-2]) + b"\r\n")
    residents = road.folder / "audiences" / "residents.csv"
    lines = residents.read_bytes().split(b"\r\n")
    residents.write_bytes(b"\r\n".join(lines[:60]) + b"\r\n")
    changes = {change.code: change.what for change in road.keep()}
    assert changes["parents-letter-20261210-0800"] == "changed"
    assert ELDERLY not in changes
    assert road.run(ELDERLY).state is RunState.GENERATED


def test_the_difference_is_shown_and_not_kept(road: Road) -> None:
    road.keep()
    changed = road.edit("config.toml", 'cron = "0 9 * * mon"', 'cron = "0 9 * * tue"')
    found = differences(changed.store, changed.app.desk, changed.plan(), NOW)
    assert {change.what for change in found} == {"new", "withdrawn"}
    assert differences(changed.store, changed.app.desk, changed.plan(), NOW) == found
    assert len(changed.keep()) == len(found)
    assert changed.run(ELDERLY).state is RunState.WITHDRAWN
    again = changed.edit("config.toml", 'cron = "0 9 * * tue"', 'cron = "0 9 * * mon"')
    again.keep()
    assert again.run(ELDERLY).state is RunState.PLANNED


def test_a_paused_campaign_is_not_planned(road: Road) -> None:
    paused = road.edit("config.toml", 'title = "老年人周一提醒"', 'title = "老年人周一提醒"\npaused = true')
    assert "elderly-monday" not in {run.campaign for run in paused.plan().runs}


@pytest.mark.parametrize("stage", ["generate", "approve"])
def test_a_changed_warning_voids_what_was_prepared(road: Road, stage: str) -> None:
    road.keep()
    road.generate(ELDERLY)
    if stage == "approve":
        road.approve(ELDERLY)
    warning = road.run(ELDERLY).planned.warnings[0]
    changed = road.edit(f"templates/warnings/{warning}.toml", "short = ", "# 改\nshort = ")
    found = {change.code: change.what for change in changed.keep()}
    assert found[ELDERLY] == "voided"
    run = changed.run(ELDERLY)
    assert (run.state, run.quantity, run.digest) == (RunState.PLANNED, 0, "")
    with changed.store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM message")).scalar_one() == 0
        assert (
            connection.execute(text("SELECT count(*) FROM approval WHERE voided_at IS NULL")).scalar_one()
            == 0
        )


FAULTS = [
    pytest.param("config.toml", '["game-items"]', '["no-such"]', "warning-unusable", id="warning that does not exist"),
    pytest.param(
        "templates/warnings/game-items.toml", 'status = "reviewed"', 'status = "draft"', "warning-unusable", id="draft"
    ),
    pytest.param(
        "templates/warnings/game-items.toml", "valid_from = 2026-01-01", "valid_from = 2027-06-01",
        "warning-unusable", id="not yet valid",
    ),
    pytest.param("config.toml", '"letter/guardians"', '"letter/nobody"', "template-missing", id="template missing"),
    pytest.param("config.toml", '"sms/guardians"', '"sms/elderly"', "template-kind", id="template of another kind"),
    pytest.param(
        "config.toml", 'channels.sms = { template = "sms/students" }', 'channels.sms = { template = "sms/elderly" }',
        "template-segment", id="template of another segment",
    ),
    pytest.param(
        "config.toml", 'warnings = ["game-items"]', 'warnings = ["romance"]', "template-warning",
        id="template of another warning",
    ),
    pytest.param(
        "config.toml", 'filter = \'occupation == "财务人员"\'', 'filter = \'occupation == "宇航员"\'',
        "no-recipients", id="nobody",
    ),
    pytest.param(
        "templates/sms/guardians.txt.jinja", "{{ warning.short }}", "{{ warning.short }}" + "很长" * 240,
        "template-fails", id="too long",
    ),
    pytest.param(
        "templates/sms/guardians.txt.jinja", "{{ warning.short }}", "{{ 1 // 0 }}", "template-fails",
        id="template fails",
    ),
    pytest.param(
        "templates/sms/guardians.txt.jinja", "{{ warning.short }}", "{{ 1 // (recipient.roll | int - 2) }}",
        "template-row", id="template fails for one row",
    ),
    pytest.param(
        "templates/letter/guardians.md.jinja", "{{ recipient.name }}",
        "{{ recipient.name[:0] or none if recipient.roll == '2' else recipient.name }}", "template-unprintable",
        id="a letter would print nothing for one row",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "code"), FAULTS)
def test_a_fault_is_the_runs_problem(road: Road, file: str, old: str, new: str, code: str) -> None:
    runs = road.edit(file, old, new).plan().runs
    assert code in {problem.code for run in runs for problem in run.problems}
    assert any(not run.problems for run in runs)


def test_a_warning_that_is_misspelt_is_named_with_its_line(road: Road) -> None:
    runs = road.edit("config.toml", '["game-items"]', '["game-item"]').plan().runs
    (problem,) = [p for run in runs for p in run.problems if p.code == "warning-unusable"]
    assert "did you mean `game-items`?" in problem.message
    line = (road.folder / "config.toml").read_text("utf-8").splitlines()[(problem.line or 0) - 1]
    assert line.startswith("warnings")


def test_a_schedule_that_fires_very_often_is_asked_about(road: Road) -> None:
    plan = road.edit("config.toml", 'cron = "0 9 * * mon"', 'cron = "0 * * * mon"').plan()
    assert [problem.code for problem in plan.problems if problem.level is not Level.INFO] == [
        "schedule-often"
    ]


def test_a_recipients_data_does_not_blame_the_template(road: Road) -> None:
    path = road.folder / "audiences" / "pupils.csv"
    text = path.read_text("utf-8-sig")
    path.write_text("\ufeff" + text.replace("幸福镇中心小学", "必须安装反诈APP小学"), "utf-8", newline="")
    runs = {run.code: run for run in road.plan().runs}
    assert not runs["parents-letter-20261210-0800"].problems


def test_a_schedule_that_fires_all_the_time_is_a_problem(road: Road) -> None:
    plan = road.edit("config.toml", 'cron = "0 9 * * mon"', 'cron = "* * * * *"').plan()
    assert [problem.code for problem in plan.problems if problem.level is not Level.INFO] == ["schedule"]


BROKEN = [
    pytest.param('filter = "age >= 60"', 'filter = "agee >= 60"', id="filter that cannot be read"),
    pytest.param(
        'audience = "residents", filter = "age', 'audience = "resident", filter = "age', id="audience unknown"
    ),
    pytest.param(
        'channels.sms = { template = "sms/elderly" }',
        'channels.smss = { template = "x" }',
        id="channel misspelt",
    ),
]


@pytest.mark.parametrize(("old", "new"), BROKEN)
def test_a_run_with_a_faulty_part_is_blocked_and_not_sent_without_it(road: Road, old: str, new: str) -> None:
    (run,) = [run for run in road.edit("config.toml", old, new).plan().runs if run.code == ELDERLY]
    assert run.blocked
    assert "config-faulty" in {problem.code for problem in run.problems}
