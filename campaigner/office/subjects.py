"""A person's rights: what is kept of one phone, a copy of it, and taking it out (PIPL art. 44 to 47)."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, assert_never

from campaigner.artefacts import registry
from campaigner.domain.campaign import Channel, Route
from campaigner.domain.lifecycle import ENDED, RunState
from campaigner.domain.people import ROW_KEY, Audience, Kind, plain_line
from campaigner.domain.planning import Run
from campaigner.domain.retention import Kept
from campaigner.domain.roles import Deed
from campaigner.domain.subject import pseudonym
from campaigner.errors import ArtefactError, StateError
from campaigner.exports.layout import release_folder
from campaigner.intake.holders import Row, rows_with
from campaigner.intake.reports.blacking import Person, black_out
from campaigner.people.choosing import Reading
from campaigner.people.searching import Search, search_for
from campaigner.people.takeouts import write_notices
from campaigner.road.halves import rest_all
from campaigner.store import log, messages, purging, runs, settings, subjects, takeouts
from campaigner.store.engine import Connection
from campaigner.store.refusals import NONE_REMOVED, Refusal
from campaigner.store.subjects import Trace
from campaigner.workspace import leftovers
from campaigner.workspace.desk import Unwatched, Work
from campaigner.workspace.holdings import dated, kind_of, report_of, walk
from campaigner.workspace.reason import why


@dataclass(frozen=True, slots=True)
class Held:
    """A row of a list that has the phone in it."""

    audience: Audience
    row: Row


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that is known of one phone.

    Args:
        phone: The phone.
        made: When it was put together.
        held: Rows of lists.
        traces: Messages in the store.
        refusal: Since when, and how, it wants no more messages.
        files: Files that have it: exported ones, carriers', work reports, and whatever else lies in the working folder.
        maybe: Other files with a name or card that a list gives to it; there may be others of that name.
        unseen: Files that may have it and cannot be looked through: pictures, PDF, locked or too large ones.
        backups: Backups that were made since it was first in the store, and stores that were set aside.
    """

    phone: int
    made: datetime
    held: Sequence[Held]
    traces: Sequence[Trace]
    refusal: Refusal | None
    files: Sequence[Path]
    backups: Sequence[Path]
    maybe: Sequence[Path] = ()
    unseen: Sequence[Path] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is known of it."""
        return not (self.held or self.traces or self.refusal or self.files)


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a deletion did with files.

    Args:
        reports: In how many imported reports the phone was blacked out.
        previews: How many drawn samples were deleted: nobody can tell whom they show.
    """

    reports: int = 0
    previews: int = 0

    def __bool__(self) -> bool:
        return bool(self.reports or self.previews)


@dataclass(frozen=True, slots=True)
class Erased:
    """What a deletion did.

    Args:
        messages: How many messages were taken out of the store.
        runs: Of which runs.
        waiting: Letters of runs that are not over; they stay until then.
        left: Where the phone still stands.
        wiped: Whether nothing of it is left in the store's files.
        cleared: What became of files.
    """

    messages: int
    runs: Sequence[str]
    waiting: int
    left: Dossier
    wiped: bool
    cleared: Cleared


def dossier(work: Work, phone: int) -> Dossier:
    """Find everything about one phone; nothing is changed, nothing is logged."""
    audiences = [a for a in work.desk.config.audiences.values() if a.kind is not Kind.PLACES]
    folder = work.desk.config.folder
    held = [
        Held(replace(each, file=row.source), row)
        for each in audiences
        for row in rows_with(each, folder, phone)
    ]
    letters = {key for each in {one.audience.name for one in held} for key in _row_keys(work, each, phone)}
    with work.store.read() as connection:
        found = subjects.traces(connection, phone, letters)
        refusal = subjects.refusal_of(connection, phone)
        first = min(_moments(connection, found, refusal), default=None)
    copies = [*leftovers.all_backups(work), *leftovers.set_aside(work)]
    backups = [path for path in copies if first is not None and leftovers.moment_of(work, path) >= first]
    looked = _looked_through(work, search_for(phone, _marks(held)), {one.row.file for one in held})
    files = dict.fromkeys([*_exported(work, found), *looked.files])
    unseen = tuple(path for path in looked.unseen if path not in files)
    return Dossier(
        phone, work.clock, held, found, refusal, tuple(files), backups, tuple(looked.maybe), unseen
    )


def _marks(held: Iterable[Held]) -> frozenset[str]:
    """Names and cards that lists give to a phone."""
    return frozenset(mark for one in held for mark in one.row.marks)


