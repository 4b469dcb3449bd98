"""What the log says of a run's approval: whether somebody else's yes stands, and for which content and quantity."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from campaigner.domain.evidence import PRINTED
from campaigner.domain.log import Entry
from campaigner.domain.people import same_person

APPROVED, GENERATED, ERASED = "approved", "generated", "erased"
OUT = frozenset({"exported", "sent"})
"""Kinds of entries that tell of messages that went out."""
VOIDS = frozenset({GENERATED, "returned", "voided", "lapsed", "withdrawn", "cancelled", "expired"})
"""Kinds of entries after which an approval given before them no longer stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedApproval:
    """A second person's yes as the log has it.

    Args:
        seq: Number of its entry.
        by: Who approved.
        author: Who had generated what was approved; "" if no entry says so.
        content: Hash over what the wording is made of.
        digest: Hash over the messages, without those that were erased on request since.
        quantity: How many messages the yes covers.
        made_of: Hash over what the messages are made of and go out by, whatever the schedule is; "" in older logs.
        gateway: Hash over the gateway's settings; "" without a gateway, and in older logs.
    """

    seq: int
    by: str
    author: str
    content: str
    digest: str
    quantity: int
    made_of: str = ""
    gateway: str = ""


def standing(entries: Iterable[Entry]) -> LoggedApproval | None:
    """The approval that stands after some entries of one run, in order; None if none does."""
    found: LoggedApproval | None = None
    for _entry, found in _followed(entries):  # noqa: B007 - the last one counts
        pass
    return found


def missing(entries: Iterable[Entry], *, content: str, digest: str, quantity: int) -> str:
    """Why the log of a run does not approve what is about to go out; "" if it does (CHK-04, CHK-05).

    Args:
        entries: All entries of the run, in order.
        content: Hash over what the wording is made of.
        digest: Hash over the messages.
        quantity: Messages of the whole run.
    """
    found = standing(entries)
    if found is None:
        return "the log has no approval of it that stands"
    if same_person(found.by, found.author):
        return f"{found.by} generated and approved it (entry {found.seq}); somebody else must approve it"
    if (found.content, found.digest) != (content, digest):
        return f"it is not what {found.by} approved (entry {found.seq})"
    if quantity > found.quantity:
        return f"it has {quantity} messages; {found.quantity} were approved (entry {found.seq})"
    return ""


def unapproved(entries: Iterable[Entry]) -> str:
    """Why something of a run went out that its log does not approve; "" if all of it was approved.

    Args:
        entries: All entries of the run, in order.
    """
    gone = 0
    for entry, found in _followed(entries):
        if entry.kind not in OUT and entry.kind != PRINTED:
            gone = 0 if entry.kind == GENERATED else gone
            continue
        if found is None:
            return f"entry {entry.seq}: it was {entry.kind} without an approval that stood"
        if same_person(found.by, found.author):
            return f"entry {entry.seq}: {found.by} had generated and approved it (entry {found.seq})"
        if entry.fields["digest"] != found.digest:
            return f"entry {entry.seq}: it was {entry.kind} with other messages than were approved (entry {found.seq})"
        # What is printed beside a live sending is counted when that is done.
        gone += int(entry.fields["quantity"]) if entry.kind in OUT else 0
        if gone > found.quantity:
            return f"entry {entry.seq}: {gone} messages went out; {found.quantity} were approved (entry {found.seq})"
    return ""


def _followed(entries: Iterable[Entry]) -> Iterator[tuple[Entry, LoggedApproval | None]]:
    """Each entry of a run with the approval that stands once it is written."""
    author = ""
    found: LoggedApproval | None = None
    for entry in entries:
        if entry.kind in VOIDS:
            found = None
        if entry.kind == GENERATED:
            author = entry.actor
        elif entry.kind == APPROVED:
            fields = entry.fields
            found = LoggedApproval(
                seq=entry.seq,
                by=entry.actor,
                author=author,
                content=fields["content"],
                digest=fields["digest"],
                quantity=int(fields["quantity"]),
                made_of=fields.get("made_of", ""),
                gateway=fields.get("gateway", ""),
            )
        elif entry.kind == ERASED and found and entry.fields.get("before") == found.digest:
            found = replace(found, digest=entry.fields["digest"])
        yield entry, found


def approved_contents(entries: Iterable[Entry]) -> set[tuple[str, str]]:
    """(content, digest) of each approval of a run that something went out by, or that stands at the end.

    As they were approved: who was erased since makes a form that was signed no less the one that was signed.

    Args:
        entries: All entries of the run, in order.
    """
    given: dict[int, tuple[str, str]] = {}
    counted: set[int] = set()
    found: LoggedApproval | None = None
    for entry, found in _followed(entries):
        if entry.kind == APPROVED:
            given[entry.seq] = entry.fields["content"], entry.fields["digest"]
        if found and (entry.kind in OUT or entry.kind == PRINTED):
            counted.add(found.seq)
    if found:
        counted.add(found.seq)
    return {given[seq] for seq in counted}
