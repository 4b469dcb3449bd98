"""A store that is gone from a folder that had one: an error with the way back, never a new beginning in silence."""

import shutil
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from campaigner.answers.account import log_entries, verify
from campaigner.errors import StoreError, UsageError
from campaigner.office.beginning import begin_anew
from campaigner.office.soundness.finding import Grade
from campaigner.store import pauses
from campaigner.store.inspection import store_file
from campaigner.workspace.keys import Office as Kept
from campaigner.workspace.keys import next_place, open_the_store, store_place
from tests.called import called
from tests.conftest import NOW
from tests.offices.office import Office

pytestmark = pytest.mark.sqlite_only("a store on a server is lost in other ways")
POSTERS = "bank-posters-20261201-0800"


def campaigner(folder: Path, *words: str) -> CompletedProcess[str]:
    return called(folder, "2026-11-24T10:00", *words)


@pytest.fixture
def exported(office: Path) -> Path:
    """A folder that has exported a run, and no store any more."""
    road = Office(office)
    road.until_approved(POSTERS)
    road.export(POSTERS)
    road.store.close()
    return office


def database(folder: Path) -> Path:
    return folder / "campaigner.db"


def lose(folder: Path, how: str) -> None:
    for file in folder.glob("campaigner.db*"):
        file.unlink()
    if how == "empty":
        database(folder).touch()


@pytest.mark.parametrize("how", ["gone", "empty"])
def test_every_command_says_that_the_store_is_lost_and_begins_none(exported: Path, how: str) -> None:
    backup = exported / "backups" / "campaigner-20261123-030000.db.sealed"
    backup.parent.mkdir()
    backup.write_bytes(b"x")
    lose(exported, how)
    before = sorted(path for path in exported.rglob("*"))
    for words in (["plan"], ["generate"], ["approve", "--all", "--by", "李所长"], ["export"], ["send"], ["log"],
                  ["log", "verify"], ["pending"], ["daemon", "--once"], ["doctor"]):  # fmt: skip
        done = campaigner(exported, *words)
        said = done.stdout + done.stderr
        assert done.returncode == 1, words
        assert ("is empty (0 bytes)" if how == "empty" else "is missing") in said, words
        assert f"campaigner restore {backup}" in said, words
        assert "campaigner init --new-store" in said, words
        assert "原来有记录库" in said, words
        assert "Traceback" not in said
    assert sorted(path for path in exported.rglob("*")) == before


@pytest.mark.parametrize(
    "trace",
    ["keys/store.key", "keys/store.key.before-0123456789ab", "keys/signing.key", "out/a-20261201-0900/manifest.json",
     "out/approval/a.pdf", "backups/campaigner-20261101-030000.db", "campaigner.db.before-20261101-030000",
     "anchor-20261201.txt"],
)  # fmt: skip
def test_each_trace_alone_is_enough(office: Path, trace: str) -> None:
    place = office / trace
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"campaigner-anchor 1 seq=3 hash={'a' * 64}\n", "utf-8")
    with pytest.raises(StoreError, match="is missing, but this folder has had a store"):
        open_the_store(office, f"sqlite:///{database(office)}")
    assert not database(office).exists()


@pytest.mark.parametrize(
    "harmless", ["keys/backup.key", "notes.txt", "out/posters/a.txt", "backups/readme.txt"]
)
def test_what_a_first_start_may_find_is_no_trace(office: Path, harmless: str) -> None:
    place = office / harmless
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("x", "utf-8")
    open_the_store(office, f"sqlite:///{database(office)}").close()
    assert store_place(office).exists()


def test_output_and_backups_are_looked_for_where_the_configuration_has_them(office: Path) -> None:
    config = office / "config.toml"
    content = config.read_text("utf-8").replace('folder = "out"', 'folder = "elsewhere"', 1)
    config.write_text(content, "utf-8")
    (office / "elsewhere" / "a-1").mkdir(parents=True)
    (office / "elsewhere" / "a-1" / "manifest.json").write_text("{}", "utf-8")
    with pytest.raises(StoreError, match="1 exported runs"):
        Office(office)


