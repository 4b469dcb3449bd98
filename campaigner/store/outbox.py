"""The outbox: who of a sealed run has got it, who waits and until when, and who will never get it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, String, Update, cast, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from campaigner.domain.campaign import Channel
from campaigner.domain.planning import Run
from campaigner.store.blocks import in_blocks
from campaigner.store.bulk import many, on_postgresql, rows_of
from campaigner.store.handovers import was_given
from campaigner.store.messages import in_ledger
from campaigner.store.tables import LedgerRow, MessageRow, ReleaseRow
from campaigner.store.types import moment_binder

_LEDGER = LedgerRow.__table__  # type: ignore[attr-defined]
_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]
_RELEASE = ReleaseRow.__table__  # type: ignore[attr-defined]
NEVER = -1
"""`release_no` of a message that will not go out."""
_BLOCK = 10_000
_MANY = 50_000
"""Entries that one statement changes on SQLite."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of a run is still in the outbox.

    Args:
        count: How many messages.
        next_at: When the first of those that were put off may go; None if none was put off.
        held: How many were put off, by the rule that did it.
    """

    count: int
    next_at: datetime | None
    held: Counter[str]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one recipient of a run is: in which release, or since when and why it waits or never goes."""

    release: int
    not_before: datetime | None
    held_by: str


def drop(connection: Connection, run: Run, phones: Iterable[int], why: str) -> int:
    """Take waiting SMS out of the run for good; returns how many there were."""
    return sum(
        connection.execute(
            update(_LEDGER)
            .where(*_of(run, Channel.SMS), _LEDGER.c.release_no == 0, _LEDGER.c.recipient.in_(block))
            .values(release_no=NEVER, held_by=why)
        ).rowcount
        for block in in_blocks(phones)
    )


def withdraw(connection: Connection, run: Run, number: int, phones: Iterable[int], why: str) -> int:
    """Take SMS out of a release that is on its way, but those that were given to a link; returns how many."""
    count = 0
    for block in in_blocks(phones):
        inside = (*_of(run, Channel.SMS), _LEDGER.c.release_no == number, _LEDGER.c.recipient.in_(block))
        wanted = set(connection.execute(select(_LEDGER.c.recipient).where(*inside)).scalars())
        if not wanted:
            continue
        query = select(_MESSAGE.c.recipient).where(
            _MESSAGE.c.run_id == run.id,
            _MESSAGE.c.channel == Channel.SMS.value,
            _MESSAGE.c.recipient.in_(wanted),
            was_given(),
        )
        still = wanted - set(connection.execute(query).scalars())
        count += connection.execute(
            update(_LEDGER)
            .where(*_of(run, Channel.SMS), _LEDGER.c.recipient.in_(still))
            .values(release_no=NEVER, held_by=why)
        ).rowcount
    return count


def drop_all(connection: Connection, run: Run, why: str) -> int:
    """Take everything that still waits out of the run; returns how many there were."""
    wanted = update(_LEDGER).where(_LEDGER.c.run_id == run.id, _LEDGER.c.release_no == 0)
    return _changed(connection, run, _channels(connection, run), wanted.values(release_no=NEVER, held_by=why))


def put_off(connection: Connection, run: Run, rows: Iterable[tuple[int, datetime, str]]) -> None:
    """Let SMS wait: (recipient, not before, the rule that put it off)."""
    statement = (
        "UPDATE ledger SET not_before = ?, held_by = ?"
        " WHERE run_id = ? AND channel = 'sms' AND recipient = ? AND release_no = 0"
    )
    bind = moment_binder(connection)
    for block in in_blocks(rows, _BLOCK):
        values = [(bind(moment), why, run.id, recipient) for recipient, moment, why in block]
        many(connection, statement, values)


def phone_contacts(
    connection: Connection, run: Run, at: datetime, near: Iterable[int]
) -> Iterator[tuple[int, str]]:
    """(recipient, keys of releases in which it got an SMS) of those who could go out at a moment.

    Args:
        connection: Where to read.
        run: The run.
        at: The moment of its release.
        near: Keys of the releases that are asked about; a recipient that is in none of them is left out.

    Returns:
        In order of recipient; the keys joined by commas, so that the many with the same history look the same.
    """
    mine, other = _LEDGER.alias("mine"), _LEDGER.alias("other")
    had = _had(other, near, other.c.recipient == mine.c.recipient)
    query = select(mine.c.recipient, had).where(*_ready(run, at, mine)).order_by(mine.c.recipient)
    for recipient, keys in rows_of(connection, query, _BLOCK):
        if keys:
            yield recipient, keys


