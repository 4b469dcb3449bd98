"""`campaigner export`: approved runs -> batches and print folder; and whether such a folder is whole."""

from pathlib import Path

import click

from campaigner.cli.opening import chosen_runs, the_app, user_name
from campaigner.cli.present import Bars, as_json, say, table
from campaigner.domain.lifecycle import RunState
from campaigner.errors import NotAskedError
from campaigner.exports.layout import PUBLIC_KEY
from campaigner.exports.signing import FOLDER
from campaigner.exports.whole import Checked, check_folder
from campaigner.road.deliver import export

_OWN_KEY = Path(FOLDER, PUBLIC_KEY)


class _Runs(click.Group):
    """A group whose words are names of runs unless they are commands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = next((word for word in args if not word.startswith("-")), "")
        ctx.meta["codes"] = (
            [] if named in self.commands else [word for word in args if not word.startswith("-")]
        )
        return super().parse_args(ctx, [word for word in args if word not in ctx.meta["codes"]])


@click.group("export", cls=_Runs, invoke_without_command=True, subcommand_metavar="[RUN]... | verify FOLDER")
@click.pass_context
def command(ctx: click.Context) -> int:
    """Write approved runs as batches and print folder; all of them if none is named.

    Each run gets one folder with its SMS batches, letters, posters and manifest.json with control totals,
    hashes and the office's signature. Exporting a run twice gives the same files and is no second send.

    \b
    Example:
      campaigner export
      campaigner export parents-letter-20261210-0800
      campaigner export verify out/parents-letter-20261210-0800
    """
    if ctx.invoked_subcommand:
        return 0
    app = the_app(ctx)
    store = app.store()
    work = app.work(store, user_name(), Bars())
    rows = []
    refused = 0
    codes = tuple(ctx.meta["codes"])
    for run in chosen_runs(store, codes, frozenset({RunState.APPROVED, RunState.RELEASING, RunState.PARTLY})):
        try:
            done = export(work, run)
        except NotAskedError as error:
            if codes:
                raise
            say(f"not exported: {error}", err=True)
            refused += 1
            continue
        note = "was out already" if done.again else ""
        if done.waits:
            note = f"{done.waits} wait for another day; `campaigner explain` says why"
        if done.restored:
            note = f"{len(done.restored)} file{'s' * (len(done.restored) > 1)} restored"
        shown = (done.run.quantity, done.run.parts) if done.again else (done.quantity, done.parts)
        rows.append((run.code, *shown, str(done.folder or "-"), note))
    if rows:
        table("Exported", ("run", "messages", "SMS parts", "folder", ""), rows, right=(1, 2))
    elif not refused:
        click.echo("Nothing waits for export; `campaigner approve` comes first.")
    return int(refused > 0)


@command.command("verify")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--key", type=click.Path(path_type=Path), help="The office's public key, keys/signing.pub.")
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.pass_context
def verify_command(ctx: click.Context, folder: Path, key: Path | None, json_wanted: bool) -> int:
    """Check an exported folder: signature, every file, rows counted again, control totals.

    Needs the folder and the office's public key only, no store, so that it works on the receiver's machine.

    \b
    Example:
      campaigner export verify out/parents-letter-20261210-0800
      campaigner export verify parents-letter-20261210-0800 --key signing.pub
    """
    own = Path(ctx.obj["folder"]) / _OWN_KEY
    checked = check_folder(folder, key or (own if own.is_file() else None))
    if json_wanted:
        as_json(checked.as_data())
    else:
        _show(checked)
    return int(not checked.whole)


def _show(checked: Checked) -> None:
    for line in checked.differs:
        say(line, err=True)
    for path in checked.strange:
        say(
            f"{path}: not in the manifest; nobody vouches for it, so do not upload, print or send it",
            err=True,
        )
        say(f"      {path}：清单中没有这个文件，不得上传、印制或发送", err=True)
    if not checked.whole:
        found = len(checked.differs) + len(checked.strange)
        click.echo(f"The folder is NOT whole: {found} differences（文件夹不完整或有多余文件）.", err=True)
        return
    say(
        f"Whole: {checked.run}, {checked.files} files, {checked.rows} SMS in {checked.parts} parts, "
        f"signed with key {checked.key}."
    )
    if not checked.trusted:
        click.echo(
            "The key lies in the folder itself: compare its name with the office by phone, or give --key.",
            err=True,
        )
