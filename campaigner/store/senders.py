"""Senders: the processes that share the work of one release, each by a lease, block by block."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from campaigner.domain.campaign import Channel
from campaigner.domain.message import Outgoing
from campaigner.domain.planning import Run
from campaigner.errors import OvertakenError
from campaigner.store import handovers
from campaigner.store.messages import in_ledger, outgoing
from campaigner.store.tables import LedgerRow, MessageRow, ReleaseRow, SenderRow

_LEDGER = LedgerRow.__table__  # type: ignore[attr-defined]
_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]
_RELEASE = ReleaseRow.__table__  # type: ignore[attr-defined]
_SENDER = SenderRow.__table__  # type: ignore[attr-defined]
_NEXT = (
    select(_MESSAGE.c.id, _MESSAGE.c.recipient, _MESSAGE.c.wording_id, _MESSAGE.c.body)
    .where(
        _MESSAGE.c.run_id == bindparam("of_run"),
        _MESSAGE.c.channel == Channel.SMS.value,
        _MESSAGE.c.id > bindparam("behind"),
    )
    .order_by(_MESSAGE.c.id)
    .limit(bindparam("most"))
)
"""Built once, for it is used many times a second."""
_NEXT_OF_RELEASE = _NEXT.join(_LEDGER, in_ledger()).where(_LEDGER.c.release_no == bindparam("of_release"))


@dataclass(frozen=True, slots=True)
class Sender:
    """A process that sends a release, as it was seen.

    Args:
        id: Its number in the store; each message that it is given bears it.
        holder: Host and process, for people and logs.
        place: Where the process can be looked for: the same for all that see each other's process numbers.
        pid: Its process number there.
        renewals: Rises while it lives; a sender in whom it stands still is a dead one.
        at: When it last gave a sign of life, by its own clock; for people, never compared.
    """

    id: int
    holder: str
    place: str
    pid: int
    renewals: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a process is: as people read it, where it can be looked for, and its number there."""

    holder: str
    place: str
    pid: int


class Place(NamedTuple):
    """How far a release is given out, as it is while it is held.

    Args:
        release: Number of the release.
        sender: Number of the sender who holds it.
        given: Number of the last message that somebody was given.
        whole: Whether each message of the run is in the release.
    """

    release: int
    sender: int
    given: int
    whole: bool


def join(connection: Connection, run: Run, release: int, who: Identity, now: datetime) -> Sender:
    """Become one of those who send a release."""
    result = connection.execute(
        insert(_SENDER).values(
            run_id=run.id,
            release_no=release,
            holder=who.holder,
            place=who.place,
            pid=who.pid,
            renewals=0,
            at=now,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return Sender(int(key[0]), who.holder, who.place, who.pid, 0, now)


def open_to_all(connection: Connection, run: Run, release: int) -> None:
    """Whoever has joined may take blocks of the release from now on."""
    connection.execute(
        update(_RELEASE)
        .where(_RELEASE.c.run_id == run.id, _RELEASE.c.number == release, _RELEASE.c.given.is_(None))
        .values(given=0)
    )


def is_open(connection: Connection, run: Run, release: int) -> bool:
    """Whether blocks of a release may be taken."""
    query = select(_RELEASE.c.given).where(_RELEASE.c.run_id == run.id, _RELEASE.c.number == release)
    return connection.execute(query).scalar() is not None


def renew(connection: Connection, sender: Sender, now: datetime) -> None:
    """Say that a sender lives.

    Raises:
        OvertakenError: It was taken for dead.
    """
    changed = connection.execute(
        update(_SENDER).where(_SENDER.c.id == sender.id).values(renewals=_SENDER.c.renewals + 1, at=now)
    ).rowcount
    if not changed:
        raise OvertakenError(
            "this sender was silent for so long that others took it for dead; it stops\n"
            "本发送进程太久没有动静，已被当作中断，现在停止；其他进程会接着发送"
        )


def of_release(connection: Connection, run: Run, release: int) -> list[Sender]:
    """Those who send a release, first the one who began it."""
    rows = connection.execute(
        select(_SENDER)
        .where(_SENDER.c.run_id == run.id, _SENDER.c.release_no == release)
        .order_by(_SENDER.c.id)
    )
    return [_sender(row) for row in rows]


def leave(connection: Connection, sender: Sender) -> bool:
    """Send no more; False if the sender was not among those who do."""
    return bool(connection.execute(delete(_SENDER).where(_SENDER.c.id == sender.id)).rowcount)


def take_for_dead(connection: Connection, seen: Sender) -> bool:
    """Take a sender out that gives no sign of life; False if it gave one since it was seen, or is gone."""
    gone = delete(_SENDER).where(_SENDER.c.id == seen.id, _SENDER.c.renewals == seen.renewals)
    return bool(connection.execute(gone).rowcount)


def clear(connection: Connection, run: Run) -> None:
    """Nobody sends this run any more; who thinks he does is told when he asks for his next block."""
    connection.execute(delete(_SENDER).where(_SENDER.c.run_id == run.id))


def hold(connection: Connection, run: Run, release: int, sender: Sender) -> Place:
    """Begin to take a block: until the end of the transaction nobody else takes one of this release.

    Raises:
        OvertakenError: The sender was taken for dead.
    """
    known = select(_SENDER.c.id).where(_SENDER.c.id == sender.id).scalar_subquery()
    query = select(_RELEASE.c.given, _RELEASE.c.whole, known.label("known")).where(*_its(run, release))
    given, whole, alive = connection.execute(query.with_for_update(of=_RELEASE)).one()
    if alive is None:
        raise OvertakenError(
            f"run {run.code} was taken over by another process; this one stops\n"
            f"任务 {run.code} 已由另一个进程接手，本进程停止"
        )
    return Place(release, sender.id, given, whole)


def claim(
    connection: Connection, run: Run, place: Place, limit: int, now: datetime, texts: Mapping[int, str]
) -> list[Outgoing]:
    """The next SMS of a release in order of number, marked as being sent before a byte of them leaves.

    Args:
        connection: The transaction that holds the release.
        run: Which run.
        place: Where in the release, and for whom.
        limit: How many at most.
        now: The time.
        texts: The run's shared texts by number.
    """
    query = _NEXT if place.whole else _NEXT_OF_RELEASE
    which = {"of_run": run.id, "behind": place.given, "most": limit}
    if not place.whole:
        which["of_release"] = place.release
    block = outgoing(connection.execute(query, which), texts)
    if block:
        ids = [message.id for message in block]
        handovers.hand_over(connection, run, place.release, ids, place.sender, now)
        connection.execute(update(_RELEASE).where(*_its(run, place.release)).values(given=ids[-1]))
    return block


def count(connection: Connection, run: Run) -> int:
    """How many send a run now."""
    query = select(func.count()).select_from(_SENDER).where(_SENDER.c.run_id == run.id)
    return int(connection.execute(query).scalar_one())


def _its(run: Run, release: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _RELEASE.c.run_id == run.id, _RELEASE.c.number == release


def _sender(row: Row[Any]) -> Sender:
    return Sender(row.id, row.holder, row.place, row.pid, row.renewals, row.at)
