"""Checking: every fault of the working folder at once, before anybody is written to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from campaigner.answers.outlook import idle_problems, outlooks
from campaigner.content.wording import document_problems, template_problems, warning_problems
from campaigner.domain.executor import Over
from campaigner.domain.outlook import Outlook
from campaigner.domain.people import Audience, ControlTotals
from campaigner.domain.problem import Level, Problem
from campaigner.domain.wording.unfinished import TEXT_RULES
from campaigner.intake.reports.formats import read_original
from campaigner.intake.reports.reading import import_report, read_file
from campaigner.people import listed
from campaigner.people.choosing import Reading
from campaigner.people.lists import list_problems
from campaigner.people.unheard import unheard_problems
from campaigner.road.plan import make_plan
from campaigner.workspace.desk import Desk, Progress

_NUMBERED = re.compile(r"R\d+")
HORIZON = timedelta(days=31)
"""How far ahead campaigns are tried out."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Args:
        problems: Every fault, in order of place.
        totals: Control totals of each audience.
        counts: How many templates, warnings, segments and campaigns are usable.
        outlooks: When each campaign fires, and its year ahead.
    """

    problems: tuple[Problem, ...]
    totals: Mapping[str, ControlTotals]
    counts: Mapping[str, int]
    outlooks: tuple[Outlook, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """For other programs."""
        return {
            "problems": [problem.as_data() for problem in self.problems],
            "totals": {name: totals.as_data() for name, totals in self.totals.items()},
            "counts": dict(self.counts),
            "schedules": [one.as_data() for one in self.outlooks],
        }


def check(desk: Desk, now: datetime, progress: Progress, over: Over = map) -> Checked:
    """Read everything, try every campaign for a month, and list what is wrong."""
    problems = [
        *desk.problems,
        *_texts(desk, now),
        *_settings(desk, now),
        *list_problems(desk, desk.day(now)),
        *listed.list_problems(desk),
        *(problem for name in desk.config.gateways for problem in unheard_problems(desk, name)),
    ]
    plan = make_plan(desk, now, now + HORIZON, now, progress, over=over)
    problems += plan.problems
    for run in plan.runs:
        problems += run.problems
    ahead = outlooks(desk, plan.runs, now)
    problems += idle_problems(desk, ahead, now)
    totals = {
        name: plan.totals.get(name) or _read(desk, audience, now, problems, progress)
        for name, audience in desk.config.audiences.items()
    }
    counts = {
        "templates": len(desk.templates), "warnings": len(desk.catalogue), "segments": len(desk.filters),
        "campaigns": len(desk.config.campaigns),
    }  # fmt: skip
    unique = dict.fromkeys(problems)
    ordered = sorted(unique, key=lambda problem: (problem.source, problem.line or 0, problem.code))
    return Checked(tuple(ordered), totals, counts, ahead)


def _read(
    desk: Desk, audience: Audience, now: datetime, problems: list[Problem], progress: Progress
) -> ControlTotals:
    """Read an audience that no campaign of the month needs, for its faults alone."""
    reading = Reading(desk, audience, desk.day(now), problems.append)
    with progress.bar(f"reading {audience.file}", None) as bar:
        for _block in reading.blocks(bar):
            pass
    return reading.totals


def _texts(desk: Desk, now: datetime) -> list[Problem]:
    """Templates and warnings against the rules on wording, at their own lines."""
    found: list[Problem] = []
    for template in desk.templates.values():
        found += template_problems(
            desk, template, (desk.config.folder / template.file).read_text("utf-8-sig")
        )
    for warning in desk.catalogue.values():
        text = (desk.config.folder / warning.file).read_text("utf-8-sig")
        found += warning_problems(desk, warning, text, desk.day(now))
    return found


def _settings(desk: Desk, now: datetime) -> list[Problem]:
    """What recipients read of config.toml itself: names, signatures, the way to opt out, labels of codes."""
    office = desk.config.office
    read: list[tuple[tuple[str, ...], str]] = [(("office",), text) for text in (office.name, *office.issuers)]
    for name, plan in desk.config.gateways.items():
        read += [(("gateways", name), plan.signature), (("gateways", name), plan.suffix)]
    read += [(("qr", name), code.label) for name, code in desk.config.qr_codes.items()]
    found = [
        replace(problem, line=line, column=column)
        for path, text in read
        for line, column in [desk.config.where.get(path, (None, None))]
        for problem in document_problems(desk, text, "config.toml", desk.day(now))
    ]
    # Titles stand on the approval form, in the log and in the evidence: only whether they are finished is asked.
    titles = [(("campaigns", name), campaign.title) for name, campaign in desk.config.campaigns.items()]
    titles += [(("segments", name), segment.title) for name, segment in desk.config.segments.items()]
    for path, text in [*titles, (("office",), office.place)]:
        line, column = desk.config.where.get((*path, "title"), desk.config.where.get(path, (None, None)))
        found += [
            replace(problem, line=line, column=column)
            for problem in document_problems(desk, text, "config.toml", desk.day(now))
            if problem.code.upper() in TEXT_RULES
        ]
    return found


def check_text_file(desk: Desk, path: Path, now: datetime) -> list[Problem]:
    """Somebody else's text against the rules on wording; text, HTML, DOCX and PDF are read."""
    data, problems = read_file(path, path.name)
    if data is None:
        return problems
    original, problems = read_original(data, path.name)
    if original is None:
        return problems
    return [*problems, *document_problems(desk, original.text, path.name, desk.day(now))]


def check_sources(desk: Desk, path: Path) -> list[Problem]:
    """Whether each report that a warning cites by number, R1, R2, ..., stands in a file of reports."""
    imported, problems = import_report(path, path.name)
    if imported is None:
        return problems
    known = {f"R{report.number}" for report in imported.reports}
    for warning in desk.catalogue.values():
        for source in warning.sources:
            if _NUMBERED.fullmatch(source.report) and source.report not in known:
                problems.append(
                    Problem(
                        "source-missing",
                        f"warning {warning.id} cites {source.report}, which is not in {path.name}",
                        f"预警主题 {warning.id} 引用的 {source.report} 不在 {path.name} 中", warning.file,
                    )
                )  # fmt: skip
    return [
        problem for problem in problems if problem.code == "source-missing" or problem.level is Level.BLOCK
    ]
