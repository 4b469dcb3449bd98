"""Whether a configuration asks for a run, and why not: answered without a file or a store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from campaigner.domain.calendar import ScheduleError
from campaigner.domain.campaign import Campaign, Channel, ChannelPlan, Schedule
from campaigner.domain.demand import LAPSE_TITLES, Demand, Lapse, demand
from campaigner.domain.lifecycle import RunState
from campaigner.domain.missed import PASSED_TITLES, REPLACEABLE, REPLACING, Firing, Passed, superseding
from campaigner.domain.planning import PlannedRun, Tally
from campaigner.domain.standing import CALLED_OFF, TOO_LATE, explained, kept_reason

DUE = datetime(2026, 12, 7, 1, tzinfo=UTC)
SMS = ChannelPlan(Channel.SMS, "sms/general", "all")
CAMPAIGN = Campaign(
    name="c", title="测试", warnings=("w",), rotate=False, channels=(SMS,), schedule=Schedule(cron="0 9 * * mon"),
    gateway="carrier",
)  # fmt: skip
RUN = PlannedRun(
    "c-20261207-0900", "c", "测试", DUE, "carrier", ("w",), (Tally(Channel.SMS, "all", "sms/general"),),
    synthetic=True, content_hash="h",
)  # fmt: skip
LATER, EARLIER = DUE + timedelta(hours=1), DUE - timedelta(hours=1)


def fires(_schedule: Schedule, moment: datetime) -> bool:
    return moment == DUE


@pytest.mark.parametrize(
    ("campaign", "lapse"),
    [
        (CAMPAIGN, None),
        (None, Lapse.GONE),
        (replace(CAMPAIGN, paused=True), Lapse.PAUSED),
        (replace(CAMPAIGN, channels=()), Lapse.CHANNEL),
        (replace(CAMPAIGN, channels=(replace(SMS, segment="other"),)), Lapse.CHANNEL),
        (replace(CAMPAIGN, schedule=Schedule(cron="0 9 * * mon", start=LATER)), Lapse.EARLY),
        (replace(CAMPAIGN, schedule=Schedule(cron="0 9 * * mon", end=EARLIER)), Lapse.ENDED),
        (replace(CAMPAIGN, schedule=Schedule(cron="0 9 * * mon", start=DUE, end=DUE)), None),
    ],
)
def test_what_a_campaign_asks_for(campaign: Campaign | None, lapse: Lapse | None) -> None:
    found = demand(RUN, campaign, fires)
    assert (found.lapse, found.doubt, found.asked) == (lapse, None, lapse is None)
    assert all(found.why) is (lapse is not None)


def test_another_moment_is_not_asked_for() -> None:
    assert demand(replace(RUN, due_at=LATER), CAMPAIGN, fires) == Demand(Lapse.MOVED)


def test_what_cannot_be_known_is_no_lapse() -> None:
    def unknown(_schedule: Schedule, _moment: datetime) -> bool:
        raise ScheduleError("not known so far", "尚不知道")

    assert demand(RUN, CAMPAIGN, unknown) == Demand(doubt=("not known so far", "尚不知道"))
    doubted = demand(RUN, None, fires, ("config.toml cannot be read", "无法读取"))
    assert doubted.lapse is None
    assert not doubted.asked
    assert doubted.why == ("config.toml cannot be read", "无法读取")


def test_each_reason_is_explained_in_both_languages() -> None:
    words = [*Lapse, *Passed, TOO_LATE, CALLED_OFF]
    assert set(LAPSE_TITLES) == set(Lapse)
    assert set(PASSED_TITLES) == set(Passed)
    for word in words:
        english, chinese = explained(kept_reason(word, "c-1"))
        assert english.endswith(": c-1")
        assert chinese.endswith("：c-1")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert explained("") == ("", "")


def firing(hour: int, state: RunState | None, release: int | None = None) -> Firing:
    due = DUE + timedelta(hours=hour)
    return Firing(f"c-{hour}", due, DUE + timedelta(hours=hour if release is None else release), state)


@pytest.mark.parametrize("state", [None, *RunState])
def test_only_a_newer_firing_that_is_due_and_not_ended_takes_the_place(state: RunState | None) -> None:
    late, now = firing(0, RunState.APPROVED), DUE + timedelta(hours=5)
    newest = superseding(late, [firing(3, state), firing(1, RunState.GENERATED)], now)
    assert newest is not None
    assert newest.code == ("c-3" if state is None or state in REPLACING else "c-1")
    assert superseding(late, [firing(6, state), firing(-1, state), firing(4, state, release=6)], now) is None


def test_what_is_out_takes_a_place_and_never_gives_it() -> None:
    assert RunState.RELEASED in REPLACING - REPLACEABLE
    assert REPLACEABLE < REPLACING
