"""`campaigner receipts`: the carrier's answers back in."""

from collections.abc import Mapping
from pathlib import Path

import click

from campaigner.answers.receipts import UNSAID, receipts
from campaigner.cli.opening import the_app, user_name
from campaigner.cli.present import Bars, as_json, problem_list, table
from campaigner.config import FOUNDATIONS
from campaigner.domain.masking import masked
from campaigner.domain.matching import Found
from campaigner.domain.problem import blocks
from campaigner.road.reconcile import import_receipts

_WHY = {
    Found.OURS: "of a message of ours",
    Found.STRANGER: "no message of ours has that id and phone (不是我们发的)",
    Found.EARLIER: "done before the message with that id was sent (早于发送时间)",
    Found.AMBIGUOUS: "several messages may be meant (无法区分是哪一条)",
    Found.REPEATED: "said again (重复)",
}


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
    work = app.work(app.store(FOUNDATIONS), user_name(), Bars())
    told = receipts(work)
    if json_wanted:
        as_json(told.as_data())
        return
    rows = [
        (code, state, count)
        for code, states in sorted(told.states.items())
        for state, count in sorted(states.items())
    ]
    if rows:
        table("What became of them", ("run", "state", "messages"), rows, right=(2,))
    else:
        click.echo("No carrier has told of any message yet.")
    why = [
        (code, cause or UNSAID, count) for code, each in told.causes.items() for cause, count in each.items()
    ]
    if why:
        table("Why they failed (失败原因)", ("run", "the carrier says", "messages"), why, right=(2,))
    show_nobodys(told.nobodys)


def show_nobodys(nobody: Mapping[str, Mapping[Found, int]]) -> None:
    """Receipts that came over links and settled nothing: how many, and why."""
    left = [(gateway, _WHY[why], count) for gateway, whys in nobody.items() for why, count in whys.items()]
    if left:
        table("Receipts that settled nothing", ("gateway", "why", "receipts"), left, right=(2,))


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
        as_json(done.as_data())
    else:
        problem_list(done.problems)
        table(
            "Receipts", ("file", "rows", "taken", "refused", "not ours", "ambiguous"),
            [(masked(file.name), totals.rows, totals.taken, totals.refused, done.unknown, done.ambiguous)],
            right=(1, 2, 3, 4, 5),
        )  # fmt: skip
        table("Messages", ("run", "rows"), sorted(done.runs.items()), right=(1,))
    return int(blocks(done.problems))
