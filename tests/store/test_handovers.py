"""Blocks that are with a link: one row for all, until each message of them has a row of its own."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from campaigner.domain.approval import Approval
from campaigner.domain.campaign import Channel
from campaigner.domain.delivery import DeliveryState
from campaigner.domain.message import Message, Outgoing
from campaigner.domain.planning import PlannedRun, Run
from campaigner.domain.receipt import Answer, Answered, Receipt, Received
from campaigner.domain.retention import Kept
from campaigner.store import (
    approvals,
    deliveries,
    messages,
    outbox,
    purging,
    releases,
    runs,
    senders,
    subjects,
    tallies,
)
from campaigner.store.engine import Connection, Store
from campaigner.store.releases import Release
from campaigner.store.senders import Identity
from tests.checking import left_out
from tests.conftest import NOW

PHONES = range(13800138001, 13800138011)
LATER = NOW + timedelta(seconds=1)
IN_RELEASE = [1, 2, 3, 5, 6, 7, 8, 9]


def handed_over(connection: Connection, run: Run, count: int) -> list[Outgoing]:
    """Open release 1 of a run, which holds so many of its messages, and give them all to one link."""
    approvals.add(connection, run, Approval("李所长", NOW, "c", "d", count, count))
    release = Release(1, NOW, count, count, count, whole=False, out=False, manifest="")
    releases.add(connection, run, release)
    senders.open_to_all(connection, run, 1)
    sender = senders.join(connection, run, 1, Identity("here:1", "here", 1), NOW)
    return senders.claim(connection, run, senders.hold(connection, run, 1, sender), 100, NOW, {})


@pytest.fixture
def run(store: Store) -> Run:
    """Ten messages, numbered 1 to 10; the fourth and the last wait, the others are in release 1 and with a link."""
    with store.begin() as connection:
        planned = PlannedRun(
            "a-20261207-0900", "a", "t", NOW, "line", (), (), synthetic=True, content_hash="h"
        )
        runs.add(connection, planned, NOW)
        run = runs.find(connection, "a-20261207-0900")
        messages.append(connection, run, Channel.SMS, [Message(phone, "text", 1) for phone in PHONES])
        messages.seal(connection, run, Channel.SMS)
        outbox.claim(connection, run, 1, NOW, None)
        waits = text("UPDATE ledger SET release_no = 0 WHERE recipient IN (13800138004, 13800138010)")
        connection.execute(waits)
        block = handed_over(connection, run, 8)
        assert [message.id for message in block] == IN_RELEASE
        return run


def states(connection: Connection) -> dict[int, str]:
    return {row[0]: row[1] for row in connection.execute(text("SELECT message_id, state FROM delivery"))}


def handed(connection: Connection) -> list[tuple[int, int, int]]:
    query = text("SELECT first_id, last_id, unanswered FROM handover ORDER BY first_id")
    return [tuple(row) for row in connection.execute(query)]  # type: ignore[misc]


def told(connection: Connection, answered: Answered, *ids: int, cause: str = "") -> None:
    answers = [Answer(number, answered, cause=cause) for number in ids]
    deliveries.answer(connection, "line", answers, LATER)


def test_what_is_with_a_link_is_being_sent_though_it_has_no_row(store: Store, run: Run) -> None:
    with store.read() as connection:
        assert states(connection) == {}
        assert deliveries.counts(connection, run) == {DeliveryState.SENDING: 8}
        assert deliveries.all_counts(connection) == {run.code: {DeliveryState.SENDING: 8}}


def test_answers_make_rows_and_the_last_ends_the_handover(store: Store, run: Run) -> None:
    with store.begin() as connection:
        told(connection, Answered.ACCEPTED, 9, 1, 5)
        told(connection, Answered.REFUSED, 3, cause="no")
        assert handed(connection) == [(1, 9, 4)]
        assert deliveries.counts(connection, run) == {
            DeliveryState.ACCEPTED: 3, DeliveryState.FAILED: 1, DeliveryState.SENDING: 4,
        }  # fmt: skip
        told(connection, Answered.UNKNOWN, 2, 6, 7, 8, cause="cut")
        assert handed(connection) == []
        assert set(states(connection)) == set(IN_RELEASE)


def test_after_a_crash_all_without_an_answer_is_unknown_and_nothing_else(store: Store, run: Run) -> None:
    with store.begin() as connection:
        told(connection, Answered.ACCEPTED, 1, 2)
        assert deliveries.lose_track(connection, run, "killed", LATER) == 6
        assert handed(connection) == []
        found = states(connection)
        assert {number for number, state in found.items() if state == "unknown"} == {3, 5, 6, 7, 8, 9}
        assert [one.cause for one in deliveries.unsettled(connection, run)] == ["killed"] * 6


@pytest.mark.parametrize(
    ("unsent", "left"),
    [
        pytest.param([7, 8, 9], [(1, 6, 5)], id="the end"),
        pytest.param([1], [(2, 9, 7)], id="the beginning"),
        pytest.param([3, 6], [(1, 2, 2), (4, 5, 1), (7, 9, 3)], id="here and there"),
        pytest.param([3, 5], [(1, 2, 2), (6, 9, 4)], id="around one that waits anyway"),
        pytest.param(IN_RELEASE, [], id="all"),
    ],
)
def test_what_did_not_leave_waits_again_also_after_a_crash(
    store: Store, run: Run, unsent: list[int], left: list[tuple[int, int, int]]
) -> None:
    with store.begin() as connection:
        told(connection, Answered.UNSENT, *unsent)
        assert handed(connection) == left
        lost = deliveries.lose_track(connection, run, "killed", LATER)
        assert lost == len(IN_RELEASE) - len(unsent)
        assert not set(states(connection)) & set(unsent)
        assert deliveries.release_unsent(connection, run, 1) == len(unsent)


def test_a_receipt_may_come_before_the_answer(store: Store, run: Run) -> None:
    with store.begin() as connection:
        deliveries.receive(connection, "line", [Receipt(Received.DELIVERED, id=2)], LATER)
        assert states(connection) == {2: "delivered"}
        assert handed(connection) == [(1, 9, 7)]
        told(connection, Answered.ACCEPTED, *IN_RELEASE)
        assert deliveries.counts(connection, run) == {DeliveryState.DELIVERED: 1, DeliveryState.ACCEPTED: 7}
        assert handed(connection) == []


def test_an_answer_after_the_track_was_lost_still_counts(store: Store, run: Run) -> None:
    with store.begin() as connection:
        deliveries.lose_track(connection, run, "killed", LATER)
        told(connection, Answered.ACCEPTED, 1)
        assert states(connection)[1] == "accepted"


@pytest.mark.parametrize("early", [False, True], ids=["after the answer", "before it"])
def test_one_id_says_all_of_a_message_of_several_all_must_come(
    store: Store, run: Run, *, early: bool
) -> None:
    names = {1: ("a",), 2: ("b", "c"), 3: ("d", "e")}
    answers = [Answer(number, Answered.ACCEPTED, given) for number, given in names.items()]
    receipts = [Receipt(Received.DELIVERED, name) for name in ("e", "a", "b", "c")]
    with store.begin() as connection:
        if early:
            deliveries.receive(connection, "line", receipts, LATER)
        deliveries.answer(connection, "line", answers, LATER)
        if not early:
            deliveries.receive(connection, "line", receipts, LATER)
        found = states(connection)
        assert (found[1], found[2], found[3]) == ("delivered", "delivered", "accepted")


def test_who_refuses_in_mid_flight_is_not_taken_out_of_the_release(store: Store, run: Run) -> None:
    with store.begin() as connection:
        told(connection, Answered.UNSENT, 9)
        phones = [PHONES[number - 1] for number in (2, 9)]
        assert outbox.withdraw(connection, run, 1, phones, "opted-out") == 1
        assert left_out(connection, run) == {"opted-out": 1}


def test_what_is_with_a_link_never_waits_again(store: Store, run: Run) -> None:
    with store.begin() as connection:
        told(connection, Answered.ACCEPTED, 1)
        told(connection, Answered.UNSENT, 2)
        assert deliveries.release_unsent(connection, run, 1) == 1
        assert handed(connection) == [(3, 9, 6)]


@pytest.mark.parametrize("twice", [[1, 1, 3], [1, 2, 2, 5]], ids=["beside a gap", "within"])
def test_an_answer_that_comes_twice_says_nothing_of_others(store: Store, run: Run, twice: list[int]) -> None:
    with store.begin() as connection:
        told(connection, Answered.ACCEPTED, *twice)
        assert states(connection) == dict.fromkeys(twice, "accepted")
        assert deliveries.lose_track(connection, run, "killed", LATER) == len(IN_RELEASE) - len(set(twice))


def test_two_runs_whose_numbers_are_mixed_do_not_answer_for_each_other(store: Store) -> None:
    """Prepared side by side, sent over one link."""
    with store.begin() as connection:
        both = []
        for name in ("a", "b"):
            code = f"{name}-20261207-0900"
            planned = PlannedRun(code, name, "t", NOW, "line", (), (), synthetic=True, content_hash="h")
            runs.add(connection, planned, NOW)
            both.append(runs.find(connection, code))
        for phones in (PHONES[:3], PHONES[3:6]):
            for run in both:
                messages.append(connection, run, Channel.SMS, [Message(phone, "text", 1) for phone in phones])
        for run in both:
            messages.seal(connection, run, Channel.SMS)
            outbox.claim(connection, run, 1, NOW, None)
            handed_over(connection, run, 6)
        first, second = both
        assert handed(connection) == [(1, 9, 6), (4, 12, 6)]
        told(connection, Answered.ACCEPTED, 2, 3, 4, 5)
        told(connection, Answered.UNSENT, 6, 7)
        deliveries.receive(connection, "line", [Receipt(Received.DELIVERED, id=8)], LATER)
        assert deliveries.counts(connection, first) == {
            DeliveryState.ACCEPTED: 2, DeliveryState.DELIVERED: 1, DeliveryState.SENDING: 2,
        }  # fmt: skip
        assert deliveries.counts(connection, second) == {DeliveryState.ACCEPTED: 2, DeliveryState.SENDING: 3}
        assert deliveries.lose_track(connection, second, "killed", LATER) == 3
        assert deliveries.release_unsent(connection, second, 1) == 1
        assert deliveries.counts(connection, second) == {DeliveryState.ACCEPTED: 2, DeliveryState.UNKNOWN: 3}
        told(connection, Answered.ACCEPTED, 1, 9)
        assert deliveries.counts(connection, first) == {DeliveryState.ACCEPTED: 4, DeliveryState.DELIVERED: 1}
        assert deliveries.release_unsent(connection, first, 1) == 1
        assert handed(connection) == []


def test_states_of_late_runs_alone_are_counted(store: Store, run: Run) -> None:
    with store.begin() as connection:
        told(connection, Answered.ACCEPTED, 1, 2)
        mixed = {run.code: {DeliveryState.ACCEPTED: 2, DeliveryState.SENDING: 6}}
        assert deliveries.all_counts(connection) == mixed
        assert deliveries.all_counts(connection, NOW) == mixed
        assert deliveries.all_counts(connection, NOW + timedelta(days=1)) == {}


@pytest.mark.sqlite_only("asks how it would look")
def test_states_are_counted_by_an_index_alone(store: Store) -> None:
    with store.read() as connection:
        query = "EXPLAIN QUERY PLAN SELECT run_id, state, count(*) FROM delivery WHERE run_id IN (1) GROUP BY 1, 2"
        plan = " ".join(str(row) for row in connection.execute(text(query)))
    assert "COVERING INDEX delivery_run" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.sqlite_only("asks how it would look")
def test_early_ids_are_found_by_their_index(store: Store) -> None:
    with store.read() as connection:
        query = "EXPLAIN QUERY PLAN SELECT message_id FROM reference WHERE message_id = 0 AND pieces <> 1"
        plan = " ".join(str(row) for row in connection.execute(text(query)))
    assert "reference_message" in plan


@pytest.mark.parametrize("kinds", [[Kept.DELIVERIES], [Kept.RECIPIENTS, Kept.DELIVERIES]])
def test_what_is_forgotten_before_its_answer_is_counted_as_unknown(
    store: Store, run: Run, kinds: list[Kept]
) -> None:
    with store.begin() as connection:
        told(connection, Answered.ACCEPTED, 1, 2)
        assert purging.held(connection, [run], Kept.DELIVERIES) == {run.id: 8}
        for kind in kinds:
            purging.forget(connection, run, kind)
        assert tallies.counts(connection, run) == {DeliveryState.ACCEPTED: 2, DeliveryState.UNKNOWN: 6}
        assert (handed(connection), states(connection)) == ([], {})


def test_somebody_who_is_deleted_before_the_answer_leaves_the_others_with_the_link(
    store: Store, run: Run
) -> None:
    with store.begin() as connection:
        (trace,) = subjects.traces(connection, PHONES[4])
        subjects.erase(connection, run, [trace])
        assert tallies.counts(connection, run) == {DeliveryState.SENDING: 7, DeliveryState.UNKNOWN: 1}
        told(connection, Answered.ACCEPTED, 1, 2, 3, 6, 7, 8, 9)
        assert handed(connection) == []
        assert tallies.counts(connection, run) == {DeliveryState.ACCEPTED: 7, DeliveryState.UNKNOWN: 1}
