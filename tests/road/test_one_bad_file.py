"""One bad file, or one fault of ours, stops no beat of the clock: it is told of, and the rest is done."""

from pathlib import Path
from typing import Any

import pytest

from campaigner.answers.account import log_entries
from campaigner.daemon.beats import BEATS
from campaigner.daemon.service import Daemon
from campaigner.domain.retention import Kept
from campaigner.errors import StoreError
from campaigner.exports.layout import forms
from campaigner.office import caretaking, purging
from campaigner.office.caretaking import back_up
from campaigner.office.reminding import remind
from campaigner.road import ahead, reconcile, release
from campaigner.road.ahead import generate_ahead, plan_horizon
from campaigner.road.reconcile import hear
from campaigner.road.release import What
from campaigner.road.wire import Wire
from campaigner.workspace import leftovers
from tests.fakes.carrier import Script
from tests.offices.office import FIRST_MONDAY, MONDAY, PARENTS, SECOND_MONDAY, Office, at, turns


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    return Office(office)


@pytest.mark.parametrize(
    ("error", "told"),
    [(OSError(28, "No space left on device"), "No space left"), (KeyError("名字"), "a fault of the program")],
)
def test_a_run_whose_files_cannot_be_written_stops_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    office.ready(FIRST_MONDAY, PARENTS)
    real: Any = release.export

    def export(work: Any, run: Any) -> Any:
        if run.code == FIRST_MONDAY:
            raise error
        return real(work, run)

    monkeypatch.setattr(release, "export", export)
    found = {turn.run: turn for turn in turns(office, "2026-12-10T08:00")}
    assert found[FIRST_MONDAY].what is What.FAILED
    assert told in found[FIRST_MONDAY].why
    assert "名字" not in found[FIRST_MONDAY].why
    assert found[PARENTS].what is What.OUT


