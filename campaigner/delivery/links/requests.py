"""Messages that go out several at a time, in requests that are answered one by one: HTTP, and what is built on it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from enum import StrEnum
from typing import Generic, NamedTuple, Protocol, TypeVar

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.links.pause import Pause
from campaigner.delivery.links.rates import Bucket
from campaigner.delivery.links.traffic import Block, SendQueue
from campaigner.delivery.live import Answer, Answered, Ear
from campaigner.errors import GatewayError

_LOOK = 0.02
"""Seconds between two looks whether all has been answered, on closing."""


class Verdict(StrEnum):
    """What an answer of the other side asks for."""

    TAKEN = "taken"
    """Accepted."""
    ONE = "one"
    """Refused for good on account of one number or its values; others of the same request may pass."""
    APART = "apart"
    """Nothing was sent; the messages of the request are to be sent one by one."""
    LATER = "later"
    """Too fast: nothing was sent, and it may be tried again after a pause."""
    HALT = "halt"
    """Account, signature, template or rights: nothing was sent, and nothing will be until a person has seen to it."""
    UNSURE = "unsure"
    """The other side failed on its own; the message may be out."""


class Outcome(NamedTuple):
    """What was said of one message, or of a whole request."""

    verdict: Verdict
    cause: str = ""
    reference: str = ""


TAKEN = Outcome(Verdict.TAKEN)
"""All of a request was accepted, as most are; there is no more to say of it."""


class UnansweredError(Exception):
    """The request left, and no whole answer came; says why."""


class WithdrawnError(Exception):
    """The block of a request has ended before anything of it left."""


class Numbered(Protocol):
    """A message, as a protocol holds it."""

    @property
    def id(self) -> int:
        """Our number of it."""
        ...


M = TypeVar("M", bound=Numbered)


class Request(Generic[M]):
    """Messages of a block that go out at one go.

    Attributes:
        block: Whose they are.
        messages: Those that have no answer: all of them, or none.
        out: Whether anything of it may have left.
        sent_at: When it left, by the event loop's clock.
    """

    __slots__ = ("block", "messages", "out", "sent_at")

    def __init__(self, block: Block, messages: Sequence[M]) -> None:
        self.block, self.messages, self.out = block, messages, False
        self.sent_at = 0.0

    def check(self) -> None:
        """See that it is still to go out.

        Raises:
            WithdrawnError: It is not; all of it has its answer, or will have it where it is put back.
        """
        if self.block.ended:
            raise WithdrawnError

    def start(self) -> None:
        """To be called before the first byte leaves; raises as `check` does."""
        self.check()
        self.out, self.sent_at = True, asyncio.get_running_loop().time()

    def settle(self, answered: Answered, cause: str = "") -> list[Answer]:
        """What has no answer has this one."""
        messages, self.messages = self.messages, ()
        return [Answer(message.id, answered, (), cause) for message in messages]

    def unsent(self, cause: str) -> list[Answer]:
        """See `Sendable`."""
        return self.settle(Answered.UNSENT, cause)

    def in_pieces(self, most: int) -> "list[Request[M]]":
        """Requests of at most so many messages in its place."""
        messages, self.messages = self.messages, ()
        starts = range(0, len(messages), most)
        return [Request(self.block, messages[start : start + most]) for start in starts]


Grouped = tuple[Iterable[Sequence[M]], Sequence[Answer]]
"""Messages as they go together, and the answers to those that cannot go at all."""


class RequestQueue(SendQueue[Request[M]]):
    """The queue of a link that sends by requests.

    Args:
        ear: Where answers are told.
        group: Puts the messages of a block into requests.
    """

    def __init__(self, ear: Ear, group: Callable[[Sequence[Outgoing]], Grouped[M]]) -> None:
        super().__init__(ear)
        self._group = group

    def _cut(self, block: Block, messages: Sequence[Outgoing]) -> list[Request[M]]:
        groups, refused = self._group(messages)
        self.answer(block, refused)
        return [Request(block, group) for group in groups]


class Senders(Generic[M]):
    """Send requests side by side, and know what became of each message.

    Args:
        queue: What waits.
        ask: Sends a request, calling its `start` before the first byte leaves; says what the answer means of the whole
            request or of each of its messages. May raise `UnansweredError`, and `GatewayError` where nothing left and
            nothing will.
        bucket: The carrier's rate, and pauses.
        weigh: How many permissions of the rate a request needs.
        pause: Rests when the other side says "later".
        note: Told in one line when the link rests or stops.
    """

    def __init__(
        self,
        queue: RequestQueue[M],
        ask: Callable[[Request[M]], Awaitable[Outcome | Sequence[Outcome]]],
        bucket: Bucket,
        weigh: Callable[[Request[M]], int],
        pause: Pause,
        note: Callable[[str], None],
    ) -> None:
        self._queue, self._ask, self._bucket = queue, ask, bucket
        self._weigh, self._pause, self._note = weigh, pause, note
        self._taken: set[Request[M]] = set()
        self._work_there = asyncio.Event()
        self._workers: list[asyncio.Task[None]] = []
        self._unanswered = 0

    def open(self, count: int) -> None:
        """Send so many requests at once from now on."""
        self._queue.takers.add(self)
        self._queue.open()
        self._workers = [asyncio.create_task(self._work()) for _ in range(count)]

    async def close(self, grace: float) -> None:
        """Send nothing more, wait a little for what is out, then answer it."""
        self._queue.close("the link was closed")
        deadline = asyncio.get_running_loop().time() + grace
        while any(taken.out for taken in self._taken) and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - seldom
            await asyncio.sleep(_LOOK)
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        self.lose("no answer before the link was closed")
        self._queue.tell()
        self._queue.takers.discard(self)

    def wake(self) -> None:
        """Something may go out that could not before."""
        self._work_there.set()

    def lose(self, cause: str, block: Block | None = None) -> None:
        """Wait no longer for the answers to what is out, of one block or of all."""
        for request in self._taken:
            if block is None or request.block is block:
                answered = Answered.UNKNOWN if request.out else Answered.UNSENT
                self._queue.answer(request.block, request.settle(answered, cause))

    def rest(self, cause: str, sent_at: float) -> None:
        """The other side says "later" to what was sent then."""
        if rest := self._pause.too_fast(sent_at):
            self._note(f"{cause}; trying again later, resting for {rest:g} s")
        if self._pause.is_hopeless():
            self._halt(f"{cause}, for longer than {self._pause.patience:g} s")

    async def _work(self) -> None:
        """Send one request after the other."""
        while True:
            request = self._queue.take_one()
            if request is None:
                self._work_there.clear()
                await self._work_there.wait()
                continue
            request.out = False
            self._taken.add(request)
            await self._send(request)
            self._taken.discard(request)
            self._queue.tell()

    async def _send(self, request: Request[M]) -> None:
        """Send a request; whatever happens, it is answered or put back."""
        try:
            if not self._bucket.free:
                wanted = self._weigh(request)
                while wanted:
                    wanted -= await self._bucket.take(wanted)
                request.check()
            outcome = await self._ask(request)
        except WithdrawnError:
            self._queue.again([request])
        except UnansweredError as error:
            self._lost(request, str(error) or "no answer came")
        except GatewayError as error:
            self._halt(error.one_line)
            self._queue.again([request])
        except Exception as error:  # noqa: BLE001 - told to whoever waits for the block, who would wait for ever
            self._lost(request, "the link failed")
            self._queue.end("the link failed", request.block)
            if not request.block.done.done():
                request.block.done.set_exception(error)
        else:
            self._judge(request, outcome)

    def _judge(self, request: Request[M], outcome: Outcome | Sequence[Outcome]) -> None:
        """Settle what was said, unless nobody waits for it any more."""
        self._unanswered = 0
        if not request.messages:
            return
        if not isinstance(outcome, Outcome):
            self._judge_each(request, outcome)
        elif outcome is TAKEN:
            if self._pause.rested:
                self._pause.went_well(request.sent_at)
            self._queue.answer(request.block, request.settle(Answered.ACCEPTED))
        else:
            self._judge_whole(request, outcome)

    def _judge_whole(self, request: Request[M], outcome: Outcome) -> None:
        verdict, cause, _reference = outcome
        several = len(request.messages)
        if verdict is Verdict.APART or (verdict is Verdict.ONE and several > 1):
            most = 1 if verdict is Verdict.APART else -(-several // 2)
            self._queue.again(request.in_pieces(most))
            self._queue.wake()
        elif verdict is Verdict.LATER:
            self._queue.again([request])
            self.rest(cause, request.sent_at)
        else:
            self._judge_each(request, [outcome] * several)

    def _judge_each(self, request: Request[M], outcomes: Sequence[Outcome]) -> None:
        messages, request.messages = request.messages, ()
        answers: list[Answer] = []
        left: list[M] = []
        halt = later = ""
        for message, (verdict, cause, reference) in zip(messages, outcomes, strict=True):
            if verdict is Verdict.TAKEN:
                references = (reference,) if reference else ()
                answers.append(Answer(message.id, Answered.ACCEPTED, references, cause))
                self._pause.went_well(request.sent_at)
            elif verdict in (Verdict.ONE, Verdict.UNSURE):
                answered = Answered.REFUSED if verdict is Verdict.ONE else Answered.UNKNOWN
                answers.append(Answer(message.id, answered, (), cause))
            else:
                left.append(message)
                halt, later = (cause, later) if verdict is Verdict.HALT else (halt, cause)
        self._queue.answer(request.block, answers)
        if halt:
            self._halt(halt)
        if left:
            # A number's own limit: the others go first.
            self._queue.again([Request(request.block, left)], last=True)
            self._queue.wake()
        if later:
            self.rest(later, request.sent_at)

    def _lost(self, request: Request[M], cause: str) -> None:
        """It may be out. When nothing is answered any more, the rest had better stay here."""
        answered = Answered.UNKNOWN if request.out else Answered.UNSENT
        self._queue.answer(request.block, request.settle(answered, cause))
        self._unanswered += 1
        if self._unanswered >= 2 * len(self._workers):
            self._unanswered = 0
            self._halt(f"nothing is answered any more ({cause})")

    def _halt(self, why: str) -> None:
        """Leave what waits unsent."""
        if self._queue.end(why):
            self._note(f"stopped: {why}")
