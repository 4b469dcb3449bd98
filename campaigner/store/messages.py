"""Finished messages: appended in rising order while a run is generated, sealed by the ledger when it is done."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, literal_column, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from campaigner.domain.campaign import Channel
from campaigner.domain.fingerprint import Columns, Fingerprints
from campaigner.domain.message import Digest, Message, Outgoing, wording_hash
from campaigner.domain.planning import Run
from campaigner.errors import StateError
from campaigner.store.bulk import add_rows, blocks_of, count_of, on_postgresql, rows_of
from campaigner.store.tables import LedgerRow, MessageRow, WordingRow

_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]
_WORDING = WordingRow.__table__  # type: ignore[attr-defined]
_LEDGER = LedgerRow.__table__  # type: ignore[attr-defined]
_READ = [
    _MESSAGE.c[name]
    for name in (
        "id", "recipient", "wording_id", "body", "parts", "copies", "label", "folder", "position", "slip",
    )
]  # fmt: skip
"""What is read of a message: its number, then what `Message` takes, its body in two ways."""
_DIGESTED = [_MESSAGE.c[name] for name in ("id", "recipient", "copies", "wording_id", "body")]
_READ_BLOCK = 5_000
_MANY = 10_000
"""New messages after which PostgreSQL is told to look at the tables again, so that it plans with them."""
_ANALYZE = "ANALYZE message(id, run_id, channel), ledger"
"""Texts are the most of a table, and no plan asks for them."""


def clear(connection: Connection, run: Run) -> None:
    """Take away what an attempt that was cut short left behind."""
    for table in (_MESSAGE, _WORDING, _LEDGER):
        connection.execute(delete(table).where(table.c.run_id == run.id))


def add_wording(connection: Connection, run: Run, channel: Channel, words: str) -> int:
    """Keep a text that many messages share; returns its number."""
    digest = wording_hash(words)
    result = connection.execute(
        insert(_WORDING).values(run_id=run.id, channel=channel.value, sha256=digest, text=words)
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


def append(
    connection: Connection,
    run: Run,
    channel: Channel,
    messages: Iterable[Message],
    wording: int | None = None,
) -> None:
    """Add messages in rising order of number; with `wording` their text is kept there, once."""
    same: dict[str, Any] = {"run_id": run.id, "channel": channel.value, "wording_id": wording}
    if wording is not None:
        same["body"] = ""
    add_rows(connection, "message", Message._fields, list(messages), same)


def seal(connection: Connection, run: Run, channel: Channel) -> int:
    """Enter every recipient of a channel into the ledger, in rising order; returns how many.

    Raises:
        StateError: Somebody stands in the run twice.
    """
    enter = _enter_there if on_postgresql(connection) else _enter_here
    try:
        return enter(connection, run, channel)
    except IntegrityError:
        raise StateError(
            f"run {run.code} has a recipient twice on channel {channel}; it was not sealed\n"
            f"任务 {run.code} 的 {channel} 中同一收件人出现两次，没有封存：请重新生成该任务"
        ) from None


def _enter_there(connection: Connection, run: Run, channel: Channel) -> int:
    """By the server, which sorts on its disk what is too much for its memory."""
    columns = ("run_id", "channel", "recipient", "household", "release_no", "held_by")
    wanted = (
        select(
            _MESSAGE.c.run_id, _MESSAGE.c.channel, _MESSAGE.c.recipient, _MESSAGE.c.household,
            literal_column("0"), literal_column("''"),
        )
        .where(_MESSAGE.c.run_id == run.id, _MESSAGE.c.channel == channel.value)
        .order_by(_MESSAGE.c.recipient)
    )  # fmt: skip
    count = count_of(connection, insert(_LEDGER).from_select(columns, wanted))
    if count > _MANY:
        connection.execute(text(_ANALYZE))
    return count


def _enter_here(connection: Connection, run: Run, channel: Channel) -> int:
    """By ourselves: an encrypted file sorts in memory, and takes many times as much of it as the numbers need."""
    from campaigner.store.sorting import in_order

    stored = select(_MESSAGE.c.recipient, _MESSAGE.c.household).where(*of_channel(connection, run, channel))
    pairs = blocks_of(connection, stored, _READ_BLOCK)
    same = {"run_id": run.id, "channel": channel.value, "release_no": 0, "held_by": ""}
    count = 0
    for recipients, households in in_order(pairs, quantity(connection, run), _READ_BLOCK):
        rows = list(zip(recipients, households, strict=True))
        add_rows(connection, "ledger", ("recipient", "household"), rows, same)
        count += len(recipients)
    return count


def recipients(connection: Connection, run: Run, channel: Channel) -> Iterator[tuple[int, int]]:
    """(recipient, household) of a channel in rising order."""
    query = (
        select(_MESSAGE.c.recipient, _MESSAGE.c.household)
        .where(_MESSAGE.c.run_id == run.id, _MESSAGE.c.channel == channel.value)
        .order_by(_MESSAGE.c.recipient)
    )
    for row in rows_of(connection, query, _READ_BLOCK):
        yield row.recipient, row.household


def quantity(connection: Connection, run: Run) -> int:
    """How many messages of a run are kept."""
    query = select(func.count()).select_from(_MESSAGE).where(_MESSAGE.c.run_id == run.id)
    return int(connection.execute(query).scalar_one())


def wordings(connection: Connection, run: Run, channel: Channel) -> dict[int, str]:
    """Shared texts of a channel by their number."""
    query = select(_WORDING.c.id, _WORDING.c.text).where(
        _WORDING.c.run_id == run.id, _WORDING.c.channel == channel.value
    )
    return {row.id: row.text for row in connection.execute(query)}


def digest(
    connection: Connection,
    run: Run,
    channels: Iterable[Channel],
    watch: Callable[[int], None],
    fingerprints: Fingerprints | None = None,
) -> str:
    """Hash over the stored messages of a run, channel by channel, as `Digest` took it when they were written.

    Args:
        connection: Where to read.
        run: Which run.
        channels: Its channels, in the order in which they were written.
        watch: Told how many messages more were read.
        fingerprints: Takes in what was read, so that it is known again.
    """
    stored = Digest()
    for channel in channels:
        shared = wordings(connection, run, channel)
        query = select(*_DIGESTED).where(*of_channel(connection, run, channel)).order_by(_MESSAGE.c.id)
        for rows in blocks_of(connection, query, _READ_BLOCK):
            numbers, recipients, copies, of_each, bodies = zip(*rows, strict=True)
            if shared:
                bodies = tuple(
                    body if wording is None else shared[wording]
                    for wording, body in zip(of_each, bodies, strict=True)
                )
            stored.add(channel, recipients, copies, bodies)
            if fingerprints is not None:
                fingerprints.add(channel, Columns(numbers, recipients, copies, bodies))
            watch(len(rows))
    return stored.value()


def texts(connection: Connection, run: Run, channel: Channel) -> Iterator[str]:
    """Every finished text of a channel: a shared one once, the others as they come."""
    shared = wordings(connection, run, channel)
    if shared:
        yield from shared.values()
        return
    query = select(_MESSAGE.c.body).where(*of_channel(connection, run, channel))
    for rows in blocks_of(connection, query, _READ_BLOCK):
        yield from (body for (body,) in rows)


def ordered(
    connection: Connection, run: Run, channel: Channel, *, filed: bool = False, limit: int | None = None
) -> Iterator[list[tuple[int, Message]]]:
    """(number, message) in blocks: in order of number, or with `filed` by folder, position and number."""
    order = (_MESSAGE.c.folder, _MESSAGE.c.position, _MESSAGE.c.id) if filed else (_MESSAGE.c.id,)
    query = (
        select(*_READ)
        .where(_MESSAGE.c.run_id == run.id, _MESSAGE.c.channel == channel.value)
        .order_by(*order)
    )
    texts = wordings(connection, run, channel)
    for rows in blocks_of(connection, query.limit(limit), _READ_BLOCK):
        yield [
            (number, Message(recipient, body if wording is None else texts[wording], *rest))
            for number, recipient, wording, body, *rest in rows
        ]


def range_of(
    connection: Connection, run: Run, first_id: int, last_id: int, release: int | None
) -> Iterator[list[Outgoing]]:
    """The SMS of one batch, in blocks, in order of number.

    Args:
        connection: Where to read.
        run: Which run.
        first_id: Number of its first message.
        last_id: Number of its last message.
        release: Only messages of this release; None where the release holds all of the run.
    """
    query = (
        select(_MESSAGE.c.id, _MESSAGE.c.recipient, _MESSAGE.c.wording_id, _MESSAGE.c.body)
        .where(*between(connection, run, Channel.SMS, first_id, last_id))
        .order_by(_MESSAGE.c.id)
    )
    if release is not None:
        query = query.join(_LEDGER, in_ledger()).where(_LEDGER.c.release_no == release)
    texts = wordings(connection, run, Channel.SMS)
    for rows in blocks_of(connection, query, _READ_BLOCK):
        yield outgoing(rows, texts)


def outgoing(rows: Iterable[Sequence[Any]], texts: Mapping[int, str]) -> list[Outgoing]:
    """SMS on their way out from rows of (number, phone, number of the shared text or None, own text)."""
    return [
        Outgoing(number, phone, body if wording is None else texts[wording])
        for number, phone, wording, body in rows
    ]


def of_channel(connection: Connection, run: Run, channel: Channel) -> tuple[ColumnElement[bool], ...]:
    """Which messages are a run's on one channel, to be read all of them in order of number."""
    return between(connection, run, channel, *extent(connection, run))


