"""Who may do what is asked where it is done: no way around a role leads through a stage."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from campaigner.answers import evidence, preview
from campaigner.answers.account import log_entries
from campaigner.domain.delivery import DeliveryState
from campaigner.domain.roles import Deed
from campaigner.errors import RoleError
from campaigner.office import purging, restoring, safekeeping, subject_copy, subjects
from campaigner.people import refusing
from campaigner.road import (
    authorship,
    deliver,
    generate,
    holding,
    keeping,
    reconcile,
    review,
    send,
    study,
    vouching,
)
from campaigner.road.plan import Plan
from campaigner.workspace.desk import Work
from tests.offices.office import FIRST_MONDAY, MONDAY, Office

VIEWER = '[people.qian]\nname = "钱同志"\nusers = ["qian"]\nroles = ["viewer"]\n'
PHONE = 13800138000


def _nothing(work: Work) -> Plan:
    """A plan without runs."""
    return Plan(first=work.now, last=work.now, runs=(), problems=(), totals={}, reached={})


DOORS: dict[str, tuple[Deed, Callable[[Work, Any], object]]] = {
    "generate": (Deed.GENERATE, generate.generate),
    "generate --vouch": (Deed.GENERATE, authorship.vouch),
    "plan": (Deed.GENERATE, lambda work, _run: keeping.keep(work, _nothing(work))),
    "reports import": (Deed.GENERATE, lambda work, _run: study.import_reports(work, [])),
    "reports draft": (Deed.GENERATE, lambda work, _run: study.draft(work, study.Studied((), (), {}, {}))),
    "slip": (Deed.DRAW, lambda work, run: vouching.form_drawn(work, run, b"%PDF")),
    "log evidence": (Deed.EVIDENCE, lambda work, _run: evidence.pack_month(work, work.now.date())),
    "approve": (Deed.APPROVE, review.approve),
    "return": (Deed.RETURN, lambda work, run: review.send_back(work, run, "x")),
    "export": (Deed.RELEASE, deliver.export),
    "send": (Deed.RELEASE, lambda work, run: send.send(work, run, None)),  # type: ignore[arg-type]
    "pause": (Deed.HOLD, lambda work, _run: holding.pause(work, FIRST_MONDAY, "x")),
    "resume": (Deed.HOLD, lambda work, _run: holding.resume(work, FIRST_MONDAY)),
    "cancel": (Deed.HOLD, lambda work, run: holding.cancel(work, run, "x")),
    "optout add": (Deed.REFUSE, lambda work, _run: refusing.refuse(work, [PHONE], "hand")),
    "optout remove": (Deed.REFUSE, lambda work, _run: refusing.lift(work, PHONE, "x")),
    "optout export": (Deed.UNMASK, lambda work, _run: refusing.note_copy(work, "x")),
    "receipts import": (
        Deed.SETTLE,
        lambda work, _run: reconcile.import_receipts(work, "carrier", Path("x")),
    ),
    "unknown": (Deed.SETTLE, lambda work, _run: reconcile.settle(work, [1], DeliveryState.FAILED, "x")),
    "preview": (Deed.UNMASK, lambda work, run: preview.note_view(work, run, 1, "x")),
    "subject show": (Deed.SUBJECT, lambda work, _run: subjects.view(work, PHONE, "x", unmasked=False)),
    "subject export": (Deed.SUBJECT, lambda work, _run: subject_copy.write_copy(work, PHONE, "x")),
    "subject delete": (Deed.SUBJECT, lambda work, _run: subjects.erase(work, PHONE, "x")),
    "purge": (Deed.PURGE, lambda work, _run: purging.purge(work)),
    "backup": (Deed.BACKUP, lambda work, _run: safekeeping.back_up_to(work, Path("x"), None)),
}


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    return Office(office)


@pytest.mark.parametrize("door", DOORS)
def test_a_viewer_is_refused_before_anything_happens(office: Office, door: str) -> None:
    seen = office.set(VIEWER)
    seen.keep()
    entries = len(log_entries(seen.store))
    work = replace(seen.at(MONDAY, "钱同志"), login="qian")
    deed, enter = DOORS[door]
    with pytest.raises(RoleError, match=f"钱同志 may not .*{'|'.join(work.desk.config.staff.allowed[deed])}"):
        enter(work, seen.run(FIRST_MONDAY))
    assert len(log_entries(seen.store)) == entries


@pytest.mark.sqlite_only("backs its file up")
def test_a_viewer_puts_no_backup_back(office: Office) -> None:
    seen = office.set(VIEWER)
    seen.keep()
    copy = safekeeping.back_up_to(seen.at(MONDAY), seen.folder / "copy.db", None).path
    seen.store.close()
    template = replace(seen.at(MONDAY, "钱同志"), login="qian")
    with pytest.raises(RoleError):
        restoring.restore(
            lambda store: replace(template, store=store), template.desk, copy, None, "x", dry_run=False
        )
    assert not list(seen.folder.glob("*.before-*"))


def test_every_deed_has_a_door() -> None:
    assert {deed for deed, _enter in DOORS.values()} | {Deed.RESTORE, Deed.ROTATE, Deed.LOOK} == set(Deed)


def test_the_clock_is_nobody_and_does_what_was_approved(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    seen = office.set(VIEWER)
    assert seen.out(MONDAY, FIRST_MONDAY).folder
