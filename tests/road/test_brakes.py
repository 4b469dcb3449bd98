"""Brakes grip whatever was killed: unseen it is returned, called off, held, and expires; seen it can be ended."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from campaigner.answers.account import log_entries, verify
from campaigner.domain.lifecycle import RunState
from campaigner.errors import ApprovalError, StateError
from campaigner.office.caretaking import expire_all
from campaigner.office.purging import purge
from campaigner.office.subjects import erase
from campaigner.road import sharing
from campaigner.road.closing import at_rest, living
from campaigner.road.halves import STALE, sweep_halves
from campaigner.road.holding import cancel, pause, resume
from campaigner.road.release import What
from campaigner.road.review import send_back
from campaigner.road.sharing import identity
from campaigner.store import releases, runs, senders
from tests.conftest import ROOT
from tests.fakes.carrier import Script
from tests.offices.office import FIRST_MONDAY, Office, at, gone, marked, shipped, turns
from tests.offices.road import APPROVER
from tests.road.test_cut_short import begun

MONDAY, LATE = "2026-12-07T09:00", "2026-12-30T09:00"
WHY = "内容有误"


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    return Office(office).ready(FIRST_MONDAY)


@pytest.fixture
def live(script: Script, tmp_path: Path, office: Office, housed: Callable[[Path], Path]) -> Office:
    """An office with a carrier that talks."""
    assert script.opened == 0
    return office.copied(tmp_path / "live", housed).live().ready(FIRST_MONDAY)


def killed(office: Office, target: str, when: str, stage: str = "export") -> Office:
    """The office after a command that died, as by SIGKILL, at the first call of a function."""
    office.store.close()
    command = [sys.executable, "-m", "tests.journeys.dying", target, when, "1", "--"]
    command += ["-C", str(office.folder), "--now", MONDAY, stage, FIRST_MONDAY]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == -signal.SIGKILL
    return Office(office.folder)


@pytest.fixture
def unseen(office: Office) -> Office:
    """Killed when all was written and nothing shown: the phones lie in a folder that nobody looks into."""
    made = killed(office, "campaigner.exports.parcel:Parcel.seal", "before")
    assert made.run(FIRST_MONDAY).state is RunState.RELEASING
    assert list(half(made).glob("sms/*.csv"))
    return made


@pytest.fixture
def seen(office: Office) -> Office:
    """Killed when the folder was shown, and before the log had it."""
    made = killed(office, "campaigner.exports.parcel:Parcel.seal", "after")
    assert made.run(FIRST_MONDAY).state is RunState.RELEASING
    return made


def half(office: Office) -> Path:
    return office.folder / "out" / f".{FIRST_MONDAY}.partial"


# ---- nobody has seen it ----


def test_a_killed_export_is_returned(unseen: Office) -> None:
    done = send_back(unseen.at(MONDAY, APPROVER), unseen.run(FIRST_MONDAY), WHY)
    assert done.state is RunState.RETURNED
    assert not half(unseen).exists()
    with pytest.raises(ApprovalError):
        unseen.out(MONDAY, FIRST_MONDAY)
    assert verify(unseen.store).broken == ""


def test_a_killed_export_is_called_off(unseen: Office) -> None:
    ended = cancel(unseen.at(MONDAY), unseen.run(FIRST_MONDAY), WHY)
    assert (ended.run.state, ended.out, ended.never) == (RunState.CANCELLED, 0, ended.run.quantity)
    assert not half(unseen).exists()


def test_a_killed_export_is_held_and_expires_at_its_time(unseen: Office) -> None:
    assert pause(unseen.at(MONDAY), "elderly-monday", WHY)
    assert unseen.run(FIRST_MONDAY).state is RunState.APPROVED
    assert not half(unseen).exists()
    assert [turn for turn in turns(unseen, MONDAY) if turn.what is What.OUT] == []
    ended = {one.run.code: one for one in expire_all(unseen.at(LATE))}[FIRST_MONDAY]
    assert (ended.run.state, ended.out) == (RunState.EXPIRED, 0)


def test_a_killed_export_expires_though_nobody_exports_again(unseen: Office) -> None:
    with unseen.store.begin() as connection:
        from campaigner.store import pauses

        pauses.add(connection, pauses.Pause(FIRST_MONDAY, "王经办", at(MONDAY), WHY))
    ended = {one.run.code: one for one in expire_all(unseen.at(LATE))}[FIRST_MONDAY]
    assert (ended.run.state, ended.out, ended.never) == (RunState.EXPIRED, 0, ended.run.quantity)
    assert not half(unseen).exists()
    assert purge(unseen.at("2028-01-01T09:00")).old
    assert not unseen.phones(FIRST_MONDAY)


def test_a_purge_takes_away_what_a_killed_export_left(unseen: Office) -> None:
    purge(unseen.at(MONDAY))
    assert unseen.run(FIRST_MONDAY).state is RunState.APPROVED
    assert not half(unseen).exists()
    assert verify(unseen.store).broken == ""


def test_the_next_that_writes_takes_away_what_a_killed_export_left(unseen: Office) -> None:
    unseen.generate("elderly-monday-20261214-0900")
    assert not half(unseen).exists()
    assert log_entries(unseen.store)[-2].kind == "swept"
    assert [turn.what for turn in turns(unseen, MONDAY)] == [What.OUT]
    folder = unseen.folder / "out" / FIRST_MONDAY
    assert sorted(shipped(folder)) == sorted(unseen.phones(FIRST_MONDAY))


def test_somebody_is_deleted_from_a_killed_export(unseen: Office) -> None:
    phone = unseen.phones(FIRST_MONDAY)[0]
    assert erase(unseen.at(MONDAY), phone, "本人要求").messages == 1
    assert phone not in unseen.phones(FIRST_MONDAY)
    unseen.out(MONDAY, FIRST_MONDAY)
    assert verify(unseen.store).broken == ""


def test_a_killed_sending_of_which_nothing_left_is_returned(live: Office, script: Script) -> None:
    mine, release = begun(live, MONDAY)
    with live.store.begin() as connection:
        senders.join(connection, mine, release.number, gone(), at(MONDAY))
        senders.open_to_all(connection, mine, release.number)
    assert send_back(live.at(MONDAY, APPROVER), mine, WHY).state is RunState.RETURNED
    assert script.sent == []


# ---- some of it is out, or may be ----


def test_what_was_shown_is_not_returned_but_ended(seen: Office) -> None:
    folder = seen.folder / "out" / FIRST_MONDAY
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(StateError, match="campaigner cancel"):
        send_back(seen.at(MONDAY, APPROVER), seen.run(FIRST_MONDAY), WHY)
    ended = cancel(seen.at(MONDAY), seen.run(FIRST_MONDAY), WHY)
    assert (ended.run.state, ended.out, ended.never) == (RunState.CANCELLED, ended.run.quantity, 0)
    assert ended.counted == f"0 messages are out, {ended.run.quantity} may be, 0 will not go"
    called_off = next(entry for entry in log_entries(seen.store, FIRST_MONDAY) if entry.kind == "cancelled")
    assert called_off.fields["perhaps"] == ended.run.quantity
    assert (folder / "manifest.json").read_bytes() == before
    exported = next(entry for entry in log_entries(seen.store, FIRST_MONDAY) if entry.kind == "exported")
    assert "ended before" in exported.fields["stopped"]
    assert next(iter(exported.fields["batches"])).startswith("sms/")
    assert verify(seen.store).broken == ""
    assert turns(seen, MONDAY) == []


def test_a_manifest_of_somebody_else_tells_nothing_of_what_was_shown(seen: Office) -> None:
    (seen.folder / "out" / FIRST_MONDAY / "manifest.json").write_text('{"batches": [{}]}', "utf-8")
    ended = cancel(seen.at(MONDAY), seen.run(FIRST_MONDAY), WHY)
    assert (ended.run.state, ended.out) == (RunState.CANCELLED, ended.run.quantity)
    exported = next(entry for entry in log_entries(seen.store, FIRST_MONDAY) if entry.kind == "exported")
    assert exported.fields["batches"] == {}


def test_what_was_shown_and_deleted_again_counts_as_seen(seen: Office) -> None:
    shutil.rmtree(seen.folder / "out" / FIRST_MONDAY)
    with pytest.raises(StateError, match="campaigner cancel"):
        send_back(seen.at(MONDAY, APPROVER), seen.run(FIRST_MONDAY), WHY)
    ended = next(one for one in expire_all(seen.at(LATE)) if one.run.code == FIRST_MONDAY)
    assert (ended.run.state, ended.out) == (RunState.EXPIRED, ended.run.quantity)
    assert verify(seen.store).broken == ""


def test_what_a_killed_sending_has_sent_stays_sent_and_the_rest_is_called_off(
    live: Office, script: Script
) -> None:
    mine, _release = begun(live, MONDAY)
    marked(live, mine, 1, 4, MONDAY)
    with pytest.raises(StateError, match="campaigner cancel"):
        send_back(live.at(MONDAY, APPROVER), mine, WHY)
    ended = cancel(live.at(MONDAY), live.run(FIRST_MONDAY), WHY)
    assert (ended.out, ended.never) == (4, mine.quantity - 4)
    assert script.sent == []
    assert verify(live.store).broken == ""


def test_all_of_a_killed_sending_was_out_and_nothing_is_left_to_call_off(live: Office) -> None:
    mine, _release = begun(live, MONDAY)
    marked(live, mine, 1, 999, MONDAY)
    with pytest.raises(StateError, match="cannot be called off"):
        cancel(live.at(MONDAY), mine, WHY)
    assert live.run(FIRST_MONDAY).state is RunState.RELEASED
    assert [one for one in expire_all(live.at(LATE)) if one.run.code == FIRST_MONDAY] == []


def test_an_end_that_finds_everything_out_ends_nothing(live: Office) -> None:
    mine, _release = begun(live, MONDAY)
    marked(live, mine, 1, 999, MONDAY)
    assert [one for one in expire_all(live.at(LATE)) if one.run.code == FIRST_MONDAY] == []
    assert live.run(FIRST_MONDAY).state is RunState.RELEASED


# ---- somebody is at work on it ----


@pytest.fixture
def at_work(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An export that another process is at work on, which gives a sign of life at each look."""
    mine, release = begun(office, MONDAY)
    with office.store.begin() as connection:
        here = identity()
        sender = senders.join(connection, mine, release.number, here, at(MONDAY))
    real = sharing.Watch.silence

    def silence(watch: sharing.Watch, seen: senders.Sender) -> float:
        with office.store.begin() as connection:
            senders.renew(connection, sender, at(MONDAY))
        return real(watch, seen)

    monkeypatch.setattr(sharing.Watch, "silence", silence)
    half(office).mkdir(parents=True)
    (half(office) / "x").write_text("13800000901", "utf-8")
    return office


