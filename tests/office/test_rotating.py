"""The store under another key: all of it, in one step, and at no moment under none that is known."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from campaigner.answers.account import log_entries, verify
from campaigner.errors import RoleError, StateError, StoreError, UsageError
from campaigner.office import rotating
from campaigner.office.restoring import restore
from campaigner.office.rotating import Rotated, rotate
from campaigner.office.safekeeping import back_up_to
from campaigner.store import cipher, lease
from campaigner.store.engine import open_store
from campaigner.store.inspection import files_of
from campaigner.workspace.keys import BACKUP, make_key, next_place, office_key, store_place
from tests.offices.office import FIRST_MONDAY, MONDAY, Office
from tests.offices.road import APPROVER
from tests.opened import bare, store_of

pytestmark = pytest.mark.sqlite_only("a server is backed up, restored and encrypted where it runs")
OTHER = bytes(range(1, 33))


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    return Office(office)


def rotated(office: Office, login: str | None = None) -> Rotated:
    office.store.close()
    template = replace(office.at(MONDAY, APPROVER), login=login)
    return rotate(lambda store: replace(template, store=store), template.desk, "人员离岗")


def put_back(office: Office, file: Path, *, dry_run: bool = False) -> None:
    office.store.close()
    work = office.at(MONDAY, APPROVER)
    key = office_key(office.folder, BACKUP, {})
    restore(lambda store: replace(work, store=store), work.desk, file, key, "x", dry_run=dry_run)


def test_a_store_has_another_key_and_everything_in_it(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    before, phones = log_entries(office.store), office.phones(FIRST_MONDAY)
    old = office.store.key
    assert old is not None
    done = rotated(office)
    path = office.folder / "campaigner.db"
    assert not cipher.fits(path, old)
    after = Office(office.folder)
    assert after.phones(FIRST_MONDAY) == phones
    *entries, last = log_entries(after.store)
    assert entries == before
    assert (last.kind, last.actor) == ("rotated", APPROVER)
    assert last.fields == {"before": done.before, "after": done.after, "reason": "人员离岗"}
    assert (done.before, done.after) == (cipher.key_id(old), cipher.key_id(after.store.key))
    assert done.kept == store_place(office.folder)
    assert verify(after.store).broken == ""
    assert path.stat().st_mode & 0o077 == 0
    assert [each.name for each in office.folder.iterdir() if each.name.startswith(".")] == []


def test_a_store_that_was_not_encrypted_is_so_afterwards(office: Office) -> None:
    path = office.folder / "campaigner.db"
    office.store.close()
    for file in [*files_of(path), store_place(office.folder)]:
        file.unlink()
    open_store(f"sqlite:///{path}").close()
    plain = Office(office.folder)
    plain.ready(FIRST_MONDAY)
    phones = plain.phones(FIRST_MONDAY)
    plain.store.close()
    assert phones[0].to_bytes(6) in path.read_bytes()
    assert rotated(plain).before == ""
    assert phones[0].to_bytes(6) not in b"".join(file.read_bytes() for file in files_of(path))
    assert Office(office.folder).phones(FIRST_MONDAY) == phones


STOPS = ["keep_key", "_note", "fsync_folder", "settle"]


@pytest.mark.parametrize("stop", STOPS)
def test_cut_short_at_any_moment_it_still_opens(
    office: Office, monkeypatch: pytest.MonkeyPatch, stop: str
) -> None:
    office.ready(FIRST_MONDAY)
    phones = office.phones(FIRST_MONDAY)
    monkeypatch.setattr(rotating, stop, cut(getattr(rotating, stop), office))
    with pytest.raises(KeyboardInterrupt):
        rotated(office)
    monkeypatch.undo()
    again = Office(office.folder)
    assert again.phones(FIRST_MONDAY) == phones
    assert verify(again.store).broken == ""
    rotated(again)
    assert Office(office.folder).phones(FIRST_MONDAY) == phones
    assert not next_place(office.folder).exists()


def cut(real: Callable[..., object], office: Office) -> Callable[..., object]:
    """The power goes off after a step; `settle` is called before anything is written, too."""

    def step(*words: object) -> object:
        if real.__name__ == "settle" and office.folder.joinpath("keys/store.key.new").exists() is False:
            return real(*words)
        if real.__name__ != "settle":
            real(*words)
        raise KeyboardInterrupt

    return step


def test_a_copy_from_before_is_put_back_under_the_new_key(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    copy = back_up_to(office.at(MONDAY), office.folder / "copy.db", None).path
    rotated(office)
    key = office_key(office.folder, "store", {})
    put_back(Office(office.folder), copy)
    after = Office(office.folder)
    assert after.store.key == key
    assert cipher.fits(office.folder / "campaigner.db", key or b"")
    assert verify(after.store).broken == ""


def test_a_sealed_copy_brings_its_key_to_another_machine(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    phones, key = office.phones(FIRST_MONDAY), office.store.key
    make_key(office.folder, BACKUP)
    copy = back_up_to(office.at(MONDAY), office.folder, office_key(office.folder, BACKUP, {})).path
    office.store.close()
    for file in [*files_of(office.folder / "campaigner.db"), store_place(office.folder)]:
        file.unlink()
    work = office.at(MONDAY, APPROVER)
    sealed_with = office_key(office.folder, BACKUP, {})
    for dry_run in (True, False):
        assert not store_place(office.folder).exists()
        restore(lambda store: replace(work, store=store), work.desk, copy, sealed_with, "x", dry_run=dry_run)
    after = Office(office.folder)
    assert (after.store.key, after.phones(FIRST_MONDAY)) == (key, phones)


def test_a_key_from_outside_is_changed_where_it_comes_from(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.ready(FIRST_MONDAY)
    office.store.close()
    place = store_place(office.folder)
    old = place.read_text().strip()
    place.unlink()
    monkeypatch.setenv("CAMPAIGNER_STORE_KEY", old)
    with pytest.raises(UsageError, match="CAMPAIGNER_STORE_NEW_KEY"):
        rotated(office)
    monkeypatch.setenv("CAMPAIGNER_STORE_NEW_KEY", OTHER.hex())
    done = rotated(Office(office.folder))
    assert (done.after, done.kept) == (cipher.key_id(OTHER), None)
    assert Office(office.folder).store.key == OTHER
    monkeypatch.setenv("CAMPAIGNER_STORE_KEY", OTHER.hex())
    monkeypatch.delenv("CAMPAIGNER_STORE_NEW_KEY")
    assert Office(office.folder).store.key == OTHER


def test_nobody_else_may_have_it_open(office: Office) -> None:
    office.keep()
    with bare(office.folder) as other:
        other.execute("SELECT count(*) FROM log").fetchone()
        with pytest.raises(StateError, match="another program"):
            rotated(office)
    other.close()
    store = store_of(office.folder)
    with store.begin() as connection:
        now = office.at(MONDAY).clock - timedelta(seconds=10)
        lease.take(connection, "machine:1", now, None)
    store.close()
    with pytest.raises(StateError, match="a daemon leads"):
        rotated(office)
    assert [each.name for each in office.folder.iterdir() if each.name.startswith(".")] == []


def test_there_must_be_a_store_a_reason_and_a_role(office: Office) -> None:
    office.keep()
    work = office.at(MONDAY)
    with pytest.raises(UsageError, match="reason"):
        rotate(lambda store: replace(work, store=store), work.desk, " ")
    staffed = office.set('[people.li]\nname = "李所长"\nusers = ["li"]\nroles = ["approver"]\n')
    key = staffed.store.key
    with pytest.raises(RoleError, match="give the store another key"):
        rotated(staffed, login="li")
    assert Office(office.folder).store.key == key
    for file in files_of(office.folder / "campaigner.db"):
        file.unlink()
    with pytest.raises(StateError, match="no store yet"):
        rotated(staffed)


def test_a_log_that_does_not_hold_is_not_written_anew(office: Office) -> None:
    office.keep()
    office.store.close()
    with bare(office.folder) as store:
        store.execute("DROP TRIGGER log_no_update")
        store.execute("UPDATE log SET actor = 'x' WHERE seq = 1")
    store.close()
    with pytest.raises(StoreError, match="does not hold"):
        rotated(office)
