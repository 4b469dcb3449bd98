"""Two runs over real sockets to carriers that use ids again, give one to all, or tell of strangers' messages."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from campaigner.answers.receipts import nobodys
from campaigner.domain.matching import Found
from campaigner.road.reconcile import hear
from campaigner.road.send import send
from campaigner.road.wire import Wire
from tests.offices.office import FIRST_MONDAY, MONDAY, SECOND_MONDAY, Office, at, states
from tests.pace import PATIENCE
from tests.simulation.carriers import Ismg, Smsc
from tests.simulation.counting import login

NEXT = "2026-12-14T09:00"
Centre = Smsc | Ismg


class Running:
    """A carrier in a loop of its own."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.do(centre.start())

    def do(self, coroutine: Any) -> Any:
        future: Future[Any] = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        return future.result(PATIENCE)

    def bring(self, receipts: Sequence[tuple[int, str]], word: str, day: str) -> None:
        """Receipts, all acknowledged when this returns."""
        self.centre.word, self.centre.times = word, (f"{day}0900", f"{day}0901")
        assert self.do(self.centre.deliver([], receipts)) == {phone for phone, _name in receipts}

    def end(self) -> None:
        self.do(self.centre.stop())
        self.do(asyncio.sleep(0.05))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()


@pytest.fixture(params=[Smsc, Ismg], ids=["smpp", "cmpp"])
def carrier(request: pytest.FixtureRequest) -> Iterator[Running]:
    make: Callable[[], Centre] = request.param
    running = Running(make())
    yield running
    running.end()


@pytest.fixture
def desk(office: Path, carrier: Running) -> Office:
    config = office / "config.toml"
    lines = config.read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("formats =", "rows_per_file ="))]
    place = next(n for n, line in enumerate(kept) if line.startswith('kind = "files"'))
    kept[place] = carrier.centre.settings
    config.write_text("\n".join(kept) + "\n", "utf-8")
    login(office, "carrier", carrier.centre.secrets)
    return Office(office).ready(FIRST_MONDAY, SECOND_MONDAY)


def sent(desk: Office, run: str, when: str) -> Wire:
    wire = Wire(desk.store, lambda: at(when))
    send(desk.at(when), desk.run(run), wire)
    return wire


def test_ids_that_begin_again(desk: Office, carrier: Running) -> None:
    """Also where the carrier's clock stands still, so that its receipts state the day of the first run for ever."""
    wire = sent(desk, FIRST_MONDAY, MONDAY)
    carrier.bring(carrier.centre.taken, "DELIVRD", "261207")
    wire.close()
    count = len(carrier.centre.taken)
    assert states(desk) == {"delivered": count}
    carrier.centre.taken.clear()
    wire = sent(desk, SECOND_MONDAY, NEXT)
    again = list(carrier.centre.taken)
    carrier.bring(again[:1], "DELIVRD", "261207")  # a late duplicate of the first run's
    assert states(desk, SECOND_MONDAY) == {"accepted": len(again)}
    carrier.bring(again[::2], "UNDELIV", "261214")
    carrier.bring(again[1::2], "UNDELIV", "261207")
    wire.close()
    assert states(desk, SECOND_MONDAY) == {"failed": len(again)}
    assert states(desk) == {"delivered": count}


def test_one_id_for_all(desk: Office, carrier: Running) -> None:
    carrier.centre.constant = 7
    wire = sent(desk, FIRST_MONDAY, MONDAY)
    first, *others = carrier.centre.taken
    carrier.bring([first], "UNDELIV", "261207")
    carrier.bring(others, "DELIVRD", "261207")
    wire.close()
    assert states(desk) == {"failed": 1, "delivered": len(others)}


def test_strays_of_two_days_before(desk: Office, carrier: Running) -> None:
    before = "2026-12-05T09:00"
    wire = Wire(desk.store, lambda: at(before))
    assert dict(hear(desk.at(before), wire)) == {}
    carrier.bring([(19900000009, str(number)) for number in range(1, 6)], "DELIVRD", "261205")
    wire.close()
    wire = sent(desk, FIRST_MONDAY, MONDAY)
    wire.close()
    assert states(desk) == {"accepted": len(carrier.centre.taken)}
    assert nobodys(desk.at(MONDAY)) == {"carrier": {Found.STRANGER: 5}}
