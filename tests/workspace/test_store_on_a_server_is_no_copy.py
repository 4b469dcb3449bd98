"""What is said and asked of a store on a server, and of files that fail for reasons of their own."""

import errno
from dataclasses import replace
from pathlib import Path

import pytest

from campaigner.domain.problem import Level
from campaigner.errors import UsageError
from campaigner.office.beginning import begin_anew
from campaigner.office.soundness.keeping import store_state
from campaigner.people.listed import unread
from campaigner.store.inspection import Inspection, inspect_store, store_file
from campaigner.workspace.desk import Desk
from campaigner.workspace.installing import Standing, adopt, found_at, settle_place
from campaigner.workspace.keys import _unusable, key_of, missing
from tests.offices.office import MONDAY, Office
from tests.offices.road import APPROVER

URL = "postgresql://campaigner@db.example/campaigner"
ANOTHER = '[audiences.other]\nkind = "people"\nfile = "audiences/residents.csv"\n'


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    return Office(office)


def test_it_belongs_to_its_server_whatever_machine_asks(office: Office) -> None:
    with office.store.read() as connection:
        assert found_at(connection, URL) == (Standing.HOME, None)
    lines: list[str] = []
    settle_place(office.store, URL, office.at(MONDAY).now, APPROVER, lines.append)
    assert lines == []


def test_there_is_nothing_to_take_over(office: Office) -> None:
    work = office.at(MONDAY, APPROVER)
    there = replace(work, desk=replace(work.desk, config=replace(work.desk.config, store_url=URL)))
    with pytest.raises(UsageError, match="belongs to its server"):
        adopt(there, "换了电脑")


def test_a_new_log_has_a_name_to_it(office: Office) -> None:
    config = office.app.desk.config
    with pytest.raises(UsageError, match="--by"):
        begin_anew(config, " ", "换了电脑", office.at(MONDAY).clock)


def test_what_is_missing_and_why_a_file_cannot_be_used(tmp_path: Path) -> None:
    assert missing(None)[0] == "the database on the server has no tables of ours"
    assert "服务器" in missing(None)[1]
    odd = _unusable(tmp_path / "store.key", OSError(errno.EIO, "Input/output error"))
    assert odd.startswith("store.key cannot be used: Input/output error")
    full = _unusable(tmp_path / "store.key", OSError(errno.ENOSPC, "No space left on device"))
    assert full.startswith("store.key cannot be used:")
    assert "store.key 无法使用" in full


def faulty(office: Office) -> Desk:
    return office.set(ANOTHER + 'kinds = "x"\n').app.desk


def test_a_list_whose_settings_are_faulty_may_hide_refusals(office: Office) -> None:
    ((audience, problems),) = unread(faulty(office))
    assert audience.name == "other"
    assert next(problem.code for problem in problems if problem.level is Level.BLOCK) == "config-faulty"


def _seen(office: Office) -> Inspection:
    path = store_file(office.app.desk.config.store_url)
    assert path
    return inspect_store(path, key_of(office.folder, path))


def test_what_the_doctor_says_of_a_store(office: Office) -> None:
    if store_file(office.app.desk.config.store_url) is None:
        pytest.skip("about a store in a file")
    seen = _seen(office)
    assert store_state(seen).level.value == "ok"
    assert "none yet" in store_state(None).found
    assert "no write-ahead log" in store_state(replace(seen, wal=False)).found
    assert "not encrypted" in store_state(replace(seen, encrypted=False)).found
    assert "damaged" in store_state(replace(seen, faults=("row 3 missing",))).found
