"""What every way out must do that sends by itself; each one's test module runs all of it against a real peer.

A test module gives a `Peer`: a carrier made for tests that speaks the true protocol in a process or task of its own.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import (
    Answer,
    Answered,
    Kept,
    Link,
    LiveGateway,
    Receipt,
    Received,
    Reply,
)
from tests.pace import until

SHORT = "【某中心】凡是要您先垫钱的，都是诈骗。拒收请回复R"
LONG = "【某中心】" + "陌生来电不轻信，转账汇款多核实，拿不准打96110。" * 5 + "拒收请回复R"
FIRST_PHONE = 13800138000


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the peer treats what it gets.

    Args:
        refuse: Phones that it refuses for good.
        throttle: How many messages it first answers with "too fast, later", if the protocol has such an answer.
        silent: Phones whose messages it takes without ever answering.
        delay: Seconds before each answer.
        cut_after: Cut the connection, once, on receiving so many messages, the last unanswered; 0: never.
        receipts: "" for none, "after" the answer, "before" it, "twice", or "reversed" (each part's in falling order).
        fail: Phones whose receipts say that delivery failed.
    """

    refuse: frozenset[int] = frozenset()
    throttle: int = 0
    silent: frozenset[int] = frozenset()
    delay: float = 0.0
    cut_after: int = 0
    receipts: str = ""
    fail: frozenset[int] = frozenset()


class Peer(Protocol):
    """A carrier made for tests."""

    gateway: LiveGateway
    """Set up to reach the peer; waits at most about a second for an answer, reconnects within about a second."""
    can: frozenset[str]
    """Which of "throttle", "silent", "cut", "receipts", "before", "replies" the protocol and the peer know."""

    async def start(self, behaviour: Behaviour) -> None:
        """Listen, and behave so."""
        ...

    async def stop(self) -> None:
        """End it."""
        ...

    async def received(self) -> list[tuple[int, str]]:
        """(phone, whole decoded text) of every message that arrived complete, in order, long ones put together."""
        ...

    async def reply(self, phone: int, text: str) -> None:
        """Let somebody write back."""
        ...


@dataclass
class Heard:
    """An ear that keeps what it hears.

    Args:
        holds: Whether it says that what it was told is kept only once `say` is called.
    """

    answered: list[Answer] = field(default_factory=list)
    received: list[Receipt] = field(default_factory=list)
    replied: list[Reply] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    holds: bool = False
    waiting: list[asyncio.Future[bool]] = field(default_factory=list)

    def answers(self, answers: Sequence[Answer]) -> None:
        self.answered += answers

    def receipts(self, receipts: Sequence[Receipt]) -> Kept:
        self.received += receipts
        return self._kept()

    def replies(self, replies: Sequence[Reply]) -> Kept:
        self.replied += replies
        return self._kept()

    def _kept(self) -> Kept:
        if not self.holds:
            return None
        self.waiting.append(asyncio.get_running_loop().create_future())
        return self.waiting[-1]

    def say(self, *, kept: bool) -> None:
        """Say of all that waits whether it is kept."""
        waiting, self.waiting = self.waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(kept)

    def notes(self, text: str) -> None:
        self.noted.append(text)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def by_id(self) -> dict[int, Answer]:
        """Answers by message; each message has exactly one."""
        assert max(Counter(answer.id for answer in self.answered).values(), default=1) == 1
        return {answer.id: answer for answer in self.answered}


def messages(count: int, text: str = SHORT, first: int = 1) -> list[Outgoing]:
    """Invented messages to as many phones, each number with a phone of its own."""
    return [Outgoing(number, FIRST_PHONE + number - 1, text) for number in range(first, first + count)]


def walk(peer: Peer, behaviour: Behaviour, story: Callable[[Link, Heard], Awaitable[None]]) -> Heard:
    """Start the peer, open a link, let the story happen, close both."""
    heard = Heard()

    async def go() -> None:
        await peer.start(behaviour)
        try:
            link = peer.gateway.link(heard)
            await link.open()
            try:
                await story(link, heard)
            finally:
                await link.close()
        finally:
            await peer.stop()

    asyncio.run(go())
    return heard


