"""An open way to a Kannel: many connections out, one listener for what comes back."""

import asyncio
from collections.abc import Mapping, Sequence
from weakref import WeakSet

from campaigner.delivery.gateway import Outgoing, PortHolder
from campaigner.delivery.kannel import wire
from campaigner.delivery.kannel.callbacks import Callbacks, receipt_address
from campaigner.delivery.kannel.client import Connection, NotSentError, Pool, Said
from campaigner.delivery.kannel.listener import Listener
from campaigner.delivery.kannel.marks import Marks
from campaigner.delivery.kannel.options import Options
from campaigner.delivery.kannel.peer import Proof, holder
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
LOOKS = 2.0
"""Seconds between two looks at a port that another process of this office has."""
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
        self._proof = Proof(secrets, (host, port))
        self._listener = Listener(host, port, Callbacks(self._marks, token, ear, self._proof))
        self._elsewhere = False
        """Whether another process of this office has the port."""
        self._looking = asyncio.Lock()
        self._watching: asyncio.Task[None] | None = None
        self._closing = False
        self.trouble = ""
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
            await self._take_port()
            if self._elsewhere:
                self._ear.notes("kannel: another campaigner hears receipts and replies of this gateway")
                self._watching = asyncio.create_task(self._watch_port())
        try:
            await self._try_login()
        except BaseException:
            self._pool.close()
            await self._leave_port()
            raise
        self._senders.open(self._options.connections)

    async def send(self, block: Sequence[Outgoing]) -> None:
        """See `Link.send`; what Kannel would accept and damage is refused before it leaves."""
        if self._elsewhere:
            await self._look_at_port()
        if self.trouble:
            self._ear.answers([Answer(each.id, Answered.UNSENT, cause=self.trouble) for each in block])
            return
        await self._queue.send(block)

    async def close(self) -> None:
        """See `Link.close`; receipts are heard no longer."""
        self._closing = True
        await self._senders.close(_LAST_WAIT)
        self._pool.close()
        await self._leave_port()

    async def _take_port(self) -> None:
        """Listen, or make sure that another process of this office does: the daemon, while a command sends.

        Raises:
            GatewayError: Another program has the port. It gets neither a receipt's address nor anything else.
        """
        assert self._options.listen is not None
        for last in (False, True):
            try:
                await self._listener.open()
            except GatewayError:
                has_it = await holder(self._options.listen, self._proof, self._ear.notes)
                if has_it is PortHolder.STRANGER:
                    raise GatewayError(taken(self._options.listen)) from None
                if has_it is PortHolder.NOBODY:
                    if last:
                        raise
                    # Who had it may have ended just now.
                    continue
                self._elsewhere = True
            else:
                self._elsewhere = False
            return

    async def _watch_port(self) -> None:
        """As long as another process has the port: listen when it ends, and see when a stranger has taken its place."""
        while self._elsewhere:
            await asyncio.sleep(LOOKS)
            await self._look_at_port()

    async def _look_at_port(self) -> None:
        async with self._looking:
            if not self._elsewhere or self._closing:
                return
            before = self.trouble
            try:
                await self._take_port()
                self.trouble = ""
            except GatewayError as error:
                self.trouble = error.one_line
            if self.trouble and not before:
                self._ear.notes(f"kannel: {self.trouble}")

    async def _leave_port(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await self._listener.close()

    async def _try_login(self) -> None:
        """Ask for nothing: a request to nobody is refused for its missing recipient only if the login is good."""
        connection = await self._pool.take(waits=())
        try:
            said = await connection.ask(self._writer.write([], ""), self._options.timeout)
        except (NotSentError, UnansweredError) as error:
            raise GatewayError(
                f"{self._place}: no proper answer to a first request ({error})\n"
                f"{self._place_zh} 对第一次请求没有正常应答：请检查 Kannel 是否运行正常，以及 host 和 port"
            ) from None
        finally:
            self._pool.give(connection)
        if said.status == 403:  # noqa: PLR2004 - HTTP's number
            raise GatewayError(
                f"{self._place} refuses the login; correct the secrets username and password\n"
                f"{self._place_zh} 拒绝登录：请改正密钥 username 和 password"
            )
        if said.status != 400 or "receiver" not in said.text:  # noqa: PLR2004
            raise GatewayError(
                f"{self._place} answers {wire.cause(said)}, not as Kannel's sendsms does; "
                "correct port and path of the gateway in config.toml\n"
                f"{self._place_zh} 应答“{wire.meaning_zh(said)}”，不像 Kannel 的 sendsms：请在 config.toml "
                "中改正该出口的 port 和 path"
            )

    @property
    def _place(self) -> str:
        return f"Kannel's smsbox at {self._options.host}:{self._options.port}"

    @property
    def _place_zh(self) -> str:
        return f"{self._options.host}:{self._options.port} 的 Kannel smsbox"

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


def taken(listen: tuple[str, int]) -> str:
    """What a person is told where another program has the port."""
    host, port = listen
    return (
        f"cannot listen at {host}:{port} for Kannel's callbacks: another program has that port and is no campaigner of "
        "this office. Nothing is sent, for receipts and replies (phones, texts) would go to it: find out which program "
        "it is and stop it, or give the gateway another `listen` in config.toml and the same to Kannel"
        f"（端口 {port} 被其他程序占用，已停止发送：请查明并关闭占用端口的程序，或改 listen 并同步改 Kannel 的设置）"
    )
