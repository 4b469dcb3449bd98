"""What went out of a run, by its log, and under which approval."""

from collections.abc import Iterable

from campaigner.domain.approval import APPROVED, GENERATED, OUT, LoggedApproval, followed
from campaigner.domain.evidence import PRINTED
from campaigner.domain.log import Entry


def unapproved(entries: Iterable[Entry]) -> str:
    """Why something of a run went out that its log does not approve; "" if all of it was approved.

    Args:
        entries: All entries of the run, in order.
    """
    gone = 0
    for entry, found, _author in followed(entries):
        if entry.kind not in OUT and entry.kind != PRINTED:
            gone = 0 if entry.kind == GENERATED else gone
            continue
        if found is None:
            return f"entry {entry.seq}: it was {entry.kind} without an approval that stood"
        # What went out by an earlier version had no author's word: it asked for none.
        if why := found.objection(strict=False):
            return f"entry {entry.seq}: {why} (entry {found.seq})"
        if entry.fields["digest"] != found.digest:
            return f"entry {entry.seq}: it was {entry.kind} with other messages than were approved (entry {found.seq})"
        if entry.fields.get("gateway_hash", found.gateway) != found.gateway and found.gateway:
            return f"entry {entry.seq}: it was {entry.kind} over another gateway than was approved (entry {found.seq})"
        # What is printed beside a live sending is counted when that is done.
        gone += int(entry.fields["quantity"]) if entry.kind in OUT else 0
        if gone > found.quantity:
            return f"entry {entry.seq}: {gone} messages went out; {found.quantity} were approved (entry {found.seq})"
    return ""


def approved_contents(entries: Iterable[Entry]) -> set[tuple[str, str]]:
    """(content, digest) of each approval of a run that something went out by, or that stands at the end.

    As they were approved: who was erased since makes a form that was signed no less the one that was signed.

    Args:
        entries: All entries of the run, in order.
    """
    given: dict[int, tuple[str, str]] = {}
    counted: set[int] = set()
    found: LoggedApproval | None = None
    for entry, found, _author in followed(entries):
        if entry.kind == APPROVED:
            given[entry.seq] = entry.fields["content"], entry.fields["digest"]
        if found and (entry.kind in OUT or entry.kind == PRINTED):
            counted.add(found.seq)
    if found:
        counted.add(found.seq)
    return {given[seq] for seq in counted}
