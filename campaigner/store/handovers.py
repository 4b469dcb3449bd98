"""What is with a link: blocks of messages, marked in one row before their first byte leaves, until all are answered.

A message is being sent if it lies in such a block, belongs to its release, and has no row in `delivery` yet.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Insert,
    Integer,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from campaigner.domain.campaign import Channel
from campaigner.domain.delivery import DeliveryState
from campaigner.domain.planning import Run
from campaigner.store.blocks import in_blocks
from campaigner.store.bulk import count_of
from campaigner.store.messages import in_ledger
from campaigner.store.tables import DeliveryRow, HandoverRow, LedgerRow, MessageRow

_DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]
_HANDOVER = HandoverRow.__table__  # type: ignore[attr-defined]
_LEDGER = LedgerRow.__table__  # type: ignore[attr-defined]
_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]
_READ = (
    _HANDOVER.c.id, _HANDOVER.c.run_id, _HANDOVER.c.gateway, _HANDOVER.c.release_no, _HANDOVER.c.first_id,
    _HANDOVER.c.last_id, _HANDOVER.c.unanswered, _HANDOVER.c.at, _HANDOVER.c.sender,
)  # fmt: skip
_ROW_OF = 20
"""Consecutive numbers that are worth a statement of their own."""


def _has_row(*near: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a message has one.

    Args:
        near: Which rows may be meant, where it is known. PostgreSQL would otherwise look through all of them for
            each block, when it has settled on one way for every block.
    """
    return exists().where(_DELIVERY.c.message_id == _MESSAGE.c.id, *near)


def _entering(
    numbered: Callable[[ColumnElement[int]], ColumnElement[bool]], *which: ColumnElement[bool]
) -> Insert:
    """A row for each message of a handover that has none: built once, for it is used many times a second.

    Args:
        numbered: Which numbers, as a condition on a column of them.
        which: Which of those messages.
    """
    moment = _DELIVERY.c.answered_at.type
    rows = select(
        _MESSAGE.c.id, bindparam("of_run", type_=Integer), bindparam("with_link"), bindparam("as_state"),
        _MESSAGE.c.parts, bindparam("since", type_=moment), bindparam("told_at", type_=moment),
        bindparam("why"), bindparam("by_sender", type_=Integer),
    ).where(
        numbered(_MESSAGE.c.id), *which, _MESSAGE.c.run_id == bindparam("of_run", type_=Integer),
        ~_has_row(numbered(_DELIVERY.c.message_id)),
    )  # fmt: skip
    names = ("message_id", "run_id", "gateway", "state", "parts", "sent_at", "answered_at", "cause", "sender")
    return insert(_DELIVERY).from_select(names, rows)


def _between(number: ColumnElement[int]) -> ColumnElement[bool]:
    return number.between(bindparam("lowest"), bindparam("highest"))


def _among_numbers(number: ColumnElement[int]) -> ColumnElement[bool]:
    return number.in_(bindparam("numbers", expanding=True))


_MEANT = (
    _MESSAGE.c.channel == Channel.SMS.value,
    exists().where(in_ledger(), _LEDGER.c.release_no == bindparam("of_release", type_=Integer)),
)
"""Which messages are of a handover's release."""
_ENTER_ROW = _entering(_between)
_ENTER_SOME = _entering(_among_numbers)
_ENTER_REST = _entering(_between, *_MEANT)
_COUNT_REST = (
    select(func.count())
    .select_from(_MESSAGE)
    .where(_between(_MESSAGE.c.id), *_MEANT, _MESSAGE.c.run_id == bindparam("of_run", type_=Integer))
    .where(~_has_row(_between(_DELIVERY.c.message_id)))
)
_OF_GATEWAY = (
    select(*_READ).where(_HANDOVER.c.gateway == bindparam("with_link")).order_by(_HANDOVER.c.first_id)
)
_COUNT_DOWN = (
    update(_HANDOVER)
    .where(_HANDOVER.c.id == bindparam("number"))
    .values(unanswered=_HANDOVER.c.unanswered - bindparam("count"))
)
_END = delete(_HANDOVER).where(
    _HANDOVER.c.id == bindparam("number"), _HANDOVER.c.unanswered <= bindparam("count")
)


class Handover(NamedTuple):
    """A block that is with a link.

    Args:
        id: Its number in the store.
        run_id: Of which run.
        gateway: Whose link has it.
        release: Number of the release whose messages are meant.
        first: Number of its first message.
        last: Number of its last message.
        unanswered: How many have no answer yet.
        at: Since when.
        sender: Number of the process whose link has it, see `senders`.
    """

    id: int
    run_id: int
    gateway: str
    release: int
    first: int
    last: int
    unanswered: int
    at: datetime
    sender: int


def hand_over(
    connection: Connection, run: Run, release: int, ids: Sequence[int], sender: int, now: datetime
) -> None:
    """Mark messages as being sent.

    Args:
        connection: Where to write.
        run: Their run.
        release: Number of their release.
        ids: Numbers of all messages of the release between the first and the last of them, in order.
        sender: Number of the process whose link gets them, see `senders`.
        now: The time.
    """
    assert run.id is not None
    gateway = run.planned.gateway
    _mark(connection, Handover(0, run.id, gateway, release, ids[0], ids[-1], len(ids), now, sender))


def of_gateway(connection: Connection, gateway: str) -> list[Handover]:
    """What the link of a gateway has, in order of number."""
    return [Handover(*row) for row in connection.execute(_OF_GATEWAY, {"with_link": gateway})]


