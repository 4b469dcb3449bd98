"""A working folder that was copied while its original still runs, moved, or carried to another machine."""

import shutil
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from campaigner.answers.account import log_entries
from campaigner.domain.installation import Installation, Standing, standing
from campaigner.errors import StateError, UsageError
from campaigner.store import installation
from campaigner.store.installation import VARIABLE, machine_id
from campaigner.workspace.installing import adopt, refuse_copy
from tests.called import called
from tests.offices.office import Office

pytestmark = pytest.mark.sqlite_only("a store on a server belongs to its server")
POSTERS = "bank-posters-20261201-0800"


def campaigner(folder: Path, *words: str) -> CompletedProcess[str]:
    return called(folder, "2026-12-01T08:00", *words)


@pytest.fixture
def approved(office: Path) -> Path:
    """A folder with a run that may go out."""
    road = Office(office)
    road.until_approved(POSTERS)
    road.store.close()
    return office


def kinds(folder: Path) -> list[str]:
    road = Office(folder)
    found = [entry.kind for entry in log_entries(road.store)]
    road.store.close()
    return found


@pytest.mark.parametrize(
    ("kept", "original", "found"),
    [
        (None, False, Standing.UNKNOWN),
        (Installation("m", "/a/x.db"), True, Standing.HOME),
        (Installation("m", "/b/x.db"), False, Standing.MOVED),
        (Installation("m", "/b/x.db"), True, Standing.COPY),
        (Installation("n", "/a/x.db"), False, Standing.FOREIGN),
    ],
)
def test_how_a_store_stands(kept: Installation | None, original: bool, found: Standing) -> None:
    assert standing(kept, Installation("m", "/a/x.db"), original=original) is found


def test_a_machine_has_one_opaque_id_and_a_container_is_given_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine_id({}) == machine_id({})
    assert machine_id({VARIABLE: "办公室1"}) == machine_id({VARIABLE: " 办公室1 "}) != machine_id({})
    assert len(machine_id({})) == 16
    for file in installation._FILES:
        if file.exists() and file.read_text("ascii").strip():
            assert file.read_text("ascii").strip() not in machine_id({})
    monkeypatch.setattr(installation, "_FILES", ())
    assert machine_id({}) == machine_id({})


def test_a_copy_beside_its_original_prepares_but_sends_nothing(approved: Path, tmp_path: Path) -> None:
    copy = tmp_path / "U盘 (E)" / "办公"
    shutil.copytree(approved, copy)
    for words in (["plan"], ["check"], ["preview", POSTERS]):
        done = campaigner(copy, *words)
        assert done.returncode == 0, (words, done.stderr)
    assert "campaigner adopt" in campaigner(copy, "plan").stderr
    for words in (["export"], ["daemon", "--once"], ["daemon"], ["doctor"]):
        done = campaigner(copy, *words)
        said = done.stdout + done.stderr
        assert done.returncode, words
        assert "is a copy" in said, words
        assert "campaigner adopt --by NAME --reason TEXT" in said, words
        assert "复制出来的" in said, words
    assert not (copy / "out" / POSTERS).exists()
    # The original goes on; and by one command with a name the copy does.
    assert campaigner(approved, "export").returncode == 0
    for words in (["--by", "王经办"], ["--reason", "换电脑"], ["--by", " ", "--reason", "换电脑"]):
        assert campaigner(copy, "adopt", *words).returncode == 2
    done = campaigner(copy, "adopt", "--by", "王经办", "--reason", "换电脑")
    assert done.returncode == 0, done.stderr
    assert "已接管" in done.stdout
    assert campaigner(copy, "export").returncode == 0
    assert (copy / "out" / POSTERS / "manifest.json").exists()
    road = Office(copy)
    (entry,) = [entry for entry in log_entries(road.store) if entry.kind == "adopted"]
    assert entry.actor == "王经办"
    assert entry.fields["reason"] == "换电脑"
    with pytest.raises(UsageError, match="belongs already"):
        adopt(road.work(), "again")
    road.store.close()


def test_a_folder_that_was_moved_goes_on_at_once_and_says_so(approved: Path, tmp_path: Path) -> None:
    moved = tmp_path / "另一处" / "办公"
    moved.parent.mkdir()
    approved.rename(moved)
    done = campaigner(moved, "plan")
    assert done.returncode == 0
    assert "工作文件夹已从" in done.stderr
    assert campaigner(moved, "export").returncode == 0
    assert "moved here" not in campaigner(moved, "plan").stderr
    assert kinds(moved).count("moved") == 1
    assert str(tmp_path) not in "".join(entry.data for entry in log_entries(Office(moved).store))


def test_another_machine_asks_before_it_sends(approved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "a machine that was bought yesterday")
    assert campaigner(approved, "plan").returncode == 0
    refused = campaigner(approved, "export")
    assert refused.returncode == 2
    assert "belongs to another machine" in refused.stderr
    assert "另一台电脑" in refused.stderr
    road = Office(approved)
    with pytest.raises(StateError, match="adopt"):
        refuse_copy(road.store, road.app.desk.config.store_url)
    road.store.close()
    assert campaigner(approved, "adopt", "--by", "王经办", "--reason", "换电脑").returncode == 0
    assert campaigner(approved, "daemon", "--once").returncode == 0
    monkeypatch.delenv(VARIABLE)
    assert campaigner(approved, "export", POSTERS).returncode == 2


def test_the_same_folder_by_another_path_is_no_copy(approved: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(approved)
    assert campaigner(link, "export").returncode == 0


def test_a_backup_of_another_machine_is_restored_and_then_adopted(
    approved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert campaigner(approved, "backup", "--new-key").returncode == 0
    copy = tmp_path / "backup.db.sealed"
    assert campaigner(approved, "backup", str(copy)).returncode == 0
    fresh = tmp_path / "fresh"
    shutil.copytree(
        approved,
        fresh,
        ignore=shutil.ignore_patterns("campaigner.db*", "store.key*", "signing*", "out", "backups"),
    )
    monkeypatch.setenv(VARIABLE, "the new machine")
    done = campaigner(fresh, "restore", str(copy), "--by", "王经办", "--reason", "旧电脑坏了")
    assert done.returncode == 0, done.stderr
    assert "campaigner adopt" in done.stderr
    # Nobody here can tell whether the approval still stood there, so it is given again.
    assert campaigner(fresh, "approve", POSTERS, "--by", "李所长").returncode == 0
    assert campaigner(fresh, "export").returncode == 2
    assert campaigner(fresh, "adopt", "--by", "王经办", "--reason", "旧电脑坏了").returncode == 0
    assert campaigner(fresh, "daemon", "--once").returncode == 0


def test_an_original_that_cannot_be_looked_at_counts_as_there(tmp_path: Path) -> None:
    here = tmp_path / "here.db"
    here.write_bytes(b"x")
    assert not installation.has_original(Installation("m", str(tmp_path / "gone.db")), here)
    assert not installation.has_original(Installation("m", str(here)), here)
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert installation.has_original(Installation("m", str(loop)), here)
