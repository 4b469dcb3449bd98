"""A server that answers as Kannel's sendsms does, and does what a real Kannel cannot be told to do."""

import asyncio
import contextlib
import socket
from typing import Any
from urllib.parse import quote_plus

from campaigner.delivery.kannel.callbacks import reply_address
from campaigner.delivery.kannel.gateway import KannelGateway
from campaigner.domain.campaign import GatewayPlan
from tests.delivery.live_conformance import Behaviour

LOGIN = {"username": "tester", "password": "foo bar", "reply_token": "t0ken-of-tests"}


def free_port() -> int:
    """A port that nobody listened at just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kannel(secrets: dict[str, str] = LOGIN, **options: Any) -> KannelGateway:
    """A gateway set up for tests: few connections, short waits, a free port to listen at."""
    given = {setting.name: setting.default for setting in KannelGateway.settings}
    given |= {"from": "10690000", "connections": 8, "timeout": 1, "listen": f"127.0.0.1:{free_port()}"}
    return KannelGateway(GatewayPlan("kannel", "kannel", "某中心", "", 50, given | options), secrets)


class Imitation:
    """Takes sendsms requests as `Behaviour` says; calls back as Kannel does."""

    can = frozenset({"throttle", "silent", "cut", "receipts", "before", "replies"})

    def __init__(self, **options: Any) -> None:
        self.port = free_port()
        self.gateway = kannel(**{"port": self.port, **options})
        self.got: list[tuple[int, str]] = []
        self.requests: list[dict[str, str]] = []
        self.script: list[tuple[int, str]] = []
        """Answers to give to the next requests, whatever they are."""

    async def start(self, behaviour: Behaviour) -> None:
        self._behaviour, self._throttle, self._taken = behaviour, behaviour.throttle, 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._visit, "127.0.0.1", self.port)

    async def stop(self) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def received(self) -> list[tuple[int, str]]:
        return self.got

    async def reply(self, phone: int, text: str) -> None:
        options = self.gateway._options
        url = reply_address(options.callback, LOGIN["reply_token"])
        assert (
            await self.call(url, {"p": f"+86{phone}", "P": "10690000", "C": "UTF-8", "c": "0", "b": text})
            == 200
        )

    async def call(self, url: str, fields: dict[str, str]) -> int:
        """Fill in an address as Kannel does, and ask for it; returns the status."""
        for key, value in fields.items():
            url = url.replace(f"%{key}", quote_plus(value))
        host, _, target = url.removeprefix("http://").partition("/")
        reader, writer = await asyncio.open_connection(*host.rsplit(":", 1))
        writer.write(f"GET /{target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        line = await reader.readline()
        writer.close()
        return int(line.split()[1])

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                first, *lines = head.strip().split("\r\n")
                headers = dict(line.split(": ", 1) for line in lines)
                body = await reader.readexactly(int(headers["Content-Length"]))
                self.requests.append({"first": first, "body": body.decode(), **headers})
                said = await self._treat(headers, body.decode())
                if said is None:
                    break
                status, words = said
                writer.write(
                    f"HTTP/1.1 {status} X\r\nContent-Length: {len(words)}\r\n"
                    f"Connection: Keep-Alive\r\n\r\n{words}".encode()
                )
        self._writers.discard(writer)
        writer.transport.abort()

    async def _treat(self, headers: dict[str, str], text: str) -> tuple[int, str] | None:
        """The answer; None to cut the connection."""
        behaviour = self._behaviour
        if self.script and headers["X-Kannel-To"].strip():
            return self.script.pop(0)
        if (headers["X-Kannel-Username"], headers["X-Kannel-Password"]) != ("tester", "foo bar"):
            return 403, "Authorization failed for sendsms"
        phones = [int(word) for word in headers["X-Kannel-To"].split()]
        if not phones:
            return 400, "Empty receiver number not allowed, rejected"
        if behaviour.delay:
            await asyncio.sleep(behaviour.delay)
        if self._throttle:
            self._throttle -= 1
            return 503, "Temporal failure, try again later."
        if behaviour.refuse & set(phones):
            return 400, "Number(s) has/have been denied by white- and/or black-lists."
        return await self._take(phones, headers, text)

    async def _take(self, phones: list[int], headers: dict[str, str], text: str) -> tuple[int, str] | None:
        behaviour = self._behaviour
        self.got += [(phone, text) for phone in phones]
        before, self._taken = self._taken, self._taken + len(phones)
        if before < behaviour.cut_after <= self._taken:
            for writer in list(self._writers):
                writer.transport.abort()
            return None
        if behaviour.silent & set(phones):
            await asyncio.sleep(60)
        if behaviour.receipts == "before":
            await self._receipts(phones, headers)
        elif behaviour.receipts:
            task = asyncio.create_task(self._receipts(phones, headers))
            self._tasks.add(task)
        return 202, "0: Accepted for delivery"

    async def _receipts(self, phones: list[int], headers: dict[str, str]) -> None:
        url, behaviour = headers["X-Kannel-DLR-URL"], self._behaviour
        for phone in reversed(phones):
            failed = phone in behaviour.fail
            final = {"d": "2" if failed else "1", "p": str(phone), "T": "1795600000"}
            words = "id:1 sub:001 stat:UNDELIV err:012 text:" if failed else ""
            underway = {"d": "8", "p": str(phone), "T": "1795600000", "A": "ACK/"}
            calls = [underway, {**final, "A": words}]
            if behaviour.receipts in {"twice", "reversed"}:
                calls = [*reversed(calls), calls[1]]
            for fields in calls:
                assert await self.call(url, fields) == 200
