"""Giving account: what the log says, and whether it and the messages are as they were written."""

from dataclasses import dataclass

from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import RunState
from campaigner.domain.log import Entry, break_in
from campaigner.domain.planning import Run
from campaigner.errors import UsageError
from campaigner.stages.desk import Unwatched
from campaigner.store import log, messages, runs
from campaigner.store.engine import Store


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
        out = [run.code for run in runs.in_states(connection, (RunState.EXPORTED,))]
    head = entries[-1].hash if entries else ""
    broken = break_in(entries)
    if broken:
        return Verified(len(entries), head, 0, broken[1])
    if head != kept_head:
        return Verified(len(entries), head, 0, f"entries after {len(entries)} were cut off")
    exported = {entry.run: entry for entry in entries if entry.kind == "exported"}
    silent = sorted(set(out) - set(exported))
    if silent:
        return Verified(
            len(entries), head, len(exported), f"run {silent[0]} went out, but no entry tells of it"
        )
    for code, entry in exported.items():
        why = _differs(store, code, entry)
        if why:
            return Verified(len(entries), head, len(exported), why)
    return Verified(len(entries), head, len(exported))


def _differs(store: Store, code: str, entry: Entry) -> str:
    with store.read() as connection:
        try:
            run: Run = runs.find(connection, code)
        except UsageError:
            return f"run {code} was exported (entry {entry.seq}) but is no longer in the store"
        channels = map(Channel, entry.fields["channels"])
        stored = messages.digest(connection, run, channels, Unwatched().advance)
    if stored != entry.fields["digest"]:
        return f"the stored messages of run {code} are not those that were exported (entry {entry.seq})"
    return ""
