"""Writing the messages of one channel of one run, for the plan that only measures and for the store alike."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, NamedTuple, assert_never

from campaigner.artefacts import registry
from campaigner.artefacts.kind import FaultyRowsError, Words
from campaigner.content.briefs import brief_of
from campaigner.domain.campaign import Campaign, Channel, ChannelPlan, GatewayPlan, Route
from campaigner.domain.message import Message, content_hash, wording_hash
from campaigner.domain.people import COLUMNS, ROW_KEY, Block
from campaigner.domain.planning import RECIPIENT
from campaigner.domain.warning import Warning as WarningEntry
from campaigner.errors import RenderError
from campaigner.rendering.analysis import OfficeFacts, RunFacts
from campaigner.rendering.library import Fault, Template, Writer, fault_line
from campaigner.rendering.shown import UnprintableError
from campaigner.workspace.desk import Desk

_NAMED = 10
"""Rows that an error names."""
_NOBODY = "某"
"""Stands for a recipient where there is none."""


def run_warnings(campaign: Campaign, place: int) -> tuple[str, ...]:
    """Ids of the warnings that a firing carries: all of them, or in turn one."""
    if campaign.rotate and campaign.warnings:
        return (campaign.warnings[place % len(campaign.warnings)],)
    return campaign.warnings


def context(desk: Desk, warnings: Sequence[WarningEntry], due: datetime, plan: ChannelPlan) -> dict[str, Any]:
    """What a template sees besides the recipient."""
    local = desk.local(due)
    office = desk.config.office
    return {
        "warning": warnings[0],
        "warnings": list(warnings),
        "office": OfficeFacts(office.name, office.place, office.issuers),
        "run": RunFacts(
            f"{local.year}年{local.month}月{local.day}日",
            local.year,
            local.month,
            local.day,
            receipt=bool(plan.options.get("receipt")),
        ),
    }  # fmt: skip


def pinned_hash(desk: Desk, campaign: Campaign, warnings: Sequence[str], due: datetime) -> str:
    """Hash over what an approval is bound to: what a run is made of, and the campaign's schedule.

    Recipients are not in it: the messages themselves are pinned by their digest once they are generated.
    """
    when = {"schedule": asdict(campaign.schedule), "paused": campaign.paused}
    return content_hash(made_of(desk, campaign, warnings, due) | when)


def made_of(desk: Desk, campaign: Campaign, warnings: Sequence[str], due: datetime) -> dict[str, Any]:
    """What a run's messages are made of and go out by: settings, templates, warnings, rules, gateway."""
    gateway = desk.config.gateways.get(campaign.gateway)
    channels = [
        {
            "plan": asdict(plan),
            "template": desk.templates[plan.template].sha256 if plan.template in desk.templates else "",
            "filter": desk.config.segments[plan.segment].filter if plan.segment else "",
            "qr": asdict(code) if (code := desk.config.qr_codes.get(plan.options.get("qr", ""))) else None,
        }
        for plan in campaign.channels
    ]
    return (
        {
            "title": campaign.title,
            "due": due.astimezone(UTC).isoformat(),
            "warnings": [
                desk.catalogue[name].sha256 if name in desk.catalogue else "" for name in warnings
            ],
            "channels": channels,
            "gateway": pinned_gateway(gateway) if gateway else None,
            "office": asdict(desk.config.office),
        }
        # Without rules of its own, an office's approvals hold on.
        | ({"rules": desk.rules.own.sha256} if desk.rules.own else {})
    )  # fmt: skip


def text_key(desk: Desk, campaign: Campaign, warnings: Sequence[str]) -> str:
    """What names the SMS text of a run, whatever day it is for and whoever gets it; "" without SMS."""
    plan = next((plan for plan in campaign.channels if plan.channel is Channel.SMS), None)
    if plan is None or plan.template not in desk.templates:
        return ""
    said = [desk.catalogue[name].sha256 for name in warnings if name in desk.catalogue]
    return content_hash({"template": desk.templates[plan.template].sha256, "warnings": said})[:16]


def pinned_gateway(gateway: GatewayPlan) -> dict[str, Any]:
    """What of a way out an approval is bound to: not its hours and ceilings, which change no text and no price."""
    return {
        key: value
        for key, value in asdict(gateway).items()
        if key not in {"window", "ceilings", "halt_percent"}
    }


class Made(NamedTuple):
    """What a writer of messages is made of; see `ChannelWriter`."""

    desk: Desk
    campaign: Campaign
    plan: ChannelPlan
    warnings: Sequence[WarningEntry]
    due: datetime
    code: str
    salt: bytes


