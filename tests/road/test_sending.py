"""Runs that are sent over a live way out: the truth about each message, whatever comes back and when."""

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from campaigner.answers.account import log_entries, verify
from campaigner.answers.receipts import unsettled
from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Answered, Ear, Reply
from campaigner.domain.campaign import Channel
from campaigner.domain.delivery import DeliveryState
from campaigner.domain.lifecycle import RunState
from campaigner.errors import GatewayError, StateError, StoppedError
from campaigner.people.choosing import refused_phones
from campaigner.road.blocks import block_size, least_block
from campaigner.road.clearance import Urgency
from campaigner.road.holding import pause, resume
from campaigner.road.plan import make_plan
from campaigner.road.queue import Terms, fill_outbox
from campaigner.road.release import What
from campaigner.road.send import send
from campaigner.road.wire import Wire
from campaigner.store import deliveries, messages, runs
from campaigner.workspace.desk import Silent, Unwatched
from tests.checking import left_out
from tests.fakes.carrier import FakeCarrier, Script
from tests.offices.office import FIRST_MONDAY, MONDAY, PARENTS, Office, at, marked, sent, states, turns
from tests.offices.road import APPROVER, FIRST, LAST


@pytest.fixture
def office(office: Path, script: Script) -> Office:  # type: ignore[misc]
    assert script.opened == 0
    return Office(office).live()


# ---- answers ----


def test_everybody_is_sent_once_and_the_log_says_so(office: Office, script: Script) -> None:
    office.ready(FIRST_MONDAY)
    run = office.run(FIRST_MONDAY)
    done = sent(office)
    assert (done.quantity, done.sms, done.waits, done.why) == (run.quantity, run.quantity, 0, "")
    assert done.run.state is RunState.RELEASED
    assert Counter(m.phone for m in script.sent) == Counter(office.phones(FIRST_MONDAY))
    assert states(office) == {"accepted": run.quantity}
    entry = log_entries(office.store, FIRST_MONDAY)[-1]
    assert (entry.kind, entry.fields["states"]) == ("sent", {"accepted": run.quantity})
    assert verify(office.store).broken == ""
    with pytest.raises(Exception, match="is released"):
        sent(office)


def test_refused_and_unknown_are_kept_apart(office: Office, script: Script) -> None:
    office.ready(FIRST_MONDAY)
    first, second, *_rest = office.phones(FIRST_MONDAY)
    script.answers = {first: Answered.REFUSED, second: Answered.UNKNOWN}
    done = sent(office)
    assert done.states[DeliveryState.FAILED] == 1
    assert done.states[DeliveryState.UNKNOWN] == 1
    (one,) = unsettled(office.at(MONDAY), None)
    assert (one.phone, one.run, one.cause) == (second, FIRST_MONDAY, "0x0B no such number")
    with office.store.read() as connection:
        assert deliveries.causes(connection, office.run(FIRST_MONDAY), DeliveryState.FAILED) == {
            "0x0B no such number": 1
        }


def test_what_was_not_sent_waits_and_goes_later(office: Office, script: Script) -> None:
    office.ready(FIRST_MONDAY)
    phones = office.phones(FIRST_MONDAY)
    script.answers = dict.fromkeys(phones[:5], Answered.UNSENT)
    first = sent(office)
    assert (first.quantity, first.waits, first.run.state) == (len(phones) - 5, 5, RunState.PARTLY)
    assert first.why == "5 messages could not leave: 0x0B no such number"
    script.answers = {}
    second = sent(office, moment="2026-12-07T09:05")
    assert (second.quantity, second.run.state) == (5, RunState.RELEASED)
    assert max(Counter(m.phone for m in script.sent).values()) == 1
    assert verify(office.store).broken == ""


def test_a_carrier_that_cannot_be_reached_changes_nothing(office: Office, script: Script) -> None:
    office.ready(FIRST_MONDAY)
    script.closed = True
    with pytest.raises(GatewayError, match="cannot be reached"):
        sent(office)
    assert office.run(FIRST_MONDAY).state is RunState.APPROVED
    (turn,) = turns(office, MONDAY)
    assert turn.what is What.FAILED
    assert "cannot be reached" in turn.why


