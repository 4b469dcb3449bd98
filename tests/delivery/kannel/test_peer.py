"""Whose the callbacks' port is: a listener proves the office's key before anything is sent that leads to it."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Self

import pytest

from campaigner.delivery.gateway import PortHolder
from campaigner.delivery.kannel import link
from campaigner.delivery.kannel.callbacks import Callbacks
from campaigner.delivery.kannel.gateway import KannelGateway
from campaigner.delivery.kannel.listener import Listener
from campaigner.delivery.kannel.marks import Marks
from campaigner.delivery.kannel.peer import Proof, holder
from campaigner.delivery.live import Answered
from campaigner.errors import GatewayError
from tests.delivery.kannel.imitation import LOGIN, Imitation, free_port, kannel
from tests.delivery.live_conformance import Behaviour, Heard, messages
from tests.pace import until

OFFICE = {**LOGIN, "office": "11" * 32}


class Squatter:
    """Another program at the port: notes what it is sent, and answers as it likes."""

    def __init__(self, port: int, answer: Callable[[bytes], Awaitable[bytes]]) -> None:
        self.port, self._answer = port, answer
        self.got: list[bytes] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._visit, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        self.got.append(request)
        writer.write(await self._answer(request))
        await writer.drain()
        writer.close()


def said(body: bytes, status: int = 200) -> bytes:
    return b"HTTP/1.1 %d OK\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body


def nonce_of(request: bytes) -> str:
    found = re.match(rb"GET /here\?nonce=([0-9a-f]{64}) HTTP", request)
    assert found
    return found[1].decode()


async def _ok(_request: bytes) -> bytes:
    return said(b"")


async def _echo(request: bytes) -> bytes:
    return said(nonce_of(request).encode())


async def _silent(_request: bytes) -> bytes:
    return b""


async def _endless(_request: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n" + b"x" * 300_000


async def _garbage(_request: bytes) -> bytes:
    return b"SSH-2.0-OpenSSH_9.6\r\n"


class Replay:
    """Answers with what our own listener answered to an earlier question."""

    def __init__(self) -> None:
        self.answer = Proof(OFFICE, ("127.0.0.1", 1)).answer("0" * 64)

    async def __call__(self, _request: bytes) -> bytes:
        return said(self.answer.encode())


class Relay:
    """Asks our own listener at another address, and hands its answer on."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def __call__(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        answer = await reader.read()
        writer.close()
        return answer


@pytest.mark.parametrize(
    "answer",
    [_ok, _echo, _silent, _endless, _garbage, Replay()],
    ids=["ok", "echo", "silent", "endless", "garbage", "replay"],
)
def test_another_program_at_the_port_is_an_alarm_and_learns_nothing(answer: Any) -> None:
    peer, port = Imitation(), free_port()
    mine = kannel(OFFICE, port=peer.port, listen=f"127.0.0.1:{port}")

    async def go() -> list[bytes]:
        await peer.start(Behaviour())
        async with Squatter(port, answer) as squatter:
            with pytest.raises(GatewayError, match=r"another program has that port.*被其他程序占用"):
                await mine.link(Heard()).open()
        await peer.stop()
        return squatter.got

    got = asyncio.run(go())
    assert [nonce_of(request) for request in got]
    for secret in OFFICE.values():
        assert all(secret.encode() not in request for request in got)
    assert peer.requests == []


def test_a_question_is_never_asked_twice() -> None:
    async def go() -> list[str]:
        port = free_port()
        async with Squatter(port, _ok) as squatter:
            for _ in range(3):
                found = await holder(
                    ("127.0.0.1", port), Proof(OFFICE, ("127.0.0.1", port)), lambda _line: None
                )
                assert found is PortHolder.STRANGER
        return [nonce_of(request) for request in squatter.got]

    assert len(set(asyncio.run(go()))) == 3


def listener(port: int, secrets: dict[str, str], listen: tuple[str, int]) -> Listener:
    return Listener("127.0.0.1", port, Callbacks(Marks("x"), "", Heard(), Proof(secrets, listen)))


@pytest.mark.parametrize(
    ("other", "found"),
    [
        pytest.param(OFFICE, PortHolder.OURS, id="the same office"),
        pytest.param(LOGIN, PortHolder.STRANGER, id="who knows Kannel's password alone"),
        pytest.param(
            {**OFFICE, "office": "22" * 32}, PortHolder.STRANGER, id="another office of that Kannel"
        ),
        pytest.param({**OFFICE, "password": "other"}, PortHolder.STRANGER, id="another gateway"),
        pytest.param({**OFFICE, "reply_token": "other-token"}, PortHolder.STRANGER, id="another reply_token"),
    ],
)
def test_who_has_the_port(other: dict[str, str], found: PortHolder) -> None:
    async def go() -> PortHolder:
        port = free_port()
        opened = listener(port, other, ("127.0.0.1", port))
        await opened.open()
        try:
            return await holder(("127.0.0.1", port), Proof(OFFICE, ("127.0.0.1", port)), lambda _line: None)
        finally:
            await opened.close()

    assert asyncio.run(go()) is found


