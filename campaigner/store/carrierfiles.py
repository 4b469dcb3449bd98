"""What a carrier's file tells of: which message of ours each of its rows is about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from campaigner.domain.campaign import Channel
from campaigner.domain.matching import CLOCK, Found, match
from campaigner.domain.receipt import Receipt
from campaigner.store import references
from campaigner.store.blocks import in_blocks
from campaigner.store.bulk import many
from campaigner.store.messages import in_ledger
from campaigner.store.tables import LedgerRow, MessageRow, ReleaseRow, RunRow
from campaigner.store.types import moment_binder

_LEDGER = LedgerRow.__table__  # type: ignore[attr-defined]
_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]
_RELEASE = ReleaseRow.__table__  # type: ignore[attr-defined]
_RUN = RunRow.__table__  # type: ignore[attr-defined]
_NOTE = (
    "INSERT INTO delivery(message_id, run_id, gateway, state, parts, sent_at, answered_at, cause, sender)"
    " VALUES (?, ?, ?, 'accepted', ?, ?, ?, '', 0) ON CONFLICT(message_id) DO NOTHING"
)


HORIZON = timedelta(days=7)
"""How long after a message went out a row that names a phone alone may be about it; platforms answer for 3 days."""


@dataclass(frozen=True, slots=True)
class Named:
    """A receipt whose message is known.

    Args:
        message: Our number of it.
        run: Code of its run.
        run_id: Number of its run.
        parts: SMS parts of it.
        receipt: The receipt, by that number.
        sent_at: When its release went out.
    """

    message: int
    run: str
    run_id: int
    parts: int
    receipt: Receipt = field(kw_only=True)
    sent_at: datetime = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Told:
    """What receipts of a file tell of, by their places: of messages of ours, or of none that can be told apart."""

    ours: dict[int, Named]
    ambiguous: frozenset[int]


def exported(connection: Connection, gateway: str, receipts: Sequence[Receipt], now: datetime) -> Told:
    """Find the messages that receipts of a file name, among those that went out through a gateway.

    A message is named by our number; by the carrier's id, with phone and time where the file has them; or by its phone
    alone. Then the newest is meant that went out before the row's time and not more than `HORIZON` before it; where the
    row has no time, the only one of the last days.
    """
    numbers: dict[int, int] = {place: r.id for place, r in enumerate(receipts) if r.id}
    ambiguous: set[int] = set()
    _by_reference(connection, gateway, receipts, now, numbers, ambiguous)
    _by_phone(connection, gateway, receipts, now, numbers, ambiguous)
    known: dict[int, Named] = {}
    found = _went_through(connection, gateway, set(numbers.values()))
    for place, number in numbers.items():
        message = found.get(number)
        if message is not None and receipts[place].phone in (0, message.recipient):
            receipt = receipts[place]._replace(id=number, reference="")
            known[place] = Named(
                number, message.code, message.run_id, message.parts, receipt=receipt, sent_at=message.at
            )
    return Told(known, frozenset(ambiguous))


def _by_reference(
    connection: Connection,
    gateway: str,
    receipts: Sequence[Receipt],
    now: datetime,
    numbers: dict[int, int],
    ambiguous: set[int],
) -> None:
    """Rows that bear the carrier's id, as receipts over a link do."""
    named = {place: r for place, r in enumerate(receipts) if r.reference and not r.id}
    owners = references.owners(connection, gateway, (receipt.reference for receipt in named.values()))
    for place, receipt in named.items():
        matched = match(
            receipt._replace(at=_latest(receipt)),
            [owner.known for owner in owners.get(receipt.reference, ())],
            now,
        )
        if matched.found is Found.AMBIGUOUS:
            ambiguous.add(place)
        elif matched.known is not None:
            numbers[place] = matched.known.message


def _by_phone(
    connection: Connection,
    gateway: str,
    receipts: Sequence[Receipt],
    now: datetime,
    numbers: dict[int, int],
    ambiguous: set[int],
) -> None:
    """Rows that bear nothing but a phone, and mostly a time."""
    rows = {place: r for place, r in enumerate(receipts) if r.phone and not r.id and not r.reference}
    sent: dict[int, list[tuple[datetime, int]]] = {}
    for phones in in_blocks(sorted({receipt.phone for receipt in rows.values()})):
        query = _SENT.where(_MESSAGE.c.recipient.in_(phones), _RUN.c.gateway == gateway)
        for row in connection.execute(query):
            sent.setdefault(row.recipient, []).append((row.at, row.id))
    for place, receipt in rows.items():
        until = _latest(receipt) or now
        might = sorted(
            (at, number)
            for at, number in sent.get(receipt.phone, ())
            if until - HORIZON <= at <= until + CLOCK
        )
        near = timedelta(days=1) if until != receipt.at else CLOCK
        if len(might) > 1 and (receipt.at is None or might[-1][0] - might[-2][0] <= near):
            ambiguous.add(place)
        elif might:
            numbers[place] = might[-1][1]


def _latest(receipt: Receipt) -> datetime | None:
    """Until when it may have been done: a file that states a day alone means any time of it."""
    at = receipt.at
    return at + timedelta(days=1) if at is not None and at.timetz().replace(tzinfo=None) == time() else at


_SENT = (
    select(
        _MESSAGE.c.id, _MESSAGE.c.recipient, _MESSAGE.c.parts, _MESSAGE.c.run_id, _RUN.c.code, _RELEASE.c.at
    )
    .join(_LEDGER, in_ledger())
    .join(_RUN, _RUN.c.id == _MESSAGE.c.run_id)
    .join(_RELEASE, and_(_RELEASE.c.run_id == _LEDGER.c.run_id, _RELEASE.c.number == _LEDGER.c.release_no))
    .where(_MESSAGE.c.channel == Channel.SMS.value)
)
"""SMS that went out, and when their release did."""


def _went_through(connection: Connection, gateway: str, numbers: set[int]) -> dict[int, Row[Any]]:
    found: dict[int, Row[Any]] = {}
    for block in in_blocks(sorted(numbers)):
        query = _SENT.where(_MESSAGE.c.id.in_(block), _RUN.c.gateway == gateway)
        found |= {row.id: row for row in connection.execute(query)}
    return found


def note_exported(connection: Connection, gateway: str, named: Iterable[Named], now: datetime) -> None:
    """SMS that went out in a file have no state until a carrier tells of them: it has accepted them."""
    bind = moment_binder(connection)
    rows = [(one.message, one.run_id, gateway, one.parts, bind(one.sent_at), bind(now)) for one in named]
    if rows:
        many(connection, _NOTE, rows)
