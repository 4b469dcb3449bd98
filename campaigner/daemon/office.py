"""The working folder as the daemon sees it: read anew when it changes, the old one kept when the new one is faulty."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from campaigner.app import App, read_desk, refuse_faulty
from campaigner.config import CONFIG_FILE
from campaigner.domain.problem import Problem, blocks
from campaigner.errors import ConfigError
from campaigner.stages.desk import Desk, Progress, Work
from campaigner.store.engine import Store


class Office:
    """A working folder that is read again when its files change.

    Args:
        folder: The working folder.
        clock: The time at which to work, with zone.
        true_clock: The time it really is.
    """

    def __init__(
        self, folder: Path, clock: Callable[[], datetime], true_clock: Callable[[], datetime]
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._true_clock = true_clock
        self._seen = self._state()
        desk, problems = read_desk(folder)
        if desk is None:
            raise ConfigError(f"{problems[0]}\n{problems[0].message_zh}")
        refuse_faulty(desk)
        self.desk: Desk = desk

    def reload(self, *, asked: bool = False) -> tuple[bool, list[Problem]] | None:
        """Read the folder again if its files changed, or somebody asked for it.

        A new one that has problems which the old one has not is not taken: work goes on by the old one.

        Returns:
            None if there was nothing to read; else whether the new one is taken, and its new problems.
        """
        state = self._state()
        if state == self._seen and not asked:
            return None
        self._seen = state
        desk, problems = read_desk(self._folder)
        fresh = [problem for problem in problems if problem not in self.desk.problems]
        if desk is None or blocks(fresh):
            return False, fresh
        self.desk = desk
        return True, fresh

    def work(self, store: Store, actor: str, progress: Progress) -> Work:
        """One call of a stage at this moment."""
        clock = self._true_clock()
        now = self._clock()
        same = abs((now - clock).total_seconds()) < 1
        local = self.desk.local(now)
        return App(self.desk, local, local if same else clock).work(store, actor, progress)

    @property
    def author(self) -> str:
        """Who prepares what the clock prepares."""
        return self.desk.config.office.author or "daemon"

    def _state(self) -> tuple[tuple[str, int, int], ...]:
        """What tells that a file of settings, templates or warnings changed."""
        files = [self._folder / CONFIG_FILE, *sorted((self._folder / "templates").rglob("*"))]
        found = []
        for file in files:
            try:
                facts = file.stat()
            except OSError:
                continue
            if not file.is_dir():
                found.append((str(file), facts.st_mtime_ns, facts.st_size))
        return tuple(found)
