"""Halves: what killed processes left half-written and out of sight; people are in it, and nobody would look for it."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import Run
from campaigner.errors import OvertakenError, StateError, UsageError
from campaigner.exports.layout import Part, ReleaseName, named
from campaigner.exports.parcel import recover
from campaigner.road.closing import at_rest, living
from campaigner.store import runs
from campaigner.workspace.desk import Work
from campaigner.workspace.holdings import halves

STALE = timedelta(hours=1)
"""After this a draft is no longer being written by anybody."""
SWEPT = "swept"
"""Kind of the entry that tells of what was taken away."""


def rest_all(work: Work, name: str = "") -> None:
    """Bring every run to rest on whose release a process was killed.

    Args:
        work: Store and time.
        name: Only this run, or the runs of this campaign; "" for all.
    """
    with work.store.read() as connection:
        found = runs.in_states(connection, (RunState.RELEASING,))
    for run in found:
        if name in {"", run.code, run.planned.campaign} and not living(work, run, wait=bool(name)):
            with suppress(StateError, OvertakenError):  # somebody was quicker
                at_rest(work, run)


def sweep_halves(work: Work, *, drafts: bool = False) -> list[str]:
    """Take away what killed processes left half-written; what somebody is at work on stays.

    Args:
        work: Desk, store and time.
        drafts: Whether to look for what is no run's, too: halves of backups, stores, copies, previews.

    Returns:
        What was taken away, by its name.
    """
    gone = [folder.name for folder in _parcels(work) if _swept(work, folder)]
    if drafts:
        for path in _drafts(work):
            with suppress(OSError):  # in use, where the system keeps it then
                _take_away(path)
                gone.append(path.name)
    if gone:
        with work.store.begin() as connection:
            work.record(connection, SWEPT, "", {"quantity": len(gone)})
    return gone


def _parcels(work: Work) -> list[Path]:
    output = work.desk.config.output
    if not output.is_dir():
        return []
    return sorted(path for path in output.glob(".*") if _half_of(path.name) and path.is_dir())


def _half_of(name: str) -> ReleaseName | None:
    """Of which release a folder is the unseen or the older one; None for any other."""
    its = named(name)
    return its if its is not None and its.part in {Part.UNSEEN, Part.OLD} else None


def _swept(work: Work, folder: Path) -> bool:
    """Take away a parcel that nobody writes, or put it back that had to make way for another."""
    its = _half_of(folder.name)
    assert its is not None
    run = _of(work, its.code)
    if run is None:
        if not _is_stale(work, folder):
            return False
    elif living(work, run, its.number, wait=False):
        return False
    if its.part is Part.OLD:
        recover(folder.with_name(its.name), folder)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def _of(work: Work, code: str) -> Run | None:
    with work.store.read() as connection:
        try:
            run = runs.find(connection, code)
        except UsageError:
            return None
    return run if run.code == code else None


def _drafts(work: Work) -> Iterator[Path]:
    """Half-written files that are no run's, and that nobody has written to for some time."""
    for path in dict.fromkeys(halves(work)):
        if not path.is_symlink() and _is_stale(work, path):
            yield path


def _is_stale(work: Work, path: Path) -> bool:
    return work.clock - datetime.fromtimestamp(path.stat().st_mtime, UTC) > STALE


def _take_away(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
