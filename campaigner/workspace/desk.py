"""What the verbs work with: everything that was read from the working folder, frozen."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, assert_never

from campaigner.artefacts import registry
from campaigner.config import Config
from campaigner.config.model import CALENDAR
from campaigner.domain.campaign import Campaign, Channel, ChannelPlan, Route
from campaigner.domain.executor import Over
from campaigner.domain.people import Audience, plain_line
from campaigner.domain.planning import PlannedRun
from campaigner.domain.problem import Problem
from campaigner.domain.roles import Deed
from campaigner.domain.segment import Filter
from campaigner.domain.timetable import ALWAYS, Timetable
from campaigner.domain.warning import Catalogue
from campaigner.domain.wording.ruleset import Ruleset
from campaigner.errors import RoleError
from campaigner.rendering.library import Template
from campaigner.store import log, refusals
from campaigner.store.engine import Connection, Store
from campaigner.store.refusals import Entered, Refusal

ROLES = "roles"
"""Kind of the log's entries that tell who works here with which roles."""


class Bar(Protocol):
    """One piece of long work that somebody watches."""

    def advance(self, count: int) -> None:
        """So much more is done."""
        ...


class Progress(Protocol):
    """Shows long work; `total` is None where it is not known."""

    def bar(self, label: str, total: int | None) -> AbstractContextManager[Bar]:
        """A bar for one piece of work."""
        ...


class Unwatched:
    """A bar that nobody sees."""

    def advance(self, count: int) -> None:
        """So much more is done."""


class Silent:
    """Progress that nobody watches."""

    @contextmanager
    def bar(self, label: str, total: int | None) -> Iterator[Bar]:  # noqa: ARG002
        """No bar."""
        yield Unwatched()


@dataclass(frozen=True, slots=True)
class Desk:
    """The working folder as read at one time.

    Args:
        config: The configuration.
        templates: Templates by id; faulty ones are missing and in `problems`.
        catalogue: Warnings by id, likewise.
        filters: Compiled filter of each segment, likewise.
        rules: Rules on wording.
        problems: Everything wrong with the above.
        doubt: Why config.toml cannot be read now, in English and Chinese; then this is what was read before, and
            nothing goes out by it.
    """

    config: Config
    templates: Mapping[str, Template]
    catalogue: Catalogue
    filters: Mapping[str, Filter]
    rules: Ruleset
    problems: tuple[Problem, ...]
    doubt: tuple[str, str] | None = None

    def audience_of(self, segment: str) -> Audience:
        """The audience that a segment filters."""
        return self.config.audiences[self.config.segments[segment].audience]

    def local(self, moment: datetime) -> datetime:
        """A moment in the office's zone."""
        return moment.astimezone(self.config.zone)

    def timetable(self, channel: Channel, gateway: str = "") -> Timetable:
        """When a channel may go out, over a gateway; paper is not bound by quiet days."""
        hours = self.config.hours
        window = hours.windows.get(channel, ALWAYS)
        match channel.route:
            case Route.FOLDER:
                return Timetable(window)
            case Route.GATEWAY:
                plan = self.config.gateways.get(gateway)
                both = window.within(plan.window) if plan else window
                return Timetable(both or window, hours.quiet_days)
            case never:
                assert_never(never)

    def timetable_of(self, planned: PlannedRun) -> Timetable:
        """When a run may go out: as its SMS may, or as its paper if it has none."""
        channels = [tally.channel for tally in planned.tallies]
        channel = Channel.SMS if Channel.SMS in channels or not channels else channels[0]
        return self.timetable(channel, planned.gateway)

    def day(self, moment: datetime) -> date:
        """The day of a moment in the office's zone."""
        return self.local(moment).date()


