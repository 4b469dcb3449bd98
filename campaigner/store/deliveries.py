"""What became of each SMS: marked before it leaves, answered, received; each step guarded by the state before."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Row, delete, func, select, update

from campaigner.domain.campaign import Channel
from campaigner.domain.delivery import DeliveryState, merged, sources_of, state_of
from campaigner.domain.planning import Run
from campaigner.domain.receipt import Answer, Answered, Receipt, Received
from campaigner.store.messages import in_ledger
from campaigner.store.tables import DeliveryRow, LedgerRow, MessageRow, ReferenceRow, RunRow
from campaigner.store.types import moment_binder

_DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]
_LEDGER = LedgerRow.__table__  # type: ignore[attr-defined]
_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]
_REFERENCE = ReferenceRow.__table__  # type: ignore[attr-defined]
_RUN = RunRow.__table__  # type: ignore[attr-defined]
_BEGIN = (
    "INSERT INTO delivery(message_id, run_id, gateway, state, parts, sent_at, cause)"
    " VALUES (?, ?, ?, 'sending', ?, ?, '')"
)
_NOTE = (
    "INSERT INTO delivery(message_id, run_id, gateway, state, parts, sent_at, answered_at, cause)"
    " VALUES (?, ?, ?, 'accepted', ?, ?, ?, '') ON CONFLICT(message_id) DO NOTHING"
)
_TELL = "UPDATE delivery SET state = ?, answered_at = ?, cause = ? WHERE message_id = ? AND state IN "
_SETTLE = "UPDATE delivery SET state = ?, settled_at = ?, cause = ? WHERE message_id = ? AND state IN "
_REFER = (
    "INSERT INTO reference(gateway, reference, message_id, received, cause) VALUES (?, ?, ?, '', '')"
    " ON CONFLICT(gateway, reference) DO UPDATE SET message_id = excluded.message_id"
)
_STRAY = (
    "INSERT INTO reference(gateway, reference, message_id, received, cause, at) VALUES (?, ?, 0, ?, ?, ?)"
    " ON CONFLICT(gateway, reference) DO UPDATE SET received = excluded.received, cause = excluded.cause,"
    " at = excluded.at WHERE reference.received IN ('', 'underway')"
)
_FEW = 500
_T = TypeVar("_T")


class Queued(NamedTuple):
    """An SMS of a release that was not given to a link yet."""

    id: int
    phone: int
    text: str
    parts: int


@dataclass(frozen=True, slots=True)
class Named:
    """A receipt whose message is known: its number, its run, its parts, and the receipt by that number."""

    message: int
    run: str
    run_id: int
    parts: int
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An SMS of which nobody knows whether it went out."""

    message: int
    run: str
    phone: int
    since: datetime
    cause: str


def queued(
    connection: Connection, run: Run, release: int | None, after: int, limit: int, texts: Mapping[int, str]
) -> list[Queued]:
    """The next SMS of a release behind a number, in order of number.

    Args:
        connection: Where to read.
        run: Which run.
        release: Number of its release; None where the release holds all of the run.
        after: The number behind which to begin.
        limit: How many at most.
        texts: The run's shared texts by number.
    """
    query = (
        select(_MESSAGE.c.id, _MESSAGE.c.recipient, _MESSAGE.c.wording_id, _MESSAGE.c.body, _MESSAGE.c.parts)
        .where(_MESSAGE.c.run_id == run.id, _MESSAGE.c.channel == Channel.SMS.value, _MESSAGE.c.id > after)
        .order_by(_MESSAGE.c.id)
        .limit(limit)
    )
    if release is not None:
        query = query.join(_LEDGER, in_ledger()).where(_LEDGER.c.release_no == release)
    return [
        Queued(number, phone, body if wording is None else texts[wording], parts)
        for number, phone, wording, body, parts in connection.execute(query).all()
    ]


