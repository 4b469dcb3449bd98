"""Why a file cannot be opened or written: told apart by its place and what the system says, each with what helps."""

import errno
import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_ROOM = 1 << 20
"""Bytes below which a disk counts as full: less than a commit may take."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, *_FULL})
"""What the system says where a folder above may be at fault, so that one that is missing is the consequence."""
_NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL})


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands in the way, and what to do about it.

    Args:
        message: In English.
        message_zh: In Chinese.
    """

    message: str
    message_zh: str

    def __str__(self) -> str:
        return f"{self.message}\n{self.message_zh}"


def obstacle(path: Path, said: str = "", number: int | None = None) -> Obstacle | None:
    """Why a store's file, or another file that is to be written, cannot be used; None if nothing is in the way.

    The file itself is never opened: closing it would give up the locks that this process may hold on it.

    Args:
        path: The file; it need not exist.
        said: What the database said.
        number: The system's number of the error, if it is known.
    """
    return next(_obstacles(path, said, number), None)


def of_error(error: OSError, path: Path | None = None) -> Obstacle | None:
    """The same of an error of the system; None where its own words have to do."""
    place = path or (Path(os.fsdecode(error.filename)) if error.filename else None)
    if place is None:
        return _full("the disk", "磁盘") if error.errno in _FULL else None
    return obstacle(place, "", error.errno)


def _obstacles(path: Path, said: str, number: int | None) -> Iterator[Obstacle]:
    folder = path.parent
    if number in _DENIED:
        folder = next(place for place in path.absolute().parents if _there(place))
    if not _there(folder):
        yield Obstacle(
            f"the folder {folder} does not exist: is the stick or the share connected? Name the right folder with -C",
            f"文件夹 {folder} 不存在：请确认U盘或网络盘已接好，或用 -C 指明正确的文件夹",
        )
        return
    if number in _FULL or "is full" in said or _free(folder) < _ROOM:
        yield _full(f"the disk of {folder}", f"{folder} 所在磁盘")
    # SQLite takes a lock that is refused for one that somebody else holds.
    if said and _refuses_locks(folder):
        yield Obstacle(
            f"{folder} is on a drive that refuses file locks, as some network shares do; a store there could be "
            "damaged: move the whole folder to a disk of this machine",
            f"{folder} 所在的盘不支持文件锁（常见于网络盘），记录库放在这里可能损坏：请把整个文件夹移到本机磁盘上",
        )
    if "locked" in said:
        yield Obstacle(
            f"{path.name} is locked by another program (a second command, a backup, a virus scanner, a sync tool): "
            "let it end, then give the same command again",
            f"{path.name} 正被另一个程序锁住（另一条命令、备份、杀毒或同步软件）：请等它结束后重试",
        )
    if _read_only_medium(folder):
        yield Obstacle(
            f"{folder} is on a medium that can only be read; the store is not damaged and needs no restoring: "
            "take the write protection off, or copy the whole folder to a disk that can be written and work there",
            f"{folder} 所在的盘只读，不能写入；记录库没有损坏，不需要恢复：请解除写保护，"
            "或把整个文件夹复制到可写的磁盘上使用",
        )
    yield from _rights(path)
    if not os.access(folder, os.W_OK | os.X_OK):
        command, command_zh = _grant([folder], "u+rwx")
        yield Obstacle(
            f"the folder {folder} cannot be written by this user; the store is not damaged and needs no restoring: "
            f"{command}",
            f"文件夹 {folder} 只读，当前用户不能写入；记录库没有损坏，不需要恢复：{command_zh}",
        )
        return
    if "locking protocol" in said:
        yield Obstacle(
            f"other programs take and give up locks on {path.name} all the time: let them end, then try again; if it "
            "is on a network drive, move the whole folder to a disk of this machine",
            f"其他程序一直在争用 {path.name}：请等它们结束后重试；如在网络盘上，请把整个文件夹移到本机磁盘",
        )


def _rights(path: Path) -> Iterator[Obstacle]:
    """What this user may not do with the file, and with those that SQLite keeps with it."""
    files = (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal")))
    barred = [file for file in files if os.path.lexists(file) and not os.access(file, os.R_OK | os.W_OK)]
    if not barred:
        return
    readable = all(os.access(file, os.R_OK) for file in barred)
    what, what_zh = ("can only be read", "只读") if readable else ("may not be read", "没有读取权限")
    command, command_zh = _grant(barred, "u+rw")
    shown, shown_zh = ", ".join(map(str, barred)), "、".join(map(str, barred))
    yield Obstacle(
        f"{shown} {what} by this user; the store is not damaged and needs no restoring: {command}",
        f"{shown_zh} {what_zh}；记录库没有损坏，不需要恢复：{command_zh}",
    )


def _grant(places: Sequence[Path], rights: str) -> tuple[str, str]:
    """How its owner gives the right back, in English and Chinese."""
    if os.name == "nt":
        return (
            "take `Read-only` away in its properties, and give this user the right to change it",
            "请在“属性”中去掉“只读”，并给当前用户修改权限",
        )
    command = f"chmod {rights} {shlex.join(map(str, places))}"
    with suppress(OSError):
        if all(place.stat().st_uid == os.geteuid() for place in places):
            return f"run  {command}", f"请运行  {command}"
    return (
        f"let its owner run  {command}  or work as its owner",
        f"请由所有者运行  {command}  ，或以所有者身份使用",
    )


def _full(disk: str, disk_zh: str) -> Obstacle:
    return Obstacle(
        f"{disk} is full; nothing half-written counts: make room, then give the same command again",
        f"{disk_zh}已满；写了一半的不算数：请腾出空间后重新执行同一条命令",
    )


def _there(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:
        return True


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return _ROOM


def _read_only_medium(folder: Path) -> bool:
    if not hasattr(os, "statvfs"):
        return False
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def _refuses_locks(folder: Path) -> bool:
    """Whether a file in a folder cannot be locked; tried on one of its own, which is gone afterwards."""
    try:
        import fcntl
    except ImportError:
        return False
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in _NO_LOCKS
    return False
