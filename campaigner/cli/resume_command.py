"""`campaigner resume`: let a run or a campaign go on."""

import click

from campaigner.cli.opening import the_app
from campaigner.cli.present import Bars
from campaigner.stages.holding import resume


@click.command("resume")
@click.argument("name", metavar="RUN-OR-CAMPAIGN")
@click.option("--by", required=True, metavar="NAME", help="Who lets it go on.")
@click.pass_context
def command(ctx: click.Context, name: str, by: str) -> None:
    """Let a run or a campaign go on that was held back.

    \b
    Example:
      campaigner resume elderly-monday --by 李所长
    """
    app = the_app(ctx)
    lifted = resume(app.work(app.store(), by, Bars()), name)
    click.echo(f"{name} goes on." if lifted else f"{name} was not held back.")
