"""The lease of the clock: one holder at a time, and a token that fences off whoever held it before."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from campaigner.errors import OvertakenError
from campaigner.store.tables import LeaseRow

_LEASE = LeaseRow.__table__  # type: ignore[attr-defined]
CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Lease:
    """The lease as it was seen.

    Args:
        holder: Who holds it; "" if it was given back.
        token: Rises with each new holder.
        renewals: Rises while the holder lives; a lease in which it stands still is a dead one.
        at: When it was last renewed, by the holder's clock; for people, never compared.
    """

    holder: str
    token: int
    renewals: int
    at: datetime


def seen(connection: Connection, name: str = CLOCK) -> Lease | None:
    """The lease as it is now; None if nobody ever held it."""
    row = connection.execute(select(_LEASE).where(_LEASE.c.name == name)).one_or_none()
    return Lease(row.holder, row.token, row.renewals, row.at) if row else None


def take(
    connection: Connection, holder: str, now: datetime, before: Lease | None, name: str = CLOCK
) -> Lease | None:
    """Take the lease over, if it is still exactly as it was seen; the caller holds the writer's place.

    Returns:
        The lease, or None if somebody renewed or took it meanwhile.
    """
    if before is None:
        if seen(connection, name) is not None:
            return None
        connection.execute(insert(_LEASE).values(name=name, holder=holder, token=1, renewals=0, at=now))
        return Lease(holder, 1, 0, now)
    changed = connection.execute(
        update(_LEASE)
        .where(
            _LEASE.c.name == name, _LEASE.c.token == before.token, _LEASE.c.renewals == before.renewals,
            _LEASE.c.holder == before.holder,
        )
        .values(holder=holder, token=before.token + 1, renewals=0, at=now)
    ).rowcount  # fmt: skip
    return Lease(holder, before.token + 1, 0, now) if changed else None


def renew(connection: Connection, lease: Lease, now: datetime, name: str = CLOCK) -> None:
    """Say that the holder lives.

    Raises:
        OvertakenError: Somebody else holds it.
    """
    changed = connection.execute(
        update(_LEASE)
        .where(_LEASE.c.name == name, _LEASE.c.token == lease.token, _LEASE.c.holder == lease.holder)
        .values(renewals=_LEASE.c.renewals + 1, at=now)
    ).rowcount
    if not changed:
        raise OvertakenError(
            "the lease of the clock was taken over by another daemon\n定时工作已由另一个守护进程接手"
        )


def give_back(connection: Connection, lease: Lease, name: str = CLOCK) -> None:
    """Let the next one take it at once; nothing happens if it is held by another."""
    connection.execute(
        update(_LEASE)
        .where(_LEASE.c.name == name, _LEASE.c.token == lease.token, _LEASE.c.holder == lease.holder)
        .values(holder="", renewals=_LEASE.c.renewals + 1)
    )


def still_held(connection: Connection, lease: Lease, name: str = CLOCK) -> None:
    """Within a transaction: nobody has taken the lease over.

    Raises:
        OvertakenError: Somebody has; nothing of the transaction may stand.
    """
    token = connection.execute(select(_LEASE.c.token).where(_LEASE.c.name == name)).scalar()
    if token != lease.token:
        raise OvertakenError(
            "the lease of the clock was taken over by another daemon; this one stops\n"
            "定时工作已由另一个守护进程接手，本进程停止"
        )
