"""Previewing: what a run's messages look like, from the store, before anybody approves them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from campaigner.answers.specimens import Masking
from campaigner.artefacts import registry
from campaigner.content.briefs import brief_of_run, channel_plan
from campaigner.domain.campaign import Channel, Route
from campaigner.domain.message import Message
from campaigner.domain.people import Kind, masked_name
from campaigner.domain.planning import Run
from campaigner.domain.roles import Deed
from campaigner.exports.layout import sample_name
from campaigner.exports.parcel import put
from campaigner.store import messages
from campaigner.store.engine import Store
from campaigner.workspace.desk import Desk, Work
from campaigner.workspace.reason import why

SCREEN_DPI = 110


@dataclass(frozen=True, slots=True)
class Sample:
    """One finished message, to look at.

    Args:
        channel: Its channel.
        recipient: Recipient key.
        label: What print lists call the recipient; "" for SMS.
        text: Its wording.
        parts: SMS parts; 0 on paper.
        body: As it is kept.
    """

    channel: Channel
    recipient: int
    label: str
    text: str
    parts: int
    body: str


def samples(store: Store, run: Run, channel: Channel | None, limit: int) -> list[Sample]:
    """The first messages of a generated run on each channel (or one)."""
    found = []
    with store.read() as connection:
        for tally in run.planned.tallies:
            if channel in {None, tally.channel}:
                for block in messages.ordered(connection, run, tally.channel, filed=True, limit=limit):
                    found += [_sample(tally.channel, message) for _id, message in block]
    return found


def _sample(channel: Channel, message: Message) -> Sample:
    text = registry.artefact(channel).readable(message.body)
    return Sample(channel, message.recipient, message.label, text, message.parts, message.body)


def masked_samples(work: Work, run: Run, found: Sequence[Sample]) -> list[Sample]:
    """The same samples with names masked, as a screen shows them without a reason.

    Raises:
        StateError: The campaign is no longer in config.toml, so that nobody can tell where names stand.
    """
    work.ask(Deed.LOOK)
    shown: list[Sample] = []
    for channel in dict.fromkeys(sample.channel for sample in found):
        mine = [sample for sample in found if sample.channel is channel]
        kind = registry.artefact(channel)
        if kind.audiences <= {Kind.PLACES}:
            shown += mine
            continue
        plan = channel_plan(work.desk, run, channel)
        masking = Masking(work, run, work.desk.config.campaigns[run.planned.campaign], plan)
        asked = [Message(sample.recipient, sample.body, label=sample.label) for sample in mine]
        for sample, body in zip(mine, masking.bodies(asked), strict=True):
            hidden = masking.to_nobody() if body is None else body
            label, text = masked_name(sample.label), kind.readable(hidden)
            shown.append(replace(sample, label=label, text=text, body=hidden))
    return shown


def note_view(work: Work, run: Run, count: int, reason: str) -> None:
    """Log that somebody looked at messages with names and numbers in them (PIPL art. 51, CHK-06).

    Raises:
        RoleError: He may not.
        UsageError: No reason.
    """
    work.ask(Deed.UNMASK)
    text = why(reason)
    with work.store.begin() as connection:
        work.record(connection, "viewed", run.code, {"what": "preview", "quantity": count, "reason": text})


def draw(desk: Desk, run: Run, found: Sequence[Sample], folder: Path) -> list[Path]:
    """Samples on paper as PDF and PNG in a folder; each once that differs."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for number, sample in enumerate(_drawable(found), 1):
        drawing = registry.printed(sample.channel).preview(
            brief_of_run(desk, run, sample.channel), sample.body, SCREEN_DPI
        )
        for ending, content in (("pdf", drawing.pdf), ("png", drawing.png)):
            path = folder / sample_name(run.code, sample.channel, number, ending)
            put(path, content)
            written.append(path)
    return written


def _drawable(found: Sequence[Sample]) -> list[Sample]:
    """The samples that are drawn: sheets with an addressee each, of the others those that differ."""
    drawn: dict[object, Sample] = {}
    for number, sample in enumerate(found):
        if sample.channel.route is Route.FOLDER:
            addressed = registry.artefact(sample.channel).addressed
            drawn[number if addressed else (sample.channel, sample.body)] = sample
    return list(drawn.values())
