"""After an outage: of the missed runs of one campaign one goes out, the newest that its rule allows."""

from pathlib import Path

import pytest

from campaigner.answers.account import log_entries
from campaigner.domain.lifecycle import RunState
from campaigner.errors import NotAskedError
from campaigner.road.deliver import export
from campaigner.road.generate import generate
from campaigner.road.holding import pause, resume
from campaigner.road.review import approve
from tests.fakes.carrier import Script
from tests.offices.road import APPROVER
from tests.offices.small import DAILY, SAME, Small, campaign

SATURDAY, THURSDAY = "2026-12-05T08:00", "2026-12-10T14:00"
_STATES = tuple(RunState)
FAIR, TERM = (
    "[occasions.fair]\nstart = 2026-12-{:02}",
    "[terms.spring]\nfirst = 2026-12-{:02}\nlast = 2027-01-20",
)
REST = "[calendar]\nholidays = [{}]\nknown_until = 2026-12-31"
TODAY, TOMORROW = "c-20261210-0900", "c-20261211-0900"


def run(day: int) -> str:
    return f"c-202612{day:02}-0900"


@pytest.fixture
def small(office: Path) -> Small:
    found = Small(office)
    found.write(campaign(DAILY))
    return found


@pytest.fixture
def live(office: Path, script: Script) -> Small:
    assert script.opened == 0
    found = Small(office, "fake")
    found.write(campaign(DAILY))
    return found


def test_five_days_off_one_goes_out(small: Small) -> None:
    small.daemon(SATURDAY)
    small.approve_all(SATURDAY)
    small.daemon(THURSDAY)
    small.approve_all(THURSDAY)
    small.daemon(THURSDAY)
    assert small.exported() == [TODAY]
    for missed in (6, 7, 8, 9):
        assert small.state(run(missed)) == ("missed", f"superseded:{TODAY}")
        entry = log_entries(small.store, run(missed))[-1]
        assert (entry.kind, entry.fields["by"]) == ("missed", TODAY)
    small.daemon("2026-12-11T09:00")
    assert small.exported() == [TODAY, TOMORROW]


@pytest.mark.parametrize(
    ("rule", "out", "today"),
    [
        ("late", [TODAY], "released"),
        ("move", [], "missed"),
        ("skip", [], "missed"),
        ("each", [run(day) for day in range(6, 11)], "released"),
    ],
)
def test_approved_in_time_and_missed(small: Small, rule: str, out: list[str], today: str) -> None:
    small.write(campaign(DAILY, f'misfire = "{rule}"'))
    small.prepare(SATURDAY, *(run(day) for day in range(6, 11)))
    small.daemon(THURSDAY)
    assert (small.exported(), small.state(TODAY)[0]) == (out, today)
    reasons = {"skip": "skip-rule", "move": f"next-takes-its-day:{TOMORROW}"}
    assert small.state(TODAY)[1] == reasons.get(rule, "")


def test_a_weekly_run_is_moved_to_a_day_of_its_own(small: Small) -> None:
    small.write(campaign(more='misfire = "move"'))
    small.prepare("2026-12-01T08:00", "c-20261207-0900", "c-20261214-0900")
    small.daemon("2026-12-15T14:00")
    assert small.state("c-20261207-0900") == ("missed", "superseded:c-20261214-0900")
    assert small.exported() == []
    small.daemon("2026-12-16T09:00")
    assert small.exported() == ["c-20261214-0900"]


def test_late_approvals_of_several_let_one_out(small: Small) -> None:
    """By hand, without a daemon."""
    codes = [run(day) for day in (6, 7, 8)]
    small.prepare(SATURDAY, *codes, approved=False)
    late = "2026-12-08T15:00"
    for code in codes[:2]:
        with pytest.raises(NotAskedError, match=r"is missed[\s\S]*已错过"):
            approve(small.at(late, APPROVER), small.run(code))
    approve(small.at(late, APPROVER), small.run(codes[2]), again=SAME)
    export(small.at(late), small.run(codes[2]))
    assert small.exported() == [codes[2]]


def test_approved_in_time_and_exported_late_by_hand(small: Small) -> None:
    small.prepare(SATURDAY, run(6), run(7))
    with pytest.raises(NotAskedError, match="is missed"):
        export(small.at("2026-12-07T15:00"), small.run(run(6)))
    assert small.state(run(6)) == ("missed", f"superseded:{run(7)}")


