"""`campaigner subject`: a person asks what is kept of him."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from campaigner.app import App
from campaigner.cli.opening import the_app, user_name
from campaigner.cli.phones import phone_argument
from campaigner.cli.present import Bars, as_json, say, table
from campaigner.config import FOUNDATIONS
from campaigner.domain.masking import masked
from campaigner.domain.people import masked_name
from campaigner.domain.phone import masked_phone
from campaigner.office.subject_copy import as_data, inside, lines, unseen_lines, write_copy
from campaigner.office.subjects import Dossier, erase, view
from campaigner.workspace.desk import Work

_F = TypeVar("_F", bound=Callable[..., object])
_NEVER = -1


def _asked(function: _F) -> _F:
    """What each of these commands wants: the phone, the reason, and who does it."""
    function = click.option(
        "--by", default="", metavar="NAME", help="Who does it.  [default: the system's user]"
    )(function)
    function = click.option("--reason", required=True, metavar="TEXT", help="Why; kept in the log.")(function)
    return phone_argument(function)


@click.group("subject")
def command() -> None:
    """Show, copy or delete everything about one phone.

    Anybody may ask what is kept of him, get a copy, have it corrected and deleted (PIPL art. 44 to 47). PHONE may be
    `-`: then it is read from the standard input, and stands in no history or list of processes.

    \b
    Example:
      campaigner subject show 13800138000 --reason 本人来电查询
      campaigner subject export 13800138000 --reason 本人申请复制
      campaigner subject delete 13800138000 --reason 本人要求删除 --by 王经办
    """


@command.command("show")
@_asked
@click.option("--unmasked", is_flag=True, help="Show names, cells and texts, too.")
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.pass_context
def show_command(
    ctx: click.Context, phone: int, reason: str, by: str, unmasked: bool, json_wanted: bool
) -> None:
    """List where a phone stands: lists, messages, receipts, opt-out, files, work reports, backups.

    PHONE may be `-`: then it is read from the standard input, and stands in no history or list of processes.

    \b
    Example:
      campaigner subject show 13800138000 --reason 本人来电查询
    """
    app = the_app(ctx)
    work = app.work(app.store(FOUNDATIONS), by or user_name(), Bars())
    found = view(work, phone, reason, unmasked=unmasked)
    if json_wanted:
        as_json(as_data(work, found, unmasked=unmasked))
    elif unmasked:
        click.echo("\n".join(lines(work, found)))
    else:
        _show(app, work, found)


@command.command("export")
@_asked
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="Where the ZIP goes.")
@click.pass_context
def export_command(ctx: click.Context, phone: int, reason: str, by: str, target: Path | None) -> None:
    """Pack everything about a phone into a ZIP for its owner: to be read, and as JSON.

    PHONE may be `-`: then it is read from the standard input, and stands in no history or list of processes.

    \b
    Example:
      campaigner subject export 13800138000 --reason 本人申请复制 --to copy.zip
    """
    app = the_app(ctx)
    path, digest = write_copy(
        app.work(app.store(FOUNDATIONS), by or user_name(), Bars()), phone, reason, target
    )
    click.echo(f"{path}\nSHA-256 {digest}. Hand it to its owner alone, and delete it then.")


@command.command("delete")
@_asked
@click.pass_context
def delete_command(ctx: click.Context, phone: int, reason: str, by: str) -> int:
    """Take a phone out of the store, let nobody write to it again, and list where it still stands.

    PHONE may be `-`: then it is read from the standard input, and stands in no history or list of processes.

    \b
    Example:
      campaigner subject delete 13800138000 --reason 本人要求删除 --by 王经办
    """
    app = the_app(ctx)
    work = app.work(app.store(), by or user_name(), Bars())
    done = erase(work, phone, reason)
    click.echo(
        f"{done.messages} messages of {len(done.runs)} runs were deleted; nobody writes to this phone again."
    )
    if done.waiting:
        click.echo(
            f"{done.waiting} letters of runs that are not over stay until then; delete again afterwards."
        )
    if done.cleared.reports:
        click.echo(
            f"It was blacked out in {done.cleared.reports} work reports, names beside it too; the originals are gone."
        )
    if done.cleared.previews:
        click.echo(f"{done.cleared.previews} drawn samples were deleted; `campaigner preview` draws others.")
    _left(work, done.left)
    if not done.wiped:
        click.echo(
            "Another program reads the store all the time; stop the daemon and run it again.", err=True
        )
    return int(not done.wiped)


def _show(app: App, work: Work, found: Dossier) -> None:
    if found.empty:
        click.echo("Nothing is known of this phone: no list, no message, no refusal, no file.")
        for line in unseen_lines(found, work.desk.config.folder):
            say(line)
        return
    click.echo(masked_phone(found.phone))
    table(
        "Lists", ("list", "file", "line", "name", "purpose", "until"),
        [
            (
                one.audience.name, one.audience.file, one.row.line, masked_name(next(iter(one.row.cells.values()), "")),
                one.audience.purpose, one.audience.keep_until or "",
            )
            for one in found.held
        ],
        right=(2,),
    )  # fmt: skip
    table(
        "Messages", ("run", "channel", "went", "state", "receipt", "carrier's ids"),
        [
            (
                t.run, t.channel, f"{app.desk.local(t.released_at):%Y-%m-%d %H:%M}" if t.released_at else "",
                "never goes" if t.release == _NEVER else t.state, t.delivery, len(t.references),
            )
            for t in found.traces
        ],
        right=(5,),
    )  # fmt: skip
    if found.refusal:
        at = app.desk.local(found.refusal.at)
        click.echo(
            f"Wants no more messages since {at:%Y-%m-%d %H:%M} ({found.refusal.place or found.refusal.source})."
        )
    else:
        click.echo("Has not refused messages.")
    folder = work.desk.config.folder
    for path in found.files:
        say(f"file: {masked(inside(path, folder))}")
    for path in found.maybe:
        say(f"maybe: {masked(inside(path, folder))} has a name or card that a list gives to this phone")
    for line in unseen_lines(found, folder):
        say(line)
    for path in found.backups:
        click.echo(f"backup: {path.name}")


def _left(work: Work, left: Dossier) -> None:
    for one in left.held:
        click.echo(f"By hand: {one.audience.file} line {one.row.line} still has it; take the row out.")
    folder = work.desk.config.folder
    for path in left.files:
        say(f"By hand: {masked(inside(path, folder))} still has it.")
    for path in left.maybe:
        say(f"By hand: {masked(inside(path, folder))} has a name or card that a list gives to it; is it he?")
    for line in unseen_lines(left, folder):
        say(line)
    if left.files:
        click.echo(
            "Exported files are signed as they went out, and so are left as they are: delete them when they are no "
            "longer needed, or let `campaigner purge --class exports` do it when their time is over."
        )
    for path in left.backups:
        click.echo(f"Backup {path.name} still has it until it is purged; a restore deletes it again.")
