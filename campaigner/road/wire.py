"""The wire: open links to carriers, and an ear that keeps all that comes back over them in the store."""

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Link, LiveGateway
from campaigner.domain.matching import Found
from campaigner.domain.receipt import Answer, Answered, Receipt, Received, Reply
from campaigner.domain.refusal import is_refusal
from campaigner.errors import CampaignerError, GatewayError
from campaigner.store import deliveries, log, refusals, takeouts
from campaigner.store.engine import Store
from campaigner.store.refusals import Refusal

logger = logging.getLogger("campaigner.wire")
FLUSH = 0.2
"""Seconds for which answers are held in memory at most, while the store can be written."""
GATHER, LONGEST_GATHER = 0.005, 0.1
"""Seconds for which receipts and replies gather, so that one commit keeps many: least, and where commits are slow."""
PATIENCE = 5.0
"""Seconds after which a carrier is told to come again, whatever holds the store up."""
MOST_HELD = 20_000
"""Receipts and replies that may wait for one commit; a carrier that brings more has to come again."""
_CLOSE = 10.0
"""Seconds for which a link may take to close."""


class _Group:
    """What was heard and is kept by one commit.

    Args:
        loop: Where the links wait.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.answers: list[Answer] = []
        self.receipts: list[Receipt] = []
        self.replies: list[Reply] = []
        self.kept: asyncio.Future[bool] = loop.create_future()
        """Whether the receipts and replies are kept, for all who brought them."""
        self._loop = loop

    @property
    def held(self) -> int:
        """How many receipts and replies."""
        return len(self.receipts) + len(self.replies)

    def begin(self) -> None:
        """The first receipt or reply is there: those who brought it do not wait for ever."""
        give_up = partial(self._tell, kept=False)
        self._loop.call_soon_threadsafe(partial(self._loop.call_later, PATIENCE, give_up))

    def tell(self, *, kept: bool) -> None:
        """Say whether it is kept, from whatever thread."""
        if self.held:
            with suppress(RuntimeError):  # the loop has ended, and with it everybody who waits
                self._loop.call_soon_threadsafe(partial(self._tell, kept=kept))

    def _tell(self, *, kept: bool) -> None:
        if not self.kept.done():
            self.kept.set_result(kept)


class Hearing:
    """The ear of one link: gathers what it hears for a moment, then keeps all of it by one commit.

    Args:
        store: The store.
        gateway: Name of the gateway.
        now: The time.
        turn: Held while the store is written: SQLite lets one write, and would have the next look again and again.
        loop: The loop of the links, in which those wait who brought something.
        wanted: Called, in that loop, when something should be kept soon, because somebody waits for it.
    """

    def __init__(
        self,
        store: Store,
        gateway: str,
        now: Callable[[], datetime],
        turn: threading.Lock,
        loop: asyncio.AbstractEventLoop,
        wanted: Callable[[], None],
    ) -> None:
        self._store = store
        self._gateway = gateway
        self.now = now
        self._turn = turn
        self._loop, self._wanted = loop, wanted
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._group = _Group(loop)
        self.answered: Counter[Answered] = Counter()
        """How many answers of each kind were heard."""
        self.unsent = ""
        """Why the last message that could not leave did not; "" if the carrier gave no reason."""
        self._kept: Counter[Received] = Counter()

    def answers(self, answers: Sequence[Answer]) -> None:
        """Answers to messages that were sent."""
        with self._lock:
            self._group.answers += answers
        words = [answer.answered for answer in answers]
        for word in Answered:
            self.answered[word] += words.count(word)
        if Answered.UNSENT in words:
            self.unsent = [answer.cause for answer in answers if answer.answered is Answered.UNSENT][-1]

    def receipts(self, receipts: Sequence[Receipt]) -> asyncio.Future[bool]:
        """Receipts; whether they are kept."""
        return self._gather(receipts, ())

    def replies(self, replies: Sequence[Reply]) -> asyncio.Future[bool]:
        """Replies of recipients; whether what they ask for is kept."""
        return self._gather((), replies)

    def _gather(self, receipts: Sequence[Receipt], replies: Sequence[Reply]) -> asyncio.Future[bool]:
        with self._lock:
            group = self._group
            before = group.held
            if before >= MOST_HELD:
                refused: asyncio.Future[bool] = self._loop.create_future()
                refused.set_result(False)
                return refused
            group.receipts += receipts
            group.replies += replies
        if not before:
            group.begin()
            self._loop.call_soon_threadsafe(self._wanted)
        return group.kept

    def notes(self, text: str) -> None:
        """Something of the link."""
        logger.info("%s: %s", self._gateway, text)

    def flush(self) -> None:
        """Keep what was heard; if the store cannot be written now, carriers have to tell again what they told."""
        with self._writing:
            with self._lock:
                group, self._group = self._group, _Group(self._loop)
            if not group.answers and not group.held:
                return
            try:
                self._keep(group)
            except BaseException:
                with self._lock:
                    self._group.answers[:0] = group.answers
                if group.held:
                    logger.warning("%s: %d receipts and replies could not be kept", self._gateway, group.held)
                group.tell(kept=False)
                raise
            with self._lock:
                self._kept.update(receipt.received for receipt in group.receipts)
            group.tell(kept=True)

    def drain(self) -> Counter[Received]:
        """How many receipts were kept since this was last asked, by what they say."""
        with self._lock:
            kept, self._kept = self._kept, Counter()
        return kept

    def _keep(self, group: _Group) -> None:
        now = self.now()
        refused = sorted({reply.phone for reply in group.replies if reply.phone and is_refusal(reply.text)})
        # Refusals go into the chain of the log, which grows in one place only; answers and receipts come in thousands,
        # and a receipt may come to another process of the same gateway than the answer.
        writing = self._store.begin() if refused else self._store.beside(self._gateway)
        with self._turn, writing as connection:
            deliveries.answer(connection, self._gateway, group.answers, now)
            found = deliveries.receive(connection, self._gateway, group.receipts, now)
            fresh = refusals.enter(connection, [Refusal(phone, now, "reply", "") for phone in refused])
            exported = takeouts.enter(connection, refused, "reply", now) if refused else 0
            if fresh.phones or exported:
                facts = {"gateway": self._gateway, **fresh.as_data()} | (
                    {"exported": exported} if exported else {}
                )
                log.append(connection, now, "refused", "", "reply", facts)
        for why in (Found.STRANGER, Found.EARLIER, Found.AMBIGUOUS):
            if found[why]:
                logger.info("%s: %d receipts settle nothing: %s", self._gateway, found[why], why.value)


class Wire:
    """Links to carriers, opened when they are first needed, in an event loop of their own thread.

    Args:
        store: The store; what comes back is kept there, whoever leads the clock meanwhile: it is true all the same.
        now: The time.
    """

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self.now = now
        self.turn = threading.Lock()
        """Whose turn it is to write what is sent and what is heard, see `Hearing`."""
        self._links: dict[str, tuple[Link, Hearing]] = {}
        self._settings: dict[str, str] = {}
        self._ears: dict[str, Hearing] = {}
        self._closed: dict[str, Counter[Received]] = {}
        """What links kept that are closed, and that nobody has asked for yet."""
        self._loop = asyncio.new_event_loop()
        self._wanted = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wire", daemon=True)
        self._thread.start()
        self._flushing: asyncio.Task[None] = self._wait(self._begin())

    def open(self, name: str, gateway: LiveGateway, settings: str = "") -> Hearing:
        """Open the link of a gateway, if it is not open yet under the same settings; returns its ear.

        Args:
            name: The gateway's name.
            gateway: The gateway.
            settings: Hash of its settings. A link that was opened under others leads elsewhere, and is closed first.

        Raises:
            GatewayError: It cannot be opened.
        """
        if name in self._links and self._settings[name] != settings:
            self.drop(name)
        if name not in self._links:
            hearing = Hearing(self._store, name, self.now, self.turn, self._loop, self._wanted.set)
            link = gateway.link(hearing)
            self._ears[name] = hearing
            try:
                self._wait(link.open())
            except BaseException:
                del self._ears[name]
                raise
            self._links[name] = link, hearing
            self._settings[name] = settings
        return self._links[name][1]

    def trouble(self, name: str) -> str:
        """Why an open link does not hear what it should; "" if it does."""
        return str(getattr(self._links[name][0], "trouble", ""))

    def is_open(self, name: str) -> bool:
        """Whether the link of a gateway is open."""
        return name in self._links

    def send(self, name: str, block: Sequence[Outgoing]) -> "Future[None]":
        """Begin to send a block over an open link; done when each message of it has its answer."""
        return asyncio.run_coroutine_threadsafe(self._links[name][0].send(block), self._loop)

    def flush(self) -> None:
        """Keep at once what was heard."""
        for hearing in list(self._ears.values()):
            hearing.flush()

    def drop(self, name: str) -> None:
        """Close one link; what is in flight is answered, and kept."""
        link, hearing = self._links.pop(name)
        try:
            self._wait(asyncio.wait_for(link.close(), _CLOSE))
        except (TimeoutError, GatewayError) as error:
            why = error.one_line if isinstance(error, GatewayError) else error
            logger.warning("%s: did not close in order: %s", name, why)
        finally:
            self._ears.pop(name, None)
        try:
            hearing.flush()
        finally:
            self._closed.setdefault(name, Counter()).update(hearing.drain())

    def drain(self) -> dict[str, Counter[Received]]:
        """How many receipts were kept since this was last asked, by gateway and by what they say."""
        kept, self._closed = self._closed, {}
        for name, hearing in list(self._ears.items()):
            kept.setdefault(name, Counter()).update(hearing.drain())
        return kept

    def close(self) -> None:
        """Close every link and end."""
        for name in list(self._links):
            self.drop(name)
        self._wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE)
        if not self._loop.is_running():
            self._loop.close()

    async def _begin(self) -> "asyncio.Task[None]":
        return asyncio.create_task(self._flush_often())

    async def _end(self) -> None:
        self._flushing.cancel()
        await asyncio.gather(self._flushing, return_exceptions=True)
        await self._loop.shutdown_default_executor()

    async def _flush_often(self) -> None:
        """Keep what was heard: soon where a carrier waits for it, else now and then; slow commits keep more at once."""
        gather = GATHER
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(FLUSH):
                    await self._wanted.wait()
            if self._wanted.is_set():
                await asyncio.sleep(gather)
                self._wanted.clear()
            begun = self._loop.time()
            good = True
            for name, hearing in list(self._ears.items()):
                try:
                    await asyncio.to_thread(hearing.flush)
                except CampaignerError as error:
                    good = False
                    logger.warning("%s: what was heard could not be kept yet: %s", name, error.one_line)
                except Exception:
                    good = False
                    logger.exception("%s: what was heard could not be kept", name)
            if not good:
                await asyncio.sleep(FLUSH)
            gather = min(max(GATHER, 2 * (self._loop.time() - begun)), LONGEST_GATHER)

    def _wait(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()
