"""Overdue: of the runs of one campaign that were missed only the newest goes out, as its rule allows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from campaigner.almanac.book import Almanac, open_almanac
from campaigner.almanac.schedules import firings
from campaigner.domain.calendar import ScheduleError
from campaigner.domain.campaign import Campaign
from campaigner.domain.lifecycle import RunState
from campaigner.domain.missed import (
    PASSED_TITLES,
    REPLACEABLE,
    REPLACING,
    Firing,
    Misfire,
    Missed,
    Passed,
    missed,
    superseding,
)
from campaigner.domain.planning import Run, run_code
from campaigner.domain.standing import explained, kept_reason
from campaigner.errors import NotAskedError, OvertakenError
from campaigner.road.asking import Asking
from campaigner.road.holding import end
from campaigner.store import approvals, pauses, runs, seen
from campaigner.workspace.desk import Work

_INSTANT = timedelta(microseconds=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A run that is recorded as missed, and why, as `domain.standing` reads it."""

    run: Run
    reason: str


class _Campaigns:
    """What is asked of the campaigns when their late runs are judged: read once for all of them."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._desk = work.desk
        self._almanac: Almanac = open_almanac(work.desk.config.calendar)
        self._asking = Asking(work.desk)
        with work.store.read() as connection:
            self._since = seen.since(connection, self._asking.sought(), work.now)
            self.held = pauses.standing(connection)

    def of(self, run: Run) -> Campaign | None:
        """The campaign of a run that is asked for; None where nothing may be decided about it."""
        return self._desk.config.campaigns[run.planned.campaign] if self._asking.of(run).asked else None

    def is_late(self, run: Run) -> bool:
        """Whether a run should be out already; one that was moved is late as soon as its new moment comes."""
        release, now = run.planned.release_at, self._work.now
        if release > now:
            return False
        return now - release > self._desk.config.clockwork.grace or self.was_moved(run)

    def was_moved(self, run: Run) -> bool:
        """Whether a rule moved the run to another moment than its schedule and window give."""
        timetable = self._desk.timetable_of(run.planned)
        opening = timetable.opening(self._desk.local(run.planned.due_at))
        return opening is not None and run.planned.release_at > opening

    def newer(self, campaign: Campaign, run: Run, until: datetime) -> list[Firing]:
        """Firings of a campaign after a run's, up to and at a moment: those that are kept, and those not yet."""
        with self._work.store.read() as connection:
            kept = runs.of_campaign(connection, campaign.name, run.planned.due_at)
        known = {one.code for one in kept}
        return [_firing(one) for one in kept if one.id != run.id] + [
            firing for firing in self._not_kept(campaign, run, until) if firing.code not in known
        ]

    def _not_kept(self, campaign: Campaign, run: Run, until: datetime) -> Iterable[Firing]:
        since = self._since.get(campaign.name)
        if since is None:
            return
        first = max(run.planned.due_at.astimezone(UTC) + _INSTANT, since.astimezone(UTC))
        timetable = self._desk.timetable_of(run.planned)
        moments = firings(campaign.schedule, first, until + _INSTANT, self._desk.config.zone, self._almanac)
        try:
            for due, _place in moments:
                local = self._desk.local(due)
                yield Firing(run_code(campaign.name, local), due, timetable.opening(local) or due, None)
        except ScheduleError:
            return  # what is certain came before it


def _firing(run: Run) -> Firing:
    return Firing(run.code, run.planned.due_at, run.planned.release_at, run.state)


def pass_over(work: Work) -> list[PassedOver]:
    """Record as missed every late run in whose place a newer one of its campaign goes; what a person holds is left.

    Args:
        work: Desk, store and time.
    """
    with work.store.read() as connection:
        waiting = [
            run for run in runs.in_states(connection, REPLACEABLE) if run.planned.release_at <= work.now
        ]
    if not waiting:
        return []
    campaigns = _Campaigns(work)
    done = []
    for run in waiting:
        if run.code in campaigns.held or run.planned.campaign in campaigns.held:
            continue
        newer = _superseding(work, campaigns, run)
        if newer is not None:
            try:
                done.append(_miss(work, run, Passed.SUPERSEDED, newer.code))
            except OvertakenError:
                continue  # somebody is at work on it; the next look finds it
    return done


