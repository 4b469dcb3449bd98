"""The working folder as the daemon sees it: read again when it changes; what cannot be read stops all that goes out."""

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from campaigner.app import App, InForce, refuse_faulty, system_user
from campaigner.domain.problem import Problem
from campaigner.store.engine import Store
from campaigner.workspace.desk import Desk, Progress, Work

logger = logging.getLogger("campaigner.daemon.office")


class Office:
    """A working folder that is read again when its files change.

    Args:
        folder: The working folder.
        clock: The time at which to work, with zone.
        true_clock: The time it really is.

    Raises:
        ConfigError: config.toml cannot be read at all.
    """

    def __init__(
        self, folder: Path, clock: Callable[[], datetime], true_clock: Callable[[], datetime]
    ) -> None:
        self._source = InForce(folder)
        self._clock = clock
        self._true_clock = true_clock
        refuse_faulty(self.desk)

    @property
    def desk(self) -> Desk:
        """The folder as it was last read."""
        return self._source.desk

    def reload(self, *, asked: bool = False) -> tuple[bool, list[Problem]] | None:
        """Read the folder again if its files changed, or somebody asked for it.

        Returns:
            None if there was nothing to read; else whether config.toml can be used, and the problems that are new.
            One that cannot be used stops everything that goes out until it can.
        """
        return self._source.look(asked=asked)

    def work(self, store: Store, actor: str, progress: Progress) -> Work:
        """One call of a stage at this moment."""
        clock = self._true_clock()
        now = self._clock()
        same = abs((now - clock).total_seconds()) < 1
        desk = self.desk
        local = desk.local(now)
        true = local if same else clock
        app = App(desk, local, true, account=system_user(), reread=self._source.current, say=logger.info)
        return app.work(store, actor, progress)
