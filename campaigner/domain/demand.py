"""Whether the configuration in force asks for a run: one question, before anything is planned or sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from campaigner.domain.calendar import ScheduleError
from campaigner.domain.campaign import Campaign, Schedule
from campaigner.domain.planning import PlannedRun

Fires = Callable[[Schedule, datetime], bool]
"""Whether a schedule fires at a moment with zone; raises `ScheduleError` where the calendar does not reach so far."""


class Lapse(StrEnum):
    """Why the configuration no longer asks for a run."""

    GONE = "campaign-gone"
    PAUSED = "campaign-paused"
    CHANNEL = "channel-changed"
    EARLY = "schedule-starts-later"
    ENDED = "schedule-ended"
    MOVED = "schedule-moved"


LAPSE_TITLES: Mapping[Lapse, tuple[str, str]] = {
    Lapse.GONE: ("its campaign is no longer in config.toml", "config.toml 中已没有这个计划"),
    Lapse.PAUSED: (
        "its campaign has `paused = true` in config.toml",
        "config.toml 中该计划已写 paused = true（暂停）",
    ),
    Lapse.CHANNEL: (
        "its campaign no longer reaches this segment on this channel",
        "该计划已不再通过这个渠道发给这个人群",
    ),
    Lapse.EARLY: ("its schedule starts later now", "该计划的开始时间已改到这之后"),
    Lapse.ENDED: ("its schedule ends before it now", "该计划的结束时间已改到这之前"),
    Lapse.MOVED: ("its schedule no longer fires at this moment", "该计划的时间安排已改，这个时间不再触发"),
}


@dataclass(frozen=True, slots=True)
class Demand:
    """What the configuration says of a run.

    Args:
        lapse: Why it no longer asks for it; None if it does, or if that cannot be known.
        doubt: Why that cannot be known, in English and Chinese; then nothing goes out and nothing is withdrawn.
    """

    lapse: Lapse | None = None
    doubt: tuple[str, str] | None = None

    @property
    def asked(self) -> bool:
        """Whether the run may go on."""
        return self.lapse is None and self.doubt is None

    @property
    def why(self) -> tuple[str, str]:
        """Why it may not go on, in English and Chinese; empty where it may."""
        return self.doubt or (LAPSE_TITLES[self.lapse] if self.lapse else ("", ""))


ASKED = Demand()


def demand(
    run: PlannedRun, campaign: Campaign | None, fires: Fires, doubt: tuple[str, str] | None = None
) -> Demand:
    """Whether a campaign asks for a run, with its schedule, at the run's time, on the run's channels.

    Args:
        run: The run, whatever has become of it.
        campaign: The campaign of its name as the configuration in force has it; None if there is none.
        fires: Tells when schedules fire.
        doubt: Why what the configuration says of this campaign cannot be relied on.
    """
    if doubt is not None:
        return Demand(doubt=doubt)
    if campaign is None:
        return Demand(Lapse.GONE)
    if campaign.paused:
        return Demand(Lapse.PAUSED)
    reached = {(plan.channel, plan.segment) for plan in campaign.channels}
    if any((tally.channel, tally.segment) not in reached for tally in run.tallies):
        return Demand(Lapse.CHANNEL)
    return _at_its_time(campaign.schedule, run.due_at.astimezone(UTC), fires)


def _at_its_time(schedule: Schedule, due: datetime, fires: Fires) -> Demand:
    if schedule.start is not None and due < schedule.start.astimezone(UTC):
        return Demand(Lapse.EARLY)
    if schedule.end is not None and due > schedule.end.astimezone(UTC):
        return Demand(Lapse.ENDED)
    try:
        return ASKED if fires(schedule, due) else Demand(Lapse.MOVED)
    except ScheduleError as error:
        return Demand(doubt=(str(error), error.message_zh))