def within(marks: Iterable[Handover], ids: Iterable[int]) -> Iterator[tuple[Handover, list[int]]]:
    """Each handover that may hold some of these messages, and the numbers of those, in order.

    Runs that were prepared side by side have their numbers mixed: then a number lies between the ends of two
    handovers, and belongs to the one of its run.
    """
    numbers = sorted(set(ids))
    for mark in marks:
        inside = numbers[bisect_left(numbers, mark.first) : bisect_right(numbers, mark.last)]
        if inside:
            yield mark, inside


def enter(
    connection: Connection,
    mark: Handover,
    ids: Sequence[int],
    state: DeliveryState,
    cause: str = "",
    now: datetime | None = None,
) -> int:
    """Write rows for messages of a handover that have none yet; with the last of them it is over.

    Args:
        connection: Where to write.
        mark: The handover.
        ids: Numbers of messages in it, each once, in order; those of other runs are passed over.
        state: Their state.
        cause: Why.
        now: When they were answered; None if they were not.

    Returns:
        How many rows.
    """
    values = _values(mark, state, cause, now)
    count = sum(count_of(connection, how, values | which) for how, which in _among(ids))
    answered = {"number": mark.id, "count": count}
    if not connection.execute(_END, answered).rowcount:
        connection.execute(_COUNT_DOWN, answered)
    return count


def take_back(connection: Connection, mark: Handover, ids: Sequence[int]) -> None:
    """Messages of a handover of which nothing left wait again: it is cut into what lies around them.

    Args:
        connection: Where to write.
        mark: The handover.
        ids: Their numbers, in order.
    """
    connection.execute(delete(_HANDOVER).where(_HANDOVER.c.id == mark.id))
    around = [mark.first - 1, *ids, mark.last + 1]
    for before, after in pairwise(around):
        if after - before == 1:
            continue
        between = mark._replace(first=before + 1, last=after - 1)
        left = int(connection.execute(_COUNT_REST, _ends(between) | {"of_run": mark.run_id}).scalar_one())
        if left:
            _mark(connection, between._replace(unanswered=left))


def write_out(
    connection: Connection,
    run: Run,
    state: DeliveryState,
    cause: str = "",
    now: datetime | None = None,
    sender: int | None = None,
) -> int:
    """Write a row for each message of a run that is with a link and has none, of one sender or of all.

    Returns:
        How many rows.
    """
    inside = [_HANDOVER.c.run_id == run.id, *([] if sender is None else [_HANDOVER.c.sender == sender])]
    query = select(*_READ).where(*inside).order_by(_HANDOVER.c.first_id)
    marks = [Handover(*row) for row in connection.execute(query)]
    count = 0
    for mark in marks:
        count += count_of(connection, _ENTER_REST, _values(mark, state, cause, now) | _ends(mark))
    connection.execute(delete(_HANDOVER).where(*inside))
    return count


def counts(connection: Connection) -> dict[int, int]:
    """How many messages of each run are with a link, by the run's number."""
    query = select(_HANDOVER.c.run_id, func.sum(_HANDOVER.c.unanswered)).group_by(_HANDOVER.c.run_id)
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def was_given() -> ColumnElement[bool]:
    """Whether a message was given to a link: it has a row, or lies in a handover."""
    lies_in_one = exists().where(
        _HANDOVER.c.run_id == _MESSAGE.c.run_id,
        _MESSAGE.c.id.between(_HANDOVER.c.first_id, _HANDOVER.c.last_id),
    )
    return or_(_has_row(), lies_in_one)


def _mark(connection: Connection, mark: Handover) -> None:
    """Write a handover; it gets a number of its own."""
    connection.execute(
        insert(_HANDOVER).values(
            run_id=mark.run_id, gateway=mark.gateway, release_no=mark.release, first_id=mark.first,
            last_id=mark.last, unanswered=mark.unanswered, at=mark.at, sender=mark.sender,
        )
    )  # fmt: skip


def _ends(mark: Handover) -> dict[str, Any]:
    """Between which numbers the messages of a handover lie, and of which release they are."""
    return {"lowest": mark.first, "highest": mark.last, "of_release": mark.release}


def _values(mark: Handover, state: DeliveryState, cause: str, now: datetime | None) -> dict[str, Any]:
    """What the rows of a handover have in common."""
    return {
        "of_run": mark.run_id, "with_link": mark.gateway, "as_state": state.value, "since": mark.at,
        "told_at": now, "why": cause, "by_sender": mark.sender,
    }  # fmt: skip


def _among(ids: Sequence[int]) -> Iterator[tuple[Insert, dict[str, Any]]]:
    """How to enter messages: where many stand in a row, as in most blocks, by the first and the last of them."""
    alone: list[int] = []
    start = 0
    while start < len(ids):
        end = _end_of_row(ids, start)
        if end - start < _ROW_OF:
            alone += ids[start:end]
        else:
            yield _ENTER_ROW, {"lowest": ids[start], "highest": ids[end - 1]}
        start = end
    for block in in_blocks(alone):
        yield _ENTER_SOME, {"numbers": block}


def _end_of_row(ids: Sequence[int], start: int) -> int:
    """Where consecutive numbers end that begin at a place; numbers rise."""
    if ids[-1] - ids[start] == len(ids) - 1 - start:
        return len(ids)
    place = start + 1
    while ids[place] == ids[place - 1] + 1:
        place += 1
    return place
