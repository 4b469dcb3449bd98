"""What clouds push: whose word counts, what is answered, and that nothing is acknowledged that is not kept."""

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from campaigner.delivery.cloud import listener
from campaigner.delivery.cloud.aliyun import AliyunGateway
from campaigner.delivery.cloud.listener import LONGEST_BODY, Listener, Place
from campaigner.delivery.cloud.tencent import TencentGateway
from campaigner.delivery.live import Received
from campaigner.domain.receipt import Reply
from campaigner.errors import GatewayError
from campaigner.people.choosing import refused_phones
from campaigner.road.wire import Wire
from tests.delivery import live_conformance as conformance
from tests.delivery.cloud.pushing import PUSH_TOKEN, PushingAliyun, free, made, post
from tests.delivery.cloud.test_clouds import LONG_BODY, Peer
from tests.delivery.live_conformance import FIRST_PHONE, Heard
from tests.offices.office import MONDAY, Office, at
from tests.pace import until

pytest.importorskip("alibabacloud_dysmsapi20170525")
pytest.importorskip("tencentcloud.sms")
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcfromtimestamp:DeprecationWarning")

REPORT, REPLY = f"/push/{PUSH_TOKEN}/report", f"/push/{PUSH_TOKEN}/reply"
ROW = {
    "phone_number": str(FIRST_PHONE),
    "success": True,
    "biz_id": "B1",
    "out_id": "",
    "err_code": "DELIVERED",
}
WORD = {"phone_number": str(FIRST_PHONE), "content": "退订", "dest_code": "01", "sequence_id": "1"}


@pytest.fixture
def there() -> tuple[str, int]:
    return free()


def hearing(gateway: Any, story: Callable[[Heard], Awaitable[None]], heard: Heard | None = None) -> Heard:
    ear = heard or Heard()

    async def go() -> None:
        link = gateway.link(ear)
        await link.open()
        try:
            await story(ear)
        finally:
            await link.close()

    asyncio.run(go())
    return ear


def answers(
    there: tuple[str, int], *pushes: tuple[Any, ...], cls: type[Any] = AliyunGateway
) -> tuple[Heard, list[Any]]:
    """What a link hears of pushes, and what each is answered."""
    said: list[Any] = []

    async def story(_heard: Heard) -> None:
        said.extend([await asyncio.to_thread(post, there, *push) for push in pushes])

    return hearing(made(there, cls), story), said


def rows(*found: Any) -> bytes:
    return json.dumps(found).encode()


# ---- the whole way ----


def pushing(there: tuple[str, int]) -> Peer:
    fake = PushingAliyun({"SMS_1": "凡是要您${what}的，都是诈骗。拒收请回复R", "SMS_2": LONG_BODY})
    fake.address, fake.token = there, PUSH_TOKEN
    return Peer(AliyunGateway, fake, {"receipts", "before", "replies"}, listen=f"{there[0]}:{there[1]}")


@pytest.mark.parametrize("order", ["after", "before", "twice", "reversed"])
def test_receipts_that_are_pushed_find_their_message(there: tuple[str, int], order: str) -> None:
    conformance.receipts_find_their_message(pushing(there), order)


def test_replies_that_are_pushed_are_heard(there: tuple[str, int]) -> None:
    conformance.a_reply_is_heard(pushing(there))


def test_whoever_refuses_by_a_pushed_reply_is_written_to_no_more(
    office: Path, there: tuple[str, int]
) -> None:
    """The answer to the cloud comes after the commit."""
    folk = Office(office)
    wire = Wire(folk.store, lambda: at(MONDAY))
    wire.open("cloud", made(there))
    status, said = post(
        there, REPLY, rows(WORD, WORD | {"phone_number": str(FIRST_PHONE + 1), "content": "谢谢"})
    )
    assert (status, said) == (200, {"code": 0, "msg": "OK"})
    assert refused_phones(folk.app.desk, folk.store) == {FIRST_PHONE}
    wire.close()


