"""These stories can fail: with one hold switched off, something leaves that is neither approved nor told of."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from campaigner.answers import account
from campaigner.cli import log_command
from campaigner.content import checked
from campaigner.domain import approval
from campaigner.domain.approval import LoggedApproval, standing
from campaigner.domain.fingerprint import Fingerprints
from campaigner.domain.planning import Run
from campaigner.exports.whole import Checked
from campaigner.road import clearance, deliver, send
from tests.simulation.insider import inspection
from tests.simulation.insider.generator import story
from tests.simulation.insider.run import Lived, Place, place
from tests.simulation.insider.scene import Step, Story

MOST = 40
"""Stories within which a hold that is missing must show."""
Patch = pytest.MonkeyPatch


@pytest.fixture(scope="module")
def where() -> Iterator[Place]:
    with place() as made:
        yield made


def nothing(*_what: Any, **_more: Any) -> str:
    return ""


def _verify_off(patch: Patch) -> None:
    """Neither the log's check nor the pack's compares what went out with what was approved."""
    patch.setattr(account, "unapproved", nothing)
    patch.setattr(inspection._script(), "approvals", nothing)
    patch.setattr(inspection._script(), "ways", nothing)


def _approvals(patch: Patch) -> None:
    patch.setattr(approval, "missing", nothing)
    _verify_off(patch)


def _gateway(patch: Patch) -> None:
    patch.setattr(LoggedApproval, "bars", nothing)
    _verify_off(patch)


def _settings(patch: Patch) -> None:
    patch.setattr(clearance, "refuse_changed", nothing)
    _gateway(patch)


class _Blind(Fingerprints):
    def differing(self, *_what: Any) -> None:
        return None


def _unchecked(_work: Any, run: Run) -> checked.Checked:
    return checked.Checked(run, _Blind(""))


def _texts(patch: Patch) -> None:
    patch.setattr(deliver, "check_digest", _unchecked)
    patch.setattr(send, "check_digest", _unchecked)
    patch.setattr(account, "_differs", nothing)


def _meanwhile(patch: Patch) -> None:
    patch.setattr(checked, "Fingerprints", _Blind)


def _pauses(patch: Patch) -> None:
    patch.setattr(clearance, "held", nothing)


def _lapse(patch: Patch) -> None:
    def for_ever(entries: Any) -> LoggedApproval | None:
        found = standing(entries)
        return found and replace(found, until=None)

    patch.setattr(approval, "standing", for_ever)


def _title(patch: Patch) -> None:
    patch.setattr(approval, "retitled", nothing)


@pytest.mark.parametrize(
    ("off", "crimes"),
    [
        pytest.param(_approvals, ("forge",), id="approvals"),
        pytest.param(_gateway, ("lead",), id="gateway"),
        pytest.param(_settings, ("unguard",), id="settings"),
    ],
)
def test_without_it_something_leaves_untold(
    where: Place, monkeypatch: Patch, off: Any, crimes: tuple[str, ...]
) -> None:
    off(monkeypatch)
    assert any(where.lived(story(seed, crimes)).faults for seed in range(1, MOST + 1))


def told(where: Place, *steps: Step, anchored: bool = True) -> Lived:
    return where.lived(Story(1, steps, anchored=anchored))


@pytest.mark.parametrize(
    ("off", "steps"),
    [
        pytest.param(_pauses, ((630, "she_pauses", 0, False), (640, "loosen"), (700, "release_all")), id="pauses"),
        pytest.param(_lapse, ((630, "prolong"), (7 * 1440 + 640, "release_all")), id="lapse"),
        pytest.param(_texts, (
            (620, "she_approves", 1), *((630, "swap", run, False, 0) for run in range(3)), (4870, "release_all"),
        ), id="texts"),
        pytest.param(_meanwhile, (
            (620, "she_approves", 1), (630, "spring", 1), (4870, "release_all"),
        ), id="meanwhile"),
        pytest.param(_title, (*((630, "retitle", run) for run in range(3)), (700, "release_all")), id="title"),
    ],
)  # fmt: skip
def test_with_it_nothing_leaves_and_without_it_something_does(
    where: Place, monkeypatch: Patch, off: Any, steps: tuple[Step, ...]
) -> None:
    if off not in {_texts, _meanwhile}:
        steps = ((620, "she_approves", 0), *steps)
    assert (told(where, *steps).left, told(where, *steps).faults) == (0, ())
    off(monkeypatch)
    assert [fault.rule for fault in told(where, *steps).faults][:1] == ["approved"]


RETURNED = (
    (620, "she_approves", 0), (630, "lay_aside"), (640, "she_returns", 0), (650, "take_back"), (9000, "release_all"),
)  # fmt: skip


def test_an_older_store_in_place_of_a_return_is_told_by_the_anchor(where: Place, monkeypatch: Patch) -> None:
    lived = told(where, *RETURNED)
    assert lived.left
    assert "anchored" in lived.alarms[0]
    monkeypatch.setattr(log_command, "lost", nothing)
    assert [fault.rule for fault in told(where, *RETURNED).faults][:1] == ["approved"]


@pytest.mark.parametrize("how", ["plant", "alter"])
def test_what_lies_in_a_folder_that_nobody_approved_is_told_by_its_check(
    where: Place, monkeypatch: Patch, how: str
) -> None:
    steps = (
        (620, "she_approves", 0),
        (700, "release_all"),
        (710, "out", 0, how, 3),  # the batch
    )
    assert not told(where, *steps).faults
    monkeypatch.setattr(Checked, "whole", True)
    assert [fault.rule for fault in told(where, *steps).faults] == ["planted"]


def test_an_alarm_over_nothing_is_a_fault(where: Place, monkeypatch: Patch) -> None:
    steps = ((620, "she_approves", 0), (9000, "release_all"))
    assert not where.lived(Story(5, steps, honest=True)).faults
    monkeypatch.setattr(account, "unapproved", lambda _entries: "entry 1: who knows")
    lived = where.lived(Story(5, steps, honest=True))
    assert {fault.rule for fault in lived.faults} == {"false-alarm"}
    assert "who knows" in lived.report()


def test_a_pack_that_is_altered_and_holds_is_a_fault(where: Place, monkeypatch: Patch) -> None:
    monkeypatch.setattr(inspection._script(), "faults_of", lambda *_all: ())
    lived = where.lived(Story(4, ((620, "she_approves", 0), (9000, "release_all"))))
    assert "forged" in {fault.rule for fault in lived.faults}


def test_a_story_that_fails_is_made_short(where: Place, monkeypatch: Patch) -> None:
    _approvals(monkeypatch)
    found = next(
        lived
        for lived in (where.lived(story(seed, ("forge",))) for seed in range(1, MOST + 1))
        if any(fault.rule == "approved" for fault in lived.faults)
    )
    smallest = where.smallest(found.story)
    assert smallest.faults
    assert len(smallest.story.steps) <= 4
    assert "forge" in {step[1] for step in smallest.story.steps}
