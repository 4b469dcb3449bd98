"""Putting a backup back: checked first, nobody written to twice, and who wants no message stays unwritten to."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from campaigner.delivery.parcel import MANIFEST
from campaigner.domain.approval import standing
from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import OPEN, RunState
from campaigner.domain.log import Entry
from campaigner.domain.people import plain_line
from campaigner.domain.planning import Run
from campaigner.domain.roles import Deed
from campaigner.errors import StateError, StoreError, UsageError
from campaigner.stages.account import verify
from campaigner.stages.closing import folder_name
from campaigner.stages.desk import Desk, Work
from campaigner.stages.keys import STORE, keep_key, key_of, office_key, store_place
from campaigner.stages.leftovers import STAMP
from campaigner.stages.reason import why
from campaigner.stages.subjects import take_out
from campaigner.stages.traces import SET_ASIDE
from campaigner.store import (
    approvals,
    cipher,
    erasures,
    lease,
    log,
    pauses,
    purging,
    refusals,
    releases,
    runs,
    sealing,
    settings,
    subjects,
)
from campaigner.store.engine import HEAD, Connection, Store, open_store
from campaigner.store.erasures import Erasure
from campaigner.store.inspection import alone, beside, discard, file_of, inspect_store
from campaigner.store.pauses import Pause
from campaigner.store.refusals import Refusal

LIVELY = timedelta(minutes=1)
"""A daemon whose last sign of life is younger than this leads."""
_ON_SERVER = (
    "only a store in a file is restored here; a database server has its own tools for it (docs/postgresql.md)"
)
_VOIDED = "its approval no longer stood when the backup was put back"
_DOUBT = (
    "after the backup it went out, or may have, or was changed or called off: ask, then cancel or resume it"
)


@dataclass(frozen=True, slots=True)
class Present:
    """What the store that is to be replaced knows; nothing where it cannot be read.

    Args:
        entries: Its log.
        runs: State, attempt and number of releases of each run, by code; None where it cannot be read.
        refused: Who wants no more messages.
        erased: Whose data were deleted.
        salt: The secret that their pseudonyms were made with.
        pauses: What is held back.
    """

    entries: Sequence[Entry] = ()
    runs: dict[str, tuple[RunState, int, int]] | None = None
    refused: Sequence[Refusal] = ()
    erased: Sequence[Erasure] = ()
    salt: bytes = b""
    pauses: Sequence[Pause] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did, or would do.

    Args:
        schema: The schema in which the backup was written.
        entries: How many entries the backup's log has.
        until: When the newest of them was made.
        head: Its hash.
        readable: Whether the store that is replaced could be read.
        lost: Entries that only the replaced store has.
        parted: Whether the two logs differ before the backup's end: then one is not a continuation of the other.
        held: Runs that are held back: after the backup they went out, or may have, or were changed or called off.
        refused: Refusals that are carried over.
        erased: People whose data are deleted again.
        aside: Where the replaced store lies now; None if nothing was replaced.
    """

    schema: str
    entries: int
    until: datetime | None
    head: str
    readable: bool
    lost: Sequence[Entry]
    parted: bool
    held: Sequence[str]
    refused: int
    erased: int
    aside: Path | None = None


def restore(
    opened: Callable[[Store], Work],
    desk: Desk,
    file: Path,
    key: bytes | None,
    reason: str,
    *,
    dry_run: bool,
) -> Restored:
    """Check a backup, say what would be lost, and put it in the place of the store.

    Runs that went out after the backup, or may have, or were changed or called off, are held back; refusals and what
    was held back are carried over; whoever was deleted after the backup is deleted again. The replaced store stays
    beside the new one.

    Args:
        opened: Makes the call of a stage on a store; its actor is who restores.
        desk: The working folder.
        file: The backup, sealed or not.
        key: The key of backups; None where there is none.
        reason: Why, for the log.
        dry_run: Only check, and change nothing.

    Raises:
        UsageError: No reason; the file is not there.
        StateError: A daemon leads on the store, or another program has it open.
        StoreError: The backup cannot be opened, is damaged, or its log does not hold.
    """
    text = "" if dry_run else why(reason)
    place = _sqlite_file(desk)
    if not file.is_file():
        raise UsageError(f"there is no backup {file}")
    if place.exists() and file.samefile(place):
        raise UsageError(f"{file} is the store itself, and no backup of it")
    draft = place.with_name(f".{place.name}.restoring")
    with _drafted(desk, file, draft, key) as inner:
        schema = _checked(draft, inner, file.name)
        ours = _under_our_key(desk, draft, inner)
        store = open_store(f"sqlite:///{draft}", ours)
        try:
            work = opened(store)
            work.ask(Deed.RESTORE)
            _hold_the_chain(store, file.name)
            present = _present(work, place)
            found = _compared(work, store, present, schema)
            if dry_run:
                return found
            _carry_over(work, found, present, file.name, text)
            purging.wipe(store, thorough=True)
        finally:
            store.close()
        if ours is not None and office_key(desk.config.folder, STORE) is None:
            keep_key(store_place(desk.config.folder), ours)
        return replace(found, aside=_swap(work, draft, place, readable=found.readable))


