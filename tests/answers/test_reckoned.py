"""Refusals and deletions of the store are those that the log has: what is lost, exchanged or there again is named."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from campaigner.answers.account import log_entries
from campaigner.answers.reckoned import Gap, gaps
from campaigner.cli import cli
from campaigner.domain.retention import Kept
from campaigner.office.caretaking import back_up
from campaigner.office.doctor import examine
from campaigner.office.purging import purge
from campaigner.office.restoring import restore
from campaigner.office.soundness.finding import Grade
from campaigner.office.soundness.machine import Moment
from campaigner.office.subjects import erase
from campaigner.people.listed import enter_listed
from campaigner.people.refusing import lift, refuse
from campaigner.store import log, refusals, subjects
from campaigner.store.refusals import Refusal
from tests.conftest import NOW
from tests.offices.office import MONDAY, Office, at
from tests.offices.road import unguard_log
from tests.offices.small import PHONES, Small

RUN = "c-20261207-0900"
SATURDAY, LATER = "2026-12-05T10:00", "2027-08-01T09:00"
ONE, TWO, THREE, FOUR = PHONES


@pytest.fixture
def small(office: Path) -> Small:
    return Small(office)


def found(small: Office) -> list[Gap]:
    with small.store.read() as connection:
        return gaps(connection)


def lines(small: Office) -> list[str]:
    return [gap.line for gap in found(small)]


def by_hand(small: Office, *statements: str) -> None:
    with small.store.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def hand(small: Small, *phones: int) -> int:
    return refuse(small.at(SATURDAY), phones, "hand")


# ---- what is honest raises no alarm ----


def test_what_people_do_leaves_no_gap(small: Small) -> None:
    assert found(small) == []
    hand(small, ONE, TWO)
    refuse(small.at(SATURDAY), [TWO, THREE], "file")
    lift(small.at(SATURDAY), TWO, "本人要求")
    hand(small, TWO)
    small.prepare(SATURDAY, RUN)
    assert found(small) == []
    erase(small.at(SATURDAY), ONE, "本人要求")
    erase(small.at(SATURDAY), FOUR, "本人要求")
    assert found(small) == []
    lift(small.at(SATURDAY), ONE, "本人又要")
    hand(small, ONE)
    assert found(small) == []
    small.daemon(MONDAY)
    purge(small.at(LATER))
    assert found(small) == []
    assert {entry.kind for entry in log_entries(small.store)} >= {"refused", "accepts", "erased", "purged"}


def test_refusals_of_lists_are_reckoned_by_their_entry(small: Small) -> None:
    sheet = small.folder / "audiences" / "list.csv"
    sheet.write_text(
        f"姓名,手机号,村社区,退订\n甲一,{ONE},甲村,是\n甲二,{TWO},甲村,是\n甲三,{THREE},甲村,\n", "utf-8"
    )
    assert enter_listed(small.at(SATURDAY)) == 2
    assert found(small) == []
    by_hand(small, f"DELETE FROM refusal WHERE phone = {TWO}")
    (line,) = lines(small)
    assert line.startswith("1 of 2 refusals of entry 1 (list:list)")


@pytest.mark.parametrize("source", ["hand", "list"])
def test_refusals_that_come_with_changed_roles_are_reckoned_by_their_own_entry(
    small: Small, source: str
) -> None:
    config = small.folder / "config.toml"
    people = '\n[people.li]\nname = "李所长"\nusers = ["li"]\nroles = ["approver"]\n'
    config.write_text(config.read_text("utf-8") + people, "utf-8")
    if source == "hand":
        assert hand(small, ONE) == 1
    else:
        sheet = small.folder / "audiences" / "list.csv"
        sheet.write_text(f"姓名,手机号,村社区,退订\n甲一,{ONE},甲村,是\n", "utf-8")
        assert enter_listed(small.at(SATURDAY)) == 1
    assert [entry.kind for entry in log_entries(small.store)] == ["roles", "refused"]
    assert found(small) == []


def test_what_was_entered_before_entries_said_which_is_counted(small: Small) -> None:
    work = small.at(SATURDAY)
    with small.store.begin() as connection:
        refusals.add(connection, [Refusal(phone, NOW, "hand", "") for phone in PHONES])
        work.record(connection, "refused", "", {"phones": 4, "source": "hand", "note": ""})
    assert found(small) == []
    lift(work, FOUR, "本人要求")
    assert found(small) == []
    by_hand(small, f"DELETE FROM refusal WHERE phone = {ONE}")
    (line,) = lines(small)
    assert line.startswith("1 of 3 refusals of entries of earlier versions and restores are no longer kept")
    with small.store.begin() as connection:
        work.record(connection, "accepts", "", {"reason": "x"})
    assert found(small) == []
    with small.store.begin() as connection:
        refusals.add(connection, [Refusal(13900000001 + n, NOW, "hand", "") for n in range(3)])
    (more,) = found(small)
    assert not more.grave
    assert more.line.startswith("2 refusals are kept of which no entry tells")


# ---- what an insider does ----

_ADDED = (
    'INSERT INTO refusal(phone, at, source, "by"{more}) '
    "VALUES (13800000999, '2026-12-01 00:00:00.000000', 'hand', ''{number})"
)
TAMPERED: dict[str, tuple[str, str]] = {
    "lifted by hand": (f"DELETE FROM refusal WHERE phone = {ONE}", "1 of 2 refusals of entry 1 (hand)"),
    "all lifted by hand": ("DELETE FROM refusal", "2 of 2 refusals of entry 1 (hand)"),
    "exchanged": (
        f"UPDATE refusal SET phone = 13800000999 WHERE phone = {ONE}",
        "of other phones than were entered",
    ),
    "under another entry": (
        f"UPDATE refusal SET entry = 2 WHERE phone = {ONE}",
        "as if entry 2 (file) had entered",
    ),
    "under no entry": (f"UPDATE refusal SET entry = 0 WHERE phone = {ONE}", "of which no entry tells"),
    "under an entry of something else": (f"UPDATE refusal SET entry = 99 WHERE phone = {ONE}", "entry 99"),
    "added by hand": (
        _ADDED.format(more=", entry", number=", 1"),
        "1 refusals are kept as if entry 1 (hand) had entered them, which has 2",
    ),
    "added without an entry": (
        _ADDED.format(more="", number=""),
        "1 refusals are kept of which no entry tells",
    ),
}


@pytest.mark.parametrize("deed", TAMPERED)
def test_a_refusal_that_somebody_changed_in_the_store_is_named(small: Small, deed: str) -> None:
    hand(small, ONE, TWO)
    refuse(small.at(SATURDAY), [THREE], "file")
    statement, said = TAMPERED[deed]
    by_hand(small, statement)
    assert any(said in line for line in lines(small))
    assert not any(str(phone) in gap.line + gap.line_zh for phone in PHONES for gap in found(small))


def test_who_was_deleted_and_may_be_written_to_again_is_named(small: Small) -> None:
    small.prepare(SATURDAY, RUN)
    erase(small.at(SATURDAY), ONE, "本人要求")
    by_hand(small, "DELETE FROM erasure")
    (gap,) = found(small)
    assert gap.grave
    assert "no longer knows that nobody writes to him" in gap.line
    erase(small.at(SATURDAY), ONE, "再次删除")
    assert found(small) == []
    by_hand(small, "DELETE FROM erasure")
    with small.store.begin() as connection:
        small.at(SATURDAY).record(connection, "accepts", "", {"reason": "an entry of an earlier version"})
    assert [gap.grave for gap in found(small)] == [False]


def test_a_deletion_that_nobody_made_hides_no_lost_refusal(small: Small) -> None:
    with small.store.begin() as connection:
        small.at(SATURDAY).record(connection, "accepts", "", {"reason": "an entry of an earlier version"})
    hand(small, ONE, TWO)
    by_hand(
        small,
        f"DELETE FROM refusal WHERE phone = {ONE}",
        "INSERT INTO erasure(subject, channel, at, \"by\") VALUES ('x', 'sms', '2026-12-01 00:00:00.000000', '')",
    )
    lost, unknown = found(small)
    assert lost.grave
    assert lost.line.startswith("1 of 2 refusals of entry 2 (hand)")
    assert (unknown.grave, unknown.line.startswith("1 people are kept as deleted")) == (False, True)


def test_what_a_restore_may_have_taken_out_is_a_note(small: Small) -> None:
    hand(small, ONE, TWO)
    with small.store.begin() as connection:
        work = small.at(SATURDAY)
        work.record(connection, "recovered", "", {"refusals": 0})
        subjects.suppress(connection, ONE, (), work.clock, "")
    (gap,) = found(small)
    assert not gap.grave
    assert "a restore or a deletion may have taken them out" in gap.line
    by_hand(small, f"DELETE FROM refusal WHERE phone = {TWO}")
    assert [gap.grave for gap in found(small)] == [True]


def test_messages_to_somebody_who_was_deleted_are_named(small: Small) -> None:
    small.prepare(SATURDAY, RUN)
    erase(small.at(SATURDAY), ONE, "本人要求")
    by_hand(small, f"UPDATE message SET recipient = {ONE} WHERE recipient = {TWO}")
    (line,) = lines(small)
    assert "messages to him are there again" in line
    assert line.endswith(RUN)
    erase(small.at(SATURDAY), ONE, "再次删除")
    assert found(small) == []


@pytest.mark.parametrize("kind", [Kept.TEXTS, Kept.RECIPIENTS])
def test_what_was_purged_and_is_there_again_is_named(small: Small, kind: Kept) -> None:
    small.prepare(SATURDAY, RUN)
    small.daemon(MONDAY)
    with small.store.read() as connection:
        before = {
            table: [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]
            for table in ("wording", "message")
        }
    purge(small.at(LATER), [kind])
    assert found(small) == []
    with small.store.begin() as connection:
        connection.execute(text("DELETE FROM message"))
        for table, rows in before.items():
            for row in rows:
                if table == "wording" and kind is Kept.RECIPIENTS:
                    continue
                columns = ", ".join(f'"{name}"' for name in row)
                marks = ", ".join(f":{name}" for name in row)
                connection.execute(text(f"INSERT INTO {table}({columns}) VALUES ({marks})"), row)
    again = lines(small)
    assert len(again) == 1
    assert f"of run {RUN}, and" in again[0]
    purge(small.at(LATER), [kind])
    assert found(small) == []


# ---- the advice works ----


def lost_one(small: Small) -> None:
    hand(small, ONE, TWO, THREE)
    back_up(small.at(SATURDAY))
    by_hand(small, f"DELETE FROM refusal WHERE phone IN ({ONE}, {THREE})")
    assert len(found(small)) == 1


def test_refusals_that_were_lost_are_whole_when_entered_again_at_once(small: Small) -> None:
    lost_one(small)
    hand(small, ONE)
    assert len(found(small)) == 1
    lift(small.at(SATURDAY), ONE, "改为一次登记")
    hand(small, ONE, THREE)
    assert found(small) == []


@pytest.mark.sqlite_only("puts its file back")
def test_a_backup_has_the_refusals_that_were_lost(small: Small) -> None:
    lost_one(small)
    hand(small, FOUR)
    (copy,) = small.app.desk.config.clockwork.backups.glob("*")
    work = small.at(SATURDAY)
    small.store.close()
    restore(lambda store: replace(work, store=store), work.desk, copy, None, "存储被改动", dry_run=False)
    again = Small(small.folder)
    assert found(again) == []
    with again.store.read() as connection:
        assert refusals.phones(connection) == {ONE, TWO, THREE, FOUR}


# ---- where it is said ----


def called(small: Small, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(
        cli, ["-C", str(small.folder), *words], standalone_mode=False, catch_exceptions=False
    )
    return int(done.return_value or 0), done.output


def test_log_verify_names_them_and_says_what_to_do(small: Small) -> None:
    hand(small, ONE, TWO)
    assert called(small, "log", "verify")[0] == 0
    by_hand(small, f"DELETE FROM refusal WHERE phone = {ONE}")
    status, said = called(small, "log", "verify")
    assert status == 1
    assert "1 of 2 refusals of entry 1 (hand) are no longer kept" in said
    assert "第1条记录（hand）登记的2个拒收号码中有1个已不在" in said
    assert "campaigner restore" in said


def test_a_note_is_no_fault(small: Small) -> None:
    hand(small, TWO)
    with small.store.begin() as connection:
        refusals.add(connection, [Refusal(ONE, NOW, "hand", "")])
    status, said = called(small, "log", "verify")
    assert status == 0
    assert "note: 1 refusals are kept of which no entry tells" in said


def examined(small: Small) -> list[tuple[Grade, str]]:
    made = examine(small.folder, lambda: Moment(at(SATURDAY), 0.0))
    return [(one.level, one.found) for one in made if one.name == "refusals and deletions"]


def test_the_doctor_names_them(small: Small) -> None:
    hand(small, ONE, TWO)
    assert examined(small) == []
    with small.store.begin() as connection:
        refusals.add(connection, [Refusal(FOUR, NOW, "hand", "")])
    assert [level for level, _said in examined(small)] == [Grade.WARN]
    by_hand(small, f"DELETE FROM refusal WHERE phone = {ONE}")
    assert [level for level, _said in examined(small)] == [Grade.BAD, Grade.WARN]


def test_the_doctor_lists_the_first_of_many(small: Small) -> None:
    for phone in range(13800002000, 13800002012):
        hand(small, phone)
    by_hand(small, "DELETE FROM refusal")
    shown = examined(small)
    assert len(shown) == 11
    assert shown[-1] == (Grade.BAD, "2 more")


def test_an_altered_log_is_found_before_it_is_believed(small: Small) -> None:
    hand(small, ONE, TWO)
    with small.store.begin() as connection:
        unguard_log(connection)
    by_hand(
        small, f"DELETE FROM refusal WHERE phone = {ONE}", "UPDATE log SET data = replace(data, '2', '1')"
    )
    status, said = called(small, "log", "verify")
    assert status == 1
    assert "was changed after it was written" in said


def test_the_number_of_the_next_entry(small: Small) -> None:
    with small.store.read() as connection:
        assert log.next_number(connection) == 1
    hand(small, ONE)
    with small.store.read() as connection:
        assert log.next_number(connection) == 2
        assert connection.execute(text("SELECT entry FROM refusal")).scalars().all() == [1]
