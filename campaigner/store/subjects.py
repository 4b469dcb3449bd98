"""Everything that the store has of one person, and taking it out again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, or_, select, update

from campaigner.domain.campaign import Channel
from campaigner.domain.delivery import DeliveryState
from campaigner.domain.planning import Run
from campaigner.domain.subject import pseudonym
from campaigner.store import approvals, erasures, handovers, references, refusals, settings, tallies
from campaigner.store.erasures import Erasure
from campaigner.store.messages import in_ledger
from campaigner.store.refusals import Refusal, Removed
from campaigner.store.tables import (
    BatchRow,
    DeliveryRow,
    LedgerRow,
    MessageRow,
    ReferenceRow,
    RefusalRow,
    ReleaseRow,
    RunRow,
    WordingRow,
)

_BATCH = BatchRow.__table__  # type: ignore[attr-defined]
_DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]
_LEDGER = LedgerRow.__table__  # type: ignore[attr-defined]
_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]
_REFERENCE = ReferenceRow.__table__  # type: ignore[attr-defined]
_REFUSAL = RefusalRow.__table__  # type: ignore[attr-defined]
_RELEASE = ReleaseRow.__table__  # type: ignore[attr-defined]
_RUN = RunRow.__table__  # type: ignore[attr-defined]
_WORDING = WordingRow.__table__  # type: ignore[attr-defined]
ERASED = "erased"
"""How somebody refused whose data were deleted at his wish."""
_FEW = 500


@dataclass(frozen=True, slots=True)
class Trace:
    """One message to a person, and what became of it.

    Args:
        message: Its number.
        run: Code of its run.
        title: Title of the run.
        state: State of the run.
        channel: Its channel.
        recipient: Recipient key.
        text: Its wording as it is kept; JSON for a letter.
        label: What print lists call the recipient.
        folder: Where it is filed on paper.
        parts: SMS parts.
        release: Number of the release in which it went; 0 if it waits, -1 if it never goes.
        released_at: When that release went out, or goes.
        not_before: Until when it was put off.
        held_by: Which rule holds it, or took it out.
        gateway: Way out of the run.
        delivery: What became of an SMS, as far as it is known; "" if nothing is.
        sent_at: When it was given to a link.
        settled_at: When its receipt came.
        cause: What the carrier said.
        references: The carrier's ids of its parts.
        file: The batch in which it was exported, within the run's folder; "" for none.
    """

    message: int
    run: str
    title: str
    state: str
    channel: Channel
    recipient: int
    text: str
    label: str
    folder: str
    parts: int
    release: int
    released_at: datetime | None
    not_before: datetime | None
    held_by: str
    gateway: str
    delivery: str
    sent_at: datetime | None
    settled_at: datetime | None
    cause: str
    references: Sequence[str]
    file: str


def traces(connection: Connection, phone: int, rows: Collection[int] = ()) -> list[Trace]:
    """Every message to a phone, and every sheet for some row keys, in order of number."""
    wanted = [and_(_MESSAGE.c.channel == Channel.SMS.value, _MESSAGE.c.recipient == phone)]
    keys = iter(sorted(rows))
    while block := list(islice(keys, _FEW)):
        wanted.append(and_(_MESSAGE.c.channel != Channel.SMS.value, _MESSAGE.c.recipient.in_(block)))
    query = (
        select(
            _MESSAGE.c.id, _RUN.c.code, _RUN.c.title, _RUN.c.state, _RUN.c.gateway, _MESSAGE.c.channel,
            _MESSAGE.c.recipient, _MESSAGE.c.label, _MESSAGE.c.folder, _MESSAGE.c.parts,
            case((_MESSAGE.c.wording_id.is_(None), _MESSAGE.c.body), else_=_WORDING.c.text).label("text"),
            func.coalesce(_LEDGER.c.release_no, 0).label("release_no"), _LEDGER.c.not_before,
            func.coalesce(_LEDGER.c.held_by, "").label("held_by"), _RELEASE.c.at.label("released_at"),
            _DELIVERY.c.state.label("delivery"), _DELIVERY.c.sent_at, _DELIVERY.c.settled_at, _DELIVERY.c.cause,
            func.coalesce(_BATCH.c.file, "").label("file"),
        )
        .join(_RUN, _RUN.c.id == _MESSAGE.c.run_id)
        .outerjoin(_WORDING, _WORDING.c.id == _MESSAGE.c.wording_id)
        .outerjoin(_LEDGER, in_ledger())
        .outerjoin(
            _RELEASE, and_(_RELEASE.c.run_id == _MESSAGE.c.run_id, _RELEASE.c.number == _LEDGER.c.release_no)
        )
        .outerjoin(_DELIVERY, _DELIVERY.c.message_id == _MESSAGE.c.id)
        .outerjoin(
            _BATCH,
            and_(
                _BATCH.c.run_id == _MESSAGE.c.run_id, _BATCH.c.channel == _MESSAGE.c.channel,
                _BATCH.c.release_no == _LEDGER.c.release_no,
                _MESSAGE.c.id.between(_BATCH.c.first_id, _BATCH.c.last_id),
            ),
        )
        .where(or_(*wanted))
        .order_by(_MESSAGE.c.id)
    )  # fmt: skip
    found = connection.execute(query).all()
    ids = _references(connection, [row.id for row in found])
    return [_trace(row, ids.get(row.id, ())) for row in found]


def _references(connection: Connection, numbers: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for start in range(0, len(numbers), _FEW):
        query = select(_REFERENCE.c.message_id, _REFERENCE.c.reference).where(
            _REFERENCE.c.message_id.in_(numbers[start : start + _FEW])
        )
        for number, reference in connection.execute(query):
            found.setdefault(number, []).append(reference)
    return found


def _trace(row: Any, references: Sequence[str]) -> Trace:
    return Trace(
        row.id, row.code, row.title, row.state, Channel(row.channel), row.recipient, row.text or "", row.label,
        row.folder, row.parts, row.release_no, row.released_at, row.not_before, row.held_by, row.gateway,
        row.delivery or "", row.sent_at, row.settled_at, row.cause or "", tuple(sorted(references)), row.file,
    )  # fmt: skip


def refusal_of(connection: Connection, phone: int) -> Refusal | None:
    """Since when, and how, a phone wants no more messages; None if it does not."""
    row = connection.execute(select(_REFUSAL).where(_REFUSAL.c.phone == phone)).one_or_none()
    if row is not None:
        return Refusal(row.phone, row.at, row.source, row.by, row.place)
    gone = erasures.of_phone(connection, phone)
    return Refusal(phone, gone.at, ERASED, gone.by) if gone else None


def suppress(
    connection: Connection, phone: int, sheets: Collection[tuple[Channel, int]], at: datetime, by: str
) -> Removed | None:
    """Nobody writes to this phone again; a hash of it, and of the rows of its sheets, is all that stays.

    Returns:
        The refusal that it had, which is gone now.
    """
    salt = settings.salt(connection)
    removed = refusals.remove(connection, phone)
    references.forget_phone(connection, pseudonym(salt, phone))
    erasures.add(connection, Erasure(pseudonym(salt, phone), Channel.SMS, at, by))
    for channel, key in sheets:
        erasures.add(connection, Erasure(pseudonym(salt, key), channel, at, by))
    return removed


def erase(connection: Connection, run: Run, its: Sequence[Trace]) -> None:
    """Take messages of one run out of the store, with all that is known of them; what was counted stays."""
    numbers = [trace.message for trace in its]
    with_link = handovers.of_gateway(connection, run.planned.gateway)
    for mark, some in handovers.within([mark for mark in with_link if mark.run_id == run.id], numbers):
        handovers.enter(connection, mark, some, DeliveryState.UNKNOWN, "no answer before it was deleted")
    mine = _DELIVERY.c.message_id.in_(numbers)
    for row in connection.execute(select(_DELIVERY).where(mine)).all():
        state = DeliveryState(row.state).value
        tallies.add(connection, run.id, row.gateway, state, 1, row.parts)
    connection.execute(delete(_DELIVERY).where(mine))
    connection.execute(delete(_REFERENCE).where(_REFERENCE.c.message_id.in_(numbers)))
    for trace in its:
        connection.execute(
            delete(_LEDGER).where(
                _LEDGER.c.run_id == run.id,
                _LEDGER.c.channel == trace.channel.value,
                _LEDGER.c.recipient == trace.recipient,
            )
        )
    connection.execute(delete(_MESSAGE).where(_MESSAGE.c.id.in_(numbers)))


def rebind(connection: Connection, run: Run, digest: str, quantity: int, parts: int) -> bool:
    """Bind a run, and the approval that stands, to the messages that are left; False if somebody moved it."""
    changed = connection.execute(
        update(_RUN)
        .where(_RUN.c.id == run.id, _RUN.c.state == run.state.value, _RUN.c.attempt == run.attempt)
        .values(digest=digest, quantity=quantity, parts=parts)
    ).rowcount
    approvals.rebind(connection, run, digest)
    return bool(changed)
