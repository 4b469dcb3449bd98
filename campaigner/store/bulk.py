"""Many rows at once, in and out, each store its own quickest way."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Insert, Select
from sqlalchemy.exc import DBAPIError


def on_postgresql(connection: Connection) -> bool:
    """Whether the store is a PostgreSQL."""
    return connection.dialect.name == "postgresql"


def add_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows in their order: by COPY on PostgreSQL, by one prepared statement on SQLite.

    Args:
        connection: A writing transaction.
        table: A table of ours.
        columns: Its columns that the rows fill.
        rows: The rows; moments as `moment_binder` makes them.

    Raises:
        IntegrityError: One of them is there already; none is kept.
    """
    names = ", ".join(columns)
    if on_postgresql(connection):
        _copy(connection, f"COPY {table}({names}) FROM STDIN", rows)
    elif rows:
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table}({names}) VALUES ({marks})", list(rows))  # noqa: S608


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


def _copy(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    import psycopg

    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            write = copy.write_row
            for row in rows:
                write(row)
    except psycopg.Error as error:
        raise _told(connection, statement, error) from None


def _told(connection: Connection, statement: str, error: Exception) -> BaseException:
    """An error of the store's own library as SQLAlchemy tells those that it meets itself; without any value."""
    library: Any = connection.dialect.loaded_dbapi
    return DBAPIError.instance(
        statement, None, error, library.Error, hide_parameters=True, dialect=connection.dialect
    )
