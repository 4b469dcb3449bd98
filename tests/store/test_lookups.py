"""What the clock asks for again and again is looked up in an index, however long the store has been kept."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, event

from campaigner.store import log, purging
from campaigner.store.engine import Store

MOMENT = datetime(2026, 12, 1, tzinfo=UTC)
Question = Callable[[Connection], object]


def asked(store: Store, ask: Question) -> tuple[str, object]:
    """The statement that was asked, and its values."""
    found: list[tuple[str, object]] = []

    def note(*words: object) -> None:
        found.append((str(words[2]), words[3]))

    event.listen(store.engine, "before_cursor_execute", note)
    with store.read() as connection:
        ask(connection)
    event.remove(store.engine, "before_cursor_execute", note)
    return found[-1]


@pytest.mark.sqlite_only("reads its plan of a statement")
@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda connection: list(log.entries(connection, "elderly-20261207-0900")), "log_run"),
        (lambda connection: list(log.entries(connection, kinds=("purged", "certified"))), "log_kind"),
        (lambda connection: purging.strays(connection, MOMENT), "reference_stray"),
    ],
)
def test_it_is_looked_up(store: Store, ask: Question, index: str) -> None:
    statement, values = asked(store, ask)
    with store.read() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()  # type: ignore[arg-type]
    steps = " ".join(str(row[3]) for row in rows)
    assert index in steps
    assert "SCAN" not in steps