def test_nothing_of_a_release_sent_and_the_run_is_as_before(office: Office, script: Script) -> None:
    office.ready(FIRST_MONDAY)
    script.answers = dict.fromkeys(office.phones(FIRST_MONDAY), Answered.UNSENT)
    done = sent(office)
    assert (done.quantity, done.run.state) == (0, RunState.APPROVED)
    assert [entry.kind for entry in log_entries(office.store, FIRST_MONDAY)] == ["generated", "approved"]


def test_a_carrier_that_takes_nothing_more_is_not_given_the_rest(
    office: Office, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_blocks(monkeypatch)
    office.ready(FIRST_MONDAY)
    phones = office.phones(FIRST_MONDAY)
    given: list[Outgoing] = []
    script.before = lambda _ear, message: given.append(message)
    script.after_block = lambda _ear: (
        script.answers.update(dict.fromkeys(phones, Answered.UNSENT)) if len(given) >= 10 else None
    )
    done = sent(office)
    assert (done.quantity, done.waits, done.run.state) == (10, len(phones) - 10, RunState.PARTLY)
    assert len(given) == 15
    assert done.why == "nothing more leaves at present: 0x0B no such number"
    script.after_block = lambda _ear: None
    script.answers = {}
    assert sent(office, moment="2026-12-07T09:05").run.state is RunState.RELEASED
    assert Counter(m.phone for m in script.sent) == Counter(phones)


@pytest.mark.parametrize(
    ("count", "seconds", "rate", "size"),
    [(50, 0.5, 0, 50), (50, 5.0, 0, 50), (50, 0.1, 0, 125), (250, 0.01, 0, 4000), (1000, 0.8, 0, 312),
     (50, 0.0, 0, 4000), (6, 0.6, 10, 6), (50, 0.2, 400, 62)],
)  # fmt: skip
def test_a_block_holds_what_leaves_in_a_moment(count: int, seconds: float, rate: int, size: int) -> None:
    assert block_size(count, seconds, least_block(rate)) == size


# ---- when ----


@pytest.mark.parametrize("moment", ["2026-12-06T09:00", "2026-12-07T22:00"])
def test_a_live_gateway_sends_at_its_moment_only(office: Office, moment: str) -> None:
    office.ready(FIRST_MONDAY)
    with pytest.raises(StateError, match="may go out from"):
        sent(office, moment=moment)
    done = sent(office, moment=moment, urgency=Urgency("李所长", "连续发案"))
    assert done.quantity == office.run(FIRST_MONDAY).quantity


def test_the_clock_sends_what_is_due(office: Office) -> None:
    office.ready(FIRST_MONDAY)
    assert turns(office, "2026-12-07T08:00") == []
    (turn,) = turns(office, MONDAY)
    assert (turn.what, turn.sms) == (What.OUT, office.run(FIRST_MONDAY).quantity)


def test_everybody_put_off_is_no_release(office: Office) -> None:
    capped = office.set('\n[caps]\ngap = "8 days"\n')
    capped.ready(FIRST_MONDAY, "elderly-monday-20261214-0900")
    sent(capped)
    done = sent(capped, "elderly-monday-20261214-0900", "2026-12-14T09:00")
    assert (done.quantity, done.run.state) == (0, RunState.PARTLY)
    assert done.waits == len(
        set(capped.phones(FIRST_MONDAY)) & set(capped.phones("elderly-monday-20261214-0900"))
    )


def test_paper_of_a_live_run_is_printed_beside(office: Office) -> None:
    office.ready(PARENTS)
    done = sent(office, PARENTS, "2026-12-10T08:00")
    run = office.run(PARENTS)
    assert done.quantity == run.quantity
    assert done.sms == next(t.recipients for t in run.planned.tallies if t.channel is Channel.SMS)
    assert list((office.folder / "out" / PARENTS / "letters").rglob("*.pdf"))
    assert not (office.folder / "out" / PARENTS / "sms").exists()


# ---- stopping ----


def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigner.road.blocks.BLOCK", 5)
    monkeypatch.setattr("campaigner.road.blocks._AHEAD", 1)


def test_held_back_in_the_middle_the_rest_waits(
    office: Office, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_blocks(monkeypatch)
    office.ready(FIRST_MONDAY)
    boss = office.at(MONDAY, APPROVER)
    script.after_block = lambda _ear: void(
        pause(boss, FIRST_MONDAY, "核实") if len(script.sent) >= 10 else None
    )
    done = sent(office)
    assert done.why == "李所长 holds it back: 核实"
    assert (done.quantity, done.run.state) == (10, RunState.PARTLY)
    script.after_block = lambda _ear: None
    with pytest.raises(StateError, match="holds"):
        sent(office, moment="2026-12-07T10:00")
    resume(boss, FIRST_MONDAY)
    assert sent(office, moment="2026-12-07T10:00").run.state is RunState.RELEASED
    assert Counter(m.phone for m in script.sent) == Counter(office.phones(FIRST_MONDAY))
    assert verify(office.store).broken == ""


def void(_result: object) -> None:
    """Nothing, from something."""


def test_a_window_that_closes_ends_the_sending(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    small_blocks(monkeypatch)
    office.ready(FIRST_MONDAY)
    minutes = iter(range(10_000))
    wire = Wire(office.store, lambda: at("2026-12-07T20:50") + timedelta(minutes=next(minutes)))
    try:
        done = send(office.at("2026-12-07T20:50"), office.run(FIRST_MONDAY), wire)
    finally:
        wire.close()
    assert done.why == "its window has closed"
    assert 0 < done.quantity < office.run(FIRST_MONDAY).quantity


def test_too_many_failures_hold_the_run_back(
    office: Office, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_blocks(monkeypatch)
    monkeypatch.setattr("campaigner.domain.delivery.LEAST", 10)
    office.ready(FIRST_MONDAY)
    script.answers = dict.fromkeys(office.phones(FIRST_MONDAY), Answered.REFUSED)
    done = sent(office)
    assert done.why.startswith("halted: ")
    assert done.quantity < office.run(FIRST_MONDAY).quantity
    assert "halted" in [entry.kind for entry in log_entries(office.store, FIRST_MONDAY)]
    assert turns(office, "2026-12-07T09:10") == []


class StopAt(Unwatched):
    """Progress that stops the work at one of its bars."""

    def __init__(self, label: str, shown: str = "") -> None:
        self.label, self.shown = label, shown

    @contextmanager
    def bar(self, label: str, _total: int | None) -> Iterator["StopAt"]:
        yield StopAt(self.label, label)

    def advance(self, count: int) -> None:
        if self.shown.startswith(self.label):
            raise StoppedError("asked to stop")


@pytest.mark.parametrize(
    ("label", "state", "gone"), [("checking", RunState.APPROVED, False), ("sending", RunState.PARTLY, True)]
)
def test_asked_to_stop_it_keeps_what_was_answered(
    office: Office, script: Script, monkeypatch: pytest.MonkeyPatch, label: str, state: RunState, gone: bool
) -> None:
    small_blocks(monkeypatch)
    office.ready(FIRST_MONDAY)
    wire = Wire(office.store, lambda: at(MONDAY))
    with pytest.raises(StoppedError):
        send(replace(office.at(MONDAY), progress=StopAt(label)), office.run(FIRST_MONDAY), wire)
    wire.close()
    assert office.run(FIRST_MONDAY).state is state
    assert (0 < len(script.sent) < office.run(FIRST_MONDAY).quantity) is gone
    assert sent(office, moment="2026-12-07T09:30").run.state is RunState.RELEASED
    assert Counter(m.phone for m in script.sent) == Counter(office.phones(FIRST_MONDAY))


@pytest.mark.parametrize("label", ["none", "sending"])
def test_the_collector_of_cycles_is_left_as_it_was(office: Office, label: str) -> None:
    office.ready(FIRST_MONDAY)
    usual = gc.get_threshold()
    wire = Wire(office.store, lambda: at(MONDAY))
    with suppress(StoppedError):
        send(replace(office.at(MONDAY), progress=StopAt(label)), office.run(FIRST_MONDAY), wire)
    wire.close()
    assert (gc.get_threshold(), gc.get_freeze_count()) == (usual, 0)


def test_what_a_crash_left_in_sending_is_unknown_and_not_sent_again(office: Office, script: Script) -> None:
    office.ready(FIRST_MONDAY)
    run = office.run(FIRST_MONDAY)
    with office.store.begin() as connection:
        runs.move(connection, run, RunState.RELEASING, at(MONDAY), attempt=run.attempt + 1)
        mine = runs.find(connection, FIRST_MONDAY)
        terms = Terms(at(MONDAY), 50_000, urgent=False, marked=frozenset())
        fill_outbox(office.at(MONDAY), connection, mine, terms)
    block = marked(office, mine, 1, 4, MONDAY)
    done = sent(office, moment="2026-12-07T09:03")
    assert done.states == {DeliveryState.UNKNOWN: 4, DeliveryState.ACCEPTED: run.quantity - 4}
    assert not {m.id for m in block} & {m.id for m in script.sent}
    assert [e.fields["quantity"] for e in log_entries(office.store, FIRST_MONDAY) if e.kind == "unknown"] == [
        4
    ]
    assert verify(office.store).broken == ""


def test_who_refuses_meanwhile_is_left_out(
    office: Office, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_blocks(monkeypatch)
    office.ready(FIRST_MONDAY)
    with office.store.read() as connection:
        (blocks,) = [list(messages.ordered(connection, office.run(FIRST_MONDAY), Channel.SMS))]
    late = [message.recipient for block in blocks for _id, message in block][-6:]

    def answer(ear: Ear, _message: Outgoing) -> None:
        if len(script.sent) == 1:
            ear.replies([Reply(phone, "1069", "TD") for phone in late])

    script.before = answer
    monkeypatch.setattr("campaigner.road.wire.FLUSH", 0.01)
    script.after_block = lambda ear: ear.flush()  # type: ignore[attr-defined]
    done = sent(office)
    assert not {m.phone for m in script.sent} & set(late)
    assert done.quantity == len(script.sent)
    assert done.run.state is RunState.RELEASED
    with office.store.read() as connection:
        assert left_out(connection, office.run(FIRST_MONDAY)) == {"opted-out": 6}
    plan = make_plan(
        office.app.desk, FIRST, LAST, at(MONDAY), Silent(), refused_phones(office.app.desk, office.store)
    )
    (again,) = [run for run in plan.runs if run.code == FIRST_MONDAY]
    assert sum(t.recipients for t in again.tallies) == office.run(FIRST_MONDAY).quantity - 6


# ---- a rehearsed time, invented people ----


_INVENTED, _REAL = "synthetic = true\n\n[audiences.pupils]", "synthetic = false\n\n[audiences.pupils]"


@pytest.fixture
def reaching(office: Office, script: Script, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An approved run of people who are real to the program, over a gateway that reaches people."""
    assert script.opened == 0
    told = office.set(**{_INVENTED: _REAL})
    told.ready(FIRST_MONDAY)
    monkeypatch.setattr(FakeCarrier, "real", True)
    with told.store.begin() as connection:
        connection.execute(text("UPDATE run SET synthetic = :no"), {"no": False})
    return told


def test_a_rehearsed_time_sends_nothing_that_reaches_people(reaching: Office, script: Script) -> None:
    work = reaching.at(MONDAY)
    rehearsed = replace(work, clock=work.now - timedelta(days=6))
    wire = Wire(reaching.store, lambda: at(MONDAY))
    with pytest.raises(GatewayError, match="with --now nothing is sent over it"):
        send(rehearsed, reaching.run(FIRST_MONDAY), wire)
    wire.close()
    assert script.sent == []
    assert reaching.run(FIRST_MONDAY).state is RunState.APPROVED
    assert sent(reaching).sms


def test_people_that_the_settings_call_invented_by_now_get_nothing(reaching: Office, script: Script) -> None:
    with pytest.raises(GatewayError, match="invented people"):
        sent(reaching.set(**{_REAL: _INVENTED}))
    assert script.sent == []
