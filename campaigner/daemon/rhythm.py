"""The rhythm of the beats: a scheduler that calls them, what it missed, and a clock that was set meanwhile."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from campaigner.daemon.beats import Beat
from campaigner.daemon.events import Event

if TYPE_CHECKING:
    from apscheduler.events import JobSubmissionEvent

log = logging.getLogger("campaigner.daemon")
JUMP = timedelta(minutes=2)
"""How far the time of day may run apart from the steady clock between two looks before it is called a jump."""
_APART = timedelta(milliseconds=100)
"""Between the firsts of two beats, so that they come in order."""


class ClockWatch:
    """Notices that somebody set the clock, or that the machine slept; asked from several threads.

    Args:
        clock: The time of day.
        steady: Seconds that only grow, whatever becomes of the time of day.
    """

    def __init__(self, clock: Callable[[], datetime], steady: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._steady = clock, steady
        self._lock = threading.Lock()
        self._last: tuple[datetime, float] | None = None
        self._jumped = False

    def look(self) -> None:
        """Compare the two clocks; a jump is logged and remembered."""
        with self._lock:
            now, steady = self._clock(), self._steady()
            last, self._last = self._last, (now, steady)
            if last is None:
                return
            expected = last[0] + timedelta(seconds=steady - last[1])
            leap = now - expected
            if abs(leap) <= JUMP:
                return
            self._jumped = True
        times = f"from {expected:%Y-%m-%d %H:%M} to {now:%Y-%m-%d %H:%M}"
        log.warning(Event.CLOCK_SET, extra={"seconds": round(leap.total_seconds()), "note": times})

    def jumped(self) -> bool:
        """Whether there was a jump since this was last asked."""
        with self._lock:
            jumped, self._jumped = self._jumped, False
        return jumped


class Rhythm:
    """Calls each beat at its own interval, one at a time.

    A beat that was due several times while another ran, or while the machine slept, is done once for all of them, and
    the log says how many those were.

    Args:
        beats: What is called, in order.
        call: Does a beat.
    """

    def __init__(self, beats: Sequence[Beat], call: Callable[[Beat], None]) -> None:
        from apscheduler.events import EVENT_JOB_SUBMITTED
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler

        self._beats = tuple(beats)
        self._every = {beat.name: beat.every for beat in beats}
        self._due: dict[str, datetime] = {}
        self._scheduler: BackgroundScheduler = BackgroundScheduler(
            timezone=UTC, executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )  # fmt: skip
        self._scheduler.add_listener(self._called, EVENT_JOB_SUBMITTED)
        for first, beat in zip(self._firsts(), self._beats, strict=True):
            self._scheduler.add_job(
                call, "interval", (beat,), seconds=beat.every, next_run_time=first, id=beat.name
            )

    def start(self) -> None:
        """Begin with each beat at once, in order."""
        self._scheduler.start()

    def stop(self) -> None:
        """Call no more beats; returns when the one under way has ended."""
        self._scheduler.shutdown(wait=True)

    def again(self) -> None:
        """Begin anew with each beat at once: after the clock was set back, the next ones would be hours away."""
        self._due.clear()
        for first, beat in zip(self._firsts(), self._beats, strict=True):
            self._scheduler.modify_job(beat.name, next_run_time=first)

    def _firsts(self) -> list[datetime]:
        now = datetime.now(UTC)
        return [now + place * _APART for place in range(len(self._beats))]

    def _called(self, event: "JobSubmissionEvent") -> None:
        """A beat was handed to its thread; its moments lie on a grid, so those in between are counted exactly."""
        due = event.scheduled_run_times[-1]
        before = self._due.get(event.job_id)
        self._due[event.job_id] = due
        if before is not None:
            missed = round((due - before).total_seconds() / self._every[event.job_id]) - 1
            if missed > 0:
                log.warning(Event.BEAT_MISSED, extra={"beat": event.job_id, "count": missed})
