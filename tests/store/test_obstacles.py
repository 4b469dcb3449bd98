"""A folder that cannot be used is told as what it is, and its advice, followed, is enough.

Root may do anything: there the command runs in a process that gives every capability up, or in a mount namespace.
"""

import errno
import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from campaigner.errors import StoreError
from campaigner.store import cipher, sqlite
from campaigner.store.engine import open_store
from campaigner.store.obstacles import obstacle, of_error
from tests.called import called
from tests.offices.office import Office

pytestmark = [
    pytest.mark.sqlite_only("a server's disk is looked after where it is"),
    pytest.mark.skipif(os.name == "nt", reason="rights are kept elsewhere on Windows"),
]
NOW = "2026-11-24T10:00"
_CAPABILITIES = 0x20080522
"""The version of capget(2) and capset(2) with 64 capabilities."""


_REFUSED = 98
"""How a process ends that could not give its capabilities up."""
_POWERLESS = f"""
import ctypes, sys
header, none = (ctypes.c_uint32 * 2)({_CAPABILITIES}, 0), (ctypes.c_uint32 * 6)()
if ctypes.CDLL(None).capset(header, none):
    sys.exit({_REFUSED})
from campaigner.cli import main
main(sys.argv[1:])
"""


def command(folder: Path, *words: str) -> CompletedProcess[str]:
    """What a command comes to for somebody who is bound by rights, even if these tests run as root."""
    if os.geteuid():
        return called(folder, NOW, *words)
    done = subprocess.run(
        [sys.executable, "-c", _POWERLESS, "-C", str(folder), "--now", NOW, *words],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == _REFUSED:
        pytest.skip("this kernel lets root give up nothing")
    return done


@pytest.fixture
def planned(office: Path) -> Path:
    """A folder with a store in it."""
    road = Office(office)
    road.keep()
    road.store.close()
    return office


def follow(done: CompletedProcess[str]) -> None:
    """Do what an error says."""
    advice = re.search(r"run {2}(chmod .*)", done.stdout + done.stderr)
    assert advice
    subprocess.run(advice[1], shell=True, check=True)  # noqa: S602 - as a clerk would


FOLDER, FILE, HIDDEN, LOG = "folder", "file", "hidden", "log"


def spoil(folder: Path, what: str) -> str:
    """Take a right away; returns by which words it is told."""
    database = folder / "campaigner.db"
    if what == FOLDER:
        folder.chmod(0o500)
        return "cannot be written by this user"
    if what == LOG:
        log = folder / "campaigner.db-wal"
        log.touch()
        log.chmod(0)
        return "campaigner.db-wal may not be read by this user"
    database.chmod(0o400 if what == FILE else 0)
    return "can only be read by this user" if what == FILE else "may not be read by this user"


@pytest.mark.parametrize("what", [FOLDER, FILE, HIDDEN, LOG])
@pytest.mark.parametrize("words", [["plan"], ["log", "verify"], ["doctor"], ["daemon", "--once"]])
def test_a_right_that_is_missing_is_told_and_its_advice_is_enough(
    planned: Path, what: str, words: list[str]
) -> None:
    told = spoil(planned, what)
    done = command(planned, *words)
    said = done.stdout + done.stderr
    if (what, words) == (FILE, ["log", "verify"]):
        # What only reads does so.
        assert done.returncode == 0
        return
    assert done.returncode == 1
    assert told in said
    assert "needs no restoring" in said
    assert "不需要恢复" in said
    assert "restore it from a backup" not in said
    assert "Traceback" not in said
    follow(done)
    assert command(planned, "plan").returncode == 0


def test_a_folder_that_never_had_a_store_and_cannot_be_written(office: Path) -> None:
    office.chmod(0o500)
    done = command(office, "plan")
    assert done.returncode == 1
    assert "cannot be written by this user" in done.stderr
    assert "只读" in done.stderr
    assert not (office / "campaigner.db").exists()
    follow(done)
    assert command(office, "plan").returncode == 0


def mounted(folder: Path, mount: str, *words: str) -> CompletedProcess[str]:
    """A command in a folder that is mounted in some way, in a namespace of its own; skipped where there is none."""
    python = f"exec {sys.executable} -m campaigner -C {folder} --now {NOW} {' '.join(words)}"
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("there is no program `unshare`")
    probe = subprocess.run(
        [unshare, "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False
    )
    if probe.returncode:
        pytest.skip("this machine lets nobody mount, not even in a namespace")
    return subprocess.run(
        [unshare, "-rm", "sh", "-ec", f"{mount}\n{python}"], capture_output=True, text=True, check=False
    )  # fmt: skip


def test_a_stick_that_can_only_be_read(planned: Path, tmp_path: Path) -> None:
    read_only = f"mount --bind {planned} {planned}; mount -o remount,bind,ro {planned}"
    for words in (["plan"], ["log"], ["doctor"]):
        done = mounted(planned, read_only, *words)
        said = done.stdout + done.stderr
        assert done.returncode == 1, said
        assert "on a medium that can only be read" in said
        assert "解除写保护" in said
        assert "restore it from a backup" not in said
    # The advice: copy it to a disk that can be written.
    copy = shutil.copytree(planned, tmp_path / "copied")
    assert called(copy, NOW, "plan").returncode == 0


def test_a_disk_that_is_full_and_has_room_again(planned: Path, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    fill = (
        f"mount -t tmpfs -o size=16m none {stick}; cp -r {planned}/. {stick}/; rm -f {stick}/campaigner.db-*; "
        f"dd if=/dev/zero of={stick}/film bs=4k 2>/dev/null || true"
    )
    done = mounted(stick, fill, "generate")
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "is full" in said
    assert "腾出空间" in said
    again = mounted(stick, f"{fill}; rm {stick}/film", "plan")
    assert again.returncode == 0, again.stderr


def test_a_store_that_another_program_holds(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_WAIT", 0.1)
    key = bytes.fromhex((planned / "keys" / "store.key").read_text("ascii"))
    with closing(cipher.connect(planned / "campaigner.db", key, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = called(planned, NOW, "generate")
        other.execute("ROLLBACK")
    assert done.returncode == 1
    assert "is locked by another program" in done.stderr
    assert "被另一个程序锁住" in done.stderr
    assert called(planned, NOW, "plan").returncode == 0


_REFUSE = """
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>
#define REFUSE(name) int name(int fd, int what, ...) { \\
  va_list rest; va_start(rest, what); void *argument = va_arg(rest, void *); va_end(rest); \\
  if (what == F_SETLK || what == F_SETLKW || what == F_OFD_SETLK) { errno = ENOLCK; return -1; } \\
  return (int) syscall(SYS_fcntl, fd, what, argument); }
REFUSE(fcntl)
REFUSE(fcntl64)
"""


def test_a_share_that_refuses_locks(planned: Path, tmp_path: Path) -> None:
    """A C library in which each lock is refused as a share without a lock manager refuses it."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("there is no C compiler to make such a share with")
    source, library = tmp_path / "refuse.c", tmp_path / "refuse.so"
    source.write_text(_REFUSE, "ascii")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    for words in (["plan"], ["log", "verify"], ["generate"]):
        done = subprocess.run(
            [sys.executable, "-m", "campaigner", "-C", str(planned), "--now", NOW, *words],
            capture_output=True, text=True, check=False, env={**os.environ, "LD_PRELOAD": str(library)},
        )  # fmt: skip
        assert done.returncode == 1, done.stdout
        assert "refuses file locks" in done.stderr
        assert "移到本机磁盘上" in done.stderr
        assert "restore it from a backup" not in done.stderr
    moved = tmp_path / "local"
    planned.rename(moved)
    assert called(moved, NOW, "plan").returncode == 0


def test_only_a_damaged_file_is_told_to_be_restored(planned: Path) -> None:
    database = planned / "campaigner.db"
    content = bytearray(database.read_bytes())
    content[4096:8192] = bytes(4096)
    database.write_bytes(bytes(content))
    done = called(planned, NOW, "plan")
    assert done.returncode == 1
    assert "恢复最近的备份" in done.stderr


def test_what_is_not_in_the_way_is_not_said(tmp_path: Path) -> None:
    assert obstacle(tmp_path / "a.db") is None
    assert obstacle(tmp_path / "a.db", "no such table: run") is None
    there = obstacle(tmp_path / "gone" / "a.db")
    assert there
    assert "does not exist" in there.message
    with pytest.raises(StoreError, match="记录库所在的文件夹不存在"):
        open_store(f"sqlite:///{tmp_path / 'gone' / 'a.db'}")


def test_an_error_of_the_system_is_told_by_its_file(tmp_path: Path) -> None:
    full = of_error(OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "a")))
    assert full
    assert "is full" in full.message
    nameless = of_error(OSError(errno.ENOSPC, "No space left on device"))
    assert nameless
    assert "磁盘已满" in nameless.message_zh
    assert of_error(OSError(errno.EPIPE, "Broken pipe")) is None
