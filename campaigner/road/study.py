"""Studying: reports in, findings, figures computed again, draft warnings and what is not covered yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from campaigner.domain.findings.check import Check
from campaigner.domain.findings.coverage import Coverage, coverage
from campaigner.domain.findings.drafting import draft_warnings
from campaigner.domain.findings.figures import Figure, figure_findings, figures
from campaigner.domain.findings.finding import Finding
from campaigner.domain.findings.quantities import quantity_rules
from campaigner.domain.findings.recognise import recognise
from campaigner.domain.findings.recompute import recompute
from campaigner.domain.masking import masked
from campaigner.domain.problem import Problem
from campaigner.domain.reports.report import Imported, Report
from campaigner.domain.roles import Deed
from campaigner.intake.drafts import write_drafts
from campaigner.intake.reports.archive import Archive
from campaigner.intake.vocabulary import load_vocabulary
from campaigner.workspace.desk import Desk, Work
from campaigner.workspace.reason import file_word

WARNINGS = Path("templates", "warnings")


@dataclass(frozen=True, slots=True)
class Studied:
    """What the reports say.

    Args:
        reports: Every report that was imported, in order of file and number.
        findings: What was recognised in them, figures included, in the same order.
        figures: Report id -> its figures.
        checks: Report id -> its derived figures, computed again.
    """

    reports: tuple[Report, ...]
    findings: tuple[Finding, ...]
    figures: Mapping[str, Sequence[Figure]]
    checks: Mapping[str, Sequence[Check]]

    def as_data(self, chosen: Sequence[Finding]) -> dict[str, Any]:
        """For other programs: every report with its figures, and some of the findings; names in texts are hidden."""
        by_id = {report.id: report for report in self.reports}
        return {
            "reports": [
                {
                    **report.as_data(),
                    "figures": [figure.as_data(report.shown) for figure in self.figures[report.id]],
                    "checks": [check.as_data(report.shown) for check in self.checks[report.id]],
                }
                for report in self.reports
            ],
            "findings": [finding.as_data(by_id[finding.report]) for finding in chosen],
        }


def import_reports(work: Work, paths: Sequence[Path]) -> tuple[list[Imported], list[Problem]]:
    """Keep report files in the working folder; what cannot be read is a problem, the others go on.

    Raises:
        StoreError: The working folder cannot be written.
    """
    work.ask(Deed.GENERATE)
    archive = Archive(work.desk.config.folder)
    imported: list[Imported] = []
    problems: list[Problem] = []
    with work.progress.bar("reading reports", len(paths)) as bar:
        for path in paths:
            known = {kept.sha256 for kept in archive.load_all()}
            result, found = archive.add(path, masked(path.name))
            problems += found
            if result is not None:
                imported.append(result)
                if result.sha256 not in known:
                    _log(work, path.name, result)
            bar.advance(1)
    return imported, problems


def _log(work: Work, name: str, imported: Imported) -> None:
    with work.store.begin() as connection:
        facts = {
            "file": file_word(connection, name),
            "sha256": imported.sha256,
            "reports": len(imported.reports),
        }
        work.record(connection, "imported", "", facts)


def study(desk: Desk) -> Studied:
    """Recognise everything in the imported reports and compute their figures again."""
    vocabulary = load_vocabulary()
    reports = [report for file in Archive(desk.config.folder).load_all() for report in file.reports]
    findings: list[Finding] = []
    numbers: dict[str, list[Figure]] = {}
    checks: dict[str, list[Check]] = {}
    for report in reports:
        numbers[report.id] = figures(report)
        checks[report.id] = recompute(report, numbers[report.id])
        findings += recognise(report, vocabulary)
        findings += quantity_rules(report)
        findings += figure_findings(report, numbers[report.id])
    return Studied(tuple(reports), tuple(findings), numbers, checks)


def draft(work: Work, studied: Studied) -> tuple[list[Path], list[Problem]]:
    """Write a draft warning for each scam type that reports name and the catalogue has not.

    Returns:
        The files written, and a problem for each that exists already; nothing is ever overwritten.
    """
    work.ask(Deed.GENERATE)
    desk = work.desk
    drafts = draft_warnings(
        studied.findings,
        desk.catalogue,
        load_vocabulary(),
        desk.day(work.now),
        _segment_titles(desk),
        {report.id: f"R{report.number}" for report in studied.reports},
    )
    written, problems = write_drafts(drafts, desk.config.folder / WARNINGS, desk.config.folder)
    if written:
        with work.store.begin() as connection:
            work.record(connection, "drafted", "", {"warnings": [path.stem for path in written]})
    return written, problems


def matrix(desk: Desk, studied: Studied) -> Coverage:
    """Scam types x audiences: in reports, in the catalogue, in campaigns."""
    campaigns = desk.config.campaigns.values()
    return coverage(studied.findings, desk.catalogue, campaigns, _segment_titles(desk), load_vocabulary())


def _segment_titles(desk: Desk) -> dict[str, str]:
    return {name: segment.title for name, segment in desk.config.segments.items()}
