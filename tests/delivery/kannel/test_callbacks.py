"""What comes back: marks, receipts, replies, and everything else that may be sent to a listener."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import quote, quote_from_bytes

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.kannel import listener
from campaigner.delivery.kannel.callbacks import Callbacks, decode
from campaigner.delivery.kannel.listener import Listener, address
from campaigner.delivery.kannel.marks import Marks
from campaigner.delivery.live import Receipt, Received, Reply
from campaigner.errors import GatewayError
from tests.delivery.live_conformance import Heard
from tests.pace import PATIENCE

MARKS = Marks("secret")
PHONE = 13800138000
MARK = MARKS.write([Outgoing(7, PHONE, "x")])
NUMBERS = st.integers(1, (1 << 63) - 1)
PHONES = st.integers(13000000000, 19999999999)


def hear(target: bytes | str, token: str = "token") -> tuple[int, Heard]:
    heard = Heard()
    raw = target if isinstance(target, bytes) else target.encode()
    return Callbacks(MARKS, token, heard).hear(raw), heard


@given(st.dictionaries(PHONES, NUMBERS, min_size=1, max_size=100))
def test_a_mark_names_each_message_by_its_phone(people: dict[int, int]) -> None:
    mark = MARKS.write([Outgoing(number, phone, "") for phone, number in people.items()])
    assert {phone: Marks("secret").read(mark, phone) for phone in people} == people
    assert not any(str(phone) in mark for phone in people)
    assert quote(mark, safe=",") == mark


@given(NUMBERS, PHONES, PHONES, st.text(max_size=30))
def test_nobody_else_writes_a_mark(number: int, phone: int, other: int, text: str) -> None:
    mark = Marks("another").write([Outgoing(number, phone, "")])
    assert MARKS.read(mark, phone) == 0
    assert MARKS.read(text, phone) == 0
    if other != phone:
        assert MARKS.read(MARKS.write([Outgoing(number, phone, "")]), other) == 0


SMPP = "id:1 sub:001 dlvrd:001 submit date:2611230101 done date:2611230102 stat:{} err:{} text:13800138000"


@pytest.mark.parametrize(
    ("kind", "words", "received", "cause"),
    [
        ("1", "", Received.DELIVERED, ""),
        ("1", SMPP.format("DELIVRD", "000"), Received.DELIVERED, "DELIVRD err:000"),
        ("2", SMPP.format("UNDELIV", "012"), Received.FAILED, "UNDELIV err:012"),
        ("2", SMPP.format("EXPIRED", "001"), Received.EXPIRED, "EXPIRED err:001"),
        ("4", "", Received.UNDERWAY, ""),
        ("8", "ACK/", Received.UNDERWAY, ""),
        ("16", "NACK/0x0000000b/Invalid Dest", Received.FAILED, "NACK/0x0000000b/Invalid Dest"),
        ("16", "NACK/13800138000 bad\r\nx", Received.FAILED, "NACK/# bad x"),
        ("2", "13800138000 somebody's text", Received.FAILED, ""),
    ],
)
def test_what_a_receipt_says(kind: str, words: str, received: Received, cause: str) -> None:
    status, heard = hear(f"/receipt?m={MARK}&d={kind}&p={PHONE}&t=1795600000&a={quote(words)}")
    assert status == 200
    at = datetime(2026, 11, 25, 9, 46, 40, tzinfo=UTC)
    assert heard.received == [Receipt(received, id=7, cause=cause, at=at)]


@pytest.mark.parametrize("phone", [f"%2B86{PHONE}", f"86{PHONE}", f"0086{PHONE}"])
def test_a_centre_may_write_the_phone_its_way(phone: str) -> None:
    assert hear(f"/receipt?m={MARK}&d=1&p={phone}")[1].received == [Receipt(Received.DELIVERED, id=7)]


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/", 404),
        ("/favicon.ico", 404),
        ("/receipt", 400),
        (f"/receipt?m={MARK}&d=3&p={PHONE}", 400),
        (f"/receipt?m={MARK}&d=1&p=nobody", 400),
        (f"/receipt?m={MARK}&d=1&p=", 404),
        (f"/receipt?m={MARK}&d=1&p={PHONE + 1}", 404),
        (f"/receipt?m=7.AAAAAAAA&d=1&p={PHONE}", 404),
        (f"/receipt?m={'7.AAAAAAAA,' * 1000}&d=1&p={PHONE}", 404),
        ("/reply?from=13800138000&text=R", 404),
        ("/reply?token=wrong&from=13800138000&text=R", 404),
        ("/here?proof=wrong", 404),
        ("/here?nonce=" + "0" * 64, 404),
        ("/reply?" + "a=1&" * 100, 400),
    ],
)
def test_what_is_not_from_kannel_is_refused_and_noted(target: str, status: int) -> None:
    answered, heard = hear(target)
    assert answered == status
    assert not heard.received
    assert not heard.replied
    assert len(heard.noted) == 1


def test_refusals_do_not_flood_the_log() -> None:
    heard = Heard()
    callbacks = Callbacks(MARKS, "", heard)
    assert {callbacks.hear(b"/?phone=13800138000") for _ in range(1234)} == {404}
    assert len(heard.noted) == 4
    assert not [line for line in heard.noted if "138" in line]


def test_without_a_token_no_reply_is_taken() -> None:
    assert hear("/reply?token=&from=13800138000&text=R", token="")[0] == 404


@pytest.mark.parametrize(
    ("raw", "charset", "coding", "text"),
    [
        (b"R", "UTF-8", "0", "R"),
        ("退订".encode(), "UTF-8", "0", "退订"),
        ("退订".encode("utf-16-be"), "UTF-16BE", "2", "退订"),
        ("退订".encode("utf-16-be"), "", "2", "退订"),
        ("退订".encode("utf-16-be"), "8-BIT", "1", "退订"),
        ("退订".encode("gb18030"), "no-such", "0", "退订"),
        (b"\xff", "8-BIT", "1", "\ufffd"),
        (b"TD", "\x00", "", "TD"),
        (b"TD", "rot13", "", "TD"),
    ],
)
def test_replies_are_read_whatever_the_centre_calls_them(
    raw: bytes, charset: str, coding: str, text: str
) -> None:
    assert decode(raw, charset, coding) == text
    target = f"/reply?token=token&from=%2B8613800138000&to=10690000&charset={quote(charset)}&coding={coding}"
    status, heard = hear(f"{target}&text={quote_from_bytes(raw)}")
    assert status == 200
    assert heard.replied == [Reply(PHONE, "10690000", text)]


def test_a_reply_from_no_mobile_number_is_left_aside() -> None:
    status, heard = hear("/reply?token=token&from=10086&text=hello")
    assert status == 200
    assert not heard.replied
    assert "10086" not in heard.noted[0]


FIELDS = st.dictionaries(
    st.sampled_from(
        ["m", "d", "p", "t", "a", "token", "from", "to", "charset", "coding", "text", "proof", "x"]
    ),
    st.sampled_from([MARK, "token", "1", str(PHONE), "2", "utf-16", "punycode", "9" * 30, "²", "%", "%zz"])
    | st.text(max_size=20),
)


@given(path=st.sampled_from(["/receipt", "/reply", "/here", "/", ""]), fields=FIELDS, escaped=st.booleans())
@example(path="/receipt", fields={"m": MARK, "d": "1", "p": str(PHONE), "t": "9" * 30}, escaped=True)
@example(path="/receipt", fields={"m": MARK, "d": "1", "p": str(PHONE), "t": "²"}, escaped=True)
def test_no_callback_breaks_us(path: str, fields: dict[str, str], escaped: bool) -> None:
    pairs = "&".join(f"{k}={quote(v, errors='replace') if escaped else v}" for k, v in fields.items())
    status, heard = hear(f"{path}?{pairs}".encode("utf-8", "replace"))
    assert status in {200, 400, 404}
    assert all(receipt.id == 7 for receipt in heard.received)


@given(st.binary(max_size=300))
def test_no_bytes_break_us(target: bytes) -> None:
    assert hear(target)[0] in {400, 404}


def listening(story, heard: Heard | None = None):
    """Run a story beside an open listener."""

    async def go():
        visited = Listener("127.0.0.1", 0, Callbacks(MARKS, "token", heard or Heard()))
        await visited.open()
        try:
            return await story(visited.port)
        finally:
            await visited.close()

    return asyncio.run(go())


async def talk(port: int, *pieces: bytes, read: bool = True) -> bytes:
    """Send pieces; returns all that comes back until the other side closes or nothing comes for a moment."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    got = b""
    try:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0)
        while read:
            more = await asyncio.wait_for(reader.read(65536), 0.3)
            if not more:
                got += b"<end>"
                break
            got += more
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.transport.abort()
    return got


