"""Texts that go out in parts, each with an answer of its own: what is true of the whole message."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.links.parts import split, udh
from campaigner.delivery.links.traffic import Block, SendQueue
from campaigner.delivery.live import Answer, Answered, Ear

MOST_PARTS = 255
"""What the joining header can count."""


class SinglePart:
    """A message of one part, as most are: one object, few assignments."""

    __slots__ = ("block", "content", "id", "phone")
    number = count = 1

    def __init__(self, block: Block, message: Outgoing, content: bytes) -> None:
        self.block = block
        self.id, self.phone, _text = message
        self.content = content

    def settle(self, answered: Answered, cause: str = "") -> tuple[Answer, ...]:
        """No answer will come for this part but this; what is true of its message then, if anything."""
        return (Answer(self.id, answered, (), cause),)

    def unsent(self, cause: str) -> tuple[Answer, ...]:
        """See `Sendable`."""
        return (Answer(self.id, Answered.UNSENT, (), cause),)


class MultipartMessage:
    """A message of which parts are out or wait: the first asks, the others follow once it is accepted."""

    __slots__ = ("block", "contents", "id", "open", "phone", "references", "words")

    def __init__(self, block: Block, message: Outgoing, contents: Sequence[bytes]) -> None:
        self.block = block
        self.id, self.phone, _text = message
        self.contents = contents
        self.open = 1
        """Parts that are out or wait, so that word of them must come."""
        self.references: dict[int, str] = {}
        self.words: dict[Answered, str] = {}
        """What became of the parts that were not accepted, and why."""

    def settle(self) -> tuple[Answer, ...]:
        """One part fewer is open; with the last, the message has its answer."""
        self.open -= 1
        return () if self.open else (self._answer(),)

    def _answer(self) -> Answer:
        words = self.words
        out = (
            f"; {len(self.references)} of {len(self.contents)} parts were accepted" if self.references else ""
        )
        if Answered.REFUSED in words:
            return Answer(self.id, Answered.REFUSED, (), words[Answered.REFUSED] + out)
        if Answered.UNKNOWN in words or (words and out):
            cause = words.get(Answered.UNKNOWN) or words[Answered.UNSENT]
            return Answer(self.id, Answered.UNKNOWN, (), cause + out)
        if words:
            return Answer(self.id, Answered.UNSENT, (), words[Answered.UNSENT])
        references = (self.references[number] for number in sorted(self.references))
        return Answer(self.id, Answered.ACCEPTED, tuple(filter(None, references)))


class Part:
    """One part of several, counted from 1."""

    __slots__ = ("message", "number")

    def __init__(self, message: MultipartMessage, number: int) -> None:
        self.message, self.number = message, number

    @property
    def block(self) -> Block:
        """Whose it is."""
        return self.message.block

    @property
    def phone(self) -> int:
        """To whom it goes."""
        return self.message.phone

    @property
    def count(self) -> int:
        """How many parts there are."""
        return len(self.message.contents)

    @property
    def content(self) -> bytes:
        """What goes out: the joining header and the text."""
        return udh(self.message.id, self.count, self.number) + self.message.contents[self.number - 1]

    def settle(self, answered: Answered, cause: str = "") -> tuple[Answer, ...]:
        """No answer will come for this part but this; what is true of its message then, if anything."""
        self.message.words[answered] = cause
        return self.message.settle()

    def unsent(self, cause: str) -> tuple[Answer, ...]:
        """See `Sendable`."""
        return self.settle(Answered.UNSENT, cause)


Piece = SinglePart | Part
"""What goes out in one PDU."""


class PartQueue(SendQueue[Piece]):
    """The queue of a link that sends part by part.

    Args:
        ear: Where answers are told.
    """

    def __init__(self, ear: Ear) -> None:
        super().__init__(ear)
        self._split = lru_cache(maxsize=1)(split)
        """The parts of a text: many messages in a row have one text."""

    def accepted(self, piece: Piece, reference: str) -> None:
        """The other side has taken a part; with the first, the others may follow."""
        if isinstance(piece, SinglePart):
            # As most are: what `answer` does, without its price.
            self._answers.append(Answer(piece.id, Answered.ACCEPTED, (reference,) if reference else ()))
            block = piece.block
            block.left -= 1
            if not block.left:
                self._finished.append(block)
            return
        message = piece.message
        message.references[piece.number] = reference
        if piece.number == 1:
            if ended := message.block.ended:
                message.words[Answered.UNSENT] = ended
            else:
                self._next.extend(Part(message, number) for number in range(2, piece.count + 1))
                message.open = piece.count
        self.answer(message.block, message.settle())

    def refused(self, piece: Piece, cause: str) -> None:
        """The other side has refused a part for good: the whole text cannot be read any more, no other part goes."""
        if isinstance(piece, Part):
            for _ in range(len(self._next)):
                other = self._next.popleft()
                if isinstance(other, Part) and other.message is piece.message:
                    piece.message.open -= 1
                else:
                    self._next.append(other)
        self.answer(piece.block, piece.settle(Answered.REFUSED, cause))

    def lost(self, piece: Piece, cause: str) -> None:
        """A part went out and no answer will come."""
        self.answer(piece.block, piece.settle(Answered.UNKNOWN, cause))

    def _cut(self, block: Block, messages: Sequence[Outgoing]) -> Iterator[Piece]:
        for message in messages:
            contents = self._split(message.text)
            if len(contents) == 1:
                yield SinglePart(block, message, contents[0])
            elif len(contents) <= MOST_PARTS:
                yield Part(MultipartMessage(block, message, contents), 1)
            else:
                cause = f"the text has more than {MOST_PARTS} parts"
                self.answer(block, [Answer(message.id, Answered.REFUSED, cause=cause)])
