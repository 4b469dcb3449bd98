"""Keeping the store safe: backups that only the office's key opens, on this disk or on a stick."""

import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaigner.delivery.credentials import credentials
from campaigner.delivery.signing import FOLDER, refuse_open
from campaigner.domain.log import GENESIS, Entry
from campaigner.domain.roles import Deed
from campaigner.errors import GatewayError, StoreError, UsageError
from campaigner.stages.desk import Work
from campaigner.stages.leftovers import STAMP
from campaigner.store import sealing
from campaigner.store.inspection import newest_entry, store_file

KEY_FILE = "backup.key"
"""In keys/ of the working folder, where no other place has a key."""
SEALED = ".sealed"
"""What stands behind the name of an encrypted backup."""
_SECRET = "backup"  # noqa: S105 - the name of the section, not the secret
_HALF = ".sealing-"
_STALE = timedelta(hours=1)
"""After this a half-written copy is no longer being written by anybody."""
_DIGITS = 2 * sealing.KEY_BYTES


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


def backup_key(folder: Path, environ: Mapping[str, str] = os.environ) -> bytes | None:
    """The key of backups; None where the office has none.

    It is taken from where the secrets of gateways are: `CAMPAIGNER_BACKUP_KEY` (or `..._KEY_FILE`), systemd's
    `campaigner-backup-key`, `[backup]` in credentials.toml; else from keys/backup.key.

    Raises:
        StoreError: It cannot be read, is open to others, or is no key; never says what it is.
    """
    try:
        known = credentials(folder, environ, _SECRET, ("key", "key_file"))
    except GatewayError as error:
        raise StoreError(str(error)) from None
    if "key" in known:
        return _parsed(known["key"], "the key of backups")
    place = Path(known["key_file"]) if "key_file" in known else folder / FOLDER / KEY_FILE
    if "key_file" not in known and not place.exists():
        return None
    try:
        refuse_open(place, StoreError)
        return _parsed(place.read_text("ascii"), f"the key {place.name}")
    except (OSError, ValueError):
        raise StoreError(
            f"the key {place.name} of backups cannot be read; see docs/commands/backup.md"
        ) from None


def _parsed(text: str, what: str) -> bytes:
    word = text.strip()
    try:
        key = bytes.fromhex(word) if len(word) == _DIGITS else b""
    except ValueError:
        key = b""
    if not key:
        raise StoreError(
            f"{what} must be {_DIGITS} hexadecimal digits; `campaigner backup --new-key` makes one"
        )
    return key


def make_key(folder: Path) -> Path:
    """Draw a key for backups into keys/backup.key, for its owner's eyes only.

    Raises:
        UsageError: There is one already; a new one could not open what the old one sealed.
        StoreError: It cannot be written.
    """
    place = folder / FOLDER / KEY_FILE
    try:
        place.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(sealing.KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise UsageError(f"{FOLDER}/{KEY_FILE} is there already; old backups need it") from None
    except OSError as error:
        raise StoreError(f"the key cannot be written to {FOLDER}: {error.strerror}") from None
    return place


def back_up_to(work: Work, target: Path, key: bytes | None) -> BackedUp:
    """Back the store up into one file, encrypted where there is a key, and log it.

    Args:
        work: Desk, store and time; its actor is who takes it.
        target: The file, or a folder for one named by the moment.
        key: The key; None for a backup that anybody can read who has the file.

    Raises:
        UsageError: The file is there already.
        StoreError: It cannot be written.
    """
    work.ask(Deed.BACKUP)
    stamp = f"{work.desk.local(work.clock):{STAMP}}"
    place = target / backup_name(stamp, sealed=key is not None) if target.is_dir() else target
    if place.exists():
        raise UsageError(f"{place} is there already; name another file")
    newest = write_backup(work, place, key)
    done = BackedUp(place, key is not None, newest.seq if newest else 0, newest.hash if newest else GENESIS)
    with work.store.begin() as connection:
        facts = {"file": place.name, "sealed": done.sealed, "entries": done.entries, "head": done.head}
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
    store = store_file(work.desk.config.store_url)
    _clear_halves(
        work, [*store.parent.glob(f"*.{store.name}{_HALF}*"), *place.parent.glob(".campaigner-*.partial")]
    )
    if key is None:
        work.store.back_up(place)
        return newest_entry(place)
    plain = store.with_name(f".{store.name}{_HALF}{place.name}")
    partial = place.with_name(f".{place.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        work.store.back_up(plain)
        sealing.seal(plain, partial, key)
        newest = newest_entry(plain)
        partial.rename(place)
    except OSError as error:
        raise StoreError(f"no backup could be written to {place.parent}: {error.strerror}") from None
    finally:
        plain.unlink(missing_ok=True)
        partial.unlink(missing_ok=True)
    return newest


def _clear_halves(work: Work, halves: Iterable[Path]) -> None:
    """Take away what backups left that were cut short: people are in it, and nobody would look for it."""
    for half in halves:
        if work.clock - datetime.fromtimestamp(half.stat().st_mtime, UTC) > _STALE:
            half.unlink(missing_ok=True)
