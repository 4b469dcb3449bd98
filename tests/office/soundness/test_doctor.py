"""The whole examination on a real working folder."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from campaigner.app import App
from campaigner.office import doctor
from campaigner.office.doctor import examine, guarded
from campaigner.office.soundness.finding import Finding, Grade, ok
from campaigner.office.soundness.machine import Moment
from campaigner.road.plan import make_plan
from campaigner.store import log, settings
from campaigner.store.engine import open_store
from campaigner.workspace.desk import Silent
from tests import opened
from tests.conftest import NOW

pytestmark = pytest.mark.sqlite_only("damages, exposes and misses its file; a server: tests/store")
DAY = timedelta(days=1)
ORDER = [
    "config", "store", "log", "people", "permissions", "output", "disk", "gateway carrier", "audience residents",
    "audience pupils", "audience places", "fonts", "clock", "calendar", "software", "daemon", "backup",
]  # fmt: skip


def at(moment: datetime) -> Callable[[], Moment]:
    return lambda: Moment(moment, 0.0)


def examined(office: Path, now: datetime = NOW, **kwargs: object) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(office, at(now), **kwargs)}


def levels(found: dict[str, Finding]) -> dict[str, Grade]:
    return {name: finding.level for name, finding in found.items() if finding.level is not Grade.OK}


def store_of(office: Path, *, beat: str = "") -> Path:
    """A store with one entry in its log, closed."""
    path = office / "campaigner.db"
    store = opened.store_of(office)
    with store.begin() as connection:
        log.append(connection, NOW, "planned", "", "tests", {})
        if beat:
            settings.keep(connection, "beat", beat)
    store.close()
    return path


def snapshot(office: Path) -> dict[str, tuple[int, int, str]]:
    """Every file but SQLite's shared memory, in which each reader of an open store marks how far it reads."""
    return {
        path.relative_to(office).as_posix(): (
            path.stat().st_mtime_ns, path.stat().st_mode, hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in sorted(office.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }  # fmt: skip


def test_a_new_office_is_sound(office: Path) -> None:
    found = examined(office, known_until=date(2027, 12, 31))
    assert list(found) == ORDER
    assert levels(found) == {}
    assert found["store"].found == "none yet; the first plan makes it"
    assert found["gateway carrier"].found == "files, no secrets needed"
    assert "synthetic" in found["audience residents"].found


def test_every_finding_that_is_not_ok_has_a_way_out_in_both_languages(office: Path) -> None:
    store_of(office)
    (office / "audiences" / "pupils.csv").unlink()
    found = examined(office, NOW - 30 * DAY, known_until=NOW.date())
    assert levels(found) == {
        "audience pupils": "bad", "clock": "warn", "calendar": "warn", "backup": "warn",
    }  # fmt: skip
    for finding in found.values():
        if finding.level is not Grade.OK:
            assert finding.advice
            assert any("\u4e00" <= letter <= "\u9fff" for letter in finding.advice_zh)


@pytest.mark.parametrize("asleep", [True, False], ids=["store closed", "store open"])
def test_nothing_is_changed(office: Path, opened: Callable[[], App], asleep: bool) -> None:
    app = opened()
    store = app.store()
    work = app.work(store, "tests", Silent())
    make_plan(work.desk, NOW, NOW + DAY, NOW, work.progress)
    with store.begin() as connection:
        work.record(connection, "planned", "", {})
    if asleep:
        store.close()
    before = snapshot(office)
    assert levels(examined(office)) == {"backup": "warn"}
    assert snapshot(office) == before
    assert (office / "campaigner.db-shm").exists() is not asleep
    store.close()


def test_what_a_running_store_holds_is_seen(office: Path) -> None:
    """The newest entry may still be in the write-ahead log alone."""
    store_of(office)
    store = opened.store_of(office)
    with store.begin() as connection:
        entry = log.append(connection, NOW + DAY, "exported", "", "tests", {})
    found = examined(office)
    store.close()
    assert entry.hash[:16] in found["log"].found
    assert found["clock"].found.endswith("1 day before the newest entry of the log")


def test_a_torn_store_is_bad_and_the_rest_is_looked_at_all_the_same(office: Path) -> None:
    path = store_of(office)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(16_384))
    found = examined(office)
    assert found["store"].level is Grade.BAD
    assert "docs/running.md" in found["store"].advice
    assert found["fonts"].level is Grade.OK
    assert "log" not in found or found["log"].level is Grade.OK


def test_a_store_that_is_none_is_bad(office: Path) -> None:
    (office / "campaigner.db").write_bytes(b"no database at all" * 100)
    assert "no database" in examined(office)["store"].found
    (office / "campaigner.db").unlink()
    (office / "campaigner.db").mkdir()
    assert examined(office)["store"].found == "cannot be checked: Is a directory"


CUTS = [
    pytest.param("DELETE FROM log", "cut off or added", id="the whole log"),
    pytest.param("UPDATE setting SET value = 'x' WHERE name = 'log_head'", "cut off or added", id="the head"),
]


@pytest.mark.parametrize(("statement", "words"), CUTS)
def test_a_log_that_does_not_end_as_kept_is_bad(office: Path, statement: str, words: str) -> None:
    path = store_of(office)
    tamper(path, statement)
    found = examined(office)["log"]
    assert found.level is Grade.BAD
    assert words in found.found


def tamper(path: Path, statement: str) -> None:
    """Change a store behind the back of its triggers."""
    connection = opened.bare(path.parent)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    connection.commit()
    connection.close()


VERSIONS = [
    pytest.param("0000", Grade.WARN, "at the next command", id="older"),
    pytest.param("9999", Grade.BAD, "this version knows", id="newer"),
]


@pytest.mark.parametrize(("schema", "level", "words"), VERSIONS)
def test_a_store_of_another_version_is_told(office: Path, schema: str, level: Grade, words: str) -> None:
    tamper(store_of(office), f"UPDATE alembic_version SET version_num = '{schema}'")
    found = examined(office)["store"]
    assert found.level is level
    assert words in found.found


def test_a_store_without_write_ahead_log_is_told(office: Path) -> None:
    path = office / "campaigner.db"
    open_store(f"sqlite:///{path}").close()
    tamper(path, "PRAGMA journal_mode = DELETE")
    assert examined(office)["store"].found.endswith("no write-ahead log")


BEATS = [
    pytest.param("", Grade.OK, "no daemon has run here", id="none"),
    pytest.param(
        (NOW - timedelta(minutes=3)).isoformat(), Grade.OK, "last beat 3 minutes ago", id="just now"
    ),
    pytest.param(
        (NOW - timedelta(hours=2)).isoformat(), Grade.WARN, "last beat 2 hours ago", id="stands still"
    ),
    pytest.param((NOW + DAY).isoformat(), Grade.OK, "last beat just now", id="the clock's fault"),
    pytest.param("2026-11-24T01:00:00", Grade.OK, "last beat 60 minutes ago", id="without zone"),
    pytest.param("soon", Grade.WARN, "its last beat is no time", id="no time"),
]


@pytest.mark.parametrize(("beat", "level", "words"), BEATS)
def test_the_daemons_last_beat(office: Path, beat: str, level: Grade, words: str) -> None:
    store_of(office, beat=beat)
    found = examined(office)["daemon"]
    assert (found.level, found.found.replace("1 hour ", "60 minutes ")) == (level, words)


def test_a_backup_grows_old(office: Path) -> None:
    path = store_of(office)
    assert examined(office)["backup"].found == "none in backups/"
    (office / "backups").mkdir()
    copy = office / "backups" / "campaigner-20261123.db"
    shutil.copy(path, copy)
    os.utime(copy, ((NOW - DAY).timestamp(),) * 2)
    assert examined(office)["backup"] == ok("backup", "1 in backups/, the newest from 1 day ago")
    os.utime(copy, ((NOW - 8 * DAY).timestamp(),) * 2)
    assert examined(office)["backup"].level is Grade.WARN


def test_settings_with_problems_are_counted(office: Path) -> None:
    config = office / "config.toml"
    config.write_text(config.read_text("utf-8").replace("suffix =", "sufix ="), "utf-8")
    found = examined(office)
    assert (found["config"].level, found["config"].found) == (Grade.BAD, "1 problem in config.toml")
    assert "gateway carrier" not in found


@pytest.mark.parametrize("text", [None, "[office", "\xff"], ids=["missing", "torn", "not UTF-8"])
def test_settings_that_cannot_be_read_leave_the_machine_to_look_at(office: Path, text: str | None) -> None:
    config = office / "config.toml"
    config.unlink()
    if text is not None:
        config.write_bytes(text.encode("latin-1"))
    found = examined(office)
    assert found["config"].level is Grade.BAD
    assert list(found) == ["config", "fonts", "clock", "software", "daemon", "backup"]


def test_a_check_that_fails_hides_nothing_and_quotes_nothing(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> Finding:
        raise RuntimeError("王小明 13800138000")

    monkeypatch.setattr(doctor.machine, "fonts", fail)
    found = examined(office)
    assert found["fonts"].found == "cannot be checked: RuntimeError"
    assert found["backup"].name == "backup"


def failing(error: Exception) -> Callable[[], Finding]:
    def check() -> Finding:
        raise error

    return check


def test_a_file_that_may_not_be_read_is_told_without_its_name() -> None:
    (found,) = guarded("store", failing(PermissionError(13, "Permission denied", "/names/王小明.csv")))
    assert found.found == "cannot be checked: Permission denied"


@pytest.fixture
def shared_folder(office: Path) -> Iterator[Path]:
    """A working folder where other users of the machine get to."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    shutil.copytree(office, place / "office")
    yield place / "office"
    shutil.rmtree(place)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_files_that_others_can_read_are_told_with_the_command(shared_folder: Path) -> None:
    config = shared_folder / "config.toml"
    config.write_text(config.read_text("utf-8").replace("synthetic = true", ""), "utf-8")
    store_of(shared_folder).chmod(0o644)
    shared_folder.chmod(0o755)
    for path in (shared_folder / "audiences").iterdir():
        path.chmod(0o640 if path.name == "pupils.csv" else 0o600)
    found = examined(shared_folder)["permissions"]
    assert found.level is Grade.WARN
    assert found.found.endswith("can read or change campaigner.db, audiences/pupils.csv")
    assert found.advice == f"chmod -R go-rwx {shared_folder.resolve()}"
    assert found.advice in found.advice_zh
    assert os.waitstatus_to_exitcode(os.system(found.advice)) == 0
    assert examined(shared_folder)["permissions"].level is Grade.OK
