"""A carrier that counts what reaches it, sends receipts hours later, and has bad days."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Answer, Answered, Ear, Link, Receipt, Received, Reply
from campaigner.errors import GatewayError
from tests.fakes.carrier import FakeCarrier


@dataclass
class Network:
    """What the carrier knows; it outlives every process of ours.

    Args:
        chance: Decides.
        taken: (moment, phone, text) of each message that it took.
        owed: Receipts that are still to come, with the moment from which they do.
        refusals: Phone -> when its owner wrote back to be left alone.
        refused: How many messages it would not take.
        down: Until when it cannot be reached.
        ears: Of the links that are open.
    """

    chance: Random
    taken: list[tuple[datetime, int, str]] = field(default_factory=list)
    owed: list[tuple[datetime, Receipt]] = field(default_factory=list)
    refusals: dict[int, datetime] = field(default_factory=dict)
    refused: int = 0
    down: datetime | None = None
    ears: list[Ear] = field(default_factory=list)

    def answer(self, message: Outgoing, now: datetime, ear: Ear) -> Answer:
        """Take one message, mostly."""
        dice = self.chance.random()
        if dice < 0.01:
            self.refused += 1
            return Answer(message.id, Answered.REFUSED, (), "0x0B no such number")
        if dice < 0.012:  # it has no room at present
            return Answer(message.id, Answered.UNSENT, (), "no room")
        reference = f"{message.id}-{len(self.taken)}"
        self.taken.append((now, message.phone, message.text))
        outcome = Received.DELIVERED if dice < 0.97 else Received.FAILED
        self.owed.append((now + timedelta(minutes=600 * dice), Receipt(outcome, reference)))
        if 0.5 < dice < 0.501:
            self.refusals.setdefault(message.phone, now)
            ear.replies([Reply(message.phone, "10690000", "R")])
        if dice < 0.015:  # its answer is lost on the way
            return Answer(message.id, Answered.UNKNOWN, (), "no answer")
        return Answer(message.id, Answered.ACCEPTED, (reference,))

    def bring(self, now: datetime) -> None:
        """Receipts that are due, in no order, some of them twice, to whoever listens."""
        if not self.ears:
            return
        come = [receipt for moment, receipt in self.owed if moment <= now]
        self.owed = [(moment, receipt) for moment, receipt in self.owed if moment > now]
        come += come[:3]
        self.chance.shuffle(come)
        self.ears[-1].receipts(come)


NETWORK: list[Network] = []
"""The network of the world that is simulated at present."""


class Simulated(FakeCarrier):
    """The gateway."""

    def link(self, ear: Ear) -> Link:
        return _Link(ear, NETWORK[-1])


class _Link:
    def __init__(self, ear: Ear, network: Network) -> None:
        self._ear, self._network = ear, network

    async def open(self) -> None:
        down = self._network.down
        if down is not None and self._ear.now() < down:
            raise GatewayError("the carrier cannot be reached; look at the network")
        self._network.ears.append(self._ear)

    async def send(self, block: Sequence[Outgoing]) -> None:
        now = self._ear.now()
        for start in range(0, len(block), 100):
            some = block[start : start + 100]
            self._ear.answers([self._network.answer(message, now, self._ear) for message in some])
            await asyncio.sleep(0)

    async def close(self) -> None:
        self._network.ears.remove(self._ear)
        await asyncio.sleep(0)
