"""The outbox: batches of a run, each a range of message numbers on one channel."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Subquery, func, insert, select, update

from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import BatchState
from campaigner.domain.planning import Run
from campaigner.errors import StateError
from campaigner.store.bulk import on_postgresql
from campaigner.store.messages import between, extent, in_ledger, of_channel
from campaigner.store.tables import BatchRow, LedgerRow, MessageRow

_BATCH = BatchRow.__table__  # type: ignore[attr-defined]
_LEDGER = LedgerRow.__table__  # type: ignore[attr-defined]
_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages of one exported file.

    Args:
        id: Its number in the store.
        channel: Its channel.
        release: Number of the release that it belongs to.
        number: 1, 2, 3, ... within run and channel.
        first_id: Number of its first message.
        last_id: Number of its last message.
        rows: How many messages.
        parts: How many SMS parts.
        state: Where it is on the way out.
        file: What was written, relative to the run's folder; "" until then.
        sha256: Hash of that file.
    """

    id: int
    channel: Channel
    release: int
    number: int
    first_id: int
    last_id: int
    rows: int
    parts: int
    state: BatchState
    file: str
    sha256: str


def cut(
    connection: Connection, run: Run, release: int, rows_per_batch: int, gateway: str, *, whole: bool
) -> None:
    """Cut the SMS of a release into batches; their numbers go on from those of earlier releases.

    Args:
        connection: A writing transaction.
        run: Which run.
        release: Which of its releases.
        rows_per_batch: How many SMS a batch may hold.
        gateway: Through which it goes.
        whole: Whether all SMS of the run are in the release, so that none needs to be looked up.
    """
    channel = Channel.SMS
    before = len(of_run(connection, run, channel))
    mine = select(_MESSAGE.c.id, _MESSAGE.c.parts)
    if not whole:
        mine = mine.join(_LEDGER, in_ledger()).where(_LEDGER.c.release_no == release)
    ranges = _numbered if on_postgresql(connection) else _one_by_one
    found = ranges(connection, run, mine, rows_per_batch)
    for number, (first, last, rows, parts) in enumerate(found, before + 1):
        connection.execute(
            insert(_BATCH).values(
                run_id=run.id, channel=channel.value, release_no=release, number=number, first_id=first,
                last_id=last, rows=rows, parts=parts, state=BatchState.QUEUED.value, gateway=gateway, file="",
                sha256="",
            )
        )  # fmt: skip


def _numbered(connection: Connection, run: Run, mine: Select[Any], size: int) -> Iterator[Sequence[Any]]:
    """(first, last, how many, parts) of each batch, by numbering all messages."""
    slot = (func.row_number().over(order_by=_MESSAGE.c.id) - 1) // size
    numbered = (
        mine.where(*of_channel(connection, run, Channel.SMS)).add_columns(slot.label("slot")).subquery()
    )
    found = _extent(numbered).group_by(numbered.c.slot).order_by(func.min(numbered.c.id))
    yield from connection.execute(found).all()


def _one_by_one(connection: Connection, run: Run, mine: Select[Any], size: int) -> Iterator[Sequence[Any]]:
    """The same, batch after batch: to number all of them, an encrypted file would keep all of them in memory."""
    first, last = extent(connection, run)
    while True:
        rest = between(connection, run, Channel.SMS, first, last)
        some = mine.where(*rest).order_by(_MESSAGE.c.id).limit(size).subquery()
        row = connection.execute(_extent(some)).one()
        if not row[2]:
            return
        yield row
        first = row[1] + 1


def _extent(some: Subquery) -> Any:
    return select(func.min(some.c.id), func.max(some.c.id), func.count(), func.sum(some.c.parts))


def of_run(connection: Connection, run: Run, channel: Channel, release: int | None = None) -> list[Batch]:
    """Batches of a run's channel in order; only those of one release, if it is given."""
    query = select(_BATCH).where(_BATCH.c.run_id == run.id, _BATCH.c.channel == channel.value)
    if release is not None:
        query = query.where(_BATCH.c.release_no == release)
    rows = connection.execute(query.order_by(_BATCH.c.number))
    return [
        Batch(
            row.id, Channel(row.channel), row.release_no, row.number, row.first_id, row.last_id, row.rows, row.parts,
            BatchState(row.state), row.file, row.sha256,
        )
        for row in rows
    ]  # fmt: skip


def out(connection: Connection, batch: Batch, file: str, sha256: str) -> None:
    """Record what became of a batch.

    Raises:
        StateError: Another process was quicker.
    """
    changed = connection.execute(
        update(_BATCH)
        .where(_BATCH.c.id == batch.id, _BATCH.c.state == BatchState.QUEUED.value)
        .values(state=BatchState.OUT.value, file=file, sha256=sha256)
    ).rowcount
    if changed != 1:
        raise StateError(f"batch {batch.number} went out already\n第 {batch.number} 批已经发出，不会再发一次")


def clear(connection: Connection, run: Run) -> None:
    """Forget the batches of a run that is prepared again."""
    connection.execute(_BATCH.delete().where(_BATCH.c.run_id == run.id))


def forget(connection: Connection, run: Run, release: int) -> None:
    """Forget the batches of a release of which nothing went out."""
    connection.execute(_BATCH.delete().where(_BATCH.c.run_id == run.id, _BATCH.c.release_no == release))
