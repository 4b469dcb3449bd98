"""Two daemons on one office that are killed again and again, and somebody who approves what they write."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from campaigner.app import open_app
from campaigner.domain.lifecycle import OPEN, RunState
from campaigner.errors import CampaignerError
from campaigner.road.review import approve
from campaigner.store import runs
from campaigner.workspace.desk import Silent
from tests.offices.road import stood_for
from tests.pace import wait_until
from tests.simulation.reading import NOT_YET, reading

APPROVER = "李所长"
ROOT = Path(__file__).parents[2]


class Pack:
    """Two hurried daemons, and the office's time that runs faster than ours.

    Args:
        folder: The office.
        start: Its time at the beginning.
        speed: How many of its seconds are one of ours.
    """

    def __init__(self, folder: Path, start: datetime, speed: float) -> None:
        self.folder, self._start, self._speed = folder, start, speed
        self._epoch = time.time()
        self._log = (folder.parent / "pack.log").open("ab")
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._done = threading.Event()

    @property
    def now(self) -> datetime:
        """The office's time."""
        return self._start + timedelta(seconds=(time.time() - self._epoch) * self._speed)

    @contextmanager
    def running(self) -> Iterator["Pack"]:
        """Two daemons and the approver, until the end of the block."""
        approver = threading.Thread(target=self._approve_all, name="approver")
        approver.start()
        try:
            while len(self._processes) < 2:
                self._add()
            yield self
        finally:
            self._done.set()
            for process in self._processes.values():
                process.send_signal(signal.SIGTERM)
            for process in self._processes.values():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(15)
                process.kill()
                process.wait()
            approver.join()
            self._log.close()

    def _add(self) -> None:
        words = [sys.executable, "-m", "tests.simulation.hurried", str(self.folder)]
        words += [self._start.isoformat(), str(self._epoch), str(self._speed)]
        process = subprocess.Popen(words, stdout=self._log, stderr=self._log, cwd=ROOT)
        self._processes[process.pid] = process

    def leader(self) -> int | None:
        """The process that leads; None while nobody of ours does."""
        try:
            with reading(self.folder) as store:
                row = store.execute("SELECT holder FROM lease").fetchone()
        except NOT_YET:
            return None
        pid = int(row[0].rsplit(":", 1)[1]) if row and row[0] else None
        return pid if pid in self._processes else None

    def kill_one(self, chance: Random) -> None:
        """SIGKILL the leader at some moment of its work, now and then the one that stands by; start another one."""
        wait_until(self.leader)
        leader = self.leader()
        time.sleep(chance.random() * 1.5)
        others = [pid for pid in self._processes if pid != leader]
        pid = leader if chance.random() < 0.9 or not others else others[0]
        os.kill(pid, signal.SIGKILL)
        self._processes.pop(pid).wait()
        self._add()

    def settle(self, seconds: float) -> None:
        """Wait until each run that was due has ended."""
        last = self.now
        until = time.monotonic() + seconds
        while self._open_runs(last):
            assert time.monotonic() < until, f"still open: {self._open_runs(last)}"
            time.sleep(0.2)

    def _open_runs(self, due: datetime) -> list[str]:
        store = open_app(self.folder, self.now, self.now).store()
        try:
            with store.read() as connection:
                waiting = runs.in_states(connection, {*OPEN, RunState.RELEASING, RunState.GENERATING})
            return [f"{run.code} {run.state}" for run in waiting if run.planned.due_at <= due]
        finally:
            store.close()

    def _approve_all(self) -> None:
        while not self._done.wait(0.3):
            with contextlib.suppress(CampaignerError):
                self._approve_once()

    def _approve_once(self) -> None:
        app = open_app(self.folder, self.now, self.now)
        store = app.store()
        try:
            with store.read() as connection:
                waiting = runs.in_states(connection, {RunState.GENERATED})
            for run in waiting:
                work = app.work(store, APPROVER, Silent())
                approve(work, stood_for(work, run), again="同一主题再次提醒", contents=(run.digest,))
        finally:
            store.close()
