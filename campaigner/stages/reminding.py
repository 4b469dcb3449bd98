"""Reminding: the slips of all that waits for approval lie in one folder, and the log says that it was asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from campaigner.delivery.parcel import put
from campaigner.stages.desk import Work
from campaigner.stages.pending import Pending, pending
from campaigner.stages.slip import slip_pdf
from campaigner.store import log

SLIPS = "approval"
"""Folder of the output folder in which the slips of all that waits lie."""
_REMINDED = "reminded"


@dataclass(frozen=True, slots=True)
class Reminder:
    """Somebody should approve a run.

    Args:
        run: Its code.
        due: When it is due, in the office's zone.
        overdue: Whether it should be out already.
        slip: Its slip.
    """

    run: str
    due: datetime
    overdue: bool
    slip: Path


def remind(work: Work) -> Iterator[Reminder]:
    """Lay out the slips of the runs that wait, take away those of the others, and ask once a day for what is near."""
    folder = work.desk.config.output / SLIPS
    waiting = pending(work)
    _tidy(folder, {_slip_name(one) for one in waiting})
    for one in waiting:
        slip = folder / _slip_name(one)
        if not slip.exists():
            content = slip_pdf(work, one.run)
            folder.mkdir(parents=True, exist_ok=True)
            put(slip, content)
        if one.left <= work.desk.config.approving.remind and not _asked_today(work, one):
            _ask(work, one)
            due = work.desk.local(one.run.planned.release_at)
            yield Reminder(one.run.code, due, one.overdue, slip)


def _slip_name(one: Pending) -> str:
    """The run and the content that it was drawn for, so that a run which was written again gets a new slip."""
    return f"{one.run.code}-{one.run.digest[:8]}.pdf"


def _tidy(folder: Path, wanted: set[str]) -> None:
    for path in folder.glob("*.pdf"):
        if path.name not in wanted:
            path.unlink()


def _asked_today(work: Work, one: Pending) -> bool:
    today = work.desk.day(work.now).isoformat()
    with work.store.read() as connection:
        entries = log.entries(connection, one.run.code, (_REMINDED,))
        return any(entry.fields["day"] == today for entry in entries)


def _ask(work: Work, one: Pending) -> None:
    with work.store.begin() as connection:
        facts = {"day": work.desk.day(work.now).isoformat(), "overdue": one.overdue}
        work.record(connection, _REMINDED, one.run.code, facts)