def every_message_arrives_once_as_written(peer: Peer) -> None:
    """Short and long texts, several blocks at once; decoded at the other side they are what was sent."""
    blocks = [messages(40), messages(10, LONG, 41), messages(30, SHORT, 51)]
    got: list[tuple[int, str]] = []

    async def story(link: Link, _heard: Heard) -> None:
        await asyncio.gather(*(link.send(block) for block in blocks))
        got.extend(await peer.received())

    heard = walk(peer, Behaviour(), story)
    sent = [(message.phone, message.text) for block in blocks for message in block]
    assert Counter(got) == Counter(sent)
    answers = heard.by_id()
    assert len(answers) == len(sent)
    assert {answer.answered for answer in answers.values()} == {Answered.ACCEPTED}


def a_refusal_is_final_and_says_why(peer: Peer) -> None:
    """One refused message fails; the others go on."""
    refused = FIRST_PHONE + 3

    async def story(link: Link, _heard: Heard) -> None:
        await link.send(messages(10))

    answers = walk(peer, Behaviour(refuse=frozenset({refused})), story).by_id()
    assert answers[4].answered is Answered.REFUSED
    assert answers[4].cause
    assert str(refused) not in answers[4].cause
    others = [answer.answered for number, answer in answers.items() if number != 4]
    assert others == [Answered.ACCEPTED] * 9


def throttling_keeps_the_message(peer: Peer) -> None:
    """ "Too fast" is no failure: the link waits, and each message arrives once."""
    got: list[tuple[int, str]] = []

    async def story(link: Link, _heard: Heard) -> None:
        await link.send(messages(20))
        got.extend(await peer.received())

    heard = walk(peer, Behaviour(throttle=5), story)
    assert {answer.answered for answer in heard.by_id().values()} == {Answered.ACCEPTED}
    assert Counter(phone for phone, _text in got) == Counter(m.phone for m in messages(20))


def no_answer_is_unknown_and_never_sent_again(peer: Peer) -> None:
    """Whoever gets no answer may have been reached: it is unknown, and it is not sent twice."""
    silent = FIRST_PHONE + 2
    got: list[tuple[int, str]] = []

    async def story(link: Link, _heard: Heard) -> None:
        await link.send(messages(6))
        got.extend(await peer.received())

    answers = walk(peer, Behaviour(silent=frozenset({silent})), story).by_id()
    assert answers[3].answered is Answered.UNKNOWN
    assert Counter(phone for phone, _text in got)[silent] <= 1
    assert sum(answer.answered is Answered.ACCEPTED for answer in answers.values()) >= 1


def a_slow_peer_is_waited_for(peer: Peer) -> None:
    """Slow is not lost."""

    async def story(link: Link, _heard: Heard) -> None:
        await link.send(messages(8))

    heard = walk(peer, Behaviour(delay=0.3), story)
    assert {answer.answered for answer in heard.by_id().values()} == {Answered.ACCEPTED}


def a_cut_link_loses_and_doubles_nothing(peer: Peer) -> None:
    """What was in flight is unknown, the rest goes out over a new connection, nobody gets it twice."""
    got: list[tuple[int, str]] = []

    async def story(link: Link, _heard: Heard) -> None:
        await link.send(messages(60))
        got.extend(await peer.received())

    heard = walk(peer, Behaviour(cut_after=25), story)
    answers = heard.by_id()
    assert len(answers) == 60
    assert max(Counter(phone for phone, _text in got).values()) == 1
    accepted = {answer.id for answer in answers.values() if answer.answered is Answered.ACCEPTED}
    unknown = {answer.id for answer in answers.values() if answer.answered is Answered.UNKNOWN}
    assert len(accepted) >= 25
    assert accepted | unknown == set(range(1, 61))
    arrived = {phone - FIRST_PHONE + 1 for phone, _text in got}
    assert accepted <= arrived <= accepted | unknown


def stopped_in_mid_send_everything_is_answered(peer: Peer) -> None:
    """Cancelled, a link says of each message whether it may be out."""
    heard = Heard()

    async def go() -> None:
        await peer.start(Behaviour(delay=0.5))
        link = peer.gateway.link(heard)
        await link.open()
        sending = asyncio.create_task(link.send(messages(400)))
        await until(lambda: heard.answered)  # then the next ones are out, and not yet answered
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await link.close()
        await peer.stop()

    asyncio.run(go())
    answers = heard.by_id()
    assert len(answers) == 400
    assert Answered.UNKNOWN in {answer.answered for answer in answers.values()}


