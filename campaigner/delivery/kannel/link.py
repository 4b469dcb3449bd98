"""An open way to a Kannel: many connections out, one listener for what comes back."""

from collections.abc import Mapping, Sequence
from weakref import WeakSet

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.kannel import wire
from campaigner.delivery.kannel.callbacks import Callbacks, here_target, receipt_address
from campaigner.delivery.kannel.client import Connection, NotSentError, Pool, Said
from campaigner.delivery.kannel.listener import Listener
from campaigner.delivery.kannel.marks import Marks
from campaigner.delivery.kannel.options import Options
from campaigner.delivery.kannel.wire import Meaning
from campaigner.delivery.links.pause import Pause
from campaigner.delivery.links.rates import Bucket
from campaigner.delivery.links.requests import (
    TAKEN,
    Grouped,
    Outcome,
    Request,
    RequestQueue,
    Senders,
    UnansweredError,
    Verdict,
)
from campaigner.delivery.links.traffic import Block
from campaigner.delivery.live import Answer, Answered, Ear
from campaigner.errors import GatewayError

FIRST_REST, LONGEST_REST = 0.5, 30.0
"""Seconds of rest after Kannel said "later", each time twice as long."""
PATIENCE = 120.0
"""Seconds of rest, with nothing accepted between them, after which the link gives up."""
_LAST_WAIT = 2.0
"""Seconds that `close` waits for answers."""
_VERDICTS = {
    Meaning.QUEUED: Verdict.TAKEN,
    Meaning.REFUSED: Verdict.ONE,
    Meaning.NOT_ROUTABLE: Verdict.ONE,
    Meaning.BUSY: Verdict.LATER,
    Meaning.NOT_KANNEL: Verdict.HALT,
    Meaning.UNCLEAR: Verdict.UNSURE,
}


