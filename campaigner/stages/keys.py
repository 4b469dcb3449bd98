"""The office's secret keys: that of its store and that of its backups, and the store opened with its own."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from campaigner.delivery.credentials import credentials, variable
from campaigner.delivery.signing import FOLDER, lay, refuse_open
from campaigner.errors import GatewayError, StoreError, UsageError
from campaigner.store import cipher
from campaigner.store.engine import Store, open_store
from campaigner.store.inspection import NOT_OPEN, store_file

BACKUP, STORE = "backup", "store"
"""What a key is for: sections of credentials.toml, and names of files in keys/ with `.key` behind them."""
_NEXT = "new_key"
_BEFORE = ".before-"
"""What stands behind the name of a key that the store no longer has, before what the log calls it."""
_DIGITS = 2 * cipher.KEY_BYTES


def key_place(folder: Path, what: str) -> Path:
    """The key's file within keys/ of the working folder, where no other place has the key."""
    return folder / FOLDER / f"{what}.key"


def office_key(
    folder: Path, what: str, environ: Mapping[str, str] = os.environ, name: str = "key"
) -> bytes | None:
    """A key of the office; None where it has none.

    It is taken from where the secrets of gateways are: `CAMPAIGNER_<WHAT>_KEY` (or `..._KEY_FILE`), systemd's
    `campaigner-<what>-key`, `[<what>]` in credentials.toml; else from keys/<what>.key.

    Args:
        folder: The working folder.
        what: `BACKUP` or `STORE`.
        environ: The environment's variables.
        name: Another name of the secret than `key`.

    Raises:
        StoreError: It cannot be read, is open to others, or is no key; never says what it is.
    """
    try:
        known = credentials(folder, environ, what, (name, f"{name}_file"))
    except GatewayError as error:
        raise StoreError(str(error)) from None
    if name in known:
        return _parsed(known[name], f"the key {variable(what, name)}")
    if f"{name}_file" in known:
        return _read(Path(known[f"{name}_file"]))
    place = key_place(folder, what)
    return _read(place) if name == "key" and place.exists() else None


def _read(place: Path) -> bytes:
    try:
        refuse_open(place, StoreError)
        return _parsed(place.read_text("ascii"), f"the key {place.name}")
    except (OSError, ValueError):
        raise StoreError(f"the key {place.name} cannot be read; see docs/commands/backup.md") from None


def _parsed(text: str, what: str) -> bytes:
    word = text.strip()
    try:
        key = bytes.fromhex(word) if len(word) == _DIGITS else b""
    except ValueError:
        key = b""
    if not key:
        raise StoreError(f"{what} must be {_DIGITS} hexadecimal digits; put the right one back")
    return key


def make_key(folder: Path, what: str) -> Path:
    """Draw a key into keys/ of the working folder, for its owner's eyes only.

    Raises:
        UsageError: There is one already; a new one could not open what the old one closed.
        StoreError: It cannot be written.
    """
    place = key_place(folder, what)
    if not keep_key(place, cipher.new_key()):
        raise UsageError(f"{FOLDER}/{place.name} is there already; what was closed with it needs it")
    return place


def keep_key(place: Path, key: bytes) -> bool:
    """Write a key into a file, unless there is one; returns whether it was written.

    Raises:
        StoreError: It cannot be written.
    """
    try:
        return lay(place, f"{key.hex()}\n".encode("ascii"))
    except OSError as error:
        raise StoreError(f"the key cannot be written to {FOLDER}: {error.strerror}") from None


def store_place(folder: Path) -> Path:
    """The file of the store's key."""
    return key_place(folder, STORE)


def next_place(folder: Path) -> Path:
    """The file of the key that a rotation is about to give the store."""
    return store_place(folder).with_suffix(".key.new")


def next_key(folder: Path, environ: Mapping[str, str] = os.environ) -> bytes | None:
    """The key that the store is to have next, or has since a rotation that was cut short; None if there is none."""
    place = next_place(folder)
    found = office_key(folder, STORE, environ, _NEXT)
    return _read(place) if found is None and place.exists() else found


def store_keys(folder: Path, environ: Mapping[str, str] = os.environ) -> Iterator[bytes]:
    """Every key that the store, or an older copy of it, may open with, the likeliest first."""
    for key in (office_key(folder, STORE, environ), next_key(folder, environ)):
        if key is not None:
            yield key
    place = store_place(folder)
    for old in sorted(place.parent.glob(f"{place.name}{_BEFORE}*")):
        yield _read(old)


def key_of(folder: Path, path: Path, environ: Mapping[str, str] = os.environ) -> bytes | None:
    """The key with which a store's file opens; None if it is not encrypted.

    Raises:
        StoreError: No key of the office fits.
    """
    try:
        if not cipher.is_encrypted(path):
            return None
    except OSError as error:
        raise StoreError(f"{path.name} cannot be read: {error.strerror}") from None
    for key in store_keys(folder, environ):
        if cipher.fits(path, key):
            return key
    raise StoreError(NOT_OPEN)


def store_password(folder: Path, environ: Mapping[str, str] = os.environ) -> str:
    """The password of the store's server, from where secrets of gateways are; "" leaves it to PostgreSQL's own ways.

    Raises:
        StoreError: It stands where it cannot be read, or where others could.
    """
    try:
        return credentials(folder, environ, STORE, ("password",)).get("password", "")
    except GatewayError as error:
        raise StoreError(str(error)) from None


def open_the_store(folder: Path, url: str, environ: Mapping[str, str] = os.environ) -> Store:
    """Open the office's store; a new file is encrypted, with a new key where the office has none.

    Args:
        folder: The working folder.
        url: Of the store.
        environ: The environment's variables.

    Raises:
        StoreError: It cannot be opened, or no key or password of the office fits.
    """
    path = store_file(url)
    if path is None:
        return open_store(url, password=store_password(folder, environ))
    if path.is_file() and path.stat().st_size:
        key = key_of(folder, path, environ)
        if key is not None:
            settle(folder, key)
        return open_store(url, key)
    if not path.parent.is_dir():
        return open_store(url)
    if office_key(folder, STORE, environ) is None:
        keep_key(store_place(folder), cipher.new_key())
    return open_store(url, office_key(folder, STORE, environ))


def settle(folder: Path, key: bytes) -> None:
    """Finish a rotation of keys that are files: the key that opens the store becomes its key, the old one is kept.

    The old one still opens copies that were made before; its name says which key it is.
    """
    coming, place = next_place(folder), store_place(folder)
    if not coming.exists() or _read(coming) != key:
        return
    if place.exists():
        place.rename(place.with_name(f"{place.name}{_BEFORE}{cipher.key_id(_read(place))}"))
    coming.rename(place)
