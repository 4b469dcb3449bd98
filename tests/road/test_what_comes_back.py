"""What comes back of messages: receipts in any order, a person's word, status files, refusals."""

import time
from pathlib import Path

import pytest

from campaigner.answers.account import log_entries
from campaigner.answers.receipts import states_of, unsettled
from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Answered, Receipt, Received, Reply
from campaigner.domain.delivery import DeliveryState
from campaigner.errors import UsageError
from campaigner.people.choosing import refused_phones
from campaigner.people.refusing import lift, refuse
from campaigner.road.reconcile import (
    collect_files,
    hear,
    import_optouts,
    import_receipts,
    note_states,
    settle,
)
from campaigner.road.send import send
from campaigner.road.wire import Wire
from campaigner.store import refusals
from tests.fakes.carrier import Script
from tests.offices.office import FIRST_MONDAY, MONDAY, Office, at, sent, states
from tests.offices.road import APPROVER, AUTHOR
from tests.pace import wait_until


@pytest.fixture
def office(office: Path, script: Script) -> Office:  # type: ignore[misc]
    assert script.opened == 0
    return Office(office).live()


# ---- receipts ----


@pytest.mark.parametrize("when", ["before", "after", "twice", "backwards"])
def test_receipts_settle_messages_whenever_they_come(office: Office, script: Script, when: str) -> None:
    office.ready(FIRST_MONDAY)
    script.parts = 3
    failed = office.phones(FIRST_MONDAY)[0]

    def receipts(message: Outgoing) -> list[Receipt]:
        middle = Received.FAILED if message.phone == failed else Received.DELIVERED
        words = [Received.DELIVERED, middle, Received.DELIVERED]
        made = [Receipt(word, f"{message.id}-{part}", cause=word.value) for part, word in enumerate(words)]
        return {"twice": made + made, "backwards": made[::-1]}.get(when, made)

    if when == "before":
        script.before = lambda ear, message: ear.receipts(receipts(message))
    wire = Wire(office.store, lambda: at(MONDAY))
    send(office.at(MONDAY), office.run(FIRST_MONDAY), wire)
    if when != "before":
        script.ears[0].receipts([receipt for message in script.sent for receipt in receipts(message)])
    script.ears[0].receipts(
        [Receipt(Received.UNDERWAY, "unheard-of"), Receipt(Received.DELIVERED, "never-known")]
    )
    wire.close()
    assert states(office) == {"delivered": office.run(FIRST_MONDAY).quantity - 1, "failed": 1}


def test_a_message_waits_for_the_receipts_of_all_its_parts(office: Office, script: Script) -> None:
    office.ready(FIRST_MONDAY)
    script.parts = 2
    wire = Wire(office.store, lambda: at(MONDAY))
    send(office.at(MONDAY), office.run(FIRST_MONDAY), wire)
    one = script.sent[0]
    script.ears[0].receipts([Receipt(Received.DELIVERED, f"{one.id}-1")])
    wire.flush()
    assert "delivered" not in states(office)
    script.ears[0].receipts(
        [Receipt(Received.DELIVERED, f"{one.id}-0"), Receipt(Received.FAILED, f"{one.id}-0")]
    )
    wire.close()
    assert states(office)["delivered"] == 1


def test_a_receipt_may_name_our_number(office: Office, script: Script) -> None:
    office.ready(FIRST_MONDAY)
    script.answers = dict.fromkeys(office.phones(FIRST_MONDAY), Answered.UNKNOWN)
    office = office.set(**{"price = 0.05": "halt_percent = 0\nprice = 0.05"})
    wire = Wire(office.store, lambda: at(MONDAY))
    send(office.at(MONDAY), office.run(FIRST_MONDAY), wire)
    one, two, three, *_rest = script.sent
    before = states_of(office.at(MONDAY))
    words = ((Received.DELIVERED, one), (Received.EXPIRED, two), (Received.UNDERWAY, three))
    script.ears[0].receipts([Receipt(word, id=message.id) for word, message in words])
    wire.close()
    assert states(office) == {"delivered": 1, "expired": 1, "unknown": len(script.sent) - 2}
    after = note_states(office.at(MONDAY), before)
    assert note_states(office.at(MONDAY), after) == after
    kinds = [entry.kind for entry in log_entries(office.store, FIRST_MONDAY)]
    assert kinds.count("receipts") == 1


def test_what_is_heard_is_in_the_store_unasked(office: Office, script: Script) -> None:
    """So that a crash loses no older state: nobody flushes here, and something else holds the store for a while."""
    office.ready(FIRST_MONDAY)
    wire = Wire(office.store, lambda: at(MONDAY))
    send(office.at(MONDAY), office.run(FIRST_MONDAY), wire)
    one, two, *_rest = script.sent
    with office.store.begin():
        script.ears[0].receipts([Receipt(Received.DELIVERED, id=one.id)])
        time.sleep(0.5)
        script.ears[0].receipts([Receipt(Received.DELIVERED, id=two.id)])
    wait_until(lambda: states(office).get("delivered") == 2)
    wire.close()


