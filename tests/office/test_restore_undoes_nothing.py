"""A restore undoes nothing: what went out, was taken back, refused, deleted or purged since the backup stays so."""

from pathlib import Path

import pytest
from sqlalchemy import delete

from campaigner.answers.account import log_entries, verify
from campaigner.domain.approval import Approval
from campaigner.domain.lifecycle import RunState
from campaigner.domain.retention import Kept
from campaigner.errors import ApprovalError, StateError, UsageError
from campaigner.office.purging import purge
from campaigner.office.restoring import Restored
from campaigner.office.safekeeping import back_up_to
from campaigner.office.since import Fate
from campaigner.office.subjects import erase
from campaigner.people.choosing import refused_phones
from campaigner.people.refusing import lift, refuse, settle_file
from campaigner.people.takeouts import standing, taken_out
from campaigner.road.holding import cancel, pause, resume
from campaigner.road.reconcile import collect_files
from campaigner.road.release import What
from campaigner.road.review import send_back
from campaigner.store import approvals, messages, pauses, runs, takeouts, unreadfiles
from campaigner.store.inspection import store_file
from campaigner.store.tables import RefusalRow
from campaigner.store.unreadfiles import UnreadFile
from tests.fakes.carrier import Script
from tests.office.test_safekeeping import AFTER, EVENING, backed_up, key_of, put_back
from tests.offices.office import FIRST_MONDAY, MONDAY, PARENTS, SECOND_MONDAY, Office, at, sent, turns
from tests.offices.road import APPROVER
from tests.opened import bare

pytestmark = pytest.mark.sqlite_only("a server is backed up, restored and encrypted where it runs")
LATER, NOON = "2026-12-14T09:00", "2026-12-07T12:00"
STRANGER, OTHER = 13800138000, 13900139000


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    return Office(office)


def state(office: Office, code: str = FIRST_MONDAY) -> RunState:
    return office.run(code).state


def restored(office: Office, backup: Path, moment: str = AFTER) -> tuple[Office, Restored]:
    done = put_back(office, backup, moment)
    again = Office(office.folder)
    assert verify(again.store).broken == ""
    return again, done


def goes_out(office: Office, moment: str, *codes: str) -> list[str]:
    """Codes of runs that still go out, whatever the daemon and a clerk try."""
    out = [turn.run for turn in turns(office, moment) if turn.what is What.OUT]
    for code in codes:
        with office.store.read() as connection:
            held = pauses.of_run(connection, office.run(code))
        if held:
            resume(office.at(moment), held.name)
        try:
            out += [code] if office.out(moment, code).quantity else []
        except (ApprovalError, StateError):
            continue
    return out


# ---- what went out, was taken back or called off ----


def test_a_return_stays_a_return(office: Office) -> None:
    backup = backed_up(office.ready(FIRST_MONDAY))
    send_back(office.at(EVENING, APPROVER), office.run(FIRST_MONDAY), "内容有误")
    again, done = restored(office, backup)
    assert done.since.fates == {FIRST_MONDAY: Fate.RETURNED}
    assert state(again) is RunState.RETURNED
    assert goes_out(again, AFTER, FIRST_MONDAY) == []


def test_what_nobody_had_approved_yet_and_was_returned_stays_so(office: Office) -> None:
    office.keep()
    office.generate(FIRST_MONDAY)
    backup = backed_up(office)
    send_back(office.at(EVENING, APPROVER), office.run(FIRST_MONDAY), "内容有误")
    again, _done = restored(office, backup)
    assert (state(again), again.run(FIRST_MONDAY).returned_reason) == (RunState.RETURNED, "内容有误")


