"""Many rows at once, in and out, each store its own quickest way."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, count, repeat
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Insert, Select
from sqlalchemy.exc import DBAPIError

from campaigner.store.blocks import in_blocks

_AT_ONCE = 200
"""Rows in one statement; each has at most a dozen values, and SQLite takes 32,766 of them."""
_COPIED = 1_000
"""Rows in one piece of what is copied to a server."""
_MARKS = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
"""What COPY takes for the end of a value or a row, and how it is written within one."""
_MARKED = re.compile(r"[\\\t\n\r]")


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
    for some in in_blocks(rows, _AT_ONCE):
        # To begin and to end a statement for each row takes several times as long as to insert it.
        alike, varied = _apart(columns, some, same)
        statement = _inserting(table, tuple(alike), tuple(varied), len(some))
        others = chain.from_iterable(zip(*varied.values(), strict=True))
        connection.exec_driver_sql(statement, (*alike.values(), *others))


def _apart(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], same: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, tuple[Any, ...]]]:
    """What is the same in all of some rows, to be said once, and the columns that are not."""
    alike: dict[str, Any] = dict(same)
    varied: dict[str, tuple[Any, ...]] = {}
    for name, values in zip(columns, zip(*rows, strict=True), strict=True):
        if name in same:
            continue
        if values.count(values[0]) == len(values):
            alike[name] = values[0]
        else:
            varied[name] = values
    return alike, varied


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
    names = [*same, *(name for name in columns if name not in same)]
    statement = f"COPY {table}({', '.join(names)}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for some in in_blocks(rows, _COPIED):
                # Row by row it takes twice as long as in texts of many.
                copy.write(_lines(names, *_apart(columns, some, same), len(some)))
    except psycopg.Error as error:
        raise _told(connection, statement, error) from None


def _lines(
    names: Sequence[str], alike: Mapping[str, Any], varied: Mapping[str, Sequence[Any]], rows: int
) -> str:
    """Rows as COPY reads them, one to a line."""
    form = "\t".join(
        str(_written((alike[name],))[0]).replace("%", "%%") if name in alike else "%s" for name in names
    )
    columns = [_written(varied[name]) for name in names if name in varied]
    lines = (
        map(f"{form}\n".__mod__, zip(*columns, strict=True)) if columns else repeat(f"{form}\n" % (), rows)
    )
    return "".join(lines)


def _written(values: Sequence[Any]) -> Sequence[Any]:
    """Values of a column as COPY reads them; numbers are what they look like."""
    kinds = set(map(type, values))
    if kinds == {int} or (kinds == {str} and not _MARKED.search("".join(values))):
        return values
    return ["\\N" if value is None else str(value).translate(_MARKS) for value in values]


def _told(connection: Connection, statement: str, error: Exception) -> BaseException:
    """An error of the store's own library as SQLAlchemy tells those that it meets itself; without any value."""
    library: Any = connection.dialect.loaded_dbapi
    return DBAPIError.instance(
        statement, None, error, library.Error, hide_parameters=True, dialect=connection.dialect
    )
