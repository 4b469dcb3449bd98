"""Workers that are processes of this machine."""

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import cast

from campaigner.executor.crew import Crew, LostError, Pending
from campaigner.executor.task import Sealed, worked


class Processes(Crew):
    """A pool, started with the first two parts, and anew when one of its workers died.

    Args:
        workers: How many.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def begin(self, function: Sealed, part: Sealed) -> Pending:
        """Hand out a part."""
        try:
            return self._started().submit(worked, function, part)
        except BrokenProcessPool:
            # It broke while nobody waited for a result.
            self.close()
            return self._started().submit(worked, function, part)

    def wait(self, pending: Pending) -> Sealed:
        """The result of a part."""
        try:
            return cast("Sealed", pending.result())
        except BrokenProcessPool:
            raise LostError("a process of the pool ended") from None

    def hands(self) -> int:
        """One for each process."""
        return self._workers

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Threads of Arrow and of the PDF engine do not survive a fork.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._workers, context, initializer=_begun)
        return self._pool


def _begun() -> None:
    """In a worker: it takes one core, ends with its parent, however that ended, and leaves Ctrl-C to it."""
    # The PDF engine would take all cores for itself, and the workers stand in each other's way.
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # not SIGTERM: by it a pool ends what is left of it
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
