"""Since when each campaign asks for what it asks for now, as far as this store has seen."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from campaigner.store.tables import SeenRow

_SEEN = SeenRow.__table__  # type: ignore[attr-defined]


def since(connection: Connection, asks: Mapping[str, str], now: datetime) -> dict[str, datetime]:
    """Since when campaigns ask for what they ask for; `now` for what was never seen.

    Args:
        connection: Where to read.
        asks: Name of each campaign -> what it asks for, as a hash.
        now: The moment.
    """
    rows = {row.campaign: row for row in connection.execute(select(_SEEN))}
    return {
        name: rows[name].since if name in rows and rows[name].asks == wanted else now
        for name, wanted in asks.items()
    }


def differs(connection: Connection, asks: Mapping[str, str], exist: Collection[str] | None) -> bool:
    """Whether `note` would change anything."""
    rows = _rows(connection)
    return any(rows.get(name) != wanted for name, wanted in asks.items()) or bool(_gone(rows, exist))


def note(
    connection: Connection, asks: Mapping[str, str], exist: Collection[str] | None, now: datetime
) -> None:
    """Keep what campaigns ask for from now on, where it is not what was seen before.

    Args:
        connection: The transaction.
        asks: As for `since`; campaigns of which nothing certain is known are left out, and stay as they were.
        exist: Names of all campaigns, so that one that is gone begins anew if it comes again; None if not known.
        now: The moment.
    """
    rows = _rows(connection)
    for name, wanted in asks.items():
        if name not in rows:
            connection.execute(insert(_SEEN).values(campaign=name, asks=wanted, since=now))
        elif rows[name] != wanted:
            changed = update(_SEEN).where(_SEEN.c.campaign == name)
            connection.execute(changed.values(asks=wanted, since=now))
    for name in _gone(rows, exist):
        connection.execute(delete(_SEEN).where(_SEEN.c.campaign == name))


def _rows(connection: Connection) -> dict[str, str]:
    return {row.campaign: row.asks for row in connection.execute(select(_SEEN))}


def _gone(rows: Mapping[str, str], exist: Collection[str] | None) -> set[str]:
    return set() if exist is None else rows.keys() - set(exist)
