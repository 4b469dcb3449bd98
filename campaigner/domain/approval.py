"""Approvals: what one covers, when it holds, what bars a run under it, and what the log says of it.

A row of the store can be written by whoever has its key, an entry of the log cannot be slipped in between: so what is
about to go out is held against both.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, assert_never

from campaigner.domain.evidence import PRINTED
from campaigner.domain.log import Entry
from campaigner.domain.second_person import Author, Unfit, unfit

APPROVED, GENERATED, ERASED, VOUCHED = "approved", "generated", "erased", "vouched"
OUT = frozenset({"exported", "sent"})
"""Kinds of entries that tell of messages that went out."""
VOIDS = frozenset({GENERATED, "returned", "voided", "lapsed", "withdrawn", "cancelled", "expired"})
"""Kinds of entries after which an approval given before them no longer stands."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A second person's yes as the store has it: to one content and one quantity.

    Args:
        by: Who approved.
        at: When.
        content_hash: Hash over what the wording is made of.
        digest: Hash over the messages.
        quantity: How many messages the yes covers.
        parts: SMS parts of them.
        expires_at: Until when something of it must begin to go out; None if it holds for ever.
        repeats: How many of its phones may have the same text a second time; None where nobody counted them.
    """

    by: str
    at: datetime
    content_hash: str
    digest: str
    quantity: int
    parts: int
    expires_at: datetime | None = None
    repeats: int | None = None

    def facts(self, *, made_of: str, gateway: str, until: datetime, tied: bool | None) -> dict[str, Any]:
        """What its entry in the log says, as `standing` reads it.

        Args:
            made_of: Hash over what the messages are made of and go out by, whatever the schedule is.
            gateway: Hash over the gateway's settings; "" without a gateway.
            until: Until when it holds, in the office's zone.
            tied: Whether the office's persons have logins of their own; None where the approver's is not known.
        """
        return {
            "content": self.content_hash, "digest": self.digest, "quantity": self.quantity, "parts": self.parts,
            "made_of": made_of, "gateway": gateway, **({} if tied is None else {"people": tied}),
            "holds_until": until.isoformat(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What is about to go out of a run.

    Args:
        content: Hash over what the wording is made of.
        digest: Hash over the messages.
        quantity: Messages of the whole run.
        gateway: Hash over the settings of the gateway that it goes out by; "" without a gateway.
        title: Its title, as the log would have it.
    """

    content: str
    digest: str
    quantity: int
    gateway: str
    title: str


class By(StrEnum):
    """What bars a run."""

    NONE = "none"
    """There is no approval in the store."""
    OTHER = "other"
    """It is of something else."""
    MORE = "more"
    """It covers fewer messages."""
    TIME = "time"
    """It has lapsed."""
    LOG = "log"
    """The log does not approve it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Why something is not released.

    Args:
        by: What bars it.
        why: In words that stand behind the run's name, or behind a colon where the log bars it; of an approval that has
            lapsed, until when it held.
    """

    by: By
    why: str


def barred(
    kept: Approval | None,
    entries: Sequence[Entry],
    leaving: Leaving,
    now: datetime,
    *,
    begun: bool,
    tied: bool,
) -> Bar | None:
    """What bars something from going out under the approval of its run; None if nothing does (CHK-04, CHK-05).

    Args:
        kept: The approval that stands by the store.
        entries: All entries of the run, in order.
        leaving: What is about to go out.
        now: The time, in the office's zone.
        begun: Whether something of the run is out, or about to be: what has begun in time may be finished.
        tied: Whether the office's persons have logins of their own.
    """
    if kept is None:
        return Bar(By.NONE, "has no approval that stands")
    if (kept.digest, kept.content_hash) != (leaving.digest, leaving.content):
        return Bar(By.OTHER, f"is not what {kept.by} approved")
    if leaving.quantity > kept.quantity:
        return Bar(By.MORE, f"has {leaving.quantity} messages; {kept.quantity} were approved")
    if not begun and kept.expires_at and kept.expires_at < now:
        until = kept.expires_at.astimezone(now.tzinfo)
        return Bar(By.TIME, f"{until:%Y-%m-%d %H:%M}")
    why = missing(
        entries, content=leaving.content, digest=leaving.digest, quantity=leaving.quantity, by_login=tied
    )
    logged = standing(entries)
    if logged is not None and not why:
        why = logged.bars(leaving.gateway, now) or retitled(entries, leaving.title)
    return Bar(By.LOG, why) if why else None


