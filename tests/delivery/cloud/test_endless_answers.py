"""A cloud, or whoever stands in its place, that never stops answering: heard to a bound, and then unanswered."""

import asyncio
import socketserver
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from campaigner.delivery.cloud import bounded
from campaigner.delivery.links.requests import UnansweredError
from campaigner.errors import GatewayError
from tests.delivery.cloud.test_clouds import Peer, aliyun, tencent
from tests.delivery.live_conformance import Heard

pytest.importorskip("alibabacloud_dysmsapi20170525")
pytest.importorskip("tencentcloud.sms")
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcfromtimestamp:DeprecationWarning")


class Endless(socketserver.ThreadingTCPServer):
    """Answers 200 and then never stops."""

    daemon_threads = True
    sent = 0

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65_536)
            with suppress(OSError):
                self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{")
                while True:
                    self.request.sendall(b" " * 65_536)
                    Endless.sent += 65_536


@pytest.fixture
def endless() -> Iterator[int]:
    Endless.sent = 0
    with Endless(("127.0.0.1", 0), Endless.Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("made", [aliyun, tencent])
@pytest.mark.parametrize("bound", ["LARGEST", "LONGEST"])
def test_an_answer_without_end_is_none(
    made: type[Peer], bound: str, endless: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(bounded, bound, 1 << 20 if bound == "LARGEST" else 0.2)
    peer = made()
    peer.fake.port = endless
    with pytest.raises(GatewayError, match="cannot be reached"):
        asyncio.run(peer.gateway.link(Heard()).open())
    if bound == "LARGEST":
        assert Endless.sent < 200 << 20


def test_a_request_whose_answer_has_no_end_has_left(endless: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """So its messages are unknown, and nobody sends them again."""
    for name in ("HTTP_PROXY", "http_proxy", "DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(bounded, "LARGEST", 1 << 20)
    for made in (aliyun, tencent):
        peer = made()
        peer.fake.port = endless
        api = peer.gateway.link(Heard())._api  # type: ignore[attr-defined]
        with pytest.raises(UnansweredError):
            api.registered(api.client(), "1400001")
