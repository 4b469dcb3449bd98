"""A real Kannel with its own fake centre: what it does with texts, logins, crashes, and what we build on that."""

import asyncio
import re
import signal
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.kannel.client import Pool, Said
from campaigner.delivery.kannel.gateway import KannelGateway
from campaigner.delivery.kannel.wire import Meaning, Writer, fault, meaning
from campaigner.delivery.live import Answered
from campaigner.errors import GatewayError
from tests.delivery import live_conformance as must
from tests.delivery.kannel.boxes import FAKE, Boxes, fake_arrived, join, settled
from tests.delivery.kannel.imitation import LOGIN, kannel
from tests.pace import PATIENCE, until, wait_until

pytestmark = pytest.mark.peer


@dataclass
class Office:
    """A Kannel, its fake centre, and a gateway to it."""

    boxes: Boxes
    gateway: KannelGateway

    def connect_centre(self) -> None:
        port = str(self.boxes.ports["smsc"])
        self.boxes.run("fakesmsc", "-r", port, "-m", "0", "1 2 text x")
        wait_until(lambda: "(online" in self.status())

    def status(self) -> str:
        url = f"http://127.0.0.1:{self.boxes.ports['admin']}/status.txt?password=status"
        with urllib.request.urlopen(url, timeout=PATIENCE) as page:
            return str(page.read().decode())

    def arrived(self) -> list[tuple[int, str]]:
        return join(fake_arrived(self.boxes.folder))

    def run(self, story, gateway: KannelGateway | None = None) -> must.Heard:
        """Let a story happen over an open link."""
        heard = must.Heard()

        async def go() -> None:
            link = (gateway or self.gateway).link(heard)
            await link.open()
            try:
                await story(link, heard)
                await settled(lambda: len(fake_arrived(self.boxes.folder)), 0.4)
            finally:
                await link.close()

        asyncio.run(go())
        return heard


def office(folder: Path, centre: str = FAKE, core: str = "") -> Office:
    boxes = Boxes(folder, centre, core)
    boxes.start()
    return Office(boxes, kannel(port=boxes.ports["sendsms"], listen=f"127.0.0.1:{boxes.listen}", timeout=5))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = office(tmp_path_factory.mktemp("shared") / "kannel")
    try:
        made.connect_centre()
        yield made
    finally:
        made.boxes.stop()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Office]:
    made = office(tmp_path / "kannel")
    try:
        yield made
    finally:
        made.boxes.stop()


def sending(*messages: Outgoing):
    """A story: send these."""

    async def story(link, _heard) -> None:
        await link.send(messages)

    return story


def raw(shared: Office, phones: str, text: str, **headers: str) -> Said:
    """A request as we would never write it."""

    async def go() -> Said:
        pool = Pool("127.0.0.1", shared.boxes.ports["sendsms"], 1, print)
        connection = await pool.take()
        login = {"X-Kannel-Username": "tester", "X-Kannel-Password": "foo bar", "X-Kannel-From": "1069"}
        writer = Writer("127.0.0.1", "/cgi-bin/sendsms", {**login, **headers})
        request = writer.write([13800138000], text).replace(b"To: 13800138000", b"To: " + phones.encode())
        said = await connection.ask(request, 5)
        pool.close()
        await settled(lambda: len(fake_arrived(shared.boxes.folder)), 0.4)
        return said

    return asyncio.run(go())


GOOD = "13800138000"


@pytest.mark.parametrize(
    ("phones", "headers", "means"),
    [
        pytest.param(GOOD, {}, Meaning.ACCEPTED, id="good"),
        pytest.param(GOOD, {"X-Kannel-Password": "wrong"}, Meaning.NOT_KANNEL, id="bad login"),
        pytest.param("", {}, Meaning.REFUSED, id="no recipient"),
        pytest.param("abc", {}, Meaning.REFUSED, id="letters"),
        pytest.param(f"{GOOD},13900139000", {}, Meaning.REFUSED, id="commas"),
    ],
)
def test_what_kannel_answers(shared: Office, phones: str, headers: dict[str, str], means: Meaning) -> None:
    before = len(shared.arrived())
    assert meaning(raw(shared, phones, "中", **headers)) is means
    assert len(shared.arrived()) - before == (means is Meaning.ACCEPTED)


