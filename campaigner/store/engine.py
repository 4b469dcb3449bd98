"""The store: one SQLite file, encrypted where there is a key, opened safely and brought to the newest schema."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError

from campaigner.errors import StoreError
from campaigner.store import cipher

HEAD = "0005"
"""The newest schema; held equal to the last migration by a test."""

_WAIT = 30
"""Seconds that one waits for another who writes."""

__all__ = ["HEAD", "Connection", "Store", "open_store"]


class Store:
    """A database of ours. Stages open transactions with `begin`; nobody else does.

    Args:
        engine: An SQLAlchemy engine.
        key: The key of its file; None where it is not encrypted.
        guard: Called at the start of each writing transaction; what it raises ends it.
    """

    def __init__(
        self, engine: Engine, key: bytes | None = None, guard: Callable[[Connection], None] | None = None
    ) -> None:
        self.engine = engine
        self.key = key
        self._guard = guard

    def guarded(self, guard: Callable[[Connection], None]) -> "Store":
        """The same store, in which each transaction begins with a look whether it may still be written to."""
        return Store(self.engine, self.key, guard)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that takes the writer's place at once, so that guards read what they then change."""
        with self._faults(), self.engine.begin() as connection:
            if self._guard is not None:
                self._guard(connection)
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that only reads, with one unchanging view of the store."""
        with self._faults(), self.engine.connect().execution_options(only_reads=True) as connection:
            yield connection

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            raise StoreError(
                f"the store cannot be used: {error.orig}; is the disk full or another program writing?"
            ) from None
        except DatabaseError as error:
            if "not a database" in str(error.orig) or "malformed" in str(error.orig):
                raise StoreError(
                    f"the store is damaged, or its key is another one: {error.orig}; restore it from a backup"
                ) from None
            raise

    def back_up(self, path: Path) -> None:
        """Copy the store as it is at one moment into a file that only its owner may read, and read it back.

        The copy opens with the same key.

        Raises:
            StoreError: The copy is not sound.
        """
        partial = path.with_name(f".{path.name}.partial")
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600, exist_ok=False)
        source = self.engine.raw_connection()
        try:
            with closing(cipher.connect(partial, self.key)) as copy:
                source.driver_connection.backup(copy)  # type: ignore[union-attr]
                verdict = copy.execute("PRAGMA quick_check").fetchone()[0]
        finally:
            source.close()
        if verdict != "ok":
            raise StoreError(f"the backup is not sound: {verdict}")
        partial.rename(path)

    def size(self) -> int:
        """Bytes of the store's files; 0 where it has none of its own."""
        path = Path(self.engine.url.database or "")
        found = [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))]
        return sum(file.stat().st_size for file in found if file.is_file())

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def open_store(url: str, key: bytes | None = None) -> Store:
    """Open the store at an SQLAlchemy URL, creating or migrating it as needed.

    Args:
        url: Of a file.
        key: Its key; a new file is encrypted with it. None for one that is not encrypted.

    Raises:
        StoreError: It cannot be opened, or was written by a newer campaigner.
    """
    if not url.startswith("sqlite:"):
        raise StoreError(f"only sqlite:///FILE is known as a store, not {url.split(':', 1)[0]}:")
    path = url.removeprefix("sqlite:///")
    if path and not Path(path).parent.is_dir():
        raise StoreError(f"the folder of the store does not exist: {Path(path).parent}")
    engine = create_engine(url, module=cipher.driver, connect_args={"timeout": _WAIT}, hide_parameters=True)
    event.listen(engine, "connect", partial(_on_connect, key))
    event.listen(engine, "begin", _on_begin)
    store = Store(engine, key)
    _migrate(store)
    return store


def _on_connect(key: bytes | None, connection: Any, _record: object) -> None:
    """WAL for readers beside the writer, FULL so that what was committed survives a power cut."""
    cipher.unlock(connection, key)
    connection.isolation_level = None
    cursor = connection.cursor()
    _write_ahead(cursor)
    for pragma in (
        "synchronous=FULL",
        f"busy_timeout={1000 * _WAIT}",
        "cache_size=-65536",
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


def _migrate(store: Store) -> None:
    with store.read() as connection:
        known = connection.execute(
            text("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'")
        ).scalar_one()
        current = (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
        )
    if current == HEAD:
        return
    # Alembic is slow to import, and only a new or an old store needs it.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        with store.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(f"this store was written by a newer campaigner ({current}): {error}") from None
