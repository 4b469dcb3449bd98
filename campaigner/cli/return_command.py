"""`campaigner return`: back to the author."""

import click

from campaigner.cli.opening import chosen_runs, the_app
from campaigner.cli.present import Bars, say
from campaigner.config import FOUNDATIONS
from campaigner.road.review import send_back


@click.command("return")
@click.argument("code", metavar="RUN")
@click.option("--by", required=True, metavar="NAME", help="Who returns it.")
@click.option("--reason", required=True, metavar="TEXT", help="What must change.")
@click.pass_context
def command(ctx: click.Context, code: str, by: str, reason: str) -> None:
    """Send a run back to its author with a reason.

    \b
    Example:
      campaigner return elderly-monday-20261207-0900 --by 李所长 --reason "换一个主题"
    """
    app = the_app(ctx)
    store = app.store(FOUNDATIONS)
    (run,) = chosen_runs(store, (code,), frozenset())
    done = send_back(app.work(store, by, Bars()), run, reason)
    say(f"{done.code} is returned: {reason}")
    click.echo(f"Next:  change it, then   campaigner plan   and   campaigner generate {done.code}")
