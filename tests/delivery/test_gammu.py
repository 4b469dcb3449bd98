"""The outbox of the real gammu-smsd with its dummy device."""

import asyncio
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from campaigner.delivery.gammu import GammuGateway
from campaigner.delivery.live import Answered, LiveGateway, Received
from campaigner.domain.campaign import GatewayPlan
from campaigner.errors import GatewayError
from tests.conftest import peer as program
from tests.delivery import live_conformance as conformance
from tests.delivery.live_conformance import LONG, Behaviour, Heard, messages, walk
from tests.pace import PATIENCE, until

TABLES = Path("/usr/share/doc/gammu-smsd/examples/sqlite.sql")


class Smsd:
    """gammu-smsd in a folder of its own."""

    can = frozenset({"replies"})

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder, self.options = folder, options
        self.database = folder / "smsd.db"
        self._program = program("gammu-smsd")
        if not TABLES.exists():
            pytest.skip("the tables of gammu-smsd are not among its documentation here")
        (folder / "dummy").mkdir()
        (folder / "smsdrc").write_text(
            f"[gammu]\ndevice = {folder}/dummy\nconnection = none\nmodel = dummy\n"
            f"[smsd]\nservice = sql\ndriver = sqlite3\ndbdir = {folder}\ndatabase = smsd.db\nlogfile = {folder}/log\n"
            "commtimeout = 0\nloopsleep = 0\nchecksecurity = 0\nhangupcalls = 0\nstatusfrequency = 0\n"
            "receivefrequency = 3600\n"
        )
        with closing(sqlite3.connect(self.database)) as made:
            made.executescript(TABLES.read_text())

    @property
    def gateway(self) -> LiveGateway:
        options = {setting.name: setting.default for setting in GammuGateway.settings}
        options |= {"database": str(self.database), "pull_seconds": 1, "rehearsal": True, **self.options}
        return GammuGateway(GatewayPlan("modem", "gammu", "某中心", "拒收请回复R", 50, options), {})

    async def start(self, _behaviour: Behaviour) -> None:
        with (self.folder / "out").open("wb") as out:
            self._running = subprocess.Popen(  # noqa: ASYNC220 - it starts at once
                [self._program, "-c", str(self.folder / "smsdrc")], stdout=out, stderr=out
            )
        async with asyncio.timeout(PATIENCE):
            while not self.rows("SELECT IMEI FROM phones"):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        self._running.terminate()
        self._running.wait(PATIENCE)

    def rows(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(self.database, timeout=PATIENCE)) as connection:
            return connection.execute(query).fetchall()

    async def received(self) -> list[tuple[int, str]]:
        """Waits until the outbox is empty; parts are put together in their order."""
        async with asyncio.timeout(PATIENCE):
            while self.rows("SELECT 1 FROM outbox"):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
        parts = self.rows(
            "SELECT ID, DestinationNumber, TextDecoded FROM sentitems ORDER BY ID, SequencePosition"
        )
        whole: dict[int, tuple[int, str]] = {}
        for number, phone, text in parts:
            whole[number] = int(phone), whole.get(number, (0, ""))[1] + text
        return list(whole.values())

    async def reply(self, phone: int, text: str) -> None:
        with closing(sqlite3.connect(self.database, timeout=PATIENCE)) as connection, connection:
            connection.execute(
                "INSERT INTO inbox (Text, SenderNumber, Coding, UDH, TextDecoded, RecipientID) VALUES "
                "('', ?, 'Unicode_No_Compression', '', ?, 'modem')",
                (f"+86{phone}", text),
            )


@pytest.fixture
def smsd(tmp_path: Path) -> Iterator[Smsd]:
    return Smsd(tmp_path)


def test_every_message_arrives_once_as_written(smsd: Smsd) -> None:
    """A dozen, as one modem sends about ten a second at best; long ones in parts that join."""
    block = [*messages(6), *messages(4, LONG, 7)]
    got: list[tuple[int, str]] = []

    async def story(link: Any, _heard: Heard) -> None:
        await asyncio.gather(link.send(block[:3]), link.send(block[3:]))
        got.extend(await smsd.received())

    heard = walk(smsd, Behaviour(), story)
    assert Counter(got) == Counter((message.phone, message.text) for message in block)
    assert {answer.answered for answer in heard.by_id().values()} == {Answered.ACCEPTED}
    assert {receipt.id for receipt in heard.received} == {message.id for message in block}
    assert {receipt.received for receipt in heard.received} == {Received.UNDERWAY}
    headers = smsd.rows("SELECT UDH FROM sentitems WHERE UDH <> '' ORDER BY ID, SequencePosition LIMIT 3")
    assert [header for (header,) in headers] == ["050003070301", "050003070302", "050003070303"]


