"""How many rows of each kind a store has, so that two stores can be compared."""

from typing import Any

from sqlalchemy import Connection, func, select

from campaigner.store.tables import (
    ApprovalRow,
    DeliveryRow,
    MessageRow,
    ReferenceRow,
    RefusalRow,
    ReleaseRow,
    RunRow,
    TakeoutRow,
)

_APPROVAL = ApprovalRow.__table__  # type: ignore[attr-defined]
_DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]
_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]
_REFERENCE = ReferenceRow.__table__  # type: ignore[attr-defined]
_REFUSAL = RefusalRow.__table__  # type: ignore[attr-defined]
_RELEASE = ReleaseRow.__table__  # type: ignore[attr-defined]
_RUN = RunRow.__table__  # type: ignore[attr-defined]
_TAKEOUT = TakeoutRow.__table__  # type: ignore[attr-defined]
_COUNTED: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "runs": (_RUN, ()),
    "messages": (_MESSAGE, ()),
    "approvals": (_APPROVAL, (_APPROVAL.c.voided_at.is_(None),)),
    "releases": (_RELEASE, (_RELEASE.c.out.is_(True),)),
    "deliveries": (_DELIVERY, ()),
    "receipts": (_REFERENCE, (_REFERENCE.c.received != "",)),
    "refusals": (_REFUSAL, ()),
    "takeouts": (_TAKEOUT, ()),
}


def amounts(connection: Connection) -> dict[str, int]:
    """How many runs, messages, approvals that stand, releases that are out, and so on, by their name."""
    return {
        name: int(connection.execute(select(func.count()).select_from(table).where(*which)).scalar_one())
        for name, (table, which) in _COUNTED.items()
    }