def test_an_answer_fetched_from_our_own_listener_elsewhere_does_not_fit() -> None:
    async def go() -> PortHolder:
        ours, port = free_port(), free_port()
        opened = listener(ours, OFFICE, ("127.0.0.1", ours))
        await opened.open()
        try:
            async with Squatter(port, Relay(ours)):
                return await holder(
                    ("127.0.0.1", port), Proof(OFFICE, ("127.0.0.1", port)), lambda _line: None
                )
        finally:
            await opened.close()

    assert asyncio.run(go()) is PortHolder.STRANGER


def test_a_listener_answers_no_other_question() -> None:
    proof = Proof(OFFICE, ("127.0.0.1", 1))
    assert len(proof.answer("0" * 64)) == 64
    for nonce in ("", "0" * 63, "0" * 65, "A" * 64, "０" * 64):
        assert proof.answer(nonce) == ""


def test_nobody_listens() -> None:
    listen = ("0.0.0.0", free_port())
    assert asyncio.run(holder(listen, Proof(LOGIN, listen), lambda _line: None)) is PortHolder.NOBODY


def test_who_ends_leaves_the_port_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that begins while a command sends listens as soon as the command has ended."""
    monkeypatch.setattr(link, "LOOKS", 0.05)
    peer = Imitation()
    daemon = Heard()

    async def go() -> None:
        await peer.start(Behaviour(receipts="after"))
        command = peer.gateway.link(Heard())
        await command.open()
        kept = peer.gateway.link(daemon)
        await kept.open()
        await command.close()
        await until(lambda: not kept._elsewhere)
        third = peer.gateway.link(Heard())
        await third.open()
        await third.send(messages(2))
        await until(lambda: len(daemon.received) == 4)
        await third.close()
        await kept.close()
        await peer.stop()

    asyncio.run(go())


def test_a_stranger_who_takes_the_port_over_stops_the_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "LOOKS", 0.05)
    peer = Imitation()

    async def go() -> None:
        await peer.start(Behaviour())
        first = peer.gateway.link(Heard())
        await first.open()
        heard = Heard()
        kept = peer.gateway.link(heard)
        await kept.open()
        await kept.send(messages(1))
        port = peer.gateway._options.listen[1]
        monkeypatch.setattr(link, "LOOKS", 3600)
        await first.close()
        async with Squatter(port, _ok):
            await kept.send(messages(2, first=11))
            assert "another program has that port" in kept.trouble
            assert sum("another program" in line for line in heard.noted) == 1
        answers = heard.by_id()
        assert answers[1].answered is Answered.ACCEPTED
        assert [answers[number].answered for number in (11, 12)] == [Answered.UNSENT] * 2
        assert "another program has that port" in answers[11].cause
        await kept.send(messages(1, first=21))
        assert heard.by_id()[21].answered is Answered.ACCEPTED
        assert (kept.trouble, kept._elsewhere) == ("", False)
        await kept.close()
        await peer.stop()

    asyncio.run(go())


def test_who_has_it_may_end_while_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    peer = Imitation()
    ended = 0

    async def gone(*_: object) -> PortHolder:
        nonlocal ended
        ended += 1
        await first.close()
        return PortHolder.NOBODY

    monkeypatch.setattr(link, "holder", gone)

    async def go() -> None:
        nonlocal first
        await peer.start(Behaviour())
        first = peer.gateway.link(Heard())
        await first.open()
        second = peer.gateway.link(Heard())
        await second.open()
        assert not second._elsewhere
        await second.close()
        await peer.stop()

    first: Any = None
    asyncio.run(go())
    assert ended == 1


def test_an_address_that_is_not_ours_is_said() -> None:
    mine = kannel(OFFICE, listen="192.0.2.1:18080", callback="http://192.0.2.1:18080")

    async def nobody(*_: object) -> PortHolder:
        return PortHolder.NOBODY

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(link, "holder", nobody)
        with pytest.raises(GatewayError, match=r"cannot listen at 192\.0\.2\.1:18080"):
            asyncio.run(mine.link(Heard()).open())


def test_a_gateway_says_where_it_listens_and_who_does() -> None:
    port = free_port()
    mine = kannel(OFFICE, listen=f"127.0.0.1:{port}")
    assert mine.listens_at == f"127.0.0.1:{port}"
    assert mine.port_holder() is PortHolder.NOBODY
    assert kannel({**LOGIN, "reply_token": ""}, dlr=False).listens_at == ""
    deaf: KannelGateway = kannel(LOGIN, dlr=False, listen="")
    assert (deaf.listens_at, deaf.port_holder()) == ("", PortHolder.NOBODY)


def test_where_the_system_lets_two_programs_have_a_port_it_is_told_not_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Windows' option, tried with one that this system has."""
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_KEEPALIVE, raising=False)

    async def go() -> None:
        port = free_port()
        first = listener(port, OFFICE, ("127.0.0.1", port))
        await first.open()
        assert first._server is not None
        assert first._server.sockets[0].getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        second = listener(port, OFFICE, ("127.0.0.1", port))
        with pytest.raises(GatewayError, match="cannot listen"):
            await second.open()
        assert await holder(("127.0.0.1", port), Proof(OFFICE, ("127.0.0.1", port)), print) is PortHolder.OURS
        await first.close()

    asyncio.run(go())
