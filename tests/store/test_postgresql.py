"""What only a server does: logins, several machines at once, dumps."""

import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from campaigner.domain.campaign import Channel
from campaigner.domain.log import break_in
from campaigner.domain.message import Message
from campaigner.domain.planning import Run
from campaigner.domain.receipt import Answer, Answered, Receipt, Received
from campaigner.errors import StateError, StoreError
from campaigner.store import deliveries, log, messages, postgresql
from campaigner.store.engine import HEAD, Store, open_store
from campaigner.store.inspection import inspect_server
from tests.conftest import NOW
from tests.pace import PATIENCE
from tests.servers import PASSWORD, Server, programs
from tests.store.test_senders import joined, released, taken
from tests.store.test_store import kept

pytestmark = pytest.mark.peer
_END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'campaigner'"


@pytest.fixture
def url(postgres: Server) -> str:
    return postgres.fresh()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()


def with_password(postgres: Server, database: str) -> str:
    return f"postgresql://clerk@127.0.0.1:{postgres.port}/{database}"


# ---- the way in ----


def test_a_wrong_password_is_told_without_it(postgres: Server) -> None:
    with pytest.raises(StoreError, match=r"password.*credentials\.toml") as caught:
        open_store(with_password(postgres, "postgres"), password="a-wrong-one")
    assert "a-wrong-one" not in str(caught.value)


def test_the_right_password_opens(postgres: Server) -> None:
    name = postgres.fresh(tables=False).split("/")[3].split("?")[0]
    postgres.say(f"GRANT ALL ON DATABASE {name} TO clerk")
    postgres.say("GRANT ALL ON SCHEMA public TO clerk", name)
    store = open_store(with_password(postgres, name), password=PASSWORD)
    assert store.size() > 0
    store.close()
    seen = inspect_server(with_password(postgres, name), PASSWORD)
    assert (seen.current, seen.schema, seen.faults) == (True, HEAD, ())
    assert seen.place == f"PostgreSQL, database {name} at 127.0.0.1:{postgres.port}"


def test_a_user_who_may_not_make_tables_is_told_so(postgres: Server) -> None:
    name = postgres.fresh(tables=False).split("/")[3].split("?")[0]
    with pytest.raises(StoreError, match="lacks a right"):
        open_store(with_password(postgres, name), password=PASSWORD)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://clerk@127.0.0.1:{port}/x", "is the server running"),
        ("postgresql:///x?host={folder}", "is the server running"),
        ("postgresql://h:nine/d", "address is none"),
    ],
    ids=["nobody listens", "no such socket", "no address"],
)
def test_a_server_that_is_not_there(tmp_path: Path, address: str, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        open_store(address.format(port=1, folder=tmp_path))


def test_a_database_that_is_not_there(postgres: Server) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        open_store(postgres.url("nowhere"))


def test_a_server_that_restarts_is_reached_again(postgres: Server, store: Store) -> None:
    run = kept(store)
    postgres.say(_END_ALL)
    with store.begin() as connection:
        log.append(connection, NOW, "planned", run.code, "a", {})
    with pytest.raises(StoreError, match="cannot be used"):
        _write_while_the_server_ends_it(postgres, store)
    with store.read() as connection:
        assert len(list(log.entries(connection))) == 1


def _write_while_the_server_ends_it(postgres: Server, store: Store) -> None:
    with store.begin() as connection:
        postgres.say(_END_ALL)
        log.append(connection, NOW, "planned", "", "a", {})


# ---- one order, no personal data ----


def test_words_are_in_the_order_of_their_characters(store: Store) -> None:
    run = kept(store)
    folders = ["三年级", "b", "B", "一年级", "a-1", "a1", ""]
    with store.begin() as connection:
        rows = [Message(n, "x", 0, folder=folder) for n, folder in enumerate(folders)]
        messages.append(connection, run, Channel("letter"), rows)
    with store.read() as connection:
        found = [
            message.folder
            for block in messages.ordered(connection, run, Channel("letter"), filed=True)
            for _id, message in block
        ]
    assert found == sorted(folders)


def test_what_the_server_refuses_is_told_without_a_phone(store: Store) -> None:
    run = kept(store)
    for words, error in (("x", StateError), ("x\0", StoreError)):
        with pytest.raises(error) as caught:
            _keep_twice(store, run, words)
        assert "13800138000" not in str(caught.value)


def _keep_twice(store: Store, run: Run, words: str) -> None:
    with store.begin() as connection:
        messages.append(connection, run, Channel.SMS, [Message(13800138000, words, 1)] * 2)
        messages.seal(connection, run, Channel.SMS)


# ---- at once ----


def test_a_writer_alone_waits_for_those_beside_and_they_for_him(store: Store) -> None:
    order: list[str] = []
    inside, go_on = threading.Event(), threading.Event()

    def beside(name: str) -> None:
        with store.beside():
            inside.set()
            go_on.wait(PATIENCE)
            order.append(name)

    def alone() -> None:
        inside.wait(PATIENCE)
        with store.begin():
            order.append("alone")

    with ThreadPoolExecutor(3) as pool:
        first, second = pool.submit(beside, "beside"), pool.submit(beside, "beside")
        third = pool.submit(alone)
        time.sleep(0.3)
        assert order == []
        go_on.set()
        for future in (first, second, third):
            future.result(PATIENCE)
    assert order.index("alone") > 0


def test_those_whose_turn_is_the_same_come_one_after_the_other(store: Store) -> None:
    inside: list[str] = []
    most: dict[str, int] = {}
    together = threading.Barrier(2, timeout=PATIENCE)
    """Where those without a turn meet, both of them inside."""

    def write(turn: str) -> None:
        for number in range(10):
            with store.beside(turn):
                inside.append(turn)
                if not (turn or number):
                    together.wait()
                most[turn] = max(most.get(turn, 0), inside.count(turn))
                time.sleep(0.005)
                inside.remove(turn)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, ["a", "a", "", ""]))
    assert most == {"a": 1, "": 2}


