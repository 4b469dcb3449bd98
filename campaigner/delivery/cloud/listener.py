"""A small HTTP server for what a cloud pushes: POST only, everything limited, nothing that comes is believed."""

import asyncio
import hmac
import ipaddress
import re
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit

import httptools

from campaigner.delivery.reaching import called_at
from campaigner.domain.remote import is_loopback
from campaigner.errors import GatewayError

LONGEST_BODY = 1_048_576
"""Octets of a push; several thousand rows."""
_LONGEST_HEAD = 16_384
_MOST_CONNECTIONS = 64
_IN_TIME = 10.0
"""Seconds for a request from its first byte to its last."""
_PIECE = 65_536
_AGAIN = 15.0
"""Seconds between two tries for an address at which another campaigner of this gateway listens."""
_NONCE = re.compile("[0-9a-f]{32}")
_HERE = "/here/"
_WORDS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    503: "Service Unavailable",
}

Take = Callable[[str, bytes], Awaitable[tuple[int, bytes]]]
"""Takes path and body of a POST; gives status and body of the answer."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen.

    Args:
        host: Address of this machine.
        port: Its port.
        proxy: The one address besides this machine's own from which requests are taken; "" for none.
        token: Proves to another process of the same gateway that it is one.
    """

    host: str
    port: int
    proxy: str
    token: str = field(repr=False)

    def proof(self, nonce: str) -> bytes:
        """What only somebody who knows the token can answer to a question; it does not give the token away."""
        words = f"campaigner here {self.host}:{self.port} {nonce}"
        return hmac.new(self.token.encode(), words.encode(), sha256).hexdigest().encode()


