"""A person asks: what is kept of him is found, copied, and taken out; what was counted stays, and the chain holds."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import insert, select, text

from campaigner.answers.account import log_entries, verify
from campaigner.answers.receipts import states_of
from campaigner.domain.campaign import Channel
from campaigner.domain.delivery import DeliveryState
from campaigner.domain.lifecycle import RunState
from campaigner.domain.retention import Kept
from campaigner.errors import StateError, UsageError
from campaigner.office.caretaking import back_up
from campaigner.office.purging import purge
from campaigner.office.subject_copy import write_copy
from campaigner.office.subjects import Dossier, dossier, erase, view
from campaigner.people.choosing import refused_phones
from campaigner.people.refusing import lift, refuse
from campaigner.road.holding import cancel, pause
from campaigner.road.review import send_back
from campaigner.store import approvals, messages, refusals, runs, tallies
from campaigner.store.subjects import ERASED
from campaigner.store.tables import ReferenceRow
from tests.fakes.carrier import Script
from tests.office.test_purging import LATER, as_kept, bytes_of, exported
from tests.offices.office import FIRST_MONDAY, MONDAY, PARENTS, SECOND_MONDAY, Office, sent, shipped
from tests.opened import plain_store

SAID = "13800138000来电要求"
AFTER = "2026-12-09T09:00"


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    plain_store(office)
    return Office(office)


def out(office: Office, *codes: str) -> Office:
    office.ready(*codes)
    office.out(MONDAY, codes[0])
    return office


def texts_of_log(office: Office) -> str:
    return "".join(f"{e.kind}{e.run}{e.actor}{e.data}" for e in log_entries(office.store))


@pytest.mark.sqlite_only("looks at its file")
def test_everything_about_one_phone_is_found(office: Office) -> None:
    out(office, FIRST_MONDAY, SECOND_MONDAY)
    phone = office.phones(FIRST_MONDAY)[0]
    back_up(office.at(AFTER))
    status = office.folder / "receipts" / "carrier" / "read" / "20261208-090000-status.csv"
    status.parent.mkdir(parents=True)
    status.write_text(f"手机号码,状态\n{phone},DELIVRD\n", "utf-8")
    found = view(office.at(AFTER), phone, "本人查询", unmasked=False)
    (held, *_) = found.held
    rows = (office.folder / held.audience.file).read_text("utf-8-sig").splitlines()
    assert str(phone) in rows[held.row.line - 1]
    assert held.row.cells["手机号"] == str(phone)
    assert {(t.run, t.release, bool(t.released_at)) for t in found.traces} >= {
        (FIRST_MONDAY, 1, True), (SECOND_MONDAY, 0, False),
    }  # fmt: skip
    names = {path.relative_to(office.folder).as_posix() for path in found.files}
    assert f"out/{FIRST_MONDAY}/{found.traces[0].file}" in names
    assert "receipts/carrier/read/20261208-090000-status.csv" in names
    assert [path.name[:19] for path in found.backups] == ["campaigner-20261209"]
    assert found.refusal is None
    entry = log_entries(office.store)[-1]
    assert (entry.kind, entry.fields["reason"], entry.fields["unmasked"]) == ("viewed", "本人查询", False)


def test_a_row_that_is_refused_or_repeated_is_found_too(office: Office) -> None:
    path = office.folder / "audiences" / "residents.csv"
    rows = path.read_text("utf-8-sig").splitlines()
    first = rows[1].split(",")
    faulty = [*first[:2], "1899-99-99", *first[3:]]
    path.write_text("\n".join([*rows, rows[1], ",".join(faulty)]) + "\n", "utf-8")
    found = dossier(office.at(AFTER), int(first[1]))
    assert {one.row.line for one in found.held} >= {2, len(rows) + 1, len(rows) + 2}


def test_the_letter_to_a_pupil_is_found_by_a_guardians_phone(office: Office) -> None:
    office.ready(PARENTS)
    phone = office.phones(PARENTS)[0]
    assert {t.channel for t in dossier(office.at(AFTER), phone).traces} == {Channel.SMS, Channel("letter")}


def test_neither_log_nor_file_name_says_which_phone(office: Office) -> None:
    out(office, FIRST_MONDAY)
    phone = office.phones(FIRST_MONDAY)[0]
    view(office.at(AFTER), phone, f"{phone} 本人来电", unmasked=True)
    path, digest = write_copy(office.at(AFTER), phone, "复制")
    erase(office.at(AFTER), phone, "删除")
    assert str(phone) not in texts_of_log(office)
    assert str(phone) not in path.name
    subject = {e.fields["subject"] for e in log_entries(office.store) if "subject" in e.fields}
    assert len(subject) == 1
    copied = next(e for e in log_entries(office.store) if e.kind == "copied")
    assert copied.fields["sha256"] == digest


def test_the_copy_can_be_read_by_people_and_programs(office: Office) -> None:
    out(office, FIRST_MONDAY)
    phone = office.phones(FIRST_MONDAY)[0]
    path, _digest = write_copy(office.at(AFTER), phone, "复制")
    assert path.stat().st_mode & 0o077 == 0
    with ZipFile(path) as copy:
        told = copy.read("个人信息副本.txt").decode("utf-8-sig")
        data = json.loads(copy.read("data.json"))
    assert data["phone"] == str(phone)
    assert data["messages"][0]["text"].startswith("【幸福镇反诈中心】")
    assert data["messages"][0]["text"] in told
    assert "处理目的：向辖区居民开展反电信网络诈骗宣传" in told
    assert "第四十七条" in told


def test_nothing_known_is_no_copy_and_no_reason_no_look(office: Office) -> None:
    with pytest.raises(UsageError, match="nothing is known"):
        write_copy(office.at(AFTER), 13999999999, "复制")
    for look in (lambda: view(office.at(AFTER), 13999999999, " ", unmasked=False),):
        with pytest.raises(UsageError, match="reason"):
            look()


@pytest.mark.sqlite_only("looks at its file")
def test_a_deleted_person_leaves_no_trace_but_that_nobody_writes_to_him(office: Office) -> None:
    out(office, FIRST_MONDAY, SECOND_MONDAY)
    phone, other = office.phones(FIRST_MONDAY)[:2]
    before = office.run(FIRST_MONDAY)
    done = erase(office.at(AFTER, "赵主任"), phone, "本人要求")
    assert (done.messages, done.runs, done.wiped) == (2, [FIRST_MONDAY, SECOND_MONDAY], True)
    assert phone not in office.phones(FIRST_MONDAY)
    assert other in office.phones(FIRST_MONDAY)
    content = bytes_of(office)
    assert as_kept(phone) not in content
    assert str(phone).encode() not in content
    assert as_kept(other) in content
    assert verify(office.store).broken == ""
    assert phone in refused_phones(office.app.desk, office.store)
    assert done.left.refusal
    assert done.left.refusal.source == ERASED
    assert [path.name for path in done.left.files if "sms" in path.parts]
    assert done.left.held
    after = office.run(FIRST_MONDAY)
    assert (after.quantity, after.digest != before.digest) == (before.quantity, True)
    entry = next(e for e in log_entries(office.store, FIRST_MONDAY) if e.kind == "erased")
    assert entry.actor == "赵主任"
    assert (entry.fields["quantity"], entry.fields["releases"]) == (1, {"1": 1})


def test_a_run_that_waits_goes_out_without_him_under_the_same_approval(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    phones = office.phones(FIRST_MONDAY)
    erase(office.at("2026-12-01T09:00"), phones[3], "本人要求")
    run = office.run(FIRST_MONDAY)
    assert (run.state, run.quantity) == (RunState.APPROVED, len(phones) - 1)
    with office.store.read() as connection:
        approval = approvals.standing(connection, run)
    assert approval
    assert approval.digest == run.digest
    done = office.out(MONDAY, FIRST_MONDAY)
    assert done.folder
    assert sorted(shipped(done.folder)) == sorted(set(phones) - {phones[3]})
    assert verify(office.store).broken == ""


def test_what_somebody_else_took_out_is_still_noticed(office: Office) -> None:
    out(office, FIRST_MONDAY)
    phones = office.phones(FIRST_MONDAY)
    erase(office.at(AFTER), phones[0], "本人要求")
    with office.store.begin() as connection:
        connection.execute(text("DELETE FROM message WHERE recipient = :phone"), {"phone": phones[1]})
    assert "are not those that were exported" in verify(office.store).broken


def test_states_stay_as_counts(office: Office, script: Script) -> None:
    assert script.opened == 0
    live = office.live()
    live.ready(FIRST_MONDAY)
    sent(live)
    before = states_of(live.work())
    phone = live.phones(FIRST_MONDAY)[0]
    found: Dossier = dossier(live.at(AFTER), phone)
    assert found.traces[0].delivery
    assert found.traces[0].references
    erase(live.at(AFTER), phone, "本人要求")
    assert states_of(live.work()) == before
    with live.store.read() as connection:
        counted = tallies.counts(connection, live.run(FIRST_MONDAY))
    assert sum(counted.values()) == live.run(FIRST_MONDAY).quantity
    assert set(counted) <= set(DeliveryState)
    assert verify(live.store).broken == ""


def test_a_run_under_way_is_waited_for(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    phone = office.phones(FIRST_MONDAY)[0]
    with office.store.begin() as connection:
        runs.move(connection, office.run(FIRST_MONDAY), RunState.RELEASING, office.at(MONDAY).now)
    with pytest.raises(StateError, match="under way"):
        erase(office.at(MONDAY), phone, "本人要求")
    with office.store.read() as connection:
        assert phone in {p for p, _ in messages.recipients(connection, office.run(FIRST_MONDAY), Channel.SMS)}


def test_a_letter_that_waits_stays_until_its_run_is_over(office: Office) -> None:
    office.ready(PARENTS)
    phone = office.phones(PARENTS)[0]
    done = erase(office.at(AFTER), phone, "本人要求")
    assert (done.messages, done.waiting >= 1) == (1, True)
    office.out("2026-12-10T08:00", PARENTS)
    again = erase(office.at("2026-12-11T08:00"), phone, "本人要求")
    assert again.messages == done.waiting
    assert verify(office.store).broken == ""


def test_whoever_was_deleted_is_not_written_to_again_though_he_stands_in_a_list(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    phone = office.phones(FIRST_MONDAY)[0]
    erase(office.at("2026-12-01T09:00"), phone, "本人要求")
    with office.store.read() as connection:
        assert phone not in refusals.phones(connection)
    office.generate(SECOND_MONDAY)
    assert phone not in office.phones(SECOND_MONDAY)
    found = dossier(office.at("2026-12-01T09:00"), phone)
    assert found.refusal
    assert found.refusal.source == ERASED
    assert lift(office.at("2026-12-02T09:00"), phone, "本人要求恢复").was_kept
    assert not lift(office.at("2026-12-02T09:00"), phone, "本人要求恢复").was_kept
    assert phone not in refused_phones(office.app.desk, office.store)


def test_exported_files_have_him_also_when_the_store_has_forgotten(office: Office) -> None:
    out(office, FIRST_MONDAY)
    phone = office.phones(FIRST_MONDAY)[0]
    book = office.folder / "out" / FIRST_MONDAY / "sms" / "again.xlsx"
    with ZipFile(book, "w") as packed:
        packed.writestr("xl/sheet1.xml", f"<v>{phone}</v>")
    damaged = book.with_name("damaged.zip")
    damaged.write_bytes(book.read_bytes().replace(b"PK\x03\x04", b"PK\x00\x00"))
    purge(office.at("2027-12-01T09:00"), [Kept.RECIPIENTS])
    found = dossier(office.at("2027-12-01T09:00"), phone)
    assert not found.traces
    assert book in found.files
    assert [path for path in found.files if path.suffix == ".csv"]


@pytest.mark.sqlite_only("looks at its file")
@pytest.mark.parametrize("say", [
    lambda work, _run: pause(work, FIRST_MONDAY, SAID),
    lambda work, run: cancel(work, run, SAID),
    lambda work, run: send_back(work, run, SAID),
    lambda work, _run: refuse(work, [13900139000], "hand", SAID),
], ids=["pause", "cancel", "return", "optout"])  # fmt: skip
def test_no_number_that_somebody_types_into_a_reason_is_kept(office: Office, say: Any) -> None:
    office.ready(FIRST_MONDAY)
    say(office.at(AFTER), office.run(FIRST_MONDAY))
    assert "138****8000" in texts_of_log(office)
    assert b"13800138000" not in bytes_of(office)


def test_copies_that_persons_were_handed_and_receipts_of_nobody_go_too(office: Office) -> None:
    exported(office, FIRST_MONDAY)
    copy, _digest = write_copy(office.at("2026-12-08T09:00"), office.phones(FIRST_MONDAY)[0], "本人申请")
    row = {
        "gateway": "carrier",
        "reference": "r",
        "message_id": 0,
        "cause": "",
        "at": office.at("2026-12-08T09:00").now,
    }
    with office.store.begin() as connection:
        connection.execute(insert(ReferenceRow), [row, {**row, "reference": "s", "at": office.at(LATER).now}])
    done = purge(office.at(LATER), [Kept.EXPORTS, Kept.DELIVERIES])
    assert not copy.exists()
    assert {old.kind: old.strays for old in done.old}[Kept.DELIVERIES] == 1
    with office.store.read() as connection:
        assert connection.execute(select(ReferenceRow.reference)).scalars().all() == ["s"]  # type: ignore[call-overload]
