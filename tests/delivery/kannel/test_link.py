"""What the link makes of answers, of silence, and of a Kannel that is not there."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.kannel import client, link
from campaigner.delivery.kannel.client import Said
from campaigner.delivery.kannel.wire import Meaning, cause, fault, meaning, packets
from campaigner.delivery.live import Answered, Link
from campaigner.errors import GatewayError
from tests.delivery.kannel.imitation import LOGIN, Imitation, free_port, kannel
from tests.delivery.live_conformance import FIRST_PHONE, LONG, Behaviour, Heard, messages, walk
from tests.pace import PATIENCE, until

A, R, UNKNOWN, UNSENT = Answered.ACCEPTED, Answered.REFUSED, Answered.UNKNOWN, Answered.UNSENT


def send(count: int) -> Callable[[Link, Heard], Awaitable[None]]:
    async def story(opened: Link, _heard: Heard) -> None:
        await opened.send(messages(count))

    return story


def answered(heard: Heard) -> list[Answered]:
    return [answer.answered for _number, answer in sorted(heard.by_id().items())]


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "WAITS", (0.05, 0.1))
    monkeypatch.setattr(link, "FIRST_REST", 0.05)
    monkeypatch.setattr(link, "LONGEST_REST", 0.05)
    monkeypatch.setattr(link, "PATIENCE", 0.12)  # three rests


@pytest.mark.parametrize(
    ("status", "words", "means"),
    [
        (202, "0: Accepted for delivery", Meaning.ACCEPTED),
        (202, "3: Queued for later delivery", Meaning.QUEUED),
        (202, "Sent.", Meaning.ACCEPTED),
        (200, "OK", Meaning.UNCLEAR),
        (400, "Missing receiver(s) number(s), rejected", Meaning.REFUSED),
        (403, "Authorization failed for sendsms", Meaning.NOT_KANNEL),
        (403, "Not routable. Do not try again.", Meaning.NOT_ROUTABLE),
        (404, "Unknown request.", Meaning.NOT_KANNEL),
        (302, "", Meaning.NOT_KANNEL),
        (429, "", Meaning.BUSY),
        (500, "", Meaning.UNCLEAR),
        (502, "", Meaning.UNCLEAR),
        (503, "Temporal failure, try again later.", Meaning.BUSY),
    ],
)
def test_what_an_answer_means(status: int, words: str, means: Meaning) -> None:
    assert meaning(Said(status, words)) is means


@pytest.mark.parametrize(
    ("recipients", "script", "expected", "requests"),
    [
        pytest.param(1, [(403, "Not routable. Do not try again.")], [R, A, A], 3, id="not routable"),
        pytest.param(1, [(500, "oh")], [UNKNOWN, A, A], 3, id="a proxy's 500 may hide anything"),
        pytest.param(1, [(503, "later")] * 2, [A, A, A], 5, id="busy twice"),
        pytest.param(1, [(202, "3: Queued for later delivery")], [A, A, A], 3, id="queued"),
        pytest.param(3, [(400, "denied")], [A, A, A], 4, id="a refused request is tried one by one"),
        pytest.param(3, [(503, "later")], [UNKNOWN] * 3, 1, id="busy, told of the first of three only"),
        pytest.param(
            3, [(403, "Not routable.")], [UNKNOWN] * 3, 1, id="not routable, told of the first of three"
        ),
    ],
)
def test_answers_become_states(
    recipients: int, script: list[tuple[int, str]], expected: list[Answered], requests: int
) -> None:
    peer = Imitation(recipients=recipients, connections=1)
    peer.script = list(script)
    heard = walk(peer, Behaviour(), send(3))
    assert answered(heard) == expected
    assert len(peer.requests) - 1 == requests


@pytest.mark.parametrize(
    "last",
    [(403, "Authorization failed for sendsms"), (404, "Unknown request."), (302, "")],
    ids=["login", "path", "moved"],
)
def test_a_kannel_that_is_none_any_more_ends_the_errand(last: tuple[int, str]) -> None:
    peer = Imitation(connections=1)
    peer.script = [(202, "0: Accepted for delivery"), last]
    heard = walk(peer, Behaviour(), send(4))
    assert answered(heard) == [A, UNSENT, UNSENT, UNSENT]
    assert str(last[0]) in heard.by_id()[2].cause


def test_a_kannel_too_busy_for_too_long_ends_the_errand() -> None:
    heard = walk(Imitation(), Behaviour(throttle=10_000), send(20))
    assert answered(heard) == [UNSENT] * 20
    assert "too busy" in heard.by_id()[1].cause
    assert len([line for line in heard.noted if "later" in line]) == 3


def test_a_new_errand_after_a_given_up_one_starts_afresh() -> None:
    peer = Imitation()

    async def story(opened: Link, heard: Heard) -> None:
        await opened.send(messages(3))
        peer._throttle = 0
        await opened.send(messages(3, first=11))

    assert answered(walk(peer, Behaviour(throttle=10_000), story)) == [UNSENT] * 3 + [A] * 3


def test_nobody_there_is_said_at_open() -> None:
    opened = kannel(port=free_port()).link(Heard())
    with pytest.raises(GatewayError, match="cannot be reached"):
        asyncio.run(opened.open())


def test_a_silent_server_is_no_kannel() -> None:
    async def go() -> None:
        async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(2)
            writer.close()

        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        opened = kannel(port=server.sockets[0].getsockname()[1]).link(Heard())
        with pytest.raises(GatewayError, match="no answer within 1 s"):
            await opened.open()
        server.close()
        await asyncio.sleep(1.2)

    asyncio.run(go())


@pytest.mark.parametrize("answer", [b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK", b""])
def test_something_else_is_no_kannel(answer: bytes) -> None:
    async def go() -> None:
        async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(other, "127.0.0.1", 0) as server:
            opened = kannel(port=server.sockets[0].getsockname()[1]).link(Heard())
            with pytest.raises(GatewayError, match="Kannel's smsbox at"):
                await opened.open()

    asyncio.run(go())


def test_kannel_gone_for_good_leaves_the_rest_unsent() -> None:
    peer = Imitation(connections=4)

    async def story(opened: Link, heard: Heard) -> None:
        sending = asyncio.create_task(opened.send(messages(200)))
        await until(lambda: len(heard.answered) >= 20)
        await peer.stop()
        await asyncio.wait_for(sending, PATIENCE)

    heard = walk(peer, Behaviour(delay=0.01), story)
    states = answered(heard)
    assert states.count(UNKNOWN) <= 4
    assert states.count(A) + states.count(UNKNOWN) + states.count(UNSENT) == 200
    assert states.count(UNSENT) > 0
    assert {phone for phone, _text in peer.got} <= {
        FIRST_PHONE + n for n, s in enumerate(states) if s is not UNSENT
    }


def test_closed_in_mid_send_everything_is_answered() -> None:
    async def story(opened: Link, heard: Heard) -> None:
        sending = asyncio.create_task(opened.send(messages(400)))
        await until(lambda: len(heard.answered) >= 8)
        await opened.close()
        await sending

    heard = walk(Imitation(), Behaviour(delay=0.1), story)
    states = answered(heard)
    assert len(states) == 400
    assert UNKNOWN not in states
    assert A in states
    assert UNSENT in states


def test_closing_does_not_wait_for_the_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "_LAST_WAIT", 0.2)

    peer = Imitation(timeout=60)

    async def story(opened: Link, _heard: Heard) -> None:
        sending = asyncio.create_task(opened.send(messages(1)))
        await until(lambda: peer.got)
        await opened.close()
        await sending

    assert answered(walk(peer, Behaviour(silent=frozenset({FIRST_PHONE})), story)) == [UNKNOWN]


def test_idle_connections_are_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_IDLE", 0.1)
    peer = Imitation(connections=1)

    async def story(opened: Link, _heard: Heard) -> None:
        for first in (1, 2, 3):
            await opened.send(messages(1, first=first))
            await asyncio.sleep(0.2)

    assert answered(walk(peer, Behaviour(), story)) == [A] * 3


def test_the_rate_counts_parts() -> None:
    async def story(opened: Link, _heard: Heard) -> None:
        begun = asyncio.get_running_loop().time()
        await opened.send(messages(5, LONG))
        took.append(asyncio.get_running_loop().time() - begun)

    took: list[float] = []
    walk(Imitation(rate=20), Behaviour(), story)
    assert took[0] >= 9 / 20 * 0.95


def test_two_campaigners_share_one_ear() -> None:
    """The daemon listens; a command sends over a link of its own; the daemon hears the receipts."""
    peer = Imitation()
    daemon = Heard()

    async def story(opened: Link, heard: Heard) -> None:
        await opened.send(messages(3))
        await until(lambda: len(daemon.received) == 6)
        assert not heard.received
        assert any("another campaigner" in line for line in heard.noted)

    async def go() -> None:
        kept = peer.gateway.link(daemon)
        heard = Heard()
        await peer.start(Behaviour(receipts="after"))
        await kept.open()
        second = peer.gateway.link(heard)
        await second.open()
        await story(second, heard)
        await second.close()
        await kept.close()
        stranger = kannel({**LOGIN, "password": "other"}, port=peer.port, listen=f"127.0.0.1:{peer.port}")
        with pytest.raises(GatewayError, match="cannot listen"):
            await stranger.link(Heard()).open()
        await peer.stop()

    asyncio.run(go())


def test_phone_text_and_password_stand_in_no_url() -> None:
    peer = Imitation()
    walk(peer, Behaviour(), send(2))
    for request in peer.requests:
        assert request["first"] == "POST /cgi-bin/sendsms HTTP/1.1"
        assert not request.get("X-Kannel-DLR-URL", "").count("138")
        assert "foo" not in request.get("X-Kannel-DLR-URL", "")


def test_without_receipts_none_are_asked_for() -> None:
    peer = Imitation(dlr=False)
    walk(peer, Behaviour(), send(2))
    assert not [request for request in peer.requests if "X-Kannel-DLR-URL" in request]


@pytest.mark.parametrize(
    ("phone", "text", "why"),
    [
        (13800138000, "好", ""),
        (13800138000, "中" * 500, ""),
        (13800138000, "两行\r\n\t好", ""),
        (10086, "好", "mobile number"),
        (138001380001, "好", "mobile number"),
        (13800138000, "", "empty"),
        (13800138000, "\n ", "empty"),
        (13800138000, "😀", "U+FFFF"),
        (13800138000, "\udc00", "surrogate"),
        (13800138000, "a\x1bb", "control"),
        (13800138000, "\ufeff好", "control"),
        (13800138000, "中" * 501, "500"),
    ],
)
def test_what_is_refused_before_it_leaves(phone: int, text: str, why: str) -> None:
    words = fault(Outgoing(1, phone, text), 10)
    assert why in words
    assert bool(words) == bool(why)
    assert str(phone) not in words


@pytest.mark.parametrize(
    ("length", "most", "refused"), [(70, 1, False), (71, 1, True), (134, 2, False), (135, 2, True)]
)
def test_more_parts_than_kannel_lets_through_are_refused(length: int, most: int, refused: bool) -> None:
    assert bool(fault(Outgoing(1, 13800138000, "中" * length), most)) is refused


@given(
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from("甲乙丙")), max_size=60),
    st.integers(1, 7),
)
def test_packets_hold_each_message_once(drawn: list[tuple[int, str]], recipients: int) -> None:
    block = [Outgoing(n + 1, FIRST_PHONE + phone, text) for n, (phone, text) in enumerate(drawn)]
    made = list(packets(block, recipients))
    assert sorted(m.id for packet in made for m in packet) == [m.id for m in block]
    for packet in made:
        assert 1 <= len(packet) <= recipients
        assert len({m.text for m in packet}) == 1
        assert len({m.phone for m in packet}) == len(packet)


@given(st.integers(100, 599), st.text(max_size=200))
def test_causes_are_one_short_line(status: int, text: str) -> None:
    shown = cause(Said(status, f"13800138000 {text}"))
    assert "1380013" not in shown
    assert shown.isprintable()
    assert len(shown) < 100


def test_an_answer_without_end_is_none() -> None:
    """It is heard to a bound; the request has left, so its message is unknown."""
    peer = Imitation(connections=1)
    peer.script = [(202, "0: Accepted for delivery" + "x" * 100_000)]
    heard = walk(peer, Behaviour(), send(2))
    assert answered(heard) == [UNKNOWN, A]
    assert "too long" in heard.by_id()[1].cause
