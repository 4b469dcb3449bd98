"""Which scam types reach which audiences: in the reports, in the catalogue, in the campaigns."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from campaigner.domain.campaign import Campaign
from campaigner.domain.findings.finding import Finding, FindingKind
from campaigner.domain.findings.vocabulary import Vocabulary
from campaigner.domain.warning import Catalogue, Warning  # noqa: A004 - the field's own word

EVERYBODY = "所有人群"
"""The column of warnings that are written for no segment in particular."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of one scam type for one audience.

    Args:
        reports: Ids of the reports that name both in one paragraph.
        warnings: Ids of the warnings of that type for that audience.
        campaigns: Names of the campaigns that bring such a warning to that audience.
    """

    reports: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()

    @property
    def gap(self) -> bool:
        """Whether reports name it and no campaign brings it."""
        return bool(self.reports) and not self.campaigns


@dataclass(frozen=True, slots=True)
class Coverage:
    """The matrix; a pair that nothing names has no cell.

    Args:
        types: Canonical scam types, rows.
        audiences: Canonical audiences, columns; `EVERYBODY` last where a warning is for no segment.
        cells: (type, audience) -> what is known.
    """

    types: tuple[str, ...]
    audiences: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell] = field(default_factory=dict)

    def cell(self, scam_type: str, audience: str) -> Cell:
        """What is known of a pair; an empty cell where nothing is."""
        return self.cells.get((scam_type, audience), Cell())

    def as_data(self) -> list[dict[str, Any]]:
        """Every pair that something names, for other programs."""
        return [
            {
                "type": scam_type, "audience": audience, "reports": list(cell.reports), "warnings": list(cell.warnings),
                "campaigns": list(cell.campaigns), "gap": cell.gap,
            }
            for (scam_type, audience), cell in self.cells.items()
        ]  # fmt: skip


_Entry = tuple[str, str, str, str]
"""Field of a cell, scam type, audience, what to list there."""


def coverage(
    findings: Iterable[Finding],
    catalogue: Catalogue,
    campaigns: Iterable[Campaign],
    segments: Mapping[str, str],
    vocabulary: Vocabulary,
) -> Coverage:
    """The matrix of scam types and audiences.

    Args:
        findings: Of all reports.
        catalogue: Warnings by id, drafts included.
        campaigns: As configured.
        segments: Segment name -> its title; the title tells the audience.
        vocabulary: Leads names to canonical types and audiences.
    """
    audience_of = {name: audience(name, segments, vocabulary) for name in segments}
    entries = [
        *_reported(findings),
        *_written(catalogue, audience_of, vocabulary),
        *_planned(catalogue, campaigns, audience_of, vocabulary),
    ]
    lists: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
    for where, scam_type, group, value in entries:
        lists.setdefault((scam_type, group), {}).setdefault(where, {})[value] = None
    cells = {
        pair: Cell(**{where: tuple(found) for where, found in kept.items()}) for pair, kept in lists.items()
    }
    groups = dict.fromkeys(group for _, group in cells)
    columns = [group for group in groups if group != EVERYBODY]
    if EVERYBODY in groups:
        columns.append(EVERYBODY)
    return Coverage(tuple(dict.fromkeys(scam_type for scam_type, _ in cells)), tuple(columns), cells)


def audience(segment: str, segments: Mapping[str, str], vocabulary: Vocabulary) -> str:
    """The canonical audience that a segment's title names, else the title, else the segment's name."""
    title = segments.get(segment, segment)
    return vocabulary.named(FindingKind.AUDIENCE, title) or title


def _reported(findings: Iterable[Finding]) -> Iterator[_Entry]:
    """Types and audiences that one paragraph names; a type beside which no audience stands is for everybody."""
    types: dict[tuple[str, str], set[int]] = {}
    audiences: dict[tuple[str, int], dict[str, None]] = {}
    for finding in findings:
        if finding.kind is FindingKind.SCAM_TYPE:
            types.setdefault((finding.report, finding.canonical), set()).add(finding.paragraph)
        elif finding.kind is FindingKind.AUDIENCE:
            audiences.setdefault((finding.report, finding.paragraph), {})[finding.canonical] = None
    for (report, scam_type), paragraphs in types.items():
        named = [
            group for paragraph in sorted(paragraphs) for group in audiences.get((report, paragraph), ())
        ]
        for group in named or [EVERYBODY]:
            yield "reports", scam_type, group, report


def _written(
    catalogue: Catalogue, audience_of: Mapping[str, str], vocabulary: Vocabulary
) -> Iterator[_Entry]:
    for warning in catalogue.values():
        for segment in warning.segments or (EVERYBODY,):
            yield "warnings", _type_of(warning, vocabulary), audience_of.get(segment, segment), warning.id


def _planned(
    catalogue: Catalogue,
    campaigns: Iterable[Campaign],
    audience_of: Mapping[str, str],
    vocabulary: Vocabulary,
) -> Iterator[_Entry]:
    for campaign in campaigns:
        for name in campaign.warnings:
            warning = catalogue.get(name)
            if warning is None:
                continue
            for plan in campaign.channels:
                group = audience_of.get(plan.segment, plan.segment)
                yield "campaigns", _type_of(warning, vocabulary), group, campaign.name


def _type_of(warning: Warning, vocabulary: Vocabulary) -> str:
    return vocabulary.canonical_type(warning.name)
