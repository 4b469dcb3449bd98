"""Looking at a store without changing it: no migration, no new file beside it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, text

from campaigner.domain.evidence import NAMING, Named, named_by
from campaigner.domain.installation import Installation
from campaigner.domain.lifecycle import RunState
from campaigner.domain.log import Entry
from campaigner.errors import StateError, StoreError, UsageError
from campaigner.store import cipher, installation, log, postgresql, runs, settings, sqlite, takeouts
from campaigner.store.address import is_open
from campaigner.store.engine import HEAD, Store, schema_of
from campaigner.store.sqlite import Sqlite

BEAT = "beat"
"""The setting that holds when a daemon last beat, an ISO time."""
_VERSIONS = slice(18, 20)
"""Where a database's header says how it is written and read; 2 means by a write-ahead log."""
NOT_OPEN = (
    "the store's file is no database, or it is encrypted and its key (keys/store.key) is not here; "
    "put the key back, or restore a sealed backup, which brings its own\n"
    "记录库文件不是数据库，或已加密而缺少密钥 keys/store.key：请放回密钥，或恢复加密备份（备份自带密钥）"
)
_LOOKS = 3
"""How often a store is looked at that seems damaged, but was written meanwhile: perhaps it is not."""
_SHOWN = 5
"""Faults that are asked for; one is enough to know."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a store looks like.

    Args:
        size: Bytes that it takes.
        wal: Whether readers can work beside the writer.
        faults: What SQLite finds wrong with the file; empty if nothing, and for a server, which looks itself.
        schema: The schema that it has; "" for none of ours.
        newest: The schema that this version makes.
        log_head: Hash of the newest entry of the log; "" for none, or for an older schema.
        kept_head: The same as it is kept apart.
        logged_at: When the newest entry was made.
        beat: What a daemon left as its last beat; "" if none did.
        encrypted: Whether only its key opens it.
        place: Which server it is on; "" for a file.
        line: How the line to that server is encrypted, such as `TLSv1.3`; "" where it is not.
        overheard: Whether that line crosses a network in the clear, as its address says it is to.
        takeouts: Exported SMS to phones that refused afterwards, which nobody has taken out yet.
        home: On which machine and in which place its file belongs; None if it does not say.
        named: Manifests that the log names.
        under_way: Codes of runs whose release was begun and is not done.
    """

    size: int
    wal: bool
    faults: tuple[str, ...]
    schema: str
    newest: str = HEAD
    log_head: str = ""
    kept_head: str = ""
    logged_at: datetime | None = None
    beat: str = ""
    encrypted: bool = False
    place: str = ""
    line: str = ""
    overheard: bool = False
    takeouts: int = 0
    home: Installation | None = None
    named: Named = field(default_factory=Named)
    under_way: frozenset[str] = frozenset()

    @property
    def current(self) -> bool:
        """Whether its tables are those of this version."""
        return self.schema == self.newest


def store_file(url: str) -> Path | None:
    """The file behind the URL of a store; None for a store on a server."""
    return Path(url.removeprefix(sqlite.HEAD)) if url.startswith(sqlite.HEAD) else None


def file_of(url: str, otherwise: str) -> Path:
    """The file behind the URL of a store, for what is done with a file alone.

    Args:
        url: Of the store.
        otherwise: What to say of a store on a server.

    Raises:
        UsageError: The store is on a server.
    """
    path = store_file(url)
    if path is None:
        raise UsageError(otherwise)
    return path


def files_of(path: Path) -> list[Path]:
    """The store's file and those that SQLite keeps beside it."""
    return [each for each in (path, beside(path, "-wal"), beside(path, "-shm")) if each.exists()]


def discard(path: Path) -> None:
    """Take a store's file away that nobody needs, and those that SQLite keeps beside it."""
    for ending in ("", "-wal", "-shm", "-journal"):
        beside(path, ending).unlink(missing_ok=True)


def beside(path: Path, ending: str) -> Path:
    """A file that SQLite keeps beside a store."""
    return path.with_name(path.name + ending)


def inspect_server(url: str, password: str = "") -> Inspection:
    """Look at a store on a server.

    Raises:
        StoreError: It cannot be reached, or does not let us in.
    """
    server = postgresql.Postgresql(url, password)
    store = Store(server)
    try:
        with store.read() as connection:
            found = Inspection(
                0, wal=True, faults=(), schema=schema_of(connection, store.kind), place=postgresql.shown(url)
            )
            seen = _with_log(connection, found) if found.current else found
        return replace(seen, size=store.size(), line=server.line(), overheard=is_open(url))
    finally:
        store.close()


