"""A store that an earlier version left comes up with everything kept."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from campaigner.domain.delivery import DeliveryState
from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import PlannedRun
from campaigner.domain.receipt import Receipt, Received
from campaigner.store import deliveries, outbox, releases, runs
from campaigner.store import engine as engines
from campaigner.store.engine import open_store
from tests.conftest import NOW

PLAN = '{"warnings": ["a"], "tallies": [], "problems": []}'

APPROVAL = (
    "INSERT INTO approval VALUES (:id, :id, 'b', '2026-12-06 01:00:00.000000', 'c', 'd', 2, 2, NULL, '')"
)


def upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(engines.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def old_store(path: Path) -> str:
    """A store of the first schema: one run exported, one being exported, one approved."""
    url = f"sqlite:///{path}"
    engine = create_engine(url)
    with engine.begin() as connection:
        upgrade(connection, "0001")
        for number, state in ((1, "exported"), (2, "exporting"), (3, "approved")):
            connection.execute(
                text(
                    "INSERT INTO run VALUES (:id, :code, 'c', 't', 'carrier', '2026-12-07 01:00:00.000000', :state, 1,"
                    " 1, 'a', :plan, 'h', 'c', 'd', 2, 2, '', '2026-12-07 01:00:00.000000')"
                ),
                {"id": number, "code": f"c-2026120{number}-0900", "state": state, "plan": PLAN},
            )
            connection.execute(
                text(APPROVAL),
                {"id": number},
            )
            for phone in (13800138000, 13900139000):
                connection.execute(
                    text("INSERT INTO ledger VALUES (:id, 'sms', :p)"), {"id": number, "p": phone}
                )
                connection.execute(
                    text("INSERT INTO message VALUES (NULL, :id, 'sms', :p, NULL, 'x', 1, 1, '', '', 0, '')"),
                    {"id": number, "p": phone},
                )
    engine.dispose()
    return url


def test_everything_of_the_first_schema_is_kept(tmp_path: Path) -> None:
    store = open_store(old_store(tmp_path / "campaigner.db"))
    with store.read() as connection:
        found = {run.state: run for run in runs.in_states(connection, RunState)}
        assert set(found) == {RunState.RELEASED, RunState.RELEASING, RunState.APPROVED}
        out = found[RunState.RELEASED]
        assert outbox.counts(connection, out) == {1: 2}
        assert [(r.number, r.quantity, r.sms, r.out) for r in releases.of_run(connection, out)] == [
            (1, 2, 2, True)
        ]
        begun = releases.unfinished(connection, found[RunState.RELEASING])
        assert begun
        assert begun.whole
        waiting = found[RunState.APPROVED]
        assert outbox.counts(connection, waiting) == {0: 2}
        assert releases.of_run(connection, waiting) == []
        assert waiting.planned.release_at == waiting.planned.due_at
        assert waiting.planned.not_after is None
    store.close()


def test_what_a_link_had_in_an_older_store_is_unknown_after_it(tmp_path: Path) -> None:
    """Of the schema before handovers: a row for each message that is being sent, and ids without their number."""
    url = f"sqlite:///{tmp_path / 'campaigner.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        upgrade(connection, "0003")
        for number in (1, 2, 3):
            connection.execute(
                text(
                    "INSERT INTO delivery(message_id, run_id, gateway, state, parts, sent_at, cause)"
                    " VALUES (:id, 1, 'line', 'sending', 2, '2026-12-07 01:00:00.000000', '')"
                ),
                {"id": number},
            )
        for name, message in (("a", 1), ("b", 2), ("c", 2), ("d", 0)):
            connection.execute(
                text(
                    "INSERT INTO reference(gateway, reference, message_id, received, cause)"
                    " VALUES ('line', :n, :m, '', '')"
                ),
                {"n": name, "m": message},
            )
    engine.dispose()
    store = open_store(url)
    with store.begin() as connection:
        pieces = {
            row[0]: row[1] for row in connection.execute(text("SELECT reference, pieces FROM reference"))
        }
        assert pieces == {"a": 1, "b": 2, "c": 2, "d": 0}
        planned = PlannedRun(
            "a-20261207-0900", "a", "t", NOW, "line", (), (), synthetic=True, content_hash="h"
        )
        runs.add(connection, planned, NOW)
        run = runs.find(connection, planned.code)
        assert deliveries.lose_track(connection, run, "stopped", NOW) == 3
        heard = [Receipt(Received.DELIVERED, name) for name in ("a", "b")]
        deliveries.receive(connection, "line", heard, NOW)
        assert deliveries.counts(connection, run) == {DeliveryState.DELIVERED: 1, DeliveryState.UNKNOWN: 2}
        deliveries.receive(connection, "line", [Receipt(Received.DELIVERED, "c")], NOW)
        assert deliveries.counts(connection, run) == {DeliveryState.DELIVERED: 2, DeliveryState.UNKNOWN: 1}
    store.close()
