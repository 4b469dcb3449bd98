"""Who was deleted at his own wish: a keyed hash of the phone stays, so that nobody writes to it again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from campaigner.domain.campaign import Channel
from campaigner.domain.subject import pseudonym
from campaigner.store import settings
from campaigner.store.bulk import rows_of
from campaigner.store.tables import ErasureRow, MessageRow

_ERASURE = ErasureRow.__table__  # type: ignore[attr-defined]
_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Erasure:
    """Whose data were deleted (his pseudonym), by phone or by the row of a letter, when, and who did it."""

    subject: str
    channel: Channel
    at: datetime
    by: str


def add(connection: Connection, erasure: Erasure) -> None:
    """Remember that somebody was deleted; who is remembered already stays as he is."""
    if of_subject(connection, erasure.subject) is None:
        row = {
            "subject": erasure.subject,
            "channel": erasure.channel.value,
            "at": erasure.at,
            "by": erasure.by,
        }
        connection.execute(insert(_ERASURE).values(row))


def forgive(connection: Connection, phone: int) -> bool:
    """Write to a phone again, because its owner asks for it; False if it was not deleted."""
    who = pseudonym(settings.salt(connection), phone)
    return bool(connection.execute(delete(_ERASURE).where(_ERASURE.c.subject == who)).rowcount)


def forget(connection: Connection, subject: str) -> None:
    """Forget that somebody was deleted, by his pseudonym."""
    connection.execute(delete(_ERASURE).where(_ERASURE.c.subject == subject))


def of_phone(connection: Connection, phone: int) -> Erasure | None:
    """Since when a phone is deleted; None if it is not."""
    salt = settings.value(connection, settings.SALT)
    return of_subject(connection, pseudonym(bytes.fromhex(salt), phone)) if salt else None


def of_subject(connection: Connection, subject: str) -> Erasure | None:
    """Since when somebody is deleted; None if he is not."""
    row = connection.execute(select(_ERASURE).where(_ERASURE.c.subject == subject)).one_or_none()
    return _erasure(row) if row else None


def every(connection: Connection) -> list[Erasure]:
    """All of them, in order of pseudonym."""
    return [_erasure(row) for row in connection.execute(select(_ERASURE).order_by(_ERASURE.c.subject))]


def phones(connection: Connection) -> frozenset[str]:
    """Pseudonyms of the phones among them."""
    query = select(_ERASURE.c.subject).where(_ERASURE.c.channel == Channel.SMS.value)
    return frozenset(connection.execute(query).scalars())


def recipients_among(
    connection: Connection, erased: Iterable[Erasure], salt: bytes
) -> Iterator[tuple[Erasure, int]]:
    """Recipients of stored messages who were deleted.

    Args:
        connection: Where to look.
        erased: Who were deleted.
        salt: The secret that the pseudonyms were made with.
    """
    known = {(erasure.channel.value, erasure.subject): erasure for erasure in erased}
    query = select(_MESSAGE.c.channel, _MESSAGE.c.recipient).distinct()
    for row in rows_of(connection, query, 10_000):
        erasure = known.get((row.channel, pseudonym(salt, row.recipient)))
        if erasure is not None:
            yield erasure, row.recipient


def _erasure(row: Row[Any]) -> Erasure:
    return Erasure(row.subject, Channel(row.channel), row.at, row.by)