def begin(connection: Connection, run: Run, gateway: str, block: Sequence[Queued], now: datetime) -> None:
    """Mark SMS as being sent, before a byte of them leaves."""
    bound = moment_binder(connection)(now)
    rows = [(message.id, run.id, gateway, message.parts, bound) for message in block]
    if rows:
        connection.exec_driver_sql(_BEGIN, rows)


def answer(connection: Connection, gateway: str, answers: Iterable[Answer], now: datetime) -> None:
    """Keep what a link answered; receipts that came earlier count at once."""
    bound = moment_binder(connection)(now)
    told: dict[DeliveryState, list[tuple[str, object, str, int]]] = {}
    references: list[tuple[str, str, int]] = []
    unsent: list[int] = []
    words = {
        Answered.ACCEPTED: DeliveryState.ACCEPTED,
        Answered.REFUSED: DeliveryState.FAILED,
        Answered.UNKNOWN: DeliveryState.UNKNOWN,
    }
    for one in answers:
        if one.answered is Answered.UNSENT:
            unsent.append(one.id)
            continue
        state = words[one.answered]
        told.setdefault(state, []).append((state.value, bound, one.cause, one.id))
        references += [(gateway, reference, one.id) for reference in one.references]
    for state, rows in told.items():
        connection.exec_driver_sql(_TELL + _in(sources_of(state)), rows)
    for block in _blocks(unsent):
        connection.execute(delete(_DELIVERY).where(_DELIVERY.c.message_id.in_(block)))
    if references:
        strays = connection.execute(
            select(_REFERENCE.c.message_id).where(_REFERENCE.c.message_id == 0).limit(1)
        )
        early = strays.first() is not None
        connection.exec_driver_sql(_REFER, sorted(references))
        if early:
            _settle_early(connection, gateway, references, now)


def _settle_early(
    connection: Connection, gateway: str, references: Sequence[tuple[str, str, int]], now: datetime
) -> None:
    """Count receipts that were kept before anybody knew whose they are."""
    early: set[int] = set()
    for block in _blocks([reference for _gateway, reference, _id in references]):
        query = select(_REFERENCE.c.message_id).where(
            _REFERENCE.c.gateway == gateway, _REFERENCE.c.reference.in_(block), _REFERENCE.c.received != ""
        )
        early.update(connection.execute(query).scalars())
    _merge(connection, early, now)


def receive(connection: Connection, gateway: str, receipts: Iterable[Receipt], now: datetime) -> None:
    """Keep receipts, whether their message is known yet or not; a message's state only ever moves on."""
    direct: dict[DeliveryState, list[tuple[str, object, str, int]]] = {}
    kept: list[tuple[str, str, str, str, object]] = []
    bind = moment_binder(connection)
    for receipt in receipts:
        state = state_of(receipt.received)
        at = bind(receipt.at or now)
        if receipt.reference:
            kept.append((gateway, receipt.reference, receipt.received.value, receipt.cause, at))
        elif state is not None:
            direct.setdefault(state, []).append((state.value, at, receipt.cause, receipt.id))
    for state, rows in direct.items():
        connection.exec_driver_sql(_SETTLE + _in(sources_of(state)), rows)
    if kept:
        connection.exec_driver_sql(_STRAY, kept)
        touched: set[int] = set()
        for block in _blocks([reference for _gateway, reference, *_rest in kept]):
            query = select(_REFERENCE.c.message_id).where(
                _REFERENCE.c.gateway == gateway,
                _REFERENCE.c.reference.in_(block),
                _REFERENCE.c.message_id != 0,
            )
            touched.update(connection.execute(query).scalars())
        _merge(connection, touched, now)


