"""Many rows at once, in and out, each store its own quickest way."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, count
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Insert, Select
from sqlalchemy.exc import DBAPIError

_AT_ONCE = 200
"""Rows in one statement; each has at most a dozen values, and SQLite takes 32,766 of them."""


def on_postgresql(connection: Connection) -> bool:
    """Whether the store is a PostgreSQL."""
    return connection.dialect.name == "postgresql"


def add_rows(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    same: Mapping[str, Any],
) -> None:
    """Insert rows in their order: by COPY on PostgreSQL, on SQLite some hundred of them by one statement.

    Args:
        connection: A writing transaction.
        table: A table of ours.
        columns: What the rows have; `same` may name some of them too, then it counts.
        rows: The rows, of whole numbers, texts and None.
        same: Columns that have one value in all rows.

    Raises:
        IntegrityError: One of them is there already; none is kept.
    """
    if on_postgresql(connection):
        _copy(connection, table, columns, rows, same)
        return
    for start in range(0, len(rows), _AT_ONCE):
        _insert(connection, table, columns, rows[start : start + _AT_ONCE], same)


def _insert(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    same: Mapping[str, Any],
) -> None:
    """To begin and to end a statement for each row takes several times as long as to insert it, and so do its values.

    What is the same in all rows is therefore given once.
    """
    alike: dict[str, Any] = dict(same)
    varied: dict[str, tuple[Any, ...]] = {}
    for name, values in zip(columns, zip(*rows, strict=True), strict=True):
        if name in same:
            continue
        if values.count(values[0]) == len(values):
            alike[name] = values[0]
        else:
            varied[name] = values
    statement = _inserting(table, tuple(alike), tuple(varied), len(rows))
    others = chain.from_iterable(zip(*varied.values(), strict=True))
    connection.exec_driver_sql(statement, (*alike.values(), *others))


@lru_cache(maxsize=32)
def _inserting(table: str, alike: Sequence[str], varied: Sequence[str], rows: int) -> str:
    """A statement for so many rows: the values that are alike come first, then row by row the others."""
    number = count(1)
    once = [f"?{next(number)}" for _name in alike]
    marks = (", ".join([*once, *(f"?{next(number)}" for _name in varied)]) for _row in range(rows))
    return f"INSERT INTO {table}({', '.join((*alike, *varied))}) VALUES ({'), ('.join(marks)})"  # noqa: S608


def many(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Carry out a statement for each of many rows.

    Args:
        connection: A writing transaction.
        statement: SQL that both stores know, with `?` for each value and no `?` or `%` besides.
        rows: The values.
    """
    if rows:
        driver_sql(connection, statement, list(rows))


def driver_sql(connection: Connection, statement: str, values: Any) -> None:
    """Carry out a statement in the words of the store's own library, with `?` for each value; see `many`."""
    if on_postgresql(connection):
        statement = statement.replace("?", "%s")
    connection.exec_driver_sql(statement, values)


def count_of(connection: Connection, inserting: Insert, values: Mapping[str, Any] | None = None) -> int:
    """Carry out an INSERT ... SELECT; returns how many rows it made, which PostgreSQL tells only who asks."""
    return connection.execute(
        inserting, dict(values or {}), execution_options={"preserve_rowcount": True}
    ).rowcount


def blocks_of(connection: Connection, query: Select[Any], size: int) -> Iterator[Sequence[Sequence[Any]]]:
    """Rows of a query in blocks, never more than one of them in memory; whoever stops early leaves nothing open.

    On SQLite rows are the tuples of its own library, which takes half the time: of whole numbers and texts, not of
    moments.
    """
    if on_postgresql(connection):
        result = connection.execute(query, execution_options={"yield_per": size})
        blocks: Iterator[Sequence[Sequence[Any]]] = result.partitions(size)
    else:
        result = connection.execute(query)
        blocks = _fetched(connection, result, size)
    try:
        yield from blocks
    finally:
        result.close()


def _fetched(connection: Connection, result: CursorResult[Any], size: int) -> Iterator[Sequence[Any]]:
    cursor, library = result.cursor, connection.dialect.loaded_dbapi
    assert cursor is not None, "a query has rows"
    try:
        while rows := cursor.fetchmany(size):
            yield rows
    except library.Error as error:
        raise _told(connection, "a query", error) from None


def rows_of(connection: Connection, query: Executable, size: int) -> Iterator[Any]:
    """Rows of a query one by one, fetched in blocks; whoever stops early leaves nothing open."""
    result = connection.execute(query, execution_options={"yield_per": size})
    try:
        yield from result
    finally:
        result.close()


def _copy(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    same: Mapping[str, Any],
) -> None:
    import psycopg

    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    places = [place for place, name in enumerate(columns) if name not in same]
    statement = f"COPY {table}({', '.join([*same, *(columns[place] for place in places)])}) FROM STDIN"
    alike = tuple(same.values())
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            write = copy.write_row
            for row in rows:
                write((*alike, *(row[place] for place in places)))
    except psycopg.Error as error:
        raise _told(connection, statement, error) from None


def _told(connection: Connection, statement: str, error: Exception) -> BaseException:
    """An error of the store's own library as SQLAlchemy tells those that it meets itself; without any value."""
    library: Any = connection.dialect.loaded_dbapi
    return DBAPIError.instance(
        statement, None, error, library.Error, hide_parameters=True, dialect=connection.dialect
    )