GOOD = f"GET /receipt?m={MARK}&d=1&p={PHONE} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("sent", "first", "ended"),
    [
        pytest.param(GOOD, b"HTTP/1.1 200 OK", False, id="a receipt"),
        pytest.param(GOOD + GOOD, b"HTTP/1.1 200 OK", False, id="two at once"),
        pytest.param(GOOD.replace(b"/1.1\r", b"/1.0\r"), b"HTTP/1.1 200 OK", True, id="HTTP/1.0"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 404", False, id="unknown"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00", b"HTTP/1.1 400", True, id="TLS"),
        pytest.param(b"hello\r\n\r\n", b"HTTP/1.1 400", True, id="no HTTP"),
        pytest.param(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nab", b"HTTP/1.1 405", True, id="POST"),
        pytest.param(b"GET /" + b"a" * 20_000, b"HTTP/1.1 414", True, id="long target"),
        pytest.param(b"GET / HTTP/1.1\r\na: " + b"a" * 40_000, b"HTTP/1.1 413", True, id="long header"),
        pytest.param(
            b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n" + b"a" * 40_000,
            b"HTTP/1.1 413",
            True,
            id="body",
        ),
    ],
)
def test_what_the_listener_answers(sent: bytes, first: bytes, ended: bool) -> None:
    got = listening(lambda port: talk(port, sent))
    assert got.startswith(first)
    assert got.endswith(b"<end>") == ended