def test_a_run_that_cannot_be_written_stops_no_other(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    plan_horizon(office.at("2026-12-01T07:00"))
    real: Any = ahead.generate

    def generate(work: Any, run: Any) -> Any:
        if run.code == FIRST_MONDAY:
            raise PermissionError(13, "Permission denied")
        return real(work, run)

    monkeypatch.setattr(ahead, "generate", generate)
    found = {one.run: one for one in generate_ahead(office.at("2026-12-07T08:00"), recover=False)}
    assert found[FIRST_MONDAY].why == "Permission denied"
    assert found[PARENTS].why == ""


def test_a_plug_in_that_breaks_keeps_no_other_link_from_being_opened(
    office: Office, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = office.live()
    real: Any = reconcile.gateway_from

    def broken(desk: Any, plan: Any) -> Any:
        raise ZeroDivisionError

    wire = Wire(live.store, lambda: at(MONDAY))
    monkeypatch.setattr(reconcile, "gateway_from", broken)
    assert "ZeroDivisionError" in dict(hear(live.at(MONDAY), wire))["carrier"]
    monkeypatch.setattr(reconcile, "gateway_from", real)
    assert dict(hear(live.at(MONDAY), wire)) == {}

    def full(desk: Any, plan: Any) -> Any:
        raise StoreError("the key cannot be read")

    monkeypatch.setattr(reconcile, "gateway_from", full)
    with pytest.raises(StoreError):
        dict(hear(live.at(MONDAY), wire))
    wire.close()
    assert script.opened == 1


def test_a_slip_that_cannot_be_drawn_is_told_once_and_the_chain_does_not_grow(office: Office) -> None:
    office.keep()
    office.generate(FIRST_MONDAY)
    office.generate(SECOND_MONDAY)
    slips = forms(office.app.desk.config.output)
    slips.parent.mkdir(parents=True, exist_ok=True)
    slips.write_text("somebody's file", "utf-8")
    found = list(remind(office.at("2026-12-06T09:00")))
    assert {one.run for one in found} == {FIRST_MONDAY, SECOND_MONDAY}
    assert all(one.why for one in found)
    before = len(log_entries(office.store))
    said: list[str] = []
    beat = next(beat for beat in BEATS if beat.name == "remind")
    daemon = Daemon(
        office.folder, lambda: at("2026-12-06T09:00"), lambda _beat, one: said.append(one.text), (beat,)
    )
    daemon._take_place()
    daemon.begin(daemon.candidate.try_to_lead() or "")
    grown = len(log_entries(office.store))
    for _ in range(3):
        daemon.beat(beat)
    assert len([line for line in said if "cannot be drawn" in line]) == 2
    assert len(log_entries(office.store)) == grown
    slips.unlink()
    daemon.beat(beat)
    assert len(list(slips.iterdir())) == 2
    daemon.cease()
    daemon.store.close()
    assert grown - before <= 1


def test_an_own_slip_that_cannot_be_taken_away_keeps_none_from_being_drawn(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.keep()
    office.generate(FIRST_MONDAY)
    list(remind(office.at("2026-12-04T09:00")))
    real = Path.read_bytes

    def read(path: Path) -> bytes:
        if path.parent.name == "approval":
            raise PermissionError(13, "Permission denied")
        return real(path)

    changed = office.set(**{'title = "老年人周一提醒"': 'title = "老年人周一的提醒"'})
    monkeypatch.setattr(Path, "read_bytes", read)
    assert list(remind(changed.at("2026-12-04T10:00"))) == []
    assert len(list((forms(changed.app.desk.config.output)).iterdir())) == 1
    monkeypatch.setattr(Path, "read_bytes", real)
    assert list(remind(changed.at("2026-12-04T10:00"))) == []
    assert list((forms(changed.app.desk.config.output)).iterdir()) == []


def test_a_notice_that_cannot_be_written_is_told_once_and_stops_nothing(
    office: Office, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    from campaigner.daemon import beats

    def fail(_work: Any) -> None:
        nonlocal full
        if full:
            raise StoreError("the output folder cannot be written: No space left on device")

    full = True
    monkeypatch.setattr(beats, "write_notices", fail)
    beat = next(beat for beat in BEATS if beat.name == "collect")
    said: list[str] = []
    live = office.live()
    daemon = Daemon(live.folder, lambda: at(MONDAY), lambda _beat, one: said.append(one.text), (beat,))
    daemon._take_place()
    daemon.begin(daemon.candidate.try_to_lead() or "")
    for _ in range(3):
        daemon.beat(beat)
    assert len([line for line in said if "No space left" in line]) == 1
    assert not daemon.watch._failing
    full = False
    daemon.beat(beat)
    full = True
    daemon.beat(beat)
    assert len([line for line in said if "No space left" in line]) == 2
    daemon.cease()
    daemon.store.close()
    assert script.opened == 1


@pytest.mark.sqlite_only("backs its file up")
def test_an_old_backup_that_cannot_be_deleted_keeps_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.ready(FIRST_MONDAY)
    many = office.set("[daemon]\nkeep_backups = 3\n")
    made = [back_up(many.at(f"2026-12-0{day}T12:00")) for day in (1, 2, 3)]
    few = many.set(**{"keep_backups = 3": "keep_backups = 1"})
    real = Path.unlink

    def stubborn(path: Path, missing_ok: bool = False) -> None:
        if path == made[0]:
            raise PermissionError(13, "Permission denied")
        real(path, missing_ok)

    monkeypatch.setattr(caretaking.Path, "unlink", stubborn)
    with pytest.raises(StoreError, match="an old one cannot be deleted: Permission denied"):
        back_up(few.at("2026-12-04T12:00"))
    kept = sorted(path.name[11:19] for path in (few.folder / "backups").iterdir())
    assert kept == ["20261201", "20261204"]
    assert back_up(few.at("2026-12-04T13:00")) is None


def test_a_file_that_cannot_be_deleted_keeps_no_other_and_what_is_gone_is_logged(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.ready(FIRST_MONDAY)
    folder = office.out("2026-12-07T09:00", FIRST_MONDAY).folder
    assert folder is not None
    old = purging.what_is_old(office.at("2027-07-07T09:00"), [Kept.EXPORTS])
    first, count = old[0].files[0], len(old[0].files)
    assert count > 1
    real: Any = leftovers.delete

    def delete(path: Path) -> None:
        if path == first:
            raise StoreError("cannot be deleted")
        real(path)

    monkeypatch.setattr(leftovers, "delete", delete)
    with pytest.raises(StoreError, match="cannot be deleted"):
        purging.purge(office.at("2027-07-07T09:00"), [Kept.EXPORTS], thorough=False)
    assert log_entries(office.store)[-1].fields["deleted"]["exports"][0] == count - 1
