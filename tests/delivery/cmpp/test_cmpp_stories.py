"""A link through what carriers do to it: refused logins, old versions, garbage, farewells, silence."""

import asyncio
import os
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from campaigner.delivery.cmpp.gateway import CmppGateway
from campaigner.delivery.live import Answered, Link, Received
from campaigner.domain.campaign import GatewayPlan
from campaigner.errors import GatewayError
from tests.conftest import ROOT
from tests.delivery.cmpp.carrier import SECRETS, Ismg, gateway
from tests.delivery.live_conformance import FIRST_PHONE, LONG, Heard, messages
from tests.pace import PATIENCE, until

Story = Callable[[Link, Heard, Ismg], Awaitable[None]]


def play(story: Story, faults: dict[str, Any], **options: Any) -> tuple[Heard, dict[str, Any]]:
    """Start the gateway process, open a link, let the story happen; what was heard and what the gateway saw."""
    heard = Heard()

    async def go() -> dict[str, Any]:
        async with Ismg(**faults) as ismg:
            link = gateway(ismg.port, **options).link(heard)
            await link.open()
            try:
                await story(link, heard, ismg)
                facts: dict[str, Any] = await ismg.ask("facts")
            finally:
                await link.close()
            return facts

    return heard, asyncio.run(go())


async def send_some(link: Link, _heard: Heard, _ismg: Ismg) -> None:
    await link.send(messages(20))


@pytest.mark.parametrize(
    ("faults", "word", "word_zh"),
    [
        pytest.param({"secret": "other"}, "check sp_id and secret", "状态 3，认证失败", id="wrong secret"),
        pytest.param({"sp_id": "999999"}, "source address", "状态 2，非法源地址", id="unknown account"),
        pytest.param({"status": 5}, "too many links", "状态 5，其他错误", id="too many links"),
    ],
)
def test_a_refused_login_says_what_to_look_at(faults: dict[str, Any], word: str, word_zh: str) -> None:
    with pytest.raises(GatewayError, match=word) as raised:
        play(send_some, faults)
    assert "888888" not in str(raised.value)
    assert f"拒绝登录：{word_zh}" in raised.value.lines[1]


def test_nobody_there() -> None:
    link = gateway(9).link(Heard())
    with pytest.raises(GatewayError, match=r"127\.0\.0\.1"):
        asyncio.run(link.open())


def test_a_gateway_of_2_0_gets_2_0() -> None:
    heard, facts = play(send_some, {"version": 0x20}, version="3.0")
    assert {answer.answered for answer in heard.by_id().values()} == {Answered.ACCEPTED}
    assert [login["status"] for login in facts["logins"]][-1] == 0
    assert facts["logins"][-1]["version"] == 0x20


@pytest.mark.parametrize(
    ("faults", "noted"), [({"wrong_proof": True}, True), ({"wide_proof": True}, False), ({}, False)]
)
def test_a_wrong_proof_of_theirs_is_noted_and_no_reason_to_stop(faults: dict[str, Any], noted: bool) -> None:
    heard, _facts = play(send_some, faults)
    assert {answer.answered for answer in heard.by_id().values()} == {Answered.ACCEPTED}
    assert any("secret" in note for note in heard.noted) is noted


@pytest.mark.parametrize("garbage", ["00000003", "ffffffff00000004", "0000000d800000040000000100", "00" * 64])
def test_garbage_closes_the_link_in_order_and_the_rest_goes_on(garbage: str) -> None:
    heard, _facts = play(send_some, {"garbage_after": 5, "garbage": garbage})
    answers = heard.by_id()
    assert len(answers) == 20
    assert {answer.answered for answer in answers.values()} <= {Answered.ACCEPTED, Answered.UNKNOWN}


def test_a_farewell_of_theirs_is_answered_and_the_rest_goes_over_a_new_link() -> None:
    heard, facts = play(send_some, {"bye_after": 5})
    assert len(heard.by_id()) == 20
    assert len(facts["logins"]) >= 2


def test_a_number_that_is_refused_gets_no_half_text() -> None:
    async def story(link: Link, _heard: Heard, _ismg: Ismg) -> None:
        await link.send(messages(1, LONG))

    heard, facts = play(story, {"refuse": [FIRST_PHONE]})
    assert [(a.answered, a.cause) for a in heard.answered] == [
        (Answered.REFUSED, "result 13 wrong recipient number")
    ]
    assert facts["seen"] == 1


def test_endless_throttling_ends() -> None:
    heard, facts = play(send_some, {"throttle": 1_000_000}, patience=2)
    assert {answer.answered for answer in heard.by_id().values()} == {Answered.UNSENT}
    assert "too fast" in heard.by_id()[1].cause
    assert facts["seen"] <= 2 * 20


