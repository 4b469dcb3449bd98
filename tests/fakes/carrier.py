"""A carrier in memory: a gateway that sends by itself, told what to do with each phone."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from campaigner.delivery.gateway import Outgoing, Setting
from campaigner.delivery.live import Answer, Answered, Ear, Link
from campaigner.domain.campaign import GatewayPlan
from campaigner.errors import GatewayError


@dataclass
class Script:
    """What the carrier does; shared by all links.

    Args:
        answers: Phone -> answer; `ACCEPTED` where none is given.
        parts: Carrier's ids that each message gets.
        names: The ids, one after the other; ids of its own for each message if there are none.
        closed: Whether the carrier cannot be reached.
        before: Called with the ear and each message before its answer: receipts that come early.
        after_block: Called when a block is answered.
    """

    answers: dict[int, Answered] = field(default_factory=dict)
    parts: int = 1
    names: Iterator[str] | None = None
    closed: bool = False
    before: Callable[[Ear, Outgoing], None] = lambda _ear, _message: None
    after_block: Callable[[Ear], None] = lambda _ear: None
    sent: list[Outgoing] = field(default_factory=list)
    opened: int = 0
    ears: list[Ear] = field(default_factory=list)


SCRIPT = Script()
"""The script that gateways made by config.toml follow; tests put their own in its place."""


class FakeCarrier:
    """The gateway."""

    settings: ClassVar[tuple[Setting, ...]] = ()
    secrets: ClassVar[tuple[str, ...]] = ()
    real = False

    def __init__(self, _plan: GatewayPlan, _secrets: Mapping[str, str]) -> None:
        self.rows_per_batch = 50_000

    def link(self, ear: Ear) -> Link:
        return _Link(ear)


class _Link:
    def __init__(self, ear: Ear) -> None:
        self._ear = ear

    async def open(self) -> None:
        if SCRIPT.closed:
            raise GatewayError("the carrier cannot be reached; look at the network")
        SCRIPT.opened += 1
        SCRIPT.ears.append(self._ear)
        self._ear.notes("connected")

    async def send(self, block: Sequence[Outgoing]) -> None:
        for message in block:
            answered = SCRIPT.answers.get(message.phone, Answered.ACCEPTED)
            if answered is not Answered.UNSENT:
                SCRIPT.sent.append(message)
            SCRIPT.before(self._ear, message)
            references = tuple(
                f"{message.id}-{part}" if SCRIPT.names is None else next(SCRIPT.names)
                for part in range(SCRIPT.parts)
            )
            taken = answered is Answered.ACCEPTED
            cause = "" if taken else "0x0B no such number"
            self._ear.answers([Answer(message.id, answered, references if taken else (), cause)])
        await asyncio.sleep(0)
        SCRIPT.after_block(self._ear)

    async def close(self) -> None:
        await asyncio.sleep(0)
