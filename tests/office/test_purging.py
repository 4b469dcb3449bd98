"""What has served its purpose is deleted to the last byte; what was counted still adds up."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import event, insert

from campaigner.answers.account import log_entries, verify
from campaigner.answers.evidence import pack_month
from campaigner.answers.receipts import states_of
from campaigner.domain.campaign import Channel
from campaigner.domain.delivery import DeliveryState
from campaigner.domain.retention import LAW, Kept
from campaigner.errors import StoreError, UsageError
from campaigner.office.caretaking import back_up
from campaigner.office.purging import Coming, coming, purge, what_is_old
from campaigner.rendering.pdf import page_count
from campaigner.store import deliveries, messages, outbox
from campaigner.store.inspection import files_of, store_file
from campaigner.store.tables import ReferenceRow
from campaigner.workspace import leftovers
from tests.fakes.carrier import Script
from tests.offices.office import FIRST_MONDAY, PARENTS, Office, sent, shipped, states
from tests.opened import bare, plain_store

LATER = "2027-07-07T09:00"
"""More than 180 days after the run ended."""


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    plain_store(office)
    return Office(office)


def exported(office: Office, *codes: str) -> Office:
    office.ready(*codes)
    for code in codes:
        office.out("2026-12-10T08:00" if code == PARENTS else "2026-12-07T09:00", code)
    return office


def bytes_of(office: Office) -> bytes:
    path = store_file(office.app.desk.config.store_url)
    return b"".join(file.read_bytes() for file in files_of(path))


def as_kept(phone: int) -> bytes:
    """A phone as SQLite writes it: an integer of six bytes."""
    return phone.to_bytes(6)


@pytest.mark.sqlite_only("looks at its file")
def test_nothing_of_a_phone_or_a_text_is_left_in_the_files_of_the_store(office: Office) -> None:
    exported(office, FIRST_MONDAY, PARENTS)
    phones = office.phones(FIRST_MONDAY) + office.phones(PARENTS)
    with office.store.read() as connection:
        text = next(iter(messages.texts(connection, office.run(FIRST_MONDAY), Channel.SMS))).encode()
        letter = json.loads(next(messages.texts(connection, office.run(PARENTS), Channel("letter"))))
    before = bytes_of(office)
    assert all(as_kept(phone) in before for phone in phones)
    assert text in before
    done = purge(office.at(LATER))
    after = bytes_of(office)
    assert done.wiped
    assert [phone for phone in phones if as_kept(phone) in after] == []
    assert text not in after
    assert letter["name"].encode() not in after


@pytest.mark.sqlite_only("looks at its file")
def test_a_daemons_purge_leaves_nothing_either(office: Office) -> None:
    exported(office, FIRST_MONDAY)
    phones = office.phones(FIRST_MONDAY)
    assert purge(office.at(LATER), thorough=False).wiped
    after = bytes_of(office)
    assert [phone for phone in phones if as_kept(phone) in after] == []


def test_each_class_goes_by_itself_and_the_log_holds(office: Office) -> None:
    exported(office, FIRST_MONDAY)
    run = office.run(FIRST_MONDAY)
    purge(office.at(LATER), [Kept.TEXTS])
    with office.store.read() as connection:
        assert set(messages.texts(connection, run, Channel.SMS)) == {""}
        assert outbox.counts(connection, run) == {1: run.quantity}
    assert verify(office.store).broken == ""
    assert [old.quantity for old in what_is_old(office.at(LATER), [Kept.TEXTS])] == [0]
    purge(office.at(LATER), [Kept.RECIPIENTS])
    with office.store.read() as connection:
        assert messages.quantity(connection, run) == 0
        assert outbox.counts(connection, run) == {}
    assert verify(office.store).broken == ""
    folder = office.folder / "out" / FIRST_MONDAY
    assert shipped(folder)
    purge(office.at(LATER), [Kept.EXPORTS])
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == [
        "manifest.json", "manifest.json.sig", "signing.pub",
    ]  # fmt: skip


def test_all_releases_of_a_run_and_what_was_cut_short_of_them_go_and_nothing_else_does(
    office: Office,
) -> None:
    exported(office, FIRST_MONDAY)
    out = office.folder / "out"
    gone = [f"{FIRST_MONDAY}.2", f".{FIRST_MONDAY}.partial", f".{FIRST_MONDAY}.2.old"]
    stay = [f"{FIRST_MONDAY}.copy", f"{FIRST_MONDAY}0", f"x{FIRST_MONDAY}", f".{FIRST_MONDAY}"]
    for name in [*gone, *stay]:
        (out / name).mkdir()
        (out / name / "people.csv").write_text("13800001111")
    purge(office.at(LATER), [Kept.EXPORTS])
    assert [name for name in gone if (out / name).exists()] == []
    assert [name for name in stay if not (out / name / "people.csv").exists()] == []


def test_more_runs_that_ended_are_no_more_questions_to_the_store(office: Office) -> None:
    def questions() -> int:
        asked: list[str] = []

        def note(*words: Any) -> None:
            asked.append(words[2])

        event.listen(office.store.engine, "before_cursor_execute", note)
        what_is_old(office.at(LATER))
        event.remove(office.store.engine, "before_cursor_execute", note)
        return len(asked)

    exported(office, FIRST_MONDAY)
    one = questions()
    exported(office, PARENTS)
    assert len({run.code for old in what_is_old(office.at(LATER)) for run, _count in old.runs}) == 2
    assert questions() == one


def test_receipts_that_named_no_message_are_announced_too(office: Office) -> None:
    work = office.at(LATER)
    with office.store.begin() as connection:
        connection.execute(
            insert(ReferenceRow).values(
                gateway="carrier", reference="x", message_id=0, pieces=0, received="delivered", cause="",
                at=work.now - timedelta(days=400),
            )
        )  # fmt: skip
    assert coming(work) == [Coming(Kept.DELIVERIES, work.now, 1)]


def test_states_become_counts_that_still_add_up(office: Office, script: Script) -> None:
    live = office.live()
    live.ready(FIRST_MONDAY)
    sent(live)
    before, all_before = states(live), states_of(live.work())
    assert before
    purge(live.at(LATER), [Kept.DELIVERIES])
    with live.store.read() as connection:
        assert deliveries.counts(connection, live.run(FIRST_MONDAY)) == {}
    assert states_of(live.work()) == all_before
    assert {DeliveryState(word): count for word, count in before.items()} == all_before[FIRST_MONDAY]
    assert verify(live.store).broken == ""


def test_the_evidence_of_the_month_is_the_same_afterwards(office: Office) -> None:
    exported(office, FIRST_MONDAY)
    first = date(2026, 12, 1)
    pack_month(office.at("2027-01-02T09:00"), first, office.folder / "before.zip")
    purge(office.at(LATER))
    packed = pack_month(office.at(LATER), first, office.folder / "after.zip")
    assert packed.broken == ""
    tables = [ZipFile(office.folder / name).read("runs.csv") for name in ("before.zip", "after.zip")]
    assert tables[0] == tables[1]


def test_the_certificate_says_what_how_much_by_whom_and_under_which_law(office: Office) -> None:
    exported(office, FIRST_MONDAY)
    run = office.run(FIRST_MONDAY)
    head = log_entries(office.store)[-1]
    done = purge(office.at(LATER, "赵主任"), [Kept.RECIPIENTS])
    assert done.certificate
    content = json.loads(done.certificate.data.read_text("utf-8"))
    assert (content["by"], content["basis"], content["office"]) == ("赵主任", LAW, "幸福镇反诈中心")
    assert content["deleted"] == [
        {
            "class": "recipients", "title": "收件人号码、姓名及其个人文字", "runs": 1, "quantity": run.quantity,
            "before": "2027-01-08T09:00:00+08:00",
        }
    ]  # fmt: skip
    entry = log_entries(office.store)[-1]
    purged = log_entries(office.store)[-2]
    assert (entry.kind, entry.fields["sha256"]) == ("certified", done.certificate.sha256)
    assert content["log"] == {"seq": head.seq + 1, "head": purged.hash}
    assert page_count(done.certificate.pdf.read_bytes()) == 1


def test_nothing_old_is_no_certificate(office: Office) -> None:
    exported(office, FIRST_MONDAY)
    done = purge(office.at("2026-12-20T09:00"))
    assert (list(done.old), done.certificate) == ([], None)


def test_a_day_may_be_given_but_not_one_that_blinds_the_caps(office: Office) -> None:
    capped = office.set('[caps]\nsame_text = "7 days"\n')
    exported(capped, FIRST_MONDAY)
    with pytest.raises(UsageError, match="caps"):
        purge(capped.at("2026-12-20T09:00"), [Kept.RECIPIENTS], date(2026, 12, 19))
    with pytest.raises(UsageError, match="ahead"):
        purge(capped.at("2026-12-20T09:00"), before=date(2026, 12, 21))
    done = purge(capped.at("2027-01-20T09:00"), [Kept.RECIPIENTS], date(2026, 12, 19))
    assert [old.kind for old in done.old] == [Kept.RECIPIENTS]


def test_runs_that_are_not_over_are_not_touched(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    assert [old.quantity for old in what_is_old(office.at("2029-01-01T09:00"))] == [0] * len(Kept)


@pytest.mark.sqlite_only("looks at its file")
def test_old_backups_go_and_the_newest_stays(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    for day in (1, 5, 9):
        back_up(office.at(f"2026-12-0{day}T12:00"))
    work = office.at("2027-12-01T09:00")
    assert len(leftovers.all_backups(work)) == 3
    purge(work, [Kept.BACKUPS])
    assert [path.name[:19] for path in leftovers.all_backups(work)] == ["campaigner-20261209"]


def test_what_comes_is_told_in_time(office: Office) -> None:
    exported(office, FIRST_MONDAY)
    assert coming(office.at("2027-05-01T09:00")) == []
    work = office.at("2027-05-30T09:00")
    found = {one.kind: one for one in coming(work)}
    assert found[Kept.RECIPIENTS].quantity == office.run(FIRST_MONDAY).quantity
    assert work.desk.day(found[Kept.RECIPIENTS].first) == date(2026, 12, 7) + timedelta(days=180)


def test_what_an_export_left_that_was_cut_short_goes_with_the_rest(office: Office) -> None:
    exported(office, FIRST_MONDAY)
    half = office.folder / "out" / f".{FIRST_MONDAY}.partial" / "sms" / "half.csv"
    half.parent.mkdir(parents=True)
    half.write_text("x")
    purge(office.at(LATER), [Kept.EXPORTS])
    assert not half.exists()


def test_previews_and_read_status_files_have_classes_of_their_own(office: Office) -> None:
    exported(office, FIRST_MONDAY)
    preview = office.folder / "preview" / "x-letter-1.pdf"
    status = office.folder / "receipts" / "carrier" / "read" / "20261208-090000-status.csv"
    for path in (preview, status):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    old = office.at("2026-12-08T09:00").now.timestamp()
    os.utime(preview, (old, old))
    purge(office.at(LATER), [Kept.EXPORTS])
    assert (preview.exists(), status.exists()) == (True, True)
    purge(office.at(LATER), [Kept.PREVIEWS, Kept.INBOX])
    assert (preview.exists(), status.exists()) == (False, False)


def test_what_a_purge_deleted_that_was_cut_short_is_certified_by_the_next(office: Office) -> None:
    exported(office, FIRST_MONDAY)
    quantity = office.run(FIRST_MONDAY).quantity
    blocked = office.folder / "out" / "purge"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="certificate"):
        purge(office.at(LATER), [Kept.RECIPIENTS])
    blocked.unlink()
    done = purge(office.at(LATER), [Kept.TEXTS, Kept.RECIPIENTS])
    assert done.certificate
    deleted = json.loads(done.certificate.data.read_text("utf-8"))["deleted"]
    assert [(one["class"], one["runs"]) for one in deleted] == [("texts", 1), ("recipients", 1)]
    assert deleted[1]["quantity"] == quantity
    assert purge(office.at(LATER)).certificate is not None  # the exported files
    assert purge(office.at(LATER)).certificate is None


def test_a_file_that_cannot_be_deleted_stops_it_and_what_is_gone_is_logged(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(office, FIRST_MONDAY)
    unlink, gone = Path.unlink, 0

    def stubborn(path: Path, missing_ok: bool = False) -> None:
        nonlocal gone
        if gone == 1:
            raise PermissionError(13, "Permission denied")
        gone += 1
        unlink(path, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", stubborn)
        with pytest.raises(StoreError, match="cannot be deleted"):
            purge(office.at(LATER), [Kept.EXPORTS], thorough=False)
    assert log_entries(office.store)[-1].fields["deleted"]["exports"][0] == 1


@pytest.mark.sqlite_only("looks at its file")
def test_the_certificate_owns_up_to_backups_that_are_older(office: Office) -> None:
    exported(office, FIRST_MONDAY)
    back_up(office.at("2027-07-01T12:00"))
    done = purge(office.at(LATER), [Kept.RECIPIENTS])
    assert done.certificate
    remains = json.loads(done.certificate.data.read_text("utf-8"))["remains"]
    assert remains[-1].startswith("本机1份存储备份")


@pytest.mark.sqlite_only("looks at its file")
def test_somebody_who_reads_all_the_time_is_told(office: Office) -> None:
    exported(office, FIRST_MONDAY)
    with bare(office.folder) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM log").fetchone()
        with patient(office, 50):
            assert not purge(office.at(LATER), [Kept.TEXTS], thorough=False).wiped
    other.close()


@contextmanager
def patient(office: Office, milliseconds: int) -> Iterator[None]:
    """The store's connections wait only so long for others."""

    def hurry(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA busy_timeout={milliseconds}")

    office.store.engine.dispose()
    event.listen(office.store.engine, "connect", hurry)
    yield
    event.remove(office.store.engine, "connect", hurry)
