"""One PostgreSQL, several daemons and senders, one of each killed: the carrier has each message once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigner.app import open_app
from campaigner.domain.lifecycle import RunState
from campaigner.store import senders
from campaigner.store.engine import Store
from tests.conftest import peer
from tests.delivery.smpp.peers import SECRETS, node_modules
from tests.journeys import demo
from tests.pace import PATIENCE, wait_until
from tests.servers import Server
from tests.simulation.counting import Centre, centre
from tests.simulation.crew import daemon, end, kill
from tests.simulation.killed_send import AT, approved, found, sending
from tests.simulation.kills import look

pytestmark = pytest.mark.peer
PEOPLE = 1_200
RATE = 10
"""Messages a second on each link: so few that all have come before the end, on a slow machine too."""


@pytest.fixture
def carrier(tmp_path: Path) -> Iterator[Centre]:
    peer("node")
    node_modules()
    with centre(tmp_path) as made:
        yield made


def holders(store: Store) -> set[str]:
    with store.read() as connection:
        run = found(store)
        return {sender.holder for sender in senders.of_release(connection, run, 1)}


def test_two_daemons_and_three_senders_of_whom_one_each_is_killed(
    tmp_path: Path, postgres: Server, carrier: Centre
) -> None:
    folder = tmp_path / "office"
    quantity = approved(folder, PEOPLE, f"{carrier.settings()}\nrate = {RATE}", SECRETS, postgres.fresh())
    store = open_app(folder, AT, AT).store()
    hands = [sending(folder, "--listen", "1") for _ in range(3)]
    clocks = [daemon(folder), daemon(folder)]
    try:
        wait_until(lambda: len(holders(store)) == 4)  # the leader takes part in what is sent by hand
        leader = next(
            clock for clock in clocks if any(name.endswith(f":{clock.pid}") for name in holders(store))
        )
        kill(hands[1])
        kill(leader)
        wait_until(lambda: found(store).state is RunState.RELEASED)
        ends = [hands[0].wait(PATIENCE), hands[2].wait(PATIENCE)]
    finally:
        end(*hands, *clocks)
    report = look(folder, carrier)
    taken = carrier.taken()
    assert report.faults == []
    assert max(taken.values()) == 1
    assert sum(taken.values()) <= quantity <= sum(taken.values()) + report.unknown
    assert 0 in ends
    store.close()


def test_the_demo_is_the_same_on_both_stores(tmp_path: Path, postgres: Server) -> None:
    local = demo.made(tmp_path / "file" / "office")
    served = demo.made(tmp_path / "host" / "office", "--store", postgres.fresh(tables=False))
    assert local["batches"]
    assert local["log"]
    for what in local:
        assert local[what] == served[what], what
