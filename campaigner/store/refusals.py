"""Phones that want no more messages: one list for every campaign and every way out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select

from campaigner.domain.reckoning import SIZE
from campaigner.domain.subject import mark_of
from campaigner.store import log, settings
from campaigner.store.blocks import in_blocks
from campaigner.store.bulk import rows_of
from campaigner.store.tables import RefusalRow
from campaigner.store.types import UtcDateTime

_REFUSAL = RefusalRow.__table__  # type: ignore[attr-defined]
LIST = "list:"
"""Begins the source of a refusal that an audience holds; its name follows."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Who refused, when, how, who entered it, if a person did, and where it stands.

    Args:
        phone: The phone.
        at: When it was entered.
        source: `reply`, `file`, `hand`, or `list:NAME` for what an audience says.
        by: Who entered it.
        place: Of a list's refusal the file, line and column; else "".
    """

    phone: int
    at: datetime
    source: str
    by: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """Refusals that are new in the list.

    Args:
        phones: How many.
        mark: Sum of the keyed hashes of their phones, for the log; see `domain.reckoning`.
    """

    phones: int
    mark: int

    def as_data(self) -> dict[str, Any]:
        """As the entry has it that tells of them."""
        return {"phones": self.phones, "mark": f"{self.mark:032x}"}


@dataclass(frozen=True, slots=True)
class Removed:
    """A refusal that was taken out: which entry had entered it, and its mark."""

    entry: int
    mark: int

    def as_data(self) -> dict[str, Any]:
        """As the entry has it that tells of it."""
        return {"refusals": 1, "entered": self.entry, "mark": f"{self.mark:032x}"}


NONE_REMOVED: Mapping[str, Any] = {"refusals": 0}
"""What an entry has that took no refusal out."""


def add(connection: Connection, refusals: Iterable[Refusal]) -> int:
    """Enter refusals of which no single entry tells; returns how many are new. See `enter`."""
    return _enter(connection, refusals, 0)[0]


def enter(connection: Connection, refusals: Iterable[Refusal]) -> Entered:
    """Enter refusals; who stands in the list stays as he is.

    The next entry of the log, within the same transaction, must be the one that tells of them: each says its number.
    """
    salt = settings.salt(connection)
    count, phones = _enter(connection, refusals, log.next_number(connection), salt)
    return Entered(count, phones)


def _enter(
    connection: Connection, refusals: Iterable[Refusal], entry: int, salt: bytes = b""
) -> tuple[int, int]:
    """Enter refusals under an entry; returns how many are new, and their mark if there is a salt."""
    count = mark = 0
    for block in in_blocks(refusals):
        known = among(connection, [refusal.phone for refusal in block])
        fresh = {refusal.phone: refusal for refusal in block if refusal.phone not in known}
        if fresh:
            connection.execute(
                _REFUSAL.insert(),
                [
                    {
                        "phone": r.phone,
                        "at": r.at,
                        "source": r.source,
                        "by": r.by,
                        "place": r.place,
                        "entry": entry,
                    }
                    for r in fresh.values()
                ],
            )
        count += len(fresh)
        mark += mark_of(salt, fresh) if salt else 0
    return count, mark % SIZE


def remove(connection: Connection, phone: int) -> Removed | None:
    """Take a phone out again, when its owner asks for it; None if it was not in the list."""
    mine = _REFUSAL.c.phone == phone
    entry = connection.execute(select(_REFUSAL.c.entry).where(mine)).scalar_one_or_none()
    if entry is None:
        return None
    connection.execute(delete(_REFUSAL).where(mine))
    return Removed(entry, mark_of(settings.salt(connection), (phone,)))


def among(connection: Connection, phones: Iterable[int]) -> set[int]:
    """Those of some phones that have refused."""
    found: set[int] = set()
    for block in in_blocks(phones):
        query = select(_REFUSAL.c.phone).where(_REFUSAL.c.phone.in_(block))
        found.update(connection.execute(query).scalars())
    return found


def phones(connection: Connection) -> frozenset[int]:
    """Every phone in the list."""
    return frozenset(connection.execute(select(_REFUSAL.c.phone)).scalars())


def extent(connection: Connection) -> tuple[int, datetime | None]:
    """(how many, when the last of them came): other than before, the list has changed."""
    row = connection.execute(select(func.count(), func.max(_REFUSAL.c.at, type_=UtcDateTime()))).one()
    return row[0], row[1]


def every(connection: Connection) -> Iterator[Refusal]:
    """The whole list in order of phone."""
    query = select(_REFUSAL).order_by(_REFUSAL.c.phone)
    for row in rows_of(connection, query, 10_000):
        yield Refusal(row.phone, row.at, row.source, row.by, row.place)


def by_source(connection: Connection) -> dict[str, int]:
    """How many came how."""
    query = select(_REFUSAL.c.source, func.count()).group_by(_REFUSAL.c.source)
    return {row[0]: row[1] for row in connection.execute(query)}
