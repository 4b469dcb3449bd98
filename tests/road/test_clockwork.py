"""What the clock does by itself: missed runs, work ahead, backups, forgetting, reminders."""

from pathlib import Path

import pytest
from sqlalchemy import text

from campaigner.answers.account import log_entries, verify
from campaigner.domain.lifecycle import RunState
from campaigner.domain.retention import Kept
from campaigner.office.caretaking import back_up
from campaigner.office.purging import purge
from campaigner.office.reminding import remind
from campaigner.road.ahead import generate_ahead, plan_horizon
from campaigner.road.overdue import judge_missed
from campaigner.road.release import What
from campaigner.store import outbox
from tests.offices.office import FIRST_MONDAY, PARENTS, SECOND_MONDAY, Office, at, turns


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    return Office(office)


# ---- missed ----


@pytest.mark.parametrize(
    ("rule", "what", "state", "moment"),
    [
        pytest.param("late", What.OUT, RunState.RELEASED, "2026-12-07T09:00", id="late"),
        pytest.param("move", What.MISSED, RunState.APPROVED, "2026-12-10T09:00", id="moved"),
        pytest.param("skip", What.MISSED, RunState.MISSED, "2026-12-07T09:00", id="skipped"),
    ],
)
def test_a_run_that_was_missed(office: Office, rule: str, what: What, state: RunState, moment: str) -> None:
    missed = office.set(**{'title = "老年人周一提醒"': f'title = "老年人周一提醒"\nmisfire = "{rule}"'})
    missed.ready(FIRST_MONDAY)
    (turn,) = turns(missed, "2026-12-09T15:00")
    assert (turn.what, missed.run(FIRST_MONDAY).state) == (what, state)
    assert missed.run(FIRST_MONDAY).planned.release_at == at(moment)
    entry = next(e for e in log_entries(missed.store, FIRST_MONDAY) if e.kind == "missed")
    assert entry.fields["rule"] == rule
    assert entry.fields["late_minutes"] == 54 * 60
    if rule == "move":
        assert turns(missed, "2026-12-10T08:59") == []
        assert turns(missed, "2026-12-10T09:00")[0].what is What.OUT


def test_a_run_is_moved_once_and_then_goes_late(office: Office) -> None:
    moving = office.set(
        **{'schedule = { cron = "0 9 * * mon" }': 'misfire = "move"\nschedule = { cron = "0 9 * * mon" }'}
    )
    moving.ready(FIRST_MONDAY)
    (first,) = turns(moving, "2026-12-07T10:30")
    assert first.what is What.MISSED
    (second,) = turns(moving, "2026-12-08T10:30")
    assert (second.what, second.sms) == (What.OUT, moving.run(FIRST_MONDAY).quantity)