def receipts_find_their_message(peer: Peer, order: str) -> None:
    """Receipts after the answer, before it, twice or in reverse name messages that were sent, short and long."""
    failed = FIRST_PHONE + 4
    block = [*messages(5), *messages(2, LONG, 6)]

    async def story(link: Link, heard: Heard) -> None:
        await link.send(block)
        await until(lambda: len(named(heard)) == len(block))

    def named(heard: Heard) -> set[int]:
        by_reference = {ref: a.id for a in heard.answered for ref in a.references}
        finals = [r for r in heard.received if r.received is not Received.UNDERWAY]
        return {receipt.id or by_reference.get(receipt.reference, 0) for receipt in finals} - {0}

    heard = walk(peer, Behaviour(receipts=order, fail=frozenset({failed})), story)
    by_reference = {ref: a.id for a in heard.answered for ref in a.references}
    words: dict[int, set[Received]] = {}
    for receipt in heard.received:
        if receipt.received is not Received.UNDERWAY:
            words.setdefault(receipt.id or by_reference[receipt.reference], set()).add(receipt.received)
    assert set(words) == {m.id for m in block}
    assert words.pop(5) == {Received.FAILED}
    assert set(map(frozenset, words.values())) == {frozenset({Received.DELIVERED})}


def a_reply_is_heard(peer: Peer) -> None:
    """Somebody writes back."""

    async def story(link: Link, heard: Heard) -> None:
        await link.send(messages(1))
        await peer.reply(FIRST_PHONE, "R")
        await peer.reply(FIRST_PHONE + 1, "退订")
        await until(lambda: len(heard.replied) == 2)

    heard = walk(peer, Behaviour(), story)
    assert sorted((reply.phone, reply.text.strip()) for reply in heard.replied) == [
        (FIRST_PHONE, "R"),
        (FIRST_PHONE + 1, "退订"),
    ]


class Acknowledging(Protocol):
    """What a test module gives for the rule on acknowledgements: one delivery at a time, and what came of it."""

    gateway: LiveGateway

    async def start(self) -> None:
        """Listen."""
        ...

    async def stop(self) -> None:
        """End it."""
        ...

    async def bring(self, phone: int) -> None:
        """Deliver an R from a phone, and do not wait for what comes of it."""
        ...

    def outcomes(self) -> list[bool]:
        """Of each delivery that has had its answer, in order, whether this was an acknowledgement."""
        ...


def nothing_is_acknowledged_before_it_is_kept(carrier: Acknowledging) -> None:
    """While the ear says nothing the carrier gets no answer; what is not kept it is told to send again."""
    heard = Heard(holds=True)

    async def go() -> None:
        await carrier.start()
        link = carrier.gateway.link(heard)
        try:
            await link.open()
            for number, kept in enumerate((True, False, True)):
                await carrier.bring(FIRST_PHONE + number)
                await until(lambda: bool(heard.waiting))
                await asyncio.sleep(0.2)
                assert len(carrier.outcomes()) == number
                heard.say(kept=kept)
                await until(lambda: len(carrier.outcomes()) > number)  # noqa: B023 - called at once
            assert carrier.outcomes() == [True, False, True]
            heard.holds = False
        finally:
            heard.say(kept=True)
            await link.close()
            await carrier.stop()

    asyncio.run(go())


def secrets_and_people_stay_out_of_words(gateway: LiveGateway, secrets: Sequence[str]) -> None:
    """Neither repr nor str of a gateway shows a secret."""
    shown = f"{gateway!r} {gateway}"
    assert not [secret for secret in secrets if secret in shown]


STORIES = (
    every_message_arrives_once_as_written,
    a_refusal_is_final_and_says_why,
    throttling_keeps_the_message,
    no_answer_is_unknown_and_never_sent_again,
    a_slow_peer_is_waited_for,
    a_cut_link_loses_and_doubles_nothing,
    stopped_in_mid_send_everything_is_answered,
)
"""What every live way out must do, whatever its protocol knows of receipts and replies."""
