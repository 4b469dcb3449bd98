"""What the log says of a run's approval: whether somebody else's yes stands, and for which content and quantity."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from campaigner.domain.evidence import PRINTED
from campaigner.domain.log import Entry
from campaigner.domain.people import same_person
from campaigner.domain.roles import DAEMON

APPROVED, GENERATED, ERASED, VOUCHED = "approved", "generated", "erased", "vouched"
OUT = frozenset({"exported", "sent"})
"""Kinds of entries that tell of messages that went out."""
HOLDING = ("paused", "halted", "resumed")
"""Kinds of entries that hold a run or a campaign back, or let it go on."""
VOIDS = frozenset({GENERATED, "returned", "voided", "lapsed", "withdrawn", "cancelled", "expired"})
"""Kinds of entries after which an approval given before them no longer stands."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who stands for the messages of a run, as the log has it.

    Args:
        name: Who wrote them, or stood for them after the daemon had; "" if no entry says so.
        login: As which user of the operating system; "" where no entry says so.
        accountable: Whether the entry that they were written in says as whom; those of earlier versions do not.
    """

    name: str = ""
    login: str = ""
    accountable: bool = False

    @property
    def is_daemon(self) -> bool:
        """Whether the daemon wrote them and no person has stood for them since."""
        return same_person(self.name, DAEMON)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedApproval:
    """A second person's yes as the log has it.

    Args:
        seq: Number of its entry.
        by: Who approved.
        author: Who stands for what was approved.
        content: Hash over what the wording is made of.
        digest: Hash over the messages, without those that were erased on request since.
        quantity: How many messages the yes covers.
        made_of: Hash over what the messages are made of and go out by, whatever the schedule is; "" in older logs.
        gateway: Hash over the gateway's settings; "" without a gateway, and in older logs.
        until: Until when something of it must begin to go out; None where the log does not say.
        begun: Whether something of it went out since.
        login: As which user of the operating system; "" in older logs.
        by_login: Whether the office's persons had logins of their own by then, so that those must differ, too.
    """

    seq: int
    by: str
    author: Author
    content: str
    digest: str
    quantity: int
    made_of: str = ""
    gateway: str = ""
    until: datetime | None = None
    begun: bool = False
    login: str = ""
    by_login: bool = False

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

    def objection(self, *, by_login: bool = False, strict: bool = True) -> str:
        """Why this is no second person's yes; "" if it is (CHK-04).

        Args:
            by_login: Whether the office's persons have logins of their own by now.
            strict: Whether an author's word is asked for of what the daemon of an earlier version wrote, too.
        """
        if self.author.is_daemon and (strict or self.author.accountable):
            return "the daemon wrote it, and no author stood for it before it was approved"
        if same_person(self.by, DAEMON):
            return "it was approved in the daemon's name, which is no person's"
        if same_person(self.by, self.author.name):
            return f"{self.by} generated and approved it"
        if (self.by_login or by_login) and self.login and self.login == self.author.login:
            return (
                f"{self.author.name} and {self.by} generated and approved it as the same user `{self.login}`"
            )
        return ""


def author_of(entries: Iterable[Entry]) -> Author:
    """Who stands for the messages of a run as it is after some entries, in order."""
    author = Author()
    for _entry, _approval, author in _followed(entries):  # noqa: B007 - the last one counts
        pass
    return author


def standing(entries: Iterable[Entry]) -> LoggedApproval | None:
    """The approval that stands after some entries of one run, in order; None if none does."""
    found: LoggedApproval | None = None
    for _entry, found, _author in _followed(entries):  # noqa: B007 - the last one counts
        pass
    return found


def missing(
    entries: Iterable[Entry], *, content: str, digest: str, quantity: int, by_login: bool = False
) -> str:
    """Why the log of a run does not approve what is about to go out; "" if it does (CHK-04, CHK-05).

    Args:
        entries: All entries of the run, in order.
        content: Hash over what the wording is made of.
        digest: Hash over the messages.
        quantity: Messages of the whole run.
        by_login: Whether the office's persons have logins of their own, so that those must differ, too.
    """
    found = standing(entries)
    if found is None:
        return "the log has no approval of it that stands"
    if why := found.objection(by_login=by_login):
        return f"{why} (entry {found.seq}); somebody else must approve it"
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
    for entry, found, _author in _followed(entries):
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


def _followed(entries: Iterable[Entry]) -> Iterator[tuple[Entry, LoggedApproval | None, Author]]:
    """Each entry of a run with the approval that stands once it is written, and who stands for the messages."""
    author, written = Author(), ""
    found: LoggedApproval | None = None
    for entry in entries:
        if entry.kind in VOIDS:
            found = None
        fields = entry.fields if entry.kind in {GENERATED, VOUCHED, APPROVED, ERASED} else {}
        if entry.kind == GENERATED:
            login = fields.get("login", "")
            author = Author(entry.actor, login, bool(login or fields.get("account")))
            written = fields.get("digest", "")
        elif entry.kind == VOUCHED and written == fields["digest"]:
            author = Author(entry.actor, fields.get("login", ""), accountable=True)
        elif entry.kind == APPROVED:
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
                login=fields.get("login", ""),
                by_login=bool(fields.get("people")),
            )
        elif entry.kind == ERASED:
            if fields.get("before") == written:
                written = fields["digest"]
            if found and fields.get("before") == found.digest:
                found = replace(found, digest=fields["digest"])
        elif found and (entry.kind in OUT or entry.kind == PRINTED):
            found = replace(found, begun=True)
        yield entry, found, author


def approved_contents(entries: Iterable[Entry]) -> set[tuple[str, str]]:
    """(content, digest) of each approval of a run that something went out by, or that stands at the end.

    As they were approved: who was erased since makes a form that was signed no less the one that was signed.

    Args:
        entries: All entries of the run, in order.
    """
    given: dict[int, tuple[str, str]] = {}
    counted: set[int] = set()
    found: LoggedApproval | None = None
    for entry, found, _author in _followed(entries):
        if entry.kind == APPROVED:
            given[entry.seq] = entry.fields["content"], entry.fields["digest"]
        if found and (entry.kind in OUT or entry.kind == PRINTED):
            counted.add(found.seq)
    if found:
        counted.add(found.seq)
    return {given[seq] for seq in counted}