def test_a_person_settles_what_is_unknown(office: Office, script: Script) -> None:
    office.ready(FIRST_MONDAY)
    phones = office.phones(FIRST_MONDAY)
    script.answers = dict.fromkeys(phones[:2], Answered.UNKNOWN)
    sent(office)
    work = office.at(MONDAY, APPROVER)
    ids = [one.message for one in unsettled(work, office.run(FIRST_MONDAY))]
    with pytest.raises(UsageError, match="how you know"):
        settle(work, ids, DeliveryState.FAILED, " ")
    with pytest.raises(UsageError, match="settles nothing"):
        settle(work, ids, DeliveryState.SENDING, "x")
    assert settle(work, ids[:1], DeliveryState.FAILED, "平台查无记录") == 1
    assert settle(work, ids, DeliveryState.DELIVERED, "运营商确认") == 1
    assert settle(work, ids, DeliveryState.DELIVERED, "再次") == 0
    assert unsettled(work, None) == []


# ---- files and lists ----


def test_a_status_file_tells_of_messages_in_files_too(office: Office, tmp_path: Path) -> None:
    files = office.set(**{'kind = "fake"': 'kind = "files"'})
    files.ready(FIRST_MONDAY)
    folder = files.out(MONDAY, FIRST_MONDAY).folder
    assert folder
    rows = [row.split(",") for row in next(folder.glob("sms/*.csv")).read_text("utf-8-sig").splitlines()[1:]]
    lines = ["编号,手机号码,状态"]
    lines += [
        f"{rows[0][-1]},{rows[0][0]},DELIVRD",
        f"{rows[1][-1]},{rows[1][0]},UNDELIV",
        "999999,13800138000,DELIVRD",
    ]
    lines += [f"{rows[2][-1]},{rows[2][0]},DELIVRD", f"{rows[2][-1]},{rows[2][0]},UNDELIV"]
    lines += [f"{rows[3][-1]},{rows[3][0]},莫名其妙"]
    path = tmp_path / "status.csv"
    path.write_text("\n".join(lines), "utf-8")
    done = import_receipts(files.at(MONDAY), "carrier", path)
    assert (done.totals.rows, done.totals.taken, done.totals.refused, done.unknown) == (6, 5, 1, 1)
    assert states(files) == {"delivered": 1, "failed": 2}
    assert {(p.line, p.code) for p in done.problems} == {(4, "status-stranger"), (7, "status-word-unknown")}
    import_receipts(files.at(MONDAY), "carrier", path)
    assert states(files) == {"delivered": 1, "failed": 2}
    with pytest.raises(UsageError, match="known are carrier"):
        import_receipts(files.at(MONDAY), "pigeon", path)


def test_a_status_file_may_know_phones_or_the_carriers_ids_only(
    office: Office, script: Script, tmp_path: Path
) -> None:
    office.ready(FIRST_MONDAY)
    sent(office)
    by_phone, by_reference = script.sent[:2]
    path = tmp_path / "status.csv"
    path.write_text(f"手机号码,状态\n{by_phone.phone},成功\n13800138000,成功\n", "utf-8")
    done = import_receipts(office.at(MONDAY), "carrier", path)
    assert (dict(done.runs), done.unknown) == ({FIRST_MONDAY: 1}, 1)
    path.write_text(f"msg_id_carrier,status\n{by_reference.id}-0,DELIVRD\n", "utf-8")
    import_receipts(office.at(MONDAY), "carrier", path)
    assert states(office)["delivered"] >= 1


def test_the_clock_reads_what_lies_in_the_folder(office: Office, script: Script) -> None:
    office.ready(FIRST_MONDAY)
    sent(office)
    folder = office.folder / "receipts" / "carrier"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text(f"编号,状态\n{script.sent[0].id},DELIVRD\n", "utf-8")
    (folder / ".hidden").write_text("x", "utf-8")
    ((name, imported),) = collect_files(office.at(MONDAY))
    assert (name, imported.totals.taken) == ("a.csv", 1)
    assert [path.name[-5:] for path in (folder / "read").iterdir()] == ["a.csv"]
    assert list(collect_files(office.at(MONDAY))) == []


def test_links_are_kept_open_to_hear(office: Office, script: Script) -> None:
    wire = Wire(office.store, lambda: at(MONDAY))
    assert dict(hear(office.at(MONDAY), wire)) == {}
    assert dict(hear(office.at(MONDAY), wire)) == {}
    assert (script.opened, wire.is_open("carrier")) == (1, True)
    script.ears[0].replies([Reply(13800138000, "1069", "退订"), Reply(13900139000, "1069", "谢谢")])
    wire.close()
    assert refused_phones(office.app.desk, office.store) == {13800138000}
    script.closed = True
    other = Wire(office.store, lambda: at(MONDAY))
    assert "cannot be reached" in dict(hear(office.at(MONDAY), other))["carrier"]
    other.close()


def test_refusals_by_hand_and_by_file(office: Office, tmp_path: Path) -> None:
    work = office.at(MONDAY, AUTHOR)
    assert refuse(work, [13800138000, 13800138000], "hand", "来电") == 1
    path = tmp_path / "refused.csv"
    path.write_text("手机号码,备注\n13800138000,x\n13900139000,y\n,z\n", "utf-8")
    totals, fresh, problems = import_optouts(work, path)
    assert (totals.rows, totals.taken, totals.refused, fresh) == (3, 2, 1, 1)
    assert problems[0].line == 4
    with office.store.read() as connection:
        assert refusals.by_source(connection) == {"file": 1, "hand": 1}
        assert [entry.phone for entry in refusals.every(connection)] == [13800138000, 13900139000]
    assert lift(work, 13800138000, "本人要求").was_kept
    assert not lift(work, 13800138000, "本人要求").was_kept