def _sqlite_file(desk: Desk) -> Path:
    return file_of(desk.config.store_url, _ON_SERVER)


@contextmanager
def _drafted(desk: Desk, file: Path, draft: Path, key: bytes | None) -> Iterator[bytes | None]:
    """The backup unsealed beside the present store, taken away again at the end; yields with which key it opens."""
    _clear(draft)
    try:
        if sealing.is_sealed(file):
            if key is None:
                way_out = "put keys/backup.key back, see docs/commands/backup.md"
                raise StoreError(f"{file.name} is encrypted and there is no key; {way_out}")
            yield sealing.unseal(file, draft, key)
        else:
            draft.touch(mode=0o600)
            shutil.copyfile(file, draft)
            yield key_of(desk.config.folder, draft)
    except OSError as error:
        raise StoreError(f"{file.name} cannot be put back: {error.strerror}") from None
    finally:
        _clear(draft)


def _clear(draft: Path) -> None:
    discard(draft)
    discard(_rewritten(draft))


def _rewritten(draft: Path) -> Path:
    return beside(draft, "-rewritten")


def _under_our_key(desk: Desk, draft: Path, inner: bytes | None) -> bytes | None:
    """Give the backup the key that the office has now, where it has one; returns with which key it opens."""
    ours = office_key(desk.config.folder, STORE)
    if ours is None or ours == inner:
        return inner
    again = _rewritten(draft)
    with closing(cipher.connect(draft, inner)) as opened:
        cipher.copy_under(opened, again, ours)
    again.replace(draft)
    return ours


def _checked(draft: Path, key: bytes | None, name: str) -> str:
    """The schema of a whole store.

    Raises:
        StoreError: It is damaged, none of ours, or of a newer campaigner.
    """
    seen = inspect_store(draft, key)
    if seen.faults:
        raise StoreError(f"{name} is damaged: {' '.join(seen.faults[0].split())}; take an older backup")
    if not seen.schema:
        raise StoreError(f"{name} is a database, but no store of campaigner")
    if seen.schema > HEAD:
        raise StoreError(
            f"{name} was written by a newer campaigner (schema {seen.schema}); install that first"
        )
    return seen.schema


def _hold_the_chain(store: Store, name: str) -> None:
    broken = verify(store).broken
    if broken:
        raise StoreError(f"the log of {name} does not hold: {broken}; take another backup")


def _present(work: Work, place: Path) -> Present:
    """What the store knows that is to be replaced.

    Raises:
        StateError: A daemon leads on it.
    """
    if not place.exists() or not place.stat().st_size:
        return Present()
    try:
        key = key_of(work.desk.config.folder, place)
        inspect_store(place, key)
        store = open_store(work.desk.config.store_url, key)
    except StoreError:
        return Present()
    try:
        with store.read() as connection:
            refuse_led(connection, work.clock)
            every = runs.in_states(connection, RunState)
            salt = settings.value(connection, settings.SALT) or ""
            return Present(
                list(log.entries(connection)),
                {run.code: (run.state, run.attempt, len(releases.of_run(connection, run))) for run in every},
                list(refusals.every(connection)),
                erasures.every(connection),
                bytes.fromhex(salt),
                list(pauses.standing(connection).values()),
            )
    except StoreError:
        return Present()
    finally:
        store.close()


def refuse_led(connection: Connection, now: datetime) -> None:
    """Refuse to touch a store on which a daemon leads.

    Raises:
        StateError: One does.
    """
    seen = lease.seen(connection)
    if seen and seen.holder and now - seen.at < LIVELY:
        raise StateError(f"a daemon leads on this store ({seen.holder}); stop it first")


