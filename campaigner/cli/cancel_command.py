"""`campaigner cancel`: call a run off."""

import click

from campaigner.cli.opening import chosen_runs, the_app
from campaigner.cli.present import Bars
from campaigner.config import FOUNDATIONS
from campaigner.road.holding import cancel


@click.command("cancel")
@click.argument("code", metavar="RUN")
@click.option("--by", required=True, metavar="NAME", help="Who calls it off.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; logged.")
@click.pass_context
def command(ctx: click.Context, code: str, by: str, reason: str) -> None:
    """Call a run off for good: what is out stays out, the rest never goes.

    \b
    Example:
      campaigner cancel elderly-monday-20261207-0900 --by 李所长 --reason 内容已过时
    """
    app = the_app(ctx)
    store = app.store(FOUNDATIONS)
    (run,) = chosen_runs(store, (code,), frozenset())
    ended = cancel(app.work(store, by, Bars()), run, reason)
    click.echo(f"{ended.run.code} is called off: {ended.counted}.")
    if ended.perhaps:
        click.echo(
            "Their files were written, but the export was not done: they count as out. Ask the carrier, and delete the "
            f"files if it has none.\n其中{ended.perhaps}条已写成文件但导出未完成，按已发出计：请向运营商核实；"
            "对方没有收到的，请删除这些文件"
        )