def test_a_request_may_come_in_crumbs() -> None:
    heard = Heard()
    listening(lambda port: talk(port, *[bytes([byte]) for byte in GOOD * 2]), heard)
    assert [receipt.id for receipt in heard.received] == [7, 7]


def test_whoever_dawdles_is_shown_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "_IN_TIME", 0.2)

    async def story(port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /rece")
        try:
            return await asyncio.wait_for(reader.read(), PATIENCE)
        except ConnectionError:
            return b""
        finally:
            writer.close()

    assert listening(story) == b""


def test_a_crowd_does_not_shut_kannel_out_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "_MOST_CONNECTIONS", 5)

    async def story(port: int) -> tuple[bytes, bytes]:
        crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        await asyncio.sleep(0.05)
        shut = await talk(port, GOOD)
        for _reader, writer in crowd:
            writer.close()
        async with asyncio.timeout(PATIENCE):
            while b"200 OK" not in (let_in := await talk(port, GOOD)):  # noqa: ASYNC110 - it is closed beside
                await asyncio.sleep(0.05)
        return shut, let_in

    shut, let_in = listening(story)
    assert b"200" not in shut
    assert b"200 OK" in let_in


PIECES = st.sampled_from(
    [GOOD, b"GET ", b"/receipt?", b" HTTP/1.1\r\n", b"Host: x\r\n", b"\r\n", b"Content-Length: 5\r\n",
     b"Transfer-Encoding: chunked\r\n", b"Upgrade: h2c\r\nConnection: Upgrade\r\n", b"PRI * HTTP/2.0\r\n\r\n"]
) | st.binary(max_size=20)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=8), min_size=1, max_size=5))
def test_nothing_that_is_sent_stops_the_listener(visits: list[list[bytes]]) -> None:
    heard = Heard()

    async def story(port: int) -> bytes:
        trouble: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: trouble.append(context))
        for pieces in visits:
            await talk(port, *pieces, read=False)
        got = await talk(port, GOOD.replace(b"Host: x", b"Connection: close"))
        assert not trouble
        return got

    assert b"200 OK" in listening(story, heard)


def test_a_taken_address_is_said() -> None:
    async def story(port: int) -> None:
        with pytest.raises(GatewayError, match="cannot listen at"):
            await Listener("127.0.0.1", port, Callbacks(MARKS, "", Heard())).open()

    listening(story)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("127.0.0.1:18080", ("127.0.0.1", 18080)),
        ("[::1]:1", ("::1", 1)),
        ("x", None), (":1", None), ("a:", None), ("a:b", None), ("a:70000", None), ("a:²", None),
    ],
)  # fmt: skip
def test_addresses(text: str, found: tuple[str, int] | None) -> None:
    assert address(text) == found
