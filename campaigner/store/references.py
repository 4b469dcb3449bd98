"""Carriers' ids of messages and of their parts, what receipts said of them, and receipts that are nobody's."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, func, literal_column, select

from campaigner.domain.delivery import FINAL
from campaigner.domain.matching import CARRIERS, Found, Known
from campaigner.domain.receipt import Receipt, Received
from campaigner.domain.subject import pseudonym
from campaigner.store import settings
from campaigner.store.blocks import in_blocks
from campaigner.store.bulk import driver_sql, many
from campaigner.store.tables import DeliveryRow, MessageRow, ReferenceRow
from campaigner.store.types import moment_binder

_REFERENCE = ReferenceRow.__table__  # type: ignore[attr-defined]
_DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]
_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]
_NOT_ALONE = _REFERENCE.c.pieces != literal_column("1")
"""In the words of the index that holds those: ids of messages with several, and ids that nobody knows yet."""
_NOBODY = _REFERENCE.c.message_id == literal_column("0")
_NAME = (
    "INSERT INTO reference(gateway, reference, message_id, phone_hash, pieces, received, cause)"
    " SELECT ?, column1, column2, '', ?, '', '' FROM (VALUES "
)
_NAMED = (
    ") AS given WHERE true ON CONFLICT(gateway, reference, message_id, phone_hash)"
    " DO UPDATE SET pieces = excluded.pieces"
)
_SAY = (
    "UPDATE reference SET received = ?, cause = ?, at = ?"
    " WHERE gateway = ? AND reference = ? AND message_id = ? AND received IN ('', 'underway')"
)
_LAY_ASIDE = (
    "INSERT INTO reference(gateway, reference, message_id, phone_hash, pieces, received, cause, at, found,"
    " done_at, submitted_at) VALUES (?, ?, 0, ?, 0, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT(gateway, reference, message_id, phone_hash) DO UPDATE SET received = excluded.received,"
    " cause = excluded.cause, at = excluded.at, found = excluded.found, done_at = excluded.done_at,"
    " submitted_at = excluded.submitted_at WHERE reference.received IN ('', 'underway') OR reference.at < ?"
)
EARLY = timedelta(minutes=1)
"""By how much a receipt may seem to arrive before its message was sent, where two machines' clocks differ.

A receipt that comes before its answer comes while its message is with the link, so not before it was given to it.
"""
_LONGEST = timedelta(hours=1)
"""How long an answer, and so the owner of a receipt that came before it, may be waited for."""
_OWNERS = (
    select(
        _REFERENCE.c.reference, _REFERENCE.c.message_id, _REFERENCE.c.pieces, _REFERENCE.c.received,
        _DELIVERY.c.state, _DELIVERY.c.sent_at, func.coalesce(_MESSAGE.c.recipient, 0),
    )
    .join(_DELIVERY, _DELIVERY.c.message_id == _REFERENCE.c.message_id)
    .outerjoin(_MESSAGE, _MESSAGE.c.id == _REFERENCE.c.message_id)
    .where(
        _REFERENCE.c.gateway == bindparam("of_gateway"),
        _REFERENCE.c.reference.in_(bindparam("names", expanding=True)),
    )
)  # fmt: skip
_WORDS = {state.value: Received(state.value) for state in FINAL}


class Owner(NamedTuple):
    """A message, or a part of one, that has a carrier's id; and how many ids the message has."""

    known: Known
    pieces: int


class Early(NamedTuple):
    """A receipt that came before its message was known: a hash of its phone, and when it arrived."""

    receipt: Receipt
    phone_hash: str
    heard: datetime


def name(connection: Connection, gateway: str, rows: Iterable[tuple[str, int]], pieces: int) -> None:
    """Keep carriers' ids, many in one statement: while SQLite works at it, a link in another thread goes on.

    Args:
        connection: Where to write.
        gateway: Whose they are.
        rows: (id, number of its message); written in the order of the ids, so that they lie side by side.
        pieces: How many ids each of those messages has.
    """
    for block in in_blocks(sorted(set(rows))):
        values = ", ".join(["(?, ?)"] * len(block))
        driver_sql(connection, _NAME + values + _NAMED, (gateway, pieces, *chain.from_iterable(block)))


def owners(connection: Connection, gateway: str, names: Iterable[str]) -> dict[str, list[Owner]]:
    """Every message that a carrier has given one of these ids, by the id."""
    found: dict[str, list[Owner]] = {}
    for block in in_blocks(sorted(set(names))):
        for row in connection.execute(_OWNERS, {"of_gateway": gateway, "names": block}):
            reference, message, pieces, received, state, sent_at, phone = row
            word = _WORDS.get(state if pieces == 1 else received)
            found.setdefault(reference, []).append(Owner(Known(message, phone, sent_at, word), pieces))
    return found


