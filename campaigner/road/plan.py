"""Planning: campaigns x moments -> runs, each with who, how many, how long, what it costs, and what is wrong."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from campaigner.almanac.book import open_almanac
from campaigner.almanac.schedules import ScheduleError, firings
from campaigner.content.measuring import Measures
from campaigner.content.rehearsing import Rehearsing
from campaigner.content.unread import text_problems, unusable_warnings
from campaigner.content.writing import ChannelWriter, pinned_hash, run_warnings, text_key
from campaigner.domain.campaign import Campaign, Channel, ChannelPlan
from campaigner.domain.executor import Over
from campaigner.domain.missed import Misfire
from campaigner.domain.people import Block, ControlTotals
from campaigner.domain.planning import PlannedRun, Tally, run_code
from campaigner.domain.problem import Level, Problem
from campaigner.domain.warning import Warning as WarningEntry
from campaigner.errors import RenderError
from campaigner.people.choosing import Choice, Reached, Reading, suppressed_phones
from campaigner.people.listed import holds, list_problems
from campaigner.people.unheard import unheard_problems
from campaigner.road.fitting import campaign_problem, ended, fitting, nobody_prints, unusable
from campaigner.workspace.desk import Desk, Progress, channel_plans, day_number

OFTEN = 3
"""Firings of one campaign on one day beyond which somebody is asked."""


@dataclass(slots=True)
class _Job:
    """One channel of one run while it is being counted."""

    plan: ChannelPlan
    choice: Choice
    writer: ChannelWriter | None
    price_milli: int
    rehearsing: Rehearsing | None = None
    parts: int = 0
    copies: int = 0

    def tally(self, rows: ControlTotals | None) -> Tally:
        return Tally(
            self.plan.channel, self.plan.segment, self.plan.template, self.choice.matched,
            self.choice.recipients, dict(self.choice.excluded), self.parts, self.price_milli, self.copies,
            rows,
        )  # fmt: skip


@dataclass(slots=True)
class _Draft:
    """A run while it is being planned."""

    code: str
    campaign: Campaign
    due: datetime
    warnings: tuple[str, ...]
    jobs: list[_Job] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    synthetic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a period holds.

    Args:
        first: Start of the period.
        last: Its end, not included.
        runs: Its runs in order of time.
        problems: Faults in the audiences and schedules.
        totals: Control totals of each audience that was read.
        reached: Run's code -> whom its SMS reach.
        expressly: Whether somebody asked for just this period, so that moments before its campaigns were first seen
            are kept, too.
    """

    first: datetime
    last: datetime
    runs: tuple[PlannedRun, ...]
    problems: tuple[Problem, ...]
    totals: dict[str, ControlTotals]
    reached: Mapping[str, Reached]
    expressly: bool = False


def make_plan(
    desk: Desk,
    first: datetime,
    last: datetime,
    now: datetime,
    progress: Progress,
    refused: frozenset[int] = frozenset(),
    over: Over = map,
) -> Plan:
    """The runs due from `first` up to, but not at, `last`; nothing is kept.

    Args:
        desk: The working folder.
        first: Start, with zone.
        last: End, with zone.
        now: The time it is.
        progress: Shows the reading of the audiences.
        refused: Phones that want no more messages, besides those that the audiences mark.
        over: Carries reading and measuring over the rows.
    """
    problems: list[Problem] = []
    drafts = _drafts(desk, first, last, problems)
    today = desk.day(now)
    suppressed = suppressed_phones(desk, refused) if drafts else frozenset()
    held = holds(desk) if drafts else []
    for draft in drafts:
        _prepare(desk, draft, suppressed)
        draft.problems += ended(desk, draft.campaign, draft.due, today)
        if any(plan.channel is Channel.SMS for plan in draft.campaign.channels):
            draft.problems += held
            draft.problems += unheard_problems(desk, draft.campaign.gateway)
    problems += list_problems(desk) if drafts else []
    totals: dict[str, ControlTotals] = {}
    for name, audience in desk.config.audiences.items():
        jobs = [
            (draft, job) for draft in drafts for job in draft.jobs
            if desk.config.segments[job.plan.segment].audience == name
        ]  # fmt: skip
        if jobs:
            reading = Reading(desk, audience, today, problems.append, over)
            with progress.bar(f"reading {audience.file}", None) as bar:
                _count(reading.blocks(bar), [job for _draft, job in jobs], over)
            totals[name] = reading.totals
            for draft, _job in jobs:
                draft.synthetic = draft.synthetic or reading.synthetic or audience.synthetic
    runs = tuple(_planned(desk, draft, totals) for draft in drafts)
    found = tuple(dict.fromkeys(problems))
    reached = {
        draft.code: Reached(texts, job.choice.seen)
        for draft in drafts for job in draft.jobs if job.writer and (texts := job.writer.texts)
    }  # fmt: skip
    return Plan(first=first, last=last, runs=runs, problems=found, totals=totals, reached=reached)