@pytest.mark.parametrize(
    ("phones", "text", "arrives"),
    [
        pytest.param(
            f"{GOOD} abc", "一好一坏", [(int(GOOD), "一好一坏")], id="a bad number beside a good one"
        ),
        pytest.param(GOOD, "", [(int(GOOD), "")], id="an empty text"),
        pytest.param(GOOD, "中" * 680, [(int(GOOD), "中" * 670)], id="more than max-messages"),
    ],
)
def test_what_kannel_accepts_and_damages(
    shared: Office, phones: str, text: str, arrives: list[tuple[int, str]]
) -> None:
    before = len(shared.arrived())
    assert meaning(raw(shared, phones, text)) is Meaning.ACCEPTED
    assert shared.arrived()[before:] == arrives


def test_kannel_cuts_surrogate_pairs(shared: Office) -> None:
    before = len(fake_arrived(shared.boxes.folder))
    raw(shared, GOOD, "\U0001f600" * 36)
    first = fake_arrived(shared.boxes.folder)[before][1]
    with pytest.raises(UnicodeDecodeError):
        first[6:].decode("utf-16-be")


@pytest.mark.parametrize("text", ["", " \n", "中" * 501, "\U0001f600", "\ud83d", "a\x00b", "\ufeff中"])
def test_we_refuse_what_kannel_would_damage(shared: Office, text: str) -> None:
    before = len(shared.arrived())
    heard = shared.run(sending(Outgoing(1, int(GOOD), text), Outgoing(2, int(GOOD), "好")))
    answers = heard.by_id()
    assert answers[1].answered is Answered.REFUSED
    assert answers[1].cause.startswith("refused before sending")
    assert answers[2].answered is Answered.ACCEPTED
    assert shared.arrived()[before:] == [(int(GOOD), "好")]


TEXTS = st.text(
    st.characters(min_codepoint=32, max_codepoint=0xFFFF, exclude_categories=("Cs",))
    | st.sampled_from("\r\n\t%&+ 【】"),
    min_size=1,
    max_size=150,
).filter(lambda text: not fault(Outgoing(1, 13800138000, text), 10))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=30, max_size=30))
def test_any_text_that_we_let_through_arrives_as_written(shared: Office, texts: list[str]) -> None:
    before = len(shared.arrived())
    block = [Outgoing(n + 1, 13800138000 + n, text) for n, text in enumerate(texts)]
    heard = shared.run(sending(*block))
    assert {answer.answered for answer in heard.answered} == {Answered.ACCEPTED}
    assert sorted(shared.arrived()[before:]) == sorted((m.phone, m.text) for m in block)


def test_a_hundred_recipients_in_one_request(shared: Office) -> None:
    before = len(shared.arrived())
    many = kannel(
        port=shared.boxes.ports["sendsms"],
        listen=f"127.0.0.1:{shared.boxes.listen}",
        timeout=5,
        recipients=100,
    )
    block = [Outgoing((1 << 40) + n, 13800138000 + n, must.SHORT) for n in range(250)]

    async def story(link, heard) -> None:
        await link.send(block)
        await until(lambda: len({receipt.id for receipt in heard.received}) == 250)

    heard = shared.run(story, many)
    assert {receipt.id for receipt in heard.received} == {m.id for m in block}
    assert sorted(shared.arrived()[before:]) == sorted((m.phone, m.text) for m in block)


def test_a_wrong_password_is_said_at_once(shared: Office) -> None:
    wrong = kannel({**LOGIN, "password": "wrong"}, port=shared.boxes.ports["sendsms"])
    with pytest.raises(GatewayError, match="refuses the login") as raised:
        shared.run(sending(), wrong)
    assert raised.value.lines[1].endswith("的 Kannel smsbox 拒绝登录：请改正密钥 username 和 password")


def test_a_wrong_path_is_said_at_once(shared: Office) -> None:
    wrong = kannel(port=shared.boxes.ports["sendsms"], path="/sms")
    with pytest.raises(GatewayError, match="correct port and path") as raised:
        shared.run(sending(), wrong)
    assert "应答“404 登录被拒绝，或该地址没有 sendsms 服务”" in raised.value.lines[1]