def test_a_writer_who_stands_still_is_told_of(
    postgres: Server, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgresql._SESSION, "lock_timeout", "100ms")
    first, second = open_store(url), open_store(url)
    with first.begin(), pytest.raises(StoreError, match="held the store"), second.begin():
        pass
    first.close()
    second.close()


def test_the_log_grows_in_one_chain_whoever_writes(url: str) -> None:
    def write(number: int) -> None:
        store = open_store(url)
        for _ in range(5):
            with store.begin() as connection:
                log.append(connection, NOW, "planned", "", f"{number}", {})
        store.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    store = open_store(url)
    with store.read() as connection:
        entries = list(log.entries(connection))
        assert log.kept_head(connection) == entries[-1].hash
    store.close()
    assert [entry.seq for entry in entries] == list(range(1, 31))
    assert break_in(entries) is None


def test_a_reader_sees_one_moment(store: Store) -> None:
    kept(store)
    with store.read() as view:
        before = len(list(log.entries(view)))
        with store.begin() as connection:
            log.append(connection, NOW, "planned", "", "a", {})
        assert len(list(log.entries(view))) == before


def test_receipts_of_two_parts_at_once_settle_their_message(store: Store) -> None:
    run = released(store, 10)
    sender = joined(store, run)
    taken(store, run, sender, 10)
    with store.read() as connection:
        numbers = [number for block in messages.ordered(connection, run, Channel.SMS) for number, _m in block]
    with store.beside(run.planned.gateway) as connection:
        answers = [Answer(n, Answered.ACCEPTED, (f"{n}-0", f"{n}-1")) for n in numbers]
        deliveries.answer(connection, run.planned.gateway, answers, NOW)

    def hear(part: int) -> None:
        for n in numbers:
            with store.beside(run.planned.gateway) as connection:
                receipt = Receipt(Received.DELIVERED, reference=f"{n}-{part}")
                deliveries.receive(connection, run.planned.gateway, [receipt], NOW + timedelta(seconds=1))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(hear, (0, 1)))
    with store.read() as connection:
        assert deliveries.counts(connection, run) == {"delivered": 10}


def test_an_answer_and_its_receipt_at_once_settle_their_message(store: Store) -> None:
    run = released(store, 15)
    taken(store, run, joined(store, run), 15)
    with store.read() as connection:
        numbers = [number for block in messages.ordered(connection, run, Channel.SMS) for number, _m in block]

    def answer() -> None:
        for n in numbers:
            with store.beside(run.planned.gateway) as connection:
                deliveries.answer(
                    connection, run.planned.gateway, [Answer(n, Answered.ACCEPTED, (f"{n}",))], NOW
                )

    def hear() -> None:
        for n in numbers:
            with store.beside(run.planned.gateway) as connection:
                deliveries.receive(
                    connection, run.planned.gateway, [Receipt(Received.DELIVERED, reference=f"{n}")], NOW
                )

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(answer), pool.submit(hear)]:
            future.result(PATIENCE)
    with store.read() as connection:
        assert deliveries.counts(connection, run) == {"delivered": 15}


# ---- backups ----


def test_a_dump_brings_everything_back(postgres: Server, store: Store, url: str, tmp_path: Path) -> None:
    place = programs()
    assert place is not None
    run = kept(store)
    with store.begin() as connection:
        log.append(connection, NOW, "planned", run.code, "a", {})
    dump, target = tmp_path / "store.dump", postgres.fresh(tables=False)
    subprocess.run([place / "pg_dump", "--format=custom", f"--file={dump}", f"--dbname={url}"], check=True)
    subprocess.run([place / "pg_restore", "--no-owner", f"--dbname={target}", dump], check=True)
    again = open_store(target)
    with store.read() as before, again.read() as after:
        assert list(log.entries(before)) == list(log.entries(after))
    with pytest.raises(StoreError, match="append-only"), again.begin() as connection:
        connection.exec_driver_sql("TRUNCATE log")
    again.close()


def test_who_wants_a_backup_here_is_told_where_it_is_made(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="pg_dump, where its server is looked after"):
        store.back_up(tmp_path / "store.db")
    assert list(tmp_path.iterdir()) == []
