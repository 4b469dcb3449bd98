"""What happens between our link and npm's `smpp`, seen from both sides."""

import asyncio
import signal
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Answered, Link, Received
from campaigner.delivery.smpp.link import SmppLink
from campaigner.errors import GatewayError
from tests.conftest import peer
from tests.delivery.live_conformance import (
    FIRST_PHONE,
    LONG,
    SHORT,
    Behaviour,
    Heard,
    messages,
    until,
    walk,
)
from tests.delivery.smpp.peers import SECRETS, ProcessPeer, free_port, gateway, npm_peer
from tests.pace import PATIENCE

pytestmark = pytest.mark.peer


def sent(carrier: ProcessPeer, behaviour: Behaviour, block: list[Outgoing]) -> Heard:
    async def story(link: Link, _heard: Heard) -> None:
        await link.send(block)

    return walk(carrier, behaviour, story)


def submits(carrier: ProcessPeer) -> list[dict[str, Any]]:
    return [fact for fact in carrier.facts() if "text" in fact]


def test_what_the_carrier_reads(tmp_path: Path) -> None:
    settings = {"source_ton": 3, "service_type": "CMT", "validity": 30, "system_type": "SP"}
    carrier = npm_peer(tmp_path, settings=settings)
    sent(carrier, Behaviour(), [Outgoing(0x12345, FIRST_PHONE, LONG)])
    login, *parts = carrier.facts()[:4]
    assert login == {"bind": "bind_transceiver", "system_type": "SP", "version": 0x34}
    assert [part["joining"] for part in parts] == ["050003450301", "050003450302", "050003450303"]
    assert [len(part["text"]) for part in parts] == [67, 67, len(LONG) - 134]
    assert "".join(part["text"] for part in parts) == LONG
    for part in parts:
        assert (part["to"], part["to_kind"]) == (f"86{FIRST_PHONE}", [1, 1])
        assert (part["from"], part["from_kind"]) == ("10690000", [3, 0])
        assert (part["coding"], part["esm_class"], part["registered"]) == (8, 0x40, 1)
        assert part["service"] == "CMT"


def test_no_pair_is_cut(tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path)
    sent(carrier, Behaviour(), [Outgoing(1, FIRST_PHONE, "防" + "😀" * 40)])
    texts = [part["text"] for part in submits(carrier)]
    assert texts == ["防" + "😀" * 33, "😀" * 7]


@pytest.mark.parametrize(
    ("form", "shown"), [("plain", f"{FIRST_PHONE}"), ("86", f"86{FIRST_PHONE}"), ("+86", f"+86{FIRST_PHONE}")]
)
def test_phones_are_written_as_the_carrier_wants(form: str, shown: str, tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path, settings={"phone_format": form, "receipts": False})
    sent(carrier, Behaviour(receipts="after"), messages(1))
    assert (submits(carrier)[0]["to"], submits(carrier)[0]["registered"]) == (shown, 0)


@pytest.mark.parametrize("window", [1, 7])
def test_the_window_is_used_and_kept(window: int, tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path, settings={"window_size": window})
    sent(carrier, Behaviour(delay=0.01), messages(50))
    assert max(part["open"] for part in submits(carrier)) == window


@pytest.mark.parametrize("kind", ["transceiver", "pair"])
def test_several_links_share_the_work(kind: str, tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path, settings={"links": 3, "bind": kind, "window_size": 5})

    async def story(link: Link, heard: Heard) -> None:
        await link.send(messages(60))
        await until(lambda: len(heard.received) == 60)

    heard = walk(carrier, Behaviour(delay=0.05, receipts="after"), story)
    binds = [fact["bind"] for fact in carrier.facts() if "bind" in fact]
    expected = {"transceiver": ["bind_transceiver"] * 3, "pair": ["bind_transmitter"] * 3 + ["bind_receiver"]}
    assert binds == expected[kind]
    assert max(part["open"] for part in submits(carrier)) > 5
    assert sum("unbound" in fact for fact in carrier.facts()) == len(binds)
    assert {receipt.reference for receipt in heard.received} == {a.references[0] for a in heard.answered}


def test_ids_in_hex_and_decimal_meet(tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path, ids="hex-decimal", settings={"id_form": "hex-decimal"})

    async def story(link: Link, heard: Heard) -> None:
        await link.send(messages(5))
        await until(lambda: len(heard.received) == 5)

    heard = walk(carrier, Behaviour(receipts="after"), story)
    assert sorted(r.reference for r in heard.received) == sorted(a.references[0] for a in heard.answered)
    assert {receipt.received for receipt in heard.received} == {Received.DELIVERED}


@pytest.mark.parametrize("full", [True, False])
def test_throttling_is_noted_and_no_failure(full: bool, tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path, full=full)
    heard = sent(carrier, Behaviour(throttle=3), messages(3))
    assert [
        note for note in heard.noted if ("0x14" if full else "0x58") in note and "resting for 1 s" in note
    ]
    assert {answer.answered for answer in heard.answered} == {Answered.ACCEPTED}


