"""`campaigner generate`: planned runs -> finished messages."""

import click

from campaigner.cli.opening import author_name, chosen_runs, the_app
from campaigner.cli.present import Bars, say, table
from campaigner.cli.standing import show_past
from campaigner.domain.planning import Run
from campaigner.domain.problem import Level
from campaigner.errors import NotAskedError
from campaigner.stages.generate import READY, generate


@click.command("generate")
@click.argument("codes", metavar="[RUN]...", nargs=-1)
@click.option(
    "--by", "author", metavar="NAME", help="Who prepares it.  [default: office.author of config.toml]"
)
@click.pass_context
def command(ctx: click.Context, codes: tuple[str, ...], author: str | None) -> int:
    """Write the messages of planned runs into the store; all of them if none is named.

    Nothing leaves the house: a second person must approve first. Stopped at any moment and called again, a
    run is begun anew, and nobody stands in it twice.

    \b
    Example:
      campaigner generate
      campaigner generate elderly-monday-20261207-0900 --by 王经办
    """
    app = the_app(ctx)
    store = app.store()
    work = app.work(store, author_name(app, author), Bars())
    rows = []
    written: list[Run] = []
    skipped = 0
    for run in chosen_runs(store, codes, READY):
        if not codes and run.planned.blocked:
            first = next(p for p in run.planned.problems if p.level is Level.BLOCK)
            say(f"left out {run.code}: {first.message}", err=True)
            skipped += 1
            continue
        try:
            done = generate(work, run)
        except NotAskedError as error:
            if codes:
                raise
            say(f"left out {run.code}: {error}", err=True)
            skipped += 1
            continue
        written.append(done)
        rows.append((done.code, done.planned.title, done.quantity, done.parts, done.state))
    if not rows and not skipped:
        click.echo("Nothing to generate; `campaigner plan` comes first.")
        return 0
    table("Generated", ("run", "title", "messages", "SMS parts", "state"), rows, right=(2, 3))
    show_past(app, written)
    if rows:
        click.echo(
            "Next:  campaigner preview RUN   and, by a second person,   campaigner approve RUN --by NAME"
        )
    return int(skipped > 0)
