"""Messages on their way over a link: blocks in, parts out, exactly one answer for each message."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import count

from campaigner.delivery.cmpp.words import result_words
from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.links.parts import split, udh
from campaigner.delivery.live import Answer, Answered, Ear

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
        count: How many parts it has.
        left: How many parts have no answer.
        references: Msg_Id of each part, None where there is none.
        out: How many parts are written and not answered.
        unknown: Why the answer of a part is missing, if one is.
        told: Whether the message has had its answer; nothing more of it goes out then.
    """

    count = left = 1
    references: tuple[int | None, ...] = ()
    out = 0
    told = False
    unknown = ""

    def __init__(self, block: Block, message: Outgoing, parts: int) -> None:
        self.block = block
        self.id, self.phone = message.id, message.phone
        self.count = self.left = parts
        self.references = (None,) * parts

    @property
    def touched(self) -> bool:
        """Whether anything of it may have reached somebody."""
        return bool(self.out or self.unknown or self.found)

    @property
    def found(self) -> tuple[str, ...]:
        """The references that are known."""
        return tuple([str(reference) for reference in self.references if reference is not None])


class Whole(Going):
    """A message of one part, as most are: itself that part, so that it costs one object and few assignments."""

    number = 1

    def __init__(self, block: Block, message: Outgoing, content: bytes) -> None:
        self.block = block
        self.id, self.phone, _text = message
        self.content = content
        self.out = 1

    @property
    def going(self) -> Going:
        """Of which message it is a part."""
        return self


class Part:
    """One SUBMIT of several: the content with its joining header, and which part of its message it is, from 1."""

    __slots__ = ("content", "going", "number")

    def __init__(self, going: Going, number: int, content: bytes) -> None:
        self.going, self.number, self.content = going, number, content


Piece = Part | Whole
"""What goes out in one SUBMIT."""


class Traffic:
    """The queue of a link and its accounts.

    Args:
        ear: Where answers are told.
    """

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._blocks: deque[Block] = deque()
        self._parts: deque[Piece] = deque()
        self._joints = count(1)
        self._split = lru_cache(maxsize=1)(split)
        """What goes over the air of a text: many messages in a row have one text."""
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

    def take(self, most: int) -> list[Piece]:
        """The next parts, no more than so many; those of a message stay together and in order."""
        taken: list[Piece] = []
        while len(taken) < most:
            if self._parts:
                part = self._parts.popleft()
                if not part.going.told:
                    part.going.out += 1
                    taken.append(part)
            elif not self._blocks:
                break
            elif self._blocks[0].waiting:
                self._begin(self._blocks[0], taken, most)
            else:
                self._blocks.popleft()
        return taken

    def _begin(self, block: Block, taken: list[Piece], most: int) -> None:
        """Take messages as long as they need no cutting, and cut the first that does."""
        waiting = block.waiting
        while waiting and len(taken) < most:
            message = waiting.popleft()
            contents = self._split(message.text)
            if len(contents) > 1:
                self._cut(block, message, contents)
                return
            taken.append(Whole(block, message, contents[0]))

    def _cut(self, block: Block, message: Outgoing, contents: Sequence[bytes]) -> None:
        number = len(contents)
        going = Going(block, message, number)
        if number > MOST_PARTS:
            self._settle(going, Answered.REFUSED, cause=f"too long: {number} parts")
            self.tell()
        else:
            reference = next(self._joints)
            self._parts.extend(
                Part(going, n, udh(reference, number, n) + content) for n, content in enumerate(contents, 1)
            )

    def again(self, parts: Iterable[Piece]) -> None:
        """Parts that the other side did not take, for now; they go first."""
        for part in reversed(list(parts)):
            part.going.out -= 1
            self._parts.appendleft(part)

    def answered(self, answers: Iterable[tuple[Piece, int, int]]) -> None:
        """(part, Msg_Id, result) of parts that the other side took, or refused for good."""
        for part, reference, result in answers:
            if not result and part.__class__ is Whole and not part.told:
                # As most are; what follows would say the same, more slowly.
                self._settle(part, Answered.ACCEPTED, (str(reference),))
                continue
            going = part.going
            going.out -= 1
            if going.told:
                continue
            if result:
                where = f", part {part.number} of {going.count}" if going.count > 1 else ""
                self._settle(going, Answered.REFUSED, cause=result_words(result) + where)
            else:
                before, after = going.references[: part.number - 1], going.references[part.number :]
                going.references = (*before, reference, *after)
                self._part_done(going)
        self.tell()

    def lost(self, parts: Iterable[Piece], why: str) -> None:
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
        if going.unknown:
            # Without its ids: receipts of the parts that were taken say too little of the whole.
            self._settle(going, Answered.UNKNOWN, cause=going.unknown)
        else:
            self._settle(going, Answered.ACCEPTED, going.found)

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

    def give_up(self, why: str, block: Block | None = None, flying: Iterable[Piece] = ()) -> None:
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
                    self._settle(going, Answered.UNKNOWN, cause=why)
                else:
                    self._settle(going, Answered.UNSENT, cause=why)
        for queued in self._blocks if block is None else [block]:
            while queued.waiting:
                self._settle(Going(queued, queued.waiting.popleft(), 1), Answered.UNSENT, cause=why)
        self._parts = deque(part for part in self._parts if not part.going.told)
        self._blocks = deque(queued for queued in self._blocks if queued.waiting)
        self.tell()
