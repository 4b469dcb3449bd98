"""Exported SMS to phones that refused afterwards: where each stands, until somebody says that it was taken out."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from campaigner.domain.campaign import Channel
from campaigner.domain.planning import Run
from campaigner.store.blocks import in_blocks
from campaigner.store.messages import in_ledger
from campaigner.store.tables import BatchRow, LedgerRow, MessageRow, ReleaseRow, RunRow, TakeoutRow

_BATCH = BatchRow.__table__  # type: ignore[attr-defined]
_LEDGER = LedgerRow.__table__  # type: ignore[attr-defined]
_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]
_RELEASE = ReleaseRow.__table__  # type: ignore[attr-defined]
_RUN = RunRow.__table__  # type: ignore[attr-defined]
_TAKEOUT = TakeoutRow.__table__  # type: ignore[attr-defined]
RECENT = timedelta(days=3)
"""How long after the moment of an export its messages may still lie at the platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeout:
    """One exported SMS whose phone refused afterwards.

    Args:
        message: Its number.
        run: Code of its run.
        release: Number of its release.
        batch: Number of its batch.
        file: The batch's first file, within the run's folder.
        position: Its place among the rows of the batch, from 1 on.
        due_at: From when the file may be sent.
        entered_at: When the refusal came.
        source: How it came.
        phone: Its phone; 0 where that is kept no more.
    """

    message: int
    run: str
    release: int
    batch: int
    file: str
    position: int
    due_at: datetime
    entered_at: datetime
    source: str
    phone: int


def enter(connection: Connection, phones: Iterable[int], source: str, now: datetime) -> int:
    """Note the exported SMS to phones that refuse now, as far as they may still lie at a platform; how many are new.

    Args:
        connection: A writing transaction, in which the refusals are entered.
        phones: The phones.
        source: How they refused.
        now: When.
    """
    waiting = _RELEASE.c.out.is_(True), _RELEASE.c.manifest != "", _RELEASE.c.at > now - RECENT
    if connection.execute(select(_RELEASE.c.id).where(*waiting).limit(1)).first() is None:
        return 0
    found: dict[int, list[Any]] = {}
    batches: dict[int, Any] = {}
    for block in in_blocks(phones):
        query = (
            select(
                _MESSAGE.c.id.label("message_id"), _MESSAGE.c.run_id, _LEDGER.c.release_no, _RELEASE.c.at,
                _BATCH.c.id.label("batch_id"), _BATCH.c.number, _BATCH.c.file, _BATCH.c.first_id, _BATCH.c.last_id,
            )
            .join(_LEDGER, in_ledger())
            .join(
                _RELEASE,
                and_(_RELEASE.c.run_id == _LEDGER.c.run_id, _RELEASE.c.number == _LEDGER.c.release_no),
            )
            .join(
                _BATCH,
                and_(
                    _BATCH.c.run_id == _MESSAGE.c.run_id, _BATCH.c.channel == _MESSAGE.c.channel,
                    _BATCH.c.release_no == _LEDGER.c.release_no,
                    _MESSAGE.c.id.between(_BATCH.c.first_id, _BATCH.c.last_id),
                ),
            )
            .outerjoin(_TAKEOUT, _TAKEOUT.c.message_id == _MESSAGE.c.id)
            .where(
                *waiting, _LEDGER.c.channel == Channel.SMS.value, _LEDGER.c.recipient.in_(block),
                _BATCH.c.file != "", _TAKEOUT.c.message_id.is_(None),
            )
        )  # fmt: skip
        for row in connection.execute(query).all():
            found.setdefault(row.batch_id, []).append(row)
            batches[row.batch_id] = row
    count = 0
    for number, rows in sorted(found.items()):
        inside = _numbers(connection, batches[number])
        connection.execute(
            insert(_TAKEOUT),
            [
                {
                    "message_id": row.message_id, "run_id": row.run_id, "release_no": row.release_no,
                    "batch": row.number, "file": row.file, "position": bisect_right(inside, row.message_id),
                    "due_at": row.at, "entered_at": now, "source": source, "done_by": "", "note": "",
                }
                for row in rows
            ],
        )  # fmt: skip
        count += len(rows)
    return count


def _numbers(connection: Connection, batch: Any) -> Sequence[int]:
    """Numbers of the messages of a batch, in the order in which its file has them."""
    query = (
        select(_MESSAGE.c.id)
        .join(_LEDGER, in_ledger())
        .where(
            _MESSAGE.c.run_id == batch.run_id,
            _MESSAGE.c.channel == Channel.SMS.value,
            _MESSAGE.c.id.between(batch.first_id, batch.last_id),
            _LEDGER.c.release_no == batch.release_no,
        )
        .order_by(_MESSAGE.c.id)
    )
    return connection.execute(query).scalars().all()