def say(connection: Connection, gateway: str, words: Iterable[tuple[str, int, Receipt, datetime]]) -> None:
    """Keep what receipts said of parts: (id, number of the message, receipt, when it was done)."""
    bind = moment_binder(connection)
    rows = [
        (receipt.received.value, receipt.cause, bind(at), gateway, reference, message)
        for reference, message, receipt, at in words
    ]
    many(connection, _SAY, rows)


def heard_of(
    connection: Connection, numbers: Iterable[int], now: datetime
) -> dict[int, list[tuple[Received, str, datetime]]]:
    """What receipts said of all parts of messages that have several, by message."""
    parts: dict[int, list[tuple[Received, str, datetime]]] = {}
    query = select(_REFERENCE.c.message_id, _REFERENCE.c.received, _REFERENCE.c.cause, _REFERENCE.c.at)
    for block in in_blocks(sorted(set(numbers))):
        for row in connection.execute(query.where(_REFERENCE.c.message_id.in_(block), _NOT_ALONE)):
            word = Received(row.received) if row.received else Received.UNDERWAY
            parts.setdefault(row.message_id, []).append((word, row.cause, row.at or now))
    return parts


# ---- receipts that are nobody's, or not yet ----


def lay_aside(
    connection: Connection, gateway: str, receipts: Sequence[tuple[Receipt, Found]], now: datetime
) -> None:
    """Keep receipts that are nobody's: their message may be known in a moment, and they are counted."""
    bind = moment_binder(connection)
    salt = settings.salt(connection) if any(receipt.phone for receipt, _found in receipts) else b""
    rows = [
        (
            gateway, receipt.reference, pseudonym(salt, receipt.phone) if receipt.phone else "",
            receipt.received.value, receipt.cause, bind(now), found.value,
            bind(receipt.at) if receipt.at else None,
            bind(receipt.submitted) if receipt.submitted else None,
            bind(now - _LONGEST),
        )
        for receipt, found in receipts
    ]  # fmt: skip
    many(connection, _LAY_ASIDE, rows)


def some_are_early(connection: Connection, now: datetime) -> bool:
    """Whether receipts came lately whose message was not known."""
    query = select(_REFERENCE.c.message_id).where(_NOBODY, _REFERENCE.c.at >= now - _LONGEST).limit(1)
    return connection.execute(query).first() is not None


def early(connection: Connection, gateway: str, names: Iterable[str], now: datetime) -> Iterator[Early]:
    """Receipts that name one of these ids and came lately, when nobody had it."""
    for block in in_blocks(sorted(set(names))):
        query = select(_REFERENCE).where(
            _REFERENCE.c.gateway == gateway, _REFERENCE.c.reference.in_(block), _NOBODY,
            _REFERENCE.c.at >= now - _LONGEST,
        )  # fmt: skip
        for row in connection.execute(query):
            yield Early(_receipt(row), row.phone_hash, row.at)


def _receipt(row: Row[Any]) -> Receipt:
    received = Received(row.received)
    return Receipt(
        received, row.reference, cause=row.cause, at=_local(row.done_at), submitted=_local(row.submitted_at)
    )


def _local(moment: datetime | None) -> datetime | None:
    """A moment in the zone that carriers are believed to write: it is that which tells how it may be misread."""
    return None if moment is None else moment.astimezone(CARRIERS)


def take_up(connection: Connection, gateway: str, receipts: Iterable[tuple[str, str]]) -> None:
    """These receipts, (id, hash of the phone), have found their message."""
    for reference, phone_hash in receipts:
        connection.execute(
            delete(_REFERENCE).where(
                _REFERENCE.c.gateway == gateway, _REFERENCE.c.reference == reference, _NOBODY,
                _REFERENCE.c.phone_hash == phone_hash,
            )
        )  # fmt: skip


def nobodys(connection: Connection) -> Mapping[str, Mapping[Found, int]]:
    """How many receipts are kept that are nobody's, by gateway and why."""
    query = (
        select(_REFERENCE.c.gateway, _REFERENCE.c.found, func.count())
        .where(_NOBODY, _REFERENCE.c.found != Found.REPEATED.value)
        .group_by(_REFERENCE.c.gateway, _REFERENCE.c.found)
        .order_by(_REFERENCE.c.gateway, _REFERENCE.c.found)
    )
    counted: dict[str, dict[Found, int]] = {}
    for gateway, found, count in connection.execute(query):
        of_gateway = counted.setdefault(gateway, {})
        reason = Found(found) if found else Found.STRANGER
        of_gateway[reason] = of_gateway.get(reason, 0) + int(count)
    return counted


def forget_phone(connection: Connection, phone_hash: str) -> None:
    """Forget the receipts of nobody that name a phone."""
    connection.execute(delete(_REFERENCE).where(_NOBODY, _REFERENCE.c.phone_hash == phone_hash))
