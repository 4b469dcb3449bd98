import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlmodel import SQLModel

from campaigner.domain.approval import Approval
from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import RunState
from campaigner.domain.message import Message
from campaigner.domain.planning import PlannedRun, Reason, Run, Tally
from campaigner.domain.problem import Level, Problem
from campaigner.errors import StateError, StoreError, UsageError
from campaigner.store import approvals, batches, engine, log, messages, outbox, runs, settings, tables
from campaigner.store.engine import HEAD, Store, open_store
from tests.checking import left_out
from tests.conftest import NOW, SHANGHAI


def planned(code: str = "elderly-20261207-0900", due: datetime = NOW) -> PlannedRun:
    tally = Tally(Channel.SMS, "elderly", "sms/elderly", 3, 2, {Reason.NO_PHONE: 1}, 2, 50, 0)
    problem = Problem("x", "m", "中", "config.toml", 3, "列", level=Level.WARN)
    return PlannedRun(
        code, "elderly", "提醒", due, "carrier", ("a",), (tally,), synthetic=True, content_hash="hash",
        problems=(problem,),
    )  # fmt: skip


def kept(store: Store, code: str = "elderly-20261207-0900") -> Run:
    with store.begin() as connection:
        runs.add(connection, planned(code), NOW)
        return runs.find(connection, code)


def test_the_migrations_build_exactly_the_tables(store: Store) -> None:
    assert tables.RunRow.__tablename__ == "run"
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
    script = ScriptDirectory(str(Path(engine.__file__).parent / "migrations"))
    assert script.get_current_head() == HEAD


def test_opening_twice_changes_nothing(store_url: str) -> None:
    first = open_store(store_url)
    run = kept(first)
    first.close()
    with open_store(store_url).read() as connection:
        assert runs.find(connection, run.code) == run


def test_a_run_comes_back_as_it_was_kept(store: Store) -> None:
    run = kept(store)
    assert run.planned == planned()
    assert (run.state, run.attempt, run.quantity) == (RunState.PLANNED, 0, 0)
    assert run.planned.due_at.utcoffset() == timedelta(0)


def test_moments_are_kept_in_utc(store: Store) -> None:
    run = kept(store)
    with store.read() as connection:
        raw = connection.execute(text("SELECT due_at FROM run")).scalar_one()
    assert str(raw).startswith("2026-11-24 02:00:00")
    assert run.planned.due_at == NOW


def test_a_moment_without_zone_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="without a zone"), store.begin() as connection:
        runs.add(connection, planned(due=datetime(2026, 12, 1)), NOW)  # noqa: DTZ001 - that is the point


def test_a_run_is_found_by_the_start_of_its_code(store: Store) -> None:
    kept(store, "elderly-20261207-0900")
    kept(store, "elderly-20261214-0900")
    with store.read() as connection:
        assert runs.find(connection, "elderly-202612 07".replace(" ", "")).code == "elderly-20261207-0900"
        with pytest.raises(UsageError, match="could be elderly-20261207-0900, elderly-20261214-0900"):
            runs.find(connection, "elderly")
        with pytest.raises(UsageError, match="there is no run `x%`"):
            runs.find(connection, "x%")


def test_only_one_of_two_movers_wins(store: Store) -> None:
    run = kept(store)
    with store.begin() as connection:
        runs.move(connection, run, RunState.GENERATING, NOW, attempt=1)
    with pytest.raises(StateError, match="another process"), store.begin() as connection:
        runs.move(connection, run, RunState.GENERATING, NOW, attempt=1)
    with pytest.raises(StateError, match="taken over"), store.read() as connection:
        runs.still_mine(connection, run)
    with pytest.raises(StateError, match="cannot become"), store.begin() as connection:
        runs.move(connection, run, RunState.RELEASED, NOW)


def test_periods_do_not_hold_their_end(store: Store) -> None:
    kept(store)
    with store.read() as connection:
        assert len(runs.between(connection, NOW, NOW + timedelta(minutes=1))) == 1
        assert runs.between(connection, NOW - timedelta(days=1), NOW) == []


def fill(store: Store, run: Run, phones: list[int], wording: str = "") -> None:
    with store.begin() as connection:
        number = messages.add_wording(connection, run, Channel.SMS, wording) if wording else None
        rows = [Message(phone, wording or f"text {phone}", 1) for phone in phones]
        messages.append(connection, run, Channel.SMS, rows, number)


@pytest.mark.parametrize("wording", ["", "共用"], ids=["own texts", "shared text"])
def test_messages_come_back_in_order(store: Store, wording: str) -> None:
    run = kept(store)
    fill(store, run, [3, 1, 2], wording)
    with store.read() as connection:
        found = [m for block in messages.ordered(connection, run, Channel.SMS) for _id, m in block]
        stored = connection.execute(text("SELECT sum(length(body)) FROM message")).scalar_one()
        assert messages.quantity(connection, run) == 3
    assert [m.recipient for m in found] == [3, 1, 2]
    assert [m.body for m in found] == ([wording] * 3 if wording else ["text 3", "text 1", "text 2"])
    assert (stored == 0) == bool(wording)


def test_the_ledger_refuses_somebody_twice(store: Store) -> None:
    run = kept(store)
    fill(store, run, [5, 6, 5])
    with pytest.raises(StateError, match="recipient twice"), store.begin() as connection:
        messages.seal(connection, run, Channel.SMS)
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM ledger")).scalar_one() == 0


