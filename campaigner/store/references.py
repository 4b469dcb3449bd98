"""Carriers' ids of messages and of their parts, and what the receipts that name them said."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import Connection, literal_column, select

from campaigner.domain.receipt import Received
from campaigner.store.blocks import in_blocks
from campaigner.store.bulk import driver_sql
from campaigner.store.tables import ReferenceRow

_REFERENCE = ReferenceRow.__table__  # type: ignore[attr-defined]
_PART = (
    _REFERENCE.c.message_id, _REFERENCE.c.pieces, _REFERENCE.c.received, _REFERENCE.c.cause, _REFERENCE.c.at
)  # fmt: skip
_NOT_ALONE = _REFERENCE.c.pieces != literal_column("1")
"""In the words of the index that holds those: ids of messages with several, and ids that nobody knows yet."""
_NAME = (
    "INSERT INTO reference(gateway, reference, message_id, pieces, received, cause)"
    " SELECT ?, column1, column2, ?, '', '' FROM (VALUES "
)
_NAMED = (
    ") AS given WHERE true ON CONFLICT(gateway, reference)"
    " DO UPDATE SET message_id = excluded.message_id, pieces = excluded.pieces"
)


def name(connection: Connection, gateway: str, rows: Iterable[tuple[str, int]], pieces: int) -> None:
    """Keep carriers' ids, many in one statement: while SQLite works at it, a link in another thread goes on.

    Args:
        connection: Where to write.
        gateway: Whose they are.
        rows: (id, number of its message); written in the order of the ids, so that they lie side by side.
        pieces: How many ids each of those messages has.
    """
    for block in in_blocks(sorted(dict(rows).items())):
        values = ", ".join(["(?, ?)"] * len(block))
        driver_sql(connection, _NAME + values + _NAMED, (gateway, pieces, *chain.from_iterable(block)))


def some_are_early(connection: Connection) -> bool:
    """Whether receipts are kept whose message is not known yet."""
    query = select(_REFERENCE.c.message_id).where(_REFERENCE.c.message_id == 0, _NOT_ALONE).limit(1)
    return connection.execute(query).first() is not None


def heard_of(
    connection: Connection, gateway: str, names: Sequence[str], now: datetime
) -> dict[int, list[tuple[Received, str, datetime]]]:
    """What receipts said of all parts of the messages that carriers' ids name, by message."""
    parts: dict[int, list[tuple[Received, str, datetime]]] = {}
    several: set[int] = set()

    def hear(row: Any) -> None:
        word = Received(row.received) if row.received else Received.UNDERWAY
        parts.setdefault(row.message_id, []).append((word, row.cause, row.at or now))

    for block in in_blocks(names):
        for row in connection.execute(
            select(*_PART).where(
                _REFERENCE.c.gateway == gateway,
                _REFERENCE.c.reference.in_(block),
                _REFERENCE.c.message_id != 0,
            )
        ):
            if row.pieces == 1:
                hear(row)
            else:
                several.add(row.message_id)
    for numbers in in_blocks(sorted(several)):
        for row in connection.execute(select(*_PART).where(_REFERENCE.c.message_id.in_(numbers), _NOT_ALONE)):
            hear(row)
    return parts
