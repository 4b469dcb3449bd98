"""Backups that only the office's key opens, put back without writing to anybody twice or forgetting who refused."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from campaigner.answers.account import log_entries, verify
from campaigner.domain.lifecycle import RunState
from campaigner.domain.standing import explained
from campaigner.errors import ApprovalError, StateError, StoreError, UsageError
from campaigner.exports.signing import FOLDER
from campaigner.office.beginning import begin_anew
from campaigner.office.caretaking import back_up
from campaigner.office.restoring import Restored, restore
from campaigner.office.safekeeping import back_up_to
from campaigner.office.since import Fate
from campaigner.office.subjects import dossier, erase
from campaigner.people.choosing import refused_phones
from campaigner.people.refusing import refuse
from campaigner.road.holding import cancel, pause, resume
from campaigner.road.release import What
from campaigner.road.review import send_back
from campaigner.store import lease, pauses, sealing
from campaigner.store.inspection import newest_entry, store_file
from campaigner.workspace.keys import BACKUP, make_key, office_key
from tests.office.test_purging import as_kept, bytes_of
from tests.offices.office import FIRST_MONDAY, MONDAY, PARENTS, SECOND_MONDAY, Office, at, turns
from tests.offices.road import APPROVER, AUTHOR
from tests.opened import bare

pytestmark = pytest.mark.sqlite_only("a server is backed up, restored and encrypted where it runs")
EVENING = "2026-12-06T20:00"
AFTER = "2026-12-08T09:00"
WHY = "演练"


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    return Office(office)


def key_of(office: Office) -> bytes | None:
    return office_key(office.folder, BACKUP, {})


def put_back(office: Office, file: Path, moment: str = AFTER, *, dry_run: bool = False) -> Restored:
    office.store.close()
    template = office.at(moment, APPROVER)
    return restore(
        lambda store: type(template)(
            template.desk, store, template.now, template.actor, template.clock
        ),
        template.desk, file, key_of(office), WHY, dry_run=dry_run,
    )  # fmt: skip


def backed_up(office: Office, moment: str = EVENING) -> Path:
    make_key(office.folder, BACKUP)
    return back_up_to(office.at(moment), office.folder, key_of(office)).path


# ---- keys ----


def test_a_key_is_drawn_once_and_for_its_owner_alone(office: Office) -> None:
    assert key_of(office) is None
    place = make_key(office.folder, BACKUP)
    assert place.stat().st_mode & 0o077 == 0
    key = key_of(office)
    assert key is not None
    assert len(key) == sealing.KEY_BYTES
    with pytest.raises(UsageError, match="already"):
        make_key(office.folder, BACKUP)
    place.chmod(0o644)
    with pytest.raises(StoreError, match="chmod 600"):
        key_of(office)


def test_a_key_may_come_from_where_other_secrets_come_from(office: Office, tmp_path: Path) -> None:
    word = "ab" * 32
    assert office_key(office.folder, BACKUP, {"CAMPAIGNER_BACKUP_KEY": word}) == bytes.fromhex(word)
    given = tmp_path / "campaigner-backup-key"
    given.write_text(word + "\n")
    assert office_key(office.folder, BACKUP, {"CREDENTIALS_DIRECTORY": str(tmp_path)}) == bytes.fromhex(word)
    elsewhere = tmp_path / "k"
    elsewhere.write_text(word)
    elsewhere.chmod(0o600)
    assert office_key(office.folder, BACKUP, {"CAMPAIGNER_BACKUP_KEY_FILE": str(elsewhere)}) == bytes.fromhex(
        word
    )


@pytest.mark.parametrize("word", ["ab" * 31, "zz" * 32, "secret"])
def test_a_word_that_is_no_key_is_refused_and_not_repeated(office: Office, word: str) -> None:
    with pytest.raises(StoreError, match="64 hexadecimal digits") as refusal:
        office_key(office.folder, BACKUP, {"CAMPAIGNER_BACKUP_KEY": word})
    assert word not in str(refusal.value)


# ---- backing up ----


def test_nothing_can_be_read_in_a_backup_and_it_is_logged(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    phones = office.phones(FIRST_MONDAY)
    path = backed_up(office)
    content = path.read_bytes()
    assert path.name == "campaigner-20261206-200000.db.sealed"
    assert path.stat().st_mode & 0o077 == 0
    assert [phone for phone in phones if as_kept(phone) in content] == []
    assert [left for left in office.folder.iterdir() if left.name.startswith(".")] == []
    entry = log_entries(office.store)[-1]
    assert (entry.kind, entry.fields["file"], entry.fields["sealed"]) == ("backed-up", path.name, True)


def test_the_daemons_backups_are_sealed_where_there_is_a_key(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    plain = back_up(office.at("2026-12-01T12:00"))
    make_key(office.folder, BACKUP)
    sealed = back_up(office.at("2026-12-02T13:00"))
    assert plain
    assert sealed
    assert (plain.suffix, sealed.suffix) == (".db", ".sealed")
    assert back_up(office.at("2026-12-02T20:00")) is None
    few = office.set("[daemon]\nkeep_backups = 1\n")
    last = back_up(few.at("2026-12-04T12:00"))
    assert last
    assert [path.name for path in last.parent.iterdir()] == [last.name]


def test_the_head_that_is_told_is_the_backups_own(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    newest = log_entries(office.store)[-1]
    done = back_up_to(office.at(EVENING), office.folder / "plain.db", None)
    assert (done.entries, done.head) == (newest.seq, newest.hash)
    found = newest_entry(done.path, office.store.key)
    assert found
    assert found.hash == done.head


def test_halves_of_backups_that_were_cut_short_are_taken_away(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    old, young = (office.folder / f".campaigner.db.sealing-{name}" for name in "ab")
    for half in (old, young):
        half.write_bytes(b"x")
    long_ago = office.at(EVENING).clock.timestamp() - 7200
    os.utime(old, (long_ago, long_ago))
    os.utime(young, (long_ago + 7100, long_ago + 7100))
    backed_up(office)
    assert (old.exists(), young.exists()) == (False, True)


# ---- putting back ----


def test_a_backup_comes_back_and_the_replaced_store_stays(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    path = backed_up(office)
    office.generate(SECOND_MONDAY)
    before = len(log_entries(office.store))
    seen = put_back(office, path, dry_run=True)
    again = office.reopened()
    assert (len(seen.since.lost), seen.since.parted, seen.since.fates, seen.aside) == (2, False, {}, None)
    assert len(log_entries(again.store)) == before
    again.store.close()
    done = put_back(office, path)
    restored = Office(office.folder)
    assert done.aside
    assert done.aside.name.startswith("campaigner.db.before-20261208-")
    assert restored.run(SECOND_MONDAY).state is RunState.PLANNED
    assert verify(restored.store).broken == ""
    entry = log_entries(restored.store)[-1]
    assert (entry.kind, entry.actor, entry.fields["lost"]) == ("recovered", APPROVER, 2)
    with bare(office.folder, done.aside) as aside:
        assert aside.execute("SELECT count(*) FROM log").fetchone()[0] == before
    aside.close()
    assert done.aside.stat().st_mode & 0o077 == 0


def test_nobody_is_written_to_twice(office: Office) -> None:
    office.ready(FIRST_MONDAY, SECOND_MONDAY)
    path = backed_up(office)
    office.out(MONDAY, FIRST_MONDAY)
    assert put_back(office, path).since.fates == {FIRST_MONDAY: Fate.CANCELLED}
    restored = Office(office.folder)
    over = restored.run(FIRST_MONDAY)
    assert (over.state, explained(over.reason)[0][:12]) == (RunState.CANCELLED, "it went out ")
    assert [turn for turn in turns(restored, AFTER) if turn.what is What.OUT] == []
    out = {turn.run: turn.what for turn in turns(restored, "2026-12-14T09:00")}
    assert out == {SECOND_MONDAY: What.OUT}


def test_whoever_refused_or_was_deleted_meanwhile_stays_so(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    gone, silent = office.phones(FIRST_MONDAY)[:2]
    path = backed_up(office)
    refuse(office.at("2026-12-06T21:00"), [silent], "hand")
    erase(office.at("2026-12-06T22:00"), gone, "本人要求")
    done = put_back(office, path, "2026-12-06T23:00")
    assert (done.since.refused, done.since.erased) == (1, 1)
    restored = Office(office.folder)
    assert {gone, silent} <= refused_phones(restored.app.desk, restored.store)
    assert not dossier(restored.at("2026-12-06T23:30"), gone).traces
    assert as_kept(gone) not in bytes_of(restored)
    assert verify(restored.store).broken == ""
    restored.out(MONDAY, FIRST_MONDAY)
    assert verify(restored.store).broken == ""


@pytest.mark.parametrize("harm", ["gone", "garbage"])
def test_a_store_that_cannot_be_read_holds_back_whatever_may_be_out(office: Office, harm: str) -> None:
    office.ready(FIRST_MONDAY)
    path = backed_up(office)
    office.store.close()
    place = store_file(office.app.desk.config.store_url)
    if harm == "gone":
        place.unlink()
    else:
        place.write_bytes(b"x" * 5000)
    done = put_back(office, path)
    assert (done.readable, done.aside is None) == (False, harm == "gone")
    assert FIRST_MONDAY in done.since.of(Fate.HELD)
    assert done.since.voided == [FIRST_MONDAY]
    assert Office(office.folder).run(FIRST_MONDAY).state is RunState.GENERATED
    assert verify(Office(office.folder).store).broken == ""


def test_a_log_behind_another_history_is_told(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    path = backed_up(office)
    office.store.close()
    store_file(office.app.desk.config.store_url).unlink()
    begin_anew(office.app.desk.config, AUTHOR, "记录库丢失", at(AFTER)).store.close()
    other = Office(office.folder).ready(SECOND_MONDAY)
    assert put_back(other, path, dry_run=True).since.parted


def test_it_waits_for_the_daemon_to_stop(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    path = backed_up(office)
    with office.store.begin() as connection:
        lease.take(connection, "host:1", office.at(AFTER).clock, None)
    with pytest.raises(StateError, match="host:1"):
        put_back(office, path)
    assert put_back(office, path, "2026-12-08T09:02").aside


def test_what_was_called_off_or_held_back_meanwhile_stays_so(office: Office) -> None:
    office.ready(FIRST_MONDAY, SECOND_MONDAY, PARENTS)
    path = backed_up(office)
    cancel(office.at("2026-12-06T21:00"), office.run(FIRST_MONDAY), "文字有误")
    send_back(office.at("2026-12-06T21:00", APPROVER), office.run(PARENTS), "改")
    pause(office.at("2026-12-06T21:00"), "elderly-monday", "等通知")
    fates = put_back(office, path, "2026-12-06T22:00").since.fates
    assert fates == {FIRST_MONDAY: Fate.CANCELLED, PARENTS: Fate.RETURNED}
    restored = Office(office.folder)
    assert restored.run(FIRST_MONDAY).state is RunState.CANCELLED
    assert restored.run(PARENTS).returned_reason == "改"
    assert [turn for turn in turns(restored, "2026-12-14T09:00") if turn.what is What.OUT] == []
    with restored.store.read() as connection:
        assert set(pauses.standing(connection)) == {"elderly-monday"}


def test_an_approval_that_was_taken_back_meanwhile_does_not_come_back(office: Office) -> None:
    office.ready(FIRST_MONDAY, SECOND_MONDAY)
    backup = backed_up(office)
    send_back(office.at(EVENING, APPROVER), office.run(FIRST_MONDAY), "内容有误")
    put_back(office, backup)
    again = Office(office.folder)
    assert again.run(FIRST_MONDAY).state is RunState.RETURNED
    assert again.run(SECOND_MONDAY).state is RunState.APPROVED
    assert not resume(again.at(AFTER, APPROVER), FIRST_MONDAY)
    with pytest.raises(ApprovalError):
        again.out(AFTER, FIRST_MONDAY)
    assert not list((again.folder / "out").glob("*/manifest.json"))
    assert again.kinds(FIRST_MONDAY)[-2:] == ["voided", "returned"]
    assert verify(again.store).broken == ""


def test_letters_that_were_deleted_meanwhile_are_deleted_again(office: Office) -> None:
    office.ready(PARENTS)
    phone = office.phones(PARENTS)[0]
    office.out("2026-12-10T08:00", PARENTS)
    path = backed_up(office, "2026-12-11T08:00")
    gone = erase(office.at("2026-12-11T09:00"), phone, "本人要求")
    assert gone.messages > 1
    put_back(office, path, "2026-12-11T10:00")
    restored = Office(office.folder)
    assert not dossier(restored.at("2026-12-11T11:00"), phone).traces
    assert verify(restored.store).broken == ""


def test_a_store_that_somebody_has_open_is_not_replaced(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    path = backed_up(office)
    before = len(log_entries(office.store))
    office.store.close()
    with bare(office.folder) as other:
        other.execute("SELECT count(*) FROM log").fetchone()
        with pytest.raises(StateError, match="another program"):
            put_back(office, path)
    other.close()
    assert len(log_entries(Office(office.folder).store)) == before


def test_the_store_itself_is_no_backup(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    with pytest.raises(UsageError, match="the store itself"):
        put_back(office, store_file(office.app.desk.config.store_url))


def test_what_cannot_be_opened_changes_nothing(office: Office, tmp_path: Path) -> None:
    office.ready(FIRST_MONDAY)
    path = backed_up(office)
    content = path.read_bytes()
    harmed = office.folder / "harmed.db.sealed"
    for data, word in (
        (content[:-20], "damaged|cut off"),
        (content[:300], "damaged|cut off"),
        (b"x", "database"),
    ):
        harmed.write_bytes(data)
        with pytest.raises(StoreError, match=word):
            put_back(office, harmed)
        harmed.unlink()
    (office.folder / FOLDER / "backup.key").rename(tmp_path / "kept")
    with pytest.raises(StoreError, match="no key"):
        put_back(office, path)
    make_key(office.folder, BACKUP)
    with pytest.raises(StoreError, match="another key"):
        put_back(office, path)
    with pytest.raises(UsageError, match="no backup"):
        put_back(office, path.with_name("none"))
    left = [p.name for p in office.folder.iterdir()]
    assert not [name for name in left if name.startswith(".") or ".before-" in name]
    assert verify(Office(office.folder).store).broken == ""


def test_a_backup_whose_log_was_changed_is_refused(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    plain = back_up_to(office.at(EVENING), office.folder / "plain.db", None).path
    with bare(office.folder, plain) as copy:
        copy.execute("DROP TRIGGER log_no_update")
        copy.execute("UPDATE log SET actor = 'x' WHERE seq = 2")
    copy.close()
    with pytest.raises(StoreError, match="does not hold"):
        put_back(office, plain)


def test_a_backup_of_a_newer_version_or_of_something_else_is_refused(office: Office, tmp_path: Path) -> None:
    office.ready(FIRST_MONDAY)
    plain = back_up_to(office.at(EVENING), office.folder / "plain.db", None).path
    shutil.copy(plain, tmp_path / "newer.db")
    with bare(office.folder, tmp_path / "newer.db") as copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")
    copy.close()
    with pytest.raises(StoreError, match="newer campaigner"):
        put_back(office, tmp_path / "newer.db")
    with sqlite3.connect(tmp_path / "other.db") as copy:
        copy.execute("CREATE TABLE a (b)")
    copy.close()
    with pytest.raises(StoreError, match="no store of campaigner"):
        put_back(office, tmp_path / "other.db")
