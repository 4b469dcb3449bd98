"""`campaigner resume`: let a run or a campaign go on."""

import click

from campaigner.cli.opening import the_app
from campaigner.cli.present import Bars, say
from campaigner.road.holding import resume


@click.command("resume")
@click.argument("name", metavar="RUN-OR-CAMPAIGN")
@click.option("--by", required=True, metavar="NAME", help="Who lets it go on.")
@click.option("--reason", default="", metavar="TEXT", help="Why; asked for where config.toml held the run.")
@click.pass_context
def command(ctx: click.Context, name: str, by: str, reason: str) -> None:
    """Let a run or a campaign go on that was held back.

    A run is also held when some of it is out and config.toml no longer asks for it. With a reason the rest goes
    on all the same; `campaigner cancel` ends it.

    \b
    Example:
      campaigner resume elderly-monday --by 李所长
      campaigner resume elderly-monday-20261207-0900 --by 李所长 --reason 已通知的村组须发完
    """
    app = the_app(ctx)
    lifted = resume(app.work(app.store(), by, Bars()), name, reason)
    say(f"{name} goes on." if lifted else f"{name} was not held back.")
