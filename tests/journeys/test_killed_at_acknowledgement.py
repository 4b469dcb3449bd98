"""Killed when the carrier has read an acknowledgement: what it will not send again is in the store.

A hundred kills for each way out: benchmarks/acknowledged.py.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.delivery.test_gammu import TABLES
from tests.simulation.acknowledged import kill_at_acknowledgements
from tests.simulation.carriers import Carrier, Ismg, Kannel, Modem, Smsc

KILLS = 3
CARRIERS: dict[str, Callable[[], Carrier]] = {"smpp": Smsc, "cmpp": Ismg, "kannel": Kannel}


@pytest.mark.parametrize("kind", CARRIERS)
def test_nothing_that_was_acknowledged_is_lost(kind: str, tmp_path: Path, store_url: str) -> None:
    async def go() -> None:
        outcome = await kill_at_acknowledgements(tmp_path, CARRIERS[kind](), KILLS, store_url)
        assert outcome.lost == []
        assert outcome.replies + outcome.receipts >= KILLS

    asyncio.run(go())


def test_no_reply_that_the_modem_holds_for_processed_is_lost(tmp_path: Path) -> None:
    if not TABLES.exists():
        pytest.skip("the tables of gammu-smsd are not among its documentation here")

    async def go() -> None:
        modem = Modem(tmp_path, TABLES.read_text("utf-8"))
        outcome = await kill_at_acknowledgements(tmp_path, modem, KILLS)
        assert outcome.lost == []
        assert outcome.replies >= KILLS

    asyncio.run(go())