def test_an_answer_that_comes_too_late_settles_the_message() -> None:
    async def story(link: Link, heard: Heard, _ismg: Ismg) -> None:
        await link.send(messages(2))
        assert heard.by_id()[1].answered is Answered.UNKNOWN
        await until(lambda: len(heard.received) == 3)

    # The second is answered in time: a gateway that answers nothing at all is left.
    heard, _facts = play(story, {"delay": 1.6, "slow": [FIRST_PHONE], "receipts": "after"})
    assert [(receipt.id, receipt.received) for receipt in heard.received if receipt.id] == [
        (1, Received.UNDERWAY),
        (1, Received.DELIVERED),
    ]


def test_a_silent_other_side_is_asked_whether_it_lives() -> None:
    async def story(link: Link, heard: Heard, ismg: Ismg) -> None:
        async with asyncio.timeout(PATIENCE):
            while not (await ismg.ask("facts"))["tests"]:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
        await link.send(messages(1))
        assert len(heard.answered) == 1

    play(story, {}, active_test=1)


def test_who_asks_whether_we_live_is_answered() -> None:
    async def story(link: Link, heard: Heard, _ismg: Ismg) -> None:
        await asyncio.sleep(1)
        await link.send(messages(3))
        assert len(heard.answered) == 3

    _heard, facts = play(story, {"test_every": 0.2})
    assert len(facts["logins"]) == 1


def test_replies_in_every_form_are_read() -> None:
    async def story(_link: Link, heard: Heard, ismg: Ismg) -> None:
        await ismg.ask("mo", **{"from": "8613800138000"}, content="退订".encode("gb18030").hex(), fmt=15)
        await ismg.ask("mo", **{"from": "13800138000"}, content=b"TD".hex(), fmt=0)
        long = "我不想再收到这样的短信了，请帮我退订，谢谢。".encode("utf-16-be")
        for number, piece in ((2, long[20:]), (1, long[:20])):
            content = b"\x05\x00\x03\x07\x02" + bytes([number]) + piece
            await ismg.ask("mo", **{"from": "13900139000"}, content=content.hex(), udhi=1)
        await ismg.ask("mo", **{"from": "10086"}, content=b"x".hex(), fmt=0)
        await until(lambda: len(heard.replied) == 3)

    heard, _facts = play(story, {})
    assert [(reply.phone, reply.text) for reply in heard.replied] == [
        (13800138000, "退订"), (13800138000, "TD"), (13900139000, "我不想再收到这样的短信了，请帮我退订，谢谢。"),
    ]  # fmt: skip
    assert any("no mobile number" in note for note in heard.noted)


def plan(**changes: Any) -> GatewayPlan:
    known = {setting.name: setting.default for setting in CmppGateway.settings}
    return GatewayPlan(
        "carrier", "cmpp", "某中心", "", 50, {**known, "host": "127.0.0.1", "src_id": "1069", **changes}
    )


def test_settings_that_cannot_be() -> None:
    with pytest.raises(GatewayError, match="rehearsal = true is for a gateway on this machine"):
        CmppGateway(plan(host="carrier.example", rehearsal=True), SECRETS)
    with pytest.raises(GatewayError, match="src_id may have at most 21"):
        CmppGateway(plan(src_id="1" * 22), SECRETS)
    with pytest.raises(GatewayError, match="sp_id and secret not known"):
        CmppGateway(plan(), {}).link(Heard())
    assert CmppGateway(plan(), SECRETS).real
    assert not CmppGateway(plan(rehearsal=True), SECRETS).real


def test_the_page_lists_every_key() -> None:
    table = (ROOT / "docs" / "gateways" / "cmpp.md").read_text("utf-8").split("## ")[1]
    for setting in CmppGateway.settings:
        assert f"`{setting.name}`" in table


def test_a_client_that_is_not_ours_logs_in_to_our_gateway_process() -> None:
    """pycmpp, in an environment of its own: what we hold our client against is understood by another one."""
    python = ROOT / ".peers" / "pycmpp" / "bin" / "python"
    if not python.exists():
        if os.environ.get("CAMPAIGNER_PEERS") == "required":
            pytest.fail("pycmpp is not there; .ci/system installs it")
        pytest.skip("pycmpp is not there; .ci/system installs it")

    async def go() -> list[list[Any]]:
        async with Ismg(version=0x20) as ismg:
            program = Path(__file__).with_name("stranger.py")
            process = await asyncio.create_subprocess_exec(
                str(python), str(program), str(ismg.port), stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            out, _err = await asyncio.wait_for(process.communicate(), PATIENCE)
            assert process.returncode == 0, out
            received: list[list[Any]] = await ismg.ask("received")
            return received

    assert asyncio.run(go()) == [[13800138000, "凡是要您先垫钱的，都是诈骗"]]