class ChannelWriter:
    """Turns blocks of recipients into finished messages.

    Args:
        desk: The working folder.
        campaign: The campaign.
        plan: The channel's plan.
        warnings: Warnings that the run carries.
        due: When the run fires.
        code: The run's code, printed small on paper.
        salt: Secret for receipt codes; empty where nothing is kept.
    """

    def __init__(
        self, desk: Desk, campaign: Campaign, plan: ChannelPlan, warnings: Sequence[WarningEntry],
        due: datetime, code: str, salt: bytes = b"",
    ) -> None:  # fmt: skip
        self.made_of = Made(desk, campaign, plan, warnings, due, code, salt)
        self.plan = plan
        self.template: Template = desk.templates[plan.template]
        self.kind = registry.artefact(plan.channel)
        gateway = desk.config.gateways.get(campaign.gateway)
        self.price_milli = gateway.price_milli if gateway else 0
        self.brief = brief_of(desk, plan, due, code, gateway, salt)
        self._writer = Writer(self.template, context(desk, warnings, due, plan))
        self.shared: str | None = None if self.template.personal else self._shared_text()

    @property
    def texts(self) -> frozenset[str]:
        """What names the SMS text: its key, and the hash of the wording where all share one; nothing on paper."""
        match self.plan.channel.route:
            case Route.FOLDER:
                return frozenset()
            case Route.GATEWAY:
                desk, campaign, _plan, warnings = self.made_of[:4]
                key = text_key(desk, campaign, [entry.id for entry in warnings])
                return frozenset(filter(None, (key, wording_hash(self.shared) if self.shared else "")))
            case never:
                assert_never(never)

    def __reduce__(self) -> tuple[type["ChannelWriter"], tuple[Any, ...]]:
        """Another process makes its own of the same: Jinja's code does not travel."""
        return ChannelWriter, tuple(self.made_of)

    @property
    def measures_much(self) -> bool:
        """Whether measuring costs more than handing the rows on: each text is written, and numbers come back."""
        return self.kind.measures_texts and self.shared is None

    @property
    def writes_much(self) -> bool:
        """The same of writing: not of SMS, which take as long to come back as to be written."""
        match self.plan.channel.route:
            case Route.GATEWAY:
                return False
            case Route.FOLDER:
                return self.kind.addressed or self.shared is None
            case never:
                assert_never(never)

    def wanted(self, block: Block) -> Block:
        """A block of recipients with what is looked at: the rest need not travel."""
        match self.plan.channel.route:
            case Route.FOLDER:
                return block
            case Route.GATEWAY:
                names = {RECIPIENT, "village", "household", *self.template.fields}
                columns = {name: column for name, column in block.columns.items() if name in names}
                return Block(block.source, block.lines, columns)
            case never:
                assert_never(never)

    def _shared_text(self) -> str:
        """The text that all recipients share, finished but for what is each letter's own."""
        try:
            text = self._writer.one()
        except Exception as error:  # noqa: BLE001 - a template may raise anything; the message names its place
            line = fault_line(error, self.template.file)
            place = f"{self.template.file}:{line}" if line else self.template.file
            zh = f"{place}：{error.message_zh}" if isinstance(error, UnprintableError) else ""
            raise RenderError(f"{place}: {error}", zh) from None
        try:
            return self.kind.shared(self.brief, text)
        except RenderError as error:
            zh = f"{self.template.file}：{error.message_zh}" if error.message_zh else ""
            raise RenderError(f"{self.template.file}: {error}", zh) from None

    def measure(self, block: Block) -> tuple[int, int, list[Fault]]:
        """(SMS parts, sheets of paper, faults) of a block of recipients, without writing anything down."""
        faults: list[Fault] = []
        words: Words = self.shared if self.shared is not None else ()
        if self.measures_much:
            words, faults = self._writer.block(block.columns, len(block))
        measured = self.kind.measure(self.brief, block, words)
        return measured.parts, measured.sheets, [*faults, *measured.faults]

    def finished(self, text: str, row: Mapping[str, Any]) -> str:
        """A text of this channel as it would be kept for a recipient.

        Args:
            text: What the template gives.
            row: All columns of the recipient.
        """
        return self.kind.body(self.brief, row, text)

    def messages(self, block: Block) -> list[Message]:
        """The finished messages of a block.

        Raises:
            RenderError: A row cannot be written; the message names the template's line and the row's line.
        """
        words = self.shared if self.shared is not None else self._texts(block)
        try:
            return self.kind.write(self.brief, block, words)
        except FaultyRowsError as error:
            self._refuse(error.faults, block)
            raise

    def _texts(self, block: Block) -> list[str]:
        texts, faults = self._writer.block(block.columns, len(block))
        self._refuse(faults, block)
        return [text or "" for text in texts]

    def _refuse(self, faults: Sequence[Fault], block: Block) -> None:
        """Stop for rows that cannot be written, naming them."""
        if faults:
            place = f"{self.template.file}:{faults[0].line or '?'}"
            rows = ", ".join(str(block.lines[fault.row]) for fault in faults[:_NAMED])
            more = f" and {len(faults) - _NAMED} more" if len(faults) > _NAMED else ""
            more_zh = f"等{len(faults)}行" if more else "行"
            why_zh = faults[0].why_zh or faults[0].why
            raise RenderError(
                f"{place}: {faults[0].why} (row {rows}{more} of {block.source})",
                f"模板 {place} 在 {block.source} 第{rows.replace(', ', '、')}{more_zh}无法生成：{why_zh}",
            )

    def sample(self) -> str:
        """A finished message to nobody in particular: what the template says, whoever it goes to."""
        columns: dict[str, Sequence[Any]] = {
            column.name: [_NOBODY if column.type is str else column.empty]
            for column in COLUMNS[self.brief.audience]
        }
        block = Block("", [0], {**columns, ROW_KEY: [0], RECIPIENT: [0]})
        return self.messages(block)[0].body