@pytest.mark.parametrize("known_as", ["approved", "generated", "planned", "unknown"])
def test_what_went_out_since_never_goes_again(office: Office, known_as: str) -> None:
    """However far the backup had it: nobody could tell who has got it."""
    if known_as != "unknown":
        office.keep()
    if known_as in {"generated", "approved"}:
        office.generate(FIRST_MONDAY)
    if known_as == "approved":
        office.approve(FIRST_MONDAY)
    backup = backed_up(office)
    if known_as == "unknown":
        office.keep()
    if known_as in {"unknown", "planned"}:
        office.generate(FIRST_MONDAY)
    if known_as != "approved":
        office.approve(FIRST_MONDAY)
    out = office.out(MONDAY, FIRST_MONDAY)
    again, done = restored(office, backup)
    over = again.run(FIRST_MONDAY)
    assert over.state is RunState.CANCELLED
    assert over.reason == "went-out"
    assert (FIRST_MONDAY in done.since.unknown) == (known_as == "unknown")
    again.keep()
    assert state(again) is RunState.CANCELLED
    assert goes_out(again, AFTER, FIRST_MONDAY) == []
    (cancelled,) = [one for one in log_entries(again.store, FIRST_MONDAY) if one.kind == "cancelled"]
    assert cancelled.fields["out"] == out.quantity


def test_what_a_live_gateway_sent_since_never_goes_again(office: Office, script: Script) -> None:
    live = office.live().ready(FIRST_MONDAY)
    backup = backed_up(live)
    sent(live)
    before = len(script.sent)
    again, _done = restored(live, backup)
    assert state(again) is RunState.CANCELLED
    assert goes_out(again, AFTER) == []
    assert len(script.sent) == before


