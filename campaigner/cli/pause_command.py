"""`campaigner pause`: hold a run or a campaign back."""

import click

from campaigner.cli.opening import the_app
from campaigner.cli.present import Bars, say
from campaigner.config import FOUNDATIONS
from campaigner.road.holding import pause


@click.command("pause")
@click.argument("name", metavar="RUN-OR-CAMPAIGN")
@click.option("--by", required=True, metavar="NAME", help="Who holds it back.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; logged.")
@click.pass_context
def command(ctx: click.Context, name: str, by: str, reason: str) -> None:
    """Hold a run or a campaign back, also in the middle of its release.

    What is out stays out; the rest waits until `campaigner resume`.

    \b
    Example:
      campaigner pause elderly-monday --by 李所长 --reason 核实投诉
    """
    app = the_app(ctx)
    fresh = pause(app.work(app.store(FOUNDATIONS), by, Bars()), name, reason)
    say(
        f"{name} is held back. Next:  campaigner resume {name} --by NAME"
        if fresh
        else f"{name} was held back already."
    )
