"""`campaigner slip`: the sheet that is signed."""

from pathlib import Path

import click

from campaigner.answers.slip import slip_pdf
from campaigner.cli.opening import chosen_runs, the_app, user_name
from campaigner.cli.present import Bars
from campaigner.exports.layout import form_path
from campaigner.exports.parcel import put
from campaigner.road.forms import content_code, place_of
from campaigner.road.vouching import form_drawn


@click.command("slip")
@click.argument("code", metavar="RUN")
@click.option(
    "--out",
    "file",
    metavar="FILE.pdf",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Where the PDF goes.  [default: {form_path('RUN.pdf')} in the output folder]",
)
@click.pass_context
def command(ctx: click.Context, code: str, file: Path | None) -> None:
    """Draw the approval slip of a run as PDF.

    One A4 form in Chinese to be read, signed and filed: whom the run reaches, every text, parts and cost,
    what the wording rules say, and a code by which paper and store are compared. Names and phones are
    masked. Signing the paper approves nothing by itself; `approve` does.

    \b
    Example:
      campaigner slip elderly-monday-20261207-0900
      campaigner slip parents-letter-20261210-0800 --out to-sign.pdf
    """
    app = the_app(ctx)
    store = app.store()
    (run,) = chosen_runs(store, (code,), frozenset())
    work = app.work(store, user_name(), Bars())
    drawn = slip_pdf(work, run)
    place = file or place_of(work, run)
    form_drawn(work, run, drawn)
    click.echo(f"drawn: {write_slip(place, drawn)}")
    click.echo(f"content: {content_code(work, run)}  (消息摘要)")
    click.echo(f"Next:  have it signed, then   campaigner approve {run.code} --by NAME --content DIGEST")
    click.echo("DIGEST is what stands on the form that was signed: 消息摘要")


def write_slip(file: Path, drawn: bytes) -> Path:
    """Write a slip, and the folder that it goes to."""
    file.parent.mkdir(parents=True, exist_ok=True)
    put(file, drawn)
    return file
