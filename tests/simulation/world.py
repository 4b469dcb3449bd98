"""The world around an office: time that runs, an approver with habits, machines that stop, and a carrier."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import event

from campaigner.app import App, open_app
from campaigner.daemon.beats import BEATS
from campaigner.daemon.leadership import Candidate
from campaigner.daemon.service import Daemon
from campaigner.domain.lifecycle import RunState
from campaigner.errors import CampaignerError, OvertakenError
from campaigner.road.generate import generate
from campaigner.road.holding import resume
from campaigner.road.review import approve, send_back
from campaigner.store import pauses, runs
from campaigner.store.engine import Store
from campaigner.workspace.desk import Silent, Work
from tests.offices.road import stood_for
from tests.simulation.carrier import NETWORK, Network
from tests.simulation.surroundings import alone, quiet, simulated_kind

APPROVER = "李所长"
_HOUR = timedelta(hours=1)
_TIMES = (10, 420, *range(480, 1261, 120), 1380)
"""Minutes of a day at which the clock beats, or some minutes later."""


class PowerCutError(BaseException):
    """The machine is off from one statement to the next."""


class Circuit:
    """What counts statements down to the one before which the power is cut; for listeners of an engine."""

    left: int | None

    def _strike_at(self, connection: Any, cursor: Any, *_what: Any) -> None:
        try:
            self._strike(connection)
        except PowerCutError:
            cursor.close()  # nobody else would: the statement was not begun
            raise

    def _strike(self, _connection: Any) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise PowerCutError


class Fuse(Circuit):
    """Cuts the power of a store after so many statements; from then on nothing is written any more.

    Args:
        store: The store.
    """

    def __init__(self, store: Store) -> None:
        self.left = None
        event.listen(store.kind.engine, "before_cursor_execute", self._strike_at)
        event.listen(store.kind.engine, "commit", self._strike)


@dataclass
class Mishaps:
    """How often a thing goes wrong, for each beat of the clock.

    Args:
        cut: The power is cut at some statement.
        stop: The daemon is stopped in order, between two blocks, and started again.
        off: The machine is off for up to three days.
        back: The clock is set back by some minutes.
        down: The carrier cannot be reached for some hours.
    """

    cut: float = 0.006
    stop: float = 0.006
    off: float = 0.0015
    back: float = 0.001
    down: float = 0.002


@dataclass
class Counts:
    """What happened in the world."""

    beats: int = 0
    cuts: int = 0
    stops: int = 0
    offs: int = 0
    set_back: int = 0
    outages: int = 0
    approved: int = 0
    returned: int = 0
    resumed: int = 0
    failed_beats: list[str] = field(default_factory=list)


class World:
    """An office folder in a world where time is a number.

    What the office lays into its output folder is taken to a folder `taken` beside it.

    Args:
        folder: The office.
        seed: Another one brings other mishaps.
        mishaps: How often what goes wrong.
    """

    def __init__(self, folder: Path, seed: int, mishaps: Mishaps | None = None) -> None:
        self.folder = folder
        self.chance = Random(seed)
        self.mishaps = mishaps or Mishaps()
        self.network = Network(Random(seed + 1))
        self.counts = Counts()
        self.now = datetime.min.replace(tzinfo=UTC)
        self.shown: dict[str, datetime] = {}
        self.taken = folder.with_name("taken")
        self._daemon: Daemon | None = None
        self._fuse: Fuse | None = None
        self._off_until: datetime | None = None
        self._beaten: dict[str, datetime] = {}

    def live(self, first: datetime, last: datetime, tell: Any = None) -> None:
        """Let time run from one midnight to another."""
        with simulated_kind(), alone(), quiet():
            NETWORK.append(self.network)
            self.now = first
            self._desk = open_app(self.folder, first, first).desk
            try:
                day = first
                while day < last:
                    for moment in self._moments(day):
                        self._moment(moment)
                    day += timedelta(days=1)
                    if tell:
                        tell(day, self.counts)
            finally:
                self._stop()
                NETWORK.remove(self.network)

    def _moments(self, day: datetime) -> Iterator[datetime]:
        for minute in _TIMES:
            moment = day + timedelta(minutes=minute, seconds=self.chance.randrange(1500))
            yield moment
            if self.chance.random() < self.mishaps.back:
                self.counts.set_back += 1
                yield moment - timedelta(minutes=self.chance.randrange(3, 90))

    def _moment(self, moment: datetime) -> None:
        self.now = moment
        if self._off_until is not None and moment < self._off_until:
            return
        if self._happens(self.mishaps.down):
            self.counts.outages += 1
            self.network.down = moment + self.chance.random() * 30 * _HOUR
        if self._happens(self.mishaps.off):
            self.counts.offs += 1
            self._off_until = moment + self.chance.random() * 72 * _HOUR
            self._stop()
            return
        self._clockwork()
        self._look_at_the_output()
        if moment.hour in {9, 10, 15} and self.chance.random() < 0.7:
            self._approver()

    def _happens(self, chance: float) -> bool:
        return self.chance.random() < chance

    def _clockwork(self) -> None:
        """One turn of the daemon, which may be cut short."""
        if self._happens(self.mishaps.stop):
            self.counts.stops += 1
            self._stop()
        try:
            daemon = self._daemon or self._start()
            if daemon is None:
                return
            assert self._fuse is not None
            if self._happens(self.mishaps.cut):
                self._fuse.left = int(10 ** self.chance.uniform(0, 3.2))
            self.network.bring(self.now)
            self._turn(daemon)
        except PowerCutError:
            self.counts.cuts += 1
            self._fall_dead()
        except OvertakenError:
            self._fall_dead()
        if self._fuse is not None:
            self._fuse.left = None

    def _turn(self, daemon: Daemon) -> None:
        self.counts.beats += 1
        for beat in BEATS:
            before = self._beaten.get(beat.name)
            if before is None or abs((self.now - before).total_seconds()) >= beat.every:
                self._beaten[beat.name] = self.now
                daemon.beat(beat)

    def _start(self) -> Daemon | None:
        try:
            daemon = Daemon(self.folder, lambda: self.now, self._hear)
        except CampaignerError as error:
            self.counts.failed_beats.append(str(error))
            return None
        daemon.candidate = Candidate(
            daemon.store, f"machine:{self.counts.beats}", self._seconds, lambda: self.now
        )
        why = daemon.candidate.try_to_lead(once=True)
        if why is None:
            daemon.store.close()
            return None
        self._beaten = {}
        daemon.begin(why)
        self._daemon, self._fuse = daemon, Fuse(daemon.store)
        return daemon

    def _seconds(self) -> float:
        return self.now.timestamp()

    def _hear(self, beat: str, said: Any) -> None:
        if said.bad and "cannot be reached" not in said.text:
            self.counts.failed_beats.append(f"{self.now:%Y-%m-%d %H:%M} {beat} {said.run}: {said.text}")

    def _stop(self) -> None:
        """End the daemon in order."""
        if self._daemon is not None:
            self._daemon.cease()
            self._daemon.candidate.step_down()
            self._daemon.store.close()
        self._daemon = self._fuse = None

    def _fall_dead(self) -> None:
        """What is left of a process whose machine lost its power: nothing that writes."""
        if self._daemon is not None:
            with suppress(BaseException):
                self._daemon.cease()
            self._daemon.store.close()
        self.network.ears.clear()
        self._daemon = self._fuse = None

    def _look_at_the_output(self) -> None:
        """Whoever gets the files takes them as soon as they are there; the office deletes its own one day."""
        for folder in (self.folder / "out").glob("[!.]*"):
            if folder.name not in self.shown and (folder / "manifest.json").exists():
                self.shown[folder.name] = self.now
                shutil.copytree(folder, self.taken / folder.name, copy_function=os.link)

    def _approver(self) -> None:
        app = App(self._desk, self.now, self.now)
        store = app.store()
        work = app.work(store, APPROVER, Silent())
        try:
            with store.read() as connection:
                waiting = runs.in_states(connection, {RunState.GENERATED})
                returned = runs.in_states(connection, {RunState.RETURNED})
                held = pauses.standing(connection)
            for run in waiting:
                self._judge(work, run)
            for run in returned:
                generate(replace(work, actor="王经办"), run)
            for name in held:
                self.counts.resumed += 1
                resume(work, name)
        finally:
            store.close()

    def _judge(self, work: Work, run: Any) -> None:
        dice = self.chance.random()
        if dice < 0.02:
            send_back(work, run, "请核对名单")
            self.counts.returned += 1
        elif dice < 0.97:
            approve(work, stood_for(work, run), again="同一主题再次提醒", contents=(run.digest,))
            self.counts.approved += 1
