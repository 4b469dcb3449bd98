"""Purging: what has served its purpose is deleted by class and date; counts, log and a certificate stay."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from campaigner.domain.calendar import Local
from campaigner.domain.lifecycle import ENDED
from campaigner.domain.masking import masked
from campaigner.domain.planning import Run
from campaigner.domain.retention import IN_STORE, Kept
from campaigner.domain.roles import Deed
from campaigner.errors import StoreError, UsageError
from campaigner.office.certificate import PURGED, Certified, Deleted, certify, facts_of
from campaigner.road.halves import rest_all, sweep_halves
from campaigner.store import purging, runs
from campaigner.store.engine import Connection
from campaigner.workspace import leftovers
from campaigner.workspace.desk import Work
from campaigner.workspace.holdings import dated

ALL = tuple(Kept)


@dataclass(frozen=True, slots=True)
class Old:
    """What of one class is older than its time.

    Args:
        kind: Which class.
        before: What ended, or was written, before this.
        runs: The runs that it belongs to, with how much of each.
        files: Files of it, for those that lie outside the store.
        strays: What of it belongs to no run: receipts that named no message of ours.
    """

    kind: Kept
    before: datetime
    runs: Sequence[tuple[Run, int]] = ()
    files: Sequence[Path] = ()
    strays: int = 0

    @property
    def quantity(self) -> int:
        """How much it is: texts, messages, states, or files."""
        return sum(count for _run, count in self.runs) + len(self.files) + self.strays

    def as_data(self, local: Local) -> dict[str, Any]:
        """For other programs."""
        return {
            "class": self.kind.value, "before": local(self.before).isoformat(),
            "runs": [run.code for run, _count in self.runs], "files": [masked(path.name) for path in self.files],
            "quantity": self.quantity,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge did.

    Args:
        old: What was deleted, class by class; nothing of a class that had nothing old.
        certificate: The certificate, also of what an earlier purge deleted that was cut short; None if nothing was.
        wiped: Whether nothing of it is left in the store's files.
    """

    old: Sequence[Old]
    certificate: Certified | None
    wiped: bool = True

    def as_data(self, local: Local) -> dict[str, Any]:
        """For other programs."""
        return {
            "deleted": [old.as_data(local) for old in self.old],
            "certificate": str(self.certificate.pdf) if self.certificate else None,
            "sha256": self.certificate.sha256 if self.certificate else None,
            "wiped": self.wiped,
        }


@dataclass(frozen=True, slots=True)
class Coming:
    """What will be deleted soon.

    Args:
        kind: Which class.
        first: When the first of it goes.
        quantity: How much of it goes within the time of notice.
    """

    kind: Kept
    first: datetime
    quantity: int

    def as_data(self, local: Local) -> dict[str, Any]:
        """For other programs."""
        return {"class": self.kind.value, "first": local(self.first).isoformat(), "quantity": self.quantity}


def purge(
    work: Work,
    kinds: Collection[Kept] = ALL,
    before: date | None = None,
    *,
    thorough: bool = True,
) -> Purged:
    """Delete what is older than `[retention]` allows, log it, and certify it (PIPL art. 47).

    What killed processes left half-written goes as well, once nobody can be at work on it any more.

    Args:
        work: Desk, store and time; its actor is who deletes.
        kinds: Which classes.
        before: Delete what is from before this day instead, whatever `[retention]` says.
        thorough: Whether the store's file is written anew afterwards; see `purging.wipe`.

    Raises:
        UsageError: `before` would make the caps blind, or lies ahead.
        StoreError: The store cannot be written.
    """
    work.ask(Deed.PURGE)
    rest_all(work)
    sweep_halves(work, drafts=True)
    old = [found for found in what_is_old(work, kinds, before) if found.quantity]
    wiped = True
    if old:
        _forget_rows(work, [found for found in old if found.kind in IN_STORE])
        _delete_files(work, [found for found in old if found.kind not in IN_STORE])
    if thorough or any(found.kind in IN_STORE for found in old):
        wiped = purging.wipe(work.store, thorough=thorough)
    return Purged(old, certify(work), wiped)


def what_is_old(work: Work, kinds: Collection[Kept] = ALL, before: date | None = None) -> list[Old]:
    """What a purge would delete, class by class; nothing is changed.

    Raises:
        UsageError: As for `purge`.
    """
    _check(work, kinds, before)
    return _all_old(work, {kind: _moment(work, kind, before) for kind in Kept if kind in kinds})


