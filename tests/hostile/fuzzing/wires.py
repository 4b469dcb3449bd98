"""Targets at the ends of live wires: SMPP, CMPP, Kannel's HTTP in both directions, the clouds' reports."""

import asyncio
import re
from typing import Any

from campaigner.delivery.cloud import reports as cloud
from campaigner.delivery.cmpp import incoming
from campaigner.delivery.cmpp import pdu as cmpp
from campaigner.delivery.kannel.callbacks import Callbacks
from campaigner.delivery.kannel.client import Connection
from campaigner.delivery.kannel.listener import Listener, address
from campaigner.delivery.kannel.marks import Marks
from campaigner.delivery.kannel.wire import cause, meaning
from campaigner.delivery.links.replies import Replies
from campaigner.delivery.links.requests import UnansweredError
from campaigner.delivery.smpp import pdu as smpp
from campaigner.delivery.smpp.inbox import Inbox
from tests.hostile.fuzzing import seeds

LONG_NUMBER = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")


class _Ear:
    """Hears receipts and replies; they must be such that the store takes them."""

    def receipts(self, receipts: Any) -> None:
        for receipt in receipts:
            assert receipt.received
            assert LONG_NUMBER.search(receipt.cause) is None

    def replies(self, replies: Any) -> None:
        for reply in replies:
            assert 13_000_000_000 <= reply.phone < 20_000_000_000
            assert isinstance(reply.text, str)

    def notes(self, *notes: str) -> None:
        for note in notes:
            assert note.isprintable(), note


class _Transport(asyncio.Transport):
    """A connection that leads nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self._closing = False

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        self._closing = True

    abort = close

    def write(self, data: Any) -> None:
        self.written += data

    def get_write_buffer_size(self) -> int:
        return 0


def deliver_sm(octets: bytes) -> None:
    """What an SMPP centre sends."""
    found, _rest = smpp.cut(octets)
    inbox = Inbox(_Ear(), "hex-decimal")  # type: ignore[arg-type]
    for command, status, _sequence, body in found:
        if command == smpp.DELIVER_SM:
            inbox.take(body, 0.0)
        else:
            inbox.answered_late(7, status, body)
            inbox.tell()
    inbox.empty()


def cmpp_deliver(octets: bytes) -> None:
    """What a CMPP gateway sends, read under both versions."""
    replies = Replies(incoming.decode)
    ear = _Ear()
    try:
        for _command, _sequence, body in cmpp.Framer().feed(octets):
            for layout in (cmpp.V20, cmpp.V30):
                _cmpp_body(layout, body, replies, ear)
    finally:
        ear.replies(replies.rest())


def _cmpp_body(layout: cmpp.Layout, body: bytes, replies: Replies, ear: _Ear) -> None:
    for read in (cmpp.welcome, lambda octets: cmpp.submit_result(layout, octets)):
        try:
            read(body)
        except cmpp.PduError as error:
            ear.notes(str(error))
    try:
        brought = cmpp.deliver(layout, body)
        if brought.report:
            ear.receipts([incoming.receipt(brought.content)])
        else:
            ear.replies(replies.take(incoming.read_reply(brought), 0))
    except cmpp.PduError as error:
        ear.notes(str(error))


_CALLBACKS = Callbacks(Marks(seeds.PASSWORD), seeds.TOKEN, _Ear())  # type: ignore[arg-type]


def callback(target: bytes) -> None:
    """The target of a request that pretends to come from Kannel."""
    assert _CALLBACKS.hear(target) in {200, 400, 404}
    address(target.decode("latin-1"))


class Http:
    """Kannel's HTTP in both directions, within one event loop that never sleeps."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._listener = Listener("127.0.0.1", 0, _CALLBACKS)

    def close(self) -> None:
        """End the loop."""
        self._runner.close()

    def request(self, octets: bytes) -> None:
        """A request, in two pieces, is answered once or cut off."""
        self._runner.run(self._request(octets))

    async def _request(self, octets: bytes) -> None:
        transport, visitor = _Transport(), self._listener._visitor()
        visitor.connection_made(transport)
        visitor.data_received(octets[: len(octets) // 2])
        visitor.data_received(octets[len(octets) // 2 :])
        visitor.connection_lost(None)
        assert transport.written.count(b"HTTP/1.1") <= octets.count(b"\n") + 1

    def answer(self, octets: bytes) -> None:
        """An answer means something, or the connection fails."""
        self._runner.run(self._answer(octets))

    async def _answer(self, octets: bytes) -> None:
        connection = Connection()
        connection.connection_made(_Transport())
        asked = asyncio.ensure_future(connection.ask(b"POST", 60))
        await asyncio.sleep(0)
        connection.data_received(octets)
        connection.connection_lost(None)
        try:
            said = await asked
        except UnansweredError:
            return
        meaning(said)
        assert cause(said).isprintable()
        assert LONG_NUMBER.search(cause(said)) is None


def cloud_reports(body: bytes) -> None:
    """What a cloud says of its messages."""
    for read in (cloud.aliyun_reports, cloud.aliyun_replies, cloud.tencent_reports, cloud.tencent_replies):
        try:
            read(body)
        except ValueError:
            continue
