"""Approvals: one second person's word on one content and one quantity."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from campaigner.domain.approval import Approval
from campaigner.domain.planning import Run
from campaigner.store.tables import ApprovalRow

_APPROVAL = ApprovalRow.__table__  # type: ignore[attr-defined]


def add(connection: Connection, run: Run, approval: Approval) -> None:
    """Keep an approval."""
    connection.execute(
        insert(_APPROVAL).values(
            run_id=run.id, by=approval.by, at=approval.at, content_hash=approval.content_hash,
            digest=approval.digest, quantity=approval.quantity, parts=approval.parts,
            expires_at=approval.expires_at, voided_at=None,
            voided_why="", repeats=approval.repeats,
        )
    )  # fmt: skip


def standing(connection: Connection, run: Run) -> Approval | None:
    """The approval of a run that has not been voided."""
    row = connection.execute(
        select(_APPROVAL)
        .where(_APPROVAL.c.run_id == run.id, _APPROVAL.c.voided_at.is_(None))
        .order_by(_APPROVAL.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Approval(
        row.by, row.at, row.content_hash, row.digest, row.quantity, row.parts, row.expires_at, row.repeats
    )


def given_later(connection: Connection, run: Run, others: Iterable[int]) -> set[int]:
    """Numbers of those other runs whose approval stands and was given after that of a run."""
    mine = (
        select(func.max(_APPROVAL.c.id))
        .where(_APPROVAL.c.run_id == run.id, _APPROVAL.c.voided_at.is_(None))
        .scalar_subquery()
    )
    query = select(_APPROVAL.c.run_id).where(
        _APPROVAL.c.run_id.in_(sorted(set(others))), _APPROVAL.c.voided_at.is_(None), _APPROVAL.c.id > mine
    )
    return set(connection.execute(query).scalars())


def digests(connection: Connection) -> set[tuple[int, str]]:
    """(number of a run, digest) of all that was ever approved, whether or not it still stands."""
    return {
        (row.run_id, row.digest) for row in connection.execute(select(_APPROVAL.c.run_id, _APPROVAL.c.digest))
    }


def rebind(connection: Connection, run: Run, digest: str) -> None:
    """Bind what stands to the messages that are left, if it was bound to all; see `domain.approval.rebound`."""
    connection.execute(
        update(_APPROVAL)
        .where(
            _APPROVAL.c.run_id == run.id, _APPROVAL.c.voided_at.is_(None), _APPROVAL.c.digest == run.digest
        )
        .values(digest=digest)
    )


def void(connection: Connection, run: Run, now: datetime, why: str) -> int:
    """Void what stands; it stays on record. Returns how many were voided."""
    return connection.execute(
        update(_APPROVAL)
        .where(_APPROVAL.c.run_id == run.id, _APPROVAL.c.voided_at.is_(None))
        .values(voided_at=now, voided_why=why)
    ).rowcount
