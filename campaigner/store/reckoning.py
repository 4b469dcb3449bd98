"""What the store holds of refusals and of people who were deleted, block by block, to be compared with the log."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from campaigner.domain.campaign import Channel
from campaigner.domain.subject import mark_of, pseudonym
from campaigner.store import settings
from campaigner.store.bulk import blocks_of
from campaigner.store.tables import MessageRow, RefusalRow, RunRow

_REFUSAL = RefusalRow.__table__  # type: ignore[attr-defined]
_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]
_RUN = RunRow.__table__  # type: ignore[attr-defined]
_BLOCK = 10_000


@dataclass(frozen=True, slots=True)
class Held:
    """Refusals in the store that were entered under one entry of the log.

    Args:
        phones: How many.
        mark: Sum of the keyed hashes of the phones.
    """

    phones: int
    mark: int


def refusals_by_entry(connection: Connection) -> dict[int, Held]:
    """Number of an entry -> the refusals that it entered; 0 for those of earlier versions, whose mark is not made."""
    salt = bytes.fromhex(settings.value(connection, settings.SALT) or "")
    found: dict[int, Held] = {}
    query = select(_REFUSAL.c.entry, _REFUSAL.c.phone)
    for block in blocks_of(connection, query, _BLOCK):
        groups: dict[int, list[int]] = {}
        for entry, phone in block:
            groups.setdefault(entry, []).append(phone)
        for entry, phones in groups.items():
            before = found.get(entry, Held(0, 0))
            mark = mark_of(salt, phones) if entry and salt else 0
            found[entry] = Held(before.phones + len(phones), (before.mark + mark) % (1 << 128))
    return found


def messages_again(connection: Connection, subjects: Collection[str]) -> dict[str, list[str]]:
    """Pseudonyms of people to whom SMS are kept, among some -> codes of the runs.

    Args:
        connection: Where to look.
        subjects: Pseudonyms of phones.
    """
    salt = bytes.fromhex(settings.value(connection, settings.SALT) or "")
    if not subjects or not salt:
        return {}
    sms = _MESSAGE.c.channel == Channel.SMS.value
    phones = [
        phone
        for block in blocks_of(connection, select(_MESSAGE.c.recipient).where(sms).distinct(), _BLOCK)
        for (phone,) in block
        if pseudonym(salt, phone) in subjects
    ]
    runs = select(_RUN.c.code).join(_MESSAGE, _MESSAGE.c.run_id == _RUN.c.id).distinct().order_by(_RUN.c.code)
    return {
        pseudonym(salt, phone): list(
            connection.execute(runs.where(sms, _MESSAGE.c.recipient == phone)).scalars()
        )
        for phone in phones
    }