def coming(work: Work) -> list[Coming]:
    """What will be deleted within the time of notice, class by class; what is old already counts, too."""
    notice = work.desk.config.retention.notice
    usual = {kind: _moment(work, kind, None) for kind in Kept}
    found = []
    for soon in _all_old(work, {kind: moment + notice for kind, moment in usual.items()}):
        if soon.quantity:
            # Of receipts that named no message of ours it is only known that they are old.
            first = min(_ages(work, soon), default=usual[soon.kind])
            found.append(
                Coming(soon.kind, max(first + (work.now - usual[soon.kind]), work.now), soon.quantity)
            )
    return found


def _ages(work: Work, old: Old) -> Iterator[datetime]:
    if old.kind in IN_STORE:
        with work.store.read() as connection:
            yield from (purging.ended_at(connection, run) for run, _count in old.runs)
    else:
        for path in old.files:
            with suppress(FileNotFoundError):
                yield leftovers.moment_of(work, path)


def _check(work: Work, kinds: Collection[Kept], before: date | None) -> None:
    if before is None:
        return
    if before > work.desk.day(work.now):
        raise UsageError(
            f"{before} lies ahead; only what is past can be deleted\n"
            f"{before} 还没有到：只能删除过去的内容，请改写 --before"
        )
    reach = 2 * work.desk.config.caps.reach
    if Kept.RECIPIENTS in kinds and _midnight(work, before) > work.now - reach:
        latest = work.desk.day(work.now - reach)
        raise UsageError(
            f"the caps in config.toml look back {reach.days} days to see who was written to; "
            f"say --before {latest} or earlier, or leave out recipients\n"
            f"config.toml 的频次上限要回看 {reach.days} 天内发给了谁：请写 --before {latest} 或更早的日期，"
            "或不要包含 recipients 这一类"
        )


def _moment(work: Work, kind: Kept, before: date | None) -> datetime:
    """What is from before this goes."""
    rules = work.desk.config
    moment = _midnight(work, before) if before else work.now - rules.retention.of(kind)
    if kind is Kept.RECIPIENTS:
        return min(moment, work.now - 2 * rules.caps.reach)
    return moment


def _midnight(work: Work, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=work.desk.config.zone)


def _all_old(work: Work, moments: Mapping[Kept, datetime]) -> list[Old]:
    """What of each class is from before its moment."""
    files = dated(work) if set(moments) - IN_STORE else {}
    with work.store.read() as connection:
        ended = runs.ended_before(connection, ENDED, max(moments.values(), default=work.now))
        found = []
        for kind, before in moments.items():
            mine = [run for run, at in ended if at < before]
            if kind in IN_STORE:
                found.append(_old_rows(connection, kind, before, mine))
            else:
                found.append(Old(kind, before, files=_old_files(work, kind, before, mine, files[kind])))
        return found


def _old_files(
    work: Work, kind: Kept, before: datetime, ended: Sequence[Run], there: Sequence[Path]
) -> list[Path]:
    if kind is Kept.BACKUPS:
        return leftovers.backups(work, before)
    of_runs = leftovers.of_runs(work, ended) if kind is Kept.EXPORTS else []
    return [*of_runs, *leftovers.older(work, there, before)]


def _old_rows(connection: Connection, kind: Kept, before: datetime, ended: Sequence[Run]) -> Old:
    held = purging.held(connection, ended, kind)
    strays = purging.strays(connection, before) if kind is Kept.DELIVERIES else 0
    return Old(kind, before, [(run, held[run.id]) for run in ended if held.get(run.id)], strays=strays)


def _forget_rows(work: Work, old: Sequence[Old]) -> None:
    """Run by run, in one transaction with what the log says of it."""
    mine: dict[str, tuple[Run, dict[Kept, Deleted]]] = {}
    for found in old:
        for run, count in found.runs:
            mine.setdefault(run.code, (run, {}))[1][found.kind] = Deleted(count, found.before)
    for run, deleted in mine.values():
        with work.store.begin() as connection:
            purging.begin_wiping(connection)
            for kind in deleted:
                purging.forget(connection, run, kind)
            work.record(connection, PURGED, run.code, facts_of(deleted))
    for found in old:
        if found.strays:
            with work.store.begin() as connection:
                purging.begin_wiping(connection)
                purging.forget_strays(connection, found.before)
                work.record(
                    connection, PURGED, "", facts_of({found.kind: Deleted(found.strays, found.before)})
                )


def _delete_files(work: Work, old: Sequence[Old]) -> None:
    """What is gone is logged, also where a file cannot be deleted; those behind it are deleted all the same."""
    first: StoreError | None = None
    for found in old:
        gone = 0
        for path in found.files:
            try:
                leftovers.delete(path)
                gone += 1
            except StoreError as error:
                first = first or error
        if gone:
            with work.store.begin() as connection:
                work.record(connection, PURGED, "", facts_of({found.kind: Deleted(gone, found.before)}))
    if first is not None:
        raise first