def refuse_superseded(work: Work, run: Run) -> None:
    """Go on with a late run only if no newer one of its campaign takes its place.

    Raises:
        NotAskedError: One does; the run is recorded as missed.
    """
    if run.state not in REPLACEABLE or run.planned.release_at > work.now:
        return
    newer = _superseding(work, _Campaigns(work), run)
    if newer is not None:
        english, chinese = explained(_miss(work, run, Passed.SUPERSEDED, newer.code).reason)
        raise NotAskedError(f"run {run.code} is missed: {english}\n{run.code} 已错过：{chinese}")


def _superseding(work: Work, campaigns: _Campaigns, run: Run) -> Firing | None:
    if not campaigns.is_late(run):
        return None
    campaign = campaigns.of(run)
    if campaign is None or campaign.misfire is Misfire.EACH:
        return None
    return superseding(_firing(run), campaigns.newer(campaign, run, work.now), work.now)


def judge_missed(work: Work, run: Run) -> Missed | None:
    """What became of an approved run that should have gone out already: as its campaign's rule says, and recorded.

    A run that was approved only after its moment was not missed: whoever approved it saw that it was late.
    """
    campaigns = _Campaigns(work)
    campaign = campaigns.of(run) if run.state is RunState.APPROVED else None
    found = _by_its_rule(work, campaigns, campaign, run) if campaign is not None else None
    if campaign is None or found is None:
        return None
    if found.rule is Misfire.SKIP:
        _miss(work, run, Passed.SKIPPED, "", found)
        return found
    if found.rule is Misfire.MOVE and found.at is not None:
        own = _own_day(work, campaigns, campaign, run, found.at)
        if own is not None:
            _miss(work, run, Passed.NEXT_DAY, own.code, found)
            return Missed(found.rule, found.late, None)
    _record(work, run, found)
    return found


def _by_its_rule(work: Work, campaigns: _Campaigns, campaign: Campaign, run: Run) -> Missed | None:
    """What a campaign's rule says of an approved run; None if it is in time, or was approved only when it was late."""
    release, grace = run.planned.release_at, work.desk.config.clockwork.grace
    with work.store.read() as connection:
        approval = approvals.standing(connection, run)
    if approval is None or approval.at > release + grace:
        return None
    rule = campaign.misfire
    if rule is Misfire.MOVE and campaigns.was_moved(run):
        # It was moved before: a machine that is switched on late each day would move it for ever.
        rule = Misfire.LATE
    timetable = work.desk.timetable_of(run.planned)
    return missed(rule, work.desk.local(release), work.desk.local(work.now), grace, timetable)


def _own_day(work: Work, campaigns: _Campaigns, campaign: Campaign, run: Run, at: datetime) -> Firing | None:
    """The run that the campaign has itself on, or before, the day to which a late one would be moved."""
    day = work.desk.local(at).date()
    midnight = datetime.combine(day + _DAY, time(), work.desk.config.zone)
    there = campaigns.newer(campaign, run, midnight - _INSTANT)
    wanted = [
        one
        for one in there
        if work.desk.day(one.release) <= day and (one.state is None or one.state in REPLACING)
    ]
    return min(wanted, key=lambda one: one.due.astimezone(UTC), default=None)


def _facts(work: Work, run: Run, rule: str) -> dict[str, object]:
    late = work.now.astimezone(UTC) - run.planned.release_at.astimezone(UTC)
    return {
        "rule": rule,
        "due": work.desk.local(run.planned.release_at).isoformat(),
        "late_minutes": int(late.total_seconds() // 60),
    }


def _miss(work: Work, run: Run, why: Passed, detail: str, found: Missed | None = None) -> PassedOver:
    reason = kept_reason(why, detail)
    rule = found.rule.value if found else work.desk.config.campaigns[run.planned.campaign].misfire.value
    facts = _facts(work, run, rule)
    facts |= {"reason": why.value, "why": PASSED_TITLES[why][0]} | ({"by": detail} if detail else {})
    ended = end(work, run, RunState.MISSED, reason, facts)
    return PassedOver(ended.run, reason)


def _record(work: Work, run: Run, found: Missed) -> None:
    """A late run that goes out all the same, now or at its new moment."""
    facts = _facts(work, run, found.rule.value)
    with work.store.begin() as connection:
        if found.rule is Misfire.MOVE and found.at is not None:
            runs.reschedule(connection, run, found.at, _later_end(run, found.at))
            facts["moved_to"] = work.desk.local(found.at).isoformat()
        work.record(connection, "missed", run.code, facts)


def _later_end(run: Run, at: datetime) -> datetime | None:
    """A run that is moved keeps as long after its new moment as it had after the old one."""
    last = run.planned.not_after
    return None if last is None else at + (last - run.planned.release_at)
