"""Carrying over: what a backup must not undo, in one transaction with the entry that tells of its return."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, assert_never

from campaigner.domain.calendar import Local
from campaigner.domain.campaign import Route
from campaigner.domain.lifecycle import ENDED, RunState
from campaigner.domain.people import plain_line
from campaigner.domain.planning import Run
from campaigner.domain.retention import Kept as Class
from campaigner.domain.standing import WENT_OUT, explained, kept_reason
from campaigner.office.certificate import PURGED, Deleted
from campaigner.office.certificate import facts_of as certificate_facts
from campaigner.office.present import Kept, Present
from campaigner.office.since import Fate, Since, compare
from campaigner.office.subjects import take_out
from campaigner.store import (
    approvals,
    erasures,
    log,
    outbox,
    pauses,
    purging,
    refusals,
    runs,
    subjects,
    takeouts,
    unreadfiles,
)
from campaigner.store.engine import Connection, Store
from campaigner.store.pauses import Pause
from campaigner.workspace.desk import Work
from campaigner.workspace.leftovers import backup_word

_VOIDED = "its approval no longer stood when the backup was put back"
_UNSURE = "nobody can tell whether its approval still stood when the backup was put back"
_DOUBT = (
    "after the backup it went out, or may have, or was changed or called off: ask, then cancel or resume it"
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did, or would do.

    Args:
        schema: The schema in which the backup was written.
        entries: How many entries the backup's log has.
        until: When the newest of them was made.
        head: Its hash.
        readable: Whether the store that is replaced could be read.
        since: What happened since the backup.
        carried: Exported messages to phones that refused since: noted again.
        not_carried: Such messages that the backup does not have.
        purged: Runs whose data were purged since, and are again.
        aside: Where the replaced store lies now; None if nothing was replaced.
    """

    schema: str
    entries: int
    until: datetime | None
    head: str
    readable: bool
    since: Since
    carried: int = 0
    not_carried: int = 0
    purged: int = 0
    aside: Path | None = None

    def as_data(self, local: Local) -> dict[str, object]:
        """For other programs."""
        facts = facts_of(self)
        kinds = facts.pop("lost_kinds")
        return {
            **facts, "schema": self.schema, "until": local(self.until).isoformat() if self.until else None,
            "readable": self.readable, "lost": kinds, "doubt": self.since.doubt[0] if self.since.doubt else "",
            "aside": str(self.aside) if self.aside else None,
        }  # fmt: skip


def looked_at(work: Work, store: Store, present: Present, schema: str) -> Restored:
    """What putting a backup back would do; nothing is changed.

    Args:
        work: Desk and time.
        store: The backup.
        present: What the store knows that it would take the place of.
        schema: The schema in which the backup was written.
    """
    with store.read() as connection:
        newest = log.head(connection)
    return Restored(
        schema,
        newest.seq if newest else 0,
        newest.at if newest else None,
        newest.hash if newest else "",
        present.readable,
        compare(work, store, present),
    )


def carry_over(work: Work, found: Restored, present: Present, name: str, reason: str) -> Restored:
    """What must not be forgotten, in one transaction with the entry that tells of the restore.

    Args:
        work: Desk, the backup as a store, time; its actor is who restores.
        found: What was found to be done.
        present: What the store knows whose place it takes.
        name: The backup's file name.
        reason: Why, for the log.
    """
    since = found.since
    with work.store.begin() as connection:
        purging.begin_wiping(connection)
        added = refusals.add(connection, present.refused)
        _lift_again(work, connection, since)
        _erase_again(work, connection, present, reason)
        for file in present.unread:
            unreadfiles.enter(connection, file)
        for settled in sorted(since.settled):
            unreadfiles.forget(connection, settled)
        for pause in present.pauses:
            pauses.add(connection, pause)
        for code in since.voided:
            _void_again(work, connection, code, since)
        for code, fate in since.fates.items():
            _meet(work, connection, code, fate, present, name)
        for code in since.unknown:
            _keep_ended(work, connection, (present.runs or {})[code])
        carried, not_carried = takeouts.carry(connection, present.takeouts)
        done = replace(
            found, carried=carried, not_carried=not_carried, purged=_purge_again(work, connection, since)
        )
        facts = {"refusals": added, "backup": backup_word(connection, name), "reason": reason}
        work.record(connection, "recovered", "", facts_of(done) | facts)
    return done


def facts_of(done: Restored) -> dict[str, object]:
    """What the log and other programs are told of a restore, besides file and reason."""
    since = done.since
    return {
        "entries": done.entries, "head": done.head, "lost": len(since.lost), "lost_kinds": since.kinds,
        "lost_rows": dict(since.amounts), "lost_runs": dict(since.states), "lost_files": since.files,
        "parted": since.parted, "comparable": since.doubt is None,
        "held": since.of(Fate.HELD), "cancelled": since.of(Fate.CANCELLED), "returned": since.of(Fate.RETURNED),
        "voided": list(since.voided), "ended_since": list(since.unknown), "refusals": since.refused,
        "lifted": len(since.lifted) + len(since.forgiven), "doubtful": since.doubtful, "erased": since.erased,
        "unread": since.unread, "takeouts": done.carried, "takeouts_lost": done.not_carried, "purged": done.purged,
    }  # fmt: skip