def test_the_ledger_takes_everybody_once(store: Store) -> None:
    run = kept(store)
    fill(store, run, [6, 5])
    with store.begin() as connection:
        keys = list(messages.recipients(connection, run, Channel.SMS))
        assert keys == [(5, 0), (6, 0)]
        assert messages.seal(connection, run, Channel.SMS) == 2
    with store.begin() as connection:
        messages.clear(connection, run)
    with store.read() as connection:
        for table in ("message", "wording", "ledger"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


@pytest.mark.parametrize("many", [7, 10_007])
def test_everybody_enters_the_ledger_with_his_household(store: Store, many: int) -> None:
    run = kept(store)
    homes = {phone: phone % 3 and 2**62 - phone for phone in range(many, 0, -1)}
    with store.begin() as connection:
        rows = [Message(phone, "共用", 1, household=home) for phone, home in homes.items()]
        messages.append(connection, run, Channel.SMS, rows)
        messages.append(connection, run, Channel("letter"), rows[:5])
        assert messages.seal(connection, run, Channel.SMS) == many
        found = connection.execute(
            text(
                "SELECT recipient, household, release_no, not_before, held_by FROM ledger WHERE channel = 'sms'"
            )
        )
        assert sorted(map(tuple, found)) == [(phone, homes[phone], 0, None, "") for phone in sorted(homes)]


@pytest.mark.parametrize("whole", [True, False])
def test_batches_are_cut_once_and_go_out_once(store: Store, *, whole: bool) -> None:
    run = kept(store)
    fill(store, run, list(range(10, 17)))
    with store.begin() as connection:
        messages.seal(connection, run, Channel.SMS)
        assert outbox.claim(connection, run, 1, NOW, None) == 7
        batches.cut(connection, run, 1, 3, "carrier", whole=whole)
        found = batches.of_run(connection, run, Channel.SMS)
        assert [(b.number, b.rows, b.parts) for b in found] == [(1, 3, 3), (2, 3, 3), (3, 1, 1)]
        rows = messages.range_of(connection, run, found[1].first_id, found[1].last_id, 1)
        assert [message.phone for block in rows for message in block] == [13, 14, 15]
        batches.out(connection, found[0], "a.csv", "0" * 64)
        with pytest.raises(StateError, match="went out already"):
            batches.out(connection, found[0], "a.csv", "0" * 64)


@pytest.mark.parametrize("at_once", [1, 3, 7, 100])
def test_entries_are_changed_some_at_a_time(
    store: Store, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_MANY", at_once)
    run = kept(store)
    fill(store, run, list(range(10, 17)))
    with store.begin() as connection:
        messages.append(connection, run, Channel("letter"), [Message(key, "{}", 0) for key in (1, 2)])
        for channel in (Channel.SMS, Channel("letter")):
            messages.seal(connection, run, channel)
        assert outbox.claim(connection, run, 1, NOW, None) == 7
        assert outbox.counts(connection, run) == {0: 2, 1: 7}
        assert outbox.claim_paper(connection, run, 2) == 2
        assert outbox.give_back(connection, run, 1) == 7
        assert outbox.counts(connection, run) == {0: 7, 2: 2}
        assert outbox.drop_all(connection, run, "expired") == 7
        assert left_out(connection, run) == {"expired": 7}
        assert outbox.waiting(connection, run) == outbox.Waiting(0, None, Counter())


def test_an_approval_stands_until_it_is_voided(store: Store) -> None:
    run = kept(store)
    approval = Approval("李所长", NOW.astimezone(UTC), "c", "d", 2, 2)
    with store.begin() as connection:
        assert approvals.standing(connection, run) is None
        approvals.add(connection, run, approval)
        assert approvals.standing(connection, run) == approval
        assert approvals.void(connection, run, NOW, "changed") == 1
        assert approvals.standing(connection, run) is None
        assert connection.execute(text("SELECT voided_why FROM approval")).scalar_one() == "changed"


@pytest.mark.parametrize("statement", ["UPDATE log SET actor = 'x'", "DELETE FROM log"])
def test_the_log_takes_no_change(store: Store, statement: str) -> None:
    with store.begin() as connection:
        log.append(connection, NOW, "planned", "", "王经办", {"n": 1})
    with pytest.raises(Exception, match="append-only"), store.begin() as connection:
        connection.execute(text(statement))


def test_log_entries_follow_each_other(store: Store) -> None:
    with store.begin() as connection:
        first = log.append(connection, NOW, "planned", "", "王经办", {"人": 1})
        second = log.append(connection, NOW.astimezone(SHANGHAI), "approved", "r", "李所长", {})
    assert (second.seq, second.previous) == (2, first.hash)
    with store.read() as connection:
        assert next(iter(log.entries(connection))).fields == {"人": 1}
        assert [entry.seq for entry in log.entries(connection, "r")] == [2]
        assert log.head(connection) is not None


def test_the_salt_is_drawn_once(store: Store) -> None:
    with store.begin() as connection:
        first = settings.salt(connection)
    with store.begin() as connection:
        assert settings.salt(connection) == first
    assert len(first) == 32


@pytest.mark.sqlite_only("its file may be damaged")
def test_a_store_elsewhere_or_damaged_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="only sqlite"):
        open_store("mysql://x")
    with pytest.raises(StoreError, match="does not exist"):
        open_store(f"sqlite:///{tmp_path / 'no' / 'x.db'}")
    (tmp_path / "broken.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="damaged"):
        open_store(f"sqlite:///{tmp_path / 'broken.db'}")


@pytest.mark.sqlite_only("the version is changed in its file")
def test_a_store_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    open_store(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match="newer campaigner"):
        open_store(f"sqlite:///{path}")


@pytest.mark.sqlite_only("its file needs a folder")
def test_a_read_only_place_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be used"):
        open_store(f"sqlite:///{tmp_path}")
