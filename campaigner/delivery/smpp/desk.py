"""What waits to be sent over a link, and the one answer that each message gets."""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import lru_cache

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Answer, Answered, Ear
from campaigner.delivery.parts import split, udh

_MOST_PARTS = 255
"""What the joining header can count."""


class Block:
    """A block of messages that somebody waits for.

    Args:
        messages: The messages.
        done: Set when each of them has its answer.
    """

    __slots__ = ("at", "done", "ended", "left", "messages")

    def __init__(self, messages: Sequence[Outgoing], done: asyncio.Future[None]) -> None:
        self.messages = messages
        self.at = 0
        self.left = len(messages)
        self.done = done
        self.ended = ""
        """Why nothing more of it is sent; "" while it goes on."""


class Sending:
    """A message of which parts are out or wait in between: the first asks, the others follow once it is accepted."""

    __slots__ = ("block", "id", "lost", "open", "parts", "phone", "references", "refused", "unsent")

    def __init__(self, message: Outgoing, block: Block, parts: Sequence[bytes]) -> None:
        self.id = message.id
        self.phone = message.phone
        self.block = block
        self.parts = parts
        self.open = 1
        """Parts that are out or wait, so that word of them must come."""
        self.references: dict[int, str] = {}
        self.refused = self.lost = self.unsent = ""

    def octets(self, number: int) -> bytes:
        """One part as it goes out, with its joining header if there are several."""
        count = len(self.parts)
        return udh(self.id, count, number + 1) + self.parts[number] if count > 1 else self.parts[number]

    def answer(self) -> Answer:
        """What is true of the whole message when no part of it is open any more."""
        out = f"{len(self.references)} of {len(self.parts)} parts were accepted"
        if self.refused:
            cause = f"{self.refused}; {out}" if self.references else self.refused
            return Answer(self.id, Answered.REFUSED, cause=cause)
        if self.lost or (self.unsent and self.references):
            cause = self.lost or self.unsent
            return Answer(self.id, Answered.UNKNOWN, cause=f"{cause}; {out}" if self.references else cause)
        if self.unsent:
            return Answer(self.id, Answered.UNSENT, cause=self.unsent)
        references = (self.references[number] for number in sorted(self.references))
        return Answer(self.id, Answered.ACCEPTED, tuple(filter(None, references)))


Piece = tuple[Sending, int]
"""A message and the number of one of its parts, from 0."""


class Desk:
    """What waits for a link, in the order in which it came; parts of messages that are half out go first.

    Args:
        ear: Where the answers are told.
    """

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._blocks: deque[Block] = deque()
        self._between: deque[Piece] = deque()
        self._answers: list[Answer] = []
        self._finished: list[Block] = []
        self._closed = ""
        self._split = lru_cache(maxsize=1)(split)
        """The parts of a text: many messages in a row have one text."""
        self.waiting = 0
        """Pieces that could go out now."""

    def put(self, messages: Sequence[Outgoing], done: asyncio.Future[None]) -> Block:
        """Lay a block on the desk."""
        block = Block(messages, done)
        self._blocks.append(block)
        self.waiting += len(messages)
        if self._closed:
            self.end(self._closed, block)
            self.tell()
        return block

    def take(self) -> Piece | None:
        """The next piece to go out, or None if nothing waits."""
        while self._between:
            self.waiting -= 1
            sending, number = self._between.popleft()
            if not sending.refused:
                return sending, number
            self._close(sending)
        while self._blocks:
            block = self._blocks[0]
            if block.at < len(block.messages):
                self.waiting -= 1
                message = block.messages[block.at]
                block.at += 1
                sending = Sending(message, block, self._split(message.text))
                if len(sending.parts) <= _MOST_PARTS:
                    return sending, 0
                self.refused((sending, 0), f"the text has more than {_MOST_PARTS} parts")
                continue
            self._blocks.popleft()
        return None

    def accepted(self, piece: Piece, reference: str) -> None:
        """The SMSC has taken a part; with the first, the others may follow."""
        sending, number = piece
        rest = len(sending.parts) - 1
        if not rest:
            references = (reference,) if reference else ()
            self._answers.append(Answer(sending.id, Answered.ACCEPTED, references))
            self._count(sending.block, 1)
            return
        sending.references[number] = reference
        if not number:
            sending.unsent = sending.block.ended or self._closed
            if not sending.unsent:
                sending.open += rest
                self._between.extend((sending, following) for following in range(1, rest + 1))
                self.waiting += rest
        self._close(sending)

    def refused(self, piece: Piece, cause: str) -> None:
        """The SMSC has refused a part for good: the whole text cannot be read any more."""
        piece[0].refused = cause
        self._close(piece[0])

    def lost(self, piece: Piece, cause: str) -> None:
        """A part went out and nothing came back."""
        piece[0].lost = cause
        self._close(piece[0])

    def back(self, piece: Piece) -> None:
        """A part was not taken now; it goes out again, before all others."""
        ended = piece[0].block.ended or self._closed
        if ended:
            self._unsent(piece, ended)
        else:
            self._between.appendleft(piece)
            self.waiting += 1

    def end(self, cause: str, block: Block | None = None) -> None:
        """Send nothing more of a block, or of any: what waits is answered; what is out gets its answer later."""
        for ending in [block] if block else list(self._blocks):
            ending.ended = cause
            rest = ending.messages[ending.at :]
            ending.at = len(ending.messages)
            self.waiting -= len(rest)
            self._answers += [Answer(message.id, Answered.UNSENT, cause=cause) for message in rest]
            self._count(ending, len(rest))
        pieces, self._between = self._between, deque()
        for piece in pieces:
            if block is None or piece[0].block is block:
                piece[0].block.ended = cause
                self.waiting -= 1
                self._unsent(piece, cause)
            else:
                self._between.append(piece)

    def close(self, cause: str) -> None:
        """Send nothing more, now or later."""
        self._closed = cause
        self.end(cause)
        self.tell()

    def tell(self) -> None:
        """Tell the ear what has been answered, then those who wait for whole blocks."""
        if self._answers:
            answers, self._answers = self._answers, []
            self._ear.answers(answers)
        while self._finished:
            done = self._finished.pop().done
            if not done.done():
                done.set_result(None)

    def _unsent(self, piece: Piece, cause: str) -> None:
        piece[0].unsent = cause
        self._close(piece[0])

    def _close(self, sending: Sending) -> None:
        """One part fewer is open; with the last, the message has its answer."""
        sending.open -= 1
        if not sending.open:
            self._answers.append(sending.answer())
            self._count(sending.block, 1)

    def _count(self, block: Block, answered: int) -> None:
        block.left -= answered
        if not block.left:
            self._finished.append(block)