def _drafts(desk: Desk, first: datetime, last: datetime, problems: list[Problem]) -> list[_Draft]:
    drafts: dict[str, _Draft] = {}
    almanac = open_almanac(desk.config.calendar)
    for campaign in desk.config.campaigns.values():
        if campaign.paused:
            continue
        moments = []
        try:
            for due, place in firings(campaign.schedule, first, last, desk.config.zone, almanac):
                code = run_code(campaign.name, desk.local(due))
                drafts.setdefault(code, _Draft(code, campaign, due, run_warnings(campaign, place)))
                moments.append(due)
        except ScheduleError as error:
            problems.append(
                campaign_problem(
                    desk,
                    campaign,
                    error.code,
                    str(error),
                    f"时间安排有误：{error.message_zh}",
                    key="schedule",
                )
            )
        problems += _too_often(desk, campaign, moments) + _each(desk, campaign)
    return sorted(drafts.values(), key=lambda draft: (draft.due, draft.code))


def _too_often(desk: Desk, campaign: Campaign, moments: list[datetime]) -> list[Problem]:
    """A schedule that writes to the same people again and again is mostly a slip of the pen."""
    most = max(Counter(map(desk.day, moments)).values(), default=0)
    if most <= OFTEN:
        return []
    return [
        campaign_problem(
            desk,
            campaign,
            "schedule-often",
            f"fires {most} times on one day; is that meant?",
            f"一天内触发{most}次，请确认",
            Level.WARN,
            key="schedule",
        )
    ]


def _each(desk: Desk, campaign: Campaign) -> list[Problem]:
    """Somebody who wants all missed runs is reminded of what that means after a week without a machine."""
    if campaign.misfire is not Misfire.EACH:
        return []
    return [
        campaign_problem(
            desk, campaign, "misfire-each",
            'misfire = "each" releases every missed run, several to the same people at once after an outage',
            "misfire = each 会把错过的每一次都补发，停机几天后同一人会一次收到好几条，请确认",
            Level.WARN, key="misfire",
        )
    ]  # fmt: skip


def usable_warnings(desk: Desk, draft_warnings: Sequence[str], due: datetime) -> list[WarningEntry]:
    """Those of the warnings that exist, are reviewed and valid on the day."""
    day = desk.day(due)
    entries = [desk.catalogue[name] for name in draft_warnings if name in desk.catalogue]
    return [entry for entry in entries if entry.usable_on(day)]


def _prepare(desk: Desk, draft: _Draft, suppressed: frozenset[int]) -> None:
    """Find the draft's writers and choices; what cannot be found is a problem of the run."""
    campaign = draft.campaign
    warnings = usable_warnings(desk, draft.warnings, draft.due)
    draft.problems += [
        campaign_problem(desk, campaign, "warning-unusable", *why, key="warnings")
        for why in unusable_warnings(desk, draft.warnings, draft.due, {entry.id for entry in warnings})
    ]
    for plan in campaign.channels:
        if plan.template not in desk.templates:
            draft.problems.append(
                campaign_problem(
                    desk, campaign, "template-missing", f"there is no usable template `{plan.template}`",
                    f"没有可用的模板 {plan.template}",
                )
            )  # fmt: skip
    draft.problems += [*unusable(desk, campaign), *nobody_prints(desk, campaign)]
    for plan in channel_plans(campaign, desk):
        draft.problems += fitting(desk, campaign, plan, draft.warnings)
        day = day_number(desk.day(draft.due))
        gateway = desk.config.gateways.get(campaign.gateway)
        writer = _writer(desk, draft, plan, warnings)
        draft.jobs.append(
            _Job(
                plan, Choice(desk, plan, day, suppressed), writer, gateway.price_milli if gateway else 0,
                Rehearsing(writer) if writer else None,
            )
        )  # fmt: skip


