"""Runs that go out in parts: windows, caps, ceilings, expiry, pauses, urgency, missed moments."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from campaigner.app import open_app
from campaigner.delivery.parcel import MANIFEST
from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import Run
from campaigner.errors import ApprovalError, StateError, UsageError
from campaigner.stages.account import log_entries, verify
from campaigner.stages.ahead import generate_ahead, plan_horizon
from campaigner.stages.caretaking import back_up, expire_all, purge
from campaigner.stages.clearance import Urgency
from campaigner.stages.deliver import Delivered, export
from campaigner.stages.desk import Silent, Work
from campaigner.stages.explain import explain, person
from campaigner.stages.holding import cancel, judge_missed, pause, resume
from campaigner.stages.release import What, release_due
from campaigner.stages.reminding import remind
from campaigner.stages.wire import Wire
from campaigner.store import messages, outbox, releases
from tests.conftest import SHANGHAI
from tests.stages.road import APPROVER, AUTHOR, FIRST, Road

FIRST_MONDAY = "elderly-monday-20261207-0900"
SECOND_MONDAY = "elderly-monday-20261214-0900"
PARENTS = "parents-letter-20261210-0800"


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)


class Office(Road):
    """A road on which the time can be set."""

    def at(self, moment: str, actor: str = AUTHOR) -> Work:
        app = open_app(self.folder, at(moment), at(moment))
        return app.work(self.store, actor, Silent())

    def out(self, moment: str, code: str, urgency: Urgency | None = None) -> Delivered:
        return export(self.at(moment), self.run(code), urgency)

    def ready(self, *codes: str) -> "Office":
        self.keep()
        for code in codes:
            self.generate(code)
            self.approve(code)
        return self

    def set(self, addition: str = "", **edits: str) -> "Office":
        """The office with other settings."""
        path = self.folder / "config.toml"
        content = path.read_text("utf-8")
        for old, new in edits.items():
            assert old in content
            content = content.replace(old, new, 1)
        path.write_text(content + addition, "utf-8")
        self.store.close()
        return Office(self.folder)

    def generate_only(self, code: str) -> Run:
        """A run that nobody has approved."""
        return self.generate(code)

    def phones(self, code: str) -> list[int]:
        with self.store.read() as connection:
            return [phone for phone, _ in messages.recipients(connection, self.run(code), Channel.SMS)]

    def kinds(self, code: str) -> list[str]:
        return [entry.kind for entry in log_entries(self.store, code)]


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    return Office(office)


def shipped(folder: Path) -> list[int]:
    """Phones in the batches of a folder."""
    rows = [
        row
        for path in sorted(folder.glob("sms/*.csv"))
        for row in path.read_text("utf-8-sig").splitlines()[1:]
    ]
    return [int(row.split(",")[0]) for row in rows]


def manifest(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / MANIFEST).read_text("utf-8"))
    return found


# ---- windows and quiet days ----


def test_a_run_that_is_due_at_night_goes_out_in_the_morning(office: Office) -> None:
    late = office.set(**{'cron = "0 9 * * mon"': 'cron = "30 22 * * mon"'})
    late.ready("elderly-monday-20261207-2230")
    assert late.run("elderly-monday-20261207-2230").planned.release_at == at("2026-12-08T08:00")
    done = late.out("2026-12-07T22:30", "elderly-monday-20261207-2230")
    assert done.folder
    assert manifest(done.folder)["send_from"] == "2026-12-08T08:00:00+08:00"


def test_a_quiet_day_is_kept(office: Office) -> None:
    quiet = office.set("[windows]\nquiet_days = [2026-12-07]\n")
    quiet.ready(FIRST_MONDAY)
    assert quiet.run(FIRST_MONDAY).planned.release_at == at("2026-12-08T08:00")


def test_the_clock_releases_only_what_is_due_and_open(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    assert turns(office, "2026-12-07T08:59") == []
    (turn,) = turns(office, "2026-12-07T09:00")
    assert (turn.run, turn.what, turn.sms) == (FIRST_MONDAY, What.OUT, office.run(FIRST_MONDAY).quantity)
    assert turns(office, "2026-12-07T09:01") == []


def turns(office: Office, moment: str) -> list:  # type: ignore[type-arg]
    wire = Wire(office.store, lambda: at(moment))
    try:
        return list(release_due(office.at(moment), wire))
    finally:
        wire.close()


def test_a_window_that_never_opens_is_a_problem(office: Office) -> None:
    days = ", ".join(str((FIRST + timedelta(days=n)).date()) for n in range(440))
    never = office.set(f"[windows]\nquiet_days = [{days}]\n")
    (run,) = [run for run in never.plan().runs if run.code == FIRST_MONDAY]
    assert "never-open" in {problem.code for problem in run.problems}


# ---- caps ----


@pytest.mark.parametrize(
    ("caps", "rule", "moment"),
    [
        pytest.param('same_text = "10 days"', "same-text", "2026-12-17T09:00", id="same text"),
        pytest.param('gap = "8 days"', "gap", "2026-12-15T09:00", id="gap"),
        pytest.param('per_phone = "1 per 9 days"', "per-phone", "2026-12-16T09:00", id="per phone"),
    ],
)
def test_a_cap_puts_off_and_drops_nobody(office: Office, caps: str, rule: str, moment: str) -> None:
    capped = office.set(f"[caps]\n{caps}\n", **{"rotate = true": "rotate = false"})
    capped.ready(FIRST_MONDAY, SECOND_MONDAY)
    capped.out("2026-12-07T09:00", FIRST_MONDAY)
    both = set(capped.phones(FIRST_MONDAY)) & set(capped.phones(SECOND_MONDAY))
    second = capped.out("2026-12-14T09:00", SECOND_MONDAY)
    assert (second.waits, second.run.state) == (len(both), RunState.PARTLY)
    waits = next(
        e for e in reversed(log_entries(capped.store, SECOND_MONDAY)) if e.kind in {"exported", "waits"}
    )
    assert waits.fields["put_off"] == {rule: len(both)}
    assert waits.fields["next"] == f"{moment}:00+08:00"
    assert capped.out("2026-12-14T10:00", SECOND_MONDAY).quantity == 0
    before = (at(moment) - timedelta(minutes=1)).isoformat()[:16]
    assert turns(capped, before) == []
    rest = capped.out(moment, SECOND_MONDAY)
    assert (rest.quantity, rest.waits, rest.run.state) == (len(both), 0, RunState.RELEASED)
    assert rest.folder
    assert set(shipped(rest.folder)) == both
    assert verify(capped.store).broken == ""


def test_a_second_release_has_a_folder_and_totals_of_its_own(office: Office) -> None:
    capped = office.set('[caps]\ngap = "8 days"\n').ready(FIRST_MONDAY, PARENTS)
    capped.out("2026-12-07T09:00", FIRST_MONDAY)
    first = capped.out("2026-12-10T08:00", PARENTS)
    both = set(capped.phones(FIRST_MONDAY)) & set(capped.phones(PARENTS))
    if not both:
        pytest.skip("nobody of the invented people is in both")
    second = capped.out("2026-12-16T09:00", PARENTS)
    assert first.folder
    assert second.folder
    assert second.folder.name == f"{PARENTS}.2"
    assert (first.folder / "letters").exists()
    assert not (second.folder / "letters").exists()
    assert first.quantity + second.quantity == capped.run(PARENTS).quantity
    assert manifest(second.folder)["quantity"] == len(both)
    again = capped.out("2026-12-16T10:00", PARENTS)
    assert (again.again, again.restored) == (True, ())


def test_a_household_is_not_written_to_by_all_its_phones_at_once(office: Office) -> None:
    path = office.folder / "audiences" / "residents.csv"
    header, *rows = path.read_text("utf-8-sig").splitlines()
    names = header.split(",")
    assert "户号" in names
    place = names.index("户号")
    village = names.index("村社区") if "村社区" in names else None
    changed = []
    for row in rows:
        cells = row.split(",")
        cells[place] = "7"
        if village is not None:
            cells[village] = "柳树村"
        changed.append(",".join(cells))
    path.write_text("\n".join([header, *changed]) + "\n", "utf-8-sig")
    capped = office.set('[caps]\nper_household = "2 per 7 days"\n').ready(FIRST_MONDAY)
    done = capped.out("2026-12-07T09:00", FIRST_MONDAY)
    assert done.quantity == 2
    assert done.waits == capped.run(FIRST_MONDAY).quantity - 2
    next_week = capped.out("2026-12-14T09:00", FIRST_MONDAY)
    assert next_week.quantity == 2
    assert set(shipped(next_week.folder)) == set(sorted(capped.phones(FIRST_MONDAY))[2:4])  # type: ignore[arg-type]


# ---- ceilings, expiry ----


def test_a_gateway_takes_so_many_in_an_hour_and_on_a_day(office: Office) -> None:
    full = office.set(**{"price = 0.05": "per_hour = 10\nper_day = 15\nprice = 0.05"}).ready(FIRST_MONDAY)
    assert full.run(FIRST_MONDAY).quantity > 16
    hours = ("07T09:00", "07T09:30", "07T10:00", "07T11:00", "08T09:00")
    counts = [sum(turn.sms for turn in turns(full, f"2026-12-{moment}")) for moment in hours]
    assert counts[:4] == [10, 0, 5, 0]
    assert 0 < counts[4] <= 10
    sent = [
        phone
        for folder in sorted((full.folder / "out").glob(f"{FIRST_MONDAY}*"))
        for phone in shipped(folder)
    ]
    assert len(sent) == len(set(sent))
    assert verify(full.store).broken == ""


def test_what_is_too_late_expires(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    with pytest.raises(StateError, match="may not go out after 2026-12-14 09:00"):
        office.out("2026-12-14T09:01", FIRST_MONDAY)
    assert turns(office, "2026-12-14T09:01") == []
    ended = {e.run.code: e for e in expire_all(office.at("2026-12-14T09:01"))}
    assert ended[FIRST_MONDAY].never == office.run(FIRST_MONDAY).quantity
    assert office.run(FIRST_MONDAY).state is RunState.EXPIRED
    assert list(expire_all(office.at("2026-12-14T09:02"))) == []


def test_a_run_that_ended_by_a_wrong_clock_comes_again(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    list(expire_all(office.at("2027-06-01T09:00")))
    assert office.run(FIRST_MONDAY).state is RunState.EXPIRED
    assert FIRST_MONDAY in {change.code for change in office.keep()}
    assert office.run(FIRST_MONDAY).state is RunState.PLANNED


def test_an_approval_gets_too_old(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    old = office.set('[approval]\nvalid = "2 days"\n')
    with old.store.begin() as connection:
        connection.execute(text("UPDATE approval SET expires_at = '2026-12-01 00:00:00.000000'"))
    with pytest.raises(ApprovalError, match="somebody must approve it again"):
        old.out("2026-12-07T09:00", FIRST_MONDAY)
    assert old.run(FIRST_MONDAY).state is RunState.GENERATED
    assert old.kinds(FIRST_MONDAY)[-1] == "lapsed"
    old.approve(FIRST_MONDAY)
    assert old.run(FIRST_MONDAY).state is RunState.APPROVED


def test_the_database_lets_no_more_out_than_was_approved(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    run = office.run(FIRST_MONDAY)
    too_many = releases.Release(
        1, at("2026-12-07T09:00"), run.quantity + 1, 0, 0, whole=False, out=False, manifest=""
    )
    with pytest.raises(ApprovalError, match="more messages would go out"), office.store.begin() as connection:
        releases.add(connection, run, too_many)


# ---- holding back ----


@pytest.mark.parametrize("name", [FIRST_MONDAY, "elderly-monday"])
def test_what_is_held_back_waits(office: Office, name: str) -> None:
    office.ready(FIRST_MONDAY)
    boss = office.at("2026-12-07T08:00", APPROVER)
    assert pause(boss, name, "核实投诉")
    assert not pause(boss, name, "核实投诉")
    with pytest.raises(StateError, match=r"李所长 holds .* back: 核实投诉"):
        office.out("2026-12-07T09:00", FIRST_MONDAY)
    assert turns(office, "2026-12-07T09:00") == []
    assert resume(boss, name)
    assert not resume(boss, name)
    assert office.out("2026-12-07T09:10", FIRST_MONDAY).quantity == office.run(FIRST_MONDAY).quantity


def test_called_off_in_the_middle_what_is_out_stays_out(office: Office) -> None:
    full = office.set(**{"price = 0.05": "per_hour = 20\nprice = 0.05"}).ready(FIRST_MONDAY)
    full.out("2026-12-07T09:00", FIRST_MONDAY)
    ended = cancel(full.at("2026-12-07T09:10", APPROVER), full.run(FIRST_MONDAY), "内容已过时")
    assert (ended.out, ended.never) == (20, full.run(FIRST_MONDAY).quantity - 20)
    assert turns(full, "2026-12-07T10:30") == []
    with pytest.raises(StateError, match="cannot be called off"):
        cancel(full.at("2026-12-07T09:20", APPROVER), full.run(FIRST_MONDAY), "再来")
    full.keep()
    assert full.run(FIRST_MONDAY).state is RunState.CANCELLED
    assert verify(full.store).broken == ""


@pytest.mark.parametrize("act", [
    lambda work, run: pause(work, run.code, " "),
    lambda work, run: cancel(work, run, ""),
    lambda work, _run: pause(work, "nobody", "x"),
])  # fmt: skip
def test_holding_needs_a_name_and_a_reason(office: Office, act: Callable[[Work, Run], object]) -> None:
    office.ready(FIRST_MONDAY)
    with pytest.raises(UsageError):
        act(office.at("2026-12-07T08:00"), office.run(FIRST_MONDAY))


def test_what_cannot_wait_sets_hours_and_caps_aside(office: Office) -> None:
    strict = office.set('[caps]\ngap = "8 days"\n[windows]\nsms = "09:00-10:00"\n').ready(
        FIRST_MONDAY, SECOND_MONDAY
    )
    strict.out("2026-12-07T09:00", FIRST_MONDAY)
    done = strict.out("2026-12-12T23:00", SECOND_MONDAY, Urgency("李所长", "连续发案"))
    assert done.quantity == strict.run(SECOND_MONDAY).quantity
    entry = next(e for e in log_entries(strict.store, SECOND_MONDAY) if e.kind == "urgent")
    assert entry.fields["reason"] == "连续发案"


def test_urgency_is_no_approval(office: Office) -> None:
    office.keep()
    office.generate(FIRST_MONDAY)
    with pytest.raises(ApprovalError, match="comes first"):
        office.out("2026-12-07T09:00", FIRST_MONDAY, Urgency("李所长", "急"))


# ---- missed ----


@pytest.mark.parametrize(
    ("rule", "what", "state", "moment"),
    [
        pytest.param("late", What.OUT, RunState.RELEASED, "2026-12-07T09:00", id="late"),
        pytest.param("move", What.MISSED, RunState.APPROVED, "2026-12-10T09:00", id="moved"),
        pytest.param("skip", What.MISSED, RunState.SKIPPED, "2026-12-07T09:00", id="skipped"),
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


# ---- why ----


def why(office: Office, phone: int, code: str, moment: str) -> tuple[str, str]:
    work = office.at(moment)
    found = explain(work, person(str(phone), work.desk), [office.run(code)])
    one = next(e for e in found if e.channel is Channel.SMS and e.verdict != "outside")
    return one.verdict, one.why


def test_every_standing_is_explained(office: Office) -> None:
    capped = office.set('[caps]\ngap = "8 days"\n', **{"price = 0.05": "per_hour = 20\nprice = 0.05"})
    capped.ready(FIRST_MONDAY, SECOND_MONDAY)
    capped.out("2026-12-07T09:00", FIRST_MONDAY)
    first = shipped(capped.folder / "out" / FIRST_MONDAY)[0]
    gone = shipped(capped.folder / "out" / FIRST_MONDAY)
    waiting = next(phone for phone in capped.phones(FIRST_MONDAY) if phone not in gone)
    assert why(capped, first, FIRST_MONDAY, "2026-12-07T09:05")[1].endswith("went out 2026-12-07 09:00")
    assert why(capped, waiting, FIRST_MONDAY, "2026-12-07T09:05")[0] == "in"
    verdict, told = why(capped, first, SECOND_MONDAY, "2026-12-07T09:05")
    assert verdict == "deferred"
    assert "put off until 2026-12-15 09:00" in told
    assert "2026-12-07 09:00" in told
    capped.out("2026-12-14T09:00", SECOND_MONDAY)
    assert why(capped, first, SECOND_MONDAY, "2026-12-14T09:05")[0] == "deferred"
    cancel(capped.at("2026-12-14T10:00", APPROVER), capped.run(FIRST_MONDAY), "不再需要")
    assert why(capped, waiting, FIRST_MONDAY, "2026-12-14T10:05") == (
        "left out", "the run was called off before its turn came",
    )  # fmt: skip


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
    assert {"new", "dropped"} <= whats


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
    assert list(purge(office.at("2027-01-07T09:00"))) == []
    run = office.run(FIRST_MONDAY)
    assert list(purge(office.at("2027-07-07T09:00"))) == [(FIRST_MONDAY, run.quantity)]
    assert list(purge(office.at("2027-07-08T09:00"))) == []
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
    assert not asked.slip.exists()