def test_what_was_withdrawn_at_the_backup_and_went_out_since_is_held(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    with office.store.begin() as connection:
        runs.move(connection, office.run(FIRST_MONDAY), RunState.WITHDRAWN, at(EVENING))
    backup = backed_up(office)
    with office.store.begin() as connection:
        runs.move(connection, office.run(FIRST_MONDAY), RunState.PLANNED, at(EVENING))
    office.generate(FIRST_MONDAY)
    office.approve(FIRST_MONDAY)
    office.out(MONDAY, FIRST_MONDAY)
    again, done = restored(office, backup)
    assert done.since.of(Fate.HELD) == [FIRST_MONDAY]
    with again.store.read() as connection:
        assert set(pauses.standing(connection)) == {FIRST_MONDAY}


def test_what_was_called_off_stays_so_though_the_backup_does_not_know_it(office: Office) -> None:
    backup = backed_up(office)
    office.keep()
    cancel(office.at(EVENING), office.run(FIRST_MONDAY), "文字有误")
    again, done = restored(office, backup)
    assert done.since.unknown == [FIRST_MONDAY]
    again.keep()
    assert again.run(FIRST_MONDAY).reason == "called-off:文字有误"


def test_what_was_cut_short_at_the_backup_or_since_is_held(office: Office) -> None:
    office.ready(FIRST_MONDAY, SECOND_MONDAY)
    with office.store.begin() as connection:
        runs.move(connection, office.run(FIRST_MONDAY), RunState.RELEASING, at(EVENING))
    backup = backed_up(office)
    with office.store.begin() as connection:
        runs.move(connection, office.run(SECOND_MONDAY), RunState.RELEASING, at(EVENING))
    again, done = restored(office, backup)
    assert done.since.fates == {FIRST_MONDAY: Fate.HELD, SECOND_MONDAY: Fate.HELD}
    assert [turn for turn in turns(again, LATER) if turn.what is What.OUT] == []


# ---- a present store that tells nothing ----


def test_nothing_can_be_compared_where_the_store_is_gone(office: Office) -> None:
    office.ready(FIRST_MONDAY, SECOND_MONDAY)
    backup = backed_up(office)
    send_back(office.at(EVENING, APPROVER), office.run(FIRST_MONDAY), "内容有误")
    office.store.close()
    store_file(office.app.desk.config.store_url).unlink()  # type: ignore[union-attr]
    again, done = restored(office, backup)
    assert done.since.doubt
    assert done.since.voided == [FIRST_MONDAY, SECOND_MONDAY]
    assert (state(again), state(again, SECOND_MONDAY)) == (RunState.GENERATED, RunState.GENERATED)
    assert goes_out(again, LATER, FIRST_MONDAY, SECOND_MONDAY) == []
    again.approve(SECOND_MONDAY)
    assert goes_out(again, LATER) == [SECOND_MONDAY]
    assert verify(again.store).broken == ""


def test_a_present_store_whose_log_was_changed_is_not_believed(office: Office) -> None:
    office.ready(FIRST_MONDAY, SECOND_MONDAY)
    backup = backed_up(office)
    send_back(office.at(EVENING, APPROVER), office.run(FIRST_MONDAY), "内容有误")
    with office.store.begin() as connection:
        approvals.add(
            connection, office.run(FIRST_MONDAY),
            Approval(APPROVER, at(EVENING), "", "", 1, 1, None),
        )  # fmt: skip
        runs.move(connection, office.run(FIRST_MONDAY), RunState.GENERATING, at(EVENING))
    office.store.close()
    with bare(office.folder) as copy:
        copy.execute("DROP TRIGGER log_no_delete")
        copy.execute("DELETE FROM log WHERE kind = 'returned'")
        copy.execute("UPDATE run SET state = 'approved' WHERE code = ?", (FIRST_MONDAY,))
        copy.commit()
    copy.close()
    again, done = restored(office, backup)
    assert done.since.doubt
    assert "does not hold" in done.since.doubt[0]
    assert set(done.since.voided) == {FIRST_MONDAY, SECOND_MONDAY}
    assert goes_out(again, LATER, FIRST_MONDAY, SECOND_MONDAY) == []


def test_a_present_store_that_is_older_than_the_backup_tells_nothing_either(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    older = backed_up(office)
    office.generate(SECOND_MONDAY)
    newer = back_up_to(office.at("2026-12-06T20:30"), office.folder, key_of(office)).path
    again, _done = restored(office, older, "2026-12-06T21:00")
    final, done = restored(again, newer, "2026-12-06T22:00")
    assert done.since.parted
    assert done.since.voided == [FIRST_MONDAY]
    assert state(final) is RunState.GENERATED


# ---- what is lost ----


def test_what_is_lost_is_told_by_count_and_kind(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    backup = backed_up(office)
    office.generate(SECOND_MONDAY)
    office.generate(PARENTS)
    office.approve(PARENTS)
    office.out(MONDAY, FIRST_MONDAY)
    quantity = office.run(SECOND_MONDAY).quantity + office.run(PARENTS).quantity
    status = office.folder / "receipts" / "carrier"
    status.mkdir(parents=True)
    phone = office.phones(FIRST_MONDAY)[0]
    (status / "status.csv").write_text(f"手机号,状态,时间\n{phone},DELIVRD,2026-12-07 09:10:00\n", "utf-8")
    (read,) = collect_files(office.at(NOON))
    assert read[1].totals.taken == 1
    again, done = restored(office, backup)
    since = done.since
    assert since.kinds == {"generated": 2, "backed-up": 1, "approved": 1, "exported": 1, "receipts": 1}
    assert since.states == {"released": 1, "generated": 1, "approved": 1}
    assert since.amounts == {
        "messages": quantity,
        "approvals": 1,
        "releases": 1,
        "deliveries": 1,
    }
    assert since.files == 1
    told = log_entries(again.store)[-1].fields
    assert told["lost_kinds"] == since.kinds
    assert told["lost_rows"] == since.amounts
    assert told["lost_runs"] == since.states
    assert (told["lost"], told["lost_files"], told["comparable"]) == (6, 1, True)


# ---- people ----


def test_a_lifted_refusal_stays_lifted_and_a_fresh_one_holds(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    phone = office.phones(FIRST_MONDAY)[0]
    refuse(office.at(EVENING), [STRANGER], "hand")
    erase(office.at(EVENING), phone, "本人要求")
    backup = backed_up(office)
    lift(office.at("2026-12-06T21:00"), STRANGER, "本人要求")
    lift(office.at("2026-12-06T21:00"), phone, "本人要求")
    refuse(office.at("2026-12-06T21:00"), [OTHER], "hand")
    again, done = restored(office, backup)
    found = refused_phones(again.app.desk, again.store)
    assert OTHER in found
    assert not {STRANGER, phone} & set(found)
    assert (len(done.since.lifted), len(done.since.forgiven), done.since.doubtful) == (1, 1, 0)


def test_a_refusal_that_is_gone_without_an_entry_comes_back(office: Office) -> None:
    office.keep()
    refuse(office.at(EVENING), [STRANGER], "hand")
    backup = backed_up(office)
    with office.store.begin() as connection:
        table = RefusalRow.__table__  # type: ignore[attr-defined]
        connection.execute(delete(table).where(table.c.phone == STRANGER))
    again, done = restored(office, backup)
    assert done.since.doubtful == 1
    assert STRANGER in refused_phones(again.app.desk, again.store)


def test_what_must_be_taken_out_is_not_forgotten(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    office.out(MONDAY, FIRST_MONDAY)
    first, second, third = office.phones(FIRST_MONDAY)[:3]
    refuse(office.at(MONDAY), [first, second], "hand")
    backup = backed_up(office, NOON)
    refuse(office.at(NOON), [third], "hand")
    line = next(one.line for one in standing(office.at(NOON)) if one.takeout.phone == first)
    taken_out(office.at(NOON), FIRST_MONDAY, [line], "")
    again, done = restored(office, backup)
    assert (done.carried, done.not_carried) == (2, 0)
    assert [one.takeout.phone for one in standing(again.at(AFTER))] == sorted([second, third])


def test_what_must_be_taken_out_of_a_run_that_is_lost_is_told(office: Office) -> None:
    office.keep()
    backup = backed_up(office)
    office.generate(FIRST_MONDAY)
    office.approve(FIRST_MONDAY)
    office.out(MONDAY, FIRST_MONDAY)
    refuse(office.at(MONDAY), office.phones(FIRST_MONDAY)[:2], "hand")
    _again, done = restored(office, backup)
    assert (done.carried, done.not_carried) == (0, 2)


def test_files_of_refusals_that_could_not_be_read_still_hold_all_back(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    with office.store.begin() as connection:
        for name in ("settled.csv", "vanished.csv"):
            unreadfiles.enter(connection, UnreadFile(name, at(EVENING), "王经办", "第2行"))
    backup = backed_up(office)
    settle_file(office.at(EVENING), "settled.csv", "逐行核对")
    with office.store.begin() as connection:
        unreadfiles.forget(connection, "vanished.csv")
        unreadfiles.enter(connection, UnreadFile("fresh.csv", at(EVENING), "王经办", "第2行"))
    again, done = restored(office, backup)
    assert (done.since.unread, done.since.settled) == (1, {"settled.csv"})
    with again.store.read() as connection:
        assert [file.name for file in unreadfiles.every(connection)] == ["fresh.csv", "vanished.csv"]
    with pytest.raises(UsageError):
        settle_file(again.at(AFTER), "settled.csv", "逐行核对")


def test_what_was_purged_since_is_purged_again(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    office.out(MONDAY, FIRST_MONDAY)
    backup = backed_up(office, NOON)
    purge(office.at("2028-01-01T09:00"), [Kept.TEXTS, Kept.RECIPIENTS])
    again, done = restored(office, backup, "2028-01-01T10:00")
    assert done.purged == 1
    with again.store.read() as connection:
        assert messages.quantity(connection, again.run(FIRST_MONDAY)) == 0
        assert takeouts.count(connection) == 0
    assert "purged" in again.kinds(FIRST_MONDAY)


def test_a_pause_stays_a_pause(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    backup = backed_up(office)
    pause(office.at(EVENING), "elderly-monday", "等通知")
    again, _done = restored(office, backup)
    assert [turn for turn in turns(again, AFTER) if turn.what is What.OUT] == []
