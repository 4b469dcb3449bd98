"""Stages whose partition functions are carried elsewhere: what travels, and that nothing else does."""

import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from campaigner.content.writing import ChannelWriter
from campaigner.domain.campaign import Channel
from campaigner.domain.planning import RECIPIENT
from campaigner.people.choosing import Choice, Reading
from campaigner.road.deliver import export
from campaigner.road.generate import generate
from campaigner.road.plan import make_plan, usable_warnings
from campaigner.road.review import send_back
from campaigner.workspace.desk import Silent, Unwatched, channel_plans, day_number
from tests.conftest import NOW
from tests.offices.road import FIRST, LAST, Road

ELDERLY, PARENTS = "elderly-monday-20261207-0900", "parents-letter-20261210-0800"
POSTERS = "lift-posters-20261201-0800"


class Travelling:
    """As good as `map`, with function, parts and results pickled on the way, and counted."""

    def __init__(self) -> None:
        self.parts: list[Any] = []

    def __call__(self, partition: Callable[[Any], Any], parts: Iterable[Any], /) -> Iterator[Any]:
        arrived = pickle.loads(pickle.dumps(partition))
        for part in parts:
            self.parts.append(part)
            yield pickle.loads(pickle.dumps(arrived(pickle.loads(pickle.dumps(part)))))


@pytest.fixture
def road(office: Path) -> Road:
    made = Road(office)
    made.keep()
    return made


def test_a_plan_is_the_same(road: Road) -> None:
    personal = road.edit("templates/sms/elderly.txt.jinja", "长辈您好", "{{ recipient.name }}您好")
    over = Travelling()
    here = make_plan(personal.app.desk, FIRST, LAST, NOW, Silent())
    there = make_plan(personal.app.desk, FIRST, LAST, NOW, Silent(), over=over)
    assert there == here
    assert over.parts


def test_a_row_that_cannot_be_written_is_told_alike(road: Road) -> None:
    faulty = road.edit(
        "templates/sms/guardians.txt.jinja", "{{ warning.short }}", "{{ 1 // (recipient.roll - 2) }}"
    )
    here = make_plan(faulty.app.desk, FIRST, LAST, NOW, Silent())
    there = make_plan(faulty.app.desk, FIRST, LAST, NOW, Silent(), over=Travelling())
    assert there == here
    assert "template-row" in {problem.code for run in there.runs for problem in run.problems}


@pytest.mark.parametrize("code", [ELDERLY, PARENTS, POSTERS])
def test_messages_and_documents_are_the_same(road: Road, code: str) -> None:
    here = road.generate(code)
    send_back(road.work("李所长"), road.run(code), "请再核对")
    over = Travelling()
    there = generate(replace(road.work(), over=over), road.run(code))
    assert there.digest == here.digest
    assert over.parts
    road.approve(code)
    first = export(replace(road.work(), over=Travelling()), road.run(code))
    assert first.folder is not None
    for file in (file for file in first.folder.rglob("*.p*") if file.suffix in {".pdf", ".png"}):
        file.unlink()
    again = road.export(code)
    assert again.manifest == first.manifest, "written again without workers, to the byte"
    assert bool(again.restored) is (code != ELDERLY)


def test_an_sms_takes_along_what_is_looked_at(road: Road) -> None:
    desk = road.app.desk
    campaign = desk.config.campaigns["elderly-monday"]
    (plan,) = channel_plans(campaign, desk)
    writer = ChannelWriter(
        desk, campaign, plan, usable_warnings(desk, campaign.warnings, NOW), NOW, "x-20261201-0900"
    )
    choice = Choice(desk, plan, day_number(desk.day(NOW)), frozenset())
    reading = Reading(desk, desk.audience_of(plan.segment), desk.day(NOW), lambda _problem: None)
    block = choice.take(next(reading.blocks(Unwatched())))
    assert set(writer.wanted(block).columns) == {RECIPIENT, "village", "household"}
    assert writer.messages(writer.wanted(block)) == writer.messages(block)
    assert pickle.loads(pickle.dumps(writer)).messages(block) == writer.messages(block)
    assert (plan.channel, writer.writes_much, writer.measures_much) == (Channel.SMS, False, False)
