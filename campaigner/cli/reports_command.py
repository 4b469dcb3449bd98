"""`campaigner reports`: reports in, findings, drafts."""

from collections.abc import Sequence
from pathlib import Path

import click

from campaigner.cli.opening import the_app, user_name
from campaigner.cli.present import Bars, as_json, problem_list, table
from campaigner.domain.findings.check import Verdict
from campaigner.domain.findings.coverage import Coverage
from campaigner.domain.findings.finding import Finding, FindingKind
from campaigner.domain.masking import masked
from campaigner.domain.problem import blocks
from campaigner.domain.reports.report import Report
from campaigner.domain.roles import Deed
from campaigner.exports.parcel import put
from campaigner.road.study import Studied, draft, import_reports, matrix, study


@click.group("reports")
def command() -> None:
    """Import work reports, see what they say, draft warnings from them.

    \b
    Example:
      campaigner reports import summaries.docx
      campaigner reports findings
      campaigner reports draft
    """


@command.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.pass_context
def import_command(ctx: click.Context, files: tuple[Path, ...], json_wanted: bool) -> int:
    """Read report files: text, HTML, DOCX, PDF with a text layer.

    Noise is removed and listed, compilations are split, personal names and cut-off texts are flagged. The
    original is kept in reports/; importing a file twice keeps it once.

    \b
    Example:
      campaigner reports import summaries.txt bulletin.docx
    """
    app = the_app(ctx)
    imported, problems = import_reports(app.work(app.store(), user_name(), Bars()), files)
    if json_wanted:
        as_json(
            {
                "files": [file.as_data() for file in imported],
                "problems": [problem.as_data() for problem in problems],
            }
        )
    else:
        problem_list(problems)
        table(
            "Imported",
            ("file", "reports", "characters", "removed as noise"),
            [
                (
                    masked(file.source),
                    len(file.reports),
                    sum(len(report.text) for report in file.reports),
                    ", ".join(f"{kind}: {count}" for kind, count in file.noise.items()),
                )
                for file in imported
            ],
            right=(1, 2),
        )
        if imported:
            click.echo("Next:  campaigner reports findings")
    return int(blocks(problems))


@command.command("findings")
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.option(
    "--html", type=click.Path(path_type=Path), metavar="FILE", help="A page with the passages highlighted."
)
@click.option("--kind", type=click.Choice([kind.value for kind in FindingKind]), help="Only this kind.")
@click.pass_context
def findings_command(ctx: click.Context, json_wanted: bool, html: Path | None, kind: str | None) -> int:
    """Show what the imported reports say: scam types, audiences, channels, rules, figures.

    Each finding has its report, paragraph and place. Derived figures are computed again: where the two
    readings differ, both are shown with the likely cause.

    \b
    Example:
      campaigner reports findings --kind scam-type
      campaigner reports findings --html findings.html
    """
    app = the_app(ctx)
    app.ask(user_name(), Deed.LOOK)
    studied = study(app.desk)
    if html:
        from campaigner.rendering.findings_page import findings_page

        put(html, findings_page(studied.reports, studied.findings, studied.checks).encode())
        click.echo(f"drawn: {masked(str(html))}")
        return 0
    chosen = [finding for finding in studied.findings if kind in {None, finding.kind}]
    if json_wanted:
        as_json(studied.as_data(chosen))
        return 0
    _show(studied, chosen)
    return int(not studied.reports)


def _show(studied: Studied, chosen: Sequence[Finding]) -> None:
    if not studied.reports:
        click.echo("No reports yet; `campaigner reports import FILE` brings them in.")
        return
    by_id = {report.id: report for report in studied.reports}
    table(
        "Findings",
        ("report", "kind", "what", "times", "first as written", "paragraph", "note"),
        [
            _row(f, times, by_id[f.report])
            for f, times in _counted(chosen)
            if f.kind is not FindingKind.FIGURE
        ],
        right=(3, 5),
    )
    rows = [
        (f"R{by_id[report].number}", check.verdict, by_id[report].shown(check.message))
        for report, checks in studied.checks.items()
        for check in checks
        if check.verdict is not Verdict.DERIVED
    ]
    if rows:
        table("Figures computed again", ("report", "verdict", "what"), rows)


def _row(finding: Finding, times: int, report: Report) -> tuple[object, ...]:
    what, written = report.shown(finding.canonical), report.shown(finding.surface)
    return f"R{report.number}", finding.kind, what, times, written, finding.paragraph, finding.note


def _counted(chosen: Sequence[Finding]) -> list[tuple[Finding, int]]:
    """The first finding of each thing in each report, and how often the report names it."""
    first: dict[tuple[str, str, str], Finding] = {}
    times: dict[tuple[str, str, str], int] = {}
    for finding in chosen:
        key = (finding.report, finding.kind, finding.canonical)
        first.setdefault(key, finding)
        times[key] = times.get(key, 0) + 1
    return [(finding, times[key]) for key, finding in first.items()]


@command.command("draft")
@click.option("--coverage", "only_coverage", is_flag=True, help="Only show what is covered; write nothing.")
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.pass_context
def draft_command(ctx: click.Context, only_coverage: bool, json_wanted: bool) -> int:
    """Write draft warnings for scam types that the catalogue has not, and show the coverage.

    A draft is a TOML file with status = "draft" in templates/warnings/. It is never sent before a person has
    read it, mended it and set the status to "reviewed". Existing files are never overwritten.

    \b
    Example:
      campaigner reports draft
      campaigner reports draft --coverage
    """
    app = the_app(ctx)
    studied = study(app.desk)
    written, problems = (
        ([], []) if only_coverage else draft(app.work(app.store(), user_name(), Bars()), studied)
    )
    covered = matrix(app.desk, studied)
    if json_wanted:
        as_json({"drafts": [str(path) for path in written], "coverage": covered.as_data()})
        return 0
    problem_list(problems)
    _show_coverage(covered)
    for path in written:
        click.echo(f"draft: {path}")
    if not written and not only_coverage:
        click.echo("The catalogue has every scam type that the reports name; no draft is needed.")
    return 0


def _show_coverage(covered: Coverage) -> None:
    table(
        "Coverage: R in reports, W in the catalogue, C in campaigns; ! in reports and in no campaign",
        ("scam type", *covered.audiences),
        [
            (scam_type, *(_mark(covered, scam_type, audience) for audience in covered.audiences))
            for scam_type in covered.types
        ],
    )


def _mark(covered: Coverage, scam_type: str, audience: str) -> str:
    cell = covered.cell(scam_type, audience)
    letters = "".join(
        letter
        for letter, there in (("R", cell.reports), ("W", cell.warnings), ("C", cell.campaigns))
        if there
    )
    return letters + ("!" if cell.gap else "")
