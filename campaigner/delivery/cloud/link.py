"""An open way to a cloud: its SDK in a few threads, blocks of messages sent, reports and replies heard."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from campaigner.delivery.cloud.api import Api, RefusedError, Said, UnreachableError
from campaigner.delivery.cloud.codes import cause, meaning_zh
from campaigner.delivery.cloud.listener import Place
from campaigner.delivery.cloud.pushes import Ears, Pushes
from campaigner.delivery.cloud.reports import Forms, Report
from campaigner.delivery.cloud.wording import Addressed, Wording, in_requests
from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.links.acknowledging import is_kept
from campaigner.delivery.links.pause import Pause
from campaigner.delivery.links.rates import Bucket
from campaigner.delivery.links.requests import (
    Grouped,
    Outcome,
    Request,
    RequestQueue,
    Senders,
    UnansweredError,
    Verdict,
)
from campaigner.delivery.live import Answer, Answered, Ear, Kept, Receipt, Reply
from campaigner.domain.cloud_template import CloudTemplate, Fitted, TemplateError, parse_template
from campaigner.errors import GatewayError

_REMEMBERED = 100_000
"""How many messages a link knows by request and phone; later reports are matched by the store."""
_PAUSE = 1.0
"""Seconds after which what could not be kept is told again."""
_RESTS = 0.25, 30.0
"""Seconds of the first rest after "too fast" or without a connection, and of the longest."""
_GRACE = 2.0
"""Seconds that `close` waits for what is in flight."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a link works.

    Args:
        connections: How many requests may be under way at once.
        rate: Messages a second; 0 for no limit.
        patience: Seconds of being throttled or unable to connect, without any success, before it gives up.
        pull: Seconds between looks for reports and replies; 0 for never.
        compare: Whether `open` compares the templates with what the cloud has approved.
    """

    connections: int
    rate: int
    patience: float
    pull: int
    compare: bool


class CloudLink:
    """A link to either cloud.

    Args:
        api: The cloud.
        wording: What is registered with it.
        manner: How to work.
        ear: Whom to tell.
        heard: Where the cloud pushes to, and how it writes; None if nobody listens.
    """

    def __init__(
        self, api: Api, wording: Wording, manner: Manner, ear: Ear, heard: tuple[Place, Forms] | None = None
    ) -> None:
        self._api = api
        self._wording = wording
        self._manner = manner
        self._ear = ear
        self._queue = RequestQueue(ear, self._grouped)
        bucket = Bucket(manner.rate)
        self._senders = Senders(
            self._queue,
            self._ask,
            bucket,
            lambda request: len(request.messages),
            Pause(bucket, *_RESTS, manner.patience),
            ear.notes,
        )
        self._threads = ThreadPoolExecutor(manner.connections + 1, thread_name_prefix="cloud")
        self._own = threading.local()
        self._closing = asyncio.Event()
        self._puller: asyncio.Task[None] | None = None
        self._sent: OrderedDict[tuple[str, int], int] = OrderedDict()
        self._pushes = Pushes(*heard, Ears(self.reported, self.replied, ear.notes)) if heard else None

    async def open(self) -> None:
        """See that the SDK is there, that the cloud knows us, and that it has the templates as we have them.

        Raises:
            GatewayError: One of these is not so; says which, and the way out.
        """
        await self._call(lambda _client: None)
        if self._manner.compare:
            await self._compare()
        if self._pushes:
            await self._pushes.listener.open()
        self._senders.open(self._manner.connections)
        if self._manner.pull:
            self._puller = asyncio.create_task(self._keep_pulling())

    async def _compare(self) -> None:
        """Each template as we have it against what the cloud has approved, as far as it shows it."""
        for template in self._wording.templates:
            try:
                text, approved = await self._call(partial(self._api.registered, code=template.code))
            except RefusedError as refusal:
                if _may_not_look(refusal.said):
                    self._ear.notes(f"the cloud shows no templates ({refusal.said.code}); not compared")
                    return
                raise GatewayError(
                    f"the cloud says {refusal.said.code} of template {template.code}; "
                    "see to the keys, the account and the code\n"
                    f"云平台对模板 {template.code} 返回 {refusal.said.code}"
                    f"（{meaning_zh(refusal.said.code, refusal.said.verdict)}）：请检查密钥、账号和模板编号"
                ) from None
            except (UnreachableError, UnansweredError):
                raise GatewayError(
                    "the cloud cannot be reached; see to the network and `endpoint`\n"
                    "连接不上云平台：请检查网络和 endpoint"
                ) from None
            _same_as(template, text, approved=approved)

    async def send(self, block: Sequence[Outgoing]) -> None:
        """Send a block; each message has its answer when this returns, however it returns."""
        await self._queue.send(block)

    async def close(self) -> None:
        """Wait shortly for what is in flight, then answer it; hear what is being pulled; let the threads go."""
        self._closing.set()
        if self._pushes:
            await self._pushes.listener.close()
        await self._senders.close(_GRACE)
        if self._puller:
            await self._puller
        self._threads.shutdown(wait=False, cancel_futures=True)

    def reported(self, reports: Iterable[Report]) -> Kept:
        """Take reports, pulled or pushed, and tell the ear which messages they are about.

        A push is answered when they are kept, see `live.Kept`.
        """
        receipts = []
        for report in reports:
            known = self._sent.get((report.key, report.phone), 0)
            # A serial alone may stand for many numbers, and after a restart it is all there is to go by.
            serial, phone = ("", 0) if known else (report.serial, report.phone)
            receipts.append(Receipt(report.received, serial, known, phone, report.cause, report.at))
        return self._ear.receipts(receipts) if receipts else None

    def replied(self, replies: Sequence[Reply]) -> Kept:
        """Take replies, pulled or pushed; a push is answered when they are kept."""
        nobodys = sum(not reply.phone for reply in replies)
        if nobodys:
            self._ear.notes(f"{nobodys} reply(ies) name no phone that could be read; see the console")
        return self._ear.replies(replies) if replies else None

    async def _call(self, ask: Callable[[Any], T]) -> T:
        """Ask the cloud in a thread that has its own client."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._with_client, ask)

    def _with_client(self, ask: Callable[[Any], T]) -> T:
        if not hasattr(self._own, "client"):
            self._own.client = self._api.client()
        return ask(self._own.client)

    def _grouped(self, messages: Sequence[Outgoing]) -> Grouped[Addressed]:
        """Refuse what no template fits; put the rest into requests."""
        known: dict[str, Fitted | str] = {}
        fitting: list[Addressed] = []
        refused: list[Answer] = []
        for message in messages:
            if message.text not in known:
                known[message.text] = self._wording.fitted(message.text)
            found = known[message.text]
            if isinstance(found, str):
                refused.append(Answer(message.id, Answered.REFUSED, cause=found))
            else:
                fitting.append(Addressed(message, found))
        return in_requests(fitting, self._api.most, one_text=self._api.one_text), refused

    async def _ask(self, request: Request[Addressed]) -> Outcome | list[Outcome]:
        """Send a request, noting what it holds before it leaves: a report may be quicker than the answer."""
        messages = request.messages
        key = f"campaigner-{messages[0].id}"
        for each in messages:
            self._sent[key, each.message.phone] = each.id
        while len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)
        request.start()
        try:
            said = await self._call(partial(self._api.send, request=messages, key=key))
        except RefusedError as refusal:
            return _outcome(refusal.said)
        except UnreachableError:
            return Outcome(Verdict.LATER, "the cloud cannot be reached")
        return [_outcome(each) for each in said]

    async def _keep_pulling(self) -> None:
        """Look for reports and replies at intervals; a cloud that hands none out is asked no more."""
        while not self._closing.is_set():
            try:
                reports, replies = await self._call(self._api.pull)
            except RefusedError as refusal:
                if refusal.said.verdict is Verdict.HALT:
                    self._ear.notes(f"the cloud hands out no reports ({refusal.said.code}); not asked again")
                    return
                reports, replies = [], []
            except (UnreachableError, UnansweredError):
                reports, replies = [], []
            await self._until_kept(reports, replies)
            if not reports and not replies:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), self._manner.pull)

    async def _until_kept(self, reports: Sequence[Report], replies: Sequence[Reply]) -> None:
        """What was pulled is gone at the cloud: nothing more is pulled before it is kept."""
        while True:
            last_time = self._closing.is_set()
            good = [await is_kept(kept) for kept in (self.reported(reports), self.replied(replies))]
            if all(good):
                return
            if last_time:
                lost = f"{len(reports)} report(s) and {len(replies)} reply(ies)"
                self._ear.notes(f"{lost} that were pulled could not be kept before the link closed")
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), _PAUSE)


def _outcome(said: Said) -> Outcome:
    taken = said.verdict is Verdict.TAKEN
    return Outcome(said.verdict, "" if taken else cause(said.code, said.verdict), said.serial)


def _may_not_look(said: Said) -> bool:
    """Whether the cloud only says that this key may send but not read templates."""
    words = ("Permission", "PERMISSION", "UnauthorizedOperation", "Forbidden")
    return said.verdict is Verdict.HALT and any(word in said.code for word in words)


def _same_as(template: CloudTemplate, text: str, *, approved: bool) -> None:
    if not approved:
        raise GatewayError(
            f"the cloud has not approved template {template.code} yet\n"
            f"云平台还没有审核通过模板 {template.code}：请等审核通过后再发送"
        )
    try:
        registered = parse_template(f"{template.code}={text}", 1).pattern
    except TemplateError:
        registered = ""
    if registered != template.pattern:
        raise GatewayError(
            f"template {template.code} is registered with another text; copy that into `templates`\n"
            f"模板 {template.code} 在云平台登记的文字与这里的不同：请把登记的原文抄入 templates"
        )
