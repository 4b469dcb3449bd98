"""A store of each released schema, with data in it, comes up with everything kept, also out of a backup."""

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from campaigner.domain.campaign import Channel
from campaigner.domain.delivery import DeliveryState
from campaigner.domain.lifecycle import RunState
from campaigner.domain.log import break_in, chained
from campaigner.store import engine as engines
from campaigner.store import log, messages, refusals, runs, settings, subjects, tallies
from campaigner.store.engine import HEAD, open_store
from tests.conftest import NOW

SCHEMAS = sorted(
    path.name[:4] for path in (Path(engines.__file__).parent / "migrations" / "versions").glob("0*.py")
)
PHONES = (13800138000, 13900139000)
PLAN = '{"warnings": ["a"], "tallies": [], "problems": []}'
RUN = (
    "INSERT INTO run(id, code, campaign, title, gateway, due_at, state, attempt, synthetic, author, plan, plan_hash,"
    " content_hash, digest, quantity, parts, returned_reason, changed_at) VALUES (1, 'c-20261201-0900', 'c', 't',"
    " 'carrier', '2026-12-01 01:00:00.000000', :state, 1, 1, 'a', :plan, 'h', 'c', 'd', 2, 2, '',"
    " '2026-12-01 01:00:00.000000')"
)


def migrated(path: Path, schema: str) -> str:
    """An empty store of an older schema."""
    url = f"sqlite:///{path}"
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(engines.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, schema)
        fill(connection, schema)
    engine.dispose()
    return url


def fill(connection, schema: str) -> None:
    """What that version would have kept of one run that went out to two people."""
    run = {"state": "exported" if schema == "0001" else "released", "plan": PLAN}
    connection.execute(text(RUN), run)
    connection.execute(text("INSERT INTO wording VALUES (1, 1, 'sms', 'x', '谨防诈骗')"))
    for number, phone in enumerate(PHONES, 1):
        connection.execute(
            text(
                "INSERT INTO message(id, run_id, channel, recipient, wording_id, body, parts, copies, label, folder,"
                " position, slip) VALUES (:id, 1, 'sms', :phone, 1, '', 1, 1, '', '', 0, '')"
            ),
            {"id": number, "phone": phone},
        )
        connection.execute(
            text("INSERT INTO ledger(run_id, channel, recipient) VALUES (1, 'sms', :phone)"), {"phone": phone}
        )
    connection.execute(text("INSERT INTO setting VALUES ('salt', :salt)"), {"salt": "ab" * 32})
    entry = None
    for kind in ("planned", "generated"):
        entry = chained(entry, NOW, kind, "c-20261201-0900", "a", {"quantity": 2})
        connection.execute(
            text("INSERT INTO log VALUES (:seq, :at, :kind, :run, :actor, :data, :previous, :hash)"),
            {
                "seq": entry.seq, "at": "2026-11-24 02:00:00.000000", "kind": entry.kind, "run": entry.run,
                "actor": entry.actor, "data": entry.data, "previous": entry.previous, "hash": entry.hash,
            },
        )  # fmt: skip
    connection.execute(
        text("INSERT INTO setting VALUES ('log_head', :hash)"), {"hash": entry.hash if entry else ""}
    )
    if schema >= "0002":
        connection.execute(text("UPDATE ledger SET release_no = 1"))
        connection.execute(text("UPDATE run SET release_at = due_at"))
        connection.execute(
            text(
                "INSERT INTO approval(run_id, by, at, content_hash, digest, quantity, parts, voided_why)"
                " VALUES (1, 'b', '2026-11-30 01:00:00.000000', 'c', 'd', 2, 2, '')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO run_release(run_id, number, at, gateway, text_key, quantity, sms, parts, whole, out,"
                " manifest) VALUES (1, 1, '2026-12-01 01:00:00.000000', 'carrier', '', 2, 2, 2, 1, 1, 'm')"
            )
        )
        connection.execute(text("INSERT INTO pause VALUES ('c', 'b', '2026-12-01 01:00:00.000000', 'r')"))
    if schema >= "0003":
        connection.execute(
            text(
                "INSERT INTO delivery(message_id, run_id, gateway, state, parts, sent_at, cause)"
                " VALUES (1, 1, 'carrier', 'delivered', 1, '2026-12-01 01:00:00.000000', '')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO reference(gateway, reference, message_id, received, cause)"
                " VALUES ('carrier', 'r1', 1, 'delivered', '')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO refusal(phone, at, source, by) VALUES (:phone, '2026-12-02 01:00:00.000000', 'hand', 'b')"
            ),
            {"phone": PHONES[1]},
        )
    if schema >= "0004":
        connection.execute(
            text(
                "INSERT INTO handover(id, run_id, gateway, release_no, first_id, last_id, unanswered, at)"
                " VALUES (1, 1, 'carrier', 1, 2, 2, 1, '2026-12-01 01:00:00.000000')"
            )
        )


@pytest.mark.parametrize("schema", [name for name in SCHEMAS if name < HEAD])
def test_everything_is_kept(tmp_path: Path, schema: str) -> None:
    store = open_store(migrated(tmp_path / "campaigner.db", schema))
    with store.read() as connection:
        (run,) = runs.in_states(connection, RunState)
        assert (run.code, run.state, run.quantity) == ("c-20261201-0900", RunState.RELEASED, 2)
        assert [phone for phone, _ in messages.recipients(connection, run, Channel.SMS)] == list(PHONES)
        assert messages.wordings(connection, run, Channel.SMS) == {1: "谨防诈骗"}
        assert settings.salt(connection) == bytes.fromhex("ab" * 32)
        entries = list(log.entries(connection))
        assert (len(entries), break_in(entries)) == (2, None)
        assert log.kept_head(connection) == entries[-1].hash
        trace = subjects.traces(connection, PHONES[0])[0]
        assert (trace.release, bool(trace.released_at)) == (1, True)
        if schema >= "0003":
            with_link = {DeliveryState.SENDING: 1} if schema >= "0004" else {}
            assert tallies.counts(connection, run) == {DeliveryState.DELIVERED: 1, **with_link}
            assert refusals.phones(connection) == {PHONES[1]}
    store.close()
    with sqlite3.connect(tmp_path / "campaigner.db") as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
