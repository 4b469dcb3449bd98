"""SMS: one line, signature in front, the way to opt out behind; measured in parts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from campaigner.artefacts.kind import Brief, FaultyRowsError, Lack, Measured, OptionFacts, Words
from campaigner.domain.campaign import Channel
from campaigner.domain.message import Message
from campaigner.domain.people import Block, Kind, household_number, masked_name
from campaigner.domain.planning import RECIPIENT
from campaigner.domain.sms import LIMIT, charged, counted, parts, units
from campaigner.errors import RenderError
from campaigner.exports.layout import SMS
from campaigner.rendering.form import TemplateForm
from campaigner.rendering.library import Fault
from campaigner.rendering.sms import finish
from campaigner.toml.table import Table

_TOO_LONG = f"the text is longer than {LIMIT} characters, the most that the platforms take"


class Sms:
    """Text messages to phones: the kind that goes over gateways."""

    channel = Channel.SMS
    title = "短信"
    unit = "人"
    folder = SMS
    wording = "sms"
    audiences = frozenset({Kind.PEOPLE, Kind.PUPILS})
    form = TemplateForm(Channel.SMS, title, ".txt.jinja")
    addressed = False
    measures_texts = True

    def read_options(self, table: Table, facts: OptionFacts) -> dict[str, Any]:
        """`guardians`: whether both guardians of a pupil are written to, or the first."""
        guardians = table.choice("guardians", ("all", "first"), "all")
        if facts.audience not in {None, Kind.PUPILS} and "guardians" in table:
            table.fault(
                "config-unused",
                "`guardians` is for lists of pupils; leave it out",
                "guardians 只用于学生名单，请删去",
                "guardians",
            )
        return {"guardians": guardians}

    def shared(self, brief: Brief, text: str) -> str:
        """The text as it arrives."""
        finished = self._one(brief, text)
        if units(finished) > LIMIT:
            raise RenderError(
                f"the text has {units(finished)} units; {LIMIT} is the limit",
                f"短信有 {units(finished)} 字，最多 {LIMIT} 字，请缩短",
            )
        return finished

    def body(self, brief: Brief, row: Mapping[str, Any], text: str) -> str:  # noqa: ARG002 - of none of its columns
        """The text as it arrives."""
        return self._one(brief, text)

    def write(self, brief: Brief, block: Block, words: Words) -> list[Message]:
        """One message to each phone."""
        phones = block.columns[RECIPIENT]
        households = _households(brief, block)
        if isinstance(words, str):
            count = parts(words)
            return [
                Message(phone, words, count, household=household)
                for phone, household in zip(phones, households, strict=True)
            ]
        texts = [text or "" for text in self._finished(brief, words)]
        lengths = counted(texts)
        if max(lengths, default=0) > LIMIT:
            raise FaultyRowsError(_too_long(texts))
        return [
            Message(phone, text, count, household=household)
            for phone, text, count, household in zip(
                phones, texts, charged(texts, lengths), households, strict=True
            )
        ]

    def measure(self, brief: Brief, block: Block, words: Words) -> Measured:
        """Parts."""
        if isinstance(words, str):
            return Measured(parts=parts(words) * len(block))
        finished = self._finished(brief, words)
        written = [text for text in finished if text is not None]
        lengths = counted(written)
        faults = _too_long(finished) if max(lengths, default=0) > LIMIT else []
        return Measured(parts=sum(charged(written, lengths)), faults=faults)

    def readable(self, body: str) -> str:
        """The text."""
        return body

    def masked(self, body: str, name: str) -> str:
        """The text with the name masked."""
        return body.replace(name, masked_name(name)) if name else body

    def printed_fields(self, kind: Kind) -> tuple[str, ...]:  # noqa: ARG002 - of no kind
        """None: phones show the text alone."""
        return ()

    def unprintable(self, characters: str) -> set[str]:  # noqa: ARG002 - what phones lack, nobody knows
        """None."""
        return set()

    def shown(self, brief: Brief, text: str, words: str) -> str:  # noqa: ARG002 - for sheets
        """All of it."""
        return words

    def lacks(self, text: str) -> Iterable[Lack]:  # noqa: ARG002 - for sheets
        """Nothing: that a text says nothing, the rules on wording see."""
        return ()

    def _one(self, brief: Brief, text: str) -> str:
        return self._finished(brief, [text])[0] or ""

    def _finished(self, brief: Brief, texts: Sequence[str | None]) -> list[str | None]:
        return finish(texts, brief.signature, brief.opt_out)


def _too_long(texts: Sequence[str | None]) -> list[Fault]:
    return [
        Fault(number, None, _TOO_LONG, f"文字超过{LIMIT}个字")
        for number, text in enumerate(texts)
        if text is not None and units(text) > LIMIT
    ]


def _households(brief: Brief, block: Block) -> Sequence[int]:
    """Numbers of the households, where a cap asks for them."""
    if not brief.households:
        return [0] * len(block)
    columns = block.columns
    return [
        household_number(village, household)
        for village, household in zip(columns["village"], columns["household"], strict=True)
    ]
