"""config.toml -> a frozen `Config`; every fault is a problem with its line, an unknown key with the nearest known."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from campaigner import sanity
from campaigner.domain.campaign import (
    Campaign,
    Channel,
    ChannelPlan,
    GatewayPlan,
    Office,
    Schedule,
    Segment,
)
from campaigner.domain.people import Audience, Kind
from campaigner.domain.problem import Problem
from campaigner.intake.toml import load_toml
from campaigner.settings import Table

CONFIG_FILE = "config.toml"
_T = TypeVar("_T")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_EVERY = re.compile(r"(\d+) *(minute|hour|day|week)s?")
CHANNEL_KINDS: Mapping[Channel, frozenset[Kind]] = {
    Channel.SMS: frozenset({Kind.PEOPLE, Kind.PUPILS}),
    Channel.LETTER: frozenset({Kind.PEOPLE, Kind.PUPILS}),
    Channel.POSTER: frozenset({Kind.PLACES}),
}
"""Which kinds of audience a channel can reach."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code that posters may carry: what it holds, and what stands beside it."""

    content: str
    label: str


@dataclass(frozen=True, slots=True)
class Config:
    """The whole of config.toml, checked.

    Args:
        folder: The working folder that it stands in.
        sha256: Hash of the file's bytes.
        office: Who we are.
        store_url: Where the store is, an SQLAlchemy URL; sqlite paths are absolute.
        output: Folder of exported runs.
        gateways: Ways out for SMS by name.
        audiences: Audiences by name.
        segments: Segments by name.
        qr_codes: Allowed QR codes by name.
        campaigns: Campaigns by name.
        where: Line and column of each named section, for problems found later.
        faulty: Named sections with a problem, as ("campaigns", "x"): runs that need them are blocked.
    """

    folder: Path
    sha256: str
    office: Office
    store_url: str
    output: Path
    gateways: Mapping[str, GatewayPlan]
    audiences: Mapping[str, Audience]
    segments: Mapping[str, Segment]
    qr_codes: Mapping[str, QrCode]
    campaigns: Mapping[str, Campaign]
    where: Mapping[tuple[str, ...], tuple[int | None, int | None]]
    faulty: frozenset[tuple[str, str]] = frozenset()

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.office.zone)


def load_config(folder: Path) -> tuple[Config | None, list[Problem]]:
    """Read config.toml of a working folder.

    Returns:
        The configuration, or None if the file cannot be used at all, and every problem found.
    """
    path = folder / CONFIG_FILE
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError:
        return None, [
            Problem(
                "config-not-found",
                f"there is no {CONFIG_FILE} in {folder}; make one with `campaigner init DIR`",
                f"{folder} 里没有 {CONFIG_FILE}，可用 campaigner init 新建工作文件夹",
                CONFIG_FILE,
            )
        ]
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, [
            Problem(
                "config-encoding",
                "the file is not UTF-8; save it as UTF-8",
                "文件不是 UTF-8 编码，请另存为 UTF-8",
                CONFIG_FILE,
                line,
            )
        ]
    loaded = load_toml(text, CONFIG_FILE)
    if isinstance(loaded, Problem):
        return None, [loaded]
    data, places = loaded
    problems: list[Problem] = []
    root = Table(data, (), CONFIG_FILE, places, problems)
    config = _Reader(root, folder, problems).read(hashlib.sha256(raw).hexdigest())
    where: dict[tuple[str, ...], tuple[int | None, int | None]] = {
        (section, name): places.of(section, name)
        for section in ("segments", "campaigns", "audiences", "gateways", "qr")
        for name in _table(data, section)
    }
    where["office",] = places.of("office")
    where |= {
        ("campaigns", name, key): places.of("campaigns", name, key)
        for name, table in _table(data, "campaigns").items()
        for key in (table if isinstance(table, dict) else ())
    }
    return replace(config, where=where), problems


