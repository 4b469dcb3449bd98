"""A stolen file of the store shows nothing; with its key all is there, and what was changed in it is found."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from campaigner.domain.campaign import Channel
from campaigner.domain.message import Message
from campaigner.domain.planning import PlannedRun
from campaigner.errors import StoreError
from campaigner.store import cipher, messages, runs
from campaigner.store.engine import open_store
from campaigner.store.inspection import files_of, inspect_store, newest_entry
from tests.conftest import NOW

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
PHONES = range(13800138000, 13800138200)
TEXT = "王小明您好，谨防冒充公检法诈骗"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with people in it; what was written last is still in the log beside it."""
    path = tmp_path / "campaigner.db"
    opened = open_store(f"sqlite:///{path}", KEY)
    with opened.begin() as connection:
        planned = PlannedRun(
            "a-20261207-0900", "a", "t", NOW, "line", (), (), synthetic=True, content_hash="h"
        )
        runs.add(connection, planned, NOW)
        run = runs.find(connection, "a-20261207-0900")
        messages.append(connection, run, Channel.SMS, [Message(phone, TEXT, 1) for phone in PHONES])
    kept = {file: file.read_bytes() for file in files_of(path)}
    opened.close()
    for file, content in kept.items():
        file.write_bytes(content)
    return path


def test_a_stolen_store_shows_no_phone_name_or_text(store: Path) -> None:
    assert [file.name for file in files_of(store)] == [
        "campaigner.db",
        "campaigner.db-wal",
        "campaigner.db-shm",
    ]
    content = b"".join(file.read_bytes() for file in files_of(store))
    assert len(content) > 50_000
    assert TEXT.encode() not in content
    assert [phone for phone in PHONES if phone.to_bytes(6) in content or str(phone).encode() in content] == []
    assert re.findall(rb"CREATE TABLE|alembic", content) == []
    with (
        closing(sqlite3.connect(store)) as thief,
        pytest.raises(sqlite3.DatabaseError, match="not a database"),
    ):
        thief.execute("SELECT * FROM message")


def test_with_the_key_everything_works(store: Path) -> None:
    opened = open_store(f"sqlite:///{store}", KEY)
    with opened.read() as connection:
        run = runs.find(connection, "a-20261207-0900")
        assert [phone for phone, _ in messages.recipients(connection, run, Channel.SMS)] == list(PHONES)
    opened.close()


@pytest.mark.parametrize("key", [OTHER, None])
def test_another_key_opens_nothing_and_is_not_shown(store: Path, key: bytes | None) -> None:
    with pytest.raises(StoreError) as told:
        open_store(f"sqlite:///{store}", key)
    assert "key" in str(told.value)
    assert OTHER.hex() not in str(told.value)
    with pytest.raises(StoreError, match="put the key back"):
        inspect_store(store, key)


def test_the_wrong_key_says_nothing_by_itself(store: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert not cipher.fits(store, OTHER)
    assert cipher.fits(store, KEY)
    assert capfd.readouterr() == ("", "")


def test_what_was_changed_in_a_page_is_found(store: Path) -> None:
    open_store(f"sqlite:///{store}", KEY).close()
    content = bytearray(store.read_bytes())
    content[len(content) // 2] ^= 1
    store.write_bytes(content)
    try:
        faults = inspect_store(store, KEY).faults
    except StoreError as error:
        faults = (str(error),)
    assert faults


def test_a_copy_opens_with_the_same_key_alone(store: Path, tmp_path: Path) -> None:
    opened = open_store(f"sqlite:///{store}", KEY)
    opened.back_up(tmp_path / "copy.db")
    opened.close()
    assert newest_entry(tmp_path / "copy.db", KEY) is None
    assert not cipher.fits(tmp_path / "copy.db", OTHER)
    assert TEXT.encode() not in (tmp_path / "copy.db").read_bytes()


@pytest.mark.parametrize(("before", "after"), [(KEY, OTHER), (None, KEY), (KEY, None)])
def test_a_store_is_written_anew_under_another_key(
    tmp_path: Path, before: bytes | None, after: bytes | None
) -> None:
    source, target = tmp_path / "a.db", tmp_path / "b.db"
    open_store(f"sqlite:///{source}", before).close()
    with closing(cipher.connect(source, before)) as opened:
        whole = opened.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
        cipher.copy_under(opened, target, after)
    assert target.stat().st_mode & 0o077 == 0
    assert cipher.is_encrypted(target) is (after is not None)
    with closing(cipher.connect(target, after)) as opened:
        assert opened.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall() == whole
    found = inspect_store(target, after)
    assert (found.faults, found.current) == ((), True)
