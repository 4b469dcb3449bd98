"""How often one phone, or one household, is written to; what is too much is put off, never dropped."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from campaigner.domain.timetable import Timetable

NONE = timedelta(0)
_ROUNDS = 1000
"""Steps forward after which no free place is expected any more."""


class Cap(StrEnum):
    """Which rule put a message off."""

    GAP = "gap"
    PER_PHONE = "per-phone"
    PER_HOUSEHOLD = "per-household"
    SAME_TEXT = "same-text"


CAP_TITLES = {
    Cap.GAP: ("too soon after another message", "与上一条间隔太短"),
    Cap.PER_PHONE: ("has had as many messages as one phone may have", "该号码近期条数已满"),
    Cap.PER_HOUSEHOLD: ("the household has had as many messages as it may have", "该户近期条数已满"),
    Cap.SAME_TEXT: ("had the same text not long ago", "不久前收到过同样内容"),
}


@dataclass(frozen=True, slots=True)
class Contact:
    """One message that went out, or is set to go out.

    Args:
        at: When, with zone.
        text: Names of its text, separated by blanks; messages that share one say the same.
    """

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` messages in any span of time of length `within`."""

    count: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class Caps:
    """Rules for all campaigns together.

    Args:
        phone: For one phone; None for no limit.
        household: For one household; None for no limit.
        gap: Least time between two messages to one phone.
        same_text: Least time until the same text may come again to one phone.
    """

    phone: Limit | None = None
    household: Limit | None = None
    gap: timedelta = NONE
    same_text: timedelta = NONE

    @property
    def reach(self) -> timedelta:
        """How far from a moment contacts still matter."""
        spans = [limit.within for limit in (self.phone, self.household) if limit]
        return max(self.gap, self.same_text, *spans, NONE)

    def counts_for_phone(self, contact: Contact, at: datetime, text: str) -> bool:
        """Whether a contact can still stand against a message with this text, at this moment or later."""
        spans = [self.gap, self.phone.within if self.phone else NONE]
        return contact.at > at - max(*spans, self.same_text if say_the_same(contact.text, text) else NONE)

    def counts_for_household(self, contact: Contact, at: datetime) -> bool:
        """Whether a contact can still stand against a message to its household, at this moment or later."""
        return self.household is not None and contact.at > at - self.household.within

    @property
    def any_for_phone(self) -> bool:
        """Whether any rule looks at phones."""
        return bool(self.phone or self.gap or self.same_text)


def say_the_same(one: str, other: str) -> bool:
    """Whether two texts share a name: that of template and warnings, or that of the finished wording."""
    return not set(one.split()).isdisjoint(other.split())


def phone_cap(
    caps: Caps, contacts: Sequence[Contact], at: datetime, text: str
) -> tuple[datetime, Cap] | None:
    """The first rule that a message to a phone at this moment would break, and until when it does; None if none."""
    for contact in contacts:
        if abs(contact.at - at) < caps.gap:
            return contact.at + caps.gap, Cap.GAP
    for contact in contacts:
        if say_the_same(contact.text, text) and abs(contact.at - at) < caps.same_text:
            return contact.at + caps.same_text, Cap.SAME_TEXT
    until = _full_until(caps.phone, [contact.at for contact in contacts], at) if caps.phone else None
    return (until, Cap.PER_PHONE) if until else None


def household_cap(caps: Caps, moments: Iterable[datetime], at: datetime) -> tuple[datetime, Cap] | None:
    """Until when a household has had enough, if it has at this moment."""
    until = _full_until(caps.household, list(moments), at) if caps.household else None
    return (until, Cap.PER_HOUSEHOLD) if until else None


def _full_until(limit: Limit, moments: Sequence[datetime], at: datetime) -> datetime | None:
    """When the first of those leaves the span that makes a message at `at` one too many; None if it is not."""
    ordered = sorted([*moments, at])
    place = ordered.index(at)
    for first in range(max(0, place - limit.count), place + 1):
        last = first + limit.count
        if last < len(ordered) and ordered[last] - ordered[first] < limit.within:
            start = ordered[first] if ordered[first] < at else ordered[first + 1]
            return start + limit.within
    return None


def first_allowed(
    blocked: Callable[[datetime], tuple[datetime, Cap] | None], at: datetime, timetable: Timetable
) -> tuple[datetime | None, Cap | None]:
    """When a message may go: at once, or put off to the first moment that the rules and the window allow.

    Args:
        blocked: `phone_cap` or `household_cap` of the one whom the message is for.
        at: The moment wished for, in the zone of the timetable's hours, which is open.
        timetable: When the channel is open.

    Returns:
        (moment, the rule that first put it off); (`at`, None) if none does, (None, rule) if no moment is found.
    """
    moment, why = at, None
    for _round in range(_ROUNDS):
        found = blocked(moment)
        if found is None:
            return moment, why
        until, rule = found
        why = why or rule
        later = max(until.astimezone(UTC), moment.astimezone(UTC) + timedelta(minutes=1))
        opening = timetable.opening(later.astimezone(at.tzinfo))
        if opening is None:
            return None, why
        moment = opening
    return None, why
