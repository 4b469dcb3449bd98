"""Whose a receipt is: ids used again, one id of several messages, strays, rows of files that name phones alone."""

from pathlib import Path

import pytest
from sqlalchemy import text

from campaigner.answers.receipts import nobodys
from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Ear, Receipt, Received
from campaigner.domain.matching import Found
from campaigner.road.reconcile import hear, import_receipts
from campaigner.road.send import send
from campaigner.road.wire import Wire
from tests.fakes.carrier import Script
from tests.offices.office import FIRST_MONDAY, MONDAY, SECOND_MONDAY, Office, at, states

NEXT = "2026-12-14T09:00"


@pytest.fixture
def office(office: Path, script: Script) -> Office:  # type: ignore[misc]
    assert script.opened == 0
    return Office(office).live().ready(FIRST_MONDAY, SECOND_MONDAY)


# ---- one carrier's id, several messages ----


def receipt(word: Received, message: Outgoing, when: str, reference: str = "7") -> Receipt:
    return Receipt(word, reference, phone=message.phone, at=at(when), cause=word.value)


def named(
    office: Office, script: Script, names: list[str], run: str, when: str
) -> tuple[Wire, list[Outgoing]]:
    """Send a run; the carrier gives each message the next of these ids."""
    script.names = iter(names)
    script.sent.clear()
    wire = Wire(office.store, lambda: at(when))
    send(office.at(when), office.run(run), wire)
    return wire, list(script.sent)


def state_of(office: Office, message: Outgoing) -> str:
    with office.store.read() as connection:
        query = text("SELECT state FROM delivery WHERE message_id = :id")
        return str(connection.execute(query, {"id": message.id}).scalar_one())


def test_an_id_that_the_carrier_uses_again_begins_anew(office: Office, script: Script) -> None:
    count = len(office.phones(FIRST_MONDAY))
    ids = [str(number) for number in range(1, count + 1)]
    wire, old = named(office, script, ids, FIRST_MONDAY, MONDAY)
    script.ears[-1].receipts(
        [receipt(Received.DELIVERED, m, "2026-12-07T09:01", name) for name, m in zip(ids, old, strict=True)]
    )
    wire.close()
    assert states(office) == {"delivered": count}
    wire, new = named(office, script, ids, SECOND_MONDAY, NEXT)
    wire.flush()
    assert states(office, SECOND_MONDAY) == {"accepted": len(new)}
    # A late duplicate of the old one, then the new ones' own.
    words = [receipt(Received.DELIVERED, old[0], "2026-12-07T09:01", "1")]
    script.ears[-1].receipts(words)
    wire.flush()
    assert states(office, SECOND_MONDAY) == {"accepted": len(new)}
    script.ears[-1].receipts(
        [receipt(Received.FAILED, m, "2026-12-14T09:01", name) for name, m in zip(ids, new, strict=False)]
    )
    wire.close()
    assert states(office, SECOND_MONDAY) == {"failed": len(new)}
    assert states(office) == {"delivered": count}


def test_one_id_of_all_messages_is_told_apart_by_the_phone(office: Office, script: Script) -> None:
    wire, sent_now = named(office, script, ["7"] * 100, FIRST_MONDAY, MONDAY)
    first, second, *_rest = sent_now
    script.ears[-1].receipts([receipt(Received.FAILED, first, "2026-12-07T09:01")])
    script.ears[-1].receipts([receipt(Received.DELIVERED, second, "2026-12-07T09:01")])
    script.ears[-1].receipts([Receipt(Received.DELIVERED, "7")])
    wire.close()
    assert [state_of(office, message) for message in (first, second)] == ["failed", "delivered"]
    assert states(office)["accepted"] == len(sent_now) - 2
    assert nobodys(office.at(MONDAY)) == {"carrier": {Found.AMBIGUOUS: 1}}


def test_a_stray_receipt_settles_no_later_message(office: Office, script: Script) -> None:
    """Of a foreign phone, of the very phone, and of none: all came before the message was sent."""
    phones = office.phones(FIRST_MONDAY)
    wire = Wire(office.store, lambda: at("2026-12-05T09:00"))
    assert dict(hear(office.at("2026-12-05T09:00"), wire)) == {}
    strays = [
        Receipt(Received.DELIVERED, "1", phone=19900000009),
        Receipt(Received.DELIVERED, "2"),
        *(Receipt(Received.DELIVERED, str(3 + place), phone=phone) for place, phone in enumerate(phones)),
    ]
    script.ears[-1].receipts(strays)
    wire.close()
    assert nobodys(office.at(MONDAY)) == {"carrier": {Found.STRANGER: len(strays)}}
    wire, sent_now = named(office, script, [str(n) for n in range(1, 100)], FIRST_MONDAY, MONDAY)
    wire.close()
    assert states(office) == {"accepted": len(sent_now)}
    with office.store.read() as connection:
        kept = " ".join(str(row) for row in connection.execute(text("SELECT * FROM reference")))
    assert not [phone for phone in (19900000009, *phones) if str(phone) in kept]


