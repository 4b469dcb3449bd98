"""A peer that sends what it likes: our side closes cleanly, says so, and answers every message."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.delivery.links.multipart import PartQueue
from campaigner.delivery.links.pause import Pause
from campaigner.delivery.links.rates import Bucket
from campaigner.delivery.live import Answered
from campaigner.delivery.smpp import pdu
from campaigner.delivery.smpp.inbox import Inbox
from campaigner.delivery.smpp.session import LinkContext, Session
from campaigner.delivery.smpp.settings import read_settings
from campaigner.domain.campaign import GatewayPlan
from tests.delivery.live_conformance import LONG, SHORT, Heard, messages
from tests.delivery.smpp.peers import SECRETS, options
from tests.pace import PATIENCE, until

COMMANDS = [0, 1, 3, 4, 5, 6, 9, 0x15, 0x102, 0x103, 0x7FFFFFFF] + [
    pdu.RESPONSE | command for command in (0, 3, 4, 5, 6, 9, 0x15, 0x7FFFFFFF)
]


@dataclass
class Wire:
    """A session of ours that is logged in, and the other end of its connection."""

    session: Session
    queue: PartQueue
    end: socket.socket
    heard: Heard = field(default_factory=Heard)

    async def say(self, octets: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.end, octets)

    async def hear(self) -> list[pdu.Pdu]:
        """What our side has sent so far, at least something."""
        found, _rest = pdu.cut(await asyncio.get_running_loop().sock_recv(self.end, 100_000))
        return found


def wired(story: Callable[[Wire], Awaitable[None]], **changes: Any) -> Heard:
    """Let the story happen between a session and whoever holds the other end; nothing may go wrong unseen."""
    heard, wrongs = Heard(), []

    async def go() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: wrongs.append(context))
        plan = GatewayPlan("carrier", "smpp", "", "", 0, options(1, **changes))
        chosen = read_settings(plan, SECRETS)
        submits = pdu.Submits("", chosen.source, chosen.destination, "", receipts=True)
        queue, bucket = PartQueue(heard), Bucket(0)
        queue.open()
        context = LinkContext(
            chosen, submits, queue, Inbox(heard, "same"), bucket, Pause(bucket, 1, 30, 60), heard
        )
        ours, theirs = socket.socketpair()
        theirs.settimeout(0)
        session = Session(context, pdu.BIND_TRANSCEIVER)
        await loop.create_connection(lambda: session, sock=ours)
        wire = Wire(session, queue, theirs, heard)
        binding = loop.create_task(session.bind())
        (login,) = await wire.hear()
        await wire.say(pdu.write(pdu.RESPONSE | login[0], 0, login[2], b"SMSC\0"))
        await binding
        try:
            await story(wire)
        finally:
            theirs.close()
            session.abort()
            await session.closed.wait()

    asyncio.run(go())
    assert wrongs == []
    return heard


pieces = st.one_of(
    st.binary(max_size=60),
    st.builds(
        pdu.write,
        st.sampled_from(COMMANDS),
        st.sampled_from([0, 1, 8, 0x0B, 0x14, 0x58, 0x400, 0xFFFFFFFF]),
        st.integers(0, 12),
        st.one_of(st.binary(max_size=80), st.just(b"7\0")),
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(pieces, min_size=1, max_size=12), st.integers(0, 15))
def test_no_peer_breaks_a_session(said: list[bytes], lacking: int) -> None:
    block = [*messages(6, SHORT), *messages(4, LONG, 7)]
    stream = b"".join(said)

    async def story(wire: Wire) -> None:
        entry = wire.queue.put(block)
        await asyncio.sleep(0)
        await wire.say(stream[: max(1, len(stream) - lacking)] or b"?")
        wire.end.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(PATIENCE):
            await wire.session.closed.wait()
        wire.queue.end("stopped", entry)
        wire.queue.tell()
        assert entry.done.done()

    assert set(wired(story).by_id()) == {message.id for message in block}


@pytest.mark.parametrize("length", [0, 15, 65_537, 0x7FFFFFFF])
def test_an_impossible_length_ends_the_connection(length: int) -> None:
    async def story(wire: Wire) -> None:
        done = wire.queue.put(messages(1)).done
        assert [command for command, *_rest in await wire.hear()] == [pdu.SUBMIT_SM]
        await wire.say(length.to_bytes(4) + bytes(12))
        assert [p[:2] for p in await wire.hear()] == [(pdu.GENERIC_NACK, 2)]
        await wire.session.closed.wait()
        await done

    heard = wired(story)
    assert [answer.answered for answer in heard.answered] == [Answered.UNKNOWN]
    assert [note for note in heard.noted if "impossible length" in note]


def test_an_unknown_request_is_refused_and_an_unknown_response_is_not() -> None:
    async def story(wire: Wire) -> None:
        await wire.say(pdu.write(pdu.RESPONSE | 0x77, 0, 5) + pdu.write(0x77, 0, 6))
        assert await wire.hear() == [(pdu.GENERIC_NACK, 3, 6, b"")]
        assert not wire.session.closed.is_set()

    assert len(wired(story).noted) == 1


def test_a_reply_that_cannot_be_read_is_refused_for_good() -> None:
    async def story(wire: Wire) -> None:
        await wire.say(pdu.write(pdu.DELIVER_SM, 0, 9, b"\0\1\1861380013"))
        assert [p[:3] for p in await wire.hear()] == [(pdu.DELIVER_SM_RESP, 0x65, 9)]

    heard = wired(story)
    assert (heard.replied, len(heard.noted)) == ([], 1)


@pytest.mark.parametrize(("code", "answered"), [(3, Answered.REFUSED), (0, Answered.REFUSED)])
def test_a_nack_refuses_the_message_that_it_names(code: int, answered: Answered) -> None:
    async def story(wire: Wire) -> None:
        done = wire.queue.put(messages(1)).done
        ((_command, _code, number, _body),) = await wire.hear()
        await wire.say(pdu.write(pdu.GENERIC_NACK, code, number))
        await done

    assert [answer.answered for answer in wired(story).answered] == [answered]


def test_a_nack_that_names_nothing_ends_the_connection() -> None:
    async def story(wire: Wire) -> None:
        await wire.say(pdu.write(pdu.GENERIC_NACK, 2, 0))
        await wire.session.closed.wait()

    assert [note for note in wired(story).noted if "could not read what we sent" in note]


def test_an_answer_without_an_id_is_an_acceptance_without_a_reference() -> None:
    async def story(wire: Wire) -> None:
        done = wire.queue.put(messages(1)).done
        ((_command, _code, number, _body),) = await wire.hear()
        await wire.say(pdu.write(pdu.SUBMIT_SM_RESP, 0, number))
        await done

    assert [(a.answered, a.references) for a in wired(story).answered] == [(Answered.ACCEPTED, ())]


def test_a_second_answer_to_the_same_message_changes_nothing() -> None:
    async def story(wire: Wire) -> None:
        wire.queue.put(messages(1))
        ((_command, _code, number, _body),) = await wire.hear()
        answer = pdu.write(pdu.SUBMIT_SM_RESP, 0, number, b"7\0")
        await wire.say(answer + answer + pdu.write(pdu.SUBMIT_SM_RESP, 8, number))
        await wire.say(pdu.write(pdu.ENQUIRE_LINK, 0, 3))
        await wire.hear()

    heard = wired(story)
    assert [answer.references for answer in heard.answered] == [("7",)]
    assert heard.received == []


def test_sequence_numbers_start_again_after_the_last() -> None:
    async def story(wire: Wire) -> None:
        wire.session._sequence = pdu.LAST_SEQUENCE - 1
        done = wire.queue.put(messages(3)).done
        numbers = [number for _command, _code, number, _body in await wire.hear()]
        assert numbers == [pdu.LAST_SEQUENCE, 1, 2]
        await wire.say(b"".join(pdu.write(pdu.SUBMIT_SM_RESP, 0, number, b"7\0") for number in numbers))
        await until(done.done)

    assert len(wired(story).by_id()) == 3
