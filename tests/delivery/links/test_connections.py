"""Connections that break are opened again, and what waits is given back when none comes for too long."""

import asyncio
from typing import Any

import pytest

from campaigner.delivery.links.connections import Connections
from campaigner.delivery.links.multipart import PartQueue
from campaigner.delivery.live import Answered
from campaigner.errors import GatewayError
from tests.delivery.live_conformance import Heard, messages
from tests.fakes.leaping_loop import leap


class Line:
    """A connection that the test breaks."""

    sends = True

    def __init__(self) -> None:
        self.closed, self.why, self.useful, self.ended = asyncio.Event(), "cut", False, False

    def cut(self, *, useful: bool = False) -> None:
        self.useful = useful
        self.closed.set()

    async def end(self) -> None:
        self.ended = True


class Office:
    """Connections, and the times at which each is dialled."""

    def __init__(self, patience: float = 60) -> None:
        self.heard = Heard()
        self.queue = PartQueue(self.heard)
        self.dialled: list[float] = []
        self.lines: list[Line] = []
        self.reachable, self.said = True, "nobody there"
        self.connections: Connections[Any] = Connections(
            self.dial, self.queue, self.heard.notes, (1, 8), patience
        )

    async def dial(self, _place: int) -> Line:
        self.dialled.append(asyncio.get_running_loop().time())
        if not self.reachable:
            raise GatewayError(self.said)
        self.lines.append(Line())
        return self.lines[-1]

    def waits(self) -> list[int]:
        return [
            round(later - earlier) for earlier, later in zip(self.dialled, self.dialled[1:], strict=False)
        ]


def test_each_attempt_waits_twice_as_long_until_a_connection_has_been_of_use() -> None:
    async def go() -> Office:
        office = Office()
        await office.connections.open(1, 1)
        office.reachable = False
        office.lines[0].cut()
        await asyncio.sleep(20)
        office.reachable = True
        await asyncio.sleep(8)
        office.lines[-1].cut(useful=True)
        await asyncio.sleep(1.5)
        await office.connections.close()
        return office

    office = leap(go())
    assert office.waits()[:4] == [1, 2, 4, 8]
    assert office.dialled[-1] <= 29.1
    assert [note for note in office.heard.noted if "connected again" in note]
    assert office.heard.noted.count("nobody there") == 1, "said once, not each time"
    assert office.lines[-1].ended


def test_a_connection_that_breaks_at_once_is_not_dialled_without_end() -> None:
    async def go() -> int:
        office = Office()
        await office.connections.open(1, 1)
        for _ in range(1000):
            await asyncio.sleep(0.1)
            office.lines[-1].cut()
        await office.connections.close()
        return len(office.dialled)

    assert leap(go()) <= 16


def test_one_that_is_needed_and_not_there_is_an_error_and_nothing_stays_open() -> None:
    async def go() -> Office:
        office = Office()
        original = office.dial

        async def dial(place: int) -> Line:
            office.reachable = place == 0
            return await original(place)

        office.connections._connect = dial
        with pytest.raises(GatewayError, match="nobody there"):
            await office.connections.open(2, 2)
        await office.queue.send(messages(1))
        return office

    office = leap(go())
    assert [line.ended for line in office.lines] == [True]
    assert office.heard.by_id()[1].answered is Answered.UNSENT


def test_why_nobody_is_there_is_noted_on_one_line_in_both_languages() -> None:
    async def go() -> Office:
        office = Office()
        await office.connections.open(1, 1)
        office.reachable, office.said = False, "nobody there\n没有人应答"
        office.lines[-1].cut()
        await asyncio.sleep(5)
        await office.connections.close()
        return office

    noted = leap(go()).heard.noted
    assert "nobody there（没有人应答）" in noted
    assert not [line for line in noted if "\n" in line]


def test_one_that_is_not_needed_may_come_later() -> None:
    async def go() -> Office:
        office = Office()
        await office.connections.open(3, 1)
        await asyncio.sleep(1)
        await office.connections.close()
        return office

    assert len(leap(go()).lines) == 3


def test_what_waits_is_given_back_when_nobody_comes_in_time() -> None:
    async def go() -> tuple[Office, float]:
        office, loop = Office(patience=60), asyncio.get_running_loop()
        await office.connections.open(2, 2)
        await asyncio.sleep(1000)
        office.reachable = False
        for line in office.lines:
            line.cut()
        await asyncio.sleep(500)
        begun = loop.time()
        await office.queue.send(messages(5))
        took = loop.time() - begun
        await office.connections.close()
        return office, took

    office, took = leap(go())
    assert {answer.answered for answer in office.heard.by_id().values()} == {Answered.UNSENT}
    assert 60 <= took <= 60 + 2 * 8, "counted from when something waits, not from when the line was lost"


def test_a_fault_of_ours_while_connecting_keeps_nobody_waiting_for_ever() -> None:
    async def go() -> Office:
        office = Office(patience=60)
        await office.connections.open(1, 1)

        async def dial(_place: int) -> Line:
            raise ZeroDivisionError

        office.connections._connect = dial
        office.lines[0].cut()
        await office.queue.send(messages(2))
        await office.connections.close()
        return office

    office = leap(go())
    assert {answer.answered for answer in office.heard.by_id().values()} == {Answered.UNSENT}
    assert "connecting failed: ZeroDivisionError" in office.heard.noted


def test_as_long_as_one_is_there_nothing_is_given_back() -> None:
    async def go() -> Office:
        office = Office(patience=10)
        await office.connections.open(2, 2)
        office.reachable = False
        office.lines[0].cut()
        sending = asyncio.create_task(office.queue.send(messages(5)))
        await asyncio.sleep(500)
        assert not office.heard.answered
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await office.connections.close()
        return office

    assert len(leap(go()).heard.answered) == 5


def test_lines_that_take_logins_and_nothing_else_are_given_up() -> None:
    async def go() -> Office:
        office = Office(patience=30)
        await office.connections.open(1, 1)
        sending = asyncio.create_task(office.queue.send(messages(3)))
        while not sending.done():
            await asyncio.sleep(0.5)
            office.lines[-1].cut()
        await office.connections.close()
        return office

    office = leap(go())
    assert {answer.answered for answer in office.heard.by_id().values()} == {Answered.UNSENT}
    assert [note for note in office.heard.noted if "no success for 30 s" in note]
