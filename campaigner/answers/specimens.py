"""Specimens: a few finished messages to show on paper, with nobody's whole name or number on them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from campaigner.artefacts import registry
from campaigner.content.writing import ChannelWriter
from campaigner.domain.campaign import Campaign, Channel, ChannelPlan, Route
from campaigner.domain.message import Message
from campaigner.domain.people import COLUMNS, Block, Kind, masked_name
from campaigner.domain.planning import RECIPIENT, Run, Tally, guardians
from campaigner.people.choosing import Reading
from campaigner.road.plan import usable_warnings
from campaigner.store import messages
from campaigner.store.engine import Connection
from campaigner.workspace.desk import Work

MOST = 3


@dataclass(frozen=True, slots=True)
class Texts:
    """What the finished texts of one channel come to.

    Args:
        distinct: How many different ones there are.
        chosen: At most `MOST` of the messages, each with a text of its own: for SMS the longest first, then as
            they are filed.
        spread: (parts, messages) for each number of parts.
    """

    distinct: int
    chosen: tuple[Message, ...]
    spread: tuple[tuple[int, int], ...]


def read_texts(connection: Connection, run: Run, tally: Tally) -> Texts:
    """Every finished text of a channel, read once; a text that all share is not read again for each."""
    channel = tally.channel
    if messages.wordings(connection, run, channel):
        ((_id, first), *_others) = next(messages.ordered(connection, run, channel, filed=True, limit=1))
        return Texts(1, (first,), ((first.parts, tally.recipients),))
    seen: set[int] = set()
    spread: Counter[int] = Counter()
    first_ones: list[Message] = []
    longest: Message | None = None
    for block in messages.ordered(connection, run, channel, filed=channel is not Channel.SMS):
        spread.update(message.parts for _id, message in block)
        for _id, message in block:
            key = hash(message.body)
            if key in seen:
                continue
            seen.add(key)
            if len(first_ones) < MOST:
                first_ones.append(message)
            if longest is None or _size(message) > _size(longest):
                longest = message
    chosen = first_ones
    if longest is not None and channel is Channel.SMS:
        chosen = [longest, *(message for message in first_ones if message is not longest)][:MOST]
    return Texts(len(seen), tuple(chosen), tuple(sorted(spread.items())))


def _size(message: Message) -> tuple[int, int]:
    return message.parts, len(message.body)


def names_in(work: Work, plan: ChannelPlan) -> frozenset[str]:
    """Columns with a person's name that the template of a channel prints."""
    return _personal(work, plan).intersection(work.desk.templates[plan.template].fields)


def bears_names(work: Work, plan: ChannelPlan) -> bool:
    """Whether messages of a channel name anybody: in the template's text, over it, or on a slip."""
    kind = registry.artefact(plan.channel)
    printed = kind.printed_fields(work.desk.audience_of(plan.segment).kind)
    return kind.addressed or bool(names_in(work, plan) or _personal(work, plan).intersection(printed))


def _personal(work: Work, plan: ChannelPlan) -> frozenset[str]:
    """Columns of a channel's list that are about a person."""
    kind = work.desk.audience_of(plan.segment).kind
    return frozenset(column.name for column in COLUMNS[kind] if column.personal)


class Masking:
    """Takes names out of the messages of one channel.

    Args:
        work: Desk, store and time.
        run: A generated run whose settings have not changed.
        campaign: Its campaign.
        plan: The channel's plan.
    """

    def __init__(self, work: Work, run: Run, campaign: Campaign, plan: ChannelPlan) -> None:
        self._work, self._run, self._plan = work, run, plan
        due = run.planned.due_at
        warnings = usable_warnings(work.desk, run.planned.warnings, due)
        self._writer = ChannelWriter(work.desk, campaign, plan, warnings, due, run.code)
        self._names = names_in(work, plan)
        self._kind = self._writer.kind
        self._bears_names = bears_names(work, plan)

    def bodies(self, chosen: Sequence[Message]) -> list[str | None]:
        """The messages' bodies as they would go out, names masked; None for one whose names cannot be told."""
        if not self._bears_names:
            return [message.body for message in chosen]
        match self._plan.channel.route:
            case Route.FOLDER:
                return [self._sheet(message) for message in chosen]
            case Route.GATEWAY:
                masked = self._rewritten({message.recipient: message.body for message in chosen})
                return [masked.get(message.recipient) for message in chosen]
            case never:
                assert_never(never)

    def to_nobody(self) -> str:
        """The body as the template has it for nobody in particular."""
        return self._writer.sample()

    def _sheet(self, message: Message) -> str:
        """A sheet bears the name that its list is filed by; other names only its template knows."""
        if self._names - {"name"}:
            return self.to_nobody()
        hidden = self._kind.masked(message.body, message.label)
        name = message.label
        if name and masked_name(name) != name and name in self._kind.readable(hidden):
            return self.to_nobody()
        return hidden

    def _rewritten(self, wanted: Mapping[int, str]) -> dict[int, str]:
        """Phone -> its text written again with masked names, where the list still gives the text that is kept."""
        desk = self._work.desk
        audience = desk.audience_of(self._plan.segment)
        reading = Reading(desk, audience, desk.day(self._run.planned.due_at), lambda _problem: None)
        found: dict[int, str] = {}
        with self._work.progress.bar(f"looking up samples in {audience.file}", None) as bar:
            for block in reading.blocks(bar):
                rows = guardians(block, both=True) if audience.kind is Kind.PUPILS else block
                phones = rows.columns["phone"]
                mine = rows.where([phone in wanted for phone in phones])
                if len(mine):
                    found |= self._as_kept(mine, wanted)
        return found

    def _as_kept(self, rows: Block, wanted: Mapping[int, str]) -> dict[int, str]:
        columns = {**rows.columns, RECIPIENT: rows.columns["phone"]}
        hidden = {name: [masked_name(value) for value in columns[name]] for name in self._names}
        plain = self._writer.messages(Block(rows.source, rows.lines, columns))
        masked = self._writer.messages(Block(rows.source, rows.lines, {**columns, **hidden}))
        return {
            one.recipient: other.body
            for one, other in zip(plain, masked, strict=True)
            if one.body == wanted[one.recipient]
        }