def _writer(
    desk: Desk, draft: _Draft, plan: ChannelPlan, warnings: list[WarningEntry]
) -> ChannelWriter | None:
    if not warnings:
        return None
    try:
        return ChannelWriter(desk, draft.campaign, plan, warnings, draft.due, draft.code)
    except RenderError as error:
        draft.problems.append(
            campaign_problem(
                desk,
                draft.campaign,
                "template-fails",
                str(error),
                f"模板无法生成：{error.message_zh or error}",
            )
        )
        return None


def _count(blocks: Iterator[Block], jobs: Sequence[_Job], over: Over) -> None:
    measured = [job for job in jobs if job.writer is not None]
    counted = [job for job in jobs if job.writer is None]
    measures = Measures([job.writer for job in measured if job.writer is not None])

    def kept() -> Iterator[list[Block]]:
        for block in blocks:
            for job in counted:
                job.choice.take(block)
            taken = [job.choice.take(block) for job in measured]
            for job, mine in zip(measured, taken, strict=True):
                if job.rehearsing:
                    job.rehearsing.take(mine)
            yield measures.wanted(taken)

    for found in (over if measures.much else map)(measures, kept()):
        for job, (parts, copies, faults) in zip(measured, found, strict=True):
            job.parts += parts
            job.copies += copies
            if faults and job.rehearsing:
                job.rehearsing.failed(faults)


def _nobody(desk: Desk, draft: _Draft, tally: Tally) -> Problem:
    return campaign_problem(
        desk, draft.campaign, "no-recipients", f"nobody is reached by {tally.channel}",
        f"{tally.channel} 没有任何接收对象", Level.WARN,
    )  # fmt: skip


def _planned(desk: Desk, draft: _Draft, totals: Mapping[str, ControlTotals]) -> PlannedRun:
    campaign = draft.campaign
    tallies = tuple(
        job.tally(totals.get(desk.config.segments[job.plan.segment].audience)) for job in draft.jobs
    )
    problems = [*draft.problems, *(_nobody(desk, draft, tally) for tally in tallies if not tally.recipients)]
    for rehearsing in (job.rehearsing for job in draft.jobs if job.rehearsing):
        problems += text_problems(desk, campaign, rehearsing, draft.warnings)
    planned = PlannedRun(
        draft.code, campaign.name, campaign.title, draft.due, campaign.gateway, draft.warnings, tallies,
        draft.synthetic, pinned_hash(desk, campaign, draft.warnings, draft.due), tuple(problems),
        text_key=_text_names(desk, draft),
    )  # fmt: skip
    return _timed(desk, campaign, planned)


def _text_names(desk: Desk, draft: _Draft) -> str:
    """What names the SMS text of a run; the same words from two templates are one text."""
    names = {text_key(desk, draft.campaign, draft.warnings)}
    for job in draft.jobs:
        names |= job.writer.texts if job.writer else frozenset()
    return " ".join(sorted(filter(None, names)))


def _timed(desk: Desk, campaign: Campaign, planned: PlannedRun) -> PlannedRun:
    """The run with the moment at which it may go out, and the one after which it may not any more."""
    opening = desk.timetable_of(planned).opening(desk.local(planned.due_at))
    if opening is None:
        never = campaign_problem(
            desk, campaign, "never-open", "no day of the next year is open for it; look at [windows]",
            "今后一年内没有可以发送的日子，请检查 [windows]",
        )  # fmt: skip
        return replace(planned, problems=(*planned.problems, never))
    keeps = campaign.not_after or desk.config.clockwork.not_after
    return replace(planned, release_at=opening, not_after=opening + keeps)
