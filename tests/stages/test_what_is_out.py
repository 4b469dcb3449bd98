"""What is out stays as it went out, and only what the log approves goes."""

import shutil
from pathlib import Path

import pytest

from campaigner.delivery.parcel import hashes
from campaigner.domain.lifecycle import RunState
from campaigner.errors import ApprovalError, StoreError
from campaigner.stages import clearance
from campaigner.stages.account import log_entries, verify
from campaigner.store import approvals, runs
from campaigner.store.approvals import Approval
from tests.conftest import NOW
from tests.stages.road import APPROVER, Road

ELDERLY = "elderly-monday-20261207-0900"
PARENTS = "parents-letter-20261210-0800"


@pytest.fixture
def road(office: Path) -> Road:
    made = Road(office)
    made.keep()
    return made


def test_lost_and_damaged_files_are_restored_to_the_byte(road: Road) -> None:
    road.until_approved(PARENTS)
    first = road.export(PARENTS)
    before = hashes(first.folder)
    next(first.folder.glob("sms/*.csv")).unlink()
    next(first.folder.glob("letters/*/*.pdf")).write_bytes(b"x")
    again = road.export(PARENTS)
    assert len(again.restored) == 2
    assert hashes(first.folder) == before
    kinds = [entry.kind for entry in log_entries(road.store, PARENTS)]
    assert kinds == ["generated", "approved", "exported", "restored"]


def test_what_is_out_is_never_replaced_by_other_files(road: Road) -> None:
    road.until_approved(ELDERLY)
    done = road.export(ELDERLY)
    assert done.folder
    (batch,) = (done.folder / "sms").glob("*.csv")
    batch.unlink()
    before = hashes(done.folder)
    changed = road.edit("config.toml", 'suffix = "拒收请回复R"', 'suffix = "退订回T"')
    changed = changed.edit("config.toml", 'formats = ["csv", "xlsx"]', 'formats = ["csv"]')
    for _twice in range(2):
        with pytest.raises(StoreError, match="Nothing was replaced"):
            changed.export(ELDERLY)
    assert hashes(done.folder) == before
    shown = done.folder.with_name(f"{ELDERLY}.differs")
    assert list((shown / "sms").glob("*.csv"))
    assert (shown / "仅供比对，不得使用.txt").is_file()
    assert not (shown / "manifest.json").exists()
    assert [entry.kind for entry in log_entries(changed.store, ELDERLY)][-2:] == ["differs", "differs"]
    assert not list(done.folder.parent.glob(".*"))


def test_somebody_elses_folder_of_that_name_stays(road: Road) -> None:
    road.until_approved(ELDERLY)
    done = road.export(ELDERLY)
    assert done.folder
    (done.folder / "manifest.json").unlink()
    own = done.folder.with_name(f"{ELDERLY}.differs")
    own.mkdir()
    (own / "mine.txt").write_text("x", "utf-8")
    with pytest.raises(StoreError, match="Nothing was replaced"):
        road.edit("config.toml", 'formats = ["csv", "xlsx"]', 'formats = ["csv"]').export(ELDERLY)
    assert [path.name for path in own.iterdir()] == ["mine.txt"]


def test_a_lost_folder_is_restored_and_counted_file_by_file(road: Road) -> None:
    road.until_approved(PARENTS)
    folder = road.export(PARENTS).folder
    count = len(hashes(folder))
    shutil.rmtree(folder)
    assert len(road.export(PARENTS).restored) == count


def test_an_approval_written_into_the_store_releases_nothing(road: Road) -> None:
    """Whoever has the store's key can write rows; the log's chain has no entry of it."""
    road.keep()
    run = road.generate(ELDERLY)
    with road.store.begin() as connection:
        given = Approval(APPROVER, NOW, run.planned.content_hash, run.digest, run.quantity, run.parts, None)
        approvals.add(connection, run, given)
        runs.move(connection, run, RunState.APPROVED, NOW)
    with pytest.raises(ApprovalError, match="the log has no approval of it that stands"):
        road.export(ELDERLY)
    assert not (road.app.desk.config.output / ELDERLY).exists()


def test_a_release_without_a_logged_approval_is_found_afterwards(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    road.keep()
    run = road.generate(ELDERLY)
    with road.store.begin() as connection:
        given = Approval(APPROVER, NOW, run.planned.content_hash, run.digest, run.quantity, run.parts, None)
        approvals.add(connection, run, given)
        runs.move(connection, run, RunState.APPROVED, NOW)
    monkeypatch.setattr(clearance, "missing", lambda _entries, **_what: "")
    road.export(ELDERLY)
    assert "without an approval that stood" in verify(road.store).broken
