"""What an office asks for, in terms of the test alone: its settings as values, their days worked out by brute force."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2027, 3, 1, tzinfo=ZONE)
"""Midnight of a Monday; moments of a history are minutes from here."""
DAY = 24 * 60
_CRON_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OPENINGS = ("反诈提醒：", "平安提醒：", "防骗提醒：", "温馨提示：")
"""How the texts of a template begin, by its version."""
SIGNATURES = ("测试镇反诈中心", "测试镇综治中心")
SUFFIX = "拒收请回复R"


def moment(minute: int) -> datetime:
    """The moment so many minutes from the start, in the office's zone."""
    return START + timedelta(minutes=minute)


def minute_of(at: datetime) -> int:
    """Minutes from the start to a moment."""
    return int((at - START) / timedelta(minutes=1))


def _day(number: int) -> date:
    return (START + timedelta(days=number)).date()


@dataclass(frozen=True)
class Schedule:
    """When a campaign fires.

    Args:
        kind: `weekly` (by cron), `dates`, `every` (so many days), `term` (working days before it starts) or `fair`
            (an occasion's first day).
        at: Minute of the day; unused for `dates`.
        numbers: Weekdays from 0, minutes from the start, or how many days.
        rest: What becomes of a weekly firing on a day of rest: `keep`, `next` or `skip`.
        start: Minute before which nothing is asked for; for `every` the first firing.
        end: Minute after which nothing is asked for.
    """

    kind: str
    at: int = 0
    numbers: tuple[int, ...] = ()
    rest: str = "keep"
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Campaign:
    """A campaign by SMS."""

    segment: str
    schedule: Schedule
    template: str = "a"
    warning: str = "personal-data"
    gateway: str = "carrier"
    paused: bool = False
    misfire: str = "late"


@dataclass(frozen=True)
class Segment:
    """People of a list, of one village or of all where it is empty."""

    audience: str
    village: str = ""


@dataclass(frozen=True)
class Gateway:
    """How much a way out takes; 0 for any number."""

    per_hour: int = 0
    per_day: int = 0
    price: int = 50