def test_an_old_receipt_among_new_parts_settles_nothing(office: Office, script: Script) -> None:
    script.parts = 2
    wire, old = named(office, script, ["a", "b"] * 100, FIRST_MONDAY, MONDAY)
    script.ears[-1].receipts([receipt(Received.DELIVERED, m, "2026-12-07T09:01", "a") for m in old])
    wire.close()
    wire, new = named(office, script, ["a", "c"] * 100, SECOND_MONDAY, NEXT)
    script.ears[-1].receipts([receipt(Received.DELIVERED, m, "2026-12-14T09:01", "c") for m in new])
    script.ears[-1].receipts([receipt(Received.DELIVERED, m, "2026-12-07T09:01", "a") for m in old])
    wire.flush()
    assert states(office, SECOND_MONDAY) == {"accepted": len(new)}
    script.ears[-1].receipts([receipt(Received.DELIVERED, m, "2026-12-14T09:02", "a") for m in new])
    wire.close()
    assert states(office, SECOND_MONDAY) == {"delivered": len(new)}
    assert states(office) == {"accepted": len(old)}


def test_a_receipt_before_its_answer_finds_it_though_the_phone_had_that_id_before(
    office: Office, script: Script
) -> None:
    wire, old = named(office, script, ["7"] * 100, FIRST_MONDAY, MONDAY)
    script.ears[-1].receipts([receipt(Received.DELIVERED, m, "2026-12-07T09:01") for m in old])
    wire.close()

    def early(ear: Ear, message: Outgoing) -> None:
        ear.receipts([receipt(Received.DELIVERED, message, "2026-12-14T09:00")])
        wires[-1].flush()

    script.names, script.before = iter(["7"] * 100), early
    wires = [Wire(office.store, lambda: at(NEXT))]
    send(office.at(NEXT), office.run(SECOND_MONDAY), wires[-1])
    wires[-1].close()
    assert set(states(office, SECOND_MONDAY)) == {"delivered"}


# ---- status files that name phones ----


def exported(office: Office) -> Office:
    """The same office with files as its way out, both runs exported at their time."""
    files = office.set(**{'kind = "fake"': 'kind = "files"'})
    for run, when in ((FIRST_MONDAY, MONDAY), (SECOND_MONDAY, NEXT)):
        files.ready(run)
        files.out(when, run)
    return files


def test_rows_by_phone_and_time_are_about_the_run_before_that_time(office: Office, tmp_path: Path) -> None:
    files = exported(office)
    both = sorted(set(files.phones(FIRST_MONDAY)) & set(files.phones(SECOND_MONDAY)))
    one, two, three, *_rest = both
    rows = [
        f"{one},成功,2026-12-07 09:01:00", f"{one},失败,2026-12-14 09:01:00", f"{two},失败,2026-12-07 10:00:00",
        f"{two},成功,2026-12-06 10:00:00", f"{three},成功,2026-12-07",
    ]  # fmt: skip
    path = tmp_path / "s2.csv"
    path.write_text("手机号码,状态,时间\n" + "\n".join(rows) + "\n", "utf-8")
    done = import_receipts(files.at("2026-12-14T13:00"), "carrier", path)
    assert dict(done.runs) == {FIRST_MONDAY: 3, SECOND_MONDAY: 1}
    assert (states(files), states(files, SECOND_MONDAY)) == ({"delivered": 2, "failed": 1}, {"failed": 1})
    assert (done.unknown, [problem.line for problem in done.problems]) == (1, [5])
    import_receipts(files.at("2026-12-14T13:00"), "carrier", path)
    assert (states(files), states(files, SECOND_MONDAY)) == ({"delivered": 2, "failed": 1}, {"failed": 1})


def test_a_row_by_phone_without_time_is_not_guessed_at(office: Office, tmp_path: Path) -> None:
    files = exported(office)
    both = sorted(set(files.phones(FIRST_MONDAY)) & set(files.phones(SECOND_MONDAY)))
    path = tmp_path / "s.csv"
    path.write_text(f"手机号码,状态\n{both[0]},成功\n", "utf-8")
    done = import_receipts(files.at(NEXT), "carrier", path)
    assert (done.ambiguous, done.unknown, dict(done.runs)) == (1, 0, {})
    assert [problem.code for problem in done.problems] == ["status-ambiguous"]
    done = import_receipts(files.at("2026-12-15T09:00"), "carrier", path)
    assert dict(done.runs) == {SECOND_MONDAY: 1}
