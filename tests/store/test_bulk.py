"""Many rows out of the store: in blocks, nothing left open, faults told like any other fault."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import literal_column, select, text

from campaigner.errors import StoreError
from campaigner.store import bulk
from campaigner.store.bulk import blocks_of
from campaigner.store.engine import Store

NUMBERS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12) SELECT i FROM n")
LEAST = "(SELECT 1 AS i UNION ALL SELECT -9223372036854775808)"


def test_every_row_comes_once_in_its_order(store: Store) -> None:
    query = select(literal_column("i")).select_from(NUMBERS.columns().alias("numbers"))
    with store.read() as connection:
        blocks = [[row[0] for row in block] for block in blocks_of(connection, query, 5)]
    assert blocks == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12]]


def test_whoever_stops_early_leaves_nothing_open(store: Store) -> None:
    query = select(literal_column("i")).select_from(NUMBERS.columns().alias("numbers"))
    with store.read() as connection:
        rows = blocks_of(connection, query, 5)
        assert len(next(rows)) == 5
        rows.close()  # type: ignore[attr-defined]
    with store.begin() as connection:
        connection.execute(text("CREATE TABLE nobody_reads (i INTEGER)"))


@pytest.mark.sqlite_only("its way of telling of a row that cannot be read")
def test_a_row_that_cannot_be_read_is_told(store: Store) -> None:
    query = select(literal_column("abs(i)")).select_from(text(f"{LEAST} AS numbers"))
    with pytest.raises(StoreError, match="the store cannot be used"), store.read() as connection:
        list(blocks_of(connection, query, 1))


FEW = st.sampled_from([0, 1, -(2**63), 2**63 - 1])
WORDS = st.sampled_from(["", "二", "a\tb\\n\n\r\\", "'; -- %s %%", "\\N"])
ROWS = st.lists(st.tuples(FEW, WORDS, WORDS | st.none()), min_size=1, max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ROWS, st.booleans(), st.integers(1, 5))
def test_rows_go_in_as_they_are_and_in_their_order(
    store: Store, rows: list[tuple[int, str, str | None]], named: bool, at_once: int
) -> None:
    same = {"d": "所有"} | ({"b": "一样"} if named else {})
    with pytest.MonkeyPatch.context() as patch, store.begin() as connection:
        patch.setattr(bulk, "_AT_ONCE", at_once)
        connection.execute(text("DROP TABLE IF EXISTS trial"))
        number = "BIGSERIAL" if bulk.on_postgresql(connection) else "INTEGER PRIMARY KEY"
        connection.execute(text(f"CREATE TABLE trial (n {number}, a BIGINT, b TEXT, c TEXT, d TEXT)"))
        bulk.add_rows(connection, "trial", ("a", "b", "c"), rows, same)
        found = connection.execute(text("SELECT a, b, c, d FROM trial ORDER BY n")).all()
    assert [tuple(row) for row in found] == [(a, "一样" if named else b, c, "所有") for a, b, c in rows]