def test_endless_throttling_ends(tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path, settings={"patience": 2})
    heard = sent(carrier, Behaviour(throttle=1_000_000), messages(30))
    assert {answer.answered for answer in heard.by_id().values()} == {Answered.UNSENT}
    assert submits(carrier) == []


@pytest.mark.parametrize(
    ("extras", "answered", "parts"),
    [
        ({"refuse_part": 1}, Answered.REFUSED, 0),
        ({"refuse_part": 2}, Answered.REFUSED, 2),
        ({"silent_part": 2}, Answered.UNKNOWN, 3),
        ({"silent_part": 1}, Answered.UNKNOWN, 1),
    ],
)
def test_a_text_of_which_not_every_part_gets_through(
    extras: dict[str, Any], answered: Answered, parts: int, tmp_path: Path
) -> None:
    carrier = npm_peer(tmp_path, **extras)
    heard = sent(carrier, Behaviour(), messages(1, LONG))
    assert [answer.answered for answer in heard.answered] == [answered]
    assert [answer.references for answer in heard.answered] == [()]
    assert len(submits(carrier)) == parts


def test_an_answer_that_comes_too_late_settles_the_message(tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path)

    async def story(link: Link, heard: Heard) -> None:
        await link.send(messages(1))
        assert [answer.answered for answer in heard.answered] == [Answered.UNKNOWN]
        await until(lambda: len(heard.received) == 2)

    heard = walk(carrier, Behaviour(delay=1.6, receipts="after"), story)
    assert [(receipt.id, receipt.received) for receipt in heard.received] == [
        (1, Received.UNDERWAY),
        (1, Received.DELIVERED),
    ]


def test_a_wrong_password_is_told_without_being_shown(tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path)
    carrier.gateway = gateway(carrier.port, SECRETS | {"password": "hunter2"})

    async def go() -> None:
        await carrier.start(Behaviour())
        try:
            link = carrier.gateway.link(Heard())
            with pytest.raises(GatewayError, match="0x0E password is invalid") as raised:
                await link.open()
            assert "hunter2" not in str(raised.value)
            assert "短信中心拒绝登录：0x0E 密码错误；请对照运营商给的资料核对" in raised.value.lines[1]
            await link.close()
        finally:
            await carrier.stop()

    asyncio.run(go())


def test_nobody_there() -> None:
    port = free_port()
    link = gateway(port).link(Heard())
    with pytest.raises(GatewayError, match=f"127.0.0.1:{port}.*cannot be reached"):
        asyncio.run(link.open())


def test_each_side_asks_whether_the_other_is_there(tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path, settings={"heartbeat": 1})

    async def story(_link: Link, _heard: Heard) -> None:
        await carrier.order("enquire")
        await until(lambda: {"alive": 0} in carrier.facts() and {"enquired": True} in carrier.facts())

    heard = walk(carrier, Behaviour(), story)
    assert heard.noted == []


def test_a_peer_that_went_silent_is_left_and_found_again(tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path, dead=True, settings={"heartbeat": 1})

    async def story(_link: Link, heard: Heard) -> None:
        await until(lambda: any("connected again" in note for note in heard.noted))

    heard = walk(carrier, Behaviour(), story)
    assert any("does not answer any more" in note for note in heard.noted)


def test_to_a_peer_that_may_be_gone_nothing_new_is_sent(tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path, settings={"window_size": 5})

    async def story(link: Link, heard: Heard) -> None:
        await link.send(messages(5))
        carrier.signal(signal.SIGSTOP)
        sending = asyncio.create_task(link.send(messages(100, SHORT, 6)))
        await until(lambda: any("does not answer any more" in note for note in heard.noted))
        carrier.signal(signal.SIGCONT)
        await asyncio.wait_for(sending, PATIENCE)

    answers = Counter(answer.answered for answer in walk(carrier, Behaviour(), story).by_id().values())
    assert answers == {Answered.ACCEPTED: 100, Answered.UNKNOWN: 5}
    assert len(submits(carrier)) == 105


def test_an_unknown_command_is_refused_and_the_link_lives_on(tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path)

    async def story(link: Link, _heard: Heard) -> None:
        await carrier.order("strange")
        await until(lambda: {"nacked": 3} in carrier.facts())
        await link.send(messages(2))

    heard = walk(carrier, Behaviour(), story)
    assert {answer.answered for answer in heard.answered} == {Answered.ACCEPTED}
    assert [note for note in heard.noted if "unknown command 0x00000003" in note]


def test_logged_out_by_the_carrier_we_come_back(tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path)

    async def story(link: Link, heard: Heard) -> None:
        await carrier.order("unbind")
        await until(lambda: {"parted": 0} in carrier.facts())
        await link.send(messages(3))
        assert any("connected again" in note for note in heard.noted)

    heard = walk(carrier, Behaviour(), story)
    assert {answer.answered for answer in heard.answered} == {Answered.ACCEPTED}


