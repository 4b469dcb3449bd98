"""The store against its floors, SQLite and PostgreSQL: queueing, and claiming and marking what goes out.

Queueing: prepared messages in an order of their own into the store, sealed; the floor is sorted rows under the same
unique key, by COPY or by one prepared statement.

Claiming and marking: all that is ready is put into a release, cut into batches, each marked as out. Or blocks of 500
are each given to a sender, with a state for each message. The floor of both leases a row for each 500, reads its
messages, and marks that row.

Usage: python benchmarks/store.py [MESSAGES] [ROUNDS]
"""

import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import psycopg  # noqa: E402
from harness import Timed, compare, report, show  # noqa: E402
from keeping import released  # noqa: E402

from campaigner.domain.approval import Approval  # noqa: E402
from campaigner.domain.campaign import Channel  # noqa: E402
from campaigner.domain.message import Message  # noqa: E402
from campaigner.domain.planning import PlannedRun, Run  # noqa: E402
from campaigner.domain.receipt import Answer, Answered  # noqa: E402
from campaigner.store import approvals, deliveries, messages, outbox, releases, runs, senders  # noqa: E402
from campaigner.store.engine import Store, open_store  # noqa: E402
from campaigner.store.releases import Release  # noqa: E402
from campaigner.store.senders import Identity  # noqa: E402
from tests.conftest import NOW  # noqa: E402
from tests.servers import Server, programs, running  # noqa: E402

GROUP, BLOCK = 50_000, 500
QUANTITY, FOLDER, PORT = "BENCH_QUANTITY", "BENCH_FOLDER", "BENCH_PORT"
TEXT = "【幸福镇反诈中心】张{}您好，凡是要您把钱转到“安全账户”的都是诈骗，请拨打96110核实。拒收请回复R"
KEY = (
    "CREATE TABLE floor (run_id INTEGER NOT NULL, channel TEXT NOT NULL, recipient BIGINT NOT NULL, body TEXT NOT NULL,"
    " parts INTEGER NOT NULL, UNIQUE (run_id, channel, recipient))"
)
LEASES = "CREATE TABLE lease_of_batch (id INTEGER PRIMARY KEY, first BIGINT, last BIGINT, state TEXT, holder INTEGER)"


def quantity() -> int:
    return int(os.environ[QUANTITY])


def phones() -> list[int]:
    """As they stand in a list: in no order."""
    found = [13_000_000_000 + 7 * number for number in range(quantity())]
    random.Random(1).shuffle(found)
    return found


def server_url(_folder: Path) -> str:
    return Server(Path(os.environ[FOLDER]), int(os.environ[PORT])).fresh()


def file_url(folder: Path) -> str:
    return f"sqlite:///{folder / f'{time.time_ns()}.db'}"


def planned(store: Store) -> Run:
    with store.begin() as connection:
        run = PlannedRun("a-20261207-0900", "a", "t", NOW, "line", (), (), synthetic=True, content_hash="h")
        runs.add(connection, run, NOW)
        return runs.find(connection, run.code)


def queue(store: Store, run: Run) -> float:
    """Seconds for all, the writing of the texts aside."""
    wanted = [Message(phone, TEXT.format(phone), 2) for phone in phones()]
    begun = time.perf_counter()
    for start in range(0, len(wanted), GROUP):
        with store.beside() as connection:
            messages.append(connection, run, Channel.SMS, wanted[start : start + GROUP])
    with store.begin() as connection:
        messages.seal(connection, run, Channel.SMS)
    return time.perf_counter() - begun


def queueing(url: Callable[[Path], str], folder: Path) -> Timed:
    store = open_store(url(folder))
    seconds = queue(store, planned(store))
    store.close()
    return Timed(quantity(), seconds)


def sorted_rows() -> list[tuple[Any, ...]]:
    return [(1, "sms", phone, TEXT.format(phone), 2) for phone in sorted(phones())]


def copy_floor(folder: Path) -> Timed:
    with closing(psycopg.connect(server_url(folder))) as connection:
        connection.execute(KEY)
        connection.commit()
        rows = sorted_rows()
        begun = time.perf_counter()
        for start in range(0, len(rows), GROUP):
            with connection.cursor() as cursor, cursor.copy("COPY floor FROM STDIN") as copy:
                for row in rows[start : start + GROUP]:
                    copy.write_row(row)
            connection.commit()
        return Timed(len(rows), time.perf_counter() - begun)


def opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536", "wal_autocheckpoint=16384"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def insert_floor(folder: Path) -> Timed:
    with closing(opened(folder / "floor.db")) as connection:
        connection.execute(KEY)
        rows = sorted_rows()
        begun = time.perf_counter()
        for start in range(0, len(rows), GROUP):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO floor VALUES (?, ?, ?, ?, ?)", rows[start : start + GROUP])
            connection.execute("COMMIT")
        return Timed(len(rows), time.perf_counter() - begun)


def queued(url: str) -> tuple[Store, Run]:
    """A store whose one run waits to be released."""
    store = open_store(url)
    run = planned(store)
    queue(store, run)
    return store, run


