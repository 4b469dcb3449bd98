"""What happened since a backup: what must not come back with it, and what would be lost, by count and kind."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from campaigner.domain.approval import standing
from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import OPEN, RunState
from campaigner.domain.log import Entry
from campaigner.domain.subject import file_mark, pseudonym
from campaigner.exports.layout import MANIFEST, release_folder
from campaigner.office.present import Kept, Present, kept_runs
from campaigner.road.inbox import READ
from campaigner.store import amounts, approvals, erasures, log, refusals, unreadfiles
from campaigner.store.engine import Connection, Store
from campaigner.workspace.desk import Work
from campaigner.workspace.leftovers import INBOX, moment_of

_GOING = frozenset({RunState.APPROVED, RunState.RELEASING, RunState.PARTLY})
"""States of runs of which something may go out without anybody's further word."""
_BACK = frozenset({RunState.PLANNED, RunState.WITHDRAWN, RunState.EXPIRED, RunState.MISSED})
"""States from which a run may be prepared anew."""


class Fate(StrEnum):
    """What becomes of a run of the backup, because of what happened since."""

    CANCELLED = "cancelled"
    RETURNED = "returned"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What happened since a backup.

    Args:
        lost: Entries that only the replaced store has.
        parted: Whether the two logs differ before the backup's end: then one is not a continuation of the other.
        doubt: Why nothing can be told from the present store, in English and Chinese; None if it can.
        fates: What becomes of runs, by code.
        voided: Runs whose approval does not stand any more.
        unknown: Runs that only the present store has, and that are out or called off there.
        states: How many runs the present store had brought further than the backup has them, by their state there.
        amounts: Of what the present store has more, and how much more.
        files: Carriers' files that were read since, and that the restored store knows nothing of.
        refused: Phones that refused since.
        erased: People who were deleted since.
        lifted: Phones whose refusal was lifted since.
        forgiven: Pseudonyms of people who were deleted before, and asked for messages since.
        doubtful: Refusals that the present store does not have any more, though no entry tells why; they stay.
        unread: Files of refusals that could not be read as a whole, since.
        settled: Such files of the backup that were settled since.
    """

    lost: Sequence[Entry]
    parted: bool
    doubt: tuple[str, str] | None
    fates: Mapping[str, Fate] = field(default_factory=dict)
    voided: Sequence[str] = ()
    unknown: Sequence[str] = ()
    states: Mapping[str, int] = field(default_factory=dict)
    amounts: Mapping[str, int] = field(default_factory=dict)
    files: int = 0
    refused: int = 0
    erased: int = 0
    lifted: frozenset[int] = frozenset()
    forgiven: frozenset[str] = frozenset()
    doubtful: int = 0
    unread: int = 0
    settled: frozenset[str] = frozenset()

    @property
    def kinds(self) -> dict[str, int]:
        """How many entries of which kind are lost, the most frequent first."""
        return dict(Counter(entry.kind for entry in self.lost).most_common())

    def of(self, fate: Fate) -> list[str]:
        """Codes of the runs that one thing becomes of."""
        return [code for code, its in self.fates.items() if its is fate]


def compare(work: Work, store: Store, present: Present) -> Since:
    """What happened since a backup, as far as the present store and the output folder tell.

    Args:
        work: Desk and time.
        store: The backup.
        present: What the present store knows.
    """
    with store.read() as connection:
        entries = list(log.entries(connection))
        parted = _parted(entries, present)
        doubt = _doubt(present, parted=parted)
        kept = kept_runs(connection)
        fates = {code: fate for code, one in kept.items() if (fate := _fate(work, one, present))}
        lost = present.entries if parted else present.entries[len(entries) :]
        lifted, forgiven, doubtful = _lifted(connection, present, lost, sure=doubt is None)
        known, gone = refusals.phones(connection), erasures.phones(connection)
        mine = amounts.amounts(connection)
        names = {file.name for file in unreadfiles.every(connection)}
        voided = [code for code, one in kept.items() if _falls(connection, one, present, sure=doubt is None)]
    told = {str(entry.fields.get("file")) for entry in lost if entry.kind == "file-settled"}
    settled = {
        name
        for name in names - {file.name for file in present.unread}
        if told & {name, file_mark(present.salt, name) if present.salt else name}
    }
    return Since(
        lost=lost,
        parted=parted,
        doubt=doubt,
        fates=fates,
        voided=voided,
        unknown=[code for code, one in (present.runs or {}).items() if code not in kept and _is_over(one)],
        states=_further(kept, present),
        amounts={
            name: more for name, count in present.amounts.items() if (more := count - mine.get(name, 0)) > 0
        },
        files=_read_since(work, entries[-1].at if entries else None),
        refused=sum(refusal.phone not in known for refusal in present.refused),
        erased=sum(one.channel is Channel.SMS and one.subject not in gone for one in present.erased),
        lifted=lifted,
        forgiven=forgiven,
        doubtful=doubtful,
        unread=sum(file.name not in names for file in present.unread),
        settled=frozenset(settled) if doubt is None else frozenset(),
    )


def _parted(entries: Sequence[Entry], present: Present) -> bool:
    pairs = zip(entries, present.entries, strict=False)
    return present.readable and (
        any(one.hash != other.hash for one, other in pairs) or len(present.entries) < len(entries)
    )


def _doubt(present: Present, *, parted: bool) -> tuple[str, str] | None:
    if not present.readable:
        return "it is missing or cannot be read", "不在或无法读取"
    if present.broken:
        return f"its log does not hold: {present.broken}", "其记录链不完整"
    if parted:
        return (
            "its log is no continuation of the backup's: they are two different histories",
            "其记录不是这份备份的延续",
        )
    return None


def _fate(work: Work, kept: Kept, present: Present) -> Fate | None:
    """What becomes of a run: whatever went out or was called off since stays so, whoever's word it is."""
    run = kept.run
    if run.state not in OPEN | _BACK | {RunState.RELEASING}:
        return None
    there = (present.runs or {}).get(run.code)
    over = there is not None and (there.run.state is RunState.CANCELLED or there.releases > kept.releases)
    if over and run.state in OPEN:
        return Fate.CANCELLED
    if over or run.state is RunState.RELEASING or _may_be_out(work, kept, present):
        return Fate.HELD
    if there is None:
        return Fate.HELD if present.readable and run.state in _GOING else None
    if there.run.state is RunState.RETURNED and run.state in {RunState.GENERATED, RunState.APPROVED}:
        return Fate.RETURNED
    same = (there.run.state, there.run.attempt) == (run.state, run.attempt)
    return None if same or run.state not in _GOING else Fate.HELD


