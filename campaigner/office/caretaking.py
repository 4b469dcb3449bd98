"""Caretaking: ending what is too late, and backing the store up."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from campaigner.domain.lifecycle import OPEN, RunState
from campaigner.errors import StoreError
from campaigner.office.safekeeping import backup_name, write_backup
from campaigner.road.holding import Ended, expire
from campaigner.store import runs
from campaigner.store.inspection import store_file
from campaigner.workspace.desk import Work
from campaigner.workspace.keys import BACKUP, office_key
from campaigner.workspace.leftovers import STAMP, is_own_backup

_DAY = timedelta(days=1)


def expire_all(work: Work) -> Iterator[Ended]:
    """End every run whose last moment has passed."""
    with work.store.read() as connection:
        waiting = runs.in_states(connection, [*OPEN, RunState.RELEASING])
    for run in waiting:
        ended = expire(work, run)
        if ended is not None:
            yield ended


def back_up(work: Work) -> Path | None:
    """Copy the store into the folder of backups, once a day, sealed where there is a key, and keep the newest.

    Returns:
        The copy, or None if there is one of today, or the store is on a server, which is backed up there.

    Raises:
        StoreError: It cannot be written, or does not read back.
    """
    if store_file(work.desk.config.store_url) is None:
        return None
    folder = work.desk.config.clockwork.backups
    now = work.desk.local(work.clock)
    kept = sorted(path for path in folder.glob("campaigner-*") if is_own_backup(path))
    if kept and _made_at(kept[-1], now) > now - _DAY:
        return None
    key = office_key(work.desk.config.folder, BACKUP)
    copy = folder / backup_name(f"{now:{STAMP}}", sealed=key is not None)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_backup(work, copy, key)
    except OSError as error:
        raise StoreError(
            f"no backup could be written to {folder}: {error.strerror}\n"
            f"无法把备份写入 {folder}（{error.strerror}）：请检查磁盘空间和写入权限"
        ) from None
    _delete(kept[: max(0, len(kept) + 1 - work.desk.config.clockwork.keep_backups)])
    return copy


def _delete(old: Sequence[Path]) -> None:
    """Delete backups; one that cannot be deleted does not keep those behind it."""
    first: OSError | None = None
    for path in old:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            first = first or error
    if first is not None:
        raise StoreError(
            f"a backup was written, but an old one cannot be deleted: {first.strerror}; "
            "look at the folder of backups（备份已写好，但旧备份无法删除，请检查备份文件夹的权限）"
        )


def _made_at(path: Path, now: datetime) -> datetime:
    """When a backup was made, by its name; long ago if the name says nothing."""
    try:
        made = datetime.strptime(path.name.split(".")[0].removeprefix("campaigner-"), STAMP)  # noqa: DTZ007 - the zone is now's
    except ValueError:
        return now - 365 * _DAY
    return made.replace(tzinfo=now.tzinfo)
