"""`campaigner optout`: who wants no more messages."""

import csv
import os
import sys
from pathlib import Path

import click

from campaigner.cli.opening import the_app, user_name
from campaigner.cli.present import Bars, problem_list, table
from campaigner.config import FOUNDATIONS
from campaigner.delivery.sheets import harmless
from campaigner.domain.phone import parse_phone
from campaigner.domain.problem import blocks
from campaigner.errors import UsageError
from campaigner.stages.reconcile import import_optouts
from campaigner.stages.refusing import accept_again, note_copy, refuse
from campaigner.store import erasures, refusals


@click.group("optout", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Keep the list of phones that want no more messages: one for all campaigns and gateways.

    It holds at once, for runs that were approved already, too. Replies such as R or 退订 enter it by themselves.

    \b
    Example:
      campaigner optout
      campaigner optout add 13800138000 --by 王经办
      campaigner optout import refused.csv
    """
    if ctx.invoked_subcommand:
        return
    app = the_app(ctx)
    with app.store(FOUNDATIONS).read() as connection:
        found = refusals.by_source(connection)
        deleted = len(erasures.phones(connection))
    table("Phones that want no more messages", ("from", "phones"), sorted(found.items()), right=(1,))
    click.echo(f"{sum(found.values())} in all, besides those that the lists mark.")
    if deleted:
        click.echo(f"{deleted} more were deleted at their owners' wish: of them only a hash is kept.")


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_context
def import_command(ctx: click.Context, file: Path) -> int:
    """Read a file of numbers: one on each line, or a table with a column of them.

    \b
    Example:
      campaigner optout import refused.csv
    """
    app = the_app(ctx)
    totals, fresh, problems = import_optouts(app.work(app.store(FOUNDATIONS), user_name(), Bars()), file)
    problem_list(problems)
    table(
        "Refusals", ("file", "rows", "taken", "refused", "numbers", "new"),
        [(file.name, totals.rows, totals.taken, totals.refused, totals.numbers, fresh)], right=(1, 2, 3, 4, 5),
    )  # fmt: skip
    return int(blocks(problems))


@command.command("add")
@click.argument("phone")
@click.option("--by", required=True, metavar="NAME", help="Who enters it.")
@click.option("--note", default="", metavar="TEXT", help="How it was said, for the log.")
@click.pass_context
def add_command(ctx: click.Context, phone: str, by: str, note: str) -> None:
    """Enter one phone by hand.

    \b
    Example:
      campaigner optout add 13800138000 --by 王经办 --note 来电要求
    """
    app = the_app(ctx)
    fresh = refuse(app.work(app.store(FOUNDATIONS), by, Bars()), [_phone(phone)], "hand", note)
    click.echo("Entered; it gets no more messages." if fresh else "It is in the list already.")


@command.command("remove")
@click.argument("phone")
@click.option("--by", required=True, metavar="NAME", help="Who takes it out.")
@click.option("--reason", required=True, metavar="TEXT", help="Only its owner may ask for it; logged.")
@click.pass_context
def remove_command(ctx: click.Context, phone: str, by: str, reason: str) -> None:
    """Take a phone out again because its owner asked for messages.

    \b
    Example:
      campaigner optout remove 13800138000 --by 王经办 --reason 本人来电要求恢复
    """
    app = the_app(ctx)
    removed = accept_again(app.work(app.store(FOUNDATIONS), by, Bars()), _phone(phone), reason)
    click.echo("Taken out." if removed else "It is not in the list.")


@command.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--reason", required=True, metavar="TEXT", help="For whom, and why; kept in the log.")
@click.pass_context
def export_command(ctx: click.Context, file: Path, reason: str) -> None:
    """Write the whole list to a file that only its owner may read, for another office or the carrier.

    \b
    Example:
      campaigner optout export refused.csv --reason 提供给运营商屏蔽
    """
    app = the_app(ctx)
    if file.exists():
        raise UsageError(f"{file} is there already; name another file")
    store = app.store(FOUNDATIONS)
    note_copy(app.work(store, user_name(), Bars()), reason)
    with (
        store.read() as connection,
        os.fdopen(
            os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8-sig", newline=""
        ) as out,
    ):
        writer = csv.writer(out)
        writer.writerow(("手机号码", "退订时间", "来源"))
        count = 0
        for entry in refusals.every(connection):
            writer.writerow(
                (entry.phone, f"{app.desk.local(entry.at):%Y-%m-%d %H:%M:%S}", harmless(entry.source))
            )
            count += 1
    sys.stdout.write(f"{count} phones written to {file}.\n")


def _phone(text: str) -> int:
    phone = parse_phone(text)
    if not isinstance(phone, int) or not phone:
        raise UsageError("that is no mobile number of eleven digits")
    return phone