def household_contacts(
    connection: Connection, run: Run, at: datetime, near: Iterable[int]
) -> Iterator[tuple[str, str]]:
    """(recipients, keys of releases) of each household that has SMS which could go out at a moment.

    Args:
        connection: Where to read.
        run: The run.
        at: The moment of its release.
        near: Keys of the releases that are asked about.

    Returns:
        Both joined by commas; a key stands there once for each SMS that somebody of the household got with it.
    """
    other = _LEDGER.alias("other")
    waiting = (
        select(_LEDGER.c.household, _joined(_LEDGER.c.recipient).label("recipients"))
        .where(*_ready(run, at), _LEDGER.c.household != 0)
        .group_by(_LEDGER.c.household)
        .subquery()
    )
    # Said once more, so that the index, which has nobody without a household, is known to serve.
    had = _had(other, near, other.c.household == waiting.c.household, other.c.household != 0)
    query = select(waiting.c.recipients, func.coalesce(had, "").label("had"))
    for row in rows_of(connection, query, _BLOCK):
        yield row.recipients, row.had


def _had(other: Any, near: Iterable[int], *whose: ColumnElement[bool]) -> Any:
    """Keys of those releases in which somebody got an SMS, as text: one look-up in the ledger for each."""
    return (
        select(_joined(_RELEASE.c.id))
        .join(other, (other.c.run_id == _RELEASE.c.run_id) & (other.c.release_no == _RELEASE.c.number))
        .where(_RELEASE.c.id.in_(sorted(near)), other.c.channel == Channel.SMS.value, *whose)
        .scalar_subquery()
    )


def _joined(column: Any) -> Any:
    return func.aggregate_strings(cast(column, String), ",")


def ready(connection: Connection, run: Run, at: datetime) -> int:
    """How many SMS of a run could go out at a moment."""
    query = select(func.count()).select_from(_LEDGER).where(*_ready(run, at))
    return int(connection.execute(query).scalar_one())


def claim(connection: Connection, run: Run, number: int, at: datetime, room: int | None) -> int:
    """Put ready SMS, the first of them in order of message if there is not room for all, into a release."""
    wanted = update(_LEDGER).where(*_ready(run, at)).values(release_no=number)
    if room is not None:
        first = (
            select(_MESSAGE.c.recipient)
            .join(_LEDGER, in_ledger())
            .where(_MESSAGE.c.run_id == run.id, _MESSAGE.c.channel == Channel.SMS.value, *_ready(run, at))
            .order_by(_MESSAGE.c.id)
            .limit(room)
            .scalar_subquery()
        )
        return connection.execute(wanted.where(_LEDGER.c.recipient.in_(first))).rowcount
    return _changed(connection, run, (Channel.SMS,), wanted)


def claim_paper(connection: Connection, run: Run, number: int) -> int:
    """Put every sheet that waits into a release."""
    paper = [channel for channel in _channels(connection, run) if channel is not Channel.SMS]
    waits = (
        _LEDGER.c.run_id == run.id, _LEDGER.c.channel != Channel.SMS.value, _LEDGER.c.release_no == 0,
    )  # fmt: skip
    return _changed(connection, run, paper, update(_LEDGER).where(*waits).values(release_no=number))


def give_back(connection: Connection, run: Run, number: int) -> int:
    """Let everything of a release wait again, of which nothing is out."""
    wanted = update(_LEDGER).where(_LEDGER.c.run_id == run.id, _LEDGER.c.release_no == number)
    return _changed(connection, run, _channels(connection, run), wanted.values(release_no=0))


def _channels(connection: Connection, run: Run) -> list[Channel]:
    """Channels on which a run has entries: each found by its index, not by reading all entries."""
    found: list[Channel] = []
    while True:
        beyond = (_LEDGER.c.channel > found[-1].value,) if found else ()
        name = connection.execute(
            select(func.min(_LEDGER.c.channel)).where(_LEDGER.c.run_id == run.id, *beyond)
        ).scalar()
        if name is None:
            return found
        found.append(Channel(name))


