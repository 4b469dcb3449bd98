"""Refusals: who wants no more messages, from replies, carriers' files and by word of mouth, in one list."""

from collections.abc import Iterable

from campaigner.domain.people import plain_line
from campaigner.domain.roles import Deed
from campaigner.stages.desk import Work
from campaigner.stages.reason import told, why
from campaigner.store import erasures, refusals
from campaigner.store.refusals import Refusal


def refuse(work: Work, phones: Iterable[int], source: str, note: str = "") -> int:
    """Enter phones that want no more messages; it holds at once, for runs that were approved already, too.

    Args:
        work: Store and time; its actor is who enters them.
        phones: The phones.
        source: `hand` or `file`.
        note: Where they come from, for the log; no phones.

    Returns:
        How many were not in the list yet.
    """
    work.ask(Deed.REFUSE)
    who = plain_line(work.actor)
    with work.store.begin() as connection:
        fresh = refusals.add(connection, [Refusal(phone, work.clock, source, who) for phone in phones])
        if fresh:
            work.record(connection, "refused", "", {"phones": fresh, "source": source, "note": told(note)})
    return fresh


def accept_again(work: Work, phone: int, reason: str) -> bool:
    """Take a phone out of the list because its owner asked for messages again; False if it was not in it."""
    work.ask(Deed.REFUSE)
    with work.store.begin() as connection:
        listed, erased = refusals.remove(connection, phone), erasures.forgive(connection, phone)
        removed = listed or erased
        if removed:
            work.record(connection, "accepts", "", {"reason": told(reason)})
    return removed


def note_copy(work: Work, reason: str) -> None:
    """Log that the whole list is written to a file for somebody else (PIPL art. 23, CHK-06).

    Raises:
        RoleError: Whoever asks may not.
        UsageError: No reason.
    """
    work.ask(Deed.UNMASK)
    text = why(reason)
    with work.store.begin() as connection:
        facts = {"what": "optout", "quantity": len(refusals.phones(connection)), "reason": text}
        work.record(connection, "copied", "", facts)
