"""`campaigner optout`: who wants no more messages."""

import csv
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from campaigner.cli.opening import the_app, user_name
from campaigner.cli.phones import phone_argument
from campaigner.cli.present import Bars, as_json, problem_list, say, table
from campaigner.config import FOUNDATIONS
from campaigner.domain.masking import masked
from campaigner.domain.problem import blocks
from campaigner.errors import StoreError, UsageError
from campaigner.exports.sheets import harmless
from campaigner.people.refusing import lift, note_copy, refuse, settle_file
from campaigner.people.takeouts import Standing, standing, taken_out, write_notices
from campaigner.road.reconcile import import_optouts
from campaigner.store import erasures, refusals, unreadfiles
from campaigner.workspace.desk import Work
from campaigner.workspace.holdings import OPTOUT_HEAD

SHOWN = 10
"""Lines of exported files that are named at once."""


def _lifting(function: Callable[..., Any]) -> Callable[..., Any]:
    for decorate in (
        click.pass_context,
        click.option(
            "--reason", required=True, metavar="TEXT", help="Only its owner may ask for it; logged."
        ),
        click.option("--by", required=True, metavar="NAME", help="Who lifts it."),
        phone_argument,
    ):
        function = decorate(function)
    return function


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
      campaigner optout takeouts
    """
    if ctx.invoked_subcommand:
        return
    app = the_app(ctx)
    store = app.store(FOUNDATIONS)
    with store.read() as connection:
        found = refusals.by_source(connection)
        deleted = len(erasures.phones(connection))
    table("Phones that want no more messages", ("from", "phones"), sorted(found.items()), right=(1,))
    click.echo(f"{sum(found.values())} in all; `list:NAME` are those that the office's lists mark.")
    if deleted:
        click.echo(f"{deleted} more were deleted at their owners' wish: of them only a hash is kept.")
    for line in takeout_lines(app.work(store, user_name(), Bars())):
        say(line)


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_context
def import_command(ctx: click.Context, file: Path) -> int:
    """Read a file of numbers: one on each line, or a table with a column of them; every sheet of a workbook.

    Until a file was read whole no SMS goes out, because nobody knows who else refused in it: mend it and import
    it again under the same name. Numbers that stand in files which are exported already are named.

    \b
    Example:
      campaigner optout import refused.csv
    """
    app = the_app(ctx)
    work = app.work(app.store(FOUNDATIONS), user_name(), Bars())
    before = {one.takeout.message for one in standing(work)}
    totals, fresh, problems = import_optouts(work, file)
    problem_list(problems)
    table(
        "Refusals", ("file", "rows", "taken", "refused", "numbers", "new"),
        [(masked(file.name), totals.rows, totals.taken, totals.refused, totals.numbers, fresh)], right=(1, 2, 3, 4, 5),
    )  # fmt: skip
    for line in _told(work, [one for one in standing(work) if one.takeout.message not in before]):
        say(line)
    if blocks(problems):
        name = masked(file.name)
        say(
            f"{name} was not read whole, so no SMS goes out: mend it and import it again under this name, or  "
            f"campaigner optout done {name} --by NAME --reason TEXT   if nothing is missing.\n"
            f"{name} 没有全部读入，所有短信暂停发送：请改好后用原文件名再导入一次。",
            err=True,
        )
    return int(blocks(problems))


@command.command("add")
@phone_argument
@click.option("--by", required=True, metavar="NAME", help="Who enters it.")
@click.option("--note", default="", metavar="TEXT", help="How it was said, for the log.")
@click.pass_context
def add_command(ctx: click.Context, phone: int, by: str, note: str) -> None:
    """Enter one phone by hand.

    PHONE may be `-`: then it is read from the standard input, and stands in no history or list of processes.

    \b
    Example:
      campaigner optout add 13800138000 --by 王经办 --note 来电要求
    """
    app = the_app(ctx)
    work = app.work(app.store(FOUNDATIONS), by, Bars())
    fresh = refuse(work, [phone], "hand", note)
    exported = standing(work, [phone])
    if exported:
        click.echo("Entered; nothing more is exported to it." if fresh else "It is in the list already.")
    else:
        click.echo("Entered; it gets no more messages." if fresh else "It is in the list already.")
    for line in _told(work, exported):
        say(line)


@command.command("takeouts")
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.pass_context
def takeouts_command(ctx: click.Context, json_wanted: bool) -> None:
    """List messages that were exported before their phone refused: file, line, and from when they may be sent.

    \b
    Example:
      campaigner optout takeouts
    """
    app = the_app(ctx)
    work = app.work(app.store(FOUNDATIONS), user_name(), Bars())
    found = standing(work)
    write_notices(work)
    if json_wanted:
        as_json([one.as_data(app.desk.local) for one in found])
        return
    if not found:
        click.echo("Nothing is to be taken out of exported files.")
    for line in _told(work, found):
        say(line)


@command.command("done")
@click.argument("what", metavar="RUN|FILE")
@click.option("--by", required=True, metavar="NAME", help="Who says so.")
@click.option("--line", "numbers", multiple=True, type=int, help="Only these lines of the run's files.")
@click.option(
    "--reason", default="", metavar="TEXT", help="How it was done; of a file why nothing is missing."
)
@click.pass_context
def done_command(ctx: click.Context, what: str, by: str, numbers: tuple[int, ...], reason: str) -> None:
    """Say that phones were taken out at the platform, or that an opt-out file needs no further reading; logged.

    \b
    Example:
      campaigner optout done elderly-monday-20261207-0900 --by 王经办
      campaigner optout done refused.csv --by 王经办 --reason 空白行
    """
    app = the_app(ctx)
    store = app.store(FOUNDATIONS)
    work = app.work(store, by, Bars())
    with store.read() as connection:
        names = [file.name for file in unreadfiles.every(connection)]
    if what in (files := {**{masked(name): name for name in names}, **{name: name for name in names}}):
        settle_file(work, files[what], reason)
        say(f"{masked(what)} is settled; it holds nothing back any more.")
        return
    count = taken_out(work, what, numbers, reason)
    left = len([one for one in standing(work) if one.takeout.run == what])
    say(f"{count} noted as taken out of {what}; {left} are left.")


@command.command("lift")
@_lifting
def lift_command(ctx: click.Context, phone: int, by: str, reason: str) -> int:
    """Lift a refusal because the phone's owner asked for messages again; logged with the reason.

    Where a list still says that the phone refuses, it still does: change it there, too.

    PHONE may be `-`: then it is read from the standard input, and stands in no history or list of processes.

    \b
    Example:
      campaigner optout lift 13800138000 --by 王经办 --reason 本人来电要求恢复
    """
    return _lift(ctx, phone, by, reason)


@command.command("remove")
@_lifting
def remove_command(ctx: click.Context, phone: int, by: str, reason: str) -> int:
    """Do the same as `lift`.

    PHONE may be `-`: then it is read from the standard input, and stands in no history or list of processes.

    \b
    Example:
      campaigner optout remove 13800138000 --by 王经办 --reason 本人来电要求恢复
    """
    return _lift(ctx, phone, by, reason)


def _lift(ctx: click.Context, phone: int, by: str, reason: str) -> int:
    app = the_app(ctx)
    lifted = lift(app.work(app.store(FOUNDATIONS), by, Bars()), phone, reason)
    click.echo("Taken out." if lifted.was_kept else "It is not in the list.")
    for place in lifted.listed:
        say(f"{place} still says that it refuses, so it gets no messages: change it there.", err=True)
        say(f"{place} 仍标明拒收，因此仍不发送，请同时修改名单。", err=True)
    return int(bool(lifted.listed))


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
        raise UsageError(
            f"{masked(str(file))} is there already; name another file\n"
            f"文件 {masked(str(file))} 已经存在：请换一个文件名"
        )
    store = app.store(FOUNDATIONS)
    note_copy(app.work(store, user_name(), Bars()), reason)
    with (
        store.read() as connection,
        os.fdopen(
            os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8-sig", newline=""
        ) as out,
    ):
        writer = csv.writer(out)
        writer.writerow(OPTOUT_HEAD)
        count = 0
        for entry in refusals.every(connection):
            source = harmless(entry.place or entry.source)
            writer.writerow((entry.phone, f"{app.desk.local(entry.at):%Y-%m-%d %H:%M:%S}", source))
            count += 1
    sys.stdout.write(f"{count} phones written to {masked(str(file))}.\n")


def takeout_lines(work: Work) -> list[str]:
    """What still must be taken out of exported files, as screens show it; nothing where nothing must."""
    return _told(work, standing(work))


def _told(work: Work, found: Sequence[Standing]) -> list[str]:
    if not found:
        return []
    try:
        write_notices(work)
    except StoreError as error:
        # Whoever only reads sees them here; their owner's next command writes the notices.
        say(str(error), err=True)
    runs = dict.fromkeys(one.takeout.run for one in found)
    more = len(found) - SHOWN
    return [
        f"{len(found)} refused after their messages were exported; take them out at the platform:",
        *(f"  {one.english}" for one in found[:SHOWN]),
        f"有{len(found)}个号码在导出以后表示拒收，请在平台上撤下：",
        *(f"  {one.chinese}" for one in found[:SHOWN]),
        *([f"  ... {more} more; `campaigner optout takeouts --json` lists all"] if more > 0 else []),
        *(f"Then:  campaigner optout done {run} --by NAME" for run in runs),
    ]