def retitled(entries: Iterable[Entry], title: str) -> str:
    """Why a run is not called as it was when it was generated; "" if it is. Earlier versions logged no title.

    Args:
        entries: All entries of the run, in order.
        title: Its title, as the log would have it; manifests and forms bear it.
    """
    made = [entry for entry in entries if entry.kind == GENERATED and "title" in entry.fields]
    if not made or made[-1].fields["title"] == title:
        return ""
    return f"its title is not the one that it was generated with (entry {made[-1].seq})"


def rebound(bound: str, before: str | None, after: str) -> str:
    """What an approval, or an author's word, is bound to once somebody's messages were taken out at his request.

    Args:
        bound: Hash over the messages that it was bound to.
        before: Hash over all messages; None where an older log does not say.
        after: Hash over those that are left.
    """
    return after if bound == before else bound


class Differs(StrEnum):
    """What of a run is not as it was approved."""

    GATEWAY = "gateway"
    WARNINGS = "warnings"
    MAKING = "making"
    """Settings, template or warning."""


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
        word, tied = strict or self.author.accountable, self.by_login or by_login
        why = unfit(self.by, self.login or None, self.author, tied=tied, word=word)
        match why:
            case None:
                return ""
            case Unfit.UNVOUCHED:
                return "the daemon wrote it, and no author stood for it before it was approved"
            case Unfit.DAEMON:
                return "it was approved in the daemon's name, which is no person's"
            case Unfit.AUTHOR:
                return f"{self.by} generated and approved it"
            case Unfit.LOGIN:
                names = f"{self.author.name} and {self.by}"
                return f"{names} generated and approved it as the same user `{self.login}`"
            case _:
                assert_never(why)

    def differs(self, *, gateway: str, named: bool, made_of: str, content: str) -> Differs | None:
        """What of the run is no longer as it was approved; None if nothing is.

        Args:
            gateway: Hash over the gateway's settings now.
            named: Whether its campaign still writes about what the run is about.
            made_of: Hash over what its messages would be made of and go out by now, whatever the schedule is.
            content: Hash over what its wording would be made of now; it counts where an older log lacks the other.
        """
        if self.gateway and gateway != self.gateway:
            return Differs.GATEWAY
        if not named:
            return Differs.WARNINGS
        same = made_of == self.made_of if self.made_of else content == self.content
        return None if same else Differs.MAKING


def author_of(entries: Iterable[Entry]) -> Author:
    """Who stands for the messages of a run as it is after some entries, in order."""
    author = Author()
    for _entry, _approval, author in followed(entries):  # noqa: B007 - the last one counts
        pass
    return author


def standing(entries: Iterable[Entry]) -> LoggedApproval | None:
    """The approval that stands after some entries of one run, in order; None if none does."""
    found: LoggedApproval | None = None
    for _entry, found, _author in followed(entries):  # noqa: B007 - the last one counts
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


def followed(entries: Iterable[Entry]) -> Iterator[tuple[Entry, LoggedApproval | None, Author]]:
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
            before, after = fields.get("before"), fields.get("digest", "")
            written = rebound(written, before, after)
            found = found and replace(found, digest=rebound(found.digest, before, after))
        elif found and (entry.kind in OUT or entry.kind == PRINTED):
            found = replace(found, begun=True)
        yield entry, found, author
