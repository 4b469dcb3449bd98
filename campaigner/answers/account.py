"""Giving account: what the log says, and whether it and the messages are as they were written."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from campaigner.domain.approval import OUT
from campaigner.domain.approved import unapproved
from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import RunState
from campaigner.domain.log import Entry, break_in
from campaigner.domain.planning import Run
from campaigner.domain.retention import Kept
from campaigner.errors import UsageError
from campaigner.store import log, messages, outbox, releases, runs
from campaigner.store.engine import Store
from campaigner.workspace.desk import Unwatched


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found.

    Args:
        entries: How many entries the log has.
        head: Hash of the newest; "" for an empty log.
        runs: How many exported runs were compared with their messages.
        broken: Why the log does not hold; "" if it does.
    """

    entries: int
    head: str
    runs: int
    broken: str = ""


def log_entries(store: Store, code: str = "") -> list[Entry]:
    """The log, or what it has of one run."""
    with store.read() as connection:
        if code:
            code = runs.find(connection, code).code
        return list(log.entries(connection, code))


def verify(store: Store) -> Verified:
    """Whether each entry follows the one before unchanged, and exported messages are those of the log."""
    with store.read() as connection:
        entries = list(log.entries(connection))
        kept_head = log.kept_head(connection)
        kept = runs.in_states(connection, RunState)
        out = {run.code: releases.of_run(connection, run) for run in kept}
    head = entries[-1].hash if entries else ""
    broken = break_in(entries)
    if broken:
        return Verified(len(entries), head, 0, broken[1])
    if head != kept_head:
        return Verified(len(entries), head, 0, f"entries after {len(entries)} were cut off")
    told, erased = _by_run(entries, OUT), _by_run(entries, {"erased"})
    purged = {entry.run for entry in entries if entry.kind == "purged" and _took_messages(entry)}
    for run in kept:
        done = sum(release.out for release in out[run.code])
        marked = run.state is RunState.RELEASED and not done
        if done > len(told.get(run.code, ())) or (marked and not _went_nowhere(entries, run)):
            return Verified(
                len(entries), head, len(told), f"run {run.code} went out, but no entry tells of it"
            )
    for code, of_it in _by_run(entries).items():
        why = unapproved(of_it)
        if why:
            return Verified(len(entries), head, len(told), f"run {code}, {why}")
    for code, its_entries in told.items():
        why = _differs(store, code, its_entries, erased.get(code, ()), messages_kept=code not in purged)
        if why:
            return Verified(len(entries), head, len(told), why)
    return Verified(len(entries), head, len(told))


def _by_run(entries: Sequence[Entry], kinds: Collection[str] = ()) -> dict[str, list[Entry]]:
    """Entries run by run, in order: all of them, or those of some kinds."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.run and (not kinds or entry.kind in kinds):
            found.setdefault(entry.run, []).append(entry)
    return found


def _took_messages(purged: Entry) -> bool:
    """Whether a purge left messages that can no longer be compared; those of earlier versions took everything."""
    return not {Kept.TEXTS, Kept.RECIPIENTS}.isdisjoint(purged.fields.get("deleted", [Kept.RECIPIENTS]))


def _went_nowhere(entries: Sequence[Entry], run: Run) -> bool:
    """Whether the log says that nobody was left to write to."""
    return any(entry.kind == "waits" and entry.run == run.code for entry in entries)


def _differs(
    store: Store, code: str, entries: Sequence[Entry], erased: Sequence[Entry], *, messages_kept: bool
) -> str:
    """Why what is stored of a run is not what its entries say went out, but for whom they say was erased."""
    last = entries[-1]
    with store.read() as connection:
        try:
            run: Run = runs.find(connection, code)
        except UsageError:
            return f"run {code} was exported (entry {last.seq}) but is no longer in the store"
        if not messages_kept:
            return ""
        channels = map(Channel, last.fields["channels"])
        stored = messages.digest(connection, run, channels, Unwatched().advance)
        counts = outbox.counts(connection, run)
    binding = max([last, *erased], key=lambda entry: entry.seq)
    if stored != binding.fields["digest"]:
        return f"the stored messages of run {code} are not those that were exported (entry {binding.seq})"
    for entry in entries:
        number = entry.fields.get("release", 1)
        gone = sum(each.fields["releases"].get(str(number), 0) for each in erased)
        if counts.get(number, 0) + gone != entry.fields["quantity"]:
            return f"release {number} of run {code} is not as large as entry {entry.seq} says"
    return ""
