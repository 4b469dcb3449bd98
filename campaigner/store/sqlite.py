"""SQLite: a store in one file of this machine, encrypted where there is a key."""

import time
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from campaigner.errors import StoreError
from campaigner.store import cipher
from campaigner.store.obstacles import obstacle

HEAD = "sqlite:///"
"""How the URL of a store in a file begins."""
_WAIT = 30
"""Seconds that one waits for another who writes."""


class Sqlite:
    """A store in a file.

    Args:
        url: `sqlite:///` and the file.
        key: The key of the file; None where it is not encrypted.
    """

    name = "SQLite"
    reading: Mapping[str, Any] = {"only_reads": True}
    has_tables = "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"

    def __init__(self, url: str, key: bytes | None = None) -> None:
        self.key = key
        self.path = Path(url.removeprefix(HEAD))
        if url != HEAD and not self.path.parent.is_dir():
            raise StoreError(
                f"the folder of the store does not exist: {self.path.parent}\n"
                f"记录库所在的文件夹不存在：{self.path.parent}"
            )
        self.engine: Engine = create_engine(
            url, module=cipher.driver, connect_args={"timeout": _WAIT}, hide_parameters=True
        )
        event.listen(self.engine, "connect", partial(_on_connect, key))
        event.listen(self.engine, "begin", _on_begin)

    def take_place(self, connection: Connection, *, beside: bool, turn: str = "") -> None:
        """Nothing more than BEGIN IMMEDIATE did: there is one writer at a time."""

    def fault(self, error: DBAPIError) -> StoreError | None:
        """An error of the database in words; None if it is a fault of ours."""
        said = str(error.orig)
        if isinstance(error, DatabaseError) and ("not a database" in said or "malformed" in said):
            return StoreError(
                f"the store is damaged, or its key is another one: {said}; restore it from a backup\n"
                "记录库已损坏，或密钥不对：请恢复最近的备份"
            )
        found = obstacle(self.path, said) if isinstance(error, OperationalError) else None
        if found is not None:
            return StoreError(
                f"the store cannot be used: {found.message}\n记录库无法使用：{found.message_zh}"
            )
        if isinstance(error, OperationalError):
            return StoreError(
                f"the store cannot be used: {said}; `campaigner doctor` looks at disk, folder and file\n"
                "记录库无法使用：请运行 campaigner doctor 检查磁盘、文件夹和文件"
            )
        return None

    def back_up(self, path: Path) -> None:
        """Copy the store as it is at one moment, and read the copy back."""
        source = self.engine.raw_connection()
        try:
            with closing(cipher.connect(path, self.key)) as copy:
                source.driver_connection.backup(copy)  # type: ignore[union-attr]
                verdict = copy.execute("PRAGMA quick_check").fetchone()[0]
        finally:
            source.close()
        if verdict != "ok":
            raise StoreError(
                f"the backup is not sound: {verdict}\n"
                "备份不完好，不能使用：请运行 campaigner doctor 检查记录库"
            )

    def size(self) -> int:
        """Bytes of the store's files."""
        found = [self.path, *(self.path.with_name(self.path.name + end) for end in ("-wal", "-shm"))]
        return sum(file.stat().st_size for file in found if file.is_file())


def _on_connect(key: bytes | None, connection: Any, _record: object) -> None:
    """WAL for readers beside the writer, FULL so that what was committed survives a power cut."""
    cipher.unlock(connection, key)
    connection.isolation_level = None
    cursor = connection.cursor()
    _write_ahead(cursor)
    for pragma in (
        "synchronous=FULL",
        f"busy_timeout={1000 * _WAIT}",
        "cache_size=-32768",
        "wal_autocheckpoint=16384",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Switch the log on; while somebody else does the same with a new file, SQLite does not wait by itself."""
    until = time.monotonic() + _WAIT
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except cipher.driver.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _on_begin(connection: Connection) -> None:
    only_reads = connection.get_execution_options().get("only_reads")
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")
