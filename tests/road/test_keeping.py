"""What a plan says of how it differs from what is kept, figure by figure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from campaigner.domain.campaign import Channel
from campaigner.domain.demand import Demand, Lapse
from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import PlannedRun, Run, Tally
from campaigner.road.keeping import Change

DUE = datetime(2026, 12, 7, 1, 0, tzinfo=UTC)
SMS = Tally(Channel.SMS, "all", "sms/general", recipients=90, parts=180)
LETTERS = Tally(Channel("letter"), "all", "letter/general", recipients=90, copies=90)


def planned(*tallies: Tally, warnings: Sequence[str] = ("personal-data",)) -> PlannedRun:
    return PlannedRun(
        code="c-20261207-0900", campaign="c", title="测试", due_at=DUE, warnings=tuple(warnings), gateway="carrier",
        tallies=tallies, problems=(), content_hash="0" * 64, synthetic=False,
    )  # fmt: skip


def kept(run: PlannedRun) -> Run:
    return Run(
        id=1, planned=run, state=RunState.PLANNED, attempt=0, author="王经办", digest="", quantity=0, parts=0,
        returned_reason="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "details"),
    [
        (None, planned(SMS, LETTERS), ["sms: 90 recipients", "letter: 90 recipients"]),
        (planned(SMS), planned(replace(SMS, recipients=85, parts=170)),
         ["sms recipients: 90 -> 85", "sms parts: 180 -> 170"]),
        (planned(SMS), planned(replace(SMS, template="sms/other", segment="few")),
         ["sms template: sms/general -> sms/other", "sms segment: all -> few"]),
        (planned(LETTERS), planned(replace(LETTERS, copies=91)), ["letter copies: 90 -> 91"]),
        (planned(SMS), planned(SMS, warnings=["fake-police", "rebates"]),
         ["warnings: personal-data -> fake-police, rebates"]),
        (planned(SMS), planned(SMS), ["wording or settings"]),
    ],
)  # fmt: skip
def test_each_figure_that_differs_is_named(
    before: PlannedRun | None, after: PlannedRun, details: list[str]
) -> None:
    change = Change("new" if before is None else "changed", after.code, before and kept(before), after)
    assert change.details == details
    assert change.as_data() == {"change": change.what, "run": after.code, "details": details}


def test_a_channel_that_came_or_went_is_named_with_all_its_figures() -> None:
    came = Change("changed", "c-20261207-0900", kept(planned(SMS)), planned(SMS, LETTERS)).details
    assert came[0] == "letter recipients: None -> 90"
    went = Change("changed", "c-20261207-0900", kept(planned(SMS, LETTERS)), planned(SMS)).details
    assert went[0] == "letter recipients: 90 -> None"


def test_what_is_no_longer_asked_for_says_why() -> None:
    change = Change("withdrawn", "c-20261207-0900", kept(planned(SMS)), None, Demand(Lapse.PAUSED))
    assert change.details == ["no longer asked for: its campaign has `paused = true` in config.toml"]
