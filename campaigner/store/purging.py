"""Forgetting what has served its purpose: rows go, counts stay, and nothing of them is left in the store's file."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, literal_column, or_, select, update

from campaigner.domain.delivery import DeliveryState
from campaigner.domain.planning import Run
from campaigner.domain.retention import Kept
from campaigner.errors import StoreError
from campaigner.store import cipher, handovers, takeouts, tallies
from campaigner.store.blocks import in_blocks
from campaigner.store.engine import Store
from campaigner.store.tables import DeliveryRow, LedgerRow, MessageRow, ReferenceRow, RunRow, WordingRow

_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]
_WORDING = WordingRow.__table__  # type: ignore[attr-defined]
_LEDGER = LedgerRow.__table__  # type: ignore[attr-defined]
_DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]
_RUN = RunRow.__table__  # type: ignore[attr-defined]
_REFERENCE = ReferenceRow.__table__  # type: ignore[attr-defined]
_COUNTED: Mapping[Kept, Sequence[tuple[Any, tuple[Any, ...]]]] = {
    Kept.TEXTS: ((_WORDING.c.run_id, ()), (_MESSAGE.c.run_id, (_MESSAGE.c.body != "",))),
    Kept.RECIPIENTS: ((_MESSAGE.c.run_id, ()),),
    Kept.DELIVERIES: ((_DELIVERY.c.run_id, ()),),
}
"""What is counted of a class: rows by their run, under a condition."""
_BUSY = 5
"""How often the log beside the store is tried to be cut off while somebody still reads in it."""


def begin_wiping(connection: Connection) -> None:
    """From here on this connection overwrites what it deletes."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def held(connection: Connection, of: Collection[Run], kind: Kept) -> dict[int | None, int]:
    """How much of a class is kept of runs, by their number: texts, messages with a recipient, or single states."""
    found: Counter[int | None] = Counter()
    for numbers in in_blocks(run.id for run in of):
        for column, which in _COUNTED.get(kind, ()):
            query = select(column, func.count()).where(column.in_(numbers), *which).group_by(column)
            found.update({row[0]: row[1] for row in connection.execute(query)})
    if kind is Kept.DELIVERIES:
        with_links = handovers.counts(connection)
        found.update({run.id: with_links[run.id] for run in of if run.id in with_links})
    return dict(found)


def strays(connection: Connection, before: datetime) -> int:
    """Receipts from before a moment that named no message of ours."""
    return _number(connection, select(func.count()).where(*_stray(before)))


def forget_strays(connection: Connection, before: datetime) -> None:
    """Forget receipts from before a moment that named no message of ours."""
    connection.execute(delete(_REFERENCE).where(*_stray(before)))


def _stray(before: datetime) -> tuple[Any, ...]:
    # As a word of the statement, not a value beside it: only so is it seen that the index of strays serves.
    return _REFERENCE.c.message_id == literal_column("0"), _REFERENCE.c.at < before


def ended_at(connection: Connection, run: Run) -> datetime:
    """When a run that has ended came to its end."""
    moment: datetime = connection.execute(select(_RUN.c.changed_at).where(_RUN.c.id == run.id)).scalar_one()
    return moment


def forget(connection: Connection, run: Run, kind: Kept) -> None:
    """Forget one class of a run."""
    if kind is Kept.TEXTS:
        connection.execute(delete(_WORDING).where(_WORDING.c.run_id == run.id))
        connection.execute(
            update(_MESSAGE)
            .where(
                _MESSAGE.c.run_id == run.id, or_(_MESSAGE.c.body != "", _MESSAGE.c.wording_id.is_not(None))
            )
            .values(body="", wording_id=None)
        )
    elif kind is Kept.RECIPIENTS:
        _give_up(connection, run)
        takeouts.forget(connection, run)
        for table in (_MESSAGE, _LEDGER):
            connection.execute(delete(table).where(table.c.run_id == run.id))
    elif kind is Kept.DELIVERIES:
        _give_up(connection, run)
        _fold(connection, run.id)


def _give_up(connection: Connection, run: Run) -> None:
    """Count what a link still has of a run as unknown: whose it is can be told from its messages only."""
    handovers.write_out(connection, run, DeliveryState.UNKNOWN, "no answer before it was deleted")


def _fold(connection: Connection, run_id: int) -> None:
    """Single states become counts; the carrier's ids, by which it could still tell whose they are, go."""
    query = (
        select(_DELIVERY.c.gateway, _DELIVERY.c.state, func.count(), func.sum(_DELIVERY.c.parts))
        .where(_DELIVERY.c.run_id == run_id)
        .group_by(_DELIVERY.c.gateway, _DELIVERY.c.state)
    )
    for gateway, state, quantity, parts in connection.execute(query).all():
        tallies.add(connection, run_id, gateway, state, quantity, parts)
    mine = select(_DELIVERY.c.message_id).where(_DELIVERY.c.run_id == run_id)
    connection.execute(
        delete(_REFERENCE).where(and_(_REFERENCE.c.message_id != 0, _REFERENCE.c.message_id.in_(mine)))
    )
    connection.execute(delete(_DELIVERY).where(_DELIVERY.c.run_id == run_id))


def _number(connection: Connection, query: Any) -> int:
    return int(connection.execute(query).scalar_one())


def wipe(store: Store, *, thorough: bool) -> bool:
    """Take what was deleted out of the store's files, too.

    Args:
        store: The store, with no transaction of this process open.
        thorough: Whether the whole file is written anew, so that nothing is left of what was deleted long ago
            either; nobody can write meanwhile.

    Returns:
        Whether it is done; False if somebody reads all the time, so that older pages still lie beside the store.

    Raises:
        StoreError: The store cannot be written.
    """
    sqlite = store.engine.dialect.name == "sqlite"
    if not sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM FULL" if thorough else "VACUUM")
        return True
    with closing(store.engine.raw_connection()) as raw:
        cursor = raw.cursor()
        try:
            if thorough:
                cursor.execute("VACUUM")
            for _ in range(_BUSY):
                busy, _frames, _done = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if not busy:
                    return True
        except cipher.driver.Error as error:
            raise StoreError(
                f"the store cannot be written anew: {error}; is the disk full?\n"
                "记录库无法重写：请检查磁盘是否已满，再重新执行同一条命令"
            ) from None
    return False
