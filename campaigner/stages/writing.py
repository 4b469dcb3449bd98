"""Writing the messages of one channel of one run, for the plan that only measures and for the store alike."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, NamedTuple

from campaigner.domain.campaign import Campaign, Channel, ChannelPlan, GatewayPlan
from campaigner.domain.classes import roll_order
from campaigner.domain.message import Message, content_hash, reference, slip_code, wording_hash
from campaigner.domain.people import COLUMNS, ROW_KEY, Block, Kind, household_number
from campaigner.domain.planning import RECIPIENT
from campaigner.domain.sms import LIMIT, charged, counted, parts, units
from campaigner.domain.warning import Warning as WarningEntry
from campaigner.errors import RenderError
from campaigner.rendering.analysis import OfficeFacts, RunFacts
from campaigner.rendering.fonts import missing_glyphs
from campaigner.rendering.library import Fault, Template, Writer, fault_line
from campaigner.rendering.shown import UnprintableError
from campaigner.rendering.sms import finish
from campaigner.stages.desk import Desk
from campaigner.stages.sheets import class_of, letter_body, poster_body

TOO_LONG = f"the text is longer than {LIMIT} characters, the most that the platforms take"
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
        self._desk = desk
        self._kind = desk.audience_of(plan.segment).kind
        self._gateway = desk.config.gateways.get(campaign.gateway)
        self.price_milli = self._gateway.price_milli if self._gateway else 0
        self._code = code
        self._salt = salt
        self._due = due
        self._writer = Writer(self.template, context(desk, warnings, due, plan))
        self.shared: str | None = None if self.template.personal else self._shared_text()
        self._shared_parts = parts(self.shared) if self.shared and plan.channel is Channel.SMS else 0

    @property
    def texts(self) -> frozenset[str]:
        """What names the SMS text: its key, and the hash of the wording where all share one; nothing on paper."""
        if self.plan.channel is not Channel.SMS:
            return frozenset()
        desk, campaign, _plan, warnings = self.made_of[:4]
        key = text_key(desk, campaign, [entry.id for entry in warnings])
        return frozenset(filter(None, (key, wording_hash(self.shared) if self.shared else "")))

    def __reduce__(self) -> tuple[type["ChannelWriter"], tuple[Any, ...]]:
        """Another process makes its own of the same: Jinja's code does not travel."""
        return ChannelWriter, tuple(self.made_of)

    @property
    def measures_much(self) -> bool:
        """Whether measuring costs more than handing the rows on: each SMS is written, and numbers come back."""
        return self.plan.channel is Channel.SMS and self.shared is None

    @property
    def writes_much(self) -> bool:
        """The same of writing: not of SMS, which take as long to come back as to be written."""
        return self.plan.channel is Channel.LETTER or (
            self.plan.channel is Channel.POSTER and self.shared is None
        )

    def wanted(self, block: Block) -> Block:
        """A block of recipients with what is looked at: the rest need not travel."""
        if self.plan.channel is not Channel.SMS:
            return block
        names = {RECIPIENT, "village", "household", *self.template.fields}
        return Block(
            block.source,
            block.lines,
            {name: column for name, column in block.columns.items() if name in names},
        )

    def _shared_text(self) -> str:
        """The text that all recipients share, finished but for what is each letter's own."""
        try:
            text = self._writer.one()
        except Exception as error:  # noqa: BLE001 - a template may raise anything; the message names its place
            line = fault_line(error, self.template.file)
            place = f"{self.template.file}:{line}" if line else self.template.file
            zh = f"{place}：{error.message_zh}" if isinstance(error, UnprintableError) else ""
            raise RenderError(f"{place}: {error}", zh) from None
        if self.plan.channel is Channel.SMS:
            finished = self._finish([text])[0] or ""
            return self._checked(finished)
        if self.plan.channel is Channel.POSTER:
            return poster_body(self._desk, self.template, self.plan, text, reference(self._code))
        return text

    def _finish(self, texts: Sequence[str | None]) -> list[str | None]:
        gateway = self._gateway
        return finish(texts, gateway.signature if gateway else "", gateway.suffix if gateway else "")

    def _checked(self, text: str) -> str:
        if units(text) > LIMIT:
            raise RenderError(f"{self.template.file}: the text has {units(text)} units; {LIMIT} is the limit")
        return text

    def measure(self, block: Block) -> tuple[int, int, list[Fault]]:
        """(SMS parts, sheets of paper, faults) of a block of recipients, without writing anything down."""
        if self.plan.channel is Channel.POSTER:
            return 0, sum(self._copies(block)), []
        if self.plan.channel is Channel.LETTER:
            return 0, len(block), []
        if self.shared is not None:
            return self._shared_parts * len(block), 0, []
        texts, faults = self._writer.block(block.columns, len(block))
        finished = self._finish(texts)
        written = [text for text in finished if text is not None]
        lengths = counted(written)
        if max(lengths, default=0) > LIMIT:
            faults += self._too_long(finished)
        return sum(charged(written, lengths)), 0, faults

    def _too_long(self, texts: Sequence[str | None]) -> list[Fault]:
        return [
            Fault(number, None, TOO_LONG)
            for number, text in enumerate(texts)
            if text is not None and units(text) > LIMIT
        ]

    def finished(self, text: str, row: Mapping[str, Any]) -> str:
        """A text of this channel as it would be kept for a recipient.

        Args:
            text: What the template gives.
            row: All columns of the recipient.
        """
        if self.plan.channel is Channel.SMS:
            return self._finish([text])[0] or ""
        if self.plan.channel is Channel.LETTER:
            return letter_body(row, self._kind, text, "")
        return poster_body(self._desk, self.template, self.plan, text, reference(self._code))

    def messages(self, block: Block) -> list[Message]:
        """The finished messages of a block.

        Raises:
            RenderError: A row cannot be written; the message names the template's line and the row's line.
        """
        if self.plan.channel is Channel.SMS:
            return self._sms(block)
        if self.plan.channel is Channel.LETTER:
            return self._letters(block)
        body = self.shared if self.shared is not None else ""
        bodies = [body] * len(block) if body else self._poster_bodies(block)
        columns = block.columns
        return [
            Message(key, text, 0, copies, label, folder)
            for key, text, copies, label, folder in zip(
                columns[RECIPIENT], bodies, self._copies(block), columns["name"],
                _first(columns["estate"], columns["village"]), strict=True,
            )
        ]  # fmt: skip

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
            raise RenderError(f"{place}: {faults[0].why} (row {rows}{more} of {block.source})")

    def _sms(self, block: Block) -> list[Message]:
        phones = block.columns[RECIPIENT]
        households = self._households(block)
        if self.shared is not None:
            return [
                Message(phone, self.shared, self._shared_parts, household=household)
                for phone, household in zip(phones, households, strict=True)
            ]
        texts = [text or "" for text in self._finish(self._texts(block))]
        lengths = counted(texts)
        if max(lengths, default=0) > LIMIT:
            self._refuse(self._too_long(texts), block)
        return [
            Message(phone, text, count, household=household)
            for phone, text, count, household in zip(
                phones, texts, charged(texts, lengths), households, strict=True
            )
        ]

    def _households(self, block: Block) -> Sequence[int]:
        """Numbers of the households, where a cap asks for them."""
        if self._desk.config.caps.household is None or self._kind is not Kind.PEOPLE:
            return [0] * len(block)
        columns = block.columns
        return [
            household_number(village, household)
            for village, household in zip(columns["village"], columns["household"], strict=True)
        ]

    def _letters(self, block: Block) -> list[Message]:
        texts = [self.shared] * len(block) if self.shared is not None else self._texts(block)
        receipt = bool(self.plan.options.get("receipt"))
        messages = []
        for number, (row, text) in enumerate(zip(block.rows(), texts, strict=True)):
            slip = slip_code(self._salt, self._code, row[RECIPIENT]) if receipt and self._salt else ""
            folder, label, position = _filing(row, self._kind)
            body = letter_body(row, self._kind, text, slip)
            self._refuse_missing_glyphs(block, number, body)
            messages.append(Message(row[RECIPIENT], body, 0, 1, label, folder, position, slip))
        return messages

    def _refuse_missing_glyphs(self, block: Block, number: int, body: str) -> None:
        """An empty place instead of a name's character would be an insult, so it is found before printing."""
        absent = missing_glyphs(body)
        if absent:
            shown = ", ".join(f"U+{ord(character):04X}" for character in sorted(absent))
            raise RenderError(
                f"{block.source}:{block.lines[number]}: the fonts have no form for {shown}; "
                "write the name with characters that they have"
            )

    def sample(self) -> str:
        """A finished message to nobody in particular: what the template says, whoever it goes to."""
        columns: dict[str, Sequence[Any]] = {
            column.name: [_NOBODY if column.type is str else column.empty] for column in COLUMNS[self._kind]
        }
        block = Block("", [0], {**columns, ROW_KEY: [0], RECIPIENT: [0]})
        return self.messages(block)[0].body

    def _poster_bodies(self, block: Block) -> list[str]:
        return [
            poster_body(self._desk, self.template, self.plan, text, reference(self._code))
            for text in self._texts(block)
        ]

    def _copies(self, block: Block) -> list[int]:
        """At least one of each size at every entrance, in every lift, at every place listed (R14)."""
        each = int(self.plan.options.get("copies", 1)) * len(self.plan.options.get("sizes", ("A4",)))
        return [max(1, count) * each for count in block.columns["count"]]


def _filing(row: Mapping[str, Any], kind: Kind) -> tuple[str, str, int]:
    """(folder, label, position) by which a letter is filed: a class in roll order, or a village."""
    if kind is Kind.PUPILS:
        return (
            json.dumps([row["school"], class_of(row)], ensure_ascii=False),
            row["name"],
            roll_order(row["roll"]),
        )
    return json.dumps([row["village"], row["estate"]], ensure_ascii=False), row["name"], 0


def _first(*columns: Sequence[str]) -> list[str]:
    """Per row the first text that is not empty."""
    return [next(filter(None, values), "") for values in zip(*columns, strict=True)]
