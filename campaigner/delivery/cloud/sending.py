"""One block of messages on its way to a cloud: what is open, in flight, answered, put off."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from campaigner.delivery.cloud.api import RefusedError, Said, UnansweredError, UnreachableError
from campaigner.delivery.cloud.codes import Verdict, cause
from campaigner.delivery.cloud.wording import Addressed, Wording, in_requests
from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.links.rates import Bucket
from campaigner.delivery.live import Answer, Answered, Ear
from campaigner.domain.cloud_template import Fitted

_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 30.0
"""Seconds to wait after the first "too fast", doubled each time up to the longest."""
_NO_ANSWER = "no answer came"


@dataclass(frozen=True, slots=True)
class Road:
    """What all blocks of a link share.

    Args:
        ask: Sends a request and brings what was said of each of its messages, or raises as `Api.send` does.
        slots: How many requests may be under way at once.
        bucket: The rate, and pauses.
        ear: Whom to tell.
        patience: Seconds of being throttled or unable to connect, without any success, before giving up.
        most_unanswered: How many requests in a row may stay unanswered before giving up.
    """

    ask: Callable[[Sequence[Addressed]], Awaitable[list[Said]]]
    slots: asyncio.Semaphore
    bucket: Bucket
    ear: Ear
    patience: float
    most_unanswered: int


class Sending:
    """One block on its way: which messages are open, in flight, answered."""

    def __init__(self, block: Sequence[Outgoing], road: Road) -> None:
        self._block = block
        self._road = road
        self._open = {message.id for message in block}
        self._flying: set[int] = set()
        self._requests: deque[list[Addressed]] = deque()
        self._stop = ""
        self._trouble_since: float | None = None
        self._pause = _FIRST_PAUSE
        self._unanswered = 0

    def prepare(self, wording: Wording, most: int, *, one_text: bool) -> None:
        """Refuse what no template fits; put the rest into requests."""
        known: dict[str, Fitted | str] = {}
        fitting: list[Addressed] = []
        refused: list[Answer] = []
        for message in self._block:
            if message.text not in known:
                known[message.text] = wording.fitted(message.text)
            found = known[message.text]
            if isinstance(found, str):
                refused.append(Answer(message.id, Answered.REFUSED, cause=found))
            else:
                fitting.append(Addressed(message, found))
        self._answer(refused)
        self._requests.extend(in_requests(fitting, most, one_text=one_text))

    async def run(self) -> None:
        """Send requests until none is left or a person is needed; several of these may run at once."""
        while self._requests and not self._stop:
            async with self._road.slots:
                if not self._requests:
                    return
                request = self._requests.popleft()
                wanted = len(request)
                while wanted:
                    wanted -= await self._road.bucket.take(wanted)
                if self._stop:
                    return
                await self._send(request)

    def settle(self) -> None:
        """Answer whatever has no answer yet."""
        self._answer(
            Answer(number, Answered.UNKNOWN, cause=_NO_ANSWER)
            if number in self._flying
            else Answer(number, Answered.UNSENT, cause=self._stop)
            for number in sorted(self._open)
        )

    async def _send(self, request: list[Addressed]) -> None:
        numbers = {each.message.id for each in request}
        self._flying |= numbers
        try:
            said = await self._road.ask(request)
        except RefusedError as refusal:
            self._flying -= numbers
            self._refused(request, refusal.said)
        except UnreachableError:
            self._flying -= numbers
            self._later(request, "the cloud cannot be reached")
        except UnansweredError:
            self._lost(request)
        else:
            self._flying -= numbers
            self._heard(request, said)

    def _lost(self, request: Sequence[Addressed]) -> None:
        """It may be out. When nothing is answered any more, the rest had better stay here."""
        self._answer(Answer(each.message.id, Answered.UNKNOWN, cause=_NO_ANSWER) for each in request)
        self._unanswered += 1
        if self._unanswered >= self._road.most_unanswered:
            self._halt("the cloud answers no more")

    def _heard(self, request: Sequence[Addressed], said: Sequence[Said]) -> None:
        """The cloud has spoken of each message by itself."""
        again: list[Addressed] = []
        answers: list[Answer] = []
        for each, word in zip(request, said, strict=True):
            if word.verdict is Verdict.TAKEN:
                references = (word.serial,) if word.serial else ()
                answers.append(Answer(each.message.id, Answered.ACCEPTED, references))
                self._trouble_since, self._pause, self._unanswered = None, _FIRST_PAUSE, 0
            elif word.verdict is Verdict.LATER:
                again.append(each)
            elif word.verdict is Verdict.HALT:
                self._halt(cause(word.code, word.verdict))
            else:
                answered = Answered.REFUSED if word.verdict is Verdict.ONE else Answered.UNKNOWN
                answers.append(Answer(each.message.id, answered, cause=cause(word.code, word.verdict)))
        self._answer(answers)
        if again:
            # A number's own limit: the others go first.
            self._requests.append(again)
            self._wait("too fast")

    def _refused(self, request: list[Addressed], said: Said) -> None:
        """The cloud has refused the request as a whole: if on account of one message, halving finds it."""
        why = cause(said.code, said.verdict)
        if said.verdict is Verdict.LATER:
            self._later(request, said.code)
        elif said.verdict is Verdict.HALT:
            self._halt(why)
        elif said.verdict is Verdict.ONE and len(request) > 1:
            middle = len(request) // 2
            self._requests.extendleft([request[middle:], request[:middle]])
        else:
            answered = Answered.REFUSED if said.verdict is Verdict.ONE else Answered.UNKNOWN
            self._answer(Answer(each.message.id, answered, cause=why) for each in request)

    def _later(self, request: list[Addressed], why: str) -> None:
        """Keep the messages, which come first again after a pause."""
        self._requests.appendleft(request)
        self._wait(why)

    def _wait(self, why: str) -> None:
        """Pause everything, longer each time; give up when patience is at an end."""
        now = asyncio.get_running_loop().time()
        self._trouble_since = now if self._trouble_since is None else self._trouble_since
        if now - self._trouble_since >= self._road.patience:
            self._halt(f"gave up: {why}")
            return
        self._road.bucket.pause(self._pause)
        self._road.ear.notes(f"pause of {self._pause:g} s: {why}")
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    def _halt(self, why: str) -> None:
        if not self._stop:
            self._stop = why
            self._road.ear.notes(f"stopped: {why}")

    def _answer(self, answers: Iterable[Answer]) -> None:
        told = [answer for answer in answers if answer.id in self._open]
        self._open -= {answer.id for answer in told}
        if told:
            self._road.ear.answers(told)
