"""A small HTTP server for Kannel's callbacks: GET only, everything limited, nothing that is sent to it is believed."""

import asyncio
import socket
from collections import deque
from typing import Protocol, cast

import httptools

from campaigner.delivery.reaching import hold_alone
from campaigner.errors import GatewayError

_LONGEST_TARGET = 16_384
_LONGEST_REQUEST = 32_768
_IN_TIME = 10.0
"""Seconds for a request from its first byte to its last."""
_IDLE = 75.0
_MOST_CONNECTIONS = 600
"""More than Kannel opens by itself: smsbox's `max-pending-requests` is 512."""
_WORDS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    414: "URI Too Long",
    503: "Service Unavailable",
}
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n"


class Hearing(Protocol):
    """Who is told of requests."""

    def hear(self, target: bytes) -> int | str | asyncio.Future[bool]:
        """Take the target of a GET; returns the status or text to answer with, or whether it is kept."""
        ...

    def refuse(self, status: int) -> int:
        """Note that something else than a callback came; returns the status."""
        ...


class Listener:
    """Listens while it is open.

    Args:
        host: Address to listen at.
        port: Its port; 0 for any free one.
        hearing: Who is told.
    """

    def __init__(self, host: str, port: int, hearing: Hearing) -> None:
        self._host, self._port, self._hearing = host, port, hearing
        self._server: asyncio.Server | None = None
        self._open: set[_Visitor] = set()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def open(self) -> None:
        """Start to listen.

        Raises:
            GatewayError: The address is taken or not ours.
        """
        loop = asyncio.get_running_loop()
        try:
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
                alone = await self._bound_alone(loop)
                self._server = await loop.create_server(self._visitor, sock=alone, backlog=512)
            else:
                self._server = await loop.create_server(self._visitor, self._host, self._port, backlog=512)
        except OSError as error:
            raise GatewayError(
                f"cannot listen at {self._host}:{self._port} for Kannel's callbacks: "
                f"{error.strerror or type(error).__name__}; give the gateway another `listen` in config.toml"
                f"（无法监听 {self._host}:{self._port}，请在 config.toml 中修改 listen）"
            ) from None

    async def _bound_alone(self, loop: asyncio.AbstractEventLoop) -> socket.socket:
        """A socket of Windows, where another program could bind the same port otherwise."""
        found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        family, kind, protocol, _name, place = found[0]
        bound = socket.socket(family, kind, protocol)
        try:
            hold_alone(bound)
            bound.bind(place)
        except BaseException:
            bound.close()
            raise
        return bound

    async def close(self) -> None:
        """Stop listening; whoever is connected is cut."""
        if self._server is None:
            return
        self._server.close()
        for visitor in list(self._open):
            visitor.leave()
        await self._server.wait_closed()
        self._server = None

    def _visitor(self) -> "_Visitor":
        return _Visitor(self._hearing, self._open)


class _Visitor(asyncio.Protocol):
    """One connection; also the callbacks of its parser."""

    def __init__(self, hearing: Hearing, among: "set[_Visitor]") -> None:
        self._loop = asyncio.get_running_loop()
        self._hearing, self._among = hearing, among
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._target = bytearray()
        self._size = 0
        self._owed: deque[tuple[int | str | asyncio.Future[bool], bool]] = deque()
        """Of requests that have no answer yet, in order: what it depends on, and whether the connection stays."""

    def leave(self) -> None:
        """Cut the connection."""
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._among.add(self)
        if len(self._among) > _MOST_CONNECTIONS:
            self.leave()
            return
        self._expect(_IN_TIME)

    def connection_lost(self, _error: Exception | None) -> None:
        self._among.discard(self)
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        begins = not self._size
        self._size += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._dismiss(400)
            return
        if begins and self._size:
            self._expect(_IN_TIME)
        if self._size > _LONGEST_REQUEST:
            self._dismiss(413)
        elif self._transport.get_write_buffer_size() > _LONGEST_REQUEST:
            self.leave()

    def on_url(self, piece: bytes) -> None:
        """Part of the target."""
        self._target += piece
        if len(self._target) > _LONGEST_TARGET:
            self._dismiss(414)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._transport is None or self._transport.is_closing():
            return
        target, self._size = bytes(self._target), 0
        self._target.clear()
        if self._parser.get_method() != b"GET":
            self._dismiss(405)
            return
        self._owed.append((self._hearing.hear(target), self._parser.should_keep_alive()))
        self._expect(_IDLE)
        if len(self._owed) == 1:
            self._pay()

    def _pay(self, _kept: object = None) -> None:
        """Answer requests in their order, as far as it is known whether what they brought is kept."""
        if self._transport is None or self._transport.is_closing():
            return
        while self._owed:
            status, stays = self._owed[0]
            if isinstance(status, asyncio.Future):
                if not status.done():
                    # Nothing more is read before that is known.
                    self._transport.pause_reading()
                    status.add_done_callback(self._pay)
                    return
                status = 200 if not status.cancelled() and status.result() else 503
            self._owed.popleft()
            self._transport.write(_reply(status))
            if not stays:
                self._transport.close()
                return
        self._transport.resume_reading()

    def _dismiss(self, status: int) -> None:
        """Answer, and have nothing more to do with whoever this is."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(_answer(self._hearing.refuse(status), "Connection: close\r\n"))
            self._transport.close()

    def _expect(self, seconds: float) -> None:
        """Show it out unless something comes by then; one timer looks again, rather than one for each request."""
        self._deadline = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self._deadline:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(self._deadline, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._loop.time() >= self._deadline:
            self.leave()
        else:
            self._timer = self._loop.call_at(self._deadline, self._look)


def _reply(status: int | str) -> bytes:
    """The answer that a status is, or 200 with a text."""
    if isinstance(status, str):
        return _OK.replace(b"Length: 0", b"Length: %d" % len(status)) + status.encode("ascii")
    return _OK if status == 200 else _answer(status)  # noqa: PLR2004 - HTTP's number


def _answer(status: int, more: str = "") -> bytes:
    return (
        f"HTTP/1.1 {status} {_WORDS[status]}\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n{more}\r\n"
    ).encode()


def address(text: str) -> tuple[str, int] | None:
    """Host and port of `127.0.0.1:18080` or `[::1]:18080`; None for anything else."""
    host, colon, digits = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not digits.isascii() or not digits.isdigit() or int(digits) > 65_535:  # noqa: PLR2004
        return None
    return host, int(digits)
