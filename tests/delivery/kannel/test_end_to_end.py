"""A real Kannel, and behind it an SMPP server made by others: what arrives there, and what comes back."""

import asyncio
from pathlib import Path

import pytest

from campaigner.delivery.live import Received
from tests.delivery import live_conformance as must
from tests.delivery.kannel.boxes import SmppBoxes
from tests.pace import until

RULES = [must.every_message_arrives_once_as_written, must.a_reply_is_heard]
pytestmark = pytest.mark.peer


@pytest.mark.parametrize("recipients", [1, 10])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_over_smpp(rule, recipients: int, tmp_path: Path) -> None:
    rule(SmppBoxes(tmp_path / "kannel", recipients=recipients))


@pytest.mark.parametrize("recipients", [1, 10])
def test_receipts_come_back_over_smpp(recipients: int, tmp_path: Path) -> None:
    must.receipts_find_their_message(SmppBoxes(tmp_path / "kannel", recipients=recipients), "after")


def test_what_the_centre_refuses_comes_back_as_a_failed_receipt(tmp_path: Path) -> None:
    peer = SmppBoxes(tmp_path / "kannel")
    refused = must.FIRST_PHONE + 1

    async def story(link, heard) -> None:
        await link.send(must.messages(3))
        await until(lambda: len({r.id for r in heard.received}) == 3)

    heard = must.walk(peer, must.Behaviour(refuse=frozenset({refused})), story)
    words = {receipt.id: receipt for receipt in heard.received}
    assert words[2].received is Received.FAILED
    assert words[2].cause
    assert words[2].at is not None
    assert words[1].received is words[3].received is Received.DELIVERED
    assert not [r for r in heard.received if "1380" in r.cause]


def test_receipts_of_an_earlier_link_are_heard_by_a_later_one(tmp_path: Path) -> None:
    peer = SmppBoxes(tmp_path / "kannel")
    heard = must.Heard()

    async def go() -> None:
        await peer.start(must.Behaviour())
        first = peer.gateway.link(must.Heard())
        await first.open()
        await first.send(must.messages(5))
        await first.close()
        later = peer.gateway.link(heard)
        await later.open()
        await until(lambda: len({r.id for r in heard.received}) == 5)
        await later.close()
        await peer.stop()

    asyncio.run(go())
