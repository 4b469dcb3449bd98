"""What became of each SMS: answered, received; each step guarded by the state before. `senders` marks them first."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from campaigner.domain.calendar import Local
from campaigner.domain.campaign import Channel
from campaigner.domain.delivery import DeliveryState, sources_of, state_of
from campaigner.domain.matching import Found
from campaigner.domain.phone import masked_phone
from campaigner.domain.planning import Run
from campaigner.domain.receipt import Answer, Answered, Receipt
from campaigner.store import handovers, receipts, references
from campaigner.store.blocks import in_blocks
from campaigner.store.bulk import many, rows_of
from campaigner.store.messages import in_ledger
from campaigner.store.tables import DeliveryRow, LedgerRow, MessageRow, RunRow
from campaigner.store.types import moment_binder

_DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]
_LEDGER = LedgerRow.__table__  # type: ignore[attr-defined]
_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]
_RUN = RunRow.__table__  # type: ignore[attr-defined]
_TELL = "UPDATE delivery SET state = ?, answered_at = ?, cause = ? WHERE message_id = ? AND state IN "
_ANSWERED = {
    Answered.ACCEPTED: DeliveryState.ACCEPTED,
    Answered.REFUSED: DeliveryState.FAILED,
    Answered.UNKNOWN: DeliveryState.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An SMS of which nobody knows whether it went out."""

    message: int
    run: str
    phone: int
    since: datetime
    cause: str

    def as_data(self, local: Local) -> dict[str, Any]:
        """For other programs."""
        return {
            "message": self.message, "run": self.run, "phone": masked_phone(str(self.phone)),
            "since": f"{local(self.since):%Y-%m-%d %H:%M:%S}", "why": self.cause,
        }  # fmt: skip


def answer(connection: Connection, gateway: str, answers: Iterable[Answer], now: datetime) -> None:
    """Keep what a link answered; receipts that came earlier count at once."""
    told: dict[tuple[DeliveryState, str], list[int]] = {}
    accepted = told[DeliveryState.ACCEPTED, ""] = []
    names: dict[int, list[tuple[str, int]]] = {}
    alone = names[1] = []
    unsent: list[int] = []
    for number, answered, given, cause in answers:
        if answered is Answered.ACCEPTED and not cause:
            accepted.append(number)
        elif answered is Answered.UNSENT:
            unsent.append(number)
        else:
            told.setdefault((_ANSWERED[answered], cause), []).append(number)
        if len(given) == 1:
            alone.append((given[0], number))
        elif given:
            names.setdefault(len(given), []).extend([(name, number) for name in given])
    for words, ids in told.items():
        _tell(connection, gateway, ids, words, now)
    if unsent:
        _take_back(connection, gateway, unsent)
    early = any(names.values()) and references.some_are_early(connection, now)
    for pieces, rows in names.items():
        references.name(connection, gateway, rows, pieces)
    if early:
        receipts.claim(connection, gateway, [name for rows in names.values() for name, _number in rows], now)


def _tell(
    connection: Connection, gateway: str, ids: Sequence[int], told: tuple[DeliveryState, str], now: datetime
) -> None:
    """Keep one answer that messages have in common; those that have a row already move on only if they may."""
    state, cause = told
    marks = handovers.of_gateway(connection, gateway)
    entered = sum(
        handovers.enter(connection, mark, numbers, state, cause, now)
        for mark, numbers in handovers.within(marks, ids)
    )
    if entered < len(ids):
        bound = moment_binder(connection)(now)
        rows = [(state.value, bound, cause, number) for number in ids]
        many(connection, _TELL + _in(sources_of(state)), rows)


def _take_back(connection: Connection, gateway: str, ids: Sequence[int]) -> None:
    for mark, numbers in handovers.within(handovers.of_gateway(connection, gateway), ids):
        handovers.take_back(connection, mark, numbers)


def _bring(connection: Connection, gateway: str, ids: Iterable[int]) -> None:
    """A receipt that comes before the answer needs a row that it can change."""
    for mark, numbers in handovers.within(handovers.of_gateway(connection, gateway), ids):
        handovers.enter(connection, mark, numbers, DeliveryState.SENDING)


def receive(connection: Connection, gateway: str, given: Iterable[Receipt], now: datetime) -> Counter[Found]:
    """Keep receipts, whether their message is known yet or not; a message's state only ever moves on.

    Returns:
        How many of those that name a carrier's id are whose.
    """
    direct: dict[DeliveryState, list[tuple[object, str, int]]] = {}
    named: list[Receipt] = []
    bind = moment_binder(connection)
    for receipt in given:
        state = state_of(receipt.received)
        if receipt.reference:
            named.append(receipt)
        elif state is not None:
            direct.setdefault(state, []).append((bind(receipt.at or now), receipt.cause, receipt.id))
    for state, rows in direct.items():
        _bring(connection, gateway, [row[-1] for row in rows])
        receipts.settle(connection, state, rows)
    return receipts.receive(connection, gateway, named, now) if named else Counter()


