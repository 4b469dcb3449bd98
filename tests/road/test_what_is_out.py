"""What is out stays as it went out, and only what the log approves goes."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from campaigner.answers.account import log_entries, verify
from campaigner.answers.slip import slip_pdf
from campaigner.domain import approval
from campaigner.domain.approval import Approval
from campaigner.domain.lifecycle import RunState
from campaigner.errors import ApprovalError, StateError, StoreError
from campaigner.exports.parcel import hashes
from campaigner.road import deliver
from campaigner.road.holding import pause, resume
from campaigner.road.review import send_back
from campaigner.store import approvals, runs
from tests.conftest import NOW
from tests.offices.office import SECOND_MONDAY, Office, at, manifest
from tests.offices.road import APPROVER, Road

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
    monkeypatch.setattr(approval, "missing", lambda _entries, **_what: "")
    road.export(ELDERLY)
    assert "without an approval that stood" in verify(road.store).broken


def rewritten(road: Road, change: str, **values: object) -> None:
    """The store's rows are changed, as by somebody who has its key."""
    with road.store.begin() as connection:
        connection.execute(text(change), {"code": ELDERLY, **values})


def test_a_run_that_a_row_leads_to_another_gateway_stays(road: Road) -> None:
    other = (
        '[gateways.other]\nkind = "files"\nsignature = "别处"\nsuffix = "拒收请回复R"\n\n[gateways.carrier]'
    )
    road.edit("config.toml", "[gateways.carrier]", other)
    road = road.reopened()
    road.until_approved(ELDERLY)
    rewritten(road, "UPDATE run SET gateway = 'other' WHERE code = :code")
    with pytest.raises(ApprovalError, match="its gateway is not the one that 李所长 approved"):
        road.export(ELDERLY)


def test_what_went_over_another_gateway_is_found_afterwards(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    road.until_approved(ELDERLY)
    monkeypatch.setattr(deliver, "gateway_facts", lambda *_: {"gateway_hash": "another"})
    road.export(ELDERLY)
    assert "over another gateway than was approved" in verify(road.store).broken


def test_a_run_that_a_row_calls_something_else_stays(road: Road) -> None:
    road.until_approved(ELDERLY)
    rewritten(road, "UPDATE run SET title = '中奖通知' WHERE code = :code")
    with pytest.raises(ApprovalError, match="its title is not the one that it was generated with"):
        road.export(ELDERLY)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("UPDATE approval SET expires_at = NULL", id="for-ever"),
        pytest.param("UPDATE run SET state = 'releasing' WHERE code = :code", id="as-if-begun"),
    ],
)
def test_an_approval_holds_as_long_as_the_log_says(office: Path, change: str) -> None:
    road = Office(office).set('\n[approval]\nvalid = "2 days"\n').ready(SECOND_MONDAY)
    with road.store.begin() as connection:
        connection.execute(text(change), {"code": SECOND_MONDAY} if ":code" in change else {})
    held = log_entries(road.store, SECOND_MONDAY)[-1].fields["holds_until"]
    with pytest.raises(ApprovalError, match="the approval of 李所长 held until"):
        road.out(f"{at(held[:16]) + timedelta(hours=1):%Y-%m-%dT%H:%M}", SECOND_MONDAY)


@pytest.mark.parametrize("name", [ELDERLY, "elderly-monday"])
def test_what_is_held_back_stays_though_the_row_is_gone(road: Road, name: str) -> None:
    road.until_approved(ELDERLY)
    pause(road.work(APPROVER), name, "核实投诉")
    with road.store.begin() as connection:
        connection.execute(text("DELETE FROM pause"))
    with pytest.raises(StateError, match="holds run"):
        road.export(ELDERLY)
    assert resume(road.work(APPROVER), name)
    assert road.export(ELDERLY).folder
    assert not resume(road.work(APPROVER), name)


def test_nothing_goes_before_the_moment_that_was_approved(road: Road) -> None:
    road.until_approved(ELDERLY)
    rewritten(road, "UPDATE run SET release_at = '2026-11-20 00:00:00.000000' WHERE code = :code")
    folder = road.export(ELDERLY).folder
    assert folder
    assert manifest(folder)["send_from"] == "2026-12-07T09:00:00+08:00"


def test_two_messages_are_never_taken_for_one(road: Road) -> None:
    """A text may hold what parts messages where they are hashed: then its length is hashed with it."""
    road.until_approved(ELDERLY)
    with road.store.begin() as connection:
        rows = connection.execute(
            text(
                "SELECT message.id, recipient, copies, wording.text FROM message"
                " JOIN wording ON wording.id = wording_id"
                " JOIN run ON run.id = message.run_id WHERE code = :code ORDER BY message.id LIMIT 2"
            ),
            {"code": ELDERLY},
        ).all()
        (first, _phone, _copies, words), (second, phone, copies, other) = rows
        both = f"{words}\x1esms\x1f{phone}\x1f{copies}\x1f{other}"
        change = text("UPDATE message SET body = :both, wording_id = NULL WHERE id = :first")
        connection.execute(change, {"both": both, "first": first})
        connection.execute(text("DELETE FROM message WHERE id = :second"), {"second": second})
    with pytest.raises(StoreError, match="are not those that were approved"):
        road.export(ELDERLY)


def test_nobody_is_shown_or_approves_other_texts_than_were_generated(road: Road) -> None:
    """Texts could be swapped while somebody looks, and be put back under the digest that he names."""
    road.generate(ELDERLY)
    rewritten(
        road, "UPDATE wording SET text = '点这里' WHERE run_id = (SELECT id FROM run WHERE code = :code)"
    )
    with pytest.raises(StoreError, match="are not those that were generated"):
        slip_pdf(road.work(APPROVER), road.run(ELDERLY))
    with pytest.raises(StoreError, match="存储中的内容与编写时的不一致"):
        road.approve(ELDERLY)
    send_back(road.work(APPROVER), road.run(ELDERLY), "重新生成")
    road.generate(ELDERLY)
    assert road.approve(ELDERLY).state is RunState.APPROVED
