"""Who beats the clock: one daemon leads, the others stand by and take over when it falls silent."""

from collections.abc import Callable
from datetime import datetime, timedelta

from campaigner.errors import OvertakenError
from campaigner.store import lease, log
from campaigner.store.engine import Connection, Store
from campaigner.store.lease import Lease
from campaigner.workspace.desk import as_whom

RENEW = 5.0
"""Seconds between two signs of life."""
SILENCE = 20.0
"""Seconds without a sign of life after which a leader is taken for dead."""


class Candidate:
    """One daemon's part in the question who leads.

    Whether a leader lives is judged by its signs of life and this daemon's own steady clock. The wall clocks of
    the two are never compared: they may be set wrong, or back.

    Args:
        store: The store; unguarded.
        holder: This daemon, as logs name it: host and process.
        steady: Seconds that only ever rise.
        clock: The time of day, for the log.
        account: As which user of the operating system it works; "" where nobody says.
    """

    def __init__(
        self,
        store: Store,
        holder: str,
        steady: Callable[[], float],
        clock: Callable[[], datetime],
        account: str = "",
    ) -> None:
        self._store = store
        self.holder = holder
        self._steady = steady
        self._clock = clock
        self._account = account
        self._watched: Lease | None = None
        self._since = steady()
        self.lease: Lease | None = None

    def try_to_lead(self, *, once: bool = False) -> str | None:
        """Take the lead if nobody has it, or who has it fell silent.

        Args:
            once: This daemon has no time to watch: a leader whose last sign is old by the wall clock is dead.

        Returns:
            Why it leads now, or None if it does not.
        """
        with self._store.begin() as connection:
            seen = lease.seen(connection)
            why = self._why_free(seen, once=once)
            if why is None:
                return None
            taken = lease.take(connection, self.holder, self._clock(), seen)
            if taken is None:
                return None
            facts = {"token": taken.token, "holder": self.holder, "why": why, **as_whom(None, self._account)}
            log.append(connection, self._clock(), "leads", "", self.holder, facts)
        self.lease = taken
        return why

    def _why_free(self, seen: Lease | None, *, once: bool) -> str | None:
        if seen is None:
            return "nobody led before"
        if not seen.holder:
            return f"the leader with token {seen.token} gave it back"
        silent = self._silence(seen)
        if once:
            silent = max(silent, (self._clock() - seen.at) / timedelta(seconds=1))
        if silent < SILENCE:
            return None
        return f"{seen.holder} with token {seen.token} was silent for {silent:.0f} s"

    def _silence(self, seen: Lease) -> float:
        """Seconds for which the lease has stood still before this daemon's eyes."""
        if self._watched is None or (seen.token, seen.renewals) != (
            self._watched.token,
            self._watched.renewals,
        ):
            self._watched, self._since = seen, self._steady()
        return self._steady() - self._since

    @property
    def silence(self) -> float:
        """Seconds since the leader's last sign of life, as far as this daemon has seen."""
        return 0.0 if self.lease or self._watched is None else self._steady() - self._since

    def leader(self) -> Lease | None:
        """The lease as this daemon last saw it."""
        return self.lease or self._watched

    def renew(self) -> None:
        """Give a sign of life.

        Raises:
            OvertakenError: Another daemon leads.
        """
        assert self.lease is not None
        try:
            with self._store.begin() as connection:
                lease.renew(connection, self.lease, self._clock())
        except OvertakenError:
            self.lease = None
            self._watched = None
            raise

    def step_down(self) -> None:
        """Let the next one lead at once."""
        if self.lease is None:
            return
        with self._store.begin() as connection:
            lease.give_back(connection, self.lease)
        self.lease = None

    def guarded(self) -> Store:
        """The store for the leader's work: once another one leads, nothing more is written through it."""
        held = self.lease
        assert held is not None

        def guard(connection: Connection) -> None:
            lease.still_held(connection, held)

        return self._store.guarded(guard)
