"""[campaigns.NAME] and its channels."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from campaigner.artefacts import registry
from campaigner.artefacts.kind import OptionFacts
from campaigner.config.schedules import read_schedule
from campaigner.domain.calendar import Calendar
from campaigner.domain.campaign import Campaign, Channel, ChannelPlan, GatewayPlan, QrCode, Segment
from campaigner.domain.missed import Misfire
from campaigner.domain.people import Audience
from campaigner.errors import ArtefactError
from campaigner.toml.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a campaign may refer to."""

    audiences: Mapping[str, Audience]
    segments: Mapping[str, Segment]
    gateways: Mapping[str, GatewayPlan]
    qr_codes: Mapping[str, QrCode]
    zone: ZoneInfo
    calendar: Calendar


def read_campaign(name: str, table: Table, known: Known) -> Campaign:
    """A campaign with its channels and schedule."""
    segment = table.choice("segment", known.segments, "", required=True)
    # One order for all: digests and logs go through the channels as they stand here.
    channels = tuple(
        _channel(Channel(word), inner, segment, known)
        for word, inner in sorted(table.tables("channels"), key=lambda entry: entry[0])
        if _is_channel(word, table)
    )
    if "channels" not in table or not channels:
        table.fault("config-missing", "give at least one channel", "至少要有一个渠道（channels.sms 等）")
    gateway = table.choice("gateway", known.gateways)
    if not table.peek("gateway") and any(plan.channel is Channel.SMS for plan in channels):
        table.fault("config-missing", "SMS need a `gateway`", "发短信须写明 `gateway`")
    campaign = Campaign(
        name, table.text("title", name), table.texts("warnings", required=True), table.flag("rotate"),
        channels, read_schedule(table.table_or_text("schedule", "cron"), known.zone, known.calendar), gateway,
        table.flag("paused"), Misfire(table.choice("misfire", list(Misfire), Misfire.LATE)),
        table.duration("not_after", timedelta(0)) or None,
    )  # fmt: skip
    if "warnings" in table and not campaign.warnings:
        table.fault("config-empty", "name at least one warning", "至少写一个预警主题", "warnings")
    table.finish()
    return campaign


def _is_channel(word: str, table: Table) -> bool:
    known = registry.names()
    if word in known:
        return True
    table.unknown(word, known, "channels", word, what="channel", what_zh="渠道")
    return False


def _channel(channel: Channel, table: Table, segment: str, known: Known) -> ChannelPlan:
    segment = table.choice("segment", known.segments, segment)
    audience = known.audiences.get(known.segments[segment].audience) if segment else None
    plan = ChannelPlan(channel, table.text("template", "", required=True), segment)
    try:
        kind = registry.artefact(channel)
    except ArtefactError as error:
        table.fault("config-artefact", error.message, error.message_zh)
        return plan
    if audience is not None and audience.kind not in kind.audiences:
        table.fault(
            "config-channel-kind", f"a {channel} cannot go to {audience.kind}",
            f"{channel} 不能发给 {audience.kind} 类名单",
        )  # fmt: skip
    options = kind.read_options(table, OptionFacts(known.qr_codes, audience.kind if audience else None))
    table.finish()
    return replace(plan, options=options)