def _table(data: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    value = data.get(section, {})
    return value if isinstance(value, dict) else {}


class _Reader:
    """Reads section by section; what later sections refer to is already known."""

    def __init__(self, root: Table, folder: Path, problems: list[Problem]) -> None:
        self.root = root
        self.folder = folder
        self.problems = problems
        self.zone = ZoneInfo("UTC")
        self.faulty: set[tuple[str, str]] = set()

    def read(self, sha256: str) -> Config:
        office = self.office(self.root.table("office"))
        self.zone = ZoneInfo(office.zone)
        store = self.root.table("store")
        output = self.root.table("output")
        store_url = sanity.store_url(store)
        out = sanity.output_folder(output, self.folder)
        gateways = dict(self.read_all("gateways", self.gateway))
        audiences = dict(self.read_all("audiences", self.audience))
        segments = dict(self.read_all("segments", lambda name, table: self.segment(name, table, audiences)))
        qr_codes = {name: self.qr_code(table) for name, table in self.named("qr")}
        known = _Known(audiences, segments, gateways, qr_codes)
        campaigns = dict(self.read_all("campaigns", lambda name, table: self.campaign(name, table, known)))
        for table in (store, output, self.root):
            table.finish()
        return Config(
            self.folder, sha256, office, _absolute(store_url, self.folder), out,
            gateways, audiences, segments, qr_codes, campaigns, {}, frozenset(self.faulty),
        )  # fmt: skip

    def read_all(self, section: str, read: Callable[[str, Table], _T]) -> Iterator[tuple[str, _T]]:
        """Each named table of a section as `read` makes it; one that brings a problem is marked as faulty."""
        for name, table in self.named(section):
            before = len(self.problems)
            yield name, read(name, table)
            if len(self.problems) > before:
                self.faulty.add((section, name))

    def named(self, section: str) -> list[tuple[str, Table]]:
        """The named tables of a section; a name that files and commands cannot carry is a fault."""
        tables = list(self.root.tables(section))
        for name, table in tables:
            if not _NAME.fullmatch(name):
                table.fault(
                    "config-name", "names have a-z, 0-9 and hyphens, at most 40 characters",
                    "名称只能用小写字母、数字和连字符，最多40个",
                )  # fmt: skip
        return tables

    def office(self, table: Table) -> Office:
        zone = table.text("zone", "Asia/Shanghai")
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            table.fault(
                "config-zone", f"there is no time zone `{zone}`", f"没有 `{zone}` 这个时区", "zone"
            )  # fmt: skip
            zone = "Asia/Shanghai"
        name = table.text("name", "", required=True)
        office = Office(
            name, table.text("place", "", required=True), zone, table.text("author"),
            table.texts("issuers", (name,)), table.mapping("hotlines"),
        )  # fmt: skip
        table.finish()
        return office

    def gateway(self, name: str, table: Table) -> GatewayPlan:
        kind = table.text("kind", "files", required=True)
        formats = table.texts("formats", ("csv", "xlsx"))
        options = {"formats": formats, "rows_per_file": table.count("rows_per_file", 50_000)}
        for entry in formats:
            if entry not in {"csv", "xlsx"}:
                table.unknown(entry, ("csv", "xlsx"), "formats", what="format", what_zh="格式")
        signature, suffix = sanity.signature(table), sanity.suffix(table)
        price_milli = sanity.price(table)
        table.finish()
        return GatewayPlan(name, kind, signature, suffix, price_milli, options)

    def audience(self, name: str, table: Table) -> Audience:
        kind = Kind(table.choice("kind", list(Kind), Kind.PEOPLE.value, required=True) or Kind.PEOPLE)
        audience = Audience(
            name, kind, table.text("file", "", required=True), table.mapping("columns"),
            table.flag("synthetic"), table.text("sheet"), table.text("basis"),
        )  # fmt: skip
        table.finish()
        return audience

    def segment(self, name: str, table: Table, audiences: Mapping[str, Audience]) -> Segment:
        audience = table.choice("audience", audiences, "", required=True)
        segment = Segment(name, audience, table.text("filter"), table.text("title", name))
        table.finish()
        return segment

    def qr_code(self, table: Table) -> QrCode:
        code = QrCode(sanity.qr_content(table), table.text("label"))
        table.finish()
        return code

    def campaign(self, name: str, table: Table, known: "_Known") -> Campaign:
        segment = table.choice("segment", known.segments, "", required=True)
        # One order for all: digests and logs go through the channels as they stand here.
        channels = tuple(
            self.channel(Channel(word), inner, segment, known)
            for word, inner in sorted(table.tables("channels"), key=lambda entry: entry[0])
            if self.is_channel(word, table)
        )
        if "channels" not in table or not channels:
            table.fault("config-missing", "give at least one channel", "至少要有一个渠道（channels.sms 等）")
        gateway = table.choice("gateway", known.gateways)
        if not gateway and any(plan.channel is Channel.SMS for plan in channels):
            table.fault("config-missing", "SMS need a `gateway`", "发短信须写明 `gateway`")
        campaign = Campaign(
            name, table.text("title", name), table.texts("warnings", required=True), table.flag("rotate"),
            channels, self.schedule(table.table("schedule")), gateway, table.flag("paused"),
        )  # fmt: skip
        if "warnings" in table and not campaign.warnings:
            table.fault("config-empty", "name at least one warning", "至少写一个预警主题", "warnings")
        table.finish()
        return campaign

    def is_channel(self, word: str, table: Table) -> bool:
        if word in list(Channel):
            return True
        table.unknown(word, list(Channel), "channels", word, what="channel", what_zh="渠道")
        return False

    def channel(self, channel: Channel, table: Table, segment: str, known: "_Known") -> ChannelPlan:
        segment = table.choice("segment", known.segments, segment)
        options: dict[str, Any] = {}
        if channel is Channel.LETTER:
            options = {"receipt": table.flag("receipt"), "large": table.flag("large")}
        elif channel is Channel.POSTER:
            options = {
                "sizes": table.texts("sizes", ("A4",)),
                "large": table.flag("large"),
                "marks": table.flag("marks"),
                "copies": table.count("copies", 1),
                "qr": table.choice("qr", known.qr_codes),
            }
            for size in options["sizes"]:
                if size not in {"A4", "A3"}:
                    table.unknown(size, ("A4", "A3"), "sizes", what="size", what_zh="纸张")
        elif channel is Channel.SMS:
            options = {"guardians": table.choice("guardians", ("all", "first"), "all")}
        audience = known.audiences.get(known.segments[segment].audience) if segment else None
        if audience is not None and audience.kind not in CHANNEL_KINDS[channel]:
            table.fault(
                "config-channel-kind", f"a {channel} cannot go to {audience.kind}",
                f"{channel} 不能发给 {audience.kind} 类名单",
            )  # fmt: skip
        plan = ChannelPlan(channel, table.text("template", "", required=True), segment, options)
        table.finish()
        return plan

    def schedule(self, table: Table) -> Schedule:
        cron = table.text("cron")
        every = self.every(table)
        dates = tuple(moment for moment in map(self.moment, table.take("dates", list, [])) if moment)
        if len(dates) != len(table.take("dates", list, [])):
            table.fault("config-type", "wants dates and times", "应为日期时间列表", "dates")
        if sum(key in table for key in ("cron", "every", "dates")) != 1:
            table.fault(
                "config-schedule",
                "give exactly one of `cron`, `every` and `dates`",
                "须在 cron、every、dates 中选且只选一个",
            )
        start = self.moment(table.take("start", datetime))
        if every is not None and start is None and "cron" not in table:
            table.fault("config-missing", "`every` counts from `start`", "使用 every 时必须写 start")
        end = self.moment(table.take("end", datetime))
        sanity.period(table, start, end)
        schedule = Schedule(cron, every, dates, start, end)
        table.finish()
        return schedule

    def every(self, table: Table) -> timedelta | None:
        text = table.text("every")
        if not text:
            return None
        match = _EVERY.fullmatch(text.strip())
        if not match or not int(match[1]):
            table.fault(
                "config-every", 'wants something like "14 days" or "2 weeks"',
                '应写成 "14 days"、"2 weeks" 这样', "every",
            )  # fmt: skip
            return None
        try:
            return timedelta(**{f"{match[2]}s": int(match[1])})
        except OverflowError:
            table.fault("config-range", "is too long", "间隔过长", "every")
            return None

    def moment(self, value: object) -> datetime | None:
        """A local date and time, read in the office's zone."""
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=self.zone)
        return None


@dataclass(frozen=True, slots=True)
class _Known:
    """What a campaign may refer to."""

    audiences: Mapping[str, Audience]
    segments: Mapping[str, Segment]
    gateways: Mapping[str, GatewayPlan]
    qr_codes: Mapping[str, QrCode]


def _absolute(url: str, folder: Path) -> str:
    """A relative sqlite path counts from the working folder, wherever the command was called."""
    head = "sqlite:///"
    if not url.startswith(head) or url == head:
        return url
    return head + (folder / url.removeprefix(head)).resolve().as_posix()