class KannelLink:
    """See `Link`.

    Receipts and replies are heard while it is open, whether it sends or not. Kannel calls once for each: what it
    calls for while nobody listens is lost, unless smsbox is told to try again (`http-request-retry`).

    Args:
        options: Settings of the gateway.
        secrets: `username`, `password`, and `reply_token` if replies are taken.
        ear: Who is told.
    """

    def __init__(self, options: Options, secrets: Mapping[str, str], ear: Ear) -> None:
        self._options, self._ear = options, ear
        self._marks = Marks(secrets["password"])
        token = secrets.get("reply_token", "")
        self._listens = options.listen is not None and (options.receipts or bool(token))
        host, port = options.listen or ("", 0)
        self._listener = Listener(host, port, Callbacks(self._marks, token, ear))
        self._pool = Pool(options.host, options.port, options.connections, ear.notes)
        self._writer = wire.Writer(
            f"{options.host}:{options.port}",
            options.path,
            {
                "X-Kannel-Username": secrets["username"],
                "X-Kannel-Password": secrets["password"],
                "X-Kannel-From": options.sender,
            },
        )
        self._connections: list[Connection] = []
        """Those of the pool that nobody uses just now: at most one for each request that may be under way."""
        self._one_by_one: WeakSet[Block] = WeakSet()
        """Blocks whose requests name one phone each from now on, so that an answer has one meaning."""
        self._queue = RequestQueue(ear, self._grouped)
        bucket = Bucket(options.rate)
        self._senders = Senders(
            self._queue,
            self._ask,
            bucket,
            lambda request: len(request.messages) * wire.whole_parts(request.messages[0].text),
            Pause(bucket, FIRST_REST, LONGEST_REST, PATIENCE),
            lambda text: ear.notes(f"kannel: {text}"),
        )

    async def open(self) -> None:
        """Start the listener, then connect and try the login; see `Link.open`."""
        if self._listens:
            try:
                await self._listener.open()
            except GatewayError:
                if not await self._heard_elsewhere():
                    raise
                self._ear.notes("kannel: another campaigner hears receipts and replies of this gateway")
        try:
            await self._try_login()
        except BaseException:
            self._pool.close()
            await self._listener.close()
            raise
        self._senders.open(self._options.connections)

    async def send(self, block: Sequence[Outgoing]) -> None:
        """See `Link.send`; what Kannel would accept and damage is refused before it leaves."""
        await self._queue.send(block)

    async def close(self) -> None:
        """See `Link.close`; receipts are heard no longer."""
        await self._senders.close(_LAST_WAIT)
        self._pool.close()
        await self._listener.close()

    async def _heard_elsewhere(self) -> bool:
        """Whether a campaigner with the same password has our address: the daemon, while a command sends."""
        assert self._options.listen is not None
        pool = Pool(*self._options.listen, 1, self._ear.notes)
        request = f"GET {here_target(self._marks)} HTTP/1.1\r\nHost: {self._options.listen[0]}\r\n\r\n"
        try:
            connection = await pool.take(waits=())
            said = await connection.ask(request.encode(), _LAST_WAIT)
        except (GatewayError, NotSentError, UnansweredError):
            return False
        finally:
            pool.close()
        return said.status == 200  # noqa: PLR2004 - HTTP's number

    async def _try_login(self) -> None:
        """Ask for nothing: a request to nobody is refused for its missing recipient only if the login is good."""
        connection = await self._pool.take(waits=())
        try:
            said = await connection.ask(self._writer.write([], ""), self._options.timeout)
        except (NotSentError, UnansweredError) as error:
            raise GatewayError(f"{self._place}: no proper answer to a first request ({error})") from None
        finally:
            self._pool.give(connection)
        if said.status == 403:  # noqa: PLR2004 - HTTP's number
            raise GatewayError(f"{self._place} refuses the login; correct the secrets username and password")
        if said.status != 400 or "receiver" not in said.text:  # noqa: PLR2004
            raise GatewayError(
                f"{self._place} answers {wire.cause(said)}, not as Kannel's sendsms does; "
                "correct port and path of the gateway in config.toml"
            )

    @property
    def _place(self) -> str:
        return f"Kannel's smsbox at {self._options.host}:{self._options.port}"

    def _grouped(self, messages: Sequence[Outgoing]) -> Grouped[Outgoing]:
        faults = {message.id: wire.fault(message, self._options.max_parts) for message in messages}
        refused = [Answer(number, Answered.REFUSED, cause=words) for number, words in faults.items() if words]
        good = (message for message in messages if not faults[message.id])
        return wire.packets(good, self._options.recipients), refused

    async def _ask(self, request: Request[Outgoing]) -> Outcome:
        """Send a request over a connection of the pool, again as long as it is gone before anything left."""
        messages = request.messages
        if len(messages) > 1 and request.block in self._one_by_one:
            return Outcome(Verdict.APART)
        address = ""
        if self._options.receipts:
            address = receipt_address(self._options.callback, self._marks.write(messages))
        octets = self._writer.write([message.phone for message in messages], messages[0].text, address)
        while True:
            connection = await self._connection()
            try:
                request.start()
                return self._outcome(request, await connection.ask(octets, self._options.timeout))
            except NotSentError:
                request.out = False
            finally:
                self._connections.append(connection)

    async def _connection(self) -> Connection:
        """The connection that was used last, if it can be used; else one more, or one in its place."""
        if self._connections:
            connection = self._connections.pop()
            if connection.usable:
                return connection
            self._pool.give(connection)
        return await self._pool.take()

    def _outcome(self, request: Request[Outgoing], said: Said) -> Outcome:
        """What Kannel's answer means: of several messages, some answers tell of the first only."""
        meaning = wire.meaning(said)
        if meaning is Meaning.ACCEPTED:
            return TAKEN
        verdict, words = _VERDICTS[meaning], wire.cause(said)
        if meaning is Meaning.BUSY:
            words = f"{self._place} is too busy"
        elif meaning is Meaning.NOT_KANNEL:
            words = f"{self._place} answers {words}"
        if len(request.messages) > 1 and meaning not in (Meaning.QUEUED, Meaning.NOT_KANNEL):
            self._one_by_one.add(request.block)
            if meaning is Meaning.BUSY:
                self._senders.rest(words, request.sent_at)
                words = wire.cause(said)
            return Outcome(Verdict.APART if meaning is Meaning.REFUSED else Verdict.UNSURE, words)
        return Outcome(verdict, words)
