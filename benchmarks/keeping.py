"""The durable queue in SQLite: appending and sealing, claiming and marking, exporting what is queued."""

import csv
import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from harness import Case, Timed
from place import people
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel, create_engine, select

from campaigner.delivery.files import FilesGateway
from campaigner.delivery.gateway import Outgoing, Shipment
from campaigner.domain.campaign import Channel, GatewayPlan
from campaigner.domain.message import Message
from campaigner.domain.planning import PlannedRun, Run
from campaigner.exports.parcel import Parcel
from campaigner.store import batches, messages, outbox, runs
from campaigner.store.engine import Store, open_store

AT = datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
_KEY = bytes(range(32))
_GROUP, _FEW, _COMMITS, _ROWS, _LEASE = 50_000, 10_000, 500, 50_000, 500


class _Apart(SQLModel, registry=registry()):
    """Tables that are none of ours, whoever imports this."""


class NaiveMessage(_Apart, table=True):
    """As most would write it."""

    id: int | None = Field(default=None, primary_key=True)
    phone: int = Field(index=True, unique=True)
    body: str
    state: str = "queued"


def _pairs(start: int, stop: int) -> list[tuple[int, str]]:
    """(phone, text of about 70 characters), each different, in rising order of phone."""
    text = "您好，凡是要您先垫钱、再返利的网上任务，都是诈骗。拿不准，打96110问一问。拒收请回复R"
    return [(13_000_000_000 + 7 * n, f"【幸福镇反诈中心】第{n}户{text}") for n in range(start, stop)]


def _groups() -> Iterator[list[tuple[int, str]]]:
    for start in range(0, people(), _GROUP):
        yield _pairs(start, min(start + _GROUP, people()))


def _opened(folder: Path, name: str = "stage.db", key: bytes | None = _KEY) -> tuple[Store, Run]:
    store = open_store(f"sqlite:///{folder / name}", key)
    with store.begin() as connection:
        planned = PlannedRun(
            "bench-20261201-0900", "bench", "t", AT, "carrier", (), (), synthetic=True, content_hash=""
        )
        runs.add(connection, planned, AT)
        return store, runs.find(connection, "bench")


def _queued(store: Store, run: Run) -> float:
    """Seconds for appending in large commits and sealing, the making of the texts aside."""
    took = 0.0
    for group in _groups():
        begun = time.perf_counter()
        with store.begin() as connection:
            messages.append(connection, run, Channel.SMS, [Message(*pair, 2) for pair in group])
        took += time.perf_counter() - begun
    begun = time.perf_counter()
    with store.begin() as connection:
        messages.seal(connection, run, Channel.SMS)
    return took + time.perf_counter() - begun


def queue(folder: Path) -> Timed:
    """Messages of a run and the ledger that holds each recipient once."""
    return Timed(people(), _queued(*_opened(folder)))


def plain_queue(folder: Path) -> Timed:
    """The same in a store that is not encrypted."""
    return Timed(people(), _queued(*_opened(folder, "plain.db", None)))


def _raw(folder: Path) -> sqlite3.Connection:
    base = sqlite3.connect(folder / "floor.db", isolation_level=None)
    base.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=16384;"
        "CREATE TABLE message(id INTEGER PRIMARY KEY, phone INT UNIQUE, body TEXT, state INT DEFAULT 0);"
        "CREATE TABLE pack(lo INT PRIMARY KEY, hi INT, state INT DEFAULT 0);"
    )
    return base


def _filled(base: sqlite3.Connection) -> float:
    took = 0.0
    for group in _groups():
        begun = time.perf_counter()
        base.execute("BEGIN")
        base.executemany("INSERT INTO message(phone, body) VALUES (?, ?)", group)
        base.execute("COMMIT")
        took += time.perf_counter() - begun
    return took


def lean_queue(folder: Path) -> Timed:
    """Sorted, a unique key, 50,000 to a commit."""
    return Timed(people(), _filled(_raw(folder)))


def _session(folder: Path) -> Session:
    engine = create_engine(f"sqlite:///{folder / 'naive.db'}")
    NaiveMessage.metadata.create_all(engine)
    return Session(engine)


def naive_queue(folder: Path) -> Timed:
    """One object and one commit for each message, a few of them."""
    count = min(_COMMITS, people())
    with _session(folder) as session:
        begun = time.perf_counter()
        for phone, body in _pairs(0, count):
            session.add(NaiveMessage(phone=phone, body=body))
            session.commit()
        return Timed(count, time.perf_counter() - begun)


def claim(folder: Path) -> Timed:
    """Choose all that is ready, cut it into batches, mark each batch as out."""
    store, run = _opened(folder)
    _queued(store, run)
    return released(store, run)