def full(url: str) -> tuple[Store, Run]:
    """A store whose one run waits for its senders."""
    store, run = queued(url)
    count = quantity()
    with store.begin() as connection:
        outbox.claim(connection, run, 1, NOW, None)
        approvals.add(connection, run, Approval("李所长", NOW, "c", "d", count, 2 * count))
        release = Release(1, NOW, count, count, 2 * count, whole=True, out=False, manifest="")
        releases.add(connection, run, release)
        senders.open_to_all(connection, run, 1)
    return store, run


def releasing(url: Callable[[Path], str], folder: Path) -> Timed:
    """Claim and mark what goes out in files, batch by batch."""
    store, run = queued(url(folder))
    done = released(store, run)
    store.close()
    return done


def sending(url: Callable[[Path], str], folder: Path) -> Timed:
    """Claim and mark, each message with a state of its own."""
    store, run = full(url(folder))
    begun = time.perf_counter()
    with store.begin() as connection:
        sender = senders.join(connection, run, 1, Identity("here:1", "here", 1), NOW)
    while True:
        with store.beside() as connection:
            runs.still_mine(connection, run)
            place = senders.hold(connection, run, 1, sender)
            block = senders.claim(connection, run, place, BLOCK, NOW, {})
        if not block:
            break
        with store.beside("line") as connection:
            answers = [Answer(message.id, Answered.ACCEPTED) for message in block]
            deliveries.answer(connection, "line", answers, NOW)
    seconds = time.perf_counter() - begun
    with store.read() as connection:
        assert deliveries.counts(connection, run) == {"accepted": quantity()}
    store.close()
    return Timed(quantity(), seconds)


def blocks(first: int) -> Iterator[tuple[int, int, int]]:
    for number, start in enumerate(range(first, first + quantity(), BLOCK)):
        yield number, start, min(start + BLOCK, first + quantity()) - 1


def leases(url: str, connection: Any, mark: str, skip: str) -> Timed:
    """Lease batch by batch, read what is in it, mark it."""
    first = connection.execute("SELECT min(id) FROM message").fetchone()[0]
    connection.execute(LEASES)
    for row in blocks(first):
        connection.execute("INSERT INTO lease_of_batch VALUES (?, ?, ?, 'new', 0)".replace("?", mark), row)
    connection.execute("CREATE INDEX new_batch ON lease_of_batch(id) WHERE state = 'new'")
    connection.execute("COMMIT")
    claim = (
        "UPDATE lease_of_batch SET state = 'leased', holder = 1 WHERE id = (SELECT id FROM lease_of_batch"
        " WHERE state = 'new' ORDER BY id LIMIT 1 SKIPPING) RETURNING id, first, last"
    ).replace("SKIPPING", skip)
    read = "SELECT id, recipient, body FROM message WHERE id BETWEEN ? AND ?".replace("?", mark)
    done = "UPDATE lease_of_batch SET state = 'sent' WHERE id = ?".replace("?", mark)
    rows, begun = 0, time.perf_counter()
    while True:
        connection.execute("BEGIN")
        found = connection.execute(claim).fetchone()
        block = connection.execute(read, found[1:]).fetchall() if found else []
        connection.execute("COMMIT")
        if not found:
            break
        rows += len(block)
        connection.execute("BEGIN")
        connection.execute(done, found[:1])
        connection.execute("COMMIT")
    assert rows == quantity(), url
    return Timed(rows, time.perf_counter() - begun)


def server_leases(folder: Path) -> Timed:
    url = server_url(folder)
    full(url)[0].close()
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute("BEGIN")
        return leases(url, connection, "%s", "FOR UPDATE SKIP LOCKED")


def file_leases(folder: Path) -> Timed:
    url = file_url(folder)
    full(url)[0].close()
    with closing(opened(Path(url.removeprefix("sqlite:///")))) as connection:
        connection.execute("BEGIN")
        return leases(url, connection, "?", "")


def queueing_file(folder: Path) -> Timed:
    return queueing(file_url, folder)


def queueing_server(folder: Path) -> Timed:
    return queueing(server_url, folder)


def releasing_file(folder: Path) -> Timed:
    return releasing(file_url, folder)


def releasing_server(folder: Path) -> Timed:
    return releasing(server_url, folder)


def sending_file(folder: Path) -> Timed:
    return sending(file_url, folder)


def sending_server(folder: Path) -> Timed:
    return sending(server_url, folder)


def main(count: int, rounds: int) -> None:
    """Measure both stores; the server keeps what it says it has kept, as one in service does."""
    place = programs()
    assert place, "PostgreSQL is not installed; .ci/system installs it"
    os.environ[QUANTITY] = str(count)
    measures = []
    with tempfile.TemporaryDirectory() as temporary, running(place, durable=True) as server:
        os.environ |= {FOLDER: str(server.folder), PORT: str(server.port)}
        for name, stage, floor in (
            ("queue, SQLite", queueing_file, insert_floor),
            ("queue, PostgreSQL", queueing_server, copy_floor),
            ("claim and mark, SQLite", releasing_file, file_leases),
            ("claim and mark, PostgreSQL", releasing_server, server_leases),
            ("each message, SQLite", sending_file, file_leases),
            ("each message, PostgreSQL", sending_server, server_leases),
        ):
            measures.append(compare(name, stage, floor, Path(temporary), rounds))
    show(f"blocks of {BLOCK}, groups of {GROUP:,}")
    report(measures, "store.json")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    main(*numbers, *(200_000, 3)[len(numbers) :])