def _changed(connection: Connection, run: Run, channels: Iterable[Channel], change: Update) -> int:
    """Change entries of some channels of a run; returns how many there were.

    SQLite keeps each page as it was until the end of the statement that changes it, so that it can be undone; in
    memory where the file is encrypted. So it is given some of the entries at a time, in order of recipient.
    """
    if on_postgresql(connection):
        return connection.execute(change).rowcount
    count = 0
    for channel in channels:
        rest = _of(run, channel)
        while True:
            beyond = select(_LEDGER.c.recipient).where(*rest).order_by(_LEDGER.c.recipient)
            edge = connection.execute(beyond.limit(1).offset(_MANY)).scalar()
            some = rest if edge is None else (*rest, _LEDGER.c.recipient < edge)
            count += connection.execute(change.where(*some)).rowcount
            if edge is None:
                break
            rest = (*_of(run, channel), _LEDGER.c.recipient >= edge)
    return count


def counts(connection: Connection, run: Run) -> dict[int, int]:
    """How many messages are in each release of a run, wait (0), or never go (-1)."""
    query = (
        select(_LEDGER.c.release_no, func.count())
        .where(_LEDGER.c.run_id == run.id)
        .group_by(_LEDGER.c.release_no)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def waiting(connection: Connection, run: Run) -> Waiting:
    """What of a run still waits."""
    waits = (_LEDGER.c.run_id == run.id, _LEDGER.c.release_no == 0)
    # Those whom no rule holds may be all: SQLite would sort them to put them in a group.
    free = connection.execute(
        select(func.count(), func.min(_LEDGER.c.not_before)).where(*waits, _LEDGER.c.held_by == "")
    ).one()
    query = (
        select(_LEDGER.c.held_by, func.count(), func.min(_LEDGER.c.not_before))
        .where(*waits, _LEDGER.c.held_by != "")
        .group_by(_LEDGER.c.held_by)
    )
    held = connection.execute(query).all()
    moments = [moment for moment in (free[1], *(row[2] for row in held)) if moment is not None]
    count = free[0] + sum(row[1] for row in held)
    return Waiting(count, min(moments, default=None), Counter({row[0]: row[1] for row in held}))


def standing(connection: Connection, run: Run, channel: Channel, recipient: int) -> Standing | None:
    """Where one recipient of a run is; None if it is not in the run."""
    row = connection.execute(
        select(_LEDGER.c.release_no, _LEDGER.c.not_before, _LEDGER.c.held_by).where(
            *_of(run, channel), _LEDGER.c.recipient == recipient
        )
    ).one_or_none()
    return Standing(row.release_no, row.not_before, row.held_by) if row else None


def phone_history(
    connection: Connection, phone: int, first: datetime, last: datetime
) -> list[tuple[datetime, int, str]]:
    """(moment, run number, text key) of the SMS that one phone got, or will get, in a span of time."""
    query = (
        select(_RELEASE.c.at, _RELEASE.c.run_id, _RELEASE.c.text_key)
        .join(_LEDGER, (_LEDGER.c.run_id == _RELEASE.c.run_id) & (_LEDGER.c.release_no == _RELEASE.c.number))
        .where(_RELEASE.c.at > first, _RELEASE.c.at < last)
        .where(_LEDGER.c.channel == Channel.SMS.value, _LEDGER.c.recipient == phone)
        .order_by(_RELEASE.c.at)
    )
    return [(row.at, row.run_id, row.text_key) for row in connection.execute(query)]


def _of(run: Run, channel: Channel, ledger: Any = _LEDGER) -> tuple[ColumnElement[bool], ...]:
    return ledger.c.run_id == run.id, ledger.c.channel == channel.value


def _ready(run: Run, at: datetime, ledger: Any = _LEDGER) -> tuple[ColumnElement[bool], ...]:
    due = or_(ledger.c.not_before.is_(None), ledger.c.not_before <= at)
    return (*_of(run, Channel.SMS, ledger), ledger.c.release_no == 0, due)
