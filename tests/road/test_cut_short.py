"""Releases that a stop cut short: seen by nobody they never were, shown they are finished, sent they are closed."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from campaigner.answers.account import log_entries, verify
from campaigner.domain.delivery import DeliveryState
from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import Run
from campaigner.errors import GatewayError, StateError
from campaigner.office.caretaking import expire_all
from campaigner.road.closing import give_back
from campaigner.road.deliver import export
from campaigner.road.queue import Terms, fill_outbox
from campaigner.road.release import What
from campaigner.store import deliveries, releases, runs
from campaigner.store.releases import Release
from tests.fakes.carrier import Script
from tests.offices.office import FIRST_MONDAY, Office, at, manifest, marked, sent, shipped, turns

EVENING = "2026-12-07T20:58"


@pytest.fixture
def office(office: Path) -> Office:  # type: ignore[misc]
    return Office(office).ready(FIRST_MONDAY)


@pytest.fixture
def live(script: Script, tmp_path: Path, office: Office, housed: Callable[[Path], Path]) -> Office:
    """An office with a carrier that talks."""
    assert script.opened == 0
    return office.copied(tmp_path / "live", housed).live().ready(FIRST_MONDAY)


def begun(office: Office, moment: str = EVENING) -> tuple[Run, Release]:
    """A release as a process leaves it in the store that was killed after it had chosen what goes."""
    run = office.run(FIRST_MONDAY)
    with office.store.begin() as connection:
        runs.move(connection, run, RunState.RELEASING, at(moment), attempt=run.attempt + 1)
        mine = runs.find(connection, FIRST_MONDAY)
        terms = Terms(at(moment), 50_000, urgent=False, marked=frozenset())
        release = fill_outbox(office.at(moment), connection, mine, terms).release
    assert release
    return mine, release


def test_what_nobody_saw_waits_for_an_hour_at_which_it_may_go(office: Office) -> None:
    begun(office)
    assert turns(office, "2026-12-07T21:10") == []
    assert office.run(FIRST_MONDAY).state is RunState.APPROVED
    (turn,) = turns(office, "2026-12-08T08:00")
    assert (turn.what, turn.sms) == (What.OUT, office.run(FIRST_MONDAY).quantity)
    folder = office.folder / "out" / FIRST_MONDAY
    assert manifest(folder)["send_from"] == "2026-12-08T08:00:00+08:00"
    assert Counter(shipped(folder)) == Counter(office.phones(FIRST_MONDAY))


def test_what_nobody_saw_can_be_too_late(office: Office) -> None:
    begun(office)
    half_built = office.folder / "out" / f".{FIRST_MONDAY}.partial"
    half_built.mkdir(parents=True)
    assert turns(office, "2026-12-20T09:00") == []
    ended = {one.run.code: one for one in expire_all(office.at("2026-12-20T09:01"))}[FIRST_MONDAY]
    assert (ended.run.state, ended.out) == (RunState.EXPIRED, 0)
    assert not half_built.exists()


def test_what_was_shown_is_finished_as_it_was_begun(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("campaigner.road.deliver._finish", _killed)
        with pytest.raises(KeyboardInterrupt):
            office.out(EVENING, FIRST_MONDAY)
    folder = office.folder / "out" / FIRST_MONDAY
    before = (folder / "manifest.json").read_bytes()
    assert turns(office, "2026-12-07T22:00") == []
    assert [turn.what for turn in turns(office, "2026-12-08T08:00")] == [What.OUT]
    assert (folder / "manifest.json").read_bytes() == before
    assert [entry.kind for entry in log_entries(office.store, FIRST_MONDAY)][-1] == "exported"


def _killed(*_what: object) -> None:
    raise KeyboardInterrupt


def test_a_process_that_was_overtaken_gives_nothing_back(office: Office) -> None:
    mine, release = begun(office)
    with office.store.begin() as connection:
        runs.move(connection, mine, RunState.RELEASING, at(EVENING), attempt=mine.attempt + 1)
    give_back(office.at(EVENING), mine, release)
    with office.store.read() as connection:
        assert releases.unfinished(connection, mine) is not None


def test_what_a_link_had_taken_is_closed_and_the_rest_is_a_release_of_its_own(
    live: Office, script: Script
) -> None:
    mine, _release = begun(live)
    block = marked(live, mine, 1, 4, EVENING)
    (turn,) = turns(live, "2026-12-07T21:10")
    assert (turn.what, turn.sms, turn.waits) == (What.OUT, 4, mine.quantity - 4)
    assert turns(live, "2026-12-07T21:11") == []
    (turn,) = turns(live, "2026-12-08T08:00")
    assert (turn.sms, turn.waits) == (mine.quantity - 4, 0)
    assert not {message.id for message in block} & {message.id for message in script.sent}
    with live.store.read() as connection:
        assert [(r.number, r.sms) for r in releases.of_run(connection, mine)] == [
            (1, 4),
            (2, mine.quantity - 4),
        ]
        assert deliveries.counts(connection, mine)[DeliveryState.UNKNOWN] == 4
    assert verify(live.store).broken == ""


def test_all_of_it_was_taken_and_nothing_is_left_to_send(live: Office, script: Script) -> None:
    mine, _release = begun(live)
    marked(live, mine, 1, 999, EVENING)
    done = sent(live, moment="2026-12-08T08:00")
    assert (done.run.state, done.sms, script.sent) == (RunState.RELEASED, mine.quantity, [])


def test_nothing_was_taken_and_all_of_it_is_sent(live: Office, script: Script) -> None:
    mine, _release = begun(live)
    assert [turn.what for turn in turns(live, "2026-12-08T07:00")] == [What.WAITS]
    assert turns(live, "2026-12-08T07:01") == []
    assert sent(live, moment="2026-12-08T08:00").sms == mine.quantity == len(script.sent)


# ---- the wrong way out, no day at all ----


def test_a_live_run_is_not_exported_and_a_run_in_files_not_sent(office: Office, live: Office) -> None:
    with pytest.raises(GatewayError, match="has no gateway that sends by itself"):
        sent(office)
    with pytest.raises(GatewayError, match="writes no files"):
        export(live.at("2026-12-07T09:00"), live.run(FIRST_MONDAY))


def test_no_day_is_left_on_which_it_may_go(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigner.road.deliver.moment_of_release", lambda *_what, **_how: None)
    with pytest.raises(StateError, match="no day on which it may go out"):
        office.out("2026-12-07T09:00", FIRST_MONDAY)
    assert office.run(FIRST_MONDAY).state is RunState.APPROVED
