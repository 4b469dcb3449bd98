"""Killed at any moment: two daemons, and one big sending. Many more kills: benchmarks/kills.py, killed_send.py."""

from pathlib import Path
from random import Random

import pytest

from tests.conftest import peer
from tests.delivery.smpp.peers import SECRETS, node_modules
from tests.simulation.counting import centre
from tests.simulation.killed_send import approved, send_and_kill
from tests.simulation.kills import SPEED, START, look, write_office
from tests.simulation.pack import Pack

pytestmark = pytest.mark.peer


def test_two_daemons_killed_in_turn_lose_nothing_and_double_nothing(tmp_path: Path, store_url: str) -> None:
    peer("node")
    node_modules()
    chance = Random(3)
    with centre(tmp_path) as carrier:
        write_office(tmp_path / "office", 300, carrier, store_url)
        with Pack(tmp_path / "office", START, SPEED).running() as pack:
            for _number in range(6):
                pack.kill_one(chance)
            pack.settle(600)
        report = look(tmp_path / "office", carrier)
    assert report.faults == []
    assert report.runs > 5
    assert report.contacts > 300


def test_a_killed_sending_goes_on_and_sends_nothing_twice(tmp_path: Path, store_url: str) -> None:
    peer("node")
    node_modules()
    with centre(tmp_path) as carrier:
        quantity = approved(
            tmp_path / "office", 1_000, f"{carrier.settings()}\nrate = 300", SECRETS, store_url
        )
        send_and_kill(tmp_path / "office", carrier, 5, Random(3), lambda _number: None)
        report = look(tmp_path / "office", carrier)
        taken = sum(carrier.taken().values())
    assert report.faults == []
    assert taken <= quantity <= taken + report.unknown