def _row_keys(work: Work, audience: str, phone: int) -> Iterator[int]:
    """Keys of the rows in which a phone stands: letters are kept by them."""
    desk = work.desk
    reading = Reading(desk, desk.config.audiences[audience], desk.day(work.now), lambda _problem: None)
    for block in reading.blocks(Unwatched()):
        for name in ("phone", "phone2"):
            for key, number in zip(block.columns[ROW_KEY], block.columns.get(name, ()), strict=False):
                if number == phone:
                    yield key


def _moments(connection: Connection, found: Sequence[Trace], refusal: Refusal | None) -> Iterator[datetime]:
    """When the store first learnt of the phone: with each run's messages, or with its refusal."""
    if refusal is not None:
        yield refusal.at
    for code in {trace.run for trace in found}:
        yield from (entry.at for entry in log.entries(connection, code, ("generated",)))


def _exported(work: Work, found: Sequence[Trace]) -> Iterator[Path]:
    """Files of exported runs that have these messages: batches in every format, letters and their list."""
    output = work.desk.config.output
    for trace in found:
        if trace.release < 1:
            continue
        folder = release_folder(output, trace.run, trace.release)
        match trace.channel.route:
            case Route.FOLDER:
                yield from _sheets_of(folder, trace)
            case Route.GATEWAY if trace.file:
                batch = folder / trace.file
                yield from sorted(path for path in batch.parent.glob(f"{batch.stem}*") if path.is_file())
            case Route.GATEWAY:
                pass
            case never:
                assert_never(never)


def _sheets_of(folder: Path, trace: Trace) -> Iterator[Path]:
    """The printed files that may have a message; all of the export, where nothing installed can tell them apart."""
    try:
        kind = registry.printed(trace.channel)
    except ArtefactError:
        yield from sorted(path for path in folder.rglob("*") if path.is_file())
        return
    yield from kind.files_with(folder / kind.folder, trace.folder)


@dataclass(slots=True)
class _Looked:
    files: list[Path] = field(default_factory=list)
    maybe: list[Path] = field(default_factory=list)
    unseen: list[Path] = field(default_factory=list)


def _looked_through(work: Work, wanted: Search, lists: Container[str]) -> _Looked:
    """Every file that lies in the working folder, whatever the store still knows; of a report all that is kept of it.

    Args:
        work: Desk, store and time.
        wanted: What is looked for.
        lists: Lists of which the rows are known already.
    """
    looked, folder = _Looked(), work.desk.config.folder
    reports: dict[Path, list[Path]] = {}
    for path in walk(work):
        kind = kind_of(work, path)
        if (
            path.is_symlink()
            or (kind is not None and kind.kept is Kept.BACKUPS)
            or _name(path, folder) in lists
        ):
            continue
        if (report := report_of(work, path)) is not None:
            reports.setdefault(report, []).append(path)
            continue
        seen = wanted.into(path)
        if seen.phone:
            looked.files.append(path)
        elif seen.marks and (kind is None or kind.kept is not None):
            looked.maybe.append(path)
        elif not seen.whole and (kind is None or kind.kept is not None):
            looked.unseen.append(path)
    for files in reports.values():
        all_seen = [wanted.into(path) for path in files]
        if any(seen.phone for seen in all_seen):
            looked.files += files
        elif any(seen.marks for seen in all_seen):
            looked.maybe += files
    return looked


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else ""


def view(work: Work, phone: int, reason: str, *, unmasked: bool) -> Dossier:
    """Find everything about one phone, and log that somebody looked (PIPL art. 45).

    Raises:
        UsageError: No reason.
    """
    work.ask(Deed.SUBJECT)
    text = why(reason)
    found = dossier(work, phone)
    note(work, "viewed", phone, {"unmasked": unmasked, "reason": text})
    return found


def note(work: Work, kind: str, phone: int, facts: dict[str, object]) -> None:
    """Log that somebody looked at one person's data, or copied them."""
    with work.store.begin() as connection:
        who = pseudonym(settings.salt(connection), phone)
        work.record(connection, kind, "", {"what": "subject", "subject": who, **facts})


