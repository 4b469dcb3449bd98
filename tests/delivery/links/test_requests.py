"""Whatever comes back of requests, in whatever order: one answer for each message, and a true one."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.links.pause import Pause
from campaigner.delivery.links.rates import Bucket
from campaigner.delivery.links.requests import (
    TAKEN,
    Grouped,
    Outcome,
    Request,
    RequestQueue,
    Senders,
    UnansweredError,
    Verdict,
)
from campaigner.delivery.live import Answer, Answered
from campaigner.errors import GatewayError
from tests.delivery.live_conformance import Heard, messages
from tests.fakes.leaping_loop import leap

NOTHING_LEFT = {"refused", "later", "halt", "apart", "gone"}


@dataclass
class Carrier:
    """The other side: meets each request with the next word, and each with "taken" after the last."""

    words: list[str]
    heard: Heard = field(default_factory=Heard)
    most: int = 3
    workers: int = 2
    refused: frozenset[int] = frozenset()
    met: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    sizes: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        bucket = Bucket(0)
        self.queue = RequestQueue(self.heard, self.group)
        pause = Pause(bucket, 1, 8, 20)
        self.senders = Senders(
            self.queue, self.ask, bucket, lambda request: len(request.messages), pause, self.heard.notes
        )

    def group(self, block: Sequence[Outgoing]) -> Grouped[Outgoing]:
        good = [message for message in block if message.id not in self.refused]
        bad = [Answer(m.id, Answered.REFUSED, cause="no") for m in block if m.id in self.refused]
        return [good[start : start + self.most] for start in range(0, len(good), self.most)], bad

    async def ask(self, request: Request[Outgoing]) -> Outcome | list[Outcome]:
        assert request.messages, "nothing is asked for nobody"
        word = self.words.pop(0) if self.words else "taken"
        if word == "gone":
            await asyncio.sleep(0.5)
            raise GatewayError("cannot be reached\n连接不上")
        if word == "apart" and len(request.messages) > 1:
            return Outcome(Verdict.APART)
        request.start()
        block = list(request.messages)
        self.sizes.append(len(block))
        each = self.each(word, len(block))
        for message, one in zip(block, each, strict=True):
            self.met[message.id].append(one)
        await asyncio.sleep(100 if word == "silent" else 1)
        if word == "unanswered":
            raise UnansweredError
        if word == "fault":
            raise ZeroDivisionError
        if word == "mixed":
            return [OUTCOMES[one] for one in each]
        return OUTCOMES.get(word, TAKEN)

    @staticmethod
    def each(word: str, count: int) -> list[str]:
        if word == "mixed":
            return (["taken", "later", "refused", "unsure"] * count)[:count]
        if word == "refused" and count > 1:
            return ["later"] * count
        return [word if word in OUTCOMES or word in ("unanswered", "fault", "silent") else "taken"] * count


OUTCOMES = {
    "taken": TAKEN,
    "refused": Outcome(Verdict.ONE, "bad number"),
    "later": Outcome(Verdict.LATER, "too fast"),
    "halt": Outcome(Verdict.HALT, "no money"),
    "unsure": Outcome(Verdict.UNSURE, "oh"),
}


def check(carrier: Carrier, count: int) -> dict[int, Answer]:
    """One answer for each message, and as true as what its requests met; returns the answers."""
    answers = carrier.heard.by_id()
    assert set(answers) == set(range(1, count + 1))
    for number, answer in answers.items():
        last, before = (carrier.met[number] or ["later"])[-1], carrier.met[number][:-1]
        assert set(before) <= NOTHING_LEFT, "sent again though it may be out"
        match answer.answered:
            case Answered.ACCEPTED:
                assert last in ("taken", "silent")
            case Answered.REFUSED:
                assert last == "refused" or number in carrier.refused
            case Answered.UNKNOWN:
                assert carrier.met[number], "nothing of it left"
            case Answered.UNSENT:
                assert last in NOTHING_LEFT
    return answers


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 8), st.integers(0, 30), st.sampled_from([0, 0, 0, 1, 7])), max_size=5),
    st.lists(
        st.sampled_from(
            ["taken", "refused", "later", "mixed", "apart", "unsure", "unanswered", "halt", "gone"]
        )
        | st.sampled_from(["taken", "silent", "fault"]),
        max_size=40,
    ),
    st.integers(1, 3),
    st.frozensets(st.integers(1, 20), max_size=3),
    st.integers(0, 300),
)
def test_one_true_answer_for_each_message_whatever_happens(
    blocks: list[tuple[int, int, int]], words: list[str], workers: int, refused: frozenset[int], closes: int
) -> None:
    """Blocks come at some time, some are cancelled, and the link is closed in between or afterwards."""
    carrier = Carrier(words, refused=refused)

    async def send(first: int, count: int, at: int, cancelled_after: int) -> None:
        await asyncio.sleep(at)
        sending = asyncio.create_task(carrier.queue.send(messages(count, first=first)))
        await asyncio.wait({sending}, timeout=cancelled_after or None)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        answered = {answer.id for answer in carrier.heard.answered}
        assert answered >= set(range(first, first + count)), "send returned too early"

    async def go() -> int:
        carrier.senders.open(workers)
        first, sending = 1, []
        for count, at, cancelled_after in blocks:
            sending.append(asyncio.create_task(send(first, count, at, cancelled_after)))
            first += count
        if closes < 100:
            await asyncio.sleep(closes)
            await carrier.senders.close(2)
        await asyncio.gather(*sending)
        await carrier.senders.close(2)
        return first - 1

    count = leap(go())
    check(carrier, count)


def sent(words: list[str], count: int = 6, **more: int) -> Carrier:
    """What came of one block."""
    carrier = Carrier(words, **more)

    async def go() -> None:
        carrier.senders.open(carrier.workers)
        await carrier.queue.send(messages(count))
        await carrier.senders.close(2)

    leap(go())
    check(carrier, count)
    return carrier


def states(carrier: Carrier) -> list[Answered]:
    return [answer.answered for _number, answer in sorted(carrier.heard.by_id().items())]


A, R, UNKNOWN, UNSENT = Answered.ACCEPTED, Answered.REFUSED, Answered.UNKNOWN, Answered.UNSENT


@pytest.mark.parametrize(
    ("words", "expected", "sizes"),
    [
        pytest.param([], [A] * 6, [3, 3], id="all taken"),
        pytest.param(["refused", "taken"], [A] * 6, [3, 3, 2, 1], id="one of them: in halves"),
        pytest.param(["apart", "taken"], [A] * 6, [1, 1, 1, 3], id="one by one"),
        pytest.param(["mixed", "taken"], [A, A, R, A, A, A], [3, 3, 1], id="each its own, later ones last"),
        pytest.param(["unsure"], [UNKNOWN] * 3 + [A] * 3, [3, 3], id="the service failed"),
        pytest.param(["unanswered"], [UNKNOWN] * 3 + [A] * 3, [3, 3], id="no answer"),
        pytest.param(["later", "later"], [A] * 6, [3, 3, 3, 3], id="too fast"),
        pytest.param(["halt"], [UNSENT] * 3 + [A] * 3, [3, 3], id="halt, the other one is out already"),
        pytest.param(["gone", "gone"], [UNSENT] * 6, [], id="nobody there"),
        pytest.param(["unanswered"] * 9, [UNKNOWN] * 6, [3, 3], id="nothing is answered"),
    ],
)
def test_what_answers_mean(words: list[str], expected: list[Answered], sizes: list[int]) -> None:
    carrier = sent(words)
    assert states(carrier) == expected
    assert carrier.sizes == sizes


def test_a_stop_is_noted_once() -> None:
    carrier = sent(["gone"] * 9, 30)
    assert carrier.heard.noted == ["stopped: cannot be reached（连接不上）"]


def test_when_nothing_is_answered_any_more_the_rest_stays() -> None:
    carrier = sent(["unanswered"] * 99, 30)
    assert set(states(carrier)) == {UNKNOWN, UNSENT}
    assert states(carrier).count(UNKNOWN) <= 15
    assert [note for note in carrier.heard.noted if "nothing is answered" in note]


def test_a_fault_of_ours_is_raised_and_everything_is_answered() -> None:
    carrier = Carrier(["fault"])

    async def go() -> None:
        carrier.senders.open(1)
        with pytest.raises(ZeroDivisionError):
            await carrier.queue.send(messages(9))
        await carrier.queue.send(messages(3, first=10))
        await carrier.senders.close(2)

    leap(go())
    check(carrier, 12)
    assert states(carrier) == [UNKNOWN] * 3 + [UNSENT] * 6 + [A] * 3


def test_what_is_taken_and_waits_for_its_turn_is_unsent_when_somebody_stops() -> None:
    carrier = Carrier([])

    async def go() -> None:
        carrier.senders._bucket.pause(60)
        carrier.senders.open(2)
        sending = asyncio.create_task(carrier.queue.send(messages(6)))
        await asyncio.sleep(1)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await asyncio.sleep(100)
        await carrier.senders.close(2)

    leap(go())
    assert states(carrier) == [UNSENT] * 6
    assert carrier.sizes == []


def test_closing_does_not_wait_for_what_has_not_left() -> None:
    carrier = Carrier([])

    async def go() -> float:
        loop = asyncio.get_running_loop()
        carrier.senders._bucket.pause(60)
        carrier.senders.open(2)
        sending = asyncio.create_task(carrier.queue.send(messages(6)))
        await asyncio.sleep(1)
        begun = loop.time()
        await carrier.senders.close(30)
        await sending
        return loop.time() - begun

    assert leap(go()) < 1
    assert states(carrier) == [UNSENT] * 6


def test_what_was_throttled_and_waits_is_unsent_when_somebody_stops() -> None:
    carrier = Carrier(["later", "later"])

    async def go() -> None:
        carrier.senders.open(2)
        sending = asyncio.create_task(carrier.queue.send(messages(6)))
        await asyncio.sleep(1.5)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await carrier.senders.close(2)

    leap(go())
    assert states(carrier) == [UNSENT] * 6


@pytest.mark.parametrize("word", ["taken", "mixed", "later", "refused", "halt", "unanswered"])
def test_an_answer_after_somebody_stopped_changes_nothing(word: str) -> None:
    carrier = Carrier([word, word])

    async def go() -> None:
        carrier.senders.open(2)
        sending = asyncio.create_task(carrier.queue.send(messages(9)))
        await asyncio.sleep(0.5)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await asyncio.sleep(30)
        await carrier.queue.send(messages(6, first=10))
        await carrier.senders.close(2)

    leap(go())
    assert states(carrier) == [UNKNOWN] * 6 + [UNSENT] * 3 + [A] * 6


def test_before_it_is_open_and_after_it_is_closed_everything_is_unsent() -> None:
    carrier = Carrier([])

    async def go() -> None:
        await carrier.queue.send(messages(3))
        carrier.senders.open(1)
        await carrier.senders.close(1)
        await carrier.queue.send(messages(3, first=4))

    leap(go())
    answers = check(carrier, 6)
    assert (answers[1].cause, answers[4].cause) == ("the link is not open", "the link was closed")


def test_side_by_side_and_no_more() -> None:
    carrier = Carrier([], most=1)
    loads: list[int] = []
    original = carrier.ask

    async def ask(request: Request[Outgoing]) -> Outcome | list[Outcome]:
        loads.append(sum(taken.out for taken in carrier.senders._taken))
        return await original(request)

    carrier.senders._ask = ask

    async def go() -> None:
        carrier.senders.open(3)
        await carrier.queue.send(messages(30))
        await carrier.senders.close(1)

    leap(go())
    assert max(loads) == 2, "while the third is asked for"
    assert Counter(states(carrier)) == {A: 30}