def test_a_run_in_time_or_approved_late_was_not_missed(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    assert judge_missed(office.at("2026-12-07T09:30"), office.run(FIRST_MONDAY)) is None
    with office.store.begin() as connection:
        connection.execute(text("UPDATE approval SET at = '2026-12-09 01:00:00.000000'"))
    assert judge_missed(office.at("2026-12-09T15:00"), office.run(FIRST_MONDAY)) is None
    assert judge_missed(office.at("2026-12-09T15:00"), office.generate_only(SECOND_MONDAY)) is None


def test_a_failing_run_stops_no_other(office: Office) -> None:
    office.ready(FIRST_MONDAY, PARENTS)
    with office.store.begin() as connection:
        connection.execute(
            text("UPDATE approval SET digest = 'x' WHERE run_id = (SELECT min(run_id) FROM approval)")
        )
    found = {turn.run: turn for turn in turns(office, "2026-12-10T08:00")}
    assert found[FIRST_MONDAY].what is What.FAILED
    assert "is not what" in found[FIRST_MONDAY].why
    assert found[PARENTS].what is What.OUT


# ---- ahead of the clock, caretaking ----


def test_the_horizon_is_planned_once_and_again_when_something_changed(office: Office) -> None:
    found = plan_horizon(office.at("2026-12-01T07:00"))
    assert FIRST_MONDAY in {change.code for change in found}
    assert plan_horizon(office.at("2026-12-01T08:00")) == []
    tomorrow = plan_horizon(office.at("2026-12-05T08:00"))
    assert {change.what for change in tomorrow} == {"new"}
    assert FIRST_MONDAY not in {change.code for change in tomorrow}
    changed = office.set(**{'cron = "0 9 * * mon"': 'cron = "0 9 * * tue"'})
    whats = {change.what for change in plan_horizon(changed.at("2026-12-05T09:00"))}
    assert {"new", "withdrawn"} <= whats


def test_runs_of_days_on_which_the_machine_was_off_are_planned(office: Office) -> None:
    plan_horizon(office.at("2026-12-01T07:00"))
    found = plan_horizon(office.at("2027-02-10T07:00"))
    assert "elderly-monday-20270118-0900" in {change.code for change in found}


def test_what_comes_near_is_written(office: Office) -> None:
    plan_horizon(office.at("2026-12-01T07:00"))
    assert list(generate_ahead(office.at("2026-12-04T08:59"), recover=False))[-1].run != FIRST_MONDAY
    (done,) = [
        p for p in generate_ahead(office.at("2026-12-04T09:00"), recover=False) if p.run == FIRST_MONDAY
    ]
    assert done.quantity == office.run(FIRST_MONDAY).quantity
    late = {p.run: p.why for p in generate_ahead(office.at("2026-12-25T09:00"), recover=True)}
    assert late[SECOND_MONDAY] == "it is too late for it"


def test_what_cannot_be_written_is_told(office: Office) -> None:
    broken = office.set()
    plan_horizon(broken.at("2026-12-01T07:00"))
    template = broken.folder / "templates" / "sms" / "elderly.txt.jinja"
    template.write_text(template.read_text("utf-8") + "。", "utf-8")
    (told,) = [
        p for p in generate_ahead(broken.at("2026-12-04T09:00"), recover=False) if p.run == FIRST_MONDAY
    ]
    assert "plan again" in told.why


@pytest.mark.sqlite_only("backs its file up")
def test_a_backup_a_day_and_so_many_in_all(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    few = office.set("[daemon]\nkeep_backups = 2\n")
    made = [back_up(few.at(f"2026-12-0{day}T12:00")) for day in (1, 1, 2, 3)]
    assert [copy is None for copy in made] == [False, True, False, False]
    kept = sorted((few.folder / "backups").iterdir())
    assert [path.name[:19] for path in kept] == ["campaigner-20261202", "campaigner-20261203"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept)


def test_old_messages_are_forgotten_and_the_log_still_holds(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    office.out("2026-12-07T09:00", FIRST_MONDAY)
    assert purge(office.at("2027-01-07T09:00")).old == []
    run = office.run(FIRST_MONDAY)
    kinds = {old.kind: old.quantity for old in purge(office.at("2027-07-07T09:00")).old}
    assert kinds[Kept.RECIPIENTS] == run.quantity
    assert purge(office.at("2027-07-08T09:00")).old == []
    with office.store.read() as connection:
        assert outbox.counts(connection, run) == {}
    assert verify(office.store).broken == ""


def test_approval_is_asked_for_once_a_day_with_a_slip(office: Office) -> None:
    office.keep()
    office.generate(FIRST_MONDAY)
    assert list(remind(office.at("2026-12-04T09:00"))) == []
    (asked,) = remind(office.at("2026-12-06T09:00"))
    assert (asked.run, asked.overdue) == (FIRST_MONDAY, False)
    assert asked.slip.read_bytes().startswith(b"%PDF")
    assert list(remind(office.at("2026-12-06T12:00"))) == []
    (again,) = remind(office.at("2026-12-07T10:00"))
    assert again.overdue
    office.approve(FIRST_MONDAY)
    assert list(remind(office.at("2026-12-07T11:00"))) == []
    assert asked.slip.exists()
