"""Draft warnings from findings: our own fixed phrases around canonical names, never a report's sentence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from campaigner.domain.findings.coverage import audience
from campaigner.domain.findings.finding import Finding, FindingKind
from campaigner.domain.findings.vocabulary import ScamType, Vocabulary
from campaigner.domain.warning import Catalogue, Source, Warning  # noqa: A004 - the field's own word

_MOST = 6
"""Entries of a list in a draft; a warning with more is not read."""


def draft_warnings(
    findings: Sequence[Finding],
    catalogue: Catalogue,
    vocabulary: Vocabulary,
    today: date,
    segments: Mapping[str, str] | None = None,
    cited: Mapping[str, str] | None = None,
) -> list[Warning]:
    """A draft for each scam type that reports name and the catalogue has not.

    Args:
        findings: Of all reports, in order.
        catalogue: Warnings by id; a type that one of them is about gets no draft.
        vocabulary: The types that drafts are composed from.
        today: First day of validity; also stands as the day of review until a person has read the draft.
        segments: Segment name -> title; a draft goes to those whose audience the reports name beside the type.
        cited: Report id -> how sources cite it; by default the id itself.

    Returns:
        Warnings with status `draft`, which nothing sends, in the order in which reports name them.
    """
    written = {vocabulary.canonical_type(warning.name) for warning in catalogue.values()}
    taken = {name for warning in catalogue.values() for name in (warning.name, *warning.aliases)}
    named: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.kind is FindingKind.SCAM_TYPE and finding.canonical not in written:
            named.setdefault(finding.canonical, []).append(finding)
    drafts = []
    for canonical, places in named.items():
        entry = vocabulary.types.get(canonical)
        if entry is None or entry.id in catalogue:
            continue
        draft = _draft(entry, places, findings, today, cited or {})
        wanted = _segments(entry, places, findings, segments or {}, vocabulary)
        aliases = tuple(name for name in draft.aliases if name not in taken)
        drafts.append(replace(draft, aliases=aliases, segments=wanted))
        taken |= {draft.name, *draft.aliases}
    return drafts


def _draft(
    entry: ScamType,
    places: Sequence[Finding],
    findings: Sequence[Finding],
    today: date,
    cited: Mapping[str, str],
) -> Warning:
    name = entry.canonical
    advice = _merged(entry.advice, _beside(FindingKind.ADVICE, places, findings))
    subject = name if name.endswith("诈骗") else f"{name}类诈骗"
    return Warning(
        id=entry.id,
        name=name,
        aliases=tuple(dict.fromkeys(listing.name for listing in entry.listings if listing.name != name)),
        victims=entry.victims,
        method=f"{entry.method}。",
        red_flags=_merged(entry.red_flags, _beside(FindingKind.RED_FLAG, places, findings)),
        rule=entry.rule,
        advice=advice,
        short=f"谨防{subject}。{entry.rule}",
        long=(
            f"近期工作中多次提到{subject}。容易遇到的是{entry.victims}。常见做法是{entry.method}。"
            f"{entry.rule}请记住：{'；'.join(advice)}。"
        ),
        headline=f"谨防{name}",
        large=(f"谨防{name}", "先核实，不着急", "拿不准，打96110"),
        segments=(),
        sources=tuple(
            Source(
                cited.get(place.report, place.report),
                f"第{place.paragraph}段，第{place.start}至{place.end}字",
            )
            for place in places[:_MOST]
        ),
        valid_from=today,
        valid_until=None,
        reviewed_on=today,
        status="draft",
        file=f"{entry.id}.toml",
        sha256="",
    )


def _beside(kind: FindingKind, places: Sequence[Finding], findings: Iterable[Finding]) -> list[str]:
    """Canonical names of a kind in the reports that name the type."""
    reports = {place.report for place in places}
    return [finding.canonical for finding in findings if finding.kind is kind and finding.report in reports]


def _merged(own: Sequence[str], found: Sequence[str]) -> tuple[str, ...]:
    """Our own entries first, then what reports add, without what an earlier entry says already."""
    merged: list[str] = []
    for entry in (*own, *found):
        if not any(entry in other for other in merged):
            merged.append(entry)
    return tuple(merged[:_MOST])


def _segments(
    entry: ScamType,
    places: Sequence[Finding],
    findings: Sequence[Finding],
    segments: Mapping[str, str],
    vocabulary: Vocabulary,
) -> tuple[str, ...]:
    """Segments for the audiences that the type hits most, and those named in the type's own paragraphs."""
    paragraphs = {(place.report, place.paragraph) for place in places}
    wanted = set(entry.segments) | {
        finding.canonical
        for finding in findings
        if finding.kind is FindingKind.AUDIENCE and (finding.report, finding.paragraph) in paragraphs
    }
    return tuple(name for name in segments if audience(name, segments, vocabulary) in wanted)
