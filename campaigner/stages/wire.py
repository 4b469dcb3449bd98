"""The wire: open links to carriers, and an ear that keeps all that comes back over them in the store."""

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Link, LiveGateway
from campaigner.domain.receipt import Answer, Answered, Receipt, Reply
from campaigner.domain.refusal import is_refusal
from campaigner.errors import CampaignerError, GatewayError
from campaigner.store import deliveries, log, refusals, takeouts
from campaigner.store.engine import Store
from campaigner.store.refusals import Refusal

logger = logging.getLogger("campaigner.wire")
FLUSH = 0.2
"""Seconds for which what was heard is held in memory at most, while the store can be written."""
_CLOSE = 10.0
"""Seconds for which a link may take to close."""


class Hearing:
    """The ear of one link: holds what it hears for a moment, then keeps it in the store.

    Args:
        store: The store.
        gateway: Name of the gateway.
        now: The time.
        turn: Held while the store is written: SQLite lets one write, and would have the next look again and again.
    """

    def __init__(self, store: Store, gateway: str, now: Callable[[], datetime], turn: threading.Lock) -> None:
        self._store = store
        self._gateway = gateway
        self.now = now
        self._turn = turn
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._answers: list[Answer] = []
        self._receipts: list[Receipt] = []
        self._replies: list[Reply] = []
        self.answered: Counter[Answered] = Counter()
        """How many answers of each kind were heard."""
        self.unsent = ""
        """Why the last message that could not leave did not; "" if the carrier gave no reason."""
        self.received = 0
        """How many receipts were heard."""

    def answers(self, answers: Sequence[Answer]) -> None:
        """Answers to messages that were sent."""
        with self._lock:
            self._answers += answers
        words = [answer.answered for answer in answers]
        for word in Answered:
            self.answered[word] += words.count(word)
        if Answered.UNSENT in words:
            self.unsent = [answer.cause for answer in answers if answer.answered is Answered.UNSENT][-1]

    def receipts(self, receipts: Sequence[Receipt]) -> None:
        """Receipts."""
        with self._lock:
            self._receipts += receipts
        self.received += len(receipts)

    def replies(self, replies: Sequence[Reply]) -> None:
        """Replies of recipients."""
        with self._lock:
            self._replies += replies

    def notes(self, text: str) -> None:
        """Something of the link."""
        logger.info("%s: %s", self._gateway, text)

    def flush(self) -> None:
        """Keep what was heard; if the store cannot be written now, hold it for the next time."""
        with self._writing:
            with self._lock:
                answers, self._answers = self._answers, []
                receipts, self._receipts = self._receipts, []
                replies, self._replies = self._replies, []
            if not answers and not receipts and not replies:
                return
            try:
                self._keep(answers, receipts, replies)
            except CampaignerError:
                with self._lock:
                    self._answers[:0], self._receipts[:0], self._replies[:0] = answers, receipts, replies
                raise

    def _keep(self, answers: list[Answer], receipts: list[Receipt], replies: list[Reply]) -> None:
        now = self.now()
        refused = sorted({reply.phone for reply in replies if is_refusal(reply.text)})
        # Refusals go into the chain of the log, which grows in one place only; answers and receipts come in thousands,
        # and a receipt may come to another process of the same gateway than the answer.
        writing = self._store.begin() if refused else self._store.beside(self._gateway)
        with self._turn, writing as connection:
            deliveries.answer(connection, self._gateway, answers, now)
            deliveries.receive(connection, self._gateway, receipts, now)
            fresh = refusals.add(connection, [Refusal(phone, now, "reply", "") for phone in refused])
            exported = takeouts.enter(connection, refused, "reply", now) if refused else 0
            if fresh or exported:
                facts = {"gateway": self._gateway, "phones": fresh} | (
                    {"exported": exported} if exported else {}
                )
                log.append(connection, now, "refused", "", "reply", facts)


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
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wire", daemon=True)
        self._thread.start()
        self._flushing: asyncio.Task[None] = self._wait(self._begin())

    def open(self, name: str, gateway: LiveGateway) -> Hearing:
        """Open the link of a gateway, if it is not open yet; returns its ear.

        Raises:
            GatewayError: It cannot be opened.
        """
        if name not in self._links:
            hearing = Hearing(self._store, name, self.now, self.turn)
            link = gateway.link(hearing)
            self._wait(link.open())
            self._links[name] = link, hearing
        return self._links[name][1]

    def is_open(self, name: str) -> bool:
        """Whether the link of a gateway is open."""
        return name in self._links

    def send(self, name: str, block: Sequence[Outgoing]) -> "Future[None]":
        """Begin to send a block over an open link; done when each message of it has its answer."""
        return asyncio.run_coroutine_threadsafe(self._links[name][0].send(block), self._loop)

    def flush(self) -> None:
        """Keep at once what was heard."""
        for _link, hearing in list(self._links.values()):
            hearing.flush()

    def drop(self, name: str) -> None:
        """Close one link; what is in flight is answered, and kept."""
        link, hearing = self._links.pop(name)
        try:
            self._wait(asyncio.wait_for(link.close(), _CLOSE))
        except (TimeoutError, GatewayError) as error:
            logger.warning("%s: did not close in order: %s", name, error)
        hearing.flush()

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
        while True:
            await asyncio.sleep(FLUSH)
            for name, (_link, hearing) in list(self._links.items()):
                try:
                    await asyncio.to_thread(hearing.flush)
                except CampaignerError as error:
                    logger.warning("%s: what was heard could not be kept yet: %s", name, error)

    def _wait(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()
