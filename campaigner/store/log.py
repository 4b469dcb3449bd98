"""The sent log as it is kept: entries are only ever added, in one transaction with what they tell of."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select

from campaigner.domain.log import Entry, chained
from campaigner.domain.masking import masked, scrubbed
from campaigner.store import settings
from campaigner.store.bulk import rows_of
from campaigner.store.tables import LogRow

_LOG = LogRow.__table__  # type: ignore[attr-defined]
_HEAD = "log_head"


def append(
    connection: Connection, at: datetime, kind: str, run: str, actor: str, data: Mapping[str, Any]
) -> Entry:
    """Add an entry behind the last one; the caller's transaction holds the writer's place.

    Nobody can take a number out of the log again, so none gets in: whatever text an entry has is masked here.
    """
    entry = chained(head(connection), at, kind, run, masked(actor), scrubbed(data))
    settings.keep(connection, _HEAD, entry.hash)
    connection.execute(
        insert(_LOG).values(
            seq=entry.seq, at=entry.at, kind=entry.kind, run=entry.run, actor=entry.actor, data=entry.data,
            previous=entry.previous, hash=entry.hash,
        )
    )  # fmt: skip
    return entry


def next_number(connection: Connection) -> int:
    """Number of the entry that comes next; it stays so as long as the caller's transaction holds the writer's place."""
    newest = head(connection)
    return newest.seq + 1 if newest else 1


def head(connection: Connection) -> Entry | None:
    """The newest entry."""
    row = connection.execute(select(_LOG).order_by(_LOG.c.seq.desc()).limit(1)).one_or_none()
    return _entry(row) if row else None


def newest(connection: Connection, kind: str) -> Entry | None:
    """The newest entry of a kind."""
    query = select(_LOG).where(_LOG.c.kind == kind).order_by(_LOG.c.seq.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return _entry(row) if row else None


def kept_head(connection: Connection) -> str:
    """Hash of the newest entry as it is kept apart from the log, so that a cut-off end is noticed."""
    return settings.value(connection, _HEAD) or ""


def entries(
    connection: Connection, run: str = "", kinds: Collection[str] = (), *, after: int = 0
) -> Iterator[Entry]:
    """Every entry in order behind that of a number, or those of them of one run, or of some kinds."""
    query = select(_LOG).order_by(_LOG.c.seq)
    if after:
        query = query.where(_LOG.c.seq > after)
    if run:
        query = query.where(_LOG.c.run == run)
    if kinds:
        query = query.where(_LOG.c.kind.in_(kinds))
    for row in rows_of(connection, query, 1_000):
        yield _entry(row)


def about(connection: Connection, run: str, kinds: Collection[str]) -> Iterator[Entry]:
    """Every entry of one run, and those of some kinds of whatever run, in order."""
    query = select(_LOG).where(or_(_LOG.c.run == run, _LOG.c.kind.in_(kinds))).order_by(_LOG.c.seq)
    for row in rows_of(connection, query, 1_000):
        yield _entry(row)


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.seq, row.at, row.kind, row.run, row.actor, row.data, row.previous, row.hash)