def test_phones_and_texts_are_in_no_log_of_ours_and_no_url(shared: Office) -> None:
    heard = shared.run(sending(*must.messages(3)))
    logs = b"".join(file.read_bytes() for file in shared.boxes.folder.glob("*.log"))
    assert not re.search(rb"1380013800\d", logs)
    assert not [line for line in heard.noted if "1380" in line]


def test_no_centre_means_queued_and_a_killed_kannel_loses_nothing(own: Office) -> None:
    """Accepted without a centre, kannel killed with SIGKILL, started again: all arrive, all receipts are heard."""

    async def queue(link, _heard) -> None:
        await link.send(must.messages(5))

    heard = own.run(queue)
    assert [answer.answered for answer in heard.answered] == [Answered.ACCEPTED] * 5
    assert {answer.cause for answer in heard.answered} == {"202 3: Queued for later delivery"}
    own.boxes.end("bearerbox", signal.SIGKILL)
    own.boxes.end("smsbox", signal.SIGKILL)
    own.boxes.start()

    async def wait(_link, heard) -> None:
        await asyncio.to_thread(own.connect_centre)
        await until(lambda: len({receipt.id for receipt in heard.received}) == 5)

    own.run(wait)
    assert sorted(own.arrived()) == sorted((m.phone, m.text) for m in must.messages(5))


def test_kannel_going_away_and_coming_back_in_mid_send(own: Office) -> None:
    own.connect_centre()

    async def story(link, heard) -> None:
        sending = asyncio.create_task(link.send(must.messages(3000)))
        await until(lambda: len(heard.answered) > 200)
        await asyncio.to_thread(own.boxes.end, "smsbox", signal.SIGKILL)
        own.boxes.run("smsbox", "-v", "4", "kannel.conf")
        await asyncio.wait_for(sending, PATIENCE)

    answers = own.run(story).by_id()
    accepted = {n for n, answer in answers.items() if answer.answered is Answered.ACCEPTED}
    unknown = {n for n, answer in answers.items() if answer.answered is Answered.UNKNOWN}
    assert accepted | unknown == set(range(1, 3001))
    # Each connection once in mid-request, and once more in the queue of a listener that was dying.
    assert len(unknown) <= 16
    phones = [phone - must.FIRST_PHONE + 1 for phone, _text in own.arrived()]
    assert len(phones) == len(set(phones))
    assert accepted <= set(phones)


def test_a_full_queue_is_waited_for(tmp_path: Path) -> None:
    """Kannel says 503 when its queue is full: the link rests, nothing fails, nothing arrives twice."""
    made = office(tmp_path / "kannel", core="sms-outgoing-queue-limit = 5")

    async def story(link, heard) -> None:
        sending = asyncio.create_task(link.send(must.messages(20)))
        await until(lambda: any("later" in line for line in heard.noted))
        await asyncio.to_thread(made.connect_centre)
        await asyncio.wait_for(sending, PATIENCE)

    try:
        heard = made.run(story)
        assert [answer.answered for answer in heard.answered] == [Answered.ACCEPTED] * 20
        assert sorted(made.arrived()) == sorted((m.phone, m.text) for m in must.messages(20))
    finally:
        made.boxes.stop()


def test_a_reply_of_the_fake_centre(own: Office) -> None:
    """The same tool that receives also writes back, as in the documented rehearsal."""

    async def story(_link, heard) -> None:
        for phone, text in ((13800138000, "R"), (13800138001, "退订")):
            words = f"{phone} 10690000 text {text}"
            own.boxes.run("fakesmsc", "-r", str(own.boxes.ports["smsc"]), "-m", "1", "-i", "0.1", words)
            await until(lambda: phone in {reply.phone for reply in heard.replied})  # noqa: B023
            await asyncio.to_thread(own.boxes.end, "fakesmsc")

    heard = own.run(story)
    assert [(r.phone, r.to, r.text) for r in heard.replied] == [
        (13800138000, "10690000", "R"),
        (13800138001, "10690000", "退订"),
    ]
