"""The working folder on its disk: who may read it, is it writable, how much room there is, how old lists are."""

import os
import shlex
import shutil
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaigner.config import Config
from campaigner.domain.people import Audience
from campaigner.intake.filenames import paths_of
from campaigner.office.soundness.finding import Finding, bad, ok, size, warn
from campaigner.office.soundness.keeping import BACKUPS, ago
from campaigner.people.lists import ended, personal, way_out
from campaigner.store.inspection import files_of, store_file

LITTLE_ROOM = 1024**3
NO_ROOM = 100 * 1024**2
LIST_OLD = timedelta(days=180)
_SHOWN = 3
_OTHERS = 0o077
_OTHERS_READ_OR_WRITE = 0o066
_OTHERS_PASS = 0o011
_GROUP = 0o070


def permissions(config: Config) -> Finding:
    """Whether other users of this machine can reach files with personal data."""
    name = "permissions"
    if os.name == "nt":
        return ok(name, "not looked at: on Windows the folder's security page says who may read it")
    logins = {login for person in config.staff.persons for login in person.logins}
    open_files = exposed(personal_files(config), logins)
    if not open_files:
        return ok(name, "other users of this machine cannot read the lists, the store or the exports")
    shown = ", ".join(_shown(path, config.folder) for path in open_files[:_SHOWN])
    more = f" and {len(open_files) - _SHOWN} more" if len(open_files) > _SHOWN else ""
    root = config.folder.resolve()
    places = [root, *(path for path in open_files if not path.resolve().is_relative_to(root))]
    command = f"chmod -R go-rwx {' '.join(shlex.quote(str(place)) for place in places)}"
    return warn(
        name, f"other users of this machine can read or change {shown}{more}", command,
        f"本机其他用户可以读取或修改含个人信息的文件，请运行：{command}",
    )  # fmt: skip


def personal_files(config: Config) -> list[Path]:
    """Files and folders that hold names, phones or addresses of people, as far as they exist."""
    lists = [
        path for audience in config.audiences.values() if personal(audience)
        for path in paths_of(audience, config.folder)
    ]  # fmt: skip
    kept = store_file(config.store_url)
    places = [*(files_of(kept) if kept else ()), *lists, config.output, config.folder / BACKUPS]
    return [place for place in places if place.exists()]


def exposed(paths: Iterable[Path], logins: Collection[str] = ()) -> list[Path]:
    """Those that a stranger can read, change or enter, and get to through every folder above.

    Args:
        paths: Files and folders.
        logins: Users of the system who are no strangers: a group that has nobody else may do what it may.
    """
    return [
        path
        for path in paths
        if _open(path, logins) and all(_passed(above) for above in path.resolve().parents)
    ]


def _open(path: Path, logins: Collection[str]) -> bool:
    facts = path.stat()
    rights = facts.st_mode & (_OTHERS if path.is_dir() else _OTHERS_READ_OR_WRITE)
    return bool(rights & ~_GROUP) or (bool(rights) and not _ours(facts, logins))


def _ours(facts: os.stat_result, logins: Collection[str]) -> bool:
    """Whether everybody in a file's group is its owner or works here."""
    import grp
    import pwd

    if not logins:
        return False
    try:
        owner, named = pwd.getpwuid(facts.st_uid).pw_name, grp.getgrgid(facts.st_gid).gr_mem
    except KeyError:
        return False
    members = {*named, *(user.pw_name for user in pwd.getpwall() if user.pw_gid == facts.st_gid)}
    return members <= {owner, *logins}


def _passed(folder: Path) -> bool:
    return bool(folder.stat().st_mode & _OTHERS_PASS)


def _shown(path: Path, folder: Path) -> str:
    inside = path.resolve().is_relative_to(folder.resolve())
    return path.resolve().relative_to(folder.resolve()).as_posix() if inside else str(path)


def output_state(config: Config) -> Finding:
    """Whether exported runs can be written."""
    name = "output"
    place = existing(config.output)
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        return bad(
            name, f"{_shown(config.output, config.folder)} cannot be written",
            "give the user that runs campaigner the right to write it, or set another [output] folder",
            "导出文件夹不能写入：请给运行程序的用户写权限，或在 [output] 中换一个文件夹",
        )  # fmt: skip
    state = "can be written" if place == config.output else "is made at the first export"
    return ok(name, f"{_shown(config.output, config.folder)} {state}")


def disk(config: Config) -> Finding:
    """Whether store and output have room, the next export included."""
    needed = 2 * largest_run(config.output)
    places = {existing(place) for place in (config.output, store_file(config.store_url)) if place}
    return room(min(shutil.disk_usage(place).free for place in places), needed)


def room(free: int, needed: int) -> Finding:
    """What free space is worth.

    Args:
        free: Bytes that are free on the fuller of the disks.
        needed: Bytes that an export as large as the largest so far wants, and its copy out of sight.
    """
    name = "disk"
    shown = f"{size(free)} free"
    way_out, way_out_zh = (
        "move old runs out of the output folder, and old backups to another disk",
        "请把旧的导出文件和旧备份移到别的磁盘",
    )
    if free < NO_ROOM:
        return bad(name, shown, way_out, way_out_zh)
    if free < needed:
        return warn(name, f"{shown}, an export like the largest needs {size(needed)}", way_out, way_out_zh)
    if free < LITTLE_ROOM:
        return warn(name, shown, way_out, way_out_zh)
    return ok(name, shown)


def largest_run(output: Path) -> int:
    """Bytes of the largest exported run."""
    runs = [place for place in output.iterdir() if place.is_dir()] if output.is_dir() else []
    return max((_bytes(run.rglob("*")) for run in runs), default=0)


def _bytes(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files if file.is_file())


def existing(path: Path) -> Path:
    """The path, or the nearest above it that exists."""
    return next(place for place in (path, *path.absolute().parents) if place.exists())


def audiences(config: Config, now: datetime) -> Sequence[Finding]:
    """Whether each list is there, and how long nobody has brought it up to date."""
    return [audience_state(audience, config.folder, now) for audience in config.audiences.values()]


def audience_state(audience: Audience, folder: Path, now: datetime) -> Finding:
    """One list."""
    name = f"audience {audience.name}"
    paths = paths_of(audience, folder)
    if not all(path.is_file() for path in paths):
        return bad(
            name, f"{audience.file} is not there", f"put the list there, or change [audiences.{audience.name}]",
            f"名单文件不存在：请放入文件，或修改 [audiences.{audience.name}]",
        )  # fmt: skip
    facts = [path.stat() for path in paths]
    # Of several files the oldest: it may be the one that nobody has brought up to date.
    age = now - datetime.fromtimestamp(min(each.st_mtime for each in facts), UTC)
    shown = f"{audience.file}, {size(sum(each.st_size for each in facts))}, changed {ago(age)}"
    if audience.synthetic:
        return ok(name, f"{shown}, synthetic")
    if ended(audience, now.date()):
        return bad(name, f"{shown}; its time is over", *way_out(audience))
    if age > LIST_OLD:
        return warn(
            name, shown, "ask for a newer list: people have moved, died, changed numbers and opted out",
            "名单已超过180天没有更新：请取得新名单，有人搬走、去世、换号或退订",
        )  # fmt: skip
    return ok(name, shown)