def test_a_message_given_again_is_not_sent_again(smsd: Smsd) -> None:
    """The outbox knows it, so a restart in mid-batch doubles nothing; another text with the same number is another."""
    got: list[tuple[int, str]] = []

    async def story(link: Any, _heard: Heard) -> None:
        for block in (messages(3), messages(3), messages(1, LONG)):
            await link.send(block)
            got[:] = await smsd.received()

    walk(smsd, Behaviour(), story)
    assert len(got) == 4


def test_a_reply_is_heard(smsd: Smsd) -> None:
    conformance.a_reply_is_heard(smsd)
    assert smsd.rows("SELECT DISTINCT Processed FROM inbox") == [("true",)]


def test_delivered_and_failed_are_told(smsd: Smsd) -> None:
    """The dummy device has no network to report, so the rows are changed as smsd changes them on a report."""

    async def story(link: Any, heard: Heard) -> None:
        await link.send([*messages(2), *messages(1, LONG, 3)])
        await smsd.received()
        with closing(sqlite3.connect(smsd.database, timeout=PATIENCE)) as connection, connection:
            connection.execute(
                "UPDATE sentitems SET Status = 'DeliveryOK' WHERE ID <> 2 AND SequencePosition = 1"
            )
            connection.execute("UPDATE sentitems SET Status = 'DeliveryFailed' WHERE ID = 2")
        await until(lambda: {(r.id, r.received) for r in heard.received} >= expected)

    expected = {(1, Received.DELIVERED), (2, Received.FAILED), (3, Received.UNDERWAY)}
    heard = walk(smsd, Behaviour(), story)
    assert (3, Received.DELIVERED) not in {(receipt.id, receipt.received) for receipt in heard.received}


def test_stopped_nothing_is_unknown_and_little_is_on_its_way(tmp_path: Path) -> None:
    """Only a few rows lie ahead of the modem; the rest is unsent, and what is told is what is there."""
    smsd, heard = Smsd(tmp_path, ahead=5), Heard()

    async def go() -> None:
        await smsd.start(Behaviour())
        link = smsd.gateway.link(heard)
        await link.open()
        sending = asyncio.create_task(link.send(messages(200)))
        await asyncio.sleep(1)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        accepted = [answer for answer in heard.answered if answer.answered is Answered.ACCEPTED]
        assert len(await smsd.received()) == len(accepted)
        await link.close()
        await smsd.stop()

    asyncio.run(go())
    answered = Counter(answer.answered for answer in heard.by_id().values())
    assert set(answered) == {Answered.ACCEPTED, Answered.UNSENT}
    assert answered.total() == 200


def test_an_outbox_that_nobody_empties_keeps_what_it_has(tmp_path: Path) -> None:
    smsd, heard = Smsd(tmp_path, ahead=5, patience=1), Heard()

    async def go() -> None:
        await smsd.start(Behaviour())
        await smsd.stop()
        link = smsd.gateway.link(heard)
        await link.open()
        await link.send(messages(8))
        await link.close()

    asyncio.run(go())
    assert [answer.answered for answer in heard.answered] == [Answered.ACCEPTED] * 5 + [Answered.UNSENT] * 3
    assert "does not empty" in heard.noted[0]


def test_what_cannot_work_is_told(tmp_path: Path) -> None:
    smsd = Smsd(tmp_path)

    def opened() -> None:
        asyncio.run(smsd.gateway.link(Heard()).open())

    with pytest.raises(GatewayError, match="dummy device"):
        opened()
    with closing(sqlite3.connect(smsd.database)) as connection, connection:
        connection.execute(
            "INSERT INTO phones (ID, IMEI, IMSI, Client) VALUES ('', '356938035643809', '', '')"
        )
    with pytest.raises(GatewayError, match="dummy device"):
        opened()
    smsd.options["database"] = str(tmp_path / "nowhere.db")
    with pytest.raises(GatewayError, match="cannot be used"):
        opened()
    smsd.options["database"] = "smsd.db"
    with pytest.raises(GatewayError, match="whole path"):
        opened()
    assert not (tmp_path / "nowhere.db").exists()
