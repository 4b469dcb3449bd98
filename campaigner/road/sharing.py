"""Sharing: several processes send one release, block by block; of one that falls silent the rest is done by others."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from campaigner.domain.planning import Run
from campaigner.errors import CampaignerError, OvertakenError
from campaigner.store import deliveries, releases, senders
from campaigner.store.engine import Connection, Store
from campaigner.store.releases import Release
from campaigner.store.senders import Identity, Sender
from campaigner.workspace.desk import Work

logger = logging.getLogger("campaigner.sharing")
RENEW = 2.0
"""Seconds between two signs of life of a sender."""
SILENCE = 20.0
"""Seconds without a sign of life after which a sender that nobody here can look for is taken for dead."""
LOOK = 0.1
"""Seconds between two looks at the others."""
STOPPED = "the program stopped before the answer was kept"


def identity() -> Identity:
    """Who this process is among senders."""
    host, pid = socket.gethostname(), os.getpid()
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        space = ""
    return Identity(f"{host}:{pid}", f"{host} {space}".strip(), pid)


def is_gone(sender: Sender) -> bool:
    """Whether a sender's process has ended; of one that cannot be looked for from here nobody can say so."""
    here = identity()
    if os.name != "posix" or sender.place != here.place or sender.pid == here.pid:
        return False
    try:
        os.kill(sender.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


class Watch:
    """How long others have been silent before the eyes of this process, by its own steady clock."""

    def __init__(self) -> None:
        self._first: dict[int, int] = {}
        self._last: dict[int, tuple[int, float]] = {}

    def silence(self, sender: Sender) -> float:
        """Seconds since a sender's last sign of life, as far as it was watched."""
        now = time.monotonic()
        self._first.setdefault(sender.id, sender.renewals)
        renewals, since = self._last.get(sender.id, (-1, now))
        if renewals != sender.renewals:
            since = now
            self._last[sender.id] = sender.renewals, now
        return now - since

    def lives(self, sender: Sender) -> bool:
        """Whether a sender gave a sign of life while it was watched."""
        return sender.renewals > self._first.get(sender.id, sender.renewals)


@contextmanager
def alive(store: Store, sender: Sender, now: Callable[[], datetime]) -> Iterator[None]:
    """Gives signs of life for a sender until the end of the block, whatever it waits for meanwhile."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(RENEW):
            try:
                with store.beside() as connection:
                    senders.renew(connection, sender, now())
            except OvertakenError:
                return  # the next block tells
            except CampaignerError as error:
                logger.warning("no sign of life could be given: %s", error.one_line)

    thread = threading.Thread(target=beat, name="sender", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def others(work: Work, run: Run, release: Release, mine: Sender | None, watch: Watch) -> list[Sender]:
    """Those who send a release besides; what dead ones left in sending is unknown from now on."""
    with work.store.read() as connection:
        found = senders.of_release(connection, run, release.number)
    rest = [each for each in found if mine is None or each.id != mine.id]
    return [each for each in rest if not _is_dead(each, watch) or not _take_for_dead(work, run, each)]


def _is_dead(sender: Sender, watch: Watch) -> bool:
    return watch.silence(sender) >= SILENCE or is_gone(sender)


def _take_for_dead(work: Work, run: Run, sender: Sender) -> bool:
    with work.store.begin() as connection:
        if not senders.take_for_dead(connection, sender):
            return False
        lose_track(work, connection, run, sender)
    return True


def lose_track(work: Work, connection: Connection, run: Run, sender: Sender | None = None) -> None:
    """Whatever one sender, or all, gave to a link and had no answer for is unknown; where all went in order, none."""
    lost = deliveries.lose_track(connection, run, STOPPED, work.now, sender.id if sender else None)
    if lost:
        facts = {"quantity": lost, "why": STOPPED} | ({"sender": sender.holder} if sender else {})
        work.record(connection, "unknown", run.code, facts)


def wait_for_others(work: Work, run: Run, release: Release, mine: Sender) -> None:
    """Wait until nobody else sends the release, or it is certain that all who do are alive: the last one closes it."""
    watch = Watch()
    with work.progress.bar(f"waiting for other senders of {run.code}", None) as bar:
        while not _settled(others(work, run, release, mine, watch), watch):
            bar.advance(0)
            time.sleep(LOOK)


def _settled(rest: Iterable[Sender], watch: Watch) -> bool:
    return all(watch.lives(sender) for sender in rest)


def wait_until_open(work: Work, run: Run, release: Release, mine: Sender) -> None:
    """Wait until blocks may be taken: who began the release checks its texts and prints its paper first.

    Raises:
        OvertakenError: It came to nothing, or who began it is dead.
    """
    watch = Watch()
    with work.progress.bar(f"waiting for {run.code} to be checked", None) as bar:
        while True:
            with work.store.read() as connection:
                if senders.is_open(connection, run, release.number):
                    return
                begun = releases.unfinished(connection, run)
            if begun is None or not others(work, run, release, mine, watch):
                raise OvertakenError(
                    f"the release of run {run.code} was taken back meanwhile; look at it again\n"
                    f"任务 {run.code} 的发出刚才被收回：请重新查看后再操作"
                )
            bar.advance(0)
            time.sleep(LOOK)
