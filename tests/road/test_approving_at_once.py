"""An approval that loses the race leaves nothing behind, and a release asks the log once."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from campaigner.answers.account import log_entries
from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import Run
from campaigner.errors import ApprovalError, OvertakenError
from campaigner.road import review
from campaigner.road.clearance import cleared
from campaigner.road.review import approve, send_back
from campaigner.store import approvals, log, runs
from campaigner.workspace.desk import Work
from tests.offices.road import APPROVER, Road

ELDERLY = "elderly-monday-20261207-0900"
OTHER = "赵主任"
LETS = {"CHK-22": "本镇仍有采样点"}


@pytest.fixture
def warned(office: Path) -> Road:
    """A run with a sentence that only somebody's word lets pass."""
    road = Road(office).edit(
        "templates/sms/elderly.txt.jinja", "长辈您好：", "做核酸检测时也请当心。长辈您好："
    )
    road.keep()
    road.generate(ELDERLY)
    return road


def kinds(road: Road) -> list[str]:
    return [entry.kind for entry in log_entries(road.store, ELDERLY)]


def meanwhile(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sends the run back while the approver's process has read its texts."""
    real = review.run_findings

    def slow(work: Work, run: Run, campaign: Any) -> Any:
        found = real(work, run, campaign)
        send_back(road.work(OTHER), road.run(ELDERLY), "请再核对")
        return found

    monkeypatch.setattr(review, "run_findings", slow)


def test_an_approval_that_loses_the_race_leaves_no_override(
    warned: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = warned.run(ELDERLY)
    with monkeypatch.context() as patch:
        meanwhile(warned, patch)
        with pytest.raises(OvertakenError):
            approve(warned.work(APPROVER), run, LETS, contents=(run.digest,))
    assert warned.run(ELDERLY).state is RunState.RETURNED
    assert "overridden" not in kinds(warned)
    with warned.store.read() as connection:
        assert approvals.standing(connection, run) is None
    # So nobody's word counts for the next one, who did not give it.
    warned.generate(ELDERLY)
    with pytest.raises(ApprovalError, match="--override CHK-22=REASON"):
        warned.approve(ELDERLY)


def test_overrides_stand_right_before_the_approval_that_they_belong_to(warned: Road) -> None:
    run = warned.run(ELDERLY)
    approve(warned.work(APPROVER), run, LETS, contents=(run.digest,))
    assert kinds(warned)[-2:] == ["overridden", "approved"]


def test_an_approval_that_is_refused_leaves_no_override(warned: Road) -> None:
    run = warned.run(ELDERLY)
    with pytest.raises(ApprovalError, match="prepared run"):
        approve(warned.work(), run, LETS, contents=(run.digest,))
    assert "overridden" not in kinds(warned)


@pytest.mark.parametrize("state", [RunState.APPROVED, RunState.PARTLY])
def test_a_release_asks_the_log_once(office: Path, monkeypatch: pytest.MonkeyPatch, state: RunState) -> None:
    road = Road(office)
    run = road.until_approved(ELDERLY)
    if state is RunState.PARTLY:
        with road.store.begin() as connection:
            runs.move(connection, run, RunState.RELEASING, road.work().now)
            runs.move(connection, runs.find(connection, ELDERLY), state, road.work().now)
    asked: list[str] = []
    for name in ("entries", "about"):
        real = getattr(log, name)

        def counted(
            connection: Connection, *what: Any, _name: str = name, _real: Any = real, **more: Any
        ) -> Any:
            asked.append(_name)
            return _real(connection, *what, **more)

        monkeypatch.setattr(log, name, counted)
    cleared(road.work(), road.run(ELDERLY))
    assert asked == ["about"]
