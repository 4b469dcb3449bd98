"""The same text again: which other runs have a run's text, and how many of its phones are among theirs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import OPEN, RunState
from campaigner.domain.planning import Run
from campaigner.store.bulk import blocks_of
from campaigner.store.runs import tallies_of
from campaigner.store.tables import LedgerRow, ReleaseRow, RunRow, WordingRow

_RUN = RunRow.__table__  # type: ignore[attr-defined]
_RELEASE = ReleaseRow.__table__  # type: ignore[attr-defined]
_LEDGER = LedgerRow.__table__  # type: ignore[attr-defined]
_WORDING = WordingRow.__table__  # type: ignore[attr-defined]
SEALED = frozenset(
    {RunState.GENERATED, RunState.APPROVED, RunState.PARTLY, RunState.RELEASING, RunState.HELD}
)
"""States of runs whose recipients are in the ledger and of whom some may still wait."""
COMMITTED = frozenset({RunState.APPROVED, RunState.PARTLY, RunState.RELEASING})
"""States of runs of which the rest goes without a further word."""
_LIVE = OPEN | {RunState.RELEASING}
_BLOCK = 50_000


@dataclass(frozen=True, slots=True)
class Group:
    """SMS with one text that went out together, or wait together.

    Args:
        run_id: Number of their run.
        code: Its code.
        state: Its state.
        release: Number of the release within the run; 0 for those that wait.
        phones: How many SMS.
        kept: Whether the ledger says who they are.
    """

    run_id: int
    code: str
    state: RunState
    release: int
    phones: int
    kept: bool


def texts_of(connection: Connection, run: Run) -> frozenset[str]:
    """What names the SMS text of a run: its key, and the hash of its wording where all share one."""
    return _texts(connection, run.id, run.planned.text_key)


def _texts(connection: Connection, run_id: int, key: str) -> frozenset[str]:
    query = select(_WORDING.c.sha256).where(
        _WORDING.c.run_id == run_id, _WORDING.c.channel == Channel.SMS.value
    )
    return frozenset((*key.split(), *connection.execute(query).scalars()))


def same_text(
    connection: Connection,
    texts: Collection[str],
    first: datetime,
    last: datetime,
    *,
    now: datetime,
    but: int = 0,
    more: Mapping[str, frozenset[str]] | None = None,
) -> list[Group]:
    """What went out, or is to go, with one of some texts between two moments, whatever campaign it is of.

    Args:
        connection: Where to read.
        texts: What names the text, see `texts_of`.
        first: Only after this moment.
        last: Only before it.
        now: The time it is: what waits goes no earlier.
        but: Number of a run that is left out.
        more: Run's code -> what else names its text, of runs that are not written yet.
    """
    if not texts:
        return []
    found = [*_released(connection, first, last, but), *_waiting(connection, first, last, now, but)]
    known: dict[int, frozenset[str]] = {}
    kept = []
    for key, group in found:
        if group.run_id not in known:
            known[group.run_id] = _texts(connection, group.run_id, key) | (more or {}).get(
                group.code, frozenset()
            )
        if not known[group.run_id].isdisjoint(texts):
            kept.append(group)
    return sorted(kept, key=lambda group: (group.code, group.release))


def _released(
    connection: Connection, first: datetime, last: datetime, but: int
) -> Iterator[tuple[str, Group]]:
    query = (
        select(_RELEASE.c.run_id, _RELEASE.c.number, _RELEASE.c.sms, _RELEASE.c.text_key, _RUN.c.code, _RUN.c.state)
        .join(_RUN, _RUN.c.id == _RELEASE.c.run_id)
        .where(_RELEASE.c.at > first, _RELEASE.c.at < last, _RELEASE.c.sms > 0, _RELEASE.c.run_id != but)
    )  # fmt: skip
    for row in connection.execute(query).all():
        anybody = select(_LEDGER.c.recipient).where(
            _LEDGER.c.run_id == row.run_id,
            _LEDGER.c.channel == Channel.SMS.value,
            _LEDGER.c.release_no == row.number,
        )
        # Who was written to may be forgotten by now, while how many is known for good.
        kept = connection.execute(anybody.limit(1)).scalar() is not None
        yield row.text_key, Group(row.run_id, row.code, RunState(row.state), row.number, row.sms, kept)


def _waiting(
    connection: Connection, first: datetime, last: datetime, now: datetime, but: int
) -> Iterator[tuple[str, Group]]:
    soon = and_(_RUN.c.release_at > first, _RUN.c.release_at < last)
    # What should be out already can go at any moment.
    late = _RUN.c.release_at <= now if first < now < last else None
    query = select(_RUN.c.id, _RUN.c.code, _RUN.c.state, _RUN.c.text_key, _RUN.c.plan).where(
        _RUN.c.state.in_([state.value for state in _LIVE]),
        _RUN.c.id != but,
        soon if late is None else or_(soon, late),
    )
    for row in connection.execute(query).all():
        state = RunState(row.state)
        kept = state in SEALED
        waits = _count(connection, row.id) if kept else _planned(row.plan)
        if waits:
            yield row.text_key, Group(row.id, row.code, state, 0, waits, kept)


def _count(connection: Connection, run_id: int) -> int:
    query = (
        select(func.count())
        .select_from(_LEDGER)
        .where(_LEDGER.c.run_id == run_id, _LEDGER.c.channel == Channel.SMS.value, _LEDGER.c.release_no == 0)
    )
    return int(connection.execute(query).scalar_one())


def _planned(plan: str) -> int:
    """SMS of a run that is not written yet, by its plan."""
    return sum(tally.recipients for tally in tallies_of(plan) if tally.channel is Channel.SMS)


def shared_phones(connection: Connection, run: Run, groups: Sequence[Group]) -> int:
    """How many phones of a run, those that will never get it left out, are in at least one of some groups."""
    wanted = [group for group in groups if group.kept]
    if not wanted:
        return 0
    mine, other = _LEDGER.alias("mine"), _LEDGER.alias("other")
    query = select(func.count()).where(
        *_sms(mine, run.id),
        mine.c.release_no >= 0,
        _among(other, wanted, other.c.recipient == mine.c.recipient),
    )
    return int(connection.execute(query).scalar_one())


def _among(other: Any, groups: Sequence[Group], *which: Any) -> Any:
    """Whether there is an entry of one of some groups; each is looked up by the whole key of the ledger."""
    return or_(
        *(
            select(other.c.recipient)
            .where(*_sms(other, group.run_id), other.c.release_no == group.release, *which)
            .exists()
            for group in groups
        )
    )


def phones_of(connection: Connection, groups: Sequence[Group]) -> Iterator[Sequence[int]]:
    """Phones of some groups in blocks, in rising order within each group."""
    for group in groups:
        query = (
            select(_LEDGER.c.recipient)
            .where(*_sms(_LEDGER, group.run_id), _LEDGER.c.release_no == group.release)
            .order_by(_LEDGER.c.recipient)
        )
        for rows in blocks_of(connection, query, _BLOCK):
            yield [row[0] for row in rows]


def phones(connection: Connection, run: Run) -> int:
    """How many phones a run has whose SMS went out, or may."""
    query = select(func.count()).select_from(_LEDGER).where(*_sms(_LEDGER, run.id), _LEDGER.c.release_no >= 0)
    return int(connection.execute(query).scalar_one())


def _sms(ledger: Any, run_id: int) -> tuple[Any, ...]:
    return ledger.c.run_id == run_id, ledger.c.channel == Channel.SMS.value
