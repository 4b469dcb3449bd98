"""Reminding: the slips of all that waits for approval lie in one folder, and the log says that it was asked for."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from campaigner.answers.pending import Pending, pending
from campaigner.answers.slip import slip_pdf
from campaigner.domain.lifecycle import RunState
from campaigner.errors import RenderError
from campaigner.exports.layout import form_name, form_path, forms
from campaigner.exports.parcel import put
from campaigner.road.forms import mark_forms
from campaigner.road.inbox import why_of
from campaigner.road.vouching import form_drawn
from campaigner.store import approvals, log, ownfiles, runs
from campaigner.store.engine import Connection
from campaigner.workspace.desk import Work

_REMINDED = "reminded"


@dataclass(frozen=True, slots=True)
class Reminder:
    """Somebody should approve a run.

    Args:
        run: Its code.
        due: When it is due, in the office's zone.
        overdue: Whether it should be out already.
        slip: Its slip.
        why: Why there is no slip, which is all that is told then; "" if there is one.
    """

    run: str
    due: datetime
    overdue: bool
    slip: Path
    why: str = ""


def remind(work: Work) -> Iterator[Reminder]:
    """Write the slips of the runs that wait, take away own ones nobody needs, and ask once a day for what is near."""
    folder = forms(work.desk.config.output)
    mark_forms(work)
    waiting = [one for one in pending(work) if one.demand.asked and not one.changed]
    _tidy(work, waiting)
    for one in waiting:
        slip = folder / _slip_name(one)
        why = _drawn(work, one, slip)
        if why:
            yield Reminder(one.run.code, work.desk.local(one.run.planned.release_at), one.overdue, slip, why)
            continue
        if one.left <= work.desk.config.approving.remind and not _asked_today(work, one):
            _ask(work, one)
            due = work.desk.local(one.run.planned.release_at)
            yield Reminder(one.run.code, due, one.overdue, slip)


def _drawn(work: Work, one: Pending, slip: Path) -> str:
    """Draw a run's slip, unless it is there; why that cannot be, or "": the others are drawn all the same."""
    try:
        if slip.exists():
            return ""
        content = slip_pdf(work, one.run)
        form_drawn(work, one.run, content)
        slip.parent.mkdir(parents=True, exist_ok=True)
        put(slip, content)
    except (OSError, RenderError) as error:
        return why_of(error) if isinstance(error, OSError) else str(error)
    with work.store.begin() as connection:
        ownfiles.note(connection, one.run, form_path(slip.name), _sha256(content), work.now)
    return ""


def _slip_name(one: Pending) -> str:
    """The run and the content that it was drawn for, so that a run which was written again gets a new slip."""
    return form_name(one.run.code, one.run.digest)


def _tidy(work: Work, waiting: Sequence[Pending]) -> None:
    """Take away slips that the clock drew and nobody needs: of contents that neither wait nor were ever approved.

    A slip that somebody drew, a signed scan, and whatever is not to the byte as it was written stays.
    """
    output = work.desk.config.output
    with work.store.read() as connection:
        own = ownfiles.all_of(connection)
        approved = {
            form_path(form_name(code, digest, void=void))
            for code, digest in _approved(connection)
            for void in (False, True)
        }
    wanted = {form_path(_slip_name(one)) for one in waiting} | approved
    for path in sorted(own.keys() - wanted):
        file = output / path
        try:
            if file.is_file() and not file.is_symlink() and _sha256(file.read_bytes()) == own[path][1]:
                file.unlink()
        except OSError:
            # It is looked at again the next time; nothing waits for it.
            continue
        with work.store.begin() as connection:
            ownfiles.forget(connection, path)


def _approved(connection: Connection) -> list[tuple[str, str]]:
    """(code, digest) of every content that was ever approved: its slip belongs to the record."""
    codes = {run.id: run.code for run in runs.in_states(connection, RunState)}
    return [(codes[number], digest) for number, digest in approvals.digests(connection) if number in codes]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _asked_today(work: Work, one: Pending) -> bool:
    today = work.desk.day(work.now).isoformat()
    with work.store.read() as connection:
        entries = log.entries(connection, one.run.code, (_REMINDED,))
        return any(entry.fields["day"] == today for entry in entries)


def _ask(work: Work, one: Pending) -> None:
    with work.store.begin() as connection:
        facts = {"day": work.desk.day(work.now).isoformat(), "overdue": one.overdue}
        work.record(connection, _REMINDED, one.run.code, facts)
