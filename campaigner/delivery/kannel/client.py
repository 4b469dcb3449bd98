"""Keep-alive connections to Kannel: one request at a time on each, and the truth about what left."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import httptools

from campaigner.delivery.links.requests import UnansweredError
from campaigner.errors import GatewayError

_LONGEST_BODY = 65_536
_IDLE = 10.0
"""Seconds after which an idle connection is not used again: Kannel might be closing it just now."""
_CONNECT = 5.0
WAITS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds before each further try to connect; after the last one the pool gives up."""


class NotSentError(Exception):
    """The connection was gone before a byte of the request was written."""


@dataclass(frozen=True, slots=True)
class Said:
    """What Kannel said: HTTP status and text."""

    status: int
    text: str


class Connection(asyncio.Protocol):
    """One connection; also the callbacks of its parser."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Said] | None = None
        self._body = bytearray()
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self.used_at = self._loop.time()

    @property
    def usable(self) -> bool:
        """Whether a request may go over it."""
        return (
            self._transport is not None
            and not self._transport.is_closing()
            and self._waiter is None
            and self._loop.time() - self.used_at < _IDLE
        )

    async def ask(self, request: bytes, timeout: float) -> Said:  # noqa: ASYNC109 - one timer for all is cheaper
        """Write a request and wait for its answer.

        Raises:
            NotSentError: Nothing of it was written.
            UnansweredError: It was written, and no answer came in time or the connection was cut.
        """
        if self._transport is None or self._transport.is_closing():
            raise NotSentError
        self._waiter = self._loop.create_future()
        self._body.clear()
        self._transport.write(request)
        self._deadline = self._loop.time() + timeout
        if self._timer is None:
            self._timer = self._loop.call_at(self._deadline, self._look, timeout)
        try:
            return await self._waiter
        except asyncio.CancelledError:
            self.abort()
            raise
        finally:
            self._waiter = None
            self.used_at = self._loop.time()

    def abort(self) -> None:
        """Cut it now."""
        if self._transport is not None:
            self._transport.abort()

    def _look(self, timeout: float) -> None:
        """Whether an answer is overdue: one timer looks now and then, rather than one for each request."""
        self._timer = None
        if self._waiter is None:
            return
        if self._loop.time() >= self._deadline:
            self._fail(f"no answer within {timeout:g} s")
        else:
            self._timer = self._loop.call_at(self._deadline, self._look, timeout)

    def _fail(self, why: str) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(UnansweredError(why))
        self.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, _error: Exception | None) -> None:
        """It is closed, by whomever."""
        if self._timer is not None:
            self._timer.cancel()
        self._fail("the connection was cut")

    def data_received(self, data: bytes) -> None:
        """Part of an answer; anything that was not asked for ends the connection."""
        if self._waiter is None or self._waiter.done():
            self.abort()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail("the answer is not HTTP")

    def on_body(self, body: bytes) -> None:
        """Part of the answer's text."""
        self._body += body
        if len(self._body) > _LONGEST_BODY:
            self._fail("the answer is too long")

    def on_message_complete(self) -> None:
        """The answer is whole."""
        status = self._parser.get_status_code()
        if status < 200:  # noqa: PLR2004 - "continue" and its like announce the answer
            return
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(Said(status, self._body.decode("utf-8", "replace").strip()))
        if not self._parser.should_keep_alive():
            self.abort()


class Pool:
    """At most so many connections to one address, opened as they are needed.

    Args:
        host: Where Kannel's smsbox is.
        port: Its `sendsms-port`.
        most: How many connections may be open.
        note: Told in one line when Kannel goes away and comes back.
    """

    def __init__(self, host: str, port: int, most: int, note: Callable[[str], None]) -> None:
        self._host, self._port, self._note = host, port, note
        self._slots = asyncio.Semaphore(most)
        self._door = asyncio.Lock()
        self._idle: list[Connection] = []
        self._open: set[Connection] = set()
        self._gave_up_at = float("-inf")

    async def take(self, waits: tuple[float, ...] | None = None) -> Connection:
        """A usable connection; give it back.

        Args:
            waits: Seconds before each further try to connect; `WAITS` if None.

        Raises:
            GatewayError: Kannel cannot be reached, in spite of all tries.
        """
        await self._slots.acquire()
        try:
            while self._idle:
                connection = self._idle.pop()
                if connection.usable:
                    return connection
                self._drop(connection)
            return await self._connect(WAITS if waits is None else waits)
        except BaseException:
            self._slots.release()
            raise

    def give(self, connection: Connection) -> None:
        """Take a connection back."""
        if connection.usable:
            self._idle.append(connection)
        else:
            self._drop(connection)
        self._slots.release()

    def close(self) -> None:
        """Cut every connection; requests in flight are unanswered."""
        for connection in list(self._open):
            self._drop(connection)
        self._idle.clear()

    def _drop(self, connection: Connection) -> None:
        self._open.discard(connection)
        connection.abort()

    async def _connect(self, waits: tuple[float, ...]) -> Connection:
        """Open one, one after the other; whoever waited while all tries failed need not try them again."""
        begun = asyncio.get_running_loop().time()
        async with self._door:
            for wait in (*waits, None):
                if self._gave_up_at >= begun:
                    break
                try:
                    connection = await self._dial()
                except OSError:
                    await self._wait(wait, first=wait == waits[0] if waits else False)
                else:
                    return connection
        raise GatewayError(
            f"Kannel's smsbox at {self._host}:{self._port} cannot be reached; "
            "start it, or correct host and port of the gateway in config.toml\n"
            f"连接不上 {self._host}:{self._port} 的 Kannel smsbox：请启动它，或在 config.toml "
            "中改正该出口的 host 和 port"
        )

    async def _wait(self, seconds: float | None, *, first: bool) -> None:
        """Wait before the next try; None where there is none."""
        if seconds is None:
            self._gave_up_at = asyncio.get_running_loop().time()
            return
        if first:
            self._note(f"kannel: {self._host}:{self._port} cannot be reached, trying again")
        await asyncio.sleep(seconds)

    async def _dial(self) -> Connection:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_CONNECT):
            _transport, connection = await loop.create_connection(Connection, self._host, self._port)
        self._open.add(connection)
        return connection
