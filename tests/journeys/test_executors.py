"""The demo by processes and by a cluster, workers of both killed in the middle of it: the same to the byte as here."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from tests import clusters
from tests.journeys import demo

pytestmark = pytest.mark.sqlite_only("the store of a run is nothing to its workers")
PEOPLE = 5_200
"""More than one block of the longest list."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the demo leaves without any workers."""
    return demo.made(tmp_path_factory.mktemp("x") / "office", people=PEOPLE)


class Killer:
    """Kills workers of a program, one after the other, as long as it works.

    Args:
        workers: Finds them.
        most: How many at most: a pool gives up when three die over the same part.
    """

    def __init__(self, workers: Callable[[int], list[int]], most: int) -> None:
        self._workers = workers
        self._most = most
        self._seen: set[int] = set()
        self.killed = 0

    def __call__(self, program: "subprocess.Popen[str]") -> None:
        while program.poll() is None and self.killed < self._most:
            found = set(self._workers(program.pid))
            for pid in list(found & self._seen)[:1]:  # those that were there a moment ago, so at work by now
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    self.killed += 1
            self._seen = found
            time.sleep(0.7)


def children(parent: int) -> list[int]:
    """Workers of a program's pool."""
    found = []
    with contextlib.suppress(OSError):  # it may have ended meanwhile
        for file in Path(f"/proc/{parent}/task").glob("*/children"):
            found += [
                int(pid)
                for pid in file.read_text().split()
                if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
            ]
    return found


def test_processes_make_the_same_though_some_are_killed(here: dict[str, Any], tmp_path: Path) -> None:
    killer = Killer(children, 2)
    found = demo.made(tmp_path / "office", "--executor", "processes", people=PEOPLE, meanwhile=killer)
    assert killer.killed
    same(found, here)


def test_a_cluster_makes_the_same_though_workers_are_killed(here: dict[str, Any], tmp_path: Path) -> None:
    with clusters.running(2) as address, Client(address, set_as_default=False) as client:
        killer = Killer(lambda _program: busy(client), 3)
        found = demo.made(tmp_path / "office", "--executor", address, people=PEOPLE, meanwhile=killer)
    assert killer.killed
    same(found, here)


def busy(client: Client) -> list[int]:
    """Workers of a cluster that have something to do."""
    working = [worker for worker, tasks in client.processing().items() if tasks]
    pids = client.run(os.getpid, workers=working, on_error="ignore") if working else {}
    return list(pids.values())


def same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert expected["batches"]
    assert expected["log"]
    for what, value in expected.items():
        assert found[what] == value, what
