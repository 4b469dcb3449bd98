"""The page of findings: each report with its recognised passages highlighted, and the figures recomputed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from campaigner.domain.findings.check import Check
from campaigner.domain.findings.finding import Certainty, Finding, FindingKind
from campaigner.domain.masking import masked
from campaigner.domain.people import masked_name
from campaigner.domain.reports.report import Report

LABELS: Mapping[FindingKind, str] = {
    FindingKind.SCAM_TYPE: "诈骗类型",
    FindingKind.DENIED: "未发生的类型",
    FindingKind.TECHNIQUE: "手段",
    FindingKind.CRIME: "涉罪行为",
    FindingKind.NOT_SEGMENT: "非宣传对象",
    FindingKind.AUDIENCE: "宣传对象",
    FindingKind.FIGURE: "数据",
    FindingKind.QUANTITY_RULE: "数量要求",
    FindingKind.HOTLINE: "电话",
    FindingKind.APP: "应用",
    FindingKind.SYSTEM: "平台机制",
    FindingKind.ARTEFACT: "宣传品",
    FindingKind.CHANNEL: "渠道",
    FindingKind.ADVICE: "防范建议",
    FindingKind.RED_FLAG: "识别要点",
    FindingKind.SLOGAN: "口号",
    FindingKind.GOAL: "目标",
}
"""Kinds in order of precedence: where two overlap, the first gives the colour and both the tooltip."""
VERDICTS: Mapping[str, str] = {
    "agrees": "相符",
    "differs": "不符",
    "derived": "推算",
    "not-comparable": "口径不同",
    "ask": "待核实",
    "cannot-check": "无法核算",
}
_DOUBTFUL = ("differs", "ask")
_MOST_NAMES = 24
"""Names of one kind that are written out above a report; the marks in its text show them all."""
_ORDER = {kind: place for place, kind in enumerate(LABELS)}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text with the same findings on all of it.

    Args:
        text: As shown, names masked.
        kind: Kind that gives the colour, empty for plain text.
        title: All findings on it, for the tooltip.
    """

    text: str
    kind: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Named:
    kind: str
    label: str
    count: int
    names: str


@dataclass(frozen=True, slots=True)
class _Row:
    stated: str
    computed: str
    verdict: str
    label: str
    message: str


@dataclass(frozen=True, slots=True)
class _Shown:
    number: int
    title: str
    id: str
    truncated: bool
    paragraphs: list[list[Piece]]
    rows: list[_Row]
    named: list[_Named]

    @property
    def doubts(self) -> int:
        """How many figures a person should look at."""
        return sum(row.verdict in _DOUBTFUL for row in self.rows)

    def names(self, kind: str) -> str:
        """What was recognised of one kind, for the overview."""
        return next((named.names for named in self.named if named.kind == kind), "")


def findings_page(
    reports: Sequence[Report],
    findings: Iterable[Finding],
    checks: Mapping[str, Sequence[Check]] | None = None,
    title: str = "工作报告识别结果",
) -> str:
    """The findings of reports as one HTML page without scripts and without anything to load.

    Args:
        reports: The reports, in order of appearance.
        findings: Their findings, figures included if they shall be shown.
        checks: Report id -> recomputed figures.
        title: Heading of the page.

    Returns:
        The page; every text of a report is escaped, names and numbers of people are masked (CHK-29).
    """
    by_report: dict[str, list[Finding]] = {}
    for finding in findings:
        by_report.setdefault(finding.report, []).append(finding)
    shown = [
        _shown(report, by_report.get(report.id, []), (checks or {}).get(report.id, ())) for report in reports
    ]
    used = {finding.kind for found in by_report.values() for finding in found}
    legend = [(kind.value, label) for kind, label in LABELS.items() if kind in used]
    return _template().render(title=title, reports=shown, legend=legend)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("findings.html.jinja")


def _shown(report: Report, findings: Sequence[Finding], checks: Sequence[Check]) -> _Shown:
    text = _masked(report)
    shown = cache(report.shown)
    names: dict[FindingKind, dict[str, None]] = {}
    paragraphs: dict[int, list[Finding]] = {}
    for finding in findings:
        names.setdefault(finding.kind, {})[finding.canonical] = None
        paragraphs.setdefault(finding.paragraph, []).append(finding)
    return _Shown(
        report.number,
        report.shown(report.title),
        report.id,
        report.truncated,
        [
            pieces(
                text,
                paragraph.start,
                paragraph.start + len(paragraph.text),
                paragraphs.get(paragraph.number, []),
                shown,
            )
            for paragraph in report.paragraphs
        ],
        [_row(report, check) for check in checks],
        [_named(kind, label, list(names[kind]), shown) for kind, label in LABELS.items() if kind in names],
    )


def _named(kind: FindingKind, label: str, names: Sequence[str], shown: Callable[[str], str]) -> _Named:
    """What the list above a report says of one kind; figures are too many to be written out."""
    written = "" if kind is FindingKind.FIGURE else "、".join(map(shown, names[:_MOST_NAMES]))
    more = f" 等{len(names)}项" if written and len(names) > _MOST_NAMES else ""
    return _Named(kind.value, label, len(names), written + more)


def _row(report: Report, check: Check) -> _Row:
    verdict = check.verdict.value
    stated, computed, message = map(report.shown, (check.stated, check.computed, check.message_zh))
    return _Row(stated, computed, verdict, VERDICTS[verdict], message)


def _masked(report: Report) -> str:
    """The report's text with names and numbers of people in it masked, character for character."""
    parts: list[str] = []
    at = 0
    for start, end in sorted(report.names):
        if start >= at:
            parts += (report.text[at:start], masked_name(report.text[start:end]))
            at = end
    return masked("".join((*parts, report.text[at:])))


def pieces(
    text: str, start: int, end: int, findings: Sequence[Finding], shown: Callable[[str], str] = str
) -> list[Piece]:
    """A paragraph cut where findings begin and end; joined, the pieces are the paragraph again.

    Args:
        text: The report's text as it shall be shown.
        start: Offset of the paragraph in it.
        end: Offset behind the paragraph.
        findings: The paragraph's findings.
        shown: Masks the names in what the tooltips say.
    """
    opening: dict[int, list[Finding]] = {}
    closing: dict[int, list[Finding]] = {}
    for finding in findings:
        first, last = max(finding.start, start), min(finding.end, end)
        if first < last:
            opening.setdefault(first, []).append(finding)
            closing.setdefault(last, []).append(finding)
    cuts = sorted({start, end, *opening, *closing})
    cut: list[Piece] = []
    active: list[Finding] = []
    for first, last in pairwise(cuts):
        for finding in closing.get(first, ()):
            active.remove(finding)
        active += opening.get(first, ())
        cut.append(_piece(text[first:last], active, shown))
    return cut


def _piece(text: str, active: Sequence[Finding], shown: Callable[[str], str]) -> Piece:
    if not active:
        return Piece(text)
    ordered = sorted(active, key=lambda finding: _ORDER[finding.kind])
    return Piece(text, ordered[0].kind.value, shown("；".join(dict.fromkeys(map(_title, ordered)))))


def _title(finding: Finding) -> str:
    doubt = "（待核实）" if finding.certainty is Certainty.LIKELY else ""
    return f"{LABELS[finding.kind]}：{finding.canonical}{doubt}"
