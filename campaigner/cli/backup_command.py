"""`campaigner backup`: the store in one file that only the office's key opens."""

from pathlib import Path

import click

from campaigner.app import refuse_faulty
from campaigner.cli.opening import the_app, user_name
from campaigner.cli.present import Bars, as_json
from campaigner.domain.roles import Deed
from campaigner.errors import UsageError
from campaigner.office.safekeeping import back_up_to
from campaigner.workspace.keys import BACKUP, make_key, office_key


@click.command("backup")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--by", default="", metavar="NAME", help="Who takes it.  [default: the system's user]")
@click.option(
    "--new-key", "new_key", is_flag=True, help="Draw a key into keys/backup.key, and back nothing up."
)
@click.option(
    "--plain",
    is_flag=True,
    help="Do not seal it: a copy as the store is, which opens with the store's own key.",
)
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.pass_context
def command(
    ctx: click.Context, file: Path | None, by: str, new_key: bool, plain: bool, json_wanted: bool
) -> None:
    """Back the store up into one encrypted file.

    FILE may be a folder, such as a stick; without it the folder of backups is taken. The copy is as the store is at
    one moment, also while the daemon works.

    \b
    Example:
      campaigner backup --new-key
      campaigner backup
      campaigner backup /media/stick --by 王经办
    """
    app = the_app(ctx)
    refuse_faulty(app.desk)
    if new_key:
        app.ask(by or user_name(), Deed.BACKUP)
        click.echo(f"{make_key(app.desk.config.folder, BACKUP)}: print it, and lay it into the safe.")
        click.echo("Whoever has it can read the backups; whoever loses it cannot put one back.")
        return
    key = None if plain else office_key(app.desk.config.folder, BACKUP)
    if key is None and not plain:
        raise UsageError(
            "there is no key for backups; `campaigner backup --new-key` makes one "
            "(or --plain copies the store as it is)\n"
            "还没有备份密钥：请先运行 campaigner backup --new-key 生成一个（或加 --plain 不加密直接备份）"
        )
    folder = app.desk.config.clockwork.backups
    if file is None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    done = back_up_to(app.work(app.store(), by or user_name(), Bars()), file or folder, key)
    if json_wanted:
        as_json(done.as_data())
        return
    click.echo(f"{done.path} ({'sealed' if done.sealed else 'NOT sealed'})")
    click.echo(f"{done.entries} entries of the log, head {done.head[:16]}.")