def _merge(connection: Connection, ids: Iterable[int], now: datetime) -> None:
    """Settle messages of which every part has its receipt, or one part is lost."""
    rows: dict[DeliveryState, list[tuple[str, object, str, int]]] = {}
    bind = moment_binder(connection)
    for block in _blocks(sorted(ids)):
        query = (
            select(
                _REFERENCE.c.message_id, _REFERENCE.c.received, _REFERENCE.c.cause, _REFERENCE.c.at,
            )
            .where(_REFERENCE.c.message_id.in_(block))
            .order_by(_REFERENCE.c.message_id)
        )  # fmt: skip
        parts: dict[int, list[tuple[Received, str, datetime]]] = {}
        for row in connection.execute(query):
            word = Received(row.received) if row.received else Received.UNDERWAY
            parts.setdefault(row.message_id, []).append((word, row.cause, row.at or now))
        for number, found in parts.items():
            together = merged(word for word, _cause, _at in found)
            state = state_of(together)
            if state is not None:
                cause = next(cause for word, cause, _at in found if word is together)
                at = bind(max(moment for _word, _cause, moment in found))
                rows.setdefault(state, []).append((state.value, at, cause, number))
    for state, values in rows.items():
        connection.exec_driver_sql(_SETTLE + _in(sources_of(state)), values)


def exported(connection: Connection, gateway: str, receipts: Sequence[Receipt]) -> dict[int, Named]:
    """Receipts of a file that name messages which went out through a gateway, by their place in the block.

    A message is named by our number, by the carrier's id, or by its phone if that is all there is: then the
    newest message to it is meant.
    """
    numbers: dict[int, int] = {place: r.id for place, r in enumerate(receipts) if r.id}
    by_reference = {r.reference: place for place, r in enumerate(receipts) if r.reference}
    for block in _blocks(by_reference):
        query = select(_REFERENCE.c.reference, _REFERENCE.c.message_id).where(
            _REFERENCE.c.gateway == gateway, _REFERENCE.c.reference.in_(block), _REFERENCE.c.message_id != 0
        )
        for row in connection.execute(query):
            numbers[by_reference[row.reference]] = row.message_id
    by_phone = {
        r.phone: place for place, r in enumerate(receipts) if r.phone and not r.id and not r.reference
    }
    for phones in _blocks(by_phone):
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
            receipt = replace(receipts[place], id=number, reference="")
            known[place] = Named(number, message.code, message.run_id, message.parts, receipt)
    return known


def _went_through(connection: Connection, gateway: str, numbers: set[int]) -> dict[int, Row[Any]]:
    found: dict[int, Row[Any]] = {}
    for block in _blocks(sorted(numbers)):
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
        connection.exec_driver_sql(_NOTE, rows)


def lose_track(connection: Connection, run: Run, why: str, now: datetime) -> int:
    """What a stop left in `sending` is unknown from now on; returns how many."""
    return connection.execute(
        update(_DELIVERY)
        .where(_DELIVERY.c.run_id == run.id, _DELIVERY.c.state == DeliveryState.SENDING.value)
        .values(state=DeliveryState.UNKNOWN.value, answered_at=now, cause=why)
    ).rowcount


def settle(
    connection: Connection, messages: Iterable[int], state: DeliveryState, cause: str, now: datetime
) -> int:
    """A person says what became of messages that are unknown; returns how many were."""
    return sum(
        connection.execute(
            update(_DELIVERY)
            .where(_DELIVERY.c.message_id.in_(block), _DELIVERY.c.state == DeliveryState.UNKNOWN.value)
            .values(state=state.value, settled_at=now, cause=cause)
        ).rowcount
        for block in _blocks(messages)
    )


def counts(connection: Connection, run: Run) -> dict[DeliveryState, int]:
    """How many SMS of a run are in which state."""
    query = (
        select(_DELIVERY.c.state, func.count())
        .where(_DELIVERY.c.run_id == run.id)
        .group_by(_DELIVERY.c.state)
    )
    return {DeliveryState(row[0]): row[1] for row in connection.execute(query)}


