"""The office's secret keys: that of its store and that of its backups, and the store opened with its own."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from campaigner.delivery.credentials import credentials, variable
from campaigner.errors import GatewayError, StoreError, UsageError
from campaigner.exports.layout import OUTPUT
from campaigner.exports.signing import FOLDER, foreign, lay, refuse_open
from campaigner.store import cipher
from campaigner.store.engine import Connection, Store, open_store
from campaigner.store.inspection import NOT_OPEN, store_file
from campaigner.store.obstacles import of_error
from campaigner.workspace.traces import Traces, lost, traces

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
    if name != "key":
        return None
    try:
        return _read(place) if place.exists() else None
    except PermissionError:
        raise StoreError(foreign(place)) from None


def _read(place: Path) -> bytes:
    try:
        refuse_open(place, StoreError)
        return _parsed(place.read_text("ascii"), f"the key {place.name}")
    except (OSError, ValueError):
        raise StoreError(
            f"the key {place.name} cannot be read; see docs/commands/backup.md\n"
            f"密钥 {place.name} 无法读取：请检查文件和读取权限，见 docs/commands/backup.md"
        ) from None


def _parsed(text: str, what: str) -> bytes:
    word = text.strip()
    try:
        key = bytes.fromhex(word) if len(word) == _DIGITS else b""
    except ValueError:
        key = b""
    if not key:
        raise StoreError(
            f"{what} must be {_DIGITS} hexadecimal digits; put the right one back\n"
            f"密钥（{what.removeprefix('the key ')}）应为 {_DIGITS} 位十六进制数：请放回正确的密钥"
        )
    return key


def make_key(folder: Path, what: str) -> Path:
    """Draw a key into keys/ of the working folder, for its owner's eyes only.

    Raises:
        UsageError: There is one already; a new one could not open what the old one closed.
        StoreError: It cannot be written.
    """
    place = key_place(folder, what)
    if not keep_key(place, cipher.new_key()):
        raise UsageError(
            f"{FOLDER}/{place.name} is there already; what was closed with it needs it\n"
            f"{FOLDER}/{place.name} 已经存在，用它加密的内容仍需要它，没有改动：请继续使用这个密钥"
        )
    return place


def keep_key(place: Path, key: bytes) -> bool:
    """Write a key into a file, unless there is one; returns whether it was written.

    Raises:
        StoreError: It cannot be written.
    """
    try:
        return lay(place, f"{key.hex()}\n".encode("ascii"))
    except OSError as error:
        raise StoreError(_unusable(place, error)) from None


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
    return _read(place) if found is None and _seen(place) else found


def _seen(place: Path) -> bool:
    """Whether there is a file; the folder of keys of another login shows none."""
    try:
        return place.exists()
    except PermissionError:
        return False


def store_keys(folder: Path, environ: Mapping[str, str] = os.environ) -> Iterator[bytes]:
    """Every key that the store, or an older copy of it, may open with, the likeliest first."""
    for key in (office_key(folder, STORE, environ), next_key(folder, environ)):
        if key is not None:
            yield key
    place = store_place(folder)
    for old in sorted(place.parent.glob(f"{place.name}{_BEFORE}*")):
        yield _read(old)


def _unusable(path: Path, error: OSError) -> str:
    """Why a file of the office cannot be read or written, and what helps."""
    found = of_error(error, path)
    if found is None:
        return f"{path.name} cannot be used: {error.strerror}\n{path.name} 无法使用：{error.strerror}"
    return f"{path.name} cannot be used: {found.message}\n{path.name} 无法使用：{found.message_zh}"


def key_of(folder: Path, path: Path, environ: Mapping[str, str] = os.environ) -> bytes | None:
    """The key with which a store's file opens; None if it is not encrypted.

    Raises:
        StoreError: No key of the office fits.
    """
    try:
        if not cipher.is_encrypted(path):
            return None
    except OSError as error:
        raise StoreError(_unusable(path, error)) from None
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


@dataclass(frozen=True, slots=True)
class Office:
    """Where the working folder keeps what shows that it has had a store.

    Args:
        folder: The working folder.
        output: The folder of exports.
        backups: The folder of backups.
    """

    folder: Path
    output: Path
    backups: Path

    @classmethod
    def usual(cls, folder: Path) -> "Office":
        """With the folders that a configuration has which names none."""
        return cls(folder, folder / OUTPUT, folder / "backups")

    def traces(self, store: Path | None) -> Traces:
        """What an earlier store left here."""
        return traces(self.folder, store, self.output, self.backups)


def open_the_store(
    folder: Path,
    url: str,
    environ: Mapping[str, str] = os.environ,
    *,
    office: Office | None = None,
    beginning: Callable[[Connection], None] | None = None,
) -> Store:
    """Open the office's store; a new file is encrypted, with a new key where the office has none.

    Args:
        folder: The working folder.
        url: Of the store.
        environ: The environment's variables.
        office: Where else an earlier store would have left something; the usual folders if not given.
        beginning: Called in the transaction that makes a new store's tables. Without it a store is only begun in a
            folder that never had one.

    Raises:
        StoreError: It cannot be opened, no key or password of the office fits, or it is gone from a folder that had it.
    """
    path = store_file(url)
    known = office or Office.usual(folder)
    if path is None:
        first = beginning or (lambda _connection: _refuse_lost(known, None))
        return open_store(url, password=store_password(folder, environ), beginning=first)
    first = beginning or (lambda _connection: _refuse_lost(known, path))
    if _has_content(path):
        key = key_of(folder, path, environ)
        # Only then: a key in its place says that there are tables, and another process may be about to make them.
        store = open_store(url, key, beginning=first)
        if key is not None:
            settle(folder, key)
        return store
    if not path.parent.is_dir():
        return open_store(url)
    if beginning is None:
        found = known.traces(path)
        if found and _has_content(path):  # another process has just begun it
            return open_the_store(folder, url, environ, office=office)
        if found:
            raise lost(found, *missing(path))
    key = _key_of_new(folder, environ)
    store = open_store(url, key, beginning=first)
    if key is not None:
        settle(folder, key)
    return store


def _key_of_new(folder: Path, environ: Mapping[str, str]) -> bytes | None:
    """The key that a new store is to have.

    It is drawn under the name of one that is to come, so that `store.key` says that there was a store.
    """
    key = office_key(folder, STORE, environ)
    if key is not None:
        return key
    drawn = keep_key(next_place(folder), cipher.new_key())
    key = office_key(folder, STORE, environ)
    if key is not None and drawn:
        next_place(folder).unlink()  # another process was quicker
    return key or next_key(folder, environ)


def _has_content(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size > 0
    except OSError as error:
        raise StoreError(_unusable(path, error)) from None


def _refuse_lost(office: Office, path: Path | None) -> None:
    """No new store is begun in a folder that has had one."""
    found = office.traces(path)
    if found:
        raise lost(found, *missing(path), on_server=path is None)


def missing(path: Path | None) -> tuple[str, str]:
    """What is wrong with a store that is not there, in English and Chinese."""
    if path is None:
        return "the database on the server has no tables of ours", "服务器上的数据库里没有本系统的表"
    if path.is_file() and not path.stat().st_size:
        return f"the store {path.name} is empty (0 bytes)", f"记录库 {path.name} 是空文件（0字节）"
    if path.exists():
        return f"the store {path.name} has no tables", f"记录库 {path.name} 里没有内容"
    return f"the store {path.name} is missing", f"找不到记录库 {path.name}"


def settle(folder: Path, key: bytes) -> None:
    """Finish a rotation of keys that are files: the key that opens the store becomes its key, the old one is kept.

    The old one still opens copies that were made before; its name says which key it is.
    """
    coming, place = next_place(folder), store_place(folder)
    if not _seen(coming) or _read(coming) != key:
        return
    if place.exists():
        place.rename(place.with_name(f"{place.name}{_BEFORE}{cipher.key_id(_read(place))}"))
    coming.rename(place)
