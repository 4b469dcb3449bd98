"""A link leads where its settings said when it was opened: under others it is opened anew, and the log stays true."""

from pathlib import Path

import pytest
from sqlalchemy import update

from campaigner.answers.account import log_entries
from campaigner.domain.lifecycle import RunState
from campaigner.errors import ApprovalError, StateError, StoreError
from campaigner.exports.parcel import hashes
from campaigner.road.reconcile import hear
from campaigner.road.send import send
from campaigner.road.wire import Wire
from campaigner.store import releases, runs, senders
from campaigner.store.tables import ReleaseRow
from tests.fakes.carrier import Script
from tests.offices.office import at
from tests.offices.small import Small
from tests.road.test_one_question import RUN, approved, killed_sending, lost, shown
from tests.road.test_sharing import FAR

SUNDAY, MONDAY = "2026-12-06T10:00", "2026-12-07T09:00"


def altered(
    small: Small, old: str = 'signature = "测试镇反诈中心"', new: str = 'signature = "别的单位"'
) -> None:
    path = small.folder / "config.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_link_that_is_open_is_opened_anew_under_other_settings(office: Path, script: Script) -> None:
    small = Small(office, "fake")
    wire = Wire(small.store, lambda: at(SUNDAY))
    for _twice in range(2):
        assert list(hear(small.at(SUNDAY), wire)) == []
    assert script.opened == 1
    altered(small)
    approved(small)
    send(small.at(MONDAY), small.run(RUN), wire)
    assert script.opened == 2
    wire.close()


def test_what_another_process_sent_is_logged_by_the_gateway_that_was_approved(
    office: Path, script: Script
) -> None:
    small = Small(office, "fake")
    killed_sending(small)
    altered(small)
    wire = Wire(small.store, lambda: at(MONDAY))
    with pytest.raises(ApprovalError, match="the settings of gateway carrier"):
        send(small.at(MONDAY), small.run(RUN), wire)
    wire.close()
    entries = {entry.kind: entry.fields for entry in log_entries(small.store, RUN)}
    assert entries["sent"]["gateway_hash"] == entries["approved"]["gateway"]
    assert "gateway_kind" not in entries["sent"]
    assert script.sent == []


def test_what_was_exported_is_not_sent_besides(office: Path, script: Script) -> None:
    """The folder was shown, and then its gateway becomes one that sends by itself."""
    small = Small(office)
    shown(small)
    altered(small, 'kind = "files"', 'kind = "fake"')
    said = [line.text for line in small.daemon(MONDAY) if line.run == RUN]
    assert "were exported to files" in said[0]
    assert small.run(RUN).state is RunState.RELEASING
    assert script.sent == []


def test_what_was_sent_is_not_exported_besides(office: Path, script: Script) -> None:
    """A sending was killed, and then its gateway becomes one of files: what went stays out."""
    small = Small(office, "fake")
    killed_sending(small)
    altered(small, 'kind = "fake"', 'kind = "files"')
    small.daemon(MONDAY)
    assert small.run(RUN).state is RunState.PARTLY
    with small.store.read() as connection:
        assert [release.sms for release in releases.of_run(connection, small.run(RUN))] == [2]
    assert small.exported() == []
    assert script.sent == []


def test_only_what_the_log_names_is_written_again(office: Path) -> None:
    small = Small(office)
    lost(small)
    folder = small.folder / "out" / RUN
    next(folder.glob("sms/*.csv")).unlink()
    before = hashes(folder)
    with small.store.begin() as connection:
        table = ReleaseRow.__table__  # type: ignore[attr-defined]
        connection.execute(update(table).values(manifest="0" * 64))
    with pytest.raises(StoreError, match="the log has no entry for it"):
        small.out(MONDAY, RUN)
    assert hashes(folder) == before


def test_two_do_not_restore_one_folder(office: Path) -> None:
    small = Small(office)
    lost(small)
    (small.folder / "out" / RUN / "manifest.json").unlink()
    run = small.run(RUN)
    with small.store.begin() as connection:
        assert runs.find(connection, RUN).state is RunState.RELEASED
        sender = senders.join(connection, run, 1, FAR, at(MONDAY))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("campaigner.road.sharing.Watch.lives", lambda _watch, _sender: True)
        with pytest.raises(StateError, match="is at work on run"):
            small.out(MONDAY, RUN)
    with small.store.begin() as connection:
        senders.leave(connection, sender)
    assert small.out(MONDAY, RUN).restored


def test_what_was_shown_and_can_only_be_written_otherwise_is_told_and_stays(office: Path) -> None:
    small = Small(office)
    shown(small)
    folder = small.folder / "out" / RUN
    (folder / "manifest.json").unlink()
    before = hashes(folder)
    with small.store.begin() as connection:
        releases.announce(connection, small.run(RUN), 1, "0" * 64)
    with pytest.raises(StoreError, match="Nothing was replaced"):
        small.out(MONDAY, RUN)
    assert hashes(folder) == before
    assert log_entries(small.store, RUN)[-1].kind == "differs"
    with small.store.read() as connection:
        assert senders.count(connection, small.run(RUN)) == 0
