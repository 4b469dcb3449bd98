import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from campaigner.daemon.notify import Notifier
from tests.pace import PATIENCE

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no such sockets on this system")


def manager(address: str) -> socket.socket:
    """A service manager's socket."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(address)
    listening.settimeout(PATIENCE)
    return listening


@pytest.fixture(params=["file", "abstract"])
def spoken(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Notifier, Callable[[], list[str]]]]:
    """A notifier, and what the manager hears next."""
    name = f"campaigner-test-{os.getpid()}"
    given = str(tmp_path / "notify") if request.param == "file" else f"@{name}"
    with manager(given if request.param == "file" else f"\0{name}") as listening:
        notifier = Notifier.from_environment({"NOTIFY_SOCKET": given})
        yield notifier, lambda: listening.recv(4096).decode().split("\n")


def test_each_word_of_the_protocol(spoken: tuple[Notifier, Callable[[], list[str]]]) -> None:
    notifier, heard = spoken
    assert notifier.ready("leader, 12 runs")
    assert heard() == ["READY=1", "STATUS=leader, 12 runs"]
    assert notifier.watchdog()
    assert heard() == ["WATCHDOG=1"]
    assert notifier.stopping()
    assert heard() == ["STOPPING=1"]
    assert notifier.status("waits\nfor 13800138000")
    assert heard() == ["STATUS=waits for 138****8000"]
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert notifier.reloading()
    word, moment = heard()
    assert word == "RELOADING=1"
    assert before <= int(moment.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000


@pytest.mark.parametrize("address", ["", "relative", "vsock:1:2", "/nobody/listens"])
def test_nobody_to_tell_is_no_fault(address: str) -> None:
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": address} if address else {})
    assert not notifier.ready("x")
    assert not notifier.status("")


WATCHDOGS = [
    pytest.param({}, 0, id="none"),
    pytest.param({"WATCHDOG_USEC": "30000000"}, 30, id="for whoever it is"),
    pytest.param({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30, id="for us"),
    pytest.param({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, 0, id="for another process"),
    pytest.param({"WATCHDOG_USEC": "soon"}, 0, id="no number"),
]


@pytest.mark.parametrize(("environment", "seconds"), WATCHDOGS)
def test_how_often_the_manager_wants_to_hear(environment: dict[str, str], seconds: float) -> None:
    assert Notifier.from_environment(environment).watchdog_seconds == seconds