def inspect_store(path: Path, key: bytes | None = None) -> Inspection:
    """Look at a store's file.

    Args:
        path: The file.
        key: Its key; None where it is not encrypted.

    Raises:
        StoreError: It is no database, or encrypted and this is not its key, damaged beyond reading, or may not be read.
    """
    for _ in range(_LOOKS):
        stamp = path.stat().st_mtime_ns
        try:
            found = _look(path, key)
        except StoreError:
            if path.stat().st_mtime_ns == stamp:
                raise
        else:
            if not found.faults or path.stat().st_mtime_ns == stamp:
                return found
    raise StoreError(
        "the store is being written all the time; look again when the other command is done\n"
        "记录库一直在被写入：请等另一条命令结束后再查看"
    )


def _look(path: Path, key: bytes | None) -> Inspection:
    encrypted = cipher.is_encrypted(path)
    if encrypted and (key is None or not cipher.fits(path, key)):
        raise StoreError(NOT_OPEN)
    with path.open("rb") as file:
        header = file.read(100)
    size = sum(each.stat().st_size for each in files_of(path))
    # What an encrypted header says is known to its driver alone, which writes each store by such a log.
    wal = encrypted or header[_VERSIONS] == b"\2\2"
    with _reading(path, key if encrypted else None) as connection:
        faults = tuple(str(row[0]) for row in connection.execute(text(f"PRAGMA quick_check({_SHOWN})")))
        found = Inspection(
            size, wal, () if faults == ("ok",) else faults, schema_of(connection, Sqlite), encrypted=encrypted
        )
        return _with_log(connection, found) if found.current and not found.faults else found


def _with_log(connection: Connection, found: Inspection) -> Inspection:
    newest = log.head(connection)
    return replace(
        found,
        log_head=newest.hash if newest else "",
        kept_head=log.kept_head(connection),
        logged_at=newest.at if newest else None,
        beat=settings.value(connection, BEAT) or "",
        takeouts=takeouts.count(connection),
        home=installation.kept(connection),
        named=named_by(log.entries(connection, kinds=NAMING)),
        under_way=frozenset(run.code for run in runs.in_states(connection, (RunState.RELEASING,))),
    )


def newest_entry(path: Path, key: bytes | None = None) -> Entry | None:
    """The newest entry of the log in a store's file; None if it has none."""
    with _reading(path, key) as connection:
        return log.head(connection)


@contextmanager
def alone(path: Path, key: bytes | None = None) -> Iterator[Any]:
    """Nobody else has the store's file open meanwhile, and all of it is in that one file.

    Returns:
        A connection of the driver that has it.

    Raises:
        StateError: Another program has it open.
    """
    with closing(cipher.connect(path, key, timeout=0, isolation_level=None)) as raw:
        try:
            # Leaving the log beside the file needs the file for oneself: every open connection stands in the way.
            raw.execute("PRAGMA journal_mode=DELETE")
            raw.execute("PRAGMA main.locking_mode=EXCLUSIVE")
            raw.execute("BEGIN EXCLUSIVE")
            raw.execute("COMMIT")
        except cipher.driver.OperationalError:
            raise StateError(
                "another program has the store open; let it end, then try again\n"
                "记录库正被另一个程序使用：请等它结束后重试"
            ) from None
        yield raw


@contextmanager
def reading(path: Path | None, key: bytes | None, url: str, password: str = "") -> Iterator[Connection]:
    """A connection that can only read, to a store of this version that was found sound.

    Args:
        path: Its file; None for a store on a server.
        key: Key of the file; None where it is not encrypted.
        url: Of the server.
        password: Of the server.

    Raises:
        StoreError: It cannot be opened.
    """
    if path is not None:
        with _reading(path, key if cipher.is_encrypted(path) else None) as connection:
            yield connection
        return
    store = Store(postgresql.Postgresql(url, password))
    try:
        with store.read() as connection:
            yield connection
    finally:
        store.close()


@contextmanager
def _reading(path: Path, key: bytes | None) -> Iterator[Connection]:
    """A connection that can only read.

    A store that nobody has open has no log beside it. SQLite would lay an empty one, and could not take it away
    again; told that the file will not change, it does not.
    """
    still = "" if beside(path, "-wal").exists() else "&immutable=1"
    uri = f"{path.absolute().as_uri()}?mode=ro{still}"
    connect = partial(cipher.connect, uri, key, uri=True, timeout=5)
    kind = Sqlite(sqlite.HEAD)
    kind.path = path
    kind.engine = create_engine("sqlite://", module=cipher.driver, creator=connect, hide_parameters=True)
    store = Store(kind)
    try:
        with store.read() as connection:
            yield connection
    finally:
        store.close()