def erase(work: Work, phone: int, reason: str) -> Erased:
    """Take one phone out of the store's messages, and see that nobody writes to it again (PIPL art. 47).

    Runs that still wait go out without it, under the approval that stands. What is counted stays. Letters of runs
    that are not over stay until then.

    Raises:
        UsageError: No reason.
        StateError: A run with it is being written or released at this moment.
    """
    work.ask(Deed.SUBJECT)
    text = why(reason)
    rest_all(work)
    found = dossier(work, phone)
    gone, waiting = _erasable(found.traces)
    with work.store.begin() as connection:
        purging.begin_wiping(connection)
        who = pseudonym(settings.salt(connection), phone)
        exported = takeouts.enter(connection, [phone], "subject", work.now)
        sheets = {(trace.channel, trace.recipient) for trace in gone if trace.channel is not Channel.SMS}
        removed = subjects.suppress(connection, phone, sheets, work.clock, plain_line(work.actor))
        took = removed.as_data() if removed else NONE_REMOVED
        take_out(work, connection, gone, who, text, took)
        if not gone:
            work.record(connection, "erased", "", {"subject": who, "reason": text, **took})
    if exported:
        write_notices(work)
    wiped = purging.wipe(work.store, thorough=True)
    cleared = clear(work, phone, found)
    if cleared:
        with work.store.begin() as connection:
            facts = {"reports": cleared.reports, "previews": cleared.previews}
            work.record(connection, "erased", "", {"subject": who, "reason": text, **facts})
    left = dossier(work, phone)
    # What the messages led to is still there, though the messages are not.
    files = dict.fromkeys([*left.files, *(path for path in found.files if not report_of(work, path))])
    left = replace(left, files=tuple(path for path in files if path.exists()), backups=found.backups)
    return Erased(len(gone), sorted({t.run for t in gone}), waiting, left, wiped, cleared)


def clear(work: Work, phone: int, found: Dossier) -> Cleared:
    """Black a phone out of imported reports, and delete the drawn samples: they can be drawn again.

    Every other file is signed, somebody else's or the office's own, and so is named instead.

    Raises:
        StoreError: One of them cannot be written or deleted.
    """
    wanted = search_for(phone, _marks(found.held))
    reports = sorted({report for path in found.files if (report := report_of(work, path)) is not None})
    for report in reports:
        black_out(report, Person(wanted.places, wanted.known))
    drawn = dated(work)[Kept.PREVIEWS]
    for path in drawn:
        leftovers.delete(path)
    return Cleared(len(reports), len(drawn))


def _erasable(found: Sequence[Trace]) -> tuple[list[Trace], int]:
    """Messages that can go now, and how many letters must stay until their run is over."""
    moving = {RunState.GENERATING, RunState.RELEASING}
    busy = sorted({trace.run for trace in found if trace.state in moving})
    if busy:
        raise StateError(
            f"run {busy[0]} is under way; do it again when it is done\n"
            f"任务 {busy[0]} 正在进行：请等它完成后再操作"
        )
    gone = [trace for trace in found if trace.channel is Channel.SMS or trace.state in ENDED]
    return gone, len(found) - len(gone)


def take_out(
    work: Work,
    connection: Connection,
    gone: Sequence[Trace],
    who: str,
    reason: str,
    took: Mapping[str, Any] | None = None,
) -> None:
    """Take somebody's messages out of their runs, and log it run by run.

    Args:
        work: Desk, store and time.
        connection: The transaction.
        gone: The messages.
        who: His pseudonym.
        reason: Why, for the log.
        took: The refusal that was taken out with them, as the first entry has it; None where nobody can say.

    Raises:
        StateError: Somebody moved a run meanwhile.
    """
    for code in sorted({trace.run for trace in gone}):
        its = [trace for trace in gone if trace.run == code]
        facts = _take_out(connection, runs.find(connection, code), its)
        work.record(connection, "erased", code, {"subject": who, "reason": reason, **facts, **(took or {})})
        took = None if took is None else NONE_REMOVED


def _take_out(connection: Connection, run: Run, its: Sequence[Trace]) -> dict[str, object]:
    """Take messages out of a run and bind it to the rest; returns what the log says of it.

    Raises:
        StateError: Somebody moved the run meanwhile.
    """
    subjects.erase(connection, run, its)
    channels = [tally.channel for tally in run.planned.tallies]
    digest = messages.digest(connection, run, channels, Unwatched().advance) if run.digest else ""
    over = run.state in ENDED
    quantity = run.quantity - (0 if over else len(its))
    parts = run.parts - (0 if over else sum(trace.parts for trace in its))
    if not subjects.rebind(connection, run, digest, quantity, parts):
        raise StateError(
            f"run {run.code} was changed by another process meanwhile; do it again\n"
            f"任务 {run.code} 刚才被另一个进程改动：请再操作一次"
        )
    releases: dict[str, int] = {}
    for trace in its:
        if trace.release > 0:
            releases[str(trace.release)] = releases.get(str(trace.release), 0) + 1
    return {"quantity": len(its), "releases": releases, "digest": digest, "before": run.digest}