def released(store: Store, run: Run) -> Timed:
    """A queued run goes out in files."""
    begun = time.perf_counter()
    with store.begin() as connection:
        count = outbox.claim(connection, run, 1, AT, None)
        batches.cut(connection, run, 1, _ROWS, "carrier", whole=True)
    with store.begin() as connection:
        for batch in batches.of_run(connection, run, Channel.SMS, 1):
            batches.out(connection, batch, "f", "s")
    return Timed(count, time.perf_counter() - begun)


def lean_claim(folder: Path) -> Timed:
    """A lease on a row that stands for 500 messages, committed, and another commit when they are out."""
    base = _raw(folder)
    _filled(base)
    base.execute("INSERT INTO pack SELECT min(id), max(id), 0 FROM message GROUP BY (id - 1) / ?", (_LEASE,))
    begun, count = time.perf_counter(), 0
    lease = (
        "UPDATE pack SET state = 1 WHERE lo = (SELECT lo FROM pack WHERE state = 0 LIMIT 1) RETURNING lo, hi"
    )
    while found := base.execute(lease).fetchall():
        ((low, high),) = found
        count += len(
            base.execute("SELECT id, phone FROM message WHERE id BETWEEN ? AND ?", (low, high)).fetchall()
        )
        base.execute("UPDATE pack SET state = 2 WHERE lo = ?", (low,))
    return Timed(count, time.perf_counter() - begun)


def _naively_filled(session: Session, count: int) -> None:
    for phone, body in _pairs(0, count):
        session.add(NaiveMessage(phone=phone, body=body))
    session.commit()


def naive_claim(folder: Path) -> Timed:
    """Load every message, change it, commit it."""
    count = min(_COMMITS, people())
    with _session(folder) as session:
        _naively_filled(session, count)
        begun = time.perf_counter()
        for message in session.exec(select(NaiveMessage).where(NaiveMessage.state == "queued")).all():
            message.state = "sent"
            session.add(message)
            session.commit()
        return Timed(count, time.perf_counter() - begun)


def export(folder: Path) -> Timed:
    """The gateway of files: rows checked, CSV written, synced, hashed, one file for each batch."""
    store, run = _opened(folder)
    _queued(store, run)
    with store.begin() as connection:
        outbox.claim(connection, run, 1, AT, None)
        batches.cut(connection, run, 1, _ROWS, "carrier", whole=True)
        waiting = batches.of_run(connection, run, Channel.SMS, 1)
    options = {"profile": "upload-form", "formats": ("csv",), "rows_per_file": _ROWS}
    gateway = FilesGateway(
        GatewayPlan("carrier", "files", "幸福镇反诈中心", "拒收请回复R", 45, options=options), {}
    )
    parcel = Parcel(folder / "out", run.code)
    begun = time.perf_counter()
    for batch in waiting:

        def read(batch: batches.Batch = batch) -> Iterator[Sequence[Outgoing]]:
            with store.read() as connection:
                yield from messages.range_of(connection, run, batch.first_id, batch.last_id, None)

        gateway.ship(Shipment(run.code, batch.number, batch.rows, batch.parts, AT, read), parcel)
    parcel.seal({})
    return Timed(people(), time.perf_counter() - begun)


def lean_export(folder: Path) -> Timed:
    """Lines put together in SQL, streamed into files of 50,000, synced and hashed."""
    base = _raw(folder)
    _filled(base)
    line = "SELECT group_concat(id || ',' || phone || ',' || body, char(13, 10)) FROM message WHERE id BETWEEN ? AND ?"
    begun = time.perf_counter()
    for start in range(1, people() + 1, _ROWS):
        hashed = hashlib.sha256()
        with (folder / f"floor-{start}.csv").open("wb") as file:
            for low in range(start, min(start + _ROWS, people() + 1), _LEASE):
                high = min(low + _LEASE, start + _ROWS) - 1
                text = base.execute(line, (low, high)).fetchone()[0]
                content = f"{text}\r\n".encode()
                hashed.update(content)
                file.write(content)
            file.flush()
            os.fsync(file.fileno())
    return Timed(people(), time.perf_counter() - begun)


def naive_export(folder: Path) -> Timed:
    """Objects read back, one dictionary written for each."""
    count = min(_FEW, people())
    with _session(folder) as session:
        _naively_filled(session, count)
        begun = time.perf_counter()
        with (folder / "naive.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ["id", "phone", "body"])
            for message in session.exec(select(NaiveMessage)):
                writer.writerow({"id": message.id, "phone": message.phone, "body": message.body})
        return Timed(count, time.perf_counter() - begun)


CASES = (
    Case("queue, SQLite", queue, lean_queue, naive_queue),
    Case("claim and mark, SQLite", claim, lean_claim, naive_claim),
    Case("encrypted queue, x plain", queue, plain_queue),
    Case("export", export, lean_export, naive_export),
)