class Listener:
    """Listens while it is open; where another process of the same gateway does, waits until that one has ended.

    Args:
        place: Where.
        take: Who takes what is pushed.
        note: Called with a line for the log.
    """

    def __init__(self, place: Place, take: Take, note: Callable[[str], None]) -> None:
        self._place, self._take, self._note = place, take, note
        self._server: asyncio.Server | None = None
        self._waiting: asyncio.Task[None] | None = None
        self._visits: set[asyncio.Task[None]] = set()
        self._refused = 0

    async def open(self) -> None:
        """Start to listen, or to wait for the address.

        Raises:
            GatewayError: The address is not ours, or held by something that is no campaigner of this gateway.
        """
        try:
            await self._listen()
        except OSError:
            if not await answers_for(self._place):
                raise GatewayError(
                    f"cannot listen at {self._place.host}:{self._place.port} for what the cloud pushes; the address is "
                    "not this machine's, or another program listens there: stop it, or give another `listen` in "
                    "config.toml\n"
                    f"无法在 {self._place.host}:{self._place.port} 接收云平台推送：该地址不是本机的，"
                    "或端口被其他程序占用；请关闭那个程序，或在 config.toml 中改 listen"
                ) from None
            self._note("what the cloud pushes is heard by another campaigner of this gateway")
            self._waiting = asyncio.create_task(self._wait_for_the_address())

    async def close(self) -> None:
        """Stop listening; whoever is connected is cut, and comes again."""
        if self._waiting is not None:
            self._waiting.cancel()
            await asyncio.gather(self._waiting, return_exceptions=True)
        if self._server is not None:
            self._server.close()
        for visit in list(self._visits):
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(
            self._visitor, self._place.host, self._place.port, limit=_PIECE, backlog=_MOST_CONNECTIONS
        )

    async def _wait_for_the_address(self) -> None:
        while True:
            await asyncio.sleep(_AGAIN)
            with suppress(OSError):
                await self._listen()
                self._note("what the cloud pushes is heard by this process from now on")
                return

    async def _visitor(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.current_task()
        assert visit is not None
        self._visits.add(visit)
        try:
            if len(self._visits) <= _MOST_CONNECTIONS and self._may_come(writer):
                await self._serve(reader, writer)
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass  # it has left, or is cut: a cloud that got no answer comes again
        finally:
            self._visits.discard(visit)
            writer.close()

    def _may_come(self, writer: asyncio.StreamWriter) -> bool:
        host = str(writer.get_extra_info("peername", ("",))[0]).removeprefix("::ffff:")
        return host == self._place.proxy or is_loopback(host)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, and the connection is closed."""
        request = _Request(writer)
        async with asyncio.timeout(_IN_TIME):
            status = await request.read(reader)
        answer = b""
        if not status:
            path = request.path
            if request.method == b"POST":
                status, answer = await self._take(path, bytes(request.body))
            elif path.startswith(_HERE) and _NONCE.fullmatch(path.removeprefix(_HERE)):
                status, answer = 200, self._place.proof(path.removeprefix(_HERE))
            else:
                status = 405
        if status not in {200, 503}:
            self._count(status)
        writer.write(_answer(status, answer))
        async with asyncio.timeout(_IN_TIME):
            await writer.drain()

    def _count(self, status: int) -> None:
        """A line of the log for the 1st, 10th, 100th ... of what was refused, so that it stays readable."""
        self._refused += 1
        if str(self._refused).strip("0") == "1":
            self._note(
                f"{self._refused} push(es) refused so far, the last with {status}: not this gateway's cloud, another "
                "token or path in its console, or a form that is not the documented one"
            )


class _Request:
    """A request as it comes in; also the callbacks of its parser."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._parser = httptools.HttpRequestParser(self)
        self._target = bytearray()
        self._whole = False
        self._size = 0
        self._awaits = False
        self.body = bytearray()

    @property
    def method(self) -> bytes:
        """`POST` and so on."""
        return bytes(self._parser.get_method())

    @property
    def path(self) -> str:
        """The target without what stands behind a question mark."""
        return self._target.decode("latin-1").partition("?")[0]

    async def read(self, reader: asyncio.StreamReader) -> int:
        """Read all of it; returns the status to answer with if it cannot be taken, else 0."""
        while not self._whole:
            data = await reader.read(_PIECE)
            if not data:
                return 400
            self._size += len(data)
            try:
                self._parser.feed_data(data)
            except (httptools.HttpParserError, httptools.HttpParserUpgrade):
                return 400
            if self._size - len(self.body) > _LONGEST_HEAD or len(self.body) > LONGEST_BODY:
                return 413
            if self._awaits and not self._whole:
                self._awaits = False
                self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return 0

    def on_url(self, piece: bytes) -> None:
        """Part of the target."""
        self._target += piece

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._awaits |= name.lower() == b"expect" and value.lower() == b"100-continue"

    def on_body(self, piece: bytes) -> None:
        """Part of the body."""
        self.body += piece

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._whole = True


def _answer(status: int, body: bytes) -> bytes:
    return (
        f"HTTP/1.1 {status} {_WORDS[status]}\r\nContent-Type: application/json;charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode() + body


async def answers_for(place: Place) -> bool:
    """Whether another process of the same gateway listens there; the token does not leave this one for that."""
    nonce = secrets.token_hex(16)
    with suppress(OSError, TimeoutError, ValueError):
        async with asyncio.timeout(_IN_TIME):
            reader, writer = await asyncio.open_connection(called_at(place.host), place.port)
            try:
                writer.write(f"GET {_HERE}{nonce} HTTP/1.1\r\nHost: campaigner\r\n\r\n".encode())
                answer = b""
                while len(answer) < _LONGEST_HEAD and (piece := await reader.read(_LONGEST_HEAD)):
                    answer += piece
            finally:
                writer.close()
        return hmac.compare_digest(answer.rpartition(b"\r\n\r\n")[2], place.proof(nonce))
    return False


def address(text: str) -> tuple[str, int] | None:
    """Host and port of `127.0.0.1:18081` or `[::1]:18081`; None for anything else."""
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
        ipaddress.ip_address(host or "")
    except ValueError:
        return None
    plain = f"[{host}]:{port}" if ":" in (host or "") else f"{host}:{port}"
    return (host, port) if host and port and plain == text else None
