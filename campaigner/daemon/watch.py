"""What a monitor sees of the daemon: figures, and whether its beats come in time.

Every label is one of few known words: names of beats, gateways, channels and states. Codes of runs and anything of
a recipient are never labels.
"""

import re
import threading
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from campaigner import __version__
from campaigner.domain.lifecycle import RunState
from campaigner.domain.masking import masked
from campaigner.domain.problem import Level

LEASE = "lease"
"""The beat that a stand-by beats too: asking for, or renewing, the lease."""
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600)


class Watch:
    """Counts what happens, remembers when each beat last went well, and says whether all is well.

    Beats and the HTTP server call it from different threads.

    Args:
        limits: Beat -> the longest time, in seconds, from one good end to the next; `LEASE` is one of them.
        monotonic: Seconds that only grow, so that a clock that is set makes nothing look late.
    """

    def __init__(self, limits: Mapping[str, float], monotonic: Callable[[], float] = time.monotonic) -> None:
        self.registry = CollectorRegistry()
        self._limits = dict(limits)
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._leader = False
        self._renewed: float | None = None
        self._since = dict.fromkeys(self._limits, monotonic())
        self._failing: dict[str, str] = {}
        self._deaf: list[str] = []
        self._make_metrics()

    def _make_metrics(self) -> None:
        ProcessCollector(registry=self.registry)
        build = self._gauge("build_info", "Always 1; the label says which version runs.", "version")
        build.labels(__version__).set(1)
        self._runs = self._gauge("runs", "Runs by state.", "state")
        self._released = self._counter("messages_released", "Messages given out.", "gateway", "channel")
        self._deferred = self._counter(
            "messages_deferred", "Messages put off by quiet hours or caps.", "channel"
        )
        self._expired = self._counter("messages_expired", "Messages whose time was over.", "channel")
        self._unknown = self._gauge(
            "messages_unknown", "Messages of which nobody knows whether they went out."
        )
        self._receipts = self._counter("receipts", "Receipts by what they say.", "gateway", "received")
        self._heard = self._gauge(
            "gateway_heard", "1 if receipts and replies of the gateway are heard, 0 if not.", "gateway"
        )
        self._problems = self._gauge(
            "problems", "Problems of the folder and of the planned runs, by level.", "level"
        )
        self._approvals = self._gauge("approvals_pending", "Runs that wait for the second person.")
        self._next_due = self._gauge(
            "next_due_timestamp_seconds", "When the next run is due; NaN if none is."
        )
        self._store_size = self._gauge("store_bytes", "Size of the store's files.")
        self._is_leader = self._gauge("is_leader", "1 if this process beats, 0 if it stands by.")
        self._lease_age = self._gauge("lease_age_seconds", "Time since the lease was last seen renewed.")
        self._seconds = Histogram(
            "campaigner_beat_seconds",
            "How long beats took.",
            ("beat",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._failures = self._counter("beat_failures", "Beats that ended with an error.", "beat")
        self._success = self._gauge(
            "beat_last_success_timestamp_seconds", "End of the last good beat.", "beat"
        )
        limit = self._gauge("beat_limit_seconds", "The longest time from one good end to the next.", "beat")
        self._lease_age.set_function(self.lease_age)
        self._next_due.set(float("nan"))
        for beat, seconds in self._limits.items():
            self._failures.labels(_label(beat))
            limit.labels(_label(beat)).set(seconds)
        for state in RunState:
            self._runs.labels(state.value)

    def _gauge(self, name: str, help_text: str, *labels: str) -> Gauge:
        return Gauge(f"campaigner_{name}", help_text, labels, registry=self.registry)

    def _counter(self, name: str, help_text: str, *labels: str) -> Counter:
        return Counter(f"campaigner_{name}", help_text, labels, registry=self.registry)

    # -- what the beats tell ---------------------------------------------------------------------------

    def beat_done(self, beat: str, at: datetime, seconds: float) -> None:
        """A beat went well.

        Args:
            beat: One of the limits' names.
            at: When it ended.
            seconds: How long it took.
        """
        self._seconds.labels(_label(beat)).observe(seconds)
        self._success.labels(_label(beat)).set(at.timestamp())
        with self._lock:
            self._since[beat] = self._monotonic()
            self._failing.pop(beat, None)

    def beat_failed(self, beat: str, error: BaseException, seconds: float) -> None:
        """A beat ended with an error; only the error's type is kept."""
        self._seconds.labels(_label(beat)).observe(seconds)
        self._failures.labels(_label(beat)).inc()
        with self._lock:
            self._failing[beat] = type(error).__name__

    def lease_seen(self, *, leader: bool, age: float = 0) -> None:
        """Who holds the lease; whoever becomes leader has the full limit for the first of each beat.

        Args:
            leader: Whether this process does.
            age: Seconds since it was renewed, by us or by the other.
        """
        with self._lock:
            now = self._monotonic()
            if leader and not self._leader:
                self._since = dict.fromkeys(self._limits, now)
            self._leader = leader
            self._renewed = now - age
        self._is_leader.set(leader)

    def runs_counted(self, counts: Mapping[RunState, int]) -> None:
        """How many runs are in each state; a state that is not named has none."""
        for state in RunState:
            self._runs.labels(state.value).set(counts.get(state, 0))
        self._approvals.set(counts.get(RunState.GENERATED, 0))

    def released(self, gateway: str, channel: str, count: int) -> None:
        """So many messages were given out; `gateway` is "" for what is printed."""
        self._released.labels(_label(gateway), _label(channel)).inc(count)

    def deferred(self, channel: str, count: int) -> None:
        """So many messages were put off."""
        self._deferred.labels(_label(channel)).inc(count)

    def expired(self, channel: str, count: int) -> None:
        """So many messages were not sent, because their time was over."""
        self._expired.labels(_label(channel)).inc(count)

    def received(self, gateway: str, word: str, count: int) -> None:
        """So many receipts said this."""
        self._receipts.labels(_label(gateway), _label(word)).inc(count)

    def not_heard(self, gateways: Collection[str], closed: Collection[str]) -> None:
        """Whose receipts and replies cannot be heard now.

        Args:
            gateways: Every gateway.
            closed: Those that cannot be heard.
        """
        self._heard.clear()
        for gateway in gateways:
            self._heard.labels(_label(gateway)).set(gateway not in closed)
        with self._lock:
            self._deaf = sorted(closed)

    def unknown(self, count: int) -> None:
        """So many messages wait for a receipt or a person to say whether they went out."""
        self._unknown.set(count)

    def problems_found(self, counts: Mapping[Level, int]) -> None:
        """How many problems of each level there are; levels that are not named have none."""
        for level in Level:
            self._problems.labels(level.value).set(counts.get(level, 0))

    def due_next(self, due: datetime | None) -> None:
        """When the next run is due."""
        self._next_due.set(due.timestamp() if due else float("nan"))

    def store_sized(self, size: int) -> None:
        """How many bytes the store's files have."""
        self._store_size.set(size)

    # -- what is asked ---------------------------------------------------------------------------------

    @property
    def leader(self) -> bool:
        """Whether this process beats."""
        return self._leader

    def lease_age(self) -> float:
        """Seconds since the lease was last renewed; not a number before it was seen at all."""
        return float("nan") if self._renewed is None else self._monotonic() - self._renewed

    def reasons(self) -> list[str]:
        """Why this process is not ready, in words without personal data; empty if it is."""
        with self._lock:
            now = self._monotonic()
            beats: Collection[str] = self._limits if self._leader else self._limits.keys() & {LEASE}
            late = {beat: now - self._since[beat] for beat in self._limits if beat in beats}
            failing = dict(self._failing)
            deaf = list(self._deaf) if self._leader else []
        return [
            f"gateway {_label(gateway)}: its receipts and replies are not heard; the log says why"
            for gateway in deaf
        ] + [
            f"beat {_label(beat)}: no good end for {age:.0f} s, limit {self._limits[beat]:g} s"
            + (f"; last error {_label(failing[beat])}" if beat in failing else "")
            for beat, age in late.items()
            if age > self._limits[beat]
        ]

    def figures(self) -> bytes:
        """All figures in the text format of Prometheus."""
        return generate_latest(self.registry)


def _label(word: str) -> str:
    """A word that may be a label: short, plain, and nothing like a phone; `none` for "", `other` for the rest."""
    if not word:
        return "none"
    return word if _LABEL.fullmatch(word) and masked(word) == word else "other"
