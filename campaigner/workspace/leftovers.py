"""What lies on the disk besides the store and has people in it: exported runs, previews, status files, backups."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from campaigner.domain.masking import masked
from campaigner.domain.planning import Run
from campaigner.errors import StoreError
from campaigner.exports.layout import PROOF, named
from campaigner.store.engine import Connection
from campaigner.store.inspection import store_file
from campaigner.workspace.desk import Work
from campaigner.workspace.reason import file_word
from campaigner.workspace.traces import SET_ASIDE

INBOX = "receipts"
"""Folder in which the daemon looks for status files, one folder below it for each gateway."""
STAMP = "%Y%m%d-%H%M%S"
_STAMPED = re.compile(r"(\d{8}-\d{6})")
_OWN_BACKUP = re.compile(r"campaigner-\d{8}-\d{6}\.db(\.sealed)?")
_OWN_ASIDE = re.compile(rf"campaigner\.db{re.escape(SET_ASIDE)}[-0-9]+")


def of_runs(work: Work, ended: Sequence[Run]) -> list[Path]:
    """Files of runs that ended, but for what proves that they were exported."""
    folders = _run_folders(work.desk.config.output, ended)
    return sorted(path for folder in folders for path in _people_in(folder))


def older(work: Work, files: Iterable[Path], before: datetime) -> list[Path]:
    """Those of some files that are from before a moment; what went meanwhile is none of them."""
    found = []
    for path in files:
        with suppress(FileNotFoundError):
            if moment_of(work, path) < before:
                found.append(path)
    return sorted(found)


def _run_folders(output: Path, of: Sequence[Run]) -> Iterator[Path]:
    """The folders in which runs were exported, as far as they are there, and what was cut short of them."""
    codes = {run.code for run in of}
    if codes and output.is_dir():
        for folder in output.iterdir():
            its = named(folder.name)
            if its is not None and its.code in codes and folder.is_dir():
                yield folder


def _people_in(folder: Path) -> Iterator[Path]:
    """The files of an exported run that may have people in them: all but what proves it."""
    for place, _folders, names in os.walk(folder):
        for name in names:
            if name not in PROOF or Path(place) != folder:
                yield Path(place, name)


def backups(work: Work, before: datetime) -> list[Path]:
    """Backups from before a moment, and stores that were set aside before it; the newest backup is none of them."""
    copies = sorted(filter(is_own_backup, all_backups(work)), key=lambda path: moment_of(work, path))
    return [path for path in [*copies[:-1], *set_aside(work)] if moment_of(work, path) < before]


def is_own_backup(path: Path) -> bool:
    """Whether a file is called as the backups are that the clock writes; what people put there is called otherwise."""
    return _OWN_BACKUP.fullmatch(path.name) is not None


def backup_word(connection: Connection, name: str) -> str:
    """What stands in the log for a backup: its name if it is one of ours, else what stands for any other file."""
    own = _OWN_BACKUP.fullmatch(name) or _OWN_ASIDE.fullmatch(name)
    return name if own else file_word(connection, name)


def all_backups(work: Work) -> list[Path]:
    """Every backup that lies in the folder of backups."""
    return sorted(path for path in work.desk.config.clockwork.backups.glob("campaigner-*") if path.is_file())


def set_aside(work: Work) -> list[Path]:
    """Stores that a restored one took the place of."""
    store = store_file(work.desk.config.store_url)
    return sorted(store.parent.glob(f"{store.name}{SET_ASIDE}*")) if store else []


def moment_of(work: Work, path: Path) -> datetime:
    """When a file was written: as its name says, else as the disk has it."""
    match = _STAMPED.search(path.name)
    if match:
        try:
            made = datetime.strptime(match[1], STAMP)  # noqa: DTZ007 - the zone is the office's
        except ValueError:
            pass
        else:
            return made.replace(tzinfo=work.desk.config.zone)
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def delete(path: Path) -> None:
    """Delete a file, and its folder if that is empty then.

    Raises:
        StoreError: It cannot be deleted.
    """
    try:
        path.unlink(missing_ok=True)
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
    except OSError as error:
        raise StoreError(
            f"{masked(path.name)} cannot be deleted: {error.strerror}\n"
            f"{masked(path.name)} 无法删除（{error.strerror}）：请检查文件是否被占用、有无权限"
        ) from None