def test_a_late_run_is_not_written_any_more(small: Small) -> None:
    small.plan_at(SATURDAY)
    with pytest.raises(NotAskedError, match="is missed"):
        generate(small.at(THURSDAY), small.run(run(9)))
    assert generate(small.at(THURSDAY), small.run(TODAY)).quantity == 4


def test_a_carrier_that_was_away_for_days(live: Small, script: Script) -> None:
    live.prepare(SATURDAY, *(run(day) for day in range(6, 9)))
    script.closed = True
    for day in (6, 7, 8):
        live.daemon(f"2026-12-{day:02}T09:00")
    assert script.sent == []
    script.closed = False
    live.daemon("2026-12-08T15:00")
    assert len(script.sent) == 4
    assert [live.state(run(day))[0] for day in (6, 7, 8)] == ["missed", "missed", "released"]


def test_a_long_pause(small: Small) -> None:
    small.prepare(SATURDAY, *(run(day) for day in range(6, 9)))
    pause(small.at(SATURDAY, APPROVER), "c", "核实投诉")
    small.daemon("2026-12-08T14:00")
    assert small.exported() == []
    assert resume(small.at("2026-12-08T14:30", APPROVER), "c")
    small.daemon("2026-12-08T14:31")
    assert small.exported() == [run(8)]


def test_within_grace_nothing_is_missed(small: Small) -> None:
    small.write(campaign('{ cron = "0,20 9 * * *" }'))
    small.prepare(SATURDAY, run(6), "c-20261206-0920")
    small.daemon("2026-12-06T09:25")
    assert small.exported() == [run(6), "c-20261206-0920"]


def test_a_campaign_added_in_the_afternoon_has_no_run_that_morning(small: Small) -> None:
    small.write(campaign(DAILY, name="other"))
    small.daemon(SATURDAY)
    small.write(campaign(DAILY, name="other"), campaign(DAILY))
    small.daemon("2026-12-06T14:00")
    codes = {one.code for one in small.in_state(*_STATES)}
    assert run(6) not in codes
    assert run(7) in codes
    small.write(campaign(DAILY, name="other"), campaign('{ cron = "0 8,9 * * *" }'))
    small.daemon("2026-12-07T08:30")
    codes = {one.code for one in small.in_state(*_STATES)}
    assert "c-20261207-0800" not in codes
    assert run(7) in codes


@pytest.mark.parametrize(("seen", "planned"), [("08:59", True), ("14:00", False)])
@pytest.mark.parametrize(
    ("schedule", "before", "after"),
    [
        ('{ occasion = "fair", at = "09:00" }', FAIR.format(20), FAIR.format(7)),
        ('{ rule = "2 days after fair", at = "09:00" }', FAIR.format(20), FAIR.format(5)),
        ('{ rule = "1 day before term starts", at = "09:00" }', TERM.format(20), TERM.format(8)),
        ('{ cron = "0 9 * * fri", on_rest_day = "next" }', "", REST.format("2026-12-04")),
        (
            '{ rule = "last working day of the week", at = "09:00" }', "",
            REST.format("2026-12-08, 2026-12-09, 2026-12-10, 2026-12-11"),
        ),
    ],
)  # fmt: skip
def test_a_day_that_is_moved_to_today_has_its_run_only_if_its_hour_is_still_to_come(
    small: Small, schedule: str, before: str, after: str, seen: str, *, planned: bool
) -> None:
    """What the schedule rests on is moved, not its own words: nobody asked for nine o'clock when it struck."""
    small.write(campaign(schedule), before)
    small.daemon(SATURDAY)
    small.write(campaign(schedule), after)
    small.daemon(f"2026-12-07T{seen}")
    assert (run(7) in {one.code for one in small.in_state(*_STATES)}) is planned


def test_the_first_plan_of_a_store_looks_ahead_unless_somebody_asks_for_the_past(small: Small) -> None:
    small.plan_at("2026-12-06T14:00", back=3)
    codes = {one.code for one in small.in_state(*_STATES)}
    assert run(6) not in codes
    assert run(7) in codes
    small.plan_at("2026-12-06T14:00", back=3, expressly=True)
    codes = {one.code for one in small.in_state(*_STATES)}
    assert {run(3), run(6)} <= codes
