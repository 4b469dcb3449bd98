"""An open way to a Kannel: many connections out, one listener for what comes back."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.kannel import wire
from campaigner.delivery.kannel.callbacks import Callbacks, here_target, receipt_address
from campaigner.delivery.kannel.client import Connection, NothingLeftError, Pool, Said, UnansweredError
from campaigner.delivery.kannel.listener import Listener
from campaigner.delivery.kannel.marks import Marks
from campaigner.delivery.kannel.options import Options
from campaigner.delivery.kannel.wire import Meaning
from campaigner.delivery.links.rates import Backoff, Bucket
from campaigner.delivery.live import Answer, Answered, Ear
from campaigner.errors import GatewayError

FIRST_REST, LONGEST_REST = 0.5, 30.0
"""Seconds of rest after Kannel said "later", each time twice as long."""
MOST_RESTS = 9
"""After so many, with nothing accepted between them, the link gives up."""
_LAST_WAIT = 2.0
"""Seconds that `close` waits for answers."""


class _Errand:
    """One call of `send`: what is left to do, and why it ended early, if it did."""

    def __init__(self, packets: deque[list[Outgoing]]) -> None:
        self.packets = packets
        self.over = ""
        self.single = False
        """Whether each request names one phone from now on, so that an answer has one meaning."""

    def next(self) -> list[Outgoing]:
        """The packet to send now."""
        packet = self.packets.popleft()
        if self.single and len(packet) > 1:
            self.packets.extendleft([message] for message in reversed(packet[1:]))
            return packet[:1]
        return packet

    def again(self, packet: list[Outgoing]) -> None:
        """Put back what has not left."""
        self.packets.appendleft(packet)


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
        self._bucket = Bucket(options.rate)
        self._backoff = Backoff(FIRST_REST, LONGEST_REST)
        self._rests = 0
        self._paused_at = 0.0
        self._closing = False
        self._workers: set[asyncio.Task[None]] = set()

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

    async def send(self, block: Sequence[Outgoing]) -> None:
        """See `Link.send`; what Kannel would accept and damage is refused before it leaves."""
        faults = {message.id: wire.fault(message, self._options.max_parts) for message in block}
        refused = [Answer(number, Answered.REFUSED, cause=words) for number, words in faults.items() if words]
        if refused:
            self._ear.answers(refused)
        good = (message for message in block if not faults[message.id])
        errand = _Errand(deque(wire.packets(good, self._options.recipients)))
        count = min(self._options.connections, len(errand.packets))
        workers = [asyncio.create_task(self._work(errand)) for _ in range(count)]
        self._workers.update(workers)
        try:
            if workers:
                await asyncio.wait(workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            self._workers.difference_update(workers)
            for packet in errand.packets:
                self._tell(packet, Answered.UNSENT, errand.over or "stopped before it left")
        for worker in workers:
            if not worker.cancelled():
                worker.result()

    async def close(self) -> None:
        """See `Link.close`; receipts are heard no longer."""
        self._closing = True
        if self._workers:
            await asyncio.wait(self._workers, timeout=_LAST_WAIT)
        self._pool.close()
        for worker in self._workers:
            worker.cancel()
        if self._workers:
            await asyncio.wait(self._workers)
        await self._listener.close()

    async def _heard_elsewhere(self) -> bool:
        """Whether a campaigner with the same password has our address: the daemon, while a command sends."""
        assert self._options.listen is not None
        pool = Pool(*self._options.listen, 1, self._ear.notes)
        request = f"GET {here_target(self._marks)} HTTP/1.1\r\nHost: {self._options.listen[0]}\r\n\r\n"
        try:
            connection = await pool.take(waits=())
            said = await connection.ask(request.encode(), _LAST_WAIT)
        except (GatewayError, NothingLeftError, UnansweredError):
            return False
        finally:
            pool.close()
        return said.status == 200  # noqa: PLR2004 - HTTP's number

    async def _try_login(self) -> None:
        """Ask for nothing: a request to nobody is refused for its missing recipient only if the login is good."""
        connection = await self._pool.take(waits=())
        try:
            said = await connection.ask(self._writer.write([], ""), self._options.timeout)
        except (NothingLeftError, UnansweredError) as error:
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

    async def _work(self, errand: _Errand) -> None:
        """Send packets over one connection until there are none, or the errand is over."""
        connection: Connection | None = None
        try:
            while errand.packets and not errand.over and not self._closing:
                packet = errand.next()
                try:
                    if not self._bucket.free:
                        await self._permission(packet)
                    if connection is None or not connection.usable:
                        self._give_back(connection)
                        connection = None
                        connection = await self._pool.take()
                except GatewayError as error:
                    errand.again(packet)
                    errand.over = str(error)
                    return
                except asyncio.CancelledError:
                    errand.again(packet)
                    raise
                if errand.over or self._closing:
                    errand.again(packet)
                    return
                await self._deliver(errand, packet, connection)
        finally:
            self._give_back(connection)

    def _give_back(self, connection: Connection | None) -> None:
        if connection is not None:
            self._pool.give(connection)

    async def _permission(self, packet: list[Outgoing]) -> None:
        """Wait until no pause holds it, and the rate lets all its parts through."""
        wanted = len(packet) * wire.whole_parts(packet[0].text)
        while wanted:
            wanted -= await self._bucket.take(wanted)

    async def _deliver(self, errand: _Errand, packet: list[Outgoing], connection: Connection) -> None:
        """Send one packet; whatever happens, it is answered or put back."""
        address = ""
        if self._options.receipts:
            address = receipt_address(self._options.callback, self._marks.write(packet))
        request = self._writer.write([message.phone for message in packet], packet[0].text, address)
        left_at = asyncio.get_running_loop().time()
        try:
            said = await connection.ask(request, self._options.timeout)
        except NothingLeftError:
            errand.again(packet)
        except UnansweredError as error:
            self._ear.notes(f"kannel: {error}; {len(packet)} message(s) unknown")
            self._tell(packet, Answered.UNKNOWN, str(error))
        except asyncio.CancelledError:
            self._tell(packet, Answered.UNKNOWN, "stopped while waiting for the answer")
            raise
        else:
            self._judge(errand, packet, said, left_at)

    def _judge(self, errand: _Errand, packet: list[Outgoing], said: Said, left_at: float) -> None:
        """Say what Kannel's answer means for each message of a packet."""
        meant = wire.meaning(said)
        if meant is Meaning.ACCEPTED:
            self._rested()
            self._tell(packet, Answered.ACCEPTED, "")
            return
        several, words = len(packet) > 1, wire.cause(said)
        match meant:
            case Meaning.QUEUED:
                self._rested()
                self._tell(packet, Answered.ACCEPTED, words)
            case Meaning.NOT_KANNEL:
                errand.over = f"{self._place} answers {words}"
                errand.again(packet)
            case Meaning.REFUSED if several:
                errand.single = True
                errand.again(packet)
            case Meaning.BUSY if not several:
                self._rest(errand, left_at)
                errand.again(packet)
            case Meaning.REFUSED | Meaning.NOT_ROUTABLE if not several:
                self._tell(packet, Answered.REFUSED, words)
            case _:
                if meant is Meaning.BUSY:
                    self._rest(errand, left_at)
                errand.single = True
                self._tell(packet, Answered.UNKNOWN, words)

    def _rest(self, errand: _Errand, left_at: float) -> None:
        """Pause everything; what had left before the last pause began does not make the next one longer."""
        if left_at < self._paused_at:
            return
        if self._rests == MOST_RESTS:
            self._rested()
            errand.over = f"{self._place} has been too busy for minutes"
            return
        self._rests += 1
        pause = self._backoff.next()
        self._ear.notes(f"kannel: asked to send later, resting {pause:g} s")
        self._paused_at = asyncio.get_running_loop().time()
        self._bucket.pause(pause)

    def _rested(self) -> None:
        """The next rest is short again."""
        self._rests = 0
        self._backoff.reset()

    def _tell(self, packet: Sequence[Outgoing], answered: Answered, cause: str) -> None:
        self._ear.answers([Answer(message.id, answered, cause=cause) for message in packet])
