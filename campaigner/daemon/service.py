"""The daemon: stands by or leads, beats the clock while it leads, and ends within seconds when it is told to."""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from campaigner import __version__
from campaigner.app import system_user
from campaigner.daemon.beats import BEATS, Beat, Memory, Said, Turning
from campaigner.daemon.events import Event
from campaigner.daemon.health import serve
from campaigner.daemon.leadership import RENEW, Candidate
from campaigner.daemon.notify import Notifier
from campaigner.daemon.office import Office
from campaigner.daemon.rhythm import ClockWatch, Rhythm
from campaigner.daemon.watch import LEASE, Watch
from campaigner.domain.lifecycle import OPEN
from campaigner.domain.roles import DAEMON
from campaigner.errors import CampaignerError, OvertakenError, StateError, StoppedError, StoreError
from campaigner.office.beginning import office_of
from campaigner.road.wire import Wire
from campaigner.store import runs, settings
from campaigner.store.engine import Store
from campaigner.workspace.desk import Bar, Unwatched, Work, as_whom
from campaigner.workspace.installing import refuse_copy, settle_place
from campaigner.workspace.keys import open_the_store

log = logging.getLogger("campaigner.daemon")
STAND_BY = 2.0
"""Seconds between two looks of a stand-by at the leader."""
_LEASE_LIMIT = 60.0
_MOST_PROBLEMS = 20
_PATIENCE = 300.0
"""Seconds that a beat may be late, or take, beyond three times its own rhythm, before it counts as missing."""
_LOOKS = 5.0
"""Seconds between two looks at the files of the folder, and between two counts for monitors."""


def _warn(line: str) -> None:
    log.warning(Event.PLACE, extra={"note": line})


class Stopping:
    """Progress that ends the work at the next block once somebody asked to stop."""

    def __init__(self, asked: threading.Event) -> None:
        self._asked = asked

    @contextmanager
    def bar(self, label: str, total: int | None) -> Iterator[Bar]:  # noqa: ARG002
        """A bar that looks whether to stop."""
        yield _StoppingBar(self._asked)


class _StoppingBar(Unwatched):
    def __init__(self, asked: threading.Event) -> None:
        self._asked = asked

    def advance(self, count: int) -> None:  # noqa: ARG002
        """So much more is done."""
        if self._asked.is_set():
            raise StoppedError(
                "stopped; the next start goes on from there\n已停止；下次启动会从中断的地方继续"
            )


