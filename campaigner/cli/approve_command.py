"""`campaigner approve`: the second person's yes."""

import click

from campaigner.cli.opening import chosen_runs, the_app
from campaigner.cli.present import Bars, table
from campaigner.domain.lifecycle import RunState
from campaigner.errors import UsageError
from campaigner.stages.review import approve


@click.command("approve")
@click.argument("codes", metavar="RUN...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every run that waits for approval.")
@click.option("--by", required=True, metavar="NAME", help="Who approves; never the author.")
@click.pass_context
def command(ctx: click.Context, codes: tuple[str, ...], everything: bool, by: str) -> None:
    """Approve a run as the second person.

    The approval holds for this content and this quantity. Whatever changes afterwards makes it void.

    \b
    Example:
      campaigner preview elderly-monday-20261207-0900
      campaigner approve elderly-monday-20261207-0900 --by 李所长
    """
    if bool(codes) == everything:
        raise UsageError("name the runs, or say --all")
    app = the_app(ctx)
    store = app.store()
    work = app.work(store, by, Bars())
    rows = []
    for run in chosen_runs(store, codes, frozenset({RunState.GENERATED})):
        done = approve(work, run)
        rows.append((done.code, done.planned.title, done.quantity, done.parts, done.digest[:12]))
    table(f"Approved by {by}", ("run", "title", "messages", "SMS parts", "content"), rows, right=(2, 3))
    if rows:
        click.echo("Next:  campaigner export")
