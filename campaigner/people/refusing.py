"""Refusals: who wants no more messages, from replies, carriers' files and by word of mouth, in one list."""

from collections.abc import Iterable
from dataclasses import dataclass

from campaigner.domain.masking import masked
from campaigner.domain.people import plain_line
from campaigner.domain.roles import Deed
from campaigner.domain.subject import pseudonym
from campaigner.errors import UsageError
from campaigner.people.listed import still_listed
from campaigner.people.takeouts import write_notices
from campaigner.store import erasures, refusals, settings, takeouts, unreadfiles
from campaigner.store.refusals import Refusal
from campaigner.workspace.desk import Work
from campaigner.workspace.reason import file_word, told, why


@dataclass(frozen=True, slots=True)
class Lifted:
    """What became of a refusal that somebody lifted.

    Args:
        was_kept: Whether it was kept at all.
        listed: Where lists still say that the phone refuses: there it holds until the list is changed.
    """

    was_kept: bool
    listed: tuple[str, ...]


def refuse(work: Work, phones: Iterable[int], source: str, note: str = "") -> int:
    """Enter phones that want no more messages; it holds at once, for runs that were approved already, too.

    What stands of them in files that are exported already is noted, see `takeouts`.

    Args:
        work: Store and time; its actor is who enters them.
        phones: The phones.
        source: `hand` or `file`.
        note: Where they come from, for the log: what was said, or the name of the file.

    Returns:
        How many were not in the list yet.
    """
    work.ask(Deed.REFUSE)
    who = plain_line(work.actor)
    wanted = sorted(set(phones))
    with work.store.begin() as connection:
        fresh = work.enter_refusals(connection, [Refusal(phone, work.clock, source, who) for phone in wanted])
        exported = takeouts.enter(connection, wanted, source, work.now)
        if fresh.phones or exported:
            where = file_word(connection, note) if source == "file" else told(note)
            facts = {**fresh.as_data(), "source": source, "note": where}
            work.record(connection, "refused", "", facts | ({"exported": exported} if exported else {}))
    if exported:
        write_notices(work)
    return fresh.phones


def lift(work: Work, phone: int, reason: str) -> Lifted:
    """Take a phone out of the list because its owner asked for messages again.

    A list that says that the phone refuses goes on to say so: its word counts until somebody changes it there.

    Raises:
        UsageError: No reason.
    """
    work.ask(Deed.REFUSE)
    text = why(reason)
    with work.store.begin() as connection:
        kept, erased = refusals.remove(connection, phone), erasures.forgive(connection, phone)
        if kept or erased:
            who = {"subject": pseudonym(settings.salt(connection), phone)} if erased else {}
            removed = kept.as_data() if kept else refusals.NONE_REMOVED
            work.record(connection, "accepts", "", {"reason": text, **who, **removed})
    return Lifted(kept is not None or erased, tuple(still_listed(work.desk, phone)))


def settle_file(work: Work, name: str, reason: str) -> None:
    """A person says that a file of refusals needs no further reading, though not all of it could be read.

    Raises:
        UsageError: No reason, or there is no such file.
    """
    work.ask(Deed.REFUSE)
    text = why(reason)
    with work.store.begin() as connection:
        if not unreadfiles.forget(connection, name):
            raise UsageError(
                f"there is no file {masked(name)} of which refusals could not be read\n"
                f"没有登记过读不出退订内容的文件 {masked(name)}：请核对文件名"
            )
        work.record(connection, "file-settled", "", {"file": file_word(connection, name), "reason": text})


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