class Daemon:
    """One daemon on one working folder.

    Args:
        folder: The working folder.
        clock: The time at which to work; a rehearsal's differs from the true one.
        tell: Called with each line that a person would want to see.
        beats: What is done, and how often.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], datetime],
        tell: Callable[[str, Said], None] | None = None,
        beats: tuple[Beat, ...] = BEATS,
    ) -> None:
        self.office = Office(folder, clock, lambda: datetime.now(UTC))
        config = self.office.desk.config
        self.store: Store = open_the_store(folder, config.store_url, office=office_of(config))
        self._clock = clock
        self._tell = tell or (lambda _beat, _said: None)
        self._beats = beats
        self.stop = threading.Event()
        self.reload = threading.Event()
        self.candidate = Candidate(
            self.store,
            f"{socket.gethostname()}:{os.getpid()}",
            time.monotonic,
            lambda: datetime.now(UTC),
            system_user(),
        )
        self._fresh: set[str] = set()
        self._memory = Memory()
        self._wire: Wire | None = None
        self._clock_watch = ClockWatch(clock)
        self._looked: dict[str, float] = {}
        self.watch = Watch({LEASE: _LEASE_LIMIT, **{beat.name: 3 * beat.every + _PATIENCE for beat in beats}})
        self._notifier = Notifier.from_environment()

    def once(self) -> bool:
        """Beat each beat once, in order; False if another daemon leads.

        Raises:
            StateError: The working folder is a copy whose original may be at work.
        """
        self._take_place()
        why = self.candidate.try_to_lead(once=True)
        if why is None:
            leader = self.candidate.leader()
            log.info(Event.LEASE_ELSEWHERE, extra={"holder": leader.holder if leader else ""})
            return False
        self.begin(why)
        try:
            for beat in self._beats:
                self.beat(beat)
        finally:
            self.cease()
            self.candidate.step_down()
        return True

    def run(self) -> None:
        """Stand by, lead, and stand by again, until told to stop.

        Raises:
            StateError: The working folder is a copy whose original may be at work.
        """
        self._take_place()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: self.stop.set())
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, lambda _number, _frame: self.reload.set())
        health = serve(self.watch, self.office.desk.config.clockwork.health_port)
        log.info(Event.STARTED, extra={"holder": self.candidate.holder, "version": __version__})
        self._notifier.ready("stands by")
        try:
            while not self.stop.is_set():
                why = self._try_to_lead()
                self._notifier.watchdog()
                if why is not None:
                    self.begin(why)
                    self._lead()
                elif not self.stop.wait(STAND_BY):
                    self._clock_watch.look()
                    self._answer_reload()
            self._notifier.stopping()
        finally:
            if health is not None:
                health.stop()
            self.store.close()
        log.info(Event.STOPPED, extra={"holder": self.candidate.holder})

    def _take_place(self) -> None:
        """Follow a folder that was moved; never lead in a copy."""
        url = self.office.desk.config.store_url
        settle_place(self.store, url, datetime.now(UTC), DAEMON, _warn, as_whom(None, system_user()))
        refuse_copy(self.store, url)

    def _try_to_lead(self) -> str | None:
        try:
            refuse_copy(self.store, self.office.desk.config.store_url)
            before = self.candidate.leader()
            why = self.candidate.try_to_lead()
            after = self.candidate.leader()
        except (StoreError, StateError) as error:
            log.warning(Event.BEAT_FAILED, extra={"beat": LEASE, "why": error.one_line})
            return None
        self.watch.beat_done(LEASE, datetime.now(UTC), 0)
        self.watch.lease_seen(leader=why is not None, age=self.candidate.silence)
        if why is None and after and (before is None or before.token != after.token):
            log.info(Event.LEASE_ELSEWHERE, extra={"holder": after.holder, "token": after.token})
        return why

    def begin(self, why: str) -> None:
        """Begin to lead, with nothing remembered of an earlier time; `why` is for the log."""
        self._fresh = {beat.name for beat in self._beats}
        self._memory = Memory()
        self._wire = Wire(self.store, lambda: self._clock().astimezone(self.office.desk.config.zone))
        held = self.candidate.lease
        facts = {"why": why, "token": held.token if held else 0, "holder": self.candidate.holder}
        log.info(Event.LEASE_TAKEN, extra=facts)
        self._notifier.status("leads")

    def _lead(self) -> None:
        """Beat the clock until told to stop, or until another daemon leads."""
        lost = threading.Event()
        rhythm = Rhythm(self._beats, partial(self._beat_or_lose, lost))
        rhythm.start()
        try:
            self._keep_the_lead(lost, rhythm)
        finally:
            if self.stop.is_set():
                self._notifier.stopping()
            rhythm.stop()
            self.cease()
        if not lost.is_set():
            self.candidate.step_down()
            log.info(Event.STOPPING, extra={"note": "gave the lead back"})

    def cease(self) -> None:
        """Close what only a leader holds open."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def _keep_the_lead(self, lost: threading.Event, rhythm: Rhythm) -> None:
        while not lost.is_set() and not self.stop.wait(RENEW):
            try:
                self.candidate.renew()
                self.watch.beat_done(LEASE, datetime.now(UTC), 0)
                self.watch.lease_seen(leader=True)
                self._notifier.watchdog()
            except OvertakenError as error:
                log.warning(Event.LEASE_LOST, extra={"holder": self.candidate.holder, "why": error.one_line})
                lost.set()
            except StoreError as error:
                log.warning(Event.BEAT_FAILED, extra={"beat": LEASE, "why": error.one_line})
            self._clock_watch.look()
            if self._clock_watch.jumped():
                rhythm.again()
            self._answer_reload()

    def _answer_reload(self) -> None:
        if self.reload.is_set():
            self.reload.clear()
            self._notifier.reloading()
            self._reload(asked=True)
            self._notifier.ready()

    def _beat_or_lose(self, lost: threading.Event, beat: Beat) -> None:
        if self.stop.is_set() or lost.is_set():
            return
        try:
            self.beat(beat)
        except OvertakenError as error:
            log.warning(Event.LEASE_LOST, extra={"beat": beat.name, "why": error.one_line})
            lost.set()

    def beat(self, beat: Beat) -> None:
        """Do one beat now; what goes wrong in it is told, and the next one comes all the same.

        Raises:
            OvertakenError: Another daemon leads; nothing of this beat was written after that.
        """
        self._clock_watch.look()
        if beat.asks or self._time_for("reading"):
            self._reload()
        fresh = beat.name in self._fresh
        self._fresh.discard(beat.name)
        work = self.office.work(self.candidate.guarded(), DAEMON, Stopping(self.stop))
        begun = time.monotonic()
        try:
            assert self._wire is not None
            turning = Turning(work, self._wire, self._memory, self.watch, fresh)
            for said in beat.work(turning):
                self._say(beat, said)
            if self._time_for("counting"):
                self._count(work)
        except StoppedError as error:
            log.info(Event.STOPPING, extra={"beat": beat.name, "note": error.one_line})
            return
        except OvertakenError:
            raise
        except Exception as error:
            self.watch.beat_failed(beat.name, error, time.monotonic() - begun)
            log.exception(Event.BEAT_FAILED, extra={"beat": beat.name})
            words = error.one_line if isinstance(error, CampaignerError) else "failed; the log says where"
            self._tell(beat.name, Said(words, Event.BEAT_FAILED, bad=True))
            return
        seconds = time.monotonic() - begun
        self.watch.beat_done(beat.name, datetime.now(UTC), seconds)
        log.debug(Event.BEAT_DONE, extra={"beat": beat.name, "seconds": round(seconds, 3)})

    def _time_for(self, what: str) -> bool:
        """Whether something that no beat needs by itself was last done some seconds ago."""
        now = time.monotonic()
        if now - self._looked.get(what, -_LOOKS) < _LOOKS:
            return False
        self._looked[what] = now
        return True

    def _say(self, beat: Beat, said: Said) -> None:
        level = logging.WARNING if said.bad else logging.INFO
        facts: dict[str, object] = {"beat": beat.name, "run": said.run, "note": said.text}
        if said.count:
            facts |= {"count": said.count}
        log.log(level, said.event, extra=facts)
        self._tell(beat.name, said)

    def _count(self, work: Work) -> None:
        """Keep the moment of this beat, and count what a monitor shows."""
        with work.store.begin() as connection:
            settings.keep(connection, "beat", work.clock.astimezone(UTC).isoformat())
        with work.store.read() as connection:
            self.watch.runs_counted(runs.by_state(connection))
            self.watch.due_next(runs.next_due(connection, OPEN))
        self.watch.store_sized(work.store.size())

    def _reload(self, *, asked: bool = False) -> None:
        found = self.office.reload(asked=asked)
        if found is None:
            return
        taken, problems = found
        for problem in problems[:_MOST_PROBLEMS]:
            log.warning(
                Event.SETTINGS_REFUSED if not taken else Event.SETTINGS_READ, extra={"note": str(problem)}
            )
        if taken:
            log.info(Event.SETTINGS_READ)
        else:
            log.warning(
                Event.SETTINGS_REFUSED, extra={"note": "nothing goes out until config.toml can be read"}
            )
