"""Checking: every fault of the working folder at once, before anybody is written to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigner.almanac.schedules import fault
from campaigner.delivery.registry import kinds
from campaigner.domain.people import ControlTotals
from campaigner.domain.problem import Problem
from campaigner.stages.choosing import Reading
from campaigner.stages.desk import Desk, Progress
from campaigner.stages.plan import make_plan

HORIZON = timedelta(days=31)
"""How far ahead campaigns are tried out."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Args:
        problems: Every fault, in order of place.
        totals: Control totals of each audience.
        counts: How many templates, warnings, segments and campaigns are usable.
    """

    problems: tuple[Problem, ...]
    totals: Mapping[str, ControlTotals]
    counts: Mapping[str, int]


def check(desk: Desk, now: datetime, progress: Progress) -> Checked:
    """Read everything, try every campaign for a month, and list what is wrong."""
    problems = [*desk.problems, *_gateways(desk), *_schedules(desk)]
    totals: dict[str, ControlTotals] = {}
    for name, audience in desk.config.audiences.items():
        reading = Reading(desk, audience, desk.day(now), problems.append)
        with progress.bar(f"reading {audience.file}", None) as bar:
            for _block in reading.blocks(bar):
                pass
        totals[name] = reading.totals
    plan = make_plan(desk, now, now + HORIZON, now, progress)
    for run in plan.runs:
        problems += run.problems
    counts = {
        "templates": len(desk.templates), "warnings": len(desk.catalogue), "segments": len(desk.filters),
        "campaigns": len(desk.config.campaigns),
    }  # fmt: skip
    unique = dict.fromkeys(problems)
    ordered = sorted(unique, key=lambda problem: (problem.source, problem.line or 0, problem.code))
    return Checked(tuple(ordered), totals, counts)


def _gateways(desk: Desk) -> list[Problem]:
    known = kinds()
    return [
        Problem(
            "config-unknown-kind",
            f"gateways.{name}.kind: there is no kind `{plan.kind}`; known are {', '.join(known)}",
            f"gateways.{name}.kind：没有 {plan.kind} 这种出口，可用的有：{'、'.join(known)}",
            "config.toml", desk.config.where.get(("gateways", name), (None, None))[0],
        )
        for name, plan in desk.config.gateways.items()
        if plan.kind not in known
    ]  # fmt: skip


def _schedules(desk: Desk) -> list[Problem]:
    found = []
    for name, campaign in desk.config.campaigns.items():
        why = fault(campaign.schedule, desk.config.zone)
        if why:
            line, column = desk.config.where.get(("campaigns", name), (None, None))
            found.append(
                Problem(
                    "schedule", f"campaigns.{name}.schedule: {why}", f"campaigns.{name}.schedule：{why}",
                    "config.toml", line, column,
                )
            )  # fmt: skip
    return found