def test_nobody_takes_a_living_export_away(at_work: Office) -> None:
    run = at_work.run(FIRST_MONDAY)
    for verb in (
        lambda: send_back(at_work.at(MONDAY, APPROVER), run, WHY),
        lambda: cancel(at_work.at(MONDAY), run, WHY),
        lambda: at_work.out(MONDAY, FIRST_MONDAY),
    ):
        with pytest.raises(StateError, match="is at work on run"):
            verb()
    assert [turn for turn in turns(at_work, MONDAY) if turn.run == FIRST_MONDAY] == []
    assert [one for one in expire_all(at_work.at(LATE)) if one.run.code == FIRST_MONDAY] == []
    assert sweep_halves(at_work.at(MONDAY), drafts=True) == []
    purge(at_work.at(MONDAY))
    pause(at_work.at(MONDAY), FIRST_MONDAY, WHY)
    assert at_work.run(FIRST_MONDAY).state is RunState.RELEASING
    assert (half(at_work) / "x").exists()


def test_who_falls_silent_is_dead_after_a_time(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, release = begun(office, MONDAY)
    with office.store.begin() as connection:
        senders.join(connection, mine, release.number, identity(), at(MONDAY))
    assert len(living(office.at(MONDAY), mine, wait=False)) == 1
    monkeypatch.setattr(sharing, "SILENCE", 0.5)
    assert at_rest(office.at(MONDAY), mine).state is RunState.APPROVED


def test_an_export_says_that_it_is_at_work_and_leaves(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []
    real = releases.announce

    def counting(connection: object, run: object, number: int, manifest: str) -> None:
        counted.append(senders.count(connection, run))  # type: ignore[arg-type]
        real(connection, run, number, manifest)  # type: ignore[arg-type]

    monkeypatch.setattr(releases, "announce", counting)
    office.out(MONDAY, FIRST_MONDAY)
    assert counted == [1]
    with office.store.read() as connection:
        assert senders.count(connection, office.run(FIRST_MONDAY)) == 0


def test_a_pause_reaches_an_export_that_is_under_way(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from campaigner.road import deliver

    real = deliver.still_asked

    def paused_meanwhile(work: object, run: object) -> None:
        pause(office.at(MONDAY), "elderly-monday", WHY)
        real(work, run)  # type: ignore[arg-type]

    monkeypatch.setattr(deliver, "still_asked", paused_meanwhile)
    with pytest.raises(StateError, match="holds elderly-monday back"):
        office.out(MONDAY, FIRST_MONDAY)
    assert office.run(FIRST_MONDAY).state is RunState.APPROVED
    assert list((office.folder / "out").iterdir()) == []
    monkeypatch.setattr(deliver, "still_asked", real)
    resume(office.at(MONDAY), "elderly-monday")
    assert office.out(MONDAY, FIRST_MONDAY).folder


# ---- whatever else is half-written ----


@pytest.mark.sqlite_only("leaves drafts of its file")
def test_old_drafts_go_and_young_ones_stay(office: Office) -> None:
    store = office.folder / ".campaigner.db.restoring"
    names = [
        office.folder / "preview" / ".x.pdf.partial",
        office.folder / "out" / "subject" / ".x.zip.partial",
        office.folder / "backups" / ".campaigner-20261201-030000.db.sealed.partial",
        office.folder / ".campaigner.db.rotating",
        office.folder / "..campaigner.db.sealing-x",
        office.folder / "reports" / ".import-abc" / "x.txt",
        office.folder / "out" / ".nobodys-run-20261207-0900.partial" / "x.csv",
        store,
    ]
    for path in names:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("13800000901", "utf-8")
    work = office.at(MONDAY)
    long_ago = (work.clock - 2 * STALE).timestamp()
    for path in [*names[:-1], names[5].parent, names[6].parent]:
        os.utime(path, (long_ago, long_ago))
    young = work.clock.timestamp()
    os.utime(store, (young, young))
    purge(work)
    assert [path for path in names if path.exists()] == [store]
    swept = [entry for entry in log_entries(office.store) if entry.kind == "swept"]
    assert swept[0].fields["quantity"] == 7


def test_a_folder_that_had_to_make_way_comes_back(office: Office) -> None:
    folder = office.out(MONDAY, FIRST_MONDAY).folder
    assert folder
    folder.rename(folder.with_name(f".{FIRST_MONDAY}.old"))
    sweep_halves(office.at(MONDAY))
    assert (folder / "manifest.json").is_file()


def test_runs_at_rest_stay_as_they_are(office: Office) -> None:
    run = office.run(FIRST_MONDAY)
    assert at_rest(office.at(MONDAY), run) is run
    with office.store.begin() as connection:
        runs.move(connection, run, RunState.RELEASING, at(MONDAY))
    moved = office.run(FIRST_MONDAY)
    assert at_rest(office.at(MONDAY), moved) == moved