def extent(connection: Connection, run: Run) -> tuple[int, int]:
    """First and last number of a run's messages; each is asked for alone, or SQLite would look at all of them."""
    ends = (
        select(end(_MESSAGE.c.id)).where(_MESSAGE.c.run_id == run.id).scalar_subquery()
        for end in (func.min, func.max)
    )
    first, last = connection.execute(select(*ends)).one()
    return first or 0, last or 0


def between(
    connection: Connection, run: Run, channel: Channel, first_id: int, last_id: int
) -> tuple[ColumnElement[bool], ...]:
    """Which messages are a run's on one channel, between two numbers.

    Those of a run lie side by side. SQLite would look each of them up by its index of runs, and takes half as long
    again; a plus before a column keeps it from that.
    """
    plain = on_postgresql(connection)
    owner = _MESSAGE.c.run_id if plain else literal_column("+message.run_id", _MESSAGE.c.run_id.type)
    return (
        _MESSAGE.c.id.between(first_id, last_id),
        owner == run.id,
        _MESSAGE.c.channel == channel.value,
    )


def in_ledger() -> ColumnElement[bool]:
    """Which entry of the ledger a message has."""
    return and_(
        _LEDGER.c.run_id == _MESSAGE.c.run_id,
        _LEDGER.c.channel == _MESSAGE.c.channel,
        _LEDGER.c.recipient == _MESSAGE.c.recipient,
    )
