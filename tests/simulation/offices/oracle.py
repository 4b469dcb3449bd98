"""What must hold of an office, said as simply as it can be said; it knows what was asked for, not how it is done."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.simulation.offices.lists import Sheet
from tests.simulation.offices.record import Contact
from tests.simulation.offices.settings import DAY, Campaign, Settings, minute_of, moment

HOUR = 60
SLACK = 1
"""Minutes by which two moments may differ because they are cut to minutes."""


@dataclass(frozen=True)
class Fault:
    """Something that must not be: the property that it breaks, and what was seen."""

    rule: str
    text: str


def split(code: str) -> tuple[str, int]:
    """Campaign and minute that a run's code names."""
    name, day, time = code.rsplit("-", 2)
    at = moment(0).strptime(f"{day}{time}", "%Y%m%d%H%M").replace(tzinfo=moment(0).tzinfo)
    return name, minute_of(at)


@dataclass
class Oracle:
    """Everything that was asked for, refused and approved so far, and what went out.

    Args:
        warnings: Warning -> its words.
        versions: (minute, settings) of every configuration that could be read, the last one in force.
        sheets: File -> list as it is now.
        refused: Phone -> how it is known that he wants no messages, besides what the lists say now.
        approved: Runs that stand approved by a second person.
        held: Runs and campaigns that somebody holds back.
        ended: Runs that somebody called off or sent back.
        written: Run -> list from which its messages were last written.
        contacts: Everything that went out.
    """

    warnings: Mapping[str, str]
    versions: list[tuple[int, Settings]]
    sheets: dict[str, Sheet]
    refused: dict[int, str] = field(default_factory=dict)
    approved: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    written: dict[str, Sheet] = field(default_factory=dict)
    contacts: list[Contact] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        """The configuration in force: the last one that could be read."""
        return self.versions[-1][1]

    # ---- what becomes known ----

    def lists_were_read(self) -> None:
        """A plan has read every list: what it refuses holds from now on, whatever the list says later."""
        for file in self.settings.audiences:
            sheet = self.sheets[file]
            if not sheet.unreadable:
                self.refused |= {
                    one: f"stood in {file}" for one in sheet.refusals() if one not in self.refused
                }

    def went_out(self, contacts: Iterable[Contact]) -> list[Fault]:
        """Take note of what went out; whatever of it must not have is a fault."""
        found: list[Fault] = []
        for contact in contacts:
            found += self._faults(contact)
            self.contacts.append(contact)
        return found

    # ---- what must hold of each message ----

    def _faults(self, contact: Contact) -> Iterator[Fault]:
        who = f"{contact.run} to ...{contact.phone % 1000:03d} at {moment(contact.seen):%a %d %H:%M}"
        checks = (
            ("asked", self._not_asked(contact)), ("approved", self._not_approved(contact)),
            ("hours", self._closed(contact)), ("refused", self._refused(contact)),
            ("unreadable", self._unreadable()), ("same-text", self._same_text(contact)),
            ("caps", self._caps(contact)), ("twice", self._twice(contact)),
        )  # fmt: skip
        for rule, why in checks:
            if why:
                yield Fault(rule, f"{who}: {why}")

    def _not_asked(self, contact: Contact) -> str:
        name, due = split(contact.run)
        campaign = self.settings.campaigns.get(name)
        if campaign is None:
            return "there is no such campaign any more"
        if campaign.paused:
            return "its campaign is paused"
        if not self.settings.asks(name, due):
            return "its schedule has no such moment"
        if not any(version.asks(name, due) for minute, version in self.versions if minute <= due):
            return "nobody asked for it when it was due"
        return self._otherwise(contact, campaign)

    def _otherwise(self, contact: Contact, campaign: Campaign) -> str:
        """What of a message is not as the configuration in force would have it."""
        if campaign.gateway != contact.gateway:
            return f"it is to go over {campaign.gateway}"
        if contact.text != self.settings.text(campaign, self.warnings):
            return "that is no longer its text"
        members = self.written[contact.run].members(self.settings.segments[campaign.segment].village)
        return "" if contact.phone in members else "is not in the segment"

    def _not_approved(self, contact: Contact) -> str:
        name, _due = split(contact.run)
        if contact.run in self.ended:
            return "somebody had called it off or sent it back"
        if {contact.run, name} & self.held:
            return "somebody holds it back"
        return "" if contact.run in self.approved else "nobody has approved it"

    def _closed(self, contact: Contact) -> str:
        _name, due = split(contact.run)
        if contact.urgent:
            return ""
        if contact.at < due:
            return "it is not due yet"
        return "" if self.settings.is_open(contact.at) else "its hours are closed"

    def _refused(self, contact: Contact) -> str:
        if contact.phone in self.refused:
            return f"he wants no messages: {self.refused[contact.phone]}"
        for file in self.settings.audiences:
            sheet = self.sheets[file]
            if contact.phone in sheet.refusals():
                return f"he wants no messages: {file} says so{' and is damaged' if sheet.damage else ''}"
        return ""

    def _unreadable(self) -> str:
        bad = [file for file in self.settings.audiences if self.sheets[file].unreadable]
        return f"{bad[0]} cannot be read ({self.sheets[bad[0]].damage}) and may refuse" if bad else ""

    def _same_text(self, contact: Contact) -> str:
        span = self.settings.same_text * HOUR
        for earlier in self.contacts:
            same = (earlier.phone, earlier.text) == (contact.phone, contact.text)
            if same and not contact.urgent and abs(contact.at - earlier.at) < span - SLACK:
                return f"had this text {abs(contact.at - earlier.at) / HOUR:.1f} h before, by {earlier.run}"
        return ""

    def _caps(self, contact: Contact) -> str:
        settings = self.settings
        if contact.urgent:
            return ""
        others = [earlier.at for earlier in self.contacts if earlier.phone == contact.phone]
        if any(abs(contact.at - at) < settings.gap * HOUR - SLACK for at in others):
            return "the last message is not long ago"
        near = [at for at in others if abs(contact.at - at) < 2 * DAY - SLACK]
        if settings.per_phone and len(near) >= settings.per_phone and _crowded([*near, contact.at], settings):
            return f"more than {settings.per_phone} in two days"
        gateway = settings.gateways[contact.gateway]
        over = [earlier.at for earlier in self.contacts if earlier.gateway == contact.gateway]
        if gateway.per_hour and sum(abs(at - contact.at) < HOUR - SLACK for at in over) >= gateway.per_hour:
            return f"more than {gateway.per_hour} an hour over {contact.gateway}"
        if gateway.per_day and sum(at // DAY == contact.at // DAY for at in over) >= gateway.per_day:
            return f"more than {gateway.per_day} on one day over {contact.gateway}"
        return ""

    def _twice(self, contact: Contact) -> str:
        again = any((earlier.run, earlier.phone) == (contact.run, contact.phone) for earlier in self.contacts)
        return "he had it of the same run already" if again else ""


def _crowded(moments: list[int], settings: Settings) -> bool:
    """Whether any two days have more messages than one phone may have."""
    ordered = sorted(moments)
    first_and_last = zip(ordered, ordered[settings.per_phone :], strict=False)
    return any(last - first < 2 * DAY - SLACK for first, last in first_and_last)
