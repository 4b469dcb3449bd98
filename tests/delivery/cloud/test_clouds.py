"""Both clouds' gateways: all of the conformance suite through the official SDKs, and what is theirs alone."""

import asyncio
import logging
import subprocess
import sys
from typing import Any

import pytest

from campaigner.delivery.cloud.aliyun import AliyunGateway
from campaigner.delivery.cloud.reports import aliyun_reports
from campaigner.delivery.cloud.tencent import TencentGateway
from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Answered, LiveGateway, Received
from campaigner.domain.campaign import GatewayPlan
from campaigner.errors import GatewayError
from tests.delivery import live_conformance as conformance
from tests.delivery.cloud.fake_cloud import FakeAliyun, FakeCloud, FakeTencent
from tests.delivery.cloud.pushing import PUSH_TOKEN
from tests.delivery.live_conformance import FIRST_PHONE, LONG, Behaviour, Heard, messages, walk
from tests.pace import until

pytest.importorskip("alibabacloud_dysmsapi20170525")
pytest.importorskip("tencentcloud.sms")
# The SDK of Tencent asks the time in a way that Python 3.12 gives up.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcfromtimestamp:DeprecationWarning")

CODE_OF: dict[type[Any], str] = {
    AliyunGateway: "SignatureDoesNotMatch",
    TencentGateway: "AuthFailure.SignatureFailure",
}
"""What each says of wrong keys."""
LONG_BODY = LONG.removeprefix("【某中心】")


class Peer:
    """A fake cloud and the gateway to it; the port is known once it has started."""

    def __init__(self, cls: type[Any], fake: FakeCloud, can: set[str], **options: Any) -> None:
        self.cls, self.fake, self.options = cls, fake, options
        self.can = frozenset(can)
        self.keys = fake.keys
        self.templates = dict(fake.templates)
        """As our settings have them."""
        self.refusals: list[str] = []
        """What the cloud is to find wrong with our requests."""

    @property
    def gateway(self) -> LiveGateway:
        options = {setting.name: setting.default for setting in self.cls.settings} | {
            "templates": tuple(f"{code}={text}" for code, text in self.templates.items()),
            "endpoint": f"127.0.0.1:{self.fake.port}",
            "protocol": "http",
            "rehearsal": True,
            "timeout": 1,
            "per_request": 2,
            "rate": 0,
            "patience": 20,
            **self.options,
        }
        plan = GatewayPlan("cloud", "cloud", "某中心", "拒收请回复R", 45, options)
        made: LiveGateway = self.cls(plan, dict(zip(self.cls.secrets, (*self.keys, PUSH_TOKEN), strict=True)))
        return made

    async def start(self, behaviour: Behaviour) -> None:
        self.fake.start(behaviour)

    async def stop(self) -> None:
        self.fake.stop()
        assert self.fake.refusals == self.refusals

    async def received(self) -> list[tuple[int, str]]:
        return list(self.fake.arrived)

    async def reply(self, phone: int, text: str) -> None:
        self.fake.answer_back(phone, text)


def aliyun(**options: Any) -> Peer:
    fake = FakeAliyun({"SMS_1": "凡是要您${what}的，都是诈骗。拒收请回复R", "SMS_2": LONG_BODY})
    return Peer(AliyunGateway, fake, {"throttle", "silent", "cut"}, **options)


def tencent(**options: Any) -> Peer:
    fake = FakeTencent({"1400001": "凡是要您{1}的，都是诈骗。拒收请回复R", "1400002": LONG_BODY})
    options = {"app_id": FakeTencent.app, "pull_seconds": 1, "parameter_limit": 12, **options}
    return Peer(
        TencentGateway, fake, {"throttle", "silent", "cut", "receipts", "before", "replies"}, **options
    )


@pytest.fixture(params=[aliyun, tencent])
def peer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Peer:
    for name in ("HTTP_PROXY", "http_proxy", "DEBUG"):
        monkeypatch.delenv(name, raising=False)
    made: Peer = request.param()
    return made


@pytest.mark.parametrize("demand", conformance.STORIES)
def test_conformance(peer: Peer, demand: Any) -> None:
    demand(peer)