@dataclass(frozen=True)
class Settings:
    """All that config.toml and the templates say; lengths of time in hours.

    Args:
        spoiled: What makes the file unreadable in part or whole; "" if nothing does.
    """

    campaigns: Mapping[str, Campaign]
    segments: Mapping[str, Segment]
    audiences: tuple[str, ...] = ("one.csv", "two.xlsx")
    gateways: Mapping[str, Gateway] = field(default_factory=lambda: {"carrier": Gateway(), "line": Gateway()})
    openings: Mapping[str, int] = field(default_factory=lambda: {"a": 0, "b": 1})
    signature: int = 0
    window: tuple[int, int] = (8, 21)
    quiet: tuple[int, ...] = ()
    per_phone: int = 0
    gap: int = 0
    same_text: int = 0
    holidays: tuple[int, ...] = (4,)
    workdays: tuple[int, ...] = ()
    term: int = 8
    fair: int = 3
    not_after: int = 48
    spoiled: str = ""

    def works(self, day: int) -> bool:
        """Whether a day, by its number, is worked."""
        return day in self.workdays or (_day(day).weekday() < 5 and day not in self.holidays)

    def minutes(self, campaign: Campaign, last: int) -> Iterator[int]:
        """Every minute at which a campaign fires, up to a day, whether or not it is paused."""
        plan = campaign.schedule
        for due in self._fires(plan, last):
            if (plan.start is None or due >= plan.start) and (plan.end is None or due <= plan.end):
                yield due

    def _fires(self, plan: Schedule, last: int) -> Iterator[int]:
        if plan.kind == "dates":
            yield from plan.numbers
            return
        for day in range(-10, last + 1):
            if plan.kind == "weekly" and _day(day).weekday() in plan.numbers:
                if plan.rest == "keep" or self.works(day):
                    yield day * DAY + plan.at
                elif plan.rest == "next":
                    yield next(d for d in range(day, day + 30) if self.works(d)) * DAY + plan.at
            elif plan.kind == "every" and plan.start is not None:
                # The file names no hour of its own for it: the first firing has one.
                since = day - plan.start // DAY
                if since >= 0 and since % plan.numbers[0] == 0:
                    yield plan.start + since * DAY
            elif (plan.kind == "term" and day == self._before_term(plan.numbers[0])) or (
                plan.kind == "fair" and day == self.fair
            ):
                yield day * DAY + plan.at

    def _before_term(self, count: int) -> int:
        day = self.term
        while count:
            day -= 1
            count -= self.works(day)
        return day

    def asks(self, name: str, due: int) -> bool:
        """Whether a campaign of this name is to go out for this minute, paused or not."""
        campaign = self.campaigns.get(name)
        return campaign is not None and due in set(self.minutes(campaign, due // DAY + 1))

    def text(self, campaign: Campaign, warnings: Mapping[str, str]) -> str:
        """What its recipients read."""
        opening = OPENINGS[self.openings[campaign.template]]
        return f"【{SIGNATURES[self.signature]}】{opening}{warnings[campaign.warning]}{SUFFIX}"

    def is_open(self, minute: int) -> bool:
        """Whether SMS may go out at a minute."""
        day, of_day = divmod(minute, DAY)
        return self.window[0] * 60 <= of_day < self.window[1] * 60 and day not in self.quiet

    def opening(self, minute: int) -> int:
        """The first minute from this one on at which SMS may go out."""
        while not self.is_open(minute):
            minute += 10 - minute % 10
        return minute


# ---- as files ----


def toml(settings: Settings) -> str:
    """config.toml; spoiled, if the settings are."""
    parts = [_HEAD.format(**_head(settings))]
    for name, gateway in settings.gateways.items():
        parts.append(_gateway(name, gateway, settings))
    for audience in settings.audiences:
        sheet = 'sheet = "名单"\n' if audience.endswith(".xlsx") else ""
        place = f'[audiences.{_stem(audience)}]\nkind = "people"\nfile = "audiences/{audience}"\n'
        parts.append(f"{place}{sheet}{_LAWFUL}")
    for name, segment in settings.segments.items():
        filtered = f"filter = 'village == \"{segment.village}\"'\n" if segment.village else ""
        parts.append(f'[segments.{name}]\naudience = "{_stem(segment.audience)}"\n{filtered}')
    parts += [_campaign(name, campaign) for name, campaign in settings.campaigns.items()]
    return _spoil("\n".join(parts), settings.spoiled)


def _spoil(text: str, how: str) -> str:
    """Misspell a table or a key, or leave a bracket open."""
    if how == "bracket":
        return text.replace("[caps]", "[caps", 1)
    if how.startswith("key "):
        name = how.removeprefix("key ")
        return text.replace(f"[campaigns.{name}]\n", f"[campaigns.{name}]\npaussed = true\n", 1)
    if how:
        old, new = how.split(" ")
        return text.replace(f"[{old}", f"[{new}", 1)
    return text


def _stem(file: str) -> str:
    return file.partition(".")[0]


def _head(settings: Settings) -> dict[str, str]:
    caps = []
    if settings.per_phone:
        caps.append(f'per_phone = "{settings.per_phone} per 2 days"')
    if settings.gap:
        caps.append(f'gap = "{settings.gap} hours"')
    if settings.same_text:
        caps.append(f'same_text = "{settings.same_text} hours"')
    return {
        "opens": f"{settings.window[0]:02d}:00", "closes": f"{settings.window[1]:02d}:00",
        "quiet": _days(settings.quiet), "caps": "\n".join(caps), "holidays": _days(settings.holidays),
        "workdays": _days(settings.workdays), "term": str(_day(settings.term)), "fair": str(_day(settings.fair)),
        "not_after": str(settings.not_after),
    }  # fmt: skip


def _days(days: tuple[int, ...]) -> str:
    return ", ".join(str(_day(day)) for day in days)


def _gateway(name: str, gateway: Gateway, settings: Settings) -> str:
    kind = "files" if name == "carrier" else "simulated"
    lines = [
        f"[gateways.{name}]", f'kind = "{kind}"', f'signature = "{SIGNATURES[settings.signature]}"',
        f'suffix = "{SUFFIX}"', f"price = 0.{gateway.price:03d}", "halt_percent = 0",
    ]  # fmt: skip
    lines += ['formats = ["csv"]'] if name == "carrier" else []
    lines += [f"per_hour = {gateway.per_hour}"] if gateway.per_hour else []
    lines += [f"per_day = {gateway.per_day}"] if gateway.per_day else []
    return "\n".join([*lines, ""])


def _campaign(name: str, campaign: Campaign) -> str:
    return (
        f'[campaigns.{name}]\nsegment = "{campaign.segment}"\nwarnings = ["{campaign.warning}"]\n'
        f'gateway = "{campaign.gateway}"\nmisfire = "{campaign.misfire}"\n'
        f"{'paused = true' if campaign.paused else ''}\n"
        f"schedule = {{ {', '.join(_schedule(campaign.schedule))} }}\n"
        f'channels.sms = {{ template = "sms/{campaign.template}" }}\n'
    )


def _schedule(plan: Schedule) -> Iterator[str]:
    hour, minute = divmod(plan.at, 60)
    at = f'at = "{hour:02d}:{minute:02d}"'
    if plan.kind == "weekly":
        days = ",".join(_CRON_DAYS[day] for day in plan.numbers)
        yield f'cron = "{minute} {hour} * * {days}"'
        if plan.rest != "keep":
            yield f'on_rest_day = "{plan.rest}"'
    elif plan.kind == "dates":
        yield f"dates = [{', '.join(_stamp(due) for due in plan.numbers)}]"
    elif plan.kind == "every":
        yield f'every = "{plan.numbers[0]} days"'
    elif plan.kind == "term":
        yield f'rule = "{plan.numbers[0]} working days before term starts", {at}'
    else:
        yield f'occasion = "fair", {at}'
    if plan.start is not None:
        yield f"start = {_stamp(plan.start)}"
    if plan.end is not None:
        yield f"end = {_stamp(plan.end)}"


def _stamp(minute: int) -> str:
    return f"{moment(minute):%Y-%m-%dT%H:%M:%S}"


_LAWFUL = 'basis = "履行法定职责"\npurpose = "反诈宣传"\nkeep_until = 2028-12-31\n'
_HEAD = """[office]
name = "测试镇反诈中心"
place = "测试镇"
author = "王经办"

[windows]
sms = "{opens}-{closes}"
quiet_days = [{quiet}]

[caps]
{caps}

[daemon]
horizon = "4 days"
ahead = "2 days"
not_after = "{not_after} hours"

[approval]
remind = "0 days"

[calendar]
holidays = [{holidays}]
workdays = [{workdays}]
known_until = 2027-12-31

[terms.spring]
first = {term}
last = 2027-07-09

[terms.autumn]
first = 2027-09-01
last = 2028-01-14

[occasions.fair]
start = {fair}
"""


def templates(settings: Settings) -> Iterator[tuple[str, str]]:
    """(id, content) of each template."""
    for name, version in settings.openings.items():
        yield (
            name,
            (
                f'+++\nid = "sms/{name}"\nchannel = "sms"\ntitle = "短信"\nkind = "people"\nsegments = []\n'
                f"warnings = []\n+++\n{OPENINGS[version]}{{{{ warning.short }}}}\n"
            ),
        )