@dataclass(frozen=True, slots=True)
class Work:
    """One call of a stage: on what, where it is kept, when, by whom, and who watches.

    Args:
        desk: The working folder.
        store: Its store.
        now: The time to work at, with zone; a rehearsal may set it.
        actor: Who does it, for the log.
        clock: The time it really is: what the log says, whatever is rehearsed.
        progress: Shows how far it is.
        login: User of the operating system at the keyboard; None where the clock works by itself.
        account: As which user of the operating system the clock works; "" where nobody says.
        over: Carries partition functions over parts: `map`, or workers elsewhere.
        reread: Gives the working folder as it is now, read again if it changed; None where it cannot change.
        say: Called with what a person should read besides what the stage returns.
    """

    desk: Desk
    store: Store
    now: datetime
    actor: str
    clock: datetime
    progress: Progress = field(default_factory=Silent)
    login: str | None = None
    over: Over = map
    account: str = ""
    reread: Callable[[], Desk] | None = None
    say: Callable[[str], None] = lambda _line: None

    def in_force(self) -> Desk:
        """The working folder with the configuration that is in force at this moment."""
        return self.reread() if self.reread is not None else self.desk

    @property
    def is_rehearsed(self) -> bool:
        """Whether the time to work at is another than the true one."""
        return self.now != self.clock

    def ask(self, deed: Deed) -> None:
        """Whether the actor may do this; the clock, which is nobody, does what others have approved.

        Raises:
            RoleError: He may not; the message says who may.
        """
        if self.login is None:
            return
        refusal = self.desk.config.staff.refusal(self.login, self.actor, deed)
        if refusal:
            raise RoleError(refusal)

    def record(self, connection: Connection, kind: str, run: str, data: Mapping[str, Any]) -> None:
        """Add to the sent log, within the caller's transaction: by name, and by the system's user.

        A rehearsed time is told beside the true one. Where persons or roles are others than the log knows, an entry of
        them comes first, so that no change of them is without a trace, not even one that is taken back.
        """
        self._note_staff(connection)
        log.append(connection, self.clock, kind, run, plain_line(self.actor), {**data, **self._how()})

    def enter_refusals(self, connection: Connection, fresh: Iterable[Refusal]) -> Entered:
        """Enter refusals under the number of the next entry, which must be the caller's that tells of them.

        An entry of changed persons or roles comes first, so that it does not take that number.
        """
        self._note_staff(connection)
        return refusals.enter(connection, fresh)

    def _note_staff(self, connection: Connection) -> None:
        staff = (self.in_force() if self.login is None else self.desk).config.staff
        known = log.newest(connection, ROLES)
        before = known.fields["after"] if known else ""
        if before != staff.digest:
            facts = {"before": before, "after": staff.digest, **staff.as_data()}
            log.append(connection, self.clock, ROLES, "", plain_line(self.actor), {**facts, **self._how()})

    def _how(self) -> dict[str, str]:
        """At which rehearsed time, and as which user of the system."""
        as_of = {"as_of": self.now.isoformat()} if self.is_rehearsed else {}
        return {**as_of, **as_whom(self.login, self.account)}


def as_whom(login: str | None, account: str) -> dict[str, str]:
    """What an entry of the log says of the system's user.

    Args:
        login: Of the person at the keyboard; None where the clock works by itself.
        account: Of the clock.
    """
    if login is not None:
        return {"login": plain_line(login)}
    return {"account": plain_line(account)} if account else {}


def faulty_parts(desk: Desk, campaign: Campaign) -> set[tuple[str, str]]:
    """Sections of config.toml with a problem that a campaign needs: it must not go out with a part of it missing."""
    wanted = {("campaigns", campaign.name), ("gateways", campaign.gateway)}
    if campaign.schedule.needs_calendar:
        wanted.add(CALENDAR)
    for plan in campaign.channels:
        wanted |= {("segments", plan.segment), ("qr", plan.options.get("qr", ""))}
        if plan.segment in desk.config.segments:
            wanted.add(("audiences", desk.config.segments[plan.segment].audience))
    without_filter = {
        ("segments", plan.segment) for plan in campaign.channels if plan.segment not in desk.filters
    }
    return (wanted & desk.config.faulty) | without_filter


def day_number(day: date) -> int:
    """yyyymmdd, as blocks and filters count days."""
    return day.year * 10000 + day.month * 100 + day.day


def channel_plans(campaign: Campaign, desk: Desk) -> list[ChannelPlan]:
    """The channels of a campaign that can be carried out: kind, segment, template and filter are there."""
    return [
        plan
        for plan in campaign.channels
        if registry.is_usable(plan.channel)
        and plan.segment in desk.filters
        and plan.template in desk.templates
        and desk.config.segments[plan.segment].audience in desk.config.audiences
    ]
