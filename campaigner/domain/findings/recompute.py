"""Derived figures of a report computed again from what they were derived from (CHK-27, domain.md A7)."""

from collections.abc import Sequence
from itertools import chain

from campaigner.domain.findings.bases import changes, definitions, per_case, repeated
from campaigner.domain.findings.check import Check
from campaigner.domain.findings.figures import Figure, Role
from campaigner.domain.findings.means import means
from campaigner.domain.findings.shares import points, shares, sums
from campaigner.domain.reports.report import Report


def recompute(report: Report, found: Sequence[Figure], year: int = 0) -> list[Check]:
    """Every check that the figures of a report allow, in order of place.

    Args:
        report: The report.
        found: Its figures, as `figures(report)` gives them.
        year: The year that 今年 is in this report, 0 unknown: then both lengths of a year are tried.

    Returns:
        Means, shares, sums, changes and percentage points with verdict, both readings and the likely cause;
        values that must not be set against one another. Nothing is corrected.
    """
    counted = [figure for figure in found if figure.role is Role.STATISTIC]
    checks = chain(
        means(counted, year),
        shares(counted),
        points(counted),
        changes(counted),
        sums(report, counted),
        definitions(counted),
        per_case(counted),
        repeated(counted),
    )
    return sorted(checks, key=lambda check: (check.figures[0].start, check.kind))