@pytest.mark.parametrize("order", ["after", "before", "twice", "reversed"])
@pytest.mark.parametrize("keeps_session", [True, False])
def test_receipts_of_tencent(order: str, keeps_session: bool) -> None:
    peer = tencent()
    peer.fake.keeps_session = keeps_session
    conformance.receipts_find_their_message(peer, order)


def test_replies_of_tencent() -> None:
    conformance.a_reply_is_heard(tencent())


def test_a_pulled_reply_of_nobody_is_told_of() -> None:
    peer = tencent()

    async def story(_link: Any, heard: Heard) -> None:
        peer.fake.replies.append({"PhoneNumber": "", "SubscriberNumber": "x", "ReplyContent": "R"})
        await until(lambda: heard.replied)

    assert (
        "1 reply(ies) name no phone that could be read; see the console"
        in walk(peer, Behaviour(), story).noted
    )


def test_secrets_stay_out_of_words(peer: Peer) -> None:
    peer.fake.port = 1
    conformance.secrets_and_people_stay_out_of_words(peer.gateway, peer.keys)


def test_full_requests_and_no_number_in_an_address(peer: Peer) -> None:
    """By default a request is as full as the cloud allows, and only its body knows numbers."""
    peer.options["per_request"] = most = next(
        setting.default for setting in peer.cls.settings if setting.name == "per_request"
    )

    async def story(link: Any, _heard: Heard) -> None:
        await link.send(messages(most * 2 + 5))

    heard = walk(peer, Behaviour(), story)
    assert len(heard.by_id()) == most * 2 + 5
    assert sorted(peer.fake.sizes) == [5, most, most]
    assert not [target for target in peer.fake.targets if str(FIRST_PHONE)[:6] in target]


def test_a_request_holds_one_template_and_at_tencent_one_text(peer: Peer) -> None:
    texts = [f"【某中心】凡是要您{what}的，都是诈骗。拒收请回复R" for what in ("先垫钱", "报密码")]
    block = [Outgoing(n + 1, FIRST_PHONE + n, texts[n % 2]) for n in range(6)]
    peer.options["per_request"] = 50

    async def story(link: Any, _heard: Heard) -> None:
        await link.send([*block, *messages(2, LONG, 7)])

    walk(peer, Behaviour(), story)
    assert len(peer.fake.arrived) == 8
    assert sorted(peer.fake.sizes) == ([2, 6] if peer.cls is AliyunGateway else [2, 3, 3])


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("【某中心】凡是要您加群 www.x.cn 的，都是诈骗。拒收请回复R", "link"),
        ("【某中心】凡是要您先贷款的，都是诈骗。拒收请回复R", "loans"),
        ("【某中心】凡是先垫钱的，都是诈骗。拒收请回复R", "no registered template fits"),
        ("【某中心】凡是要您" + "先" * 40 + "的，都是诈骗。拒收请回复R", "are allowed"),
        ("【别中心】凡是要您先垫钱的，都是诈骗。拒收请回复R", "signature"),
    ],
)
def test_refused_before_anything_is_sent(peer: Peer, text: str, cause: str) -> None:
    peer.options["parameter_limit"] = 15

    async def story(link: Any, _heard: Heard) -> None:
        await link.send([Outgoing(1, FIRST_PHONE, text), *messages(1, first=2)])

    answers = walk(peer, Behaviour(), story).by_id()
    assert answers[1].answered is Answered.REFUSED
    assert cause in answers[1].cause
    assert not [word for word in ("贷款", "www", "垫钱", str(FIRST_PHONE)) if word in answers[1].cause]
    assert answers[2].answered is Answered.ACCEPTED
    assert len(peer.fake.arrived) == 1


