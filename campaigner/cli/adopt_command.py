"""`campaigner adopt`: a copied working folder goes on instead of its original."""

import click

from campaigner.cli.opening import the_app
from campaigner.cli.present import Bars
from campaigner.workspace.installing import adopt


@click.command("adopt")
@click.option("--by", required=True, metavar="NAME", help="Who takes it over.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept in the log.")
@click.pass_context
def command(ctx: click.Context, by: str, reason: str) -> None:
    """Take a copied working folder over: it sends from now on, its original must not.

    A store knows its machine and its place. In a copy `daemon`, `export` and `send` refuse to work, since its original
    may be at work, too. A folder that was moved on its machine goes on by itself.

    \b
    Example:
      campaigner adopt --by 王经办 --reason 旧电脑报废
    """
    app = the_app(ctx)
    adopt(app.work(app.store(), by, Bars()), reason)
    click.echo("Taken over: this folder sends from now on. Switch its original off, or delete it.")
    click.echo("已接管：今后由这个文件夹发送。请停用或删除原来的文件夹。")
