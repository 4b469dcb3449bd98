"""Keeping the store safe: backups that only the office's key opens, on this disk or on a stick."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaigner.domain.filename import draft_name
from campaigner.domain.log import GENESIS, Entry
from campaigner.domain.roles import Deed
from campaigner.errors import StoreError, UsageError
from campaigner.store import sealing
from campaigner.store.inspection import file_of, newest_entry
from campaigner.store.postgresql import NO_BACKUP
from campaigner.workspace.desk import Work
from campaigner.workspace.leftovers import STAMP, backup_word

SEALED = ".sealed"
"""What stands behind the name of an encrypted backup."""
_HALF = ".sealing-"
_STALE = timedelta(hours=1)
"""After this a half-written copy is no longer being written by anybody."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup.

    Args:
        path: Where it lies.
        sealed: Whether it is encrypted.
        entries: How many entries its log has.
        head: Hash of the newest of them.
    """

    path: Path
    sealed: bool
    entries: int
    head: str

    def as_data(self) -> dict[str, str | bool | int]:
        """For other programs."""
        return {"file": str(self.path), "sealed": self.sealed, "entries": self.entries, "head": self.head}


def back_up_to(work: Work, target: Path, key: bytes | None) -> BackedUp:
    """Back the store up into one file, encrypted where there is a key, and log it.

    Args:
        work: Desk, store and time; its actor is who takes it.
        target: The file, or a folder for one named by the moment.
        key: The key of backups; None for a copy of the store as it is, which opens with the key of the store, if any.

    Raises:
        UsageError: The file is there already, or the store is on a server, which is backed up there.
        StoreError: It cannot be written.
    """
    work.ask(Deed.BACKUP)
    stamp = f"{work.desk.local(work.clock):{STAMP}}"
    place = target / backup_name(stamp, sealed=key is not None) if target.is_dir() else target
    if place.exists():
        raise UsageError(f"{place} is there already; name another file\n{place} 已经存在：请换一个文件名")
    newest = write_backup(work, place, key)
    done = BackedUp(place, key is not None, newest.seq if newest else 0, newest.hash if newest else GENESIS)
    with work.store.begin() as connection:
        file = backup_word(connection, place.name)
        facts = {"file": file, "sealed": done.sealed, "entries": done.entries, "head": done.head}
        work.record(connection, "backed-up", "", facts)
    return done


def backup_name(stamp: str, *, sealed: bool) -> str:
    """The name of a backup."""
    return f"campaigner-{stamp}.db{SEALED if sealed else ''}"


def write_backup(work: Work, place: Path, key: bytes | None) -> Entry | None:
    """Write one backup and show it by one rename; an unsealed copy never lies where a sealed one goes.

    Returns:
        The newest entry of the log in the backup.

    Raises:
        StoreError: It cannot be written, or does not read back.
    """
    store = file_of(work.desk.config.store_url, NO_BACKUP)
    _clear_halves(
        work, [*store.parent.glob(f"*.{store.name}{_HALF}*"), *place.parent.glob(draft_name("campaigner-*"))]
    )
    if key is None:
        work.store.back_up(place)
        return newest_entry(place, work.store.key)
    plain = store.with_name(f".{store.name}{_HALF}{place.name}")
    partial = place.with_name(draft_name(place.name))
    try:
        partial.unlink(missing_ok=True)
        work.store.back_up(plain)
        sealing.seal(plain, partial, key, work.store.key)
        newest = newest_entry(plain, work.store.key)
        partial.rename(place)
    except OSError as error:
        raise StoreError(
            f"no backup could be written to {place.parent}: {error.strerror}\n"
            f"无法把备份写入 {place.parent}（{error.strerror}）：请检查磁盘空间和写入权限"
        ) from None
    finally:
        plain.unlink(missing_ok=True)
        partial.unlink(missing_ok=True)
    return newest


def _clear_halves(work: Work, halves: Iterable[Path]) -> None:
    """Take away what backups left that were cut short: people are in it, and nobody would look for it."""
    for half in halves:
        if work.clock - datetime.fromtimestamp(half.stat().st_mtime, UTC) > _STALE:
            half.unlink(missing_ok=True)
