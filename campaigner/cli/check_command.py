"""`campaigner check`: every problem at once."""

import click

from campaigner.cli.opening import the_app
from campaigner.cli.present import Bars, as_json, problem_data, problem_list, totals_table
from campaigner.domain.problem import Level
from campaigner.stages.check import check


@click.command("check")
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.pass_context
def command(ctx: click.Context, json_wanted: bool) -> int:
    """List every problem of the working folder, with file, line and column.

    Reads config.toml, templates, warnings and every row of the audiences, and tries the campaigns of the
    next 31 days. Exit status 1 if anything must be mended or looked at.

    \b
    Example:
      campaigner check
      campaigner check --json > problems.json
    """
    app = the_app(ctx)
    checked = check(app.desk, app.now, Bars())
    if json_wanted:
        as_json(
            {
                "problems": [problem_data(problem) for problem in checked.problems],
                "totals": {
                    name: {
                        "rows": t.rows, "recipients": t.recipients, "merged": t.merged, "refused": t.refused,
                    }
                    for name, t in checked.totals.items()
                },
                "counts": dict(checked.counts),
            }
        )  # fmt: skip
    else:
        problem_list(checked.problems)
        totals_table(checked.totals)
        counts = ", ".join(f"{count} {name}" for name, count in checked.counts.items())
        serious = sum(problem.level is not Level.INFO for problem in checked.problems)
        click.echo(f"\n{counts}. {serious or 'No'} problem{'' if serious == 1 else 's'}.")
    return int(any(problem.level is not Level.INFO for problem in checked.problems))