def standing(connection: Connection, phones: Iterable[int] | None = None) -> list[Takeout]:
    """Those that nobody has taken out yet, soonest due first; only those of some phones, if they are given."""
    query = (
        select(_TAKEOUT, _RUN.c.code, func.coalesce(_MESSAGE.c.recipient, 0).label("phone"))
        .join(_RUN, _RUN.c.id == _TAKEOUT.c.run_id)
        .outerjoin(_MESSAGE, _MESSAGE.c.id == _TAKEOUT.c.message_id)
        .where(_TAKEOUT.c.done_at.is_(None))
        .order_by(_TAKEOUT.c.due_at, _TAKEOUT.c.run_id, _TAKEOUT.c.batch, _TAKEOUT.c.position)
    )
    wanted = None if phones is None else frozenset(phones)
    return [
        Takeout(
            message=row.message_id, run=row.code, release=row.release_no, batch=row.batch, file=row.file,
            position=row.position, due_at=row.due_at, entered_at=row.entered_at, source=row.source, phone=row.phone,
        )
        for row in connection.execute(query)
        if wanted is None or row.phone in wanted
    ]  # fmt: skip


def count(connection: Connection) -> int:
    """How many nobody has taken out yet."""
    query = select(func.count()).select_from(_TAKEOUT).where(_TAKEOUT.c.done_at.is_(None))
    return int(connection.execute(query).scalar_one())


def close(connection: Connection, messages: Iterable[int], by: str, note: str, now: datetime) -> int:
    """Somebody says that these were taken out where the file was uploaded; how many were waiting for it."""
    return sum(
        connection.execute(
            update(_TAKEOUT)
            .where(_TAKEOUT.c.message_id.in_(block), _TAKEOUT.c.done_at.is_(None))
            .values(done_at=now, done_by=by, note=note)
        ).rowcount
        for block in in_blocks(messages)
    )


def forget(connection: Connection, run: Run) -> None:
    """Forget those of a run whose messages are kept no more."""
    connection.execute(delete(_TAKEOUT).where(_TAKEOUT.c.run_id == run.id))


@dataclass(frozen=True, slots=True)
class Entered:
    """One of them as a store has it, done or not, to be entered in another: code of its run, its phone, its columns."""

    run: str
    phone: int
    columns: Mapping[str, Any]


def every(connection: Connection) -> list[Entered]:
    """All of them, done or not, in order of message."""
    query = (
        select(*_TAKEOUT.c, _RUN.c.code, func.coalesce(_MESSAGE.c.recipient, 0).label("phone"))
        .join(_RUN, _RUN.c.id == _TAKEOUT.c.run_id)
        .outerjoin(_MESSAGE, _MESSAGE.c.id == _TAKEOUT.c.message_id)
        .order_by(_TAKEOUT.c.message_id)
    )
    names = [column.name for column in _TAKEOUT.c]
    return [
        Entered(row.code, row.phone, {name: getattr(row, name) for name in names})
        for row in connection.execute(query)
    ]


def carry(connection: Connection, entered: Iterable[Entered]) -> tuple[int, int]:
    """Enter what another store has of the same messages.

    Returns:
        How many are new here, or done now; how many are of messages that this store does not have.
    """
    carried = lost = 0
    for one in entered:
        number = one.columns["message_id"]
        known = connection.execute(
            select(_TAKEOUT.c.done_at).where(_TAKEOUT.c.message_id == number)
        ).one_or_none()
        if known is not None:
            if known.done_at is None and one.columns["done_at"] is not None:
                done = {name: one.columns[name] for name in ("done_at", "done_by", "note")}
                connection.execute(update(_TAKEOUT).where(_TAKEOUT.c.message_id == number).values(done))
                carried += 1
            continue
        run = connection.execute(
            select(_RUN.c.id)
            .join(_MESSAGE, _MESSAGE.c.run_id == _RUN.c.id)
            .where(_RUN.c.code == one.run, _MESSAGE.c.id == number, _MESSAGE.c.recipient == one.phone)
        ).scalar()
        if run is None:
            lost += 1
            continue
        connection.execute(insert(_TAKEOUT).values({**one.columns, "run_id": run}))
        carried += 1
    return carried, lost
