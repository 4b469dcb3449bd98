"""A store that an earlier version left comes up with everything kept."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from campaigner.domain.lifecycle import RunState
from campaigner.store import engine as engines
from campaigner.store import outbox, releases, runs
from campaigner.store.engine import open_store

PLAN = '{"warnings": ["a"], "tallies": [], "problems": []}'

APPROVAL = (
    "INSERT INTO approval VALUES (:id, :id, 'b', '2026-12-06 01:00:00.000000', 'c', 'd', 2, 2, NULL, '')"
)


def old_store(path: Path) -> str:
    """A store of the first schema: one run exported, one being exported, one approved."""
    url = f"sqlite:///{path}"
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(engines.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
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
