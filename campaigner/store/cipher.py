"""The driver of stores in files: SQLCipher, which encrypts and authenticates each page where there is a key.

AES-256 in CBC mode with an HMAC-SHA-512 for each page, in the file and in the log beside it. The key is drawn at random
and given as it is, so that nothing has to be derived from a password. Without a key it is plain SQLite.
"""

import hashlib
import secrets
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as driver

from campaigner.errors import StoreError
from campaigner.store.obstacles import obstacle

__all__ = [
    "KEY_BYTES",
    "SQLITE",
    "connect",
    "copy_under",
    "driver",
    "fits",
    "is_encrypted",
    "key_id",
    "new_key",
    "unlock",
]

KEY_BYTES = 32
SQLITE: str = driver.sqlite_version
"""Version of the SQLite within."""
_PLAIN = b"SQLite format 3\0"
"""With which a file begins that is not encrypted."""


def new_key() -> bytes:
    """A key, drawn at random."""
    return secrets.token_bytes(KEY_BYTES)


def key_id(key: bytes | None) -> str:
    """What a log may say of a key, to tell it from others; "" for none."""
    return hashlib.sha256(b"campaigner store key" + key).hexdigest()[:12] if key else ""


def is_encrypted(path: Path) -> bool:
    """Whether a file has something in it that is not a plain database."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_PLAIN)) not in {b"", _PLAIN}


def unlock(connection: Any, key: bytes | None) -> None:
    """Give a new connection its key, before anything else is asked of it."""
    # SQLCipher tells of each wrong key on standard error; whoever opens says it in his own words.
    connection.execute("PRAGMA cipher_log_level = NONE").close()
    if key is not None:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"").close()


def connect(path: Path | str, key: bytes | None, **options: Any) -> Any:
    """A connection of the driver, unlocked.

    Args:
        path: The file, or a URI with `uri=True`.
        key: Its key; None for a plain one.
        options: As `sqlite3.connect` takes them.
    """
    connection = driver.connect(str(path), **options)
    unlock(connection, key)
    return connection


def fits(path: Path, key: bytes) -> bool:
    """Whether a key opens an encrypted file.

    Raises:
        StoreError: The file cannot be read.
    """
    try:
        with closing(connect(path, key, timeout=30)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except driver.Error as error:
        if "not a database" in str(error):
            return False
        raise StoreError(_unread(path, str(error))) from None
    return True


def _unread(path: Path, said: str) -> str:
    """Why a store's file cannot be read, and what helps: a backup only where the file itself is at fault."""
    if "malformed" in said:
        return (
            f"{path.name} is damaged: {said}; restore it from a backup\n{path.name} 已损坏，请恢复最近的备份"
        )
    found = obstacle(path, said)
    if found is not None:
        return f"{path.name} cannot be read: {found.message}\n{path.name} 无法读取：{found.message_zh}"
    return (
        f"{path.name} cannot be read: {said}; `campaigner doctor` looks at disk, folder and file\n"
        f"{path.name} 无法读取：请运行 campaigner doctor 检查磁盘、文件夹和文件"
    )


def copy_under(connection: Any, target: Path, key: bytes | None) -> None:
    """Write all that an open connection sees into a new file under another key, for its owner's eyes only.

    Args:
        connection: Of the driver, in no transaction.
        target: The new file.
        key: Its key; None for a plain one.
    """
    target.touch(mode=0o600, exist_ok=False)
    word = f"x'{key.hex()}'" if key is not None else ""
    connection.execute("ATTACH DATABASE ? AS fresh KEY ?", (str(target), word))
    try:
        connection.execute("SELECT sqlcipher_export('fresh')").fetchall()
    finally:
        connection.execute("DETACH DATABASE fresh")
