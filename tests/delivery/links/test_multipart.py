"""Whatever happens to its parts, each message has one answer, and that answer is true."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.links.multipart import PartQueue, Piece, SinglePart
from campaigner.delivery.live import Answer, Answered
from tests.delivery.live_conformance import Heard

LENGTHS = {1: 70, 2: 134, 3: 150}


def outgoing(parts: Sequence[int]) -> list[Outgoing]:
    return [Outgoing(n + 1, 13800138000 + n, "防" * LENGTHS[count]) for n, count in enumerate(parts)]


def played(parts: Sequence[int], words: Sequence[str]) -> tuple[list[Answer], list[tuple[int, int]]]:
    """Answers to messages of so many parts when each piece that is taken meets the next word; and what went out."""

    async def go() -> tuple[list[Answer], list[tuple[int, int]]]:
        heard, out = Heard(), []
        queue = opened(heard)
        block = queue.put(outgoing(parts))
        for word in words:
            taken = queue.take(1)
            if not taken:
                break
            piece = taken[0]
            out.append((number(piece), piece.number))
            react(queue, piece, word)
            queue.tell()
        queue.end("stopped", block)
        queue.tell()
        assert block.done.done()
        assert queue.waiting == 0
        return heard.answered, out

    return asyncio.run(go())


def opened(heard: Heard) -> PartQueue:
    queue = PartQueue(heard)
    queue.open()
    return queue


def number(piece: Piece) -> int:
    return piece.id if isinstance(piece, SinglePart) else piece.message.id


def react(queue: PartQueue, piece: Piece, word: str) -> None:
    match word:
        case "yes":
            queue.accepted(piece, f"r{piece.number}")
        case "no":
            queue.refused(piece, "0x0B")
        case "lost":
            queue.lost(piece, "no answer")
        case "later":
            queue.again([piece])


@pytest.mark.parametrize(
    ("parts", "words", "answer"),
    [
        (1, ["yes"], Answer(1, Answered.ACCEPTED, ("r1",))),
        (3, ["yes"] * 3, Answer(1, Answered.ACCEPTED, ("r1", "r2", "r3"))),
        (3, ["no"], Answer(1, Answered.REFUSED, cause="0x0B")),
        (3, ["lost"], Answer(1, Answered.UNKNOWN, cause="no answer")),
        (3, ["yes", "no"], Answer(1, Answered.REFUSED, cause="0x0B; 1 of 3 parts were accepted")),
        (3, ["yes", "yes", "no"], Answer(1, Answered.REFUSED, cause="0x0B; 2 of 3 parts were accepted")),
        (
            3,
            ["yes", "lost", "yes"],
            Answer(1, Answered.UNKNOWN, cause="no answer; 2 of 3 parts were accepted"),
        ),
        (3, ["yes", "lost", "no"], Answer(1, Answered.REFUSED, cause="0x0B; 1 of 3 parts were accepted")),
        (3, ["later", "yes", "later", "yes", "yes"], Answer(1, Answered.ACCEPTED, ("r1", "r2", "r3"))),
        (3, ["yes"], Answer(1, Answered.UNKNOWN, cause="stopped; 1 of 3 parts were accepted")),
        (3, ["later"], Answer(1, Answered.UNSENT, cause="stopped")),
        (1, [], Answer(1, Answered.UNSENT, cause="stopped")),
    ],
)
def test_what_is_true_of_the_whole_message(parts: int, words: list[str], answer: Answer) -> None:
    assert played([parts], words)[0] == [answer]


def test_behind_a_refused_first_part_nothing_goes_out() -> None:
    assert played([3, 1], ["no", "yes"])[1] == [(1, 1), (2, 1)]


def test_a_text_without_end_is_refused() -> None:
    async def go() -> list[Answer]:
        heard = Heard()
        queue = opened(heard)
        queue.put([Outgoing(1, 13800138000, "防" * 67 * 256)])
        assert queue.take(1) == []
        return heard.answered

    assert [answer.answered for answer in asyncio.run(go())] == [Answered.REFUSED]


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "not open yet"])
def test_a_queue_that_is_not_open_takes_nothing(closed: bool) -> None:
    async def go() -> tuple[list[Answer], bool]:
        heard = Heard()
        queue = PartQueue(heard)
        if closed:
            queue.open()
            queue.close("closed")
        block = queue.put(outgoing([1, 2]))
        return heard.answered, block.done.done()

    answers, done = asyncio.run(go())
    assert done
    assert [answer.answered for answer in answers] == [Answered.UNSENT] * 2


@given(
    st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=5),
    st.lists(st.sampled_from(["yes", "yes", "no", "lost", "later"]), max_size=25),
)
def test_each_message_has_one_answer_and_it_is_true(parts: list[int], words: list[str]) -> None:
    answers, out = played(parts, words)
    assert sorted(answer.id for answer in answers) == list(range(1, len(parts) + 1))
    met: dict[int, list[str]] = {}
    for (number, _part), word in zip(out, words, strict=False):
        met.setdefault(number, []).append(word)
    for answer in answers:
        words_met, count = met.get(answer.id, []), parts[answer.id - 1]
        assert (answer.answered is Answered.ACCEPTED) == (words_met.count("yes") == count)
        assert (answer.answered is Answered.REFUSED) == ("no" in words_met)
        if answer.answered is Answered.UNSENT:
            assert {"yes", "lost"}.isdisjoint(words_met)
        if answer.answered is Answered.UNKNOWN:
            assert {"yes", "lost"} & set(words_met)
