"""What everybody in a simulated office shares: its history, its folder, its clock, its carrier, its power."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.conftest import ROOT
from tests.simulation.offices.lists import Sheet
from tests.simulation.offices.oracle import Oracle
from tests.simulation.offices.record import Line
from tests.simulation.offices.settings import Settings
from tests.simulation.world import Circuit

WARNINGS = ("personal-data", "unknown-links")
Step = tuple[Any, ...]


@dataclass(frozen=True)
class History:
    """An office and what happens to it; its repr makes it again.

    Args:
        seed: Decides what its carrier does.
        settings: Its settings at the start.
        sheets: File -> list, at the start.
        steps: What happens, in order of time.
        slips: Whether approval forms are drawn, too, which takes longest.
    """

    seed: int
    settings: Settings
    sheets: tuple[tuple[str, Sheet], ...]
    steps: tuple[Step, ...]
    slips: bool = False


def words_of_warnings() -> dict[str, str]:
    """Warning -> its words, from the shipped files."""
    folder = ROOT / "templates" / "warnings"
    return {name: tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))["short"] for name in WARNINGS}


@dataclass
class Scene(Circuit):
    """An office at one minute.

    Args:
        folder: Its working folder.
        oracle: What is known of it.
        carrier: The carrier of its live gateway.
        minute: The minute it is.
        states: State of each run before the step that is taken.
        unvouched: Runs that the daemon wrote and no author stands for yet.
        left: Statements until the power is cut; None if it is not.
        armed: Statements of the next work until the power is cut; None if it is not.
        spoiled: What makes its settings unreadable; "" if nothing does.
        planned: Whether a plan has read every list in this step.
        dead: Whether the power was cut in this step.
    """

    folder: Path
    oracle: Oracle
    carrier: Line
    minute: int = 0
    states: dict[str, str] = field(default_factory=dict)
    unvouched: set[str] = field(default_factory=set)
    left: int | None = None
    armed: int | None = None
    spoiled: str = ""
    planned: bool = False
    dead: bool = False

    @contextmanager
    def power(self) -> Iterator[None]:
        """Work of the program, in which the power may be cut."""
        self.left, self.armed = self.armed, None
        yield
        self.left = None

    @contextmanager
    def fuses(self) -> Iterator[None]:
        """While this lasts, no store is written after a cut: each statement strikes first."""
        event.listen(Engine, "before_cursor_execute", self._strike_at)
        event.listen(Engine, "commit", self._strike)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", self._strike_at)
            event.remove(Engine, "commit", self._strike)