def test_both_forms_of_tencent(there: tuple[str, int]) -> None:
    report = {
        "mobile": str(FIRST_PHONE),
        "nationcode": "86",
        "report_status": "FAIL",
        "errmsg": "MK:0001",
        "sid": "5:1",
    }
    reply = {
        "mobile": str(FIRST_PHONE),
        "nationcode": "86",
        "text": "R",
        "extend": "01",
        "sign": "x",
        "time": 1,
    }
    heard, said = answers(
        there, (REPORT, rows(report)), (REPLY, json.dumps(reply).encode()), cls=TencentGateway
    )
    assert said == [(200, {"result": 0, "errmsg": "OK"})] * 2
    (receipt,) = heard.received
    assert (receipt.received, receipt.reference, receipt.phone) == (Received.FAILED, "5:1", FIRST_PHONE)
    assert heard.replied == [Reply(FIRST_PHONE, "01", "R")]


# ---- nothing that is sent to it is believed ----


@pytest.mark.parametrize(
    ("path", "body", "method", "status"),
    [
        pytest.param("/push/another-made-up-one/reply", rows(WORD), "POST", 404, id="another-token"),
        pytest.param(f"/push/{PUSH_TOKEN}x/reply", rows(WORD), "POST", 404, id="longer-token"),
        pytest.param("/push//reply", rows(WORD), "POST", 404, id="no-token"),
        pytest.param(f"/push/{PUSH_TOKEN}/other", rows(WORD), "POST", 404, id="another-path"),
        pytest.param("/", rows(WORD), "POST", 404, id="root"),
        pytest.param(REPLY, b"", "GET", 405, id="get"),
        pytest.param(REPLY, b"{", "POST", 400, id="no-json"),
        pytest.param(REPLY, b"3", "POST", 400, id="no-array"),
        pytest.param(REPLY, b"[" * 100_000, "POST", 400, id="deep"),
        pytest.param(REPLY, b"[1" + b"0" * 10_000 + b"]", "POST", 400, id="a-number-without-end"),
        pytest.param(REPLY, b"\xff\xfe[", "POST", 400, id="no-text"),
        pytest.param(REPLY, b" " * (LONGEST_BODY + 1), "POST", 413, id="too-long"),
        pytest.param("/" + "x" * 40_000, b"", "POST", 413, id="long-path"),
        pytest.param(f"/here/{'0' * 31}", b"", "GET", 405, id="no-question"),
    ],
)
def test_what_is_not_the_clouds_is_refused(
    there: tuple[str, int], path: str, body: bytes, method: str, status: int
) -> None:
    def once() -> tuple[int, Any]:
        try:
            return post(there, path, body, method)
        except ConnectionError:  # it was cut while it was still sending
            return 413, b""

    said: list[tuple[int, Any]] = []

    async def story(_heard: Heard) -> None:
        said.append(await asyncio.to_thread(once))

    heard = hearing(made(there), story)
    assert said == [(status, b"")]
    assert not heard.received
    assert not heard.replied
    assert [line for line in heard.noted if "1 push(es) refused" in line or status == 404]
    assert not [line for line in heard.noted if PUSH_TOKEN in line or str(FIRST_PHONE) in line]


def test_an_empty_push_is_the_consoles_trial_of_the_address(there: tuple[str, int]) -> None:
    heard, said = answers(there, (REPORT, b""), (REPLY, b"[]"))
    assert said == [(200, {"code": 0, "msg": "OK"})] * 2
    assert heard.noted == []


def test_of_a_push_that_cannot_be_read_whole_the_rest_is_kept_and_the_cloud_is_told(
    there: tuple[str, int],
) -> None:
    heard, said = answers(there, (REPLY, rows(WORD, {"phone_number": "138****0000", "content": "R"})))
    assert said == [(400, b"")]
    assert [reply.phone for reply in heard.replied] == [FIRST_PHONE]
    assert "1 row(s) of a pushed reply could not be read; see the console" in heard.noted


def test_what_is_not_kept_is_not_acknowledged(there: tuple[str, int]) -> None:
    said: list[Any] = []

    async def story(heard: Heard) -> None:
        for kept in (False, True):
            pushed = asyncio.create_task(asyncio.to_thread(post, there, REPORT, rows(ROW)))
            await until(lambda: heard.waiting)
            assert not pushed.done()
            heard.say(kept=kept)
            said.append(await pushed)

    hearing(made(there), story, Heard(holds=True))
    assert said == [(503, b""), (200, {"code": 0, "msg": "OK"})]


