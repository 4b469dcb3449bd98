"""`campaigner receipts`: the carrier's answers back in."""

from pathlib import Path

import click

from campaigner.cli.opening import the_app, user_name
from campaigner.cli.present import Bars, as_json, problem_data, problem_list, table
from campaigner.config import FOUNDATIONS
from campaigner.domain.problem import blocks
from campaigner.stages.reconcile import import_receipts, states_of


@click.group("receipts", invoke_without_command=True)
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.pass_context
def command(ctx: click.Context, json_wanted: bool) -> None:
    """Show what became of the messages, and read carriers' status files.

    \b
    Example:
      campaigner receipts
      campaigner receipts import status.csv --gateway carrier
    """
    if ctx.invoked_subcommand:
        return
    app = the_app(ctx)
    found = states_of(app.work(app.store(FOUNDATIONS), user_name(), Bars()))
    if json_wanted:
        as_json(
            {code: {s.value: n for s, n in sorted(states.items())} for code, states in sorted(found.items())}
        )
        return
    rows = [
        (code, state, count)
        for code, states in sorted(found.items())
        for state, count in sorted(states.items())
    ]
    if rows:
        table("What became of them", ("run", "state", "messages"), rows, right=(2,))
    else:
        click.echo("No carrier has told of any message yet.")


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--gateway", required=True, metavar="NAME", help="The gateway of config.toml that the file is from."
)
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.pass_context
def import_command(ctx: click.Context, file: Path, gateway: str, json_wanted: bool) -> int:
    """Read a carrier's status file: every row is taken or refused, and told.

    \b
    Example:
      campaigner receipts import status.csv --gateway carrier
    """
    app = the_app(ctx)
    done = import_receipts(app.work(app.store(), user_name(), Bars()), gateway, file)
    totals = done.totals
    if json_wanted:
        as_json(
            {
                "rows": totals.rows, "taken": totals.taken, "refused": totals.refused, "strangers": done.unknown,
                "said": {word.value: count for word, count in sorted(totals.said.items())},
                "runs": dict(done.runs), "problems": [problem_data(problem) for problem in done.problems],
            }
        )  # fmt: skip
    else:
        problem_list(done.problems)
        table(
            "Receipts", ("file", "rows", "taken", "refused", "not ours"),
            [(file.name, totals.rows, totals.taken, totals.refused, done.unknown)], right=(1, 2, 3, 4),
        )  # fmt: skip
        table("Messages", ("run", "rows"), sorted(done.runs.items()), right=(1,))
    return int(blocks(done.problems))