def test_an_allowed_word_goes_out_but_a_link_never(peer: Peer) -> None:
    peer.options["lint"] = "allow"
    texts = [f"【某中心】凡是要您{what}的，都是诈骗。拒收请回复R" for what in ("先贷款", "点 x.cn")]

    async def story(link: Any, _heard: Heard) -> None:
        await link.send([Outgoing(n, FIRST_PHONE + n, text) for n, text in enumerate(texts, 1)])

    answers = walk(peer, Behaviour(), story).by_id()
    assert [answers[n].answered for n in (1, 2)] == [Answered.ACCEPTED, Answered.REFUSED]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (aliyun, "isv.OUT_OF_SERVICE"),
        (aliyun, "isv.SMS_SIGNATURE_ILLEGAL"),
        (aliyun, "SignatureDoesNotMatch"),
        (tencent, "UnauthorizedOperation.ServiceSuspendDueToArrears"),
        (tencent, "FailedOperation.SignatureIncorrectOrUnapproved"),
    ],
)
def test_what_a_person_must_see_to_stops_the_rest_unsent(make: Any, code: str) -> None:
    peer = make(connections=1)
    peer.fake.codes = [code]

    async def story(link: Any, _heard: Heard) -> None:
        await link.send(messages(10))

    heard = walk(peer, Behaviour(), story)
    assert {answer.answered for answer in heard.by_id().values()} == {Answered.UNSENT}
    assert code in heard.by_id()[1].cause
    assert [note for note in heard.noted if code in note]
    assert peer.fake.arrived == []


@pytest.mark.parametrize(
    ("make", "code"),
    [(aliyun, "isp.SYSTEM_ERROR"), (aliyun, "brand.new"), (tencent, "InternalError.Timeout")],
)
def test_a_failure_of_the_service_leaves_its_messages_unknown(make: Any, code: str) -> None:
    peer = make(connections=1)
    peer.fake.codes = [code]

    async def story(link: Any, _heard: Heard) -> None:
        await link.send(messages(6))

    answers = walk(peer, Behaviour(), story).by_id()
    assert [answers[n].answered for n in range(1, 7)] == [Answered.UNKNOWN] * 2 + [Answered.ACCEPTED] * 4


def test_a_number_that_has_had_enough_does_not_hold_up_the_others() -> None:
    """Tencent says "too fast" of single numbers, too: these are tried again last, and in the end stay unsent."""
    peer = tencent(connections=1, patience=2)
    full = FIRST_PHONE + 1
    peer.fake.full = frozenset({full})

    async def story(link: Any, _heard: Heard) -> None:
        await link.send(messages(8))

    answers = walk(peer, Behaviour(), story).by_id()
    assert answers.pop(2).answered is Answered.UNSENT
    assert {answer.answered for answer in answers.values()} == {Answered.ACCEPTED}
    assert [phone for phone, _text in peer.fake.arrived] == [FIRST_PHONE + n for n in (0, 2, 3, 4, 5, 6, 7)]


def test_a_dead_cloud_leaves_everything_unsent(peer: Peer) -> None:
    """Nobody listens: nothing can have left, so nothing is unknown."""
    peer.options |= {"patience": 1, "compare": False, "pull_seconds": 0}
    heard = Heard()

    async def go() -> None:
        await peer.start(Behaviour())
        link = peer.gateway.link(heard)
        await link.open()
        await peer.stop()
        await link.send(messages(30))
        await link.close()

    asyncio.run(go())
    assert {answer.answered for answer in heard.by_id().values()} == {Answered.UNSENT}


def test_when_nothing_is_answered_any_more_the_rest_stays(peer: Peer) -> None:
    peer.options |= {"connections": 2, "compare": False, "pull_seconds": 0}

    async def story(link: Any, _heard: Heard) -> None:
        await link.send(messages(40))

    everybody = frozenset(message.phone for message in messages(40))
    answers = walk(peer, Behaviour(silent=everybody), story).by_id()
    states = [answer.answered for answer in answers.values()]
    assert states.count(Answered.UNKNOWN) <= 2 * (2 * 2 + 1)
    assert set(states) == {Answered.UNKNOWN, Answered.UNSENT}


def opening(peer: Peer, behaviour: Behaviour | None = None) -> Heard:
    async def story(_link: Any, _heard: Heard) -> None:
        return

    return walk(peer, behaviour or Behaviour(), story)


