"""`campaigner preview`: what will be read."""

from pathlib import Path

import click

from campaigner.cli.opening import author_name, chosen_runs, the_app
from campaigner.cli.present import Bars, say
from campaigner.domain.campaign import Channel
from campaigner.domain.people import masked_name
from campaigner.domain.phone import masked_phone
from campaigner.stages.generate import READY, generate
from campaigner.stages.preview import Sample, draw, samples


@click.command("preview")
@click.argument("code", metavar="RUN")
@click.option(
    "--channel", type=click.Choice([channel.value for channel in Channel]), help="Only this channel."
)
@click.option(
    "--count", default=3, show_default=True, type=click.IntRange(1, 50), help="Samples per channel."
)
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where PDF and PNG go.  [default: preview/]",
)
@click.pass_context
def command(ctx: click.Context, code: str, channel: str | None, count: int, folder: Path | None) -> None:
    """Show sample messages, letters and posters of a run.

    Texts are shown here, letters and posters are drawn as PDF and PNG. A run that is only planned is
    generated first. Phones and names are masked on the screen.

    \b
    Example:
      campaigner preview elderly-monday-20261207-0900
      campaigner preview parents-letter-20261210-0800 --channel letter --count 5
    """
    app = the_app(ctx)
    store = app.store()
    (run,) = chosen_runs(store, (code,), frozenset())
    if run.state in READY:
        run = generate(app.work(store, author_name(app, None), Bars()), run)
    found = samples(store, run, Channel(channel) if channel else None, count)
    say(f"{run.code}  {run.planned.title}  ({run.quantity} messages, {run.state})")
    for sample in found:
        _show(sample)
    target = folder or app.desk.config.folder / "preview"
    for path in draw(app.desk, run, found, target):
        click.echo(f"drawn: {path}")


def _show(sample: Sample) -> None:
    if sample.channel is Channel.SMS:
        click.echo(
            f"\n  {masked_phone(sample.recipient)}  {len(sample.text)} characters, {sample.parts} part(s)"
        )
    else:
        name = masked_name(sample.label) if sample.channel is Channel.LETTER else sample.label
        say(f"\n  {sample.channel}: {name}")
    text = (
        sample.text.replace(sample.label, masked_name(sample.label))
        if sample.channel is Channel.LETTER and sample.label
        else sample.text
    )
    for line in text.splitlines():
        say(f"    {line}")
