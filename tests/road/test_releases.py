"""Runs that go out in parts: windows, caps, ceilings, expiry, pauses, urgency, missed moments."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from campaigner.answers.account import log_entries, verify
from campaigner.answers.explain import explain, person
from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import Run
from campaigner.errors import ApprovalError, StateError, UsageError
from campaigner.office.caretaking import expire_all
from campaigner.road.clearance import Urgency
from campaigner.road.holding import cancel, pause, resume
from campaigner.road.release import What
from campaigner.store import releases
from campaigner.workspace.desk import Work
from tests.offices.office import FIRST_MONDAY, PARENTS, SECOND_MONDAY, Office, at, manifest, shipped, turns
from tests.offices.road import APPROVER, FIRST


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    return Office(office)


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
    one = {
        '"elder-fraud", "fake-police", "fake-investment"]': '"elder-fraud"]',
        "rotate = true": "rotate = false",
    }
    capped = office.set(f"[caps]\n{caps}\n", **one)
    capped.ready(FIRST_MONDAY, SECOND_MONDAY, again="每周同一内容")
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
    office = office.set(**{'title = "老年人周一提醒"': 'title = "老年人周一提醒"\nmisfire = "each"'})
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