def test_a_first_start_that_was_cut_short_is_begun_again(office: Path) -> None:
    key = "ab" * 32
    next_place(office).parent.mkdir(mode=0o700)
    next_place(office).write_text(key, "ascii")
    next_place(office).chmod(0o600)
    database(office).touch()
    open_the_store(office, f"sqlite:///{database(office)}").close()
    assert store_place(office).read_text("ascii") == key
    assert not next_place(office).exists()


def test_a_store_whose_tables_are_gone_is_lost_too(exported: Path) -> None:
    lose(exported, "gone")
    shutil.rmtree(exported / "keys")
    import sqlite3

    with sqlite3.connect(database(exported)) as plain:
        plain.execute("CREATE TABLE other (x)")
    plain.close()
    with pytest.raises(StoreError, match="has no tables"):
        open_the_store(exported, f"sqlite:///{database(exported)}")


def test_a_new_store_is_begun_by_name_and_its_log_says_so_first(exported: Path) -> None:
    lose(exported, "gone")
    refused = campaigner(exported, "init", "--new-store", "--by", "王经办")
    assert refused.returncode == 2
    assert "--reason" in refused.stderr
    done = campaigner(exported, "init", "--new-store", "--by", "王经办", "--reason", "硬盘损坏，没有备份")
    assert done.returncode == 0, done.stderr
    assert f"Held back: {POSTERS}" in done.stdout
    assert "已新建记录库和日志" in done.stdout
    road = Office(exported)
    (first, *_rest) = log_entries(road.store)
    assert (first.seq, first.kind, first.actor) == (1, "begun", "王经办")
    assert first.fields["reason"] == "硬盘损坏，没有备份"
    assert first.fields["exports"] == [POSTERS]
    assert not verify(road.store).broken
    with road.store.read() as connection:
        assert set(pauses.standing(connection)) == {POSTERS}
    # What was exported before is not exported over it without a person's word.
    manifest = (exported / "out" / POSTERS / "manifest.json").read_bytes()
    road.until_approved(POSTERS)
    road.store.close()
    held = campaigner(exported, "export", POSTERS)
    assert held.returncode != 0
    assert "campaigner resume" in held.stderr
    assert (exported / "out" / POSTERS / "manifest.json").read_bytes() == manifest
    again = campaigner(exported, "init", "--new-store", "--by", "王经办", "--reason", "x")
    assert again.returncode == 2
    assert "it stays" in again.stderr


def test_a_backup_restored_over_a_lost_store_is_the_way_back(office: Path) -> None:
    road = Office(office)
    road.keep()
    entries = len(log_entries(road.store))
    road.store.close()
    assert campaigner(office, "backup", "--new-key").returncode == 0
    assert campaigner(office, "backup").returncode == 0
    for how in ("gone", "empty"):
        lose(office, how)
        said = campaigner(office, "plan").stderr
        (line,) = [part for part in said.split("\n")[0].split(";") if "campaigner restore" in part]
        command = line.split("campaigner ")[1].replace("NAME", "王经办").replace("TEXT", "误删")
        done = campaigner(office, *command.split())
        assert done.returncode == 0, done.stderr
        assert campaigner(office, "log", "verify").returncode == 0
        road = Office(office)
        assert len(log_entries(road.store)) > entries
        road.store.close()


def test_doctor_says_it_and_names_the_way(exported: Path) -> None:
    from datetime import UTC, datetime

    from campaigner.office.doctor import examine
    from campaigner.office.soundness.machine import Moment

    lose(exported, "empty")
    found = {one.name: one for one in examine(exported, lambda: Moment(datetime.now(UTC), 0.0))}
    assert found["store"].level is Grade.BAD
    assert "0 bytes" in found["store"].found
    assert "记录库" in found["store"].advice_zh


def test_beginning_anew_wants_a_lost_store(office: Path) -> None:
    road = Office(office)
    with pytest.raises(UsageError, match="it stays"):
        begin_anew(road.app.desk.config, "王经办", "试试", NOW)
    assert store_file(road.app.desk.config.store_url)
    assert Kept.usual(office).traces(database(office)).keys
    road.store.close()
