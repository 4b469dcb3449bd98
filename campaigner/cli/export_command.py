"""`campaigner export`: approved runs -> batches and print folder."""

import click

from campaigner.cli.opening import chosen_runs, the_app, user_name
from campaigner.cli.present import Bars, table
from campaigner.domain.lifecycle import RunState
from campaigner.stages.deliver import export


@click.command("export")
@click.argument("codes", metavar="[RUN]...", nargs=-1)
@click.pass_context
def command(ctx: click.Context, codes: tuple[str, ...]) -> None:
    """Write approved runs as batches and print folder; all of them if none is named.

    Each run gets one folder with its SMS batches (CSV and XLSX), letters, posters and manifest.json with
    control totals and hashes. Exporting a run twice gives the same files and is no second send.

    \b
    Example:
      campaigner export
      campaigner export parents-letter-20261210-0800
    """
    app = the_app(ctx)
    store = app.store()
    work = app.work(store, user_name(), Bars())
    rows = []
    for run in chosen_runs(store, codes, frozenset({RunState.APPROVED, RunState.RELEASING, RunState.PARTLY})):
        done = export(work, run)
        note = "was out already" if done.again else ""
        if done.waits:
            note = f"{done.waits} wait for another day; `campaigner explain` says why"
        if done.restored:
            note = f"{len(done.restored)} file{'s' * (len(done.restored) > 1)} restored"
        shown = (done.run.quantity, done.run.parts) if done.again else (done.quantity, done.parts)
        rows.append((run.code, *shown, str(done.folder or "-"), note))
    if not rows:
        click.echo("Nothing waits for export; `campaigner approve` comes first.")
        return
    table("Exported", ("run", "messages", "SMS parts", "folder", ""), rows, right=(1, 2))
