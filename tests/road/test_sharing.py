"""Several processes that send one run share it; what a dead one leaves is unknown, and the others do the rest."""

import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from campaigner.answers.account import log_entries, verify
from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Ear
from campaigner.domain.lifecycle import RunState
from campaigner.errors import OvertakenError
from campaigner.road import sharing
from campaigner.road.closing import Sent, close_cut_short
from campaigner.road.queue import Terms, fill_outbox
from campaigner.road.send import take_part
from campaigner.road.sharing import Watch, identity, is_gone
from campaigner.road.wire import Wire
from campaigner.store import releases, runs, senders
from campaigner.store.senders import Identity, Sender
from tests.fakes.carrier import Script
from tests.offices.office import FIRST_MONDAY, MONDAY, Office, at, gone, marked, sent, states, turns
from tests.pace import PATIENCE

FAR = Identity("far:7", "another machine", 7)
"""A process that cannot be looked for from here."""


@pytest.fixture
def office(office: Path, script: Script, monkeypatch: pytest.MonkeyPatch) -> Office:  # type: ignore[misc]
    assert script.opened == 0
    monkeypatch.setattr("campaigner.road.blocks.BLOCK", 3)
    monkeypatch.setattr("campaigner.road.blocks._AHEAD", 1)
    monkeypatch.setattr(sharing, "RENEW", 0.05)
    monkeypatch.setattr(sharing, "LOOK", 0.01)
    return Office(office).live().ready(FIRST_MONDAY)


def begun(office: Office) -> None:
    """The run as it is when somebody has begun to send it."""
    run = office.run(FIRST_MONDAY)
    with office.store.begin() as connection:
        runs.move(connection, run, RunState.RELEASING, at(MONDAY), attempt=run.attempt + 1)
        terms = Terms(at(MONDAY), 50_000, urgent=False, marked=frozenset())
        fill_outbox(office.at(MONDAY), connection, runs.find(connection, FIRST_MONDAY), terms)


def joined(office: Office, who: Identity, *, is_open: bool = True) -> Sender:
    run = office.run(FIRST_MONDAY)
    with office.store.begin() as connection:
        if is_open:
            senders.open_to_all(connection, run, 1)
        return senders.join(connection, run, 1, who, at(MONDAY))


class Together:
    """A carrier that answers nobody before so many have given it something."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._ears: set[int] = set()

    def __call__(self, ear: Ear, _message: Outgoing) -> None:
        self._ears.add(id(ear))
        until = time.monotonic() + PATIENCE
        while len(self._ears) < self._count and time.monotonic() < until:
            time.sleep(0.005)


def test_two_who_send_one_run_share_it(office: Office, script: Script) -> None:
    script.before = Together(2)
    quantity = office.run(FIRST_MONDAY).quantity

    def later() -> Sent:
        while office.run(FIRST_MONDAY).state is not RunState.RELEASING:
            time.sleep(0.005)
        return sent(office)

    with ThreadPoolExecutor(2) as pool:
        both = [future.result() for future in (pool.submit(sent, office), pool.submit(later))]
    assert all(done.sms > 0 for done in both)
    assert sum(done.sms for done in both) == quantity
    assert Counter(m.phone for m in script.sent) == Counter(office.phones(FIRST_MONDAY))
    assert office.run(FIRST_MONDAY).state is RunState.RELEASED
    entries = [entry for entry in log_entries(office.store, FIRST_MONDAY) if entry.kind == "sent"]
    assert [entry.fields["quantity"] for entry in entries] == [quantity]
    assert states(office) == {"accepted": quantity}
    assert verify(office.store).broken == ""


def test_who_is_dead_leaves_unknown_and_who_came_besides_does_the_rest(
    office: Office, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(office)
    lost = marked(office, office.run(FIRST_MONDAY), 1, 4, MONDAY)
    far = joined(office, FAR)
    monkeypatch.setattr(sharing, "SILENCE", 0.3)
    done = sent(office)
    assert done.run.state is RunState.RELEASED
    assert not {message.id for message in lost} & {message.id for message in script.sent}
    assert states(office) == {"unknown": 4, "accepted": done.run.quantity - 4}
    with pytest.raises(OvertakenError), office.store.beside() as connection:
        senders.renew(connection, far, at(MONDAY))


def test_of_those_who_live_the_last_one_closes(office: Office, script: Script) -> None:
    begun(office)
    far = joined(office, FAR)
    ended = threading.Event()

    def live() -> None:
        while not ended.wait(0.02):
            with office.store.beside() as connection:
                senders.renew(connection, far, at(MONDAY))

    other = threading.Thread(target=live)
    other.start()
    done = sent(office)
    ended.set()
    other.join()
    assert (done.run.state, done.sms) == (RunState.RELEASING, len(script.sent))
    assert done.sms == done.run.quantity
    with office.store.begin() as connection:
        assert [sender.holder for sender in senders.of_release(connection, done.run, 1)] == ["far:7"]
        senders.leave(connection, far)
    assert close_cut_short(office.at(MONDAY), office.run(FIRST_MONDAY)).run.state is RunState.RELEASED


def test_the_daemon_takes_part_in_what_somebody_sends_by_hand(
    office: Office, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(office)
    joined(office, FAR)
    monkeypatch.setattr(sharing, "SILENCE", 0.3)
    (turn,) = turns(office, MONDAY)
    assert turn.sms == len(script.sent) == office.run(FIRST_MONDAY).quantity


def test_nothing_is_taken_before_its_texts_are_checked(office: Office, script: Script) -> None:
    begun(office)
    joined(office, FAR, is_open=False)
    wire = Wire(office.store, lambda: at(MONDAY))
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(take_part, office.at(MONDAY), office.run(FIRST_MONDAY), wire)
        time.sleep(0.3)
        assert script.sent == []
        with office.store.begin() as connection:
            run = runs.find(connection, FIRST_MONDAY)
            senders.clear(connection, run)
            releases.forget(connection, run, 1)
        with pytest.raises(OvertakenError, match="taken back"):
            waits.result(PATIENCE)
    wire.close()
    assert script.sent == []


@pytest.mark.parametrize(
    ("who", "dead"),
    [
        pytest.param(replace(identity(), pid=os.getppid()), False, id="another process"),
        pytest.param(identity(), False, id="this one"),
        pytest.param(replace(identity(), pid=1), False, id="somebody else's"),
        pytest.param(gone(), True, id="ended"),
        pytest.param(replace(gone(), place="elsewhere"), False, id="ended, but elsewhere"),
    ],
)
def test_whether_a_process_has_ended(who: Identity, *, dead: bool) -> None:
    assert is_gone(Sender(1, who.holder, who.place, who.pid, 0, at(MONDAY))) is dead


def test_silence_is_counted_from_the_last_sign() -> None:
    watch, sender = Watch(), Sender(1, "far:7", "far", 7, 0, at(MONDAY))
    assert watch.silence(sender) == 0
    assert not watch.lives(sender)
    time.sleep(0.02)
    assert watch.silence(sender) >= 0.02
    again = replace(sender, renewals=1)
    assert watch.silence(again) < 0.02
    assert watch.lives(again)