def _compared(work: Work, store: Store, present: Present, schema: str) -> Restored:
    with store.read() as connection:
        entries = list(log.entries(connection))
        waiting = runs.in_states(connection, [*OPEN, RunState.RELEASING])
        held = [run.code for run in waiting if _went_on(work, connection, run, present)]
        known = refusals.phones(connection)
        gone = erasures.phones(connection)
    pairs = zip(entries, present.entries, strict=False)
    parted = present.runs is not None and (
        any(one.hash != other.hash for one, other in pairs) or len(present.entries) < len(entries)
    )
    newest = entries[-1] if entries else None
    return Restored(
        schema, len(entries), newest.at if newest else None, newest.hash if newest else "",
        present.runs is not None, present.entries if parted else present.entries[len(entries) :], parted, held,
        sum(refusal.phone not in known for refusal in present.refused),
        sum(one.channel is Channel.SMS and one.subject not in gone for one in present.erased),
    )  # fmt: skip


def _went_on(work: Work, connection: Connection, run: Run, present: Present) -> bool:
    """Whether more of a run went out than the backup knows, or may have; or it was changed or called off since."""
    if run.state is RunState.RELEASING:
        return True
    done = releases.of_run(connection, run)
    could_go = run.state in {RunState.APPROVED, RunState.PARTLY}
    if present.runs is not None:
        state, attempt, out = present.runs.get(run.code, (None, 0, 0))
        changed = could_go and (state, attempt) != (run.state, run.attempt)
        if changed or state is RunState.CANCELLED or out > len(done):
            return True
    output = work.desk.config.output
    following = run.code if not done else folder_name(run, replace(done[-1], number=len(done) + 1))
    if (output / following / MANIFEST).exists():
        return True
    return present.runs is None and could_go


def _carry_over(work: Work, found: Restored, present: Present, name: str, reason: str) -> None:
    """What must not be forgotten, in one transaction with the entry that tells of the restore."""
    who = plain_line(work.actor)
    with work.store.begin() as connection:
        purging.begin_wiping(connection)
        refusals.add(connection, present.refused)
        _erase_again(work, connection, present, reason)
        for pause in present.pauses:
            pauses.add(connection, pause)
        if found.readable:
            _void_again(work, connection, present.entries)
        for code in found.held:
            pauses.add(connection, Pause(code, who, work.clock, f"{_DOUBT} (backup {name})"))
        facts = {
            "backup": name, "entries": found.entries, "head": found.head, "lost": len(found.lost),
            "parted": found.parted, "held": list(found.held), "refusals": found.refused, "reason": reason,
        }  # fmt: skip
        work.record(connection, "recovered", "", facts)


def _void_again(work: Work, connection: Connection, entries: Sequence[Entry]) -> None:
    """An approval that was returned, voided, withdrawn or called off after the backup does not stand in it either."""
    for run in runs.in_states(connection, (RunState.APPROVED, RunState.RELEASING, RunState.PARTLY)):
        stands = standing(entry for entry in entries if entry.run == run.code)
        if stands is None or stands.content != run.planned.content_hash:
            approvals.void(connection, run, work.clock, _VOIDED)
            if run.state is RunState.APPROVED:
                runs.move(connection, run, RunState.GENERATED, work.clock)
            work.record(connection, "voided", run.code, {"why": _VOIDED})


def _erase_again(work: Work, connection: Connection, present: Present, reason: str) -> None:
    """Whoever was deleted after the backup is deleted from it, too (PIPL art. 47)."""
    for erasure in present.erased:
        erasures.add(connection, erasure)
    again = (
        list(erasures.recipients_among(connection, present.erased, present.salt)) if present.erased else []
    )
    for erasure, key in again:
        if erasure.channel is Channel.SMS:
            # Under this store's own secret, should it be another one.
            subjects.suppress(connection, key, (), erasure.at, erasure.by)
            its = subjects.traces(connection, key)
        else:
            its = subjects.traces(connection, 0, [key])
        take_out(work, connection, its, erasure.subject, reason)


def _swap(work: Work, draft: Path, place: Path, *, readable: bool) -> Path | None:
    """Put the restored store in the place of the present one, which stays beside it; nobody ever sees none.

    Raises:
        StateError: Another program has the present store open.
    """
    if not place.exists():
        draft.rename(place)
        return None
    with alone(place, key_of(work.desk.config.folder, place)) if readable else nullcontext():
        return _set_aside(work, draft, place)


def _set_aside(work: Work, draft: Path, place: Path) -> Path:
    aside = place.with_name(f"{place.name}{SET_ASIDE}{work.desk.local(work.clock):{STAMP}}")
    for ending in ("-wal", "-shm"):
        if beside(place, ending).exists():
            # A log that is not ours to replay: the new store must not find it beside itself.
            beside(place, ending).rename(beside(aside, ending))
    place.chmod(0o600)
    os.link(place, aside)
    draft.replace(place)
    return aside
