"""A link to a CMPP gateway: one or more connections, one queue, reconnecting by itself."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from campaigner.delivery.cmpp.incoming import CHINA, Replies
from campaigner.delivery.cmpp.pdu import V20, V30, Deliver, Layout, PduError, SubmitForm, Welcome, proves
from campaigner.delivery.cmpp.session import Account, Session
from campaigner.delivery.cmpp.traffic import Piece, Traffic
from campaigner.delivery.cmpp.words import VERSION_TOO_HIGH, result_words, status_words
from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.links.acknowledging import Fragments, tell_until_kept, when_kept
from campaigner.delivery.links.rates import Backoff, Bucket
from campaigner.delivery.live import Ear, Kept, Receipt, Received, Reply
from campaigner.errors import GatewayError

_LOGIN_SECONDS = 10.0
_BACKOFF = 0.2
_LONGEST_BACKOFF = 30.0
_PAUSE = 1.0
_LONGEST_PAUSE = 16.0
_LATE = 10_000
"""How many messages are remembered whose answer came after its time."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a link behaves.

    Args:
        layout: The version to ask for.
        links: How many connections.
        patience: Seconds without any success after which what waits is left unsent.
        src_id: The number that phones show.
        service: Service_Id.
        reports: Whether status reports are wanted.
        fee: (Fee_UserType, FeeType, FeeCode).
    """

    layout: Layout
    links: int
    patience: float
    src_id: str
    service: str
    reports: bool
    fee: tuple[int, str, str]


class CmppLink:
    """A link; see `delivery.live.Link`.

    Args:
        account: Where and as whom to log in.
        manner: How to behave.
        ear: Where to tell.
        bucket: The carrier's rate, shared by all links of the gateway.
    """

    def __init__(self, account: Account, manner: Manner, ear: Ear, bucket: Bucket) -> None:
        self._account, self._manner, self._ear, self._bucket = account, manner, ear, bucket
        self._layout = manner.layout
        self._traffic = Traffic(ear)
        self._replies = Replies()
        self._fragments = Fragments(ear.replies)
        self._late: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._sessions: set[Session] = set()
        self._keepers: list[asyncio.Task[None]] = []
        self._good_at = self._paused_until = self._pause = 0.0
        self._pauses = Backoff(_PAUSE, _LONGEST_PAUSE)

    async def open(self) -> None:
        """Connect and log in; the first connection settles the version, others may come later."""
        first = await self._connect()
        rest = await asyncio.gather(
            *(self._connect() for _ in range(self._manner.links - 1)), return_exceptions=True
        )
        self._good_at = asyncio.get_running_loop().time()
        for session in (first, *rest):
            if isinstance(session, Session):
                self._keepers.append(asyncio.create_task(self._keep(session)))
            else:
                self.notes(f"a further link is not open: {session}")
                self._keepers.append(asyncio.create_task(self._keep(None)))

    async def send(self, block: Sequence[Outgoing]) -> None:
        """Send a block; see `delivery.live.Link.send`."""
        if not self._traffic.waiting:
            self._good_at = asyncio.get_running_loop().time()
        added = self._traffic.add(block)
        if not self._keepers:
            self._traffic.give_up("the link is not open")
        self._wake()
        try:
            await added.done.wait()
        except asyncio.CancelledError:
            flying = [part for session in self._sessions for part in session.flying]
            self._traffic.give_up("stopped", added, flying)
            raise

    async def close(self) -> None:
        """Log out everywhere and disconnect."""
        keepers, self._keepers = self._keepers, []
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        self._traffic.give_up("the link was closed")
        await asyncio.gather(*(session.end() for session in list(self._sessions)))
        self._sessions.clear()
        if rest := self._replies.rest():
            self._ear.replies(rest)

    async def _connect(self) -> Session:
        """A connection that is logged in; a gateway that knows only 2.0 gets 2.0."""
        try:
            return await self._log_in(self._layout)
        except _VersionError:
            self.notes("the gateway does not speak CMPP 3.0 (status 4); trying 2.0: set version to 2.0")
        session = await self._log_in(V20)
        self._layout = V20
        return session

    async def _log_in(self, layout: Layout) -> Session:
        session = Session(self, self._account, layout)
        try:
            async with asyncio.timeout(_LOGIN_SECONDS):
                welcome, ours = await self._greet(session)
            self._judge(welcome, ours, layout)
        except TimeoutError:
            session.fail("no answer to the login")
            raise GatewayError(
                f"{self._where} does not answer within {_LOGIN_SECONDS:g} s; check host and port"
            ) from None
        except BaseException:
            session.fail("the login came to nothing")
            raise
        session.start(self._form(welcome.layout))
        self._sessions.add(session)
        return session

    async def _greet(self, session: Session) -> tuple[Welcome, bytes]:
        """Connect and send CONNECT; the answer, and our proof."""
        account = self._account
        try:
            await asyncio.get_running_loop().create_connection(lambda: session, account.host, account.port)
            stamp = int(self._ear.now().astimezone(CHINA).strftime("%m%d%H%M%S"))
            ours = session.log_in(stamp)
            return await session.welcome, ours
        except ConnectionError:
            raise GatewayError(
                f"{self._where} cuts the connection or does not take it; check host, port and that the carrier "
                "allows this machine's address"
            ) from None
        except OSError as error:
            raise GatewayError(
                f"{self._where} cannot be reached: {error.strerror}; check host and port"
            ) from None

    def _judge(self, welcome: Welcome, ours: bytes, layout: Layout) -> None:
        """Refuse what refuses us; only note what is merely odd."""
        if welcome.status == VERSION_TOO_HIGH and layout is V30:
            raise _VersionError
        if welcome.status:
            raise GatewayError(f"{self._where} refuses the login: {status_words(welcome.status)}")
        if not proves(welcome.status, welcome.proof, ours, self._account.secret):
            self.notes("the gateway's own proof (AuthenticatorISMG) does not fit the secret; going on")
        if welcome.layout is not layout:
            self.notes(f"the gateway answers in CMPP {welcome.layout.name}: set version to that")

    @property
    def _where(self) -> str:
        return f"gateway {self._account.name}: {self._account.host}:{self._account.port}"

    def _form(self, layout: Layout) -> SubmitForm:
        manner = self._manner
        return SubmitForm(
            layout, self._account.sp_id, manner.src_id, manner.service, manner.reports, manner.fee
        )

    async def _keep(self, session: Session | None) -> None:
        """Keep one connection going until the link is closed."""
        backoff = Backoff(_BACKOFF, _LONGEST_BACKOFF)
        while True:
            if session is None:
                try:
                    session = await self._connect()
                except GatewayError as error:
                    if backoff.fresh:
                        self.notes(str(error))
            if session is not None:
                await self._pump(session)
                self._sessions.discard(session)
                self.notes(f"a link is down: {session.why}; connecting again")
                if session.useful:
                    backoff.reset()
                session = None
            self._give_up_if_hopeless()
            await asyncio.sleep(backoff.next())

    def _give_up_if_hopeless(self) -> None:
        now = asyncio.get_running_loop().time()
        late = now - self._good_at > self._manner.patience
        if late and not self._sessions and self._traffic.waiting:
            self._good_at = now
            self.notes(f"no success for {self._manner.patience:g} s; what waits is left unsent")
            self._traffic.give_up("the gateway could not be reached")

    async def _pump(self, session: Session) -> None:
        """Fill the session's window as often as there is room, until it is gone."""
        while not session.closed.is_set():
            want = min(session.room, self._traffic.waiting)
            if not want:
                session.wake.clear()
                await session.wake.wait()
                continue
            may = await self._bucket.take(want)
            if parts := self._traffic.take(min(may, session.room)):
                session.submit(parts)

    def answered(self, answers: Sequence[tuple[Piece, int, int]]) -> None:
        """Answers in time."""
        self._good_at = asyncio.get_running_loop().time()
        if self._late:
            for _part, reference, _result in answers:
                self._late.pop(str(reference), None)
        self._traffic.answered(answers)

    def late(self, part: Piece, reference: int, result: int) -> None:
        """An answer after its time: the message stays unknown, but what is said of it later is understood.

        Only for messages of one part: of several, one says too little.
        """
        if part.going.count > 1:
            return
        if result:
            cause = f"{result_words(result)}, answered late"
            tell_until_kept(self._ear.receipts, [Receipt(Received.FAILED, id=part.going.id, cause=cause)])
            return
        self._late[str(reference)] = part.going.id, part.going.phone
        if len(self._late) > _LATE:
            self._late.popitem(last=False)

    def too_fast(self, parts: Sequence[Piece]) -> None:
        """Result 8: every connection pauses, twice as long if the last pause did not help; the parts go again."""
        now = asyncio.get_running_loop().time()
        self._good_at = now
        self._traffic.again(parts)
        self._wake()
        if now < self._paused_until:
            return
        if now >= self._paused_until + self._pause:
            self._pauses.reset()
        self._pause = self._pauses.next()
        self._paused_until = now + self._pause
        self._bucket.pause(self._pause)
        self.notes(f"the gateway says too fast (result 8); pausing for {self._pause:g} s")

    def _wake(self) -> None:
        for session in self._sessions:
            session.wake.set()

    def lost(self, parts: Iterable[Piece], why: str) -> None:
        """No answer will come."""
        self._traffic.lost(parts, why)

    def brought(self, receipts: Sequence[Receipt], replies: Sequence[Deliver]) -> list[Kept]:
        """Status reports and replies; whether they are kept."""
        kept: list[Kept] = []
        if receipts:
            named = [self._named(receipt) for receipt in receipts] if self._late else receipts
            kept.append(self._ear.receipts(named))
        complete: list[Reply] = []
        for deliver in replies:
            try:
                complete += self._replies.hear(deliver)
            except PduError as error:
                self.notes(f"the gateway delivered {error}; ignored")
            if self._replies.part is not None:
                kept.append(self._fragments.wait(*self._replies.part))
        if complete:
            kept.append(self._ear.replies(complete))
            joined, then = self._replies.whole()
            when_kept(kept[-1:], then)
            for key in joined:
                self._fragments.whole(key, kept[-1])
        return kept

    def _named(self, receipt: Receipt) -> Receipt:
        """A receipt by our own number where the reference came too late to be told."""
        number, phone = self._late.get(receipt.reference, (0, 0))
        if not number or receipt.phone not in (0, phone):
            return receipt
        return Receipt(receipt.received, id=number, cause=receipt.cause, at=receipt.at)

    def notes(self, text: str) -> None:
        """A line for the log, with the gateway's name."""
        self._ear.notes(f"{self._account.name}: {text}")


class _VersionError(Exception):
    """The gateway does not speak the version we asked for."""
