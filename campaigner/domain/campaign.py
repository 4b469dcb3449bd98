"""A campaign and the parts it is put together from, as config.toml describes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import Enum, auto
from typing import Any, ClassVar, Self, cast

from campaigner.domain.calendar import Calendar, Rest
from campaigner.domain.dayrule import Every, FromAnchor, Rule, Weekly, needs_work
from campaigner.domain.missed import Misfire
from campaigner.domain.timetable import ALWAYS, UNLIMITED, Ceilings, Window


class Route(Enum):
    """The two ways in which messages leave. No third is to come: a switch over them ends in `assert_never`."""

    GATEWAY = auto()
    """To a phone number, over a gateway: with parts, costs, quiet days and caps, and a state for each message."""
    FOLDER = auto()
    """As files in the folder of the run, which people print, post, show or read out."""


class Channel(str):
    """The name of a kind of artefact, as config.toml, the store and the log write it: `sms`, `letter`.

    Which kinds there are depends on what is installed (`campaigner.artefacts.registry`), so a name that was stored is
    a channel even if nobody can write or print it any more. There is one object per name.
    """

    __slots__ = ()

    SMS: ClassVar["Channel"]
    """The one kind that goes over gateways: tables, caps and costs know it."""
    _known: ClassVar[dict[str, "Channel"]] = {}

    def __new__(cls, name: str) -> Self:
        """The channel of that name: the same object each time, in every thread."""
        known = cls._known.get(name) or cls._known.setdefault(name, super().__new__(cls, name))
        return cast("Self", known)

    @property
    def value(self) -> str:
        """The name alone, as it is stored."""
        return str(self)

    @property
    def route(self) -> Route:
        """In which of the two ways it leaves."""
        return Route.GATEWAY if self is Channel.SMS else Route.FOLDER


Channel.SMS = Channel("sms")


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code that a sheet may carry: what it holds, and what stands beside it."""

    content: str
    label: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A named filter over one audience.

    Args:
        name: Its name in config.toml; never shown to a recipient (B7).
        audience: Name of the audience it filters.
        filter: The expression; "" means everybody.
        title: What officers call it, Chinese.
    """

    name: str
    audience: str
    filter: str
    title: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a campaign fires; exactly one of `cron`, `every`, `dates`, `rule` and `occasion` is given.

    Args:
        cron: Five fields, minute hour day month weekday, in the office's zone.
        every: Interval counted from `start`.
        dates: Single moments, with zone.
        start: First moment it may fire.
        end: Last moment it may fire.
        rule: Which days, counted in the calendar.
        occasion: Name of the occasion in which it fires.
        during: On which of its days; None is the first only.
        at: Time of day for a rule or an occasion, in the office's zone.
        on_rest_day: What becomes of a firing on a day that is no working day in China.
    """

    cron: str = ""
    every: timedelta | None = None
    dates: tuple[datetime, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    rule: Rule | None = None
    occasion: str = ""
    during: Every | Weekly | None = None
    at: time = time(9)
    on_rest_day: Rest = Rest.KEEP

    @property
    def moves(self) -> bool:
        """Whether days of rest make a difference to days that may be such."""
        working = self.rule is not None and needs_work(self.rule)
        working = working or (isinstance(self.during, Every) and needs_work(self.during))
        return self.on_rest_day is not Rest.KEEP and not working

    @property
    def needs_calendar(self) -> bool:
        """Whether working days, terms or occasions decide when it fires."""
        counted = isinstance(self.rule, FromAnchor) or (self.rule is not None and needs_work(self.rule))
        return counted or bool(self.occasion) or self.moves

    def rests_on(self, calendar: Calendar) -> Mapping[str, object]:
        """Whatever of the calendar decides when it fires: days, terms, its occasion; without them, it says nothing."""
        found: dict[str, object] = {}
        anchor = self.rule if isinstance(self.rule, FromAnchor) else None
        name = self.occasion or (anchor.occasion if anchor else "")
        if name in calendar.occasions:
            spans = calendar.occasions[name]
            found["occasion"] = (spans.start, spans.end, spans.day)
        if (anchor and not name) or (name in calendar.occasions and calendar.occasions[name].by_term):
            found["terms"] = [(term.first, term.last) for term in calendar.terms]
        counting = [self.rule, self.during if isinstance(self.during, Every) else None]
        if self.moves or any(needs_work(rule) for rule in counting if rule is not None):
            found["days"] = (sorted(calendar.holidays), sorted(calendar.workdays))
        return found


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """What a campaign does on one channel.

    Args:
        channel: Which.
        template: Template id, `sms/elderly`.
        segment: Name of the segment it goes to.
        options: Further settings of that channel, as its kind of artefact has read and checked them.
    """

    channel: Channel
    template: str
    segment: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Campaign:
    """Segment x warnings x template per channel x schedule x gateway.

    Args:
        name: Its name in config.toml.
        title: What officers call it, Chinese.
        warnings: Ids of the warnings; with `rotate` one of them per run, in turn.
        rotate: One warning per run instead of all of them.
        channels: One plan per channel.
        schedule: When it fires.
        gateway: Name of the way out for SMS.
        paused: Whether it is left out of the plan.
        misfire: What becomes of a run that was missed.
        not_after: How long after its moment a run may still go out; None for the office's own rule.
    """

    name: str
    title: str
    warnings: tuple[str, ...]
    rotate: bool
    channels: tuple[ChannelPlan, ...]
    schedule: Schedule
    gateway: str
    paused: bool = False
    misfire: Misfire = Misfire.LATE
    not_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class GatewayPlan:
    """A way out as config.toml describes it.

    Args:
        name: Its name in config.toml.
        kind: Entry point in the group `campaigner.gateways`.
        signature: What stands in 【】 before each text, without the brackets.
        suffix: What is added to each text, as the way to opt out.
        price_milli: Price of one part in thousandths of a yuan.
        options: What that kind of gateway understands besides.
        window: Hours in which it may be used.
        ceilings: How much it takes in an hour and on a day.
        halt_percent: Share of failures beyond which a sending is held back, in percent; 0 for never.
    """

    name: str
    kind: str
    signature: str
    suffix: str
    price_milli: int
    options: Mapping[str, Any] = field(default_factory=dict)
    window: Window = ALWAYS
    ceilings: Ceilings = UNLIMITED
    halt_percent: int = 20


@dataclass(frozen=True, slots=True)
class Office:
    """Who we are, as recipients read it.

    Args:
        name: The office.
        place: Its town or district, as in "本镇".
        zone: IANA time zone in which times are read and shown.
        author: Who prepares runs, when the command does not say.
        issuers: Who signs letters and posters, in order.
        hotlines: Extra numbers that may be printed: number -> what it is.
    """

    name: str
    place: str
    zone: str
    author: str
    issuers: tuple[str, ...]
    hotlines: Mapping[str, str] = field(default_factory=dict)