def lose_track(connection: Connection, run: Run, why: str, now: datetime, sender: int | None = None) -> int:
    """What a stop left without an answer, of one sender or of all, is unknown from now on; returns how many."""
    query = update(_DELIVERY).where(
        _DELIVERY.c.run_id == run.id, _DELIVERY.c.state == DeliveryState.SENDING.value
    )
    if sender is not None:
        query = query.where(_DELIVERY.c.sender == sender)
    left_over = connection.execute(
        query.values(state=DeliveryState.UNKNOWN.value, answered_at=now, cause=why)
    ).rowcount
    return left_over + handovers.write_out(connection, run, DeliveryState.UNKNOWN, why, now, sender)


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
        for block in in_blocks(messages)
    )


def counts(connection: Connection, run: Run) -> dict[DeliveryState, int]:
    """How many SMS of a run are in which state."""
    query = (
        select(_DELIVERY.c.state, func.count())
        .where(_DELIVERY.c.run_id == run.id)
        .group_by(_DELIVERY.c.state)
    )
    found = Counter({DeliveryState(row[0]): row[1] for row in connection.execute(query)})
    found[DeliveryState.SENDING] += handovers.counts(connection).get(run.id, 0)
    return dict(+found)


def went(connection: Connection, run: Run, release: int, sender: int | None = None) -> tuple[int, int]:
    """(SMS, their parts) of a release that were given to a link, by one sender or by all.

    But those of which it has said nothing yet.
    """
    query = (
        select(func.count(), func.coalesce(func.sum(_DELIVERY.c.parts), 0))
        .select_from(_DELIVERY)
        .join(_MESSAGE, _MESSAGE.c.id == _DELIVERY.c.message_id)
        .join(_LEDGER, in_ledger())
        .where(_DELIVERY.c.run_id == run.id, _LEDGER.c.release_no == release)
    )
    if sender is not None:
        query = query.where(_DELIVERY.c.sender == sender)
    count, parts = connection.execute(query).one()
    return int(count), int(parts)


def all_counts(connection: Connection, since: datetime | None = None) -> dict[str, dict[DeliveryState, int]]:
    """How many SMS of each run are in which state, by the run's code; with `since` of runs that moved after it."""
    codes = {row.id: row.code for row in connection.execute(_looked_at(since))}
    query = select(_DELIVERY.c.run_id, _DELIVERY.c.state, func.count()).group_by(
        _DELIVERY.c.run_id, _DELIVERY.c.state
    )
    if since is not None:
        query = query.where(_DELIVERY.c.run_id.in_(_looked_at(since).with_only_columns(_RUN.c.id)))
    found: dict[str, dict[DeliveryState, int]] = {}
    for number, state, count in connection.execute(query):
        found.setdefault(codes[number], {})[DeliveryState(state)] = count
    for number, count in handovers.counts(connection).items():
        if number in codes:
            states = found.setdefault(codes[number], {})
            states[DeliveryState.SENDING] = states.get(DeliveryState.SENDING, 0) + count
    return found


def _looked_at(since: datetime | None) -> Select[tuple[int, str]]:
    """(number, code) of runs that moved after a moment, or of all."""
    query = select(_RUN.c.id, _RUN.c.code)
    return query if since is None else query.where(_RUN.c.changed_at >= since)


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
    for row in rows_of(connection, query, 5_000):
        yield Unsettled(row.message_id, row.code, row.recipient, row.sent_at, row.cause)


def release_unsent(connection: Connection, run: Run, release: int) -> int:
    """SMS of a release that were never given to a link wait again; returns how many."""
    given = select(_MESSAGE.c.recipient).where(
        _MESSAGE.c.run_id == run.id, _MESSAGE.c.channel == Channel.SMS.value, handovers.was_given()
    )
    return connection.execute(
        update(_LEDGER)
        .where(_LEDGER.c.run_id == run.id, _LEDGER.c.channel == Channel.SMS.value)
        .where(_LEDGER.c.release_no == release, _LEDGER.c.recipient.not_in(given.scalar_subquery()))
        .values(release_no=0)
    ).rowcount


def _in(states: Iterable[DeliveryState]) -> str:
    """Our own words as SQL; nothing of a user's is in them."""
    return "(" + ", ".join(f"'{state.value}'" for state in sorted(states)) + ")"
