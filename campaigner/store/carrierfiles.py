"""What a carrier's file tells of: which message of ours each of its rows is about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from campaigner.domain.campaign import Channel
from campaigner.domain.receipt import Receipt
from campaigner.store.blocks import in_blocks
from campaigner.store.bulk import many
from campaigner.store.messages import in_ledger
from campaigner.store.tables import LedgerRow, MessageRow, ReferenceRow, RunRow
from campaigner.store.types import moment_binder

_LEDGER = LedgerRow.__table__  # type: ignore[attr-defined]
_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]
_REFERENCE = ReferenceRow.__table__  # type: ignore[attr-defined]
_RUN = RunRow.__table__  # type: ignore[attr-defined]
_NOTE = (
    "INSERT INTO delivery(message_id, run_id, gateway, state, parts, sent_at, answered_at, cause, sender)"
    " VALUES (?, ?, ?, 'accepted', ?, ?, ?, '', 0) ON CONFLICT(message_id) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Named:
    """A receipt whose message is known: its number, its run, its parts, and the receipt by that number."""

    message: int
    run: str
    run_id: int
    parts: int
    receipt: Receipt


def exported(connection: Connection, gateway: str, receipts: Sequence[Receipt]) -> dict[int, Named]:
    """Receipts of a file that name messages which went out through a gateway, by their place in the block.

    A message is named by our number, by the carrier's id, or by its phone if that is all there is: then the
    newest message to it is meant.
    """
    numbers: dict[int, int] = {place: r.id for place, r in enumerate(receipts) if r.id}
    by_reference = {r.reference: place for place, r in enumerate(receipts) if r.reference}
    for block in in_blocks(by_reference):
        query = select(_REFERENCE.c.reference, _REFERENCE.c.message_id).where(
            _REFERENCE.c.gateway == gateway, _REFERENCE.c.reference.in_(block), _REFERENCE.c.message_id != 0
        )
        for row in connection.execute(query):
            numbers[by_reference[row.reference]] = row.message_id
    by_phone = {
        r.phone: place for place, r in enumerate(receipts) if r.phone and not r.id and not r.reference
    }
    for phones in in_blocks(by_phone):
        query = (
            select(_MESSAGE.c.recipient, func.max(_MESSAGE.c.id).label("id"))
            .join(_LEDGER, in_ledger())
            .join(_RUN, _RUN.c.id == _MESSAGE.c.run_id)
            .where(_MESSAGE.c.recipient.in_(phones), _LEDGER.c.release_no > 0, _RUN.c.gateway == gateway)
            .group_by(_MESSAGE.c.recipient)
        )
        for row in connection.execute(query):
            numbers[by_phone[row.recipient]] = row.id
    known: dict[int, Named] = {}
    found = _went_through(connection, gateway, set(numbers.values()))
    for place, number in numbers.items():
        message = found.get(number)
        if message is not None and receipts[place].phone in (0, message.recipient):
            receipt = receipts[place]._replace(id=number, reference="")
            known[place] = Named(number, message.code, message.run_id, message.parts, receipt)
    return known


def _went_through(connection: Connection, gateway: str, numbers: set[int]) -> dict[int, Row[Any]]:
    found: dict[int, Row[Any]] = {}
    for block in in_blocks(sorted(numbers)):
        query = (
            select(_MESSAGE.c.id, _MESSAGE.c.recipient, _MESSAGE.c.parts, _MESSAGE.c.run_id, _RUN.c.code)
            .join(_LEDGER, in_ledger())
            .join(_RUN, _RUN.c.id == _MESSAGE.c.run_id)
            .where(_MESSAGE.c.id.in_(block), _LEDGER.c.release_no > 0, _RUN.c.gateway == gateway)
            .where(_MESSAGE.c.channel == Channel.SMS.value)
        )
        found |= {row.id: row for row in connection.execute(query)}
    return found


def note_exported(connection: Connection, gateway: str, named: Iterable[Named], now: datetime) -> None:
    """SMS that went out in a file have no state until a carrier tells of them: it has accepted them."""
    bound = moment_binder(connection)(now)
    rows = [(one.message, one.run_id, gateway, one.parts, bound, bound) for one in named]
    if rows:
        many(connection, _NOTE, rows)
