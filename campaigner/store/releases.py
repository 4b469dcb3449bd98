"""Releases: each going out of a run, or of a part of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from campaigner.domain.caps import Contact
from campaigner.domain.planning import Run
from campaigner.errors import ApprovalError
from campaigner.store.tables import ReleaseRow

_RELEASE = ReleaseRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Release:
    """One going out.

    Args:
        number: 1, 2, 3, ... within its run.
        at: The moment from which its messages go.
        quantity: Messages on all channels.
        sms: SMS among them.
        parts: Their parts.
        whole: Whether everything of the run is in it.
        out: Whether it is done.
        manifest: SHA-256 of its manifest; "" until its folder is about to be shown, and for what was sent live.
    """

    number: int
    at: datetime
    quantity: int
    sms: int
    parts: int
    whole: bool
    out: bool
    manifest: str


def add(connection: Connection, run: Run, release: Release) -> None:
    """Begin a release.

    Raises:
        ApprovalError: It would let more out than was approved; the database refuses it.
    """
    try:
        connection.execute(
            insert(_RELEASE).values(
                run_id=run.id, number=release.number, at=release.at, gateway=run.planned.gateway,
                text_key=run.planned.text_key, quantity=release.quantity, sms=release.sms,
                parts=release.parts, whole=release.whole, out=release.out, manifest=release.manifest,
            )
        )  # fmt: skip
    except IntegrityError:
        raise ApprovalError(
            f"run {run.code}: more messages would go out than were approved\n"
            f"任务 {run.code} 要发出的数量超过批准的数量，没有发出：请退回后重新生成、批准"
        ) from None


def of_run(connection: Connection, run: Run) -> list[Release]:
    """The releases of a run in order."""
    rows = connection.execute(select(_RELEASE).where(_RELEASE.c.run_id == run.id).order_by(_RELEASE.c.number))
    return [_release(row) for row in rows]


def begun(connection: Connection, kept: Iterable[Run]) -> set[int]:
    """Numbers of those runs of which something is out, or on its way out."""
    found = set(connection.execute(select(_RELEASE.c.run_id).distinct()).scalars())
    return found & {run.id for run in kept}


def unfinished(connection: Connection, run: Run) -> Release | None:
    """The release that was begun and is not out."""
    row = connection.execute(
        select(_RELEASE).where(_RELEASE.c.run_id == run.id, _RELEASE.c.out.is_(False))
    ).one_or_none()
    return _release(row) if row else None


def announce(connection: Connection, run: Run, number: int, manifest: str) -> None:
    """The folder of a release is whole and shown from now on: somebody may see it, whatever becomes of this process."""
    connection.execute(
        update(_RELEASE)
        .where(_RELEASE.c.run_id == run.id, _RELEASE.c.number == number, _RELEASE.c.out.is_(False))
        .values(manifest=manifest)
    )


def finish(connection: Connection, run: Run, number: int, manifest: str) -> None:
    """A release is out."""
    connection.execute(
        update(_RELEASE)
        .where(_RELEASE.c.run_id == run.id, _RELEASE.c.number == number)
        .values(out=True, manifest=manifest)
    )


def shrink(connection: Connection, run: Run, number: int, sms: int, parts: int) -> None:
    """Fewer SMS went out with a release than it was begun with; the others wait again."""
    connection.execute(
        update(_RELEASE)
        .where(_RELEASE.c.run_id == run.id, _RELEASE.c.number == number)
        .values(quantity=_RELEASE.c.quantity - _RELEASE.c.sms + sms, sms=sms, parts=parts, whole=False)
    )


def no_longer_whole(connection: Connection, run: Run, number: int) -> None:
    """Somebody was taken out of a release, so that each of its messages has to be looked up."""
    connection.execute(
        update(_RELEASE).where(_RELEASE.c.run_id == run.id, _RELEASE.c.number == number).values(whole=False)
    )


def forget(connection: Connection, run: Run, number: int) -> None:
    """A release of which nothing went out never was."""
    connection.execute(
        _RELEASE.delete().where(
            _RELEASE.c.run_id == run.id, _RELEASE.c.number == number, _RELEASE.c.out.is_(False)
        )
    )


def through_gateway(connection: Connection, gateway: str, since: datetime) -> list[tuple[datetime, int]]:
    """(moment, SMS) of each release through a gateway since a moment, those set for later too."""
    rows = connection.execute(
        select(_RELEASE.c.at, _RELEASE.c.sms).where(_RELEASE.c.gateway == gateway, _RELEASE.c.at >= since)
    )
    return [(row.at, row.sms) for row in rows]


def near(connection: Connection, first: datetime, last: datetime) -> dict[int, Contact]:
    """Key of each release with SMS between two moments -> what it is to each who got one."""
    rows = connection.execute(
        select(_RELEASE.c.id, _RELEASE.c.at, _RELEASE.c.text_key).where(
            _RELEASE.c.at > first, _RELEASE.c.at < last, _RELEASE.c.sms > 0
        )
    )
    return {row.id: Contact(row.at, row.text_key) for row in rows}


def released(connection: Connection, run: Run) -> int:
    """How many messages of a run are out, or on their way out."""
    query = select(func.coalesce(func.sum(_RELEASE.c.quantity), 0)).where(_RELEASE.c.run_id == run.id)
    return int(connection.execute(query).scalar_one())


def _release(row: Row[Any]) -> Release:
    return Release(
        row.number, row.at, row.quantity, row.sms, row.parts, bool(row.whole), bool(row.out), row.manifest
    )  # fmt: skip