def went(connection: Connection, run: Run, release: int) -> tuple[int, int]:
    """(SMS, their parts) of a release that were given to a link."""
    query = (
        select(func.count(), func.coalesce(func.sum(_DELIVERY.c.parts), 0))
        .select_from(_DELIVERY)
        .join(_MESSAGE, _MESSAGE.c.id == _DELIVERY.c.message_id)
        .join(_LEDGER, in_ledger())
        .where(_DELIVERY.c.run_id == run.id, _LEDGER.c.release_no == release)
    )
    count, parts = connection.execute(query).one()
    return int(count), int(parts)


def all_counts(connection: Connection, since: datetime | None = None) -> dict[str, dict[DeliveryState, int]]:
    """How many SMS of each run are in which state, by the run's code; with `since` of runs that moved after it."""
    query = (
        select(_RUN.c.code, _DELIVERY.c.state, func.count())
        .join(_DELIVERY, _RUN.c.id == _DELIVERY.c.run_id)
        .group_by(_RUN.c.code, _DELIVERY.c.state)
    )
    if since is not None:
        query = query.where(_RUN.c.changed_at >= since)
    found: dict[str, dict[DeliveryState, int]] = {}
    for code, state, count in connection.execute(query):
        found.setdefault(code, {})[DeliveryState(state)] = count
    return found


def unknown(connection: Connection) -> int:
    """How many SMS wait for somebody to say what became of them."""
    query = select(func.count()).where(_DELIVERY.c.state == DeliveryState.UNKNOWN.value)
    return int(connection.execute(query).scalar_one())


def causes(connection: Connection, run: Run, state: DeliveryState) -> Mapping[str, int]:
    """Why messages of a run are in a state, most frequent first."""
    query = (
        select(_DELIVERY.c.cause, func.count())
        .where(_DELIVERY.c.run_id == run.id, _DELIVERY.c.state == state.value)
        .group_by(_DELIVERY.c.cause)
        .order_by(func.count().desc())
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def unsettled(connection: Connection, run: Run | None = None) -> Iterator[Unsettled]:
    """SMS of which nobody knows whether they went out, in order of number."""
    query = (
        select(
            _DELIVERY.c.message_id, _RUN.c.code, _MESSAGE.c.recipient, _DELIVERY.c.sent_at, _DELIVERY.c.cause
        )
        .join(_RUN, _RUN.c.id == _DELIVERY.c.run_id)
        .join(_MESSAGE, _MESSAGE.c.id == _DELIVERY.c.message_id)
        .where(_DELIVERY.c.state == DeliveryState.UNKNOWN.value)
        .order_by(_DELIVERY.c.message_id)
    )
    if run is not None:
        query = query.where(_DELIVERY.c.run_id == run.id)
    for row in connection.execution_options(yield_per=5_000).execute(query):
        yield Unsettled(row.message_id, row.code, row.recipient, row.sent_at, row.cause)


def release_unsent(connection: Connection, run: Run, release: int) -> int:
    """SMS of a release that were never given to a link wait again; returns how many."""
    sent = (
        select(_MESSAGE.c.recipient)
        .join(_DELIVERY, _DELIVERY.c.message_id == _MESSAGE.c.id)
        .where(_MESSAGE.c.run_id == run.id, _MESSAGE.c.channel == Channel.SMS.value)
        .scalar_subquery()
    )
    return connection.execute(
        update(_LEDGER)
        .where(_LEDGER.c.run_id == run.id, _LEDGER.c.channel == Channel.SMS.value)
        .where(_LEDGER.c.release_no == release, _LEDGER.c.recipient.not_in(sent))
        .values(release_no=0)
    ).rowcount


def _in(states: Iterable[DeliveryState]) -> str:
    """Our own words as SQL; nothing of a user's is in them."""
    return "(" + ", ".join(f"'{state.value}'" for state in sorted(states)) + ")"


def _blocks(rows: Iterable[_T]) -> Iterator[list[_T]]:
    entries = list(rows)
    for start in range(0, len(entries), _FEW):
        yield entries[start : start + _FEW]