def _may_be_out(work: Work, kept: Kept, present: Present) -> bool:
    """Whether a folder shows that more of a run went out, or nothing is known and its time has come."""
    run = kept.run
    following = release_folder(work.desk.config.output, run.code, kept.releases + 1)
    if (following / MANIFEST).exists():
        return True
    return not present.readable and (
        run.state in _GOING or (run.planned.release_at <= work.now and run.state in OPEN)
    )


def _falls(connection: Connection, kept: Kept, present: Present, *, sure: bool) -> bool:
    """Whether an approval of the backup does not stand any more, or nobody can tell."""
    run = kept.run
    if run.state not in _GOING or approvals.standing(connection, run) is None:
        return False
    if not sure:
        return True
    stands = standing(entry for entry in present.entries if entry.run == run.code)
    return stands is None or stands.content != run.planned.content_hash


def _is_over(kept: Kept) -> bool:
    return bool(kept.releases) or kept.run.state is RunState.CANCELLED


def _further(kept: Mapping[str, Kept], present: Present) -> dict[str, int]:
    changed = [
        one.run.state.value
        for code, one in (present.runs or {}).items()
        if code not in kept
        or kept[code].run.state is not one.run.state
        or kept[code].releases != one.releases
    ]
    return dict(Counter(changed).most_common())


def _lifted(
    connection: Connection, present: Present, lost: Sequence[Entry], *, sure: bool
) -> tuple[frozenset[int], frozenset[str], int]:
    """(phones whose refusal was lifted, people who are written to again, refusals that are gone without an entry)."""
    if not present.readable:
        return frozenset(), frozenset(), 0
    gone = {one.subject for one in present.erased}
    there = {refusal.phone for refusal in present.refused}
    missing = {
        phone for phone in refusals.phones(connection) - there if pseudonym(present.salt, phone) not in gone
    }
    forgiven = erasures.phones(connection) - gone
    accepts = sum(entry.kind == "accepts" for entry in lost)
    if sure and len(missing) <= accepts and len(forgiven) <= accepts:
        return frozenset(missing), frozenset(forgiven), 0
    return frozenset(), frozenset(), len(missing) + len(forgiven)


def _read_since(work: Work, until: datetime | None) -> int:
    """How many files of carriers were read after a moment."""
    read: list[Path] = [
        path for path in (work.desk.config.folder / INBOX).glob(f"*/{READ}/*") if path.is_file()
    ]
    return sum(until is None or moment_of(work, path) > until for path in read)