def _void_again(work: Work, connection: Connection, code: str, since: Since) -> None:
    """An approval that was taken back since, or of which nobody can tell, does not come back."""
    run = runs.find(connection, code)
    why = _VOIDED if since.doubt is None else _UNSURE
    approvals.void(connection, run, work.now, why)
    if run.state is RunState.APPROVED:
        runs.move(connection, run, RunState.GENERATED, work.now)
    work.record(connection, "voided", code, {"why": why})


def _meet(work: Work, connection: Connection, code: str, fate: Fate, present: Present, name: str) -> None:
    """Let become of a run what became of it since."""
    run = runs.find(connection, code)
    there = (present.runs or {}).get(code)
    match fate:
        case Fate.CANCELLED:
            assert there is not None
            _end_again(work, connection, run, there)
        case Fate.RETURNED:
            assert there is not None
            approvals.void(connection, run, work.now, _VOIDED)
            runs.move(connection, run, RunState.RETURNED, work.now, returned_reason=there.run.returned_reason)
            work.record(connection, "returned", code, {"reason": there.run.returned_reason, "again": True})
        case Fate.HELD:
            pauses.add(
                connection, Pause(code, plain_line(work.actor), work.clock, f"{_DOUBT} (backup {name})")
            )
        case _:
            assert_never(fate)


def _end_again(work: Work, connection: Connection, run: Run, there: Kept) -> None:
    """A run that went out since, or was called off, is over: nobody could tell who has got it and who has not."""
    cancelled = there.run.state is RunState.CANCELLED
    reason = there.run.reason if cancelled else kept_reason(WENT_OUT)
    approvals.void(connection, run, work.now, _VOIDED)
    never = outbox.drop_all(connection, run, RunState.CANCELLED)
    runs.move(connection, run, RunState.CANCELLED, work.now, state_reason=reason)
    work.record(connection, "cancelled", run.code, {
        "reason": explained(reason)[0], "out": there.quantity, "never": never, "again": True,
    })  # fmt: skip


def _keep_ended(work: Work, connection: Connection, there: Kept) -> None:
    """A run that the backup does not know at all and that is over is kept as that, or it would be planned anew."""
    runs.add(connection, there.run.planned, work.now)
    _end_again(work, connection, runs.find(connection, there.run.code), there)


def _lift_again(work: Work, connection: Connection, since: Since) -> None:
    """Who asked for messages again since the backup is not refused anew; each with an entry, as when he asked."""
    for phone, subject in zip_longest(sorted(since.lifted), sorted(since.forgiven)):
        removed = refusals.remove(connection, phone) if phone is not None else None
        if subject is not None:
            erasures.forget(connection, subject)
        facts = {
            "reason": "lifted after the backup that is put back",
            **({} if subject is None else {"subject": subject}),
            **(removed.as_data() if removed else refusals.NONE_REMOVED),
        }
        work.record(connection, "accepts", "", facts)


def _purge_again(work: Work, connection: Connection, since: Since) -> int:
    """What was purged since the backup goes again, of runs that are over in it; returns of how many runs."""
    wanted: dict[str, dict[Class, datetime]] = {}
    for entry in since.lost:
        if entry.kind == PURGED and entry.run:
            for kind, (_count, before) in entry.fields["deleted"].items():
                wanted.setdefault(entry.run, {})[Class(kind)] = datetime.fromisoformat(before)
    count = 0
    known = {run.code: run for run in runs.in_states(connection, ENDED)}
    for code, kinds in wanted.items():
        run = known.get(code)
        deleted: dict[Class, Deleted] = {}
        for kind, before in kinds.items() if run is not None else ():
            held = purging.held(connection, [run], kind).get(run.id, 0) if run is not None else 0
            if run is not None and held:
                purging.forget(connection, run, kind)
                deleted[kind] = Deleted(held, before)
        if deleted:
            work.record(connection, PURGED, code, certificate_facts(deleted))
            count += 1
    return count


def _erase_again(work: Work, connection: Connection, present: Present, reason: str) -> None:
    """Whoever was deleted after the backup is deleted from it, too (PIPL art. 47)."""
    for erasure in present.erased:
        erasures.add(connection, erasure)
    again = (
        list(erasures.recipients_among(connection, present.erased, present.salt)) if present.erased else []
    )
    for erasure, key in again:
        took: Mapping[str, Any] = refusals.NONE_REMOVED
        match erasure.channel.route:
            case Route.GATEWAY:
                # Under this store's own secret, should it be another one.
                removed = subjects.suppress(connection, key, (), erasure.at, erasure.by)
                took = removed.as_data() if removed else took
                its = subjects.traces(connection, key)
            case Route.FOLDER:
                its = [t for t in subjects.traces(connection, 0, [key]) if t.channel is erasure.channel]
            case never:
                assert_never(never)
        take_out(work, connection, its, erasure.subject, reason, took)
        if not its:
            work.record(connection, "erased", "", {"subject": erasure.subject, "reason": reason, **took})