def test_open_compares_the_templates(peer: Peer) -> None:
    opening(peer)
    code = next(iter(peer.templates))
    peer.fake.templates[code] = peer.templates[code].replace("诈骗", "骗局")
    with pytest.raises(GatewayError, match="registered with another text"):
        opening(peer)
    del peer.fake.templates[code]
    with pytest.raises(GatewayError, match=code):
        opening(peer)


def test_wrong_keys_are_told_at_once(peer: Peer) -> None:
    peer.keys = (peer.keys[0], "another-made-up")
    peer.refusals = [CODE_OF[peer.cls]]
    with pytest.raises(GatewayError, match="see to the keys") as told:
        opening(peer)
    assert not [key for key in peer.keys if key in str(told.value)]
    assert f"返回 {CODE_OF[peer.cls]}（请求签名" in told.value.lines[1]


def test_pushed_reports_find_their_messages() -> None:
    """While the link lives `OutId` and phone name the message; afterwards `BizId` and phone do."""
    peer = aliyun(per_request=5)
    row = '{"phone_number":"%d","success":%s,"biz_id":"%s","out_id":"%s","err_code":"X"}'

    async def story(link: Any, heard: Heard) -> None:
        await link.send(messages(5))
        reference = heard.by_id()[3].references[0]
        body = row % (FIRST_PHONE + 2, "true", reference, "campaigner-1")
        later = row % (FIRST_PHONE + 2, "false", reference, "")
        link.reported(aliyun_reports(f"[{body},{later}]".encode()).rows)

    heard = walk(peer, Behaviour(), story)
    first, second = heard.received
    assert (first.id, first.reference, first.received) == (3, "", Received.DELIVERED)
    assert (second.id, second.reference, second.phone) == (0, heard.by_id()[3].references[0], FIRST_PHONE + 2)
    assert second.received is Received.FAILED


def test_what_cannot_work_is_told_before_anything_runs(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fault of the settings names its way out."""
    for options, says in [
        ({"rehearsal": False, "protocol": "https"}, ""),
        ({"endpoint": "sms.example.com", "protocol": "https"}, "stand-in on this machine"),
        ({"endpoint": "sms.example.com", "rehearsal": False}, "for this machine only"),
        ({"templates": ("7=${a}${b}!",)}, "touch"),
        ({"templates": ()}, ""),
    ]:
        peer.options = {**peer.options, **options}
        if says:
            with pytest.raises(GatewayError, match=says):
                peer.gateway  # noqa: B018 - making it is the test
        else:
            assert peer.gateway.real is not peer.options.get("rehearsal", True)
        for name in options:
            peer.options.pop(name)
    monkeypatch.setenv("DEBUG", "sdk")
    with pytest.raises(GatewayError, match="unset it"):
        opening(peer)
    monkeypatch.setenv("DEBUG", "")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with pytest.raises(GatewayError, match="HTTP_PROXY"):
        opening(peer)


def test_without_its_sdk_a_gateway_names_the_way_out(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("alibabacloud_dysmsapi20170525.client", "tencentcloud.sms.v20210111.sms_client"):
        monkeypatch.setitem(sys.modules, module, None)
    kind = "aliyun" if peer.cls is AliyunGateway else "tencent"
    with pytest.raises(GatewayError, match=rf"pip install campaigner\[{kind}\]"):
        opening(peer)


def test_nothing_of_people_is_logged(peer: Peer, caplog: pytest.LogCaptureFixture) -> None:
    """Even at the finest level neither SDK writes a number, a text or a secret."""
    caplog.set_level(logging.DEBUG)

    async def story(link: Any, _heard: Heard) -> None:
        await link.send(messages(3))

    walk(peer, Behaviour(refuse=frozenset({FIRST_PHONE + 1})), story)
    assert not [word for word in (str(FIRST_PHONE)[:8], "垫钱", "诈骗", *peer.keys) if word in caplog.text]


def test_importing_the_gateways_does_not_load_an_sdk() -> None:
    code = "import sys, campaigner.delivery.cloud.aliyun, campaigner.delivery.cloud.tencent;"
    code += "sys.exit(bool({'tencentcloud', 'darabonba', 'requests', 'aiohttp'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