def test_when_the_carrier_stays_away_the_rest_is_unsent(tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path, settings={"patience": 1})

    async def story(link: Link, _heard: Heard) -> None:
        await carrier.stop()
        await link.send(messages(5))

    heard = walk(carrier, Behaviour(), story)
    assert {answer.answered for answer in heard.by_id().values()} == {Answered.UNSENT}


def test_an_smsc_that_dies_twice_loses_and_doubles_nothing(tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path, settings={"links": 2, "window_size": 20})
    block = [*messages(600), *messages(100, LONG, 601)]
    taken: list[dict[str, Any]] = []

    async def story(link: Link, heard: Heard) -> None:
        sending = asyncio.create_task(link.send(block))
        for answered in (100, 300):
            await until(lambda least=answered: len(heard.answered) > least)
            await carrier.stop()
            taken.extend(submits(carrier))
            await carrier.start(Behaviour(delay=0.02))
        await asyncio.wait_for(sending, PATIENCE)
        taken.extend(submits(carrier))

    heard = walk(carrier, Behaviour(delay=0.02), story)
    assert set(heard.by_id()) == {message.id for message in block}
    assert {answer.answered for answer in heard.answered} == {Answered.ACCEPTED, Answered.UNKNOWN}
    unknown = sum(answer.answered is Answered.UNKNOWN for answer in heard.answered)
    assert unknown <= 2 * 2 * 20
    parts = [(part["phone"], part["text"], part["joining"]) for part in taken]
    assert len(parts) == len(set(parts))


@pytest.mark.parametrize(
    ("octets", "coding", "text"),
    [(b"TD", 0, "TD"), (b"R", 3, "R"), ("退订".encode("utf-16-be"), 8, "退订")],
)
def test_replies_in_every_coding(octets: bytes, coding: int, text: str, tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path)

    async def story(_link: Link, heard: Heard) -> None:
        await carrier.order("reply", source=f"86{FIRST_PHONE}", coding=coding, octets=octets.hex())
        await until(lambda: len(heard.replied) == 1)
        await until(lambda: {"acknowledged": 0} in carrier.facts())

    heard = walk(carrier, Behaviour(), story)
    assert [(r.phone, r.to, r.text) for r in heard.replied] == [(FIRST_PHONE, "10690000", text)]


def test_a_reply_in_parts_is_put_together(tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path)

    async def story(_link: Link, heard: Heard) -> None:
        for number, text in ((2, "退订"), (1, "请给我")):
            octets = text.encode("utf-16-be").hex()
            udh = f"0500032a020{number}"
            await carrier.order("reply", source=f"86{FIRST_PHONE}", coding=8, octets=octets, udh=udh)
        await until(lambda: len(heard.replied) == 1)

    assert [reply.text for reply in walk(carrier, Behaviour(), story).replied] == ["请给我退订"]


def test_the_rate_is_kept(tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path, settings={"rate": 20, "links": 2})

    async def story(link: Link, _heard: Heard) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await link.send(messages(25))
        assert loop.time() - begun >= 24 / 20 * 0.95

    walk(carrier, Behaviour(), story)


def certificate(folder: Path) -> dict[str, str]:
    key, cert = str(folder / "key.pem"), str(folder / "cert.pem")
    command = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subject = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", cert]
    subprocess.run([peer("openssl"), *command, *subject], check=True, capture_output=True)
    return {"key": key, "cert": cert}


def test_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = certificate(tmp_path)
    carrier = npm_peer(tmp_path, **files, settings={"tls": True})
    monkeypatch.setenv("SSL_CERT_FILE", files["cert"])
    heard = sent(carrier, Behaviour(), messages(20))
    assert {answer.answered for answer in heard.by_id().values()} == {Answered.ACCEPTED}


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path, **certificate(tmp_path), settings={"tls": True})
    with pytest.raises(GatewayError, match="encrypted connection failed"):
        sent(carrier, Behaviour(), messages(1))


@pytest.mark.parametrize("silent", [frozenset[int](), frozenset({FIRST_PHONE})])
def test_closed_in_mid_send_everything_is_answered(silent: frozenset[int], tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path)

    async def story(link: Link, heard: Heard) -> None:
        sending = asyncio.create_task(link.send([*messages(1, SHORT), *messages(300, LONG, 2)]))
        await asyncio.sleep(0.15)
        await link.close()
        await asyncio.wait_for(sending, PATIENCE)

    heard = walk(carrier, Behaviour(delay=0.1, silent=silent), story)
    assert len(heard.by_id()) == 301
    assert Answered.UNSENT in {answer.answered for answer in heard.answered}
    assert heard.by_id()[1].answered is (Answered.UNKNOWN if silent else Answered.ACCEPTED)


def test_an_ear_hears_answers_before_send_returns(tmp_path: Path) -> None:
    carrier = npm_peer(tmp_path)

    async def story(link: Link, heard: Heard) -> None:
        for first in (1, 11, 21):
            await link.send(messages(10, SHORT, first))
            assert len(heard.answered) == first + 9

    walk(carrier, Behaviour(), story)
    assert isinstance(carrier.gateway.link(Heard()), SmppLink)
