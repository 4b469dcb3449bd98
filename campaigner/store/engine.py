"""The store: a database behind a URL, opened safely and brought to the newest schema."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from campaigner.domain.filename import draft_name
from campaigner.errors import StoreError
from campaigner.store import address, sqlite
from campaigner.store.postgresql import Postgresql
from campaigner.store.sqlite import Sqlite

HEAD = "0012"
"""The newest schema; held equal to the last migration by a test."""

__all__ = ["HEAD", "Connection", "Database", "Store", "database", "open_store"]


class Database(Protocol):
    """What a kind of database does in its own way.

    Args:
        name: As people call it.
        engine: An SQLAlchemy engine.
        key: The key of its file; None where it is not encrypted by us.
        reading: Execution options of a connection that only reads, with one unchanging view.
        has_tables: SQL that counts whether a schema of ours is there.
    """

    name: str
    engine: Engine
    key: bytes | None
    reading: Mapping[str, Any]
    has_tables: str

    def take_place(self, connection: Connection, *, beside: bool, turn: str = "") -> None:
        """Take the writer's place, at the start of a transaction; with a turn behind those who have the same."""
        ...

    def fault(self, error: DBAPIError) -> StoreError | None:
        """An error of the database in words; None if it is a fault of ours."""
        ...

    def back_up(self, path: Path) -> None:
        """Copy the store as it is at one moment into a file, and read it back."""
        ...

    def size(self) -> int:
        """How many bytes the store takes."""
        ...


class Store:
    """A database of ours. Stages open transactions with `begin` and `beside`; nobody else does.

    Args:
        kind: The database.
        guard: Called at the start of each writing transaction; what it raises ends it.
    """

    def __init__(self, kind: Database, guard: Callable[[Connection], None] | None = None) -> None:
        self.kind = kind
        self._guard = guard

    @property
    def engine(self) -> Engine:
        """The database's engine."""
        return self.kind.engine

    @property
    def key(self) -> bytes | None:
        """The key of the store's file; None where it is not encrypted by us."""
        return self.kind.key

    def guarded(self, guard: Callable[[Connection], None]) -> "Store":
        """The same store, in which each transaction begins with a look whether it may still be written to."""
        return Store(self.kind, guard)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that takes the writer's place at once, so that guards read what they then change."""
        with self._writing(beside=False, turn="") as connection:
            yield connection

    @contextmanager
    def beside(self, turn: str = "") -> Iterator[Connection]:
        """A transaction beside others of its kind, but beside none of `begin`.

        For what is much and touches only rows that no other process touches: texts of a run that is the caller's,
        a sender's next block. What `begin` guards stands still meanwhile. SQLite has one writer at a time here too.

        Args:
            turn: Those with the same word come one after the other; "" for none.
        """
        with self._writing(beside=True, turn=turn) as connection:
            yield connection

    @contextmanager
    def _writing(self, *, beside: bool, turn: str) -> Iterator[Connection]:
        with self._faults(), self.kind.engine.begin() as connection:
            self.kind.take_place(connection, beside=beside, turn=turn)
            if self._guard is not None:
                self._guard(connection)
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that only reads, with one unchanging view of the store."""
        with (
            self._faults(),
            self.kind.engine.connect().execution_options(**self.kind.reading) as connection,
        ):
            yield connection

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            words = self.kind.fault(error)
            if words is None:
                raise
            raise words from None

    def back_up(self, path: Path) -> None:
        """Copy the store as it is at one moment into a file that only its owner may read, and read it back.

        The copy opens with the same key.

        Raises:
            StoreError: The copy is not sound, or the store is on a server, which is backed up there.
        """
        partial = path.with_name(draft_name(path.name))
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600, exist_ok=False)
        try:
            self.kind.back_up(partial)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        partial.rename(path)

    def size(self) -> int:
        """How many bytes the store takes."""
        with self._faults():
            return self.kind.size()

    def close(self) -> None:
        """Give every connection back."""
        self.kind.engine.dispose()


def database(url: str, key: bytes | None = None, password: str = "") -> Database:
    """The database at a URL; nothing is opened yet.

    Raises:
        StoreError: No such kind is known, or it cannot be where the URL says.
    """
    if url.startswith(sqlite.HEAD):
        return Sqlite(url, key)
    if url.startswith(address.HEAD):
        return Postgresql(url, password)
    kind = url.split(":", 1)[0]
    raise StoreError(
        f"only sqlite:///FILE and postgresql://USER@HOST/DATABASE are known as stores, not {kind}:\n"
        f"记录库地址只能是 sqlite:///文件名 或 postgresql://用户@主机/数据库，不能是 {kind}:；请在 "
        "config.toml 的 [store] 中改正 url"
    )


def open_store(
    url: str,
    key: bytes | None = None,
    password: str = "",
    beginning: Callable[[Connection], None] | None = None,
) -> Store:
    """Open the store at a URL, creating its tables or migrating them as needed.

    Args:
        url: `sqlite:///FILE`, or `postgresql://USER@HOST/DATABASE`.
        key: The key of the file; a new file is encrypted with it. None for one that is not encrypted.
        password: For the server; "" leaves it to libpq.
        beginning: Called where there are no tables of ours yet, in the transaction that makes them; what it raises
            leaves none.

    Raises:
        StoreError: It cannot be opened, or was written by a newer campaigner.
    """
    store = Store(database(url, key, password))
    try:
        _migrate(store, beginning)
    except BaseException:
        store.close()
        raise
    return store


def schema_of(connection: Connection, kind: Database | type[Sqlite]) -> str:
    """The schema that a store has; "" for none of ours."""
    known = connection.execute(text(kind.has_tables)).scalar_one()
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
    return str(found or "")


def _migrate(store: Store, beginning: Callable[[Connection], None] | None) -> None:
    with store.read() as connection:
        current = schema_of(connection, store.kind)
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
            first = not schema_of(connection, store.kind)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if first and beginning is not None:
                beginning(connection)
    except CommandError as error:
        raise StoreError(
            f"this store was written by a newer campaigner ({current}): {error}\n"
            f"记录库由更新版本的 campaigner 写成（{current}）：请先安装新版本"
        ) from None
