from datetime import timedelta
from pathlib import Path

import pytest

from campaigner.answers.account import log_entries
from campaigner.answers.pending import pending
from campaigner.app import open_app
from campaigner.domain.lifecycle import RunState
from campaigner.domain.sms import Cost
from campaigner.road.generate import generate
from campaigner.road.review import send_back
from campaigner.workspace.desk import Silent, Work
from tests.conftest import NOW
from tests.offices.road import APPROVER, AUTHOR, Road

ELDERLY = "elderly-monday-20261207-0900"
PARENTS = "parents-letter-20261210-0800"
POSTERS = "lift-posters-20261201-0800"


@pytest.fixture
def road(office: Path) -> Road:
    made = Road(office)
    made.keep()
    return made


def at(road: Road, days: int) -> Work:
    """The work of somebody who looks some days later."""
    later = NOW + timedelta(days=days)
    return open_app(road.folder, later, later).work(road.store, APPROVER, Silent())


def test_nothing_waits_before_it_is_generated(road: Road) -> None:
    assert pending(road.work()) == []


def test_what_is_due_soonest_comes_first(road: Road) -> None:
    for code in (PARENTS, ELDERLY, POSTERS):
        road.generate(code)
    waiting = pending(road.work())
    assert [one.run.code for one in waiting] == [POSTERS, ELDERLY, PARENTS]
    assert [one.left for one in waiting] == sorted(one.left for one in waiting)
    assert waiting[0].left == timedelta(days=6, hours=22)
    assert {one.run.author for one in waiting} == {AUTHOR}
    assert {one.since for one in waiting} == {NOW}
    for one in waiting:
        assert one.run == road.run(one.run.code)
        assert one.cost == Cost.of(one.run.parts, 50)


def test_only_what_waits_is_listed(road: Road) -> None:
    for code in (PARENTS, ELDERLY, POSTERS):
        road.generate(code)
    road.approve(PARENTS)
    send_back(road.work(APPROVER), road.run(POSTERS), "改日期")
    assert [one.run.code for one in pending(road.work())] == [ELDERLY]


@pytest.mark.parametrize(("days", "overdue"), [(12, False), (13, True)])
def test_a_run_whose_time_is_past_is_overdue(road: Road, days: int, overdue: bool) -> None:
    road.generate(ELDERLY)
    (one,) = pending(at(road, days))
    assert one.overdue is overdue
    assert (one.left < timedelta()) is overdue


def test_the_wait_begins_anew_when_it_is_generated_again(road: Road) -> None:
    road.generate(ELDERLY)
    send_back(road.work(APPROVER), road.run(ELDERLY), "改文字")
    generate(at(road, 2), road.run(ELDERLY))
    (one,) = pending(at(road, 3))
    assert one.since == NOW + timedelta(days=2)


def test_the_wait_of_a_rehearsal_is_a_rehearsed_one(road: Road) -> None:
    rehearsed = open_app(road.folder, NOW, NOW + timedelta(days=9)).work(road.store, AUTHOR, Silent())
    generate(rehearsed, road.run(ELDERLY))
    (one,) = pending(rehearsed)
    assert one.since == NOW


def test_a_run_of_other_settings_is_told_and_left_as_it_is(road: Road) -> None:
    road.generate(ELDERLY)
    road.generate(POSTERS)
    changed = road.edit("config.toml", "price = 0.05", "price = 0.06")
    entries = len(log_entries(changed.store))
    found = {one.run.code: one.changed for one in pending(changed.work())}
    assert found == {ELDERLY: True, POSTERS: False}
    assert changed.run(ELDERLY).state is RunState.GENERATED
    assert len(log_entries(changed.store)) == entries
    gone = changed.edit("config.toml", "[campaigns.elderly-monday]", "[campaigns.elderly-tuesday]")
    assert {one.run.code: one.changed for one in pending(gone.work())}[ELDERLY]
