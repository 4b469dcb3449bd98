"""Messages on their way over a link: blocks in, parts out, exactly one answer for each message."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import count

from campaigner.delivery.cmpp.words import result_words
from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Answer, Answered, Ear
from campaigner.delivery.parts import split, udh

MOST_PARTS = 255
"""More cannot be counted in one octet."""


class Block:
    """What one call of `send` waits for.

    Attributes:
        waiting: Messages of which nothing has been taken yet.
        left: How many messages have no answer.
        done: Set when none is left.
    """

    __slots__ = ("done", "left", "waiting")

    def __init__(self, messages: Sequence[Outgoing]) -> None:
        self.waiting = deque(messages)
        self.left = len(messages)
        self.done = asyncio.Event()


class Going:
    """One message of which at least one part was taken.

    Attributes:
        left: How many parts have no answer.
        references: Msg_Id of each part, None where there is none.
        out: How many parts are written and not answered.
        unknown: Why the answer of a part is missing, if one is.
        told: Whether the message has had its answer; nothing more of it goes out then.
    """

    __slots__ = ("block", "id", "left", "out", "phone", "references", "told", "unknown")

    def __init__(self, block: Block, message: Outgoing, parts: int) -> None:
        self.block = block
        self.id, self.phone = message.id, message.phone
        self.left = parts
        self.references: list[int | None] = [None] * parts
        self.out = 0
        self.told = False
        self.unknown = ""

    @property
    def touched(self) -> bool:
        """Whether anything of it may have reached somebody."""
        return bool(self.out or self.unknown or self.found)

    @property
    def found(self) -> tuple[str, ...]:
        """The references that are known."""
        return tuple([str(reference) for reference in self.references if reference is not None])


class Part:
    """One SUBMIT: the content with its joining header, and which part of its message it is, from 1."""

    __slots__ = ("content", "going", "number")

    def __init__(self, going: Going, number: int, content: bytes) -> None:
        self.going, self.number, self.content = going, number, content


class Traffic:
    """The queue of a link and its accounts.

    Args:
        ear: Where answers are told.
    """

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._blocks: deque[Block] = deque()
        self._parts: deque[Part] = deque()
        self._texts = count(1)
        self._answers: list[Answer] = []

    def add(self, messages: Sequence[Outgoing]) -> Block:
        """Queue a block."""
        block = Block(messages)
        if messages:
            self._blocks.append(block)
        else:
            block.done.set()
        return block

    @property
    def waiting(self) -> int:
        """How many parts wait at least; 0 only if none does."""
        return len(self._parts) + sum(len(block.waiting) for block in self._blocks)

    def take(self, most: int) -> list[Part]:
        """The next parts, no more than so many; those of a message stay together and in order."""
        taken: list[Part] = []
        while len(taken) < most:
            if self._parts:
                part = self._parts.popleft()
                if not part.going.told:
                    part.going.out += 1
                    taken.append(part)
            elif not self._blocks:
                break
            elif waiting := self._blocks[0].waiting:
                self._begin(self._blocks[0], waiting.popleft(), taken)
            else:
                self._blocks.popleft()
        return taken

    def _begin(self, block: Block, message: Outgoing, taken: list[Part]) -> None:
        """Cut a message into parts; one that needs no cutting is taken at once, for most do not."""
        contents = split(message.text)
        going, number = Going(block, message, len(contents)), len(contents)
        if number == 1:
            going.out = 1
            taken.append(Part(going, 1, contents[0]))
        elif number > MOST_PARTS:
            self._settle(going, Answered.REFUSED, cause=f"too long: {number} parts")
            self.tell()
        else:
            reference = next(self._texts)
            self._parts.extend(
                Part(going, n, udh(reference, number, n) + content) for n, content in enumerate(contents, 1)
            )

    def again(self, parts: Iterable[Part]) -> None:
        """Parts that the other side did not take, for now; they go first."""
        for part in reversed(list(parts)):
            part.going.out -= 1
            self._parts.appendleft(part)

    def answered(self, answers: Iterable[tuple[Part, int, int]]) -> None:
        """(part, Msg_Id, result) of parts that the other side took, or refused for good."""
        for part, reference, result in answers:
            going = part.going
            going.out -= 1
            if going.told:
                continue
            if result:
                where = (
                    f", part {part.number} of {len(going.references)}" if len(going.references) > 1 else ""
                )
                self._settle(going, Answered.REFUSED, cause=result_words(result) + where)
            elif len(going.references) == 1:
                self._settle(going, Answered.ACCEPTED, (str(reference),))
            else:
                going.references[part.number - 1] = reference
                self._part_done(going)
        self.tell()

    def lost(self, parts: Iterable[Part], why: str) -> None:
        """Parts that were written and whose answer will not come."""
        for part in parts:
            part.going.out -= 1
            if not part.going.told:
                part.going.unknown = why
                self._part_done(part.going)
        self.tell()

    def _part_done(self, going: Going) -> None:
        going.left -= 1
        if going.left:
            return
        answered = Answered.UNKNOWN if going.unknown else Answered.ACCEPTED
        self._settle(going, answered, going.found, going.unknown)

    def _settle(
        self, going: Going, answered: Answered, references: tuple[str, ...] = (), cause: str = ""
    ) -> None:
        going.told = True
        self._answers.append(Answer(going.id, answered, references, cause))
        block = going.block
        block.left -= 1
        if not block.left:
            block.done.set()

    def tell(self) -> None:
        """Tell the ear what has gathered."""
        if self._answers:
            answers, self._answers = self._answers, []
            self._ear.answers(answers)

    def give_up(self, why: str, block: Block | None = None, flying: Iterable[Part] = ()) -> None:
        """Answer what waits: of one block, or all of it.

        Args:
            why: The cause to tell.
            block: The only block meant; None for all.
            flying: Parts that are out; those of the block are answered too.
        """
        for part in [*flying, *self._parts]:
            going = part.going
            if not going.told and (block is None or going.block is block):
                if going.touched:
                    self._settle(going, Answered.UNKNOWN, going.found, why)
                else:
                    self._settle(going, Answered.UNSENT, cause=why)
        for queued in self._blocks if block is None else [block]:
            while queued.waiting:
                self._settle(Going(queued, queued.waiting.popleft(), 1), Answered.UNSENT, cause=why)
        self._parts = deque(part for part in self._parts if not part.going.told)
        self._blocks = deque(queued for queued in self._blocks if queued.waiting)
        self.tell()