def test_slow_senders_and_too_many_are_cut(there: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "_MOST_CONNECTIONS", 2)
    monkeypatch.setattr(listener, "_IN_TIME", 0.2)

    def slow() -> list[bytes]:
        """Three that never finish their request; each is cut."""
        with ExitStack() as stack:
            open_ones = [stack.enter_context(socket.create_connection(there, timeout=60)) for _ in range(3)]
            return [cut(one) for one in open_ones]

    def cut(one: socket.socket) -> bytes:
        try:
            one.sendall(b"POST / HTTP/1.1\r\n")
            return one.recv(100)
        except ConnectionError:
            return b""

    async def story(_heard: Heard) -> None:
        assert await asyncio.to_thread(slow) == [b""] * 3
        assert (await asyncio.to_thread(post, there, REPORT, rows(ROW)))[0] == 200

    hearing(made(there), story)


# ---- two processes, and strangers at the address ----


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_two_of_one_gateway_share_the_address_and_the_second_takes_over(
    there: tuple[str, int], host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "_AGAIN", 0.05)
    options = {"listen": f"{host}:{there[1]}", "proxy": "192.0.2.7"}

    async def story() -> None:
        first, second = Heard(), Heard()
        daemon, command = made(there, **options).link(first), made(there, **options).link(second)
        await daemon.open()
        await command.open()
        assert (await asyncio.to_thread(post, there, REPLY, rows(WORD)))[0] == 200
        assert (len(first.replied), len(second.replied)) == (1, 0)
        await daemon.close()
        await until(lambda: [line for line in second.noted if "by this process" in line])
        assert (await asyncio.to_thread(post, there, REPLY, rows(WORD)))[0] == 200
        assert len(second.replied) == 1
        await command.close()

    asyncio.run(story())


@contextmanager
def squatter(there: tuple[str, int], answer: bytes) -> Iterator[list[bytes]]:
    """Another program at the address, that keeps what it is sent."""
    got: list[bytes] = []
    with socket.create_server(there) as server:

        def serve() -> None:
            try:
                while True:
                    visitor, _ = server.accept()
                    got.append(visitor.recv(10_000))
                    visitor.sendall(answer)
                    visitor.close()
            except OSError:
                return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield got
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(60)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
def test_a_stranger_at_the_address_is_told_and_learns_no_token(there: tuple[str, int], answer: bytes) -> None:
    async def story(_heard: Heard) -> None:
        await asyncio.sleep(0)

    with squatter(there, answer) as got, pytest.raises(GatewayError, match="give another `listen`"):
        hearing(made(there), story)
    assert len(got) == 1
    assert PUSH_TOKEN.encode() not in got[0]


def test_another_gateway_at_the_address_is_a_stranger(there: tuple[str, int]) -> None:
    """Its token is another one, so that its campaigner must not hear for this one."""

    async def story() -> None:
        async def nothing(_path: str, _body: bytes) -> tuple[int, bytes]:
            return await asyncio.sleep(0, (404, b""))

        other = Listener(Place(*there, "", "of-another-gateway"), nothing, lambda _line: None)
        await other.open()
        try:
            with pytest.raises(GatewayError, match="give another `listen`"):
                await made(there).link(Heard()).open()
        finally:
            await other.close()

    asyncio.run(story())


def test_only_this_machine_and_the_proxy_may_come() -> None:
    own = _own_address()
    if own is None:
        pytest.skip("this machine has no address but loopback")
    port = free()[1]

    async def story(proxy: str) -> bytes | int:
        async def taken(_path: str, _body: bytes) -> tuple[int, bytes]:
            return await asyncio.sleep(0, (200, b"{}"))

        open_one = Listener(Place("0.0.0.0", port, proxy, PUSH_TOKEN), taken, lambda _line: None)
        await open_one.open()
        try:
            return (await asyncio.to_thread(post, (own, port), "/", b"x"))[0]
        except ConnectionError:
            return b""
        finally:
            await open_one.close()

    assert asyncio.run(story(own)) == 200
    assert asyncio.run(story("192.0.2.7")) == b""


def _own_address() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        try:
            found.connect(("192.0.2.1", 9))
        except OSError:
            return None
        name = str(found.getsockname()[0])
    return None if name.startswith("127.") else name
