"""Runs and campaigns that somebody holds back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from campaigner.domain.planning import Run
from campaigner.store.tables import PauseRow

_PAUSE = PauseRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Pause:
    """What is held back, by whom, since when and why."""

    name: str
    by: str
    at: datetime
    reason: str


def add(connection: Connection, pause: Pause) -> bool:
    """Hold a run or campaign back; False if it is held already."""
    if pause.name in standing(connection):
        return False
    connection.execute(insert(_PAUSE).values(name=pause.name, by=pause.by, at=pause.at, reason=pause.reason))
    return True


def lift(connection: Connection, name: str) -> bool:
    """Let it go on; False if it was not held."""
    return bool(connection.execute(delete(_PAUSE).where(_PAUSE.c.name == name)).rowcount)


def standing(connection: Connection) -> dict[str, Pause]:
    """What is held back, by name."""
    rows = connection.execute(select(_PAUSE).order_by(_PAUSE.c.name))
    return {row.name: Pause(row.name, row.by, row.at, row.reason) for row in rows}


def of_run(connection: Connection, run: Run) -> Pause | None:
    """What holds a run back: a pause of its own, or its campaign's."""
    found = standing(connection)
    return found.get(run.code) or found.get(run.planned.campaign)
