"""Each way out that acknowledges does so when the ear has kept what came; what it could not keep comes again."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from campaigner.delivery.cloud.link import CloudLink
from campaigner.delivery.gammu import GammuGateway
from campaigner.delivery.links.acknowledging import (
    MOST_HELD,
    Acknowledger,
    Fragments,
    tell_until_kept,
    when_kept,
)
from campaigner.delivery.live import Kept, Reply
from campaigner.domain.campaign import GatewayPlan
from tests.delivery import live_conformance as conformance
from tests.delivery.cmpp.carrier import gateway as cmpp_gateway
from tests.delivery.kannel.imitation import LOGIN, Imitation
from tests.delivery.live_conformance import FIRST_PHONE, Behaviour, Heard, until
from tests.delivery.smpp.peers import gateway as smpp_gateway
from tests.delivery.test_gammu import TABLES
from tests.simulation.carriers import Ismg, Modem, Smsc


class OverPdus:
    """SMPP or CMPP."""

    def __init__(self, centre: Smsc | Ismg) -> None:
        self.centre = centre
        make = smpp_gateway if isinstance(centre, Smsc) else cmpp_gateway
        self.gateway = make(centre.port)

    async def start(self) -> None:
        await self.centre.start()

    async def stop(self) -> None:
        await self.centre.stop()

    async def bring(self, phone: int) -> None:
        self.centre.bring([phone])

    def outcomes(self) -> list[bool]:
        return self.centre.answers


class OverHttp:
    """Kannel."""

    def __init__(self) -> None:
        self.box = Imitation()
        self.gateway = self.box.gateway
        self.calls: list[asyncio.Task[int]] = []

    async def start(self) -> None:
        await self.box.start(Behaviour())

    async def stop(self) -> None:
        await self.box.stop()

    async def bring(self, phone: int) -> None:
        listen = self.gateway._options.callback
        url = f"{listen}/reply?token={LOGIN['reply_token']}&from=%p&to=1069&charset=UTF-8&coding=0&text=R"
        self.calls.append(asyncio.create_task(self.box.call(url, {"p": f"+86{phone}"})))

    def outcomes(self) -> list[bool]:
        statuses = [call.result() for call in self.calls if call.done()]
        assert set(statuses) <= {200, 503}
        return [status == 200 for status in statuses]


CARRIERS: dict[str, Callable[[], conformance.Acknowledging]] = {
    "smpp": lambda: OverPdus(Smsc()),
    "cmpp": lambda: OverPdus(Ismg()),
    "kannel": OverHttp,
}


@pytest.mark.parametrize("kind", CARRIERS)
def test_nothing_is_acknowledged_before_it_is_kept(kind: str) -> None:
    conformance.nothing_is_acknowledged_before_it_is_kept(CARRIERS[kind]())


@pytest.mark.parametrize("make", [Smsc, Ismg], ids=["smpp", "cmpp"])
def test_a_carrier_that_sends_fast_is_slowed_and_loses_nothing(make: Callable[[], Smsc | Ismg]) -> None:
    """What waits is bounded: the rest stays in the sockets until there is room."""
    count = 6 * MOST_HELD
    carrier = OverPdus(make())
    heard = Heard(holds=True)

    async def go() -> None:
        await carrier.start()
        link = carrier.gateway.link(heard)
        await link.open()
        carrier.centre.bring(range(FIRST_PHONE, FIRST_PHONE + count))
        before = -1
        while before != len(heard.replied):
            before = len(heard.replied)
            await asyncio.sleep(0.5)
        assert MOST_HELD < before < count
        while len(carrier.outcomes()) < count:
            heard.say(kept=True)
            await asyncio.sleep(0.01)
        heard.holds = False
        heard.say(kept=True)
        await link.close()
        await carrier.stop()

    asyncio.run(go())
    assert {reply.phone for reply in heard.replied} == set(range(FIRST_PHONE, FIRST_PHONE + count))
    assert carrier.outcomes() == [True] * count


def test_a_reply_of_the_modem_is_processed_when_it_is_kept(tmp_path: Path) -> None:
    if not TABLES.exists():
        pytest.skip("the tables of gammu-smsd are not among its documentation here")
    modem = Modem(tmp_path, TABLES.read_text("utf-8"))
    options = {setting.name: setting.default for setting in GammuGateway.settings}
    options |= {"database": str(modem.database), "pull_seconds": 1, "rehearsal": True}
    heard = Heard(holds=True)

    def processed() -> list[str]:
        with closing(sqlite3.connect(modem.database)) as box:
            return [row[0] for row in box.execute("SELECT Processed FROM inbox")]

    async def go() -> None:
        link = GammuGateway(GatewayPlan("modem", "gammu", "", "", 50, options), {}).link(heard)
        await link.open()
        bringing = asyncio.create_task(modem.deliver([FIRST_PHONE], []))
        await until(lambda: bool(heard.waiting))
        assert processed() == ["false"]
        heard.say(kept=False)
        await until(lambda: bool(heard.waiting))
        assert processed() == ["false"]
        heard.holds = False
        heard.say(kept=True)
        assert await bringing == {FIRST_PHONE}
        await link.close()

    asyncio.run(go())
    assert processed() == ["true"]


# ---- the pieces ----


def test_what_is_known_already_is_not_waited_for() -> None:
    said: list[bool] = []
    when_kept([], said.append)
    when_kept([None, None], said.append)
    assert said == [True, True]


def test_all_must_be_kept() -> None:
    async def go() -> list[bool]:
        said: list[bool] = []
        loop = asyncio.get_running_loop()
        one, two = loop.create_future(), loop.create_future()
        when_kept([one, two, None], said.append)
        one.set_result(True)
        await asyncio.sleep(0)
        assert said == []
        two.set_result(False)
        await asyncio.sleep(0)
        return said

    assert asyncio.run(go()) == [False]


def test_a_link_tells_again_what_nobody_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigner.delivery.links.acknowledging.AGAIN", 0.01)
    told: list[str] = []

    async def go() -> None:
        def tell(words: object) -> Kept:
            told.append(str(words))
            future = asyncio.get_running_loop().create_future()
            future.set_result(len(told) == 3)
            return future

        tell_until_kept(tell, ["late"])
        await until(lambda: len(told) == 3)
        await asyncio.sleep(0.05)

    asyncio.run(go())
    assert len(told) == 3


@pytest.mark.parametrize("comes", [True, False], ids=["the rest comes", "the rest does not"])
def test_a_part_of_a_reply_waits_for_the_rest_but_not_for_long(
    comes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigner.delivery.links.acknowledging.HOLD", 5 if comes else 0.01)
    heard = Heard()

    async def go() -> None:
        fragments = Fragments(heard.replies)
        kept = fragments.wait("key", Reply(FIRST_PHONE, "1069", "请帮我退订", whole=False))
        assert kept is not None
        if comes:
            fragments.whole("key", None)
        assert await kept

    asyncio.run(go())
    assert [reply.whole for reply in heard.replied] == ([] if comes else [False])


def test_a_connection_reads_on_when_half_of_it_is_answered() -> None:
    class Transport:
        def __init__(self) -> None:
            self.calls: list[str] = []

        def is_closing(self) -> bool:
            return False

        def pause_reading(self) -> None:
            self.calls.append("pause")

        def resume_reading(self) -> None:
            self.calls.append("resume")

    async def go() -> None:
        transport, answered = Transport(), []  # type: ignore[var-annotated]
        keeper = Acknowledger(lambda numbers, kept: answered.append((len(numbers), kept)))
        keeper.attach(transport)  # type: ignore[arg-type]
        one, two = (asyncio.get_running_loop().create_future() for _ in range(2))
        keeper.hold(range(MOST_HELD), [one])
        keeper.hold(range(100), [two])
        assert transport.calls == ["pause"]
        one.set_result(True)
        await asyncio.sleep(0)
        two.set_result(False)
        await asyncio.sleep(0)
        assert transport.calls == ["pause", "resume"]
        assert answered == [(MOST_HELD, True), (100, False)]

    asyncio.run(go())


def test_nothing_more_is_pulled_from_a_cloud_before_the_last_is_kept() -> None:
    heard = Heard(holds=True)

    async def go() -> None:
        link = object.__new__(CloudLink)
        link._ear, link._closing = heard, asyncio.Event()
        pulling = asyncio.create_task(link._until_kept([], [Reply(FIRST_PHONE, "", "R")]))
        await until(lambda: bool(heard.waiting))
        heard.say(kept=False)
        await until(lambda: bool(heard.waiting))
        assert not pulling.done()
        heard.say(kept=True)
        await pulling

    asyncio.run(go())
    assert len(heard.replied) == 2
