"""`campaigner restore`: a backup back in its place."""

from collections import Counter
from pathlib import Path

import click

from campaigner.app import App, refuse_faulty
from campaigner.cli.opening import the_app, user_name
from campaigner.cli.present import as_json
from campaigner.errors import UsageError
from campaigner.stages.desk import Silent
from campaigner.stages.keys import BACKUP, office_key
from campaigner.stages.restoring import Restored, restore


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only check, and say what would be lost.")
@click.option("--by", default="", metavar="NAME", help="Who restores.  [default: the system's user]")
@click.option(
    "--reason", default="", metavar="TEXT", help="Why; kept in the log. Wanted unless it is a dry run."
)
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.pass_context
def command(ctx: click.Context, file: Path, dry_run: bool, by: str, reason: str, json_wanted: bool) -> None:
    """Put a backup back, after checking it.

    It is opened with the office's key, read through, brought to this version, and its log is verified. Runs that
    went out after it, or may have, or were called off, are held back; refusals and deletions that came after it are
    carried over. The store as it is now stays beside it. Stop the daemon first. A backup of another machine sends
    nothing here before `campaigner adopt`.

    \b
    Example:
      campaigner restore backups/campaigner-20261201-030000.db.sealed --dry-run
      campaigner restore backups/campaigner-20261201-030000.db.sealed --by 王经办 --reason 硬盘损坏
    """
    if not dry_run and not reason.strip():
        raise UsageError("say why, with --reason TEXT; or look first, with --dry-run")
    app = the_app(ctx)
    refuse_faulty(app.desk)
    actor, key = by or user_name(), office_key(app.desk.config.folder, BACKUP)
    done = restore(
        lambda store: app.work(store, actor, Silent()), app.desk, file, key, reason, dry_run=dry_run
    )
    if not dry_run:
        # Says where the backup belongs, should that be another machine.
        app.store().close()
    if json_wanted:
        as_json(_data(app, done))
    else:
        _show(app, done, dry_run=dry_run)


def _data(app: App, done: Restored) -> dict[str, object]:
    return {
        "schema": done.schema, "entries": done.entries, "head": done.head,
        "until": app.desk.local(done.until).isoformat() if done.until else None,
        "readable": done.readable, "parted": done.parted, "lost": _kinds(done), "held": list(done.held),
        "refusals": done.refused, "erased": done.erased, "aside": str(done.aside) if done.aside else None,
    }  # fmt: skip


def _kinds(done: Restored) -> dict[str, int]:
    return dict(Counter(entry.kind for entry in done.lost).most_common())


def _show(app: App, done: Restored, *, dry_run: bool) -> None:
    until = f"{app.desk.local(done.until):%Y-%m-%d %H:%M:%S}" if done.until else "no entry"
    click.echo(
        f"The backup is whole: schema {done.schema}, {done.entries} entries until {until}, its log holds."
    )
    if not done.readable:
        click.echo(
            "The present store is missing or cannot be read: what it had after the backup is not known. "
            "Enter again by hand who refused, and delete again who asked for it."
        )
    if done.parted:
        click.echo("The present log is no continuation of the backup's: they are two different histories.")
    if done.lost:
        kinds = ", ".join(f"{count} {kind}" for kind, count in _kinds(done).items())
        click.echo(f"{'Would be lost' if dry_run else 'Lost'}: {len(done.lost)} entries ({kinds}).")
    for code in done.held:
        click.echo(
            f"Held back: {code} went out after the backup, or may have, or was called off; ask the carrier."
        )
    if done.refused:
        click.echo(f"Carried over: {done.refused} phones that refused after the backup.")
    if done.erased:
        click.echo(f"Deleted again: {done.erased} phones whose owners asked for it.")
    if dry_run:
        click.echo("Nothing was changed. To restore, say --by NAME --reason TEXT instead of --dry-run.")
    else:
        click.echo(f"Restored. The replaced store: {done.aside or 'there was none'}.")
        click.echo("Next:  campaigner log verify")
