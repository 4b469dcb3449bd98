"""`campaigner check`: every problem at once."""

from collections.abc import Sequence
from pathlib import Path

import click

from campaigner.answers.check import check, check_sources, check_text_file
from campaigner.cli.opening import the_app
from campaigner.cli.outlook_lines import outlook_lines
from campaigner.cli.present import Bars, as_json, problem_list, totals_table
from campaigner.domain.problem import Level, Problem


@click.command("check")
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.argument("text_file", required=False, metavar="[TEXT-FILE]", type=click.Path(path_type=Path))
@click.option(
    "--sources",
    "report_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Check that every report that a warning cites is in this file of reports.",
)
@click.pass_context
def command(ctx: click.Context, json_wanted: bool, text_file: Path | None, report_file: Path | None) -> int:
    """List every problem of the working folder, with file, line and column.

    Reads config.toml, templates, warnings and every row of the audiences, and tries the campaigns of the
    next 31 days. Says of each campaign in words when it fires, and what the 365 days from today on come to,
    as far as that is known. With a TEXT-FILE only that text is checked, against the wording rules: is it exaggerated,
    forcing, outdated, does it look like a scam, are names and numbers right? Exit status 1 if anything must
    be mended or looked at.

    \b
    Example:
      campaigner check
      campaigner check --json > problems.json
      campaigner check notice-of-the-county.txt
      campaigner check --sources reports.txt
    """
    app = the_app(ctx)
    if text_file:
        return _just_problems(check_text_file(app.desk, text_file, app.now), json_wanted=json_wanted)
    if report_file:
        return _just_problems(check_sources(app.desk, report_file), json_wanted=json_wanted)
    checked = check(app.desk, app.now, Bars(), app.over)
    if json_wanted:
        as_json(checked.as_data())
    else:
        problem_list(checked.problems)
        totals_table(checked.totals)
        outlook_lines(checked.outlooks)
        counts = ", ".join(f"{count} {name}" for name, count in checked.counts.items())
        serious = sum(problem.level is not Level.INFO for problem in checked.problems)
        click.echo(f"\n{counts}. {serious or 'No'} problem{'' if serious == 1 else 's'}.")
    return int(any(problem.level is not Level.INFO for problem in checked.problems))


def _just_problems(found: Sequence[Problem], *, json_wanted: bool) -> int:
    """Problems of one file."""
    if json_wanted:
        as_json({"problems": [problem.as_data() for problem in found]})
    else:
        problem_list(found)
        click.echo(f"{len(found) or 'No'} problem{'' if len(found) == 1 else 's'}.")
    return int(any(problem.level is not Level.INFO for problem in found))
