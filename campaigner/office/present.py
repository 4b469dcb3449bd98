"""The store that a backup takes the place of: what it knows, so that nothing of it is undone or lost in silence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from campaigner.answers.account import verify
from campaigner.domain.lifecycle import RunState
from campaigner.domain.log import Entry
from campaigner.domain.planning import Run
from campaigner.errors import StateError, StoreError
from campaigner.store import (
    amounts,
    erasures,
    lease,
    log,
    pauses,
    refusals,
    releases,
    runs,
    settings,
    takeouts,
    unreadfiles,
)
from campaigner.store.engine import Connection, Store, open_store
from campaigner.store.erasures import Erasure
from campaigner.store.inspection import inspect_store
from campaigner.store.pauses import Pause
from campaigner.store.refusals import Refusal
from campaigner.store.takeouts import Entered
from campaigner.store.unreadfiles import UnreadFile
from campaigner.workspace.desk import Work
from campaigner.workspace.keys import key_of

LIVELY = timedelta(minutes=1)
"""A daemon whose last sign of life is younger than this leads."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A run as a store has it: the run, how often some of it went out, and how many messages that were."""

    run: Run
    releases: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What the store that is to be replaced knows; nothing where it cannot be read.

    Args:
        entries: Its log.
        runs: Its runs by code; None where it cannot be read.
        refused: Who wants no more messages.
        erased: Whose data were deleted.
        salt: The secret that their pseudonyms were made with.
        pauses: What is held back.
        takeouts: Exported messages to phones that refused afterwards, taken out or not.
        unread: Files of refusals of which not every row could be read.
        amounts: How many rows of each kind it has.
        broken: Why its log does not hold; "" if it does.
    """

    entries: Sequence[Entry] = ()
    runs: Mapping[str, Kept] | None = None
    refused: Sequence[Refusal] = ()
    erased: Sequence[Erasure] = ()
    salt: bytes = b""
    pauses: Sequence[Pause] = ()
    takeouts: Sequence[Entered] = ()
    unread: Sequence[UnreadFile] = ()
    amounts: Mapping[str, int] = field(default_factory=dict)
    broken: str = ""

    @property
    def readable(self) -> bool:
        """Whether it could be read at all."""
        return self.runs is not None


def present_store(work: Work, place: Path) -> Present:
    """What the store knows that is to be replaced.

    Raises:
        StateError: A daemon leads on it.
    """
    if not place.exists() or not place.stat().st_size:
        return Present()
    try:
        key = key_of(work.desk.config.folder, place)
        inspect_store(place, key)
        store = open_store(work.desk.config.store_url, key)
    except StoreError:
        return Present()
    try:
        return _read(work, store)
    except StoreError:
        return Present()
    finally:
        store.close()


def _read(work: Work, store: Store) -> Present:
    with store.read() as connection:
        refuse_led(connection, work.clock)
        salt = settings.value(connection, settings.SALT) or ""
        found = Present(
            entries=list(log.entries(connection)),
            runs=kept_runs(connection),
            refused=list(refusals.every(connection)),
            erased=erasures.every(connection),
            salt=bytes.fromhex(salt),
            pauses=list(pauses.standing(connection).values()),
            takeouts=takeouts.every(connection),
            unread=unreadfiles.every(connection),
            amounts=amounts.amounts(connection),
        )
    return replace(found, broken=verify(store).broken)


def kept_runs(connection: Connection) -> dict[str, Kept]:
    """Every run of a store, by its code."""
    every = runs.in_states(connection, RunState)
    return {run.code: _kept(connection, run) for run in every}


def _kept(connection: Connection, run: Run) -> Kept:
    done = releases.of_run(connection, run)
    return Kept(run, len(done), sum(release.quantity for release in done))


def refuse_led(connection: Connection, now: datetime) -> None:
    """Refuse to touch a store on which a daemon leads.

    Raises:
        StateError: One does.
    """
    seen = lease.seen(connection)
    if seen and seen.holder and now - seen.at < LIVELY:
        raise StateError(
            f"a daemon leads on this store ({seen.holder}); stop it first\n"
            f"记录库正由守护进程使用（{seen.holder}）：请先停止它，再运行同一条命令"
        )
