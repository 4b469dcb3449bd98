"""`campaigner rotate`: another key for the store."""

import click

from campaigner.app import refuse_faulty
from campaigner.cli.opening import the_app, user_name
from campaigner.cli.present import as_json
from campaigner.domain.roles import Deed
from campaigner.office.rotating import rotate
from campaigner.workspace.desk import Silent


@click.command("rotate")
@click.option("--by", default="", metavar="NAME", help="Who rotates.  [default: the system's user]")
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept in the log.")
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.pass_context
def command(ctx: click.Context, by: str, reason: str, json_wanted: bool) -> None:
    """Give the store another key; encrypt one that is not.

    The store is written anew. Where its key is a file, keys/store.key, a new one is drawn, and the old one stays
    beside it for copies that were made before. Stop the daemon first.

    \b
    Example:
      campaigner rotate --by 王经办 --reason 人员离岗
    """
    app = the_app(ctx)
    refuse_faulty(app.desk)
    actor = by or user_name()
    # Asked once more by the stage; here before a new key is drawn.
    app.ask(actor, Deed.ROTATE)
    done = rotate(lambda store: app.work(store, actor, Silent()), app.desk, reason)
    if json_wanted:
        as_json(done.as_data())
        return
    click.echo(f"The store has the key {done.after} now; before: {done.before or 'not encrypted'}.")
    if done.kept:
        click.echo(f"{done.kept}: print it, and lay it into the safe; without it nobody can open the store.")
    else:
        click.echo("Let the new key take the old one's place where it comes from.")
    click.echo("Next:  campaigner log verify")
