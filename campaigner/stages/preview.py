"""Previewing: what a run's messages look like, from the store, before anybody approves them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from campaigner.delivery.parcel import put, safe_name
from campaigner.domain.campaign import Channel
from campaigner.domain.message import Message
from campaigner.domain.planning import Run
from campaigner.rendering.letter import from_json, letters_pdf
from campaigner.rendering.pdf import png
from campaigner.rendering.poster import poster_pdf, poster_png
from campaigner.stages.desk import Desk
from campaigner.stages.printing import channel_plan, poster_of, sheet_of
from campaigner.stages.wording import readable
from campaigner.store import messages
from campaigner.store.engine import Store

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
    text = readable(channel, message.body)
    return Sample(channel, message.recipient, message.label, text, message.parts, message.body)


def draw(desk: Desk, run: Run, found: Sequence[Sample], folder: Path) -> list[Path]:
    """Samples on paper as PDF and PNG in a folder; each distinct poster once."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for number, sample in enumerate(_drawable(found), 1):
        stem = f"{safe_name(run.code)}-{sample.channel}-{number}"
        if sample.channel is Channel.LETTER:
            sheet = sheet_of(desk, run, channel_plan(desk, run, Channel.LETTER))
            pdf = letters_pdf([from_json(sample.body)], sheet)
            picture = png(pdf, SCREEN_DPI)
        else:
            data = json.loads(sample.body)
            pdf = poster_pdf(
                poster_of(sample.body), size=data["sizes"][0], large=data["large"], marks=data["marks"]
            )
            picture = poster_png(pdf, SCREEN_DPI)
        for suffix, content in ((".pdf", pdf), (".png", picture)):
            path = folder / f"{stem}{suffix}"
            put(path, content)
            written.append(path)
    return written


def _drawable(found: Sequence[Sample]) -> list[Sample]:
    letters = [sample for sample in found if sample.channel is Channel.LETTER]
    posters = {sample.body: sample for sample in found if sample.channel is Channel.POSTER}
    return [*letters, *posters.values()]
