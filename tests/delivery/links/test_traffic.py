"""Whatever happens to a link that sends part by part: one answer for each message, and a true one."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.links.multipart import PartQueue, Piece, SinglePart
from campaigner.delivery.links.rates import Bucket
from campaigner.delivery.links.traffic import Block
from campaigner.delivery.links.window import Window
from campaigner.delivery.live import Answered
from tests.delivery.live_conformance import FIRST_PHONE, Heard, messages
from tests.fakes.leaping_loop import leap

LENGTHS = {1: 70, 2: 134, 3: 150}
SIZE = 2


def number(piece: Piece) -> int:
    return piece.id if isinstance(piece, SinglePart) else piece.message.id


class Wire:
    """A connection whose other side is played by the test."""

    def __init__(self, queue: PartQueue) -> None:
        self.sequence = 0
        self.usable = True
        self.went: list[Piece] = []
        self.window = Window(queue, SIZE, Bucket(0), self.submit, lambda: self.usable)
        self.window.start()

    def submit(self, pieces: Sequence[Piece]) -> None:
        now = asyncio.get_running_loop().time()
        for piece in pieces:
            assert not piece.block.ended, "what has ended goes out no more"
            self.sequence += 1
            self.window.out[self.sequence] = piece, now
            self.went.append(piece)


class Game:
    """A link with two connections, and what is known of each part from outside."""

    def __init__(self) -> None:
        self.heard = Heard()
        self.queue = PartQueue(self.heard)
        self.queue.open()
        self.wires = [Wire(self.queue), Wire(self.queue)]
        self.old: list[Wire] = []
        self.blocks: list[Block] = []
        self.parts: dict[int, int] = {}
        self.met: dict[int, list[str]] = defaultdict(list)
        self.lost: list[tuple[Wire, int]] = []

    def put(self, counts: Sequence[int]) -> None:
        first = len(self.parts) + 1
        block = [
            Outgoing(first + n, FIRST_PHONE + first + n, "防" * LENGTHS[count])
            for n, count in enumerate(counts)
        ]
        self.parts |= {message.id: count for message, count in zip(block, counts, strict=True)}
        self.blocks.append(self.queue.put(block))

    def answer(self, wire: Wire, which: int, word: str) -> None:
        """The other side speaks of one of the parts that are out."""
        out = wire.window.out
        if not out:
            return
        sequence = list(out)[which % len(out)]
        piece, _at = out.pop(sequence)
        self.met[number(piece)].append(word)
        match word:
            case "yes":
                self.queue.accepted(piece, f"r{piece.number}")
            case "no":
                self.queue.refused(piece, "0x0B")
            case "later":
                self.queue.again([piece])

    def note_lost(self, wire: Wire, block: Block | None = None) -> None:
        for sequence, (piece, _at) in wire.window.out.items():
            if block is None or piece.block is block:
                self.met[number(piece)].append("lost")
                self.lost.append((wire, sequence))

    def cut(self, which: int) -> None:
        wire = self.wires[which]
        self.note_lost(wire)
        wire.window.close("cut")
        self.old.append(wire)
        self.wires[which] = Wire(self.queue)

    def overdue(self, which: int) -> None:
        wire = self.wires[which]
        self.note_lost(wire)
        wire.window.lose_overdue(asyncio.get_running_loop().time(), "overdue")

    def late(self, which: int) -> None:
        """A late answer names a message of one part, once, and answers nothing again."""
        if self.lost:
            wire, sequence = self.lost.pop(which % len(self.lost))
            late = wire.window.late(sequence)
            assert late is None or self.parts[late.id] == 1
            assert wire.window.late(sequence) is None

    def withdraw(self, which: int) -> None:
        block = self.blocks[which % len(self.blocks)] if self.blocks else None
        if block and block.left:
            for wire in self.wires:
                self.note_lost(wire, block)
            self.queue.withdraw(block)
            assert block.done.done()

    async def play(self, steps: Sequence[tuple[str, int, int]]) -> None:
        for do, which, many in steps:
            wire = self.wires[which % 2]
            if do == "time":
                await asyncio.sleep(0.1)
            elif do == "put":
                self.put([1 + (which + n) % 3 for n in range(1 + many % 4)])
                wire.window.fill()
            elif do in {"yes", "no", "later"}:
                self.answer(wire, many, do)
            else:
                self.happen(do, which % 2, many)
            self.queue.tell()
            assert all(len(each.window.out) <= SIZE for each in self.wires)
        self.queue.close("closed")
        for wire in self.wires:
            self.note_lost(wire)
            wire.window.close("closed")
        self.queue.tell()

    def happen(self, what: str, which: int, many: int) -> None:
        wire = self.wires[which]
        match what:
            case "fill":
                wire.window.fill()
            case "cut":
                self.cut(which)
            case "overdue":
                self.overdue(which)
            case "late":
                self.late(many)
            case "withdraw":
                self.withdraw(many)
            case "give up":
                self.queue.end("gave up")
            case "silent":
                wire.usable = not wire.usable

    def judge(self) -> None:
        answers = self.heard.by_id()
        assert set(answers) == set(self.parts)
        assert all(block.done.done() for block in self.blocks)
        assert self.queue.waiting == 0
        for message, answer in answers.items():
            met, count = Counter(self.met[message]), self.parts[message]
            assert (answer.answered is Answered.ACCEPTED) == (met["yes"] == count)
            assert (answer.answered is Answered.REFUSED) == (met["no"] > 0)
            if answer.answered is Answered.UNSENT:
                assert not met["yes"]
                assert not met["lost"]
            if answer.answered is Answered.UNKNOWN:
                assert met["yes"] or met["lost"]
            assert len(answer.references) == (count if answer.answered is Answered.ACCEPTED else 0)
        went = [(number(piece), piece.number) for wire in [*self.old, *self.wires] for piece in wire.went]
        for (message, _part), times in Counter(went).items():
            assert times <= 1 + self.met[message].count("later")
        for message, part in went:
            assert part == 1 or "yes" in self.met[message]


STEPS = st.tuples(
    st.sampled_from(
        ["put"] * 3
        + ["fill"] * 4
        + ["yes"] * 8
        + ["no", "no", "later", "later"]
        + ["cut", "overdue", "late", "withdraw", "give up", "silent", "time"]
    ),
    st.integers(0, 20),
    st.integers(0, 20),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(STEPS, min_size=25, max_size=70))
def test_one_true_answer_for_each_message_whatever_happens(
    steps: list[tuple[str, int, int]],
) -> None:
    async def go() -> None:
        game = Game()
        await game.play(steps)
        game.judge()

    leap(go())


def order(steps: Sequence[tuple[str, int]], *counts: int) -> list[tuple[int, int]]:
    """In what order parts go out over one connection with room for one, when each meets the next word."""

    async def go() -> list[tuple[int, int]]:
        game = Game()
        game.put(counts)
        went: list[tuple[int, int]] = []
        waiting: list[Piece] = []
        for word, most in steps:
            waiting += game.queue.take(most)
            piece = waiting.pop(0)
            went.append((number(piece), piece.number))
            if word == "yes":
                game.queue.accepted(piece, "r")
            else:
                game.queue.again([piece])
        return went

    return leap(go())


def test_what_goes_on_goes_before_what_is_new() -> None:
    assert order([("yes", 1)] * 5, 1, 2, 1, 1) == [(1, 1), (2, 1), (2, 2), (3, 1), (4, 1)]


def test_what_comes_back_goes_first_and_in_order() -> None:
    assert order([("later", 2), ("later", 0), ("yes", 2), ("yes", 0), ("yes", 1)], 1, 1, 1) == [
        (1, 1), (2, 1), (1, 1), (2, 1), (3, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["cancelled", "closed"])
def test_send_returns_only_when_everything_is_answered(how: str) -> None:
    async def go() -> Heard:
        game = Game()
        sending = asyncio.create_task(game.queue.send(messages(10)))
        await asyncio.sleep(0.01)
        game.answer(game.wires[0], 0, "yes")
        if how == "cancelled":
            sending.cancel()
        else:
            game.queue.close("closed")
            for wire in game.wires:
                wire.window.close("cut")
            game.queue.tell()
        await asyncio.wait({sending})
        assert sending.cancelled() is (how == "cancelled")
        return game.heard

    answers = leap(go()).by_id().values()
    found = Counter(answer.answered for answer in answers)
    assert found == {Answered.ACCEPTED: 1, Answered.UNKNOWN: 3, Answered.UNSENT: 6}


def test_an_empty_block_is_done_at_once() -> None:
    async def go() -> None:
        await Game().queue.send([])

    leap(go())


def test_a_window_is_filled_by_its_feeder_where_a_rate_holds_it_back() -> None:
    async def go() -> list[float]:
        heard = Heard()
        queue = PartQueue(heard)
        queue.open()
        wire = Wire(queue)
        wire.window.close("")
        at: list[float] = []

        def submit(pieces: Sequence[Piece]) -> None:
            for piece in pieces:
                at.append(asyncio.get_running_loop().time())
                queue.accepted(piece, "r")
            queue.tell()

        window = Window(queue, SIZE, Bucket(10), submit, lambda: True)
        window.start()
        await queue.send(messages(21))
        window.close("")
        return at

    at = leap(go())
    assert at == sorted(at)
    assert at[-1] - at[0] >= 1.9
