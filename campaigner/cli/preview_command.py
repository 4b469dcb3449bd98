"""`campaigner preview`: what will be read."""

from pathlib import Path

import click

from campaigner.answers.preview import Sample, draw, masked_samples, note_view, samples
from campaigner.artefacts import registry
from campaigner.cli.opening import author_name, chosen_runs, the_app, user_name
from campaigner.cli.present import Bars, say
from campaigner.config import FOUNDATIONS
from campaigner.domain.campaign import Channel, Route
from campaigner.domain.phone import masked_phone
from campaigner.errors import UsageError
from campaigner.exports.layout import PREVIEW
from campaigner.road.forms import content_code
from campaigner.road.generate import READY, generate


def _installed(_ctx: click.Context, _option: click.Parameter, name: str | None) -> Channel | None:
    """A kind of artefact that is installed."""
    if name is None:
        return None
    if name not in registry.names():
        raise click.BadParameter(f"{name!r} is none of {', '.join(registry.names())}")
    return Channel(name)


@click.command("preview")
@click.argument("code", metavar="RUN")
@click.option(
    "--channel", metavar="KIND", callback=_installed, help="Only this kind: sms, letter, poster, ..."
)
@click.option(
    "--count", default=3, show_default=True, type=click.IntRange(1, 50), help="Samples per channel."
)
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help=f"Where PDF and PNG go.  [default: {PREVIEW}/]",
)
@click.option("--unmasked", is_flag=True, help="With names and numbers; wants a reason, and is logged.")
@click.option("--reason", default="", metavar="TEXT", help="Why unmasked; kept in the log.")
@click.pass_context
def command(
    ctx: click.Context,
    code: str,
    channel: Channel | None,
    count: int,
    folder: Path | None,
    unmasked: bool,
    reason: str,
) -> None:
    """Show sample messages, letters and posters of a run.

    Texts are shown here, letters and posters are drawn as PDF and PNG. A run that is only planned is
    generated first. Phones and names are masked, on the sheets, too.

    \b
    Example:
      campaigner preview elderly-monday-20261207-0900
      campaigner preview parents-letter-20261210-0800 --channel letter --count 5
      campaigner preview parents-letter-20261210-0800 --unmasked --reason 核对姓名排版
    """
    if unmasked and not reason.strip():
        raise UsageError(
            "--unmasked wants a reason, with --reason TEXT; it is kept in the log\n"
            "使用 --unmasked 要用 --reason 写明理由，理由会记入日志"
        )
    app = the_app(ctx)
    store = app.store(FOUNDATIONS)
    (run,) = chosen_runs(store, (code,), frozenset())
    if run.state in READY:
        run = generate(app.work(store, author_name(app, None), Bars()), run)
    work = app.work(store, user_name(), Bars())
    found = samples(store, run, channel, count)
    if unmasked:
        note_view(work, run, len(found), reason)
    else:
        found = masked_samples(work, run, found)
    say(f"{run.code}  {run.planned.title}  ({run.quantity} messages, {run.state})")
    click.echo(f"content: {content_code(work, run)}  (消息摘要)")
    for sample in found:
        _show(sample, unmasked=unmasked)
    target = folder or app.desk.config.folder / PREVIEW
    for path in draw(app.desk, run, found, target):
        click.echo(f"drawn: {path}")


def _show(sample: Sample, *, unmasked: bool) -> None:
    if sample.channel.route is Route.GATEWAY:
        phone = sample.recipient if unmasked else masked_phone(sample.recipient)
        click.echo(f"\n  {phone}  {len(sample.text)} characters, {sample.parts} part(s)")
    else:
        say(f"\n  {sample.channel}: {sample.label}")
    for line in sample.text.splitlines():
        say(f"    {line}")
