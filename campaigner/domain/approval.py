"""What the log says of a run's approval: whether somebody else's yes stands, and for which content and quantity."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from campaigner.domain.evidence import PRINTED
from campaigner.domain.log import Entry
from campaigner.domain.people import same_person

APPROVED, GENERATED, ERASED = "approved", "generated", "erased"
OUT = frozenset({"exported", "sent"})
"""Kinds of entries that tell of messages that went out."""
HOLDING = ("paused", "halted", "resumed")
"""Kinds of entries that hold a run or a campaign back, or let it go on."""
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
        until: Until when something of it must begin to go out; None where the log does not say.
        begun: Whether something of it went out since.
    """

    seq: int
    by: str
    author: str
    content: str
    digest: str
    quantity: int
    made_of: str = ""
    gateway: str = ""
    until: datetime | None = None
    begun: bool = False

    def bars(self, gateway: str, now: datetime) -> str:
        """Why what is about to go out is not within this approval, whatever rows of the store say; "" if it is.

        Args:
            gateway: Hash over the settings of the gateway that it goes out by; "" without a gateway.
            now: The time, aware of its zone.
        """
        if self.gateway and gateway != self.gateway:
            return f"its gateway is not the one that {self.by} approved (entry {self.seq})"
        if self.until is not None and not self.begun and now > self.until:
            return f"the approval of {self.by} held until {self.until:%Y-%m-%d %H:%M} (entry {self.seq})"
        return ""


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


def held(entries: Iterable[Entry], run: str, campaign: str) -> str:
    """Who holds a run or its campaign back by the log, and has not let it go on since; "" if nobody does.

    Args:
        entries: Those of the kinds `HOLDING`, of whatever run, in order.
        run: Code of the run.
        campaign: Its campaign.
    """
    standing: dict[str, str] = {}
    for entry in entries:
        name = str(entry.fields.get("name") or entry.run)
        if entry.kind == "resumed":
            standing.pop(name, None)
        else:
            standing[name] = f"{entry.actor} (entry {entry.seq})"
    return standing.get(run) or standing.get(campaign) or ""


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
        if entry.fields.get("gateway_hash", found.gateway) != found.gateway and found.gateway:
            return f"entry {entry.seq}: it was {entry.kind} over another gateway than was approved (entry {found.seq})"
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
                until=datetime.fromisoformat(fields["holds_until"]) if "holds_until" in fields else None,
            )
        elif entry.kind == ERASED and found and entry.fields.get("before") == found.digest:
            found = replace(found, digest=entry.fields["digest"])
        elif found and (entry.kind in OUT or entry.kind == PRINTED):
            found = replace(found, begun=True)
        yield entry, found
