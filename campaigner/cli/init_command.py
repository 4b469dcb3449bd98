"""`campaigner init`: a working folder, ready to run."""

from pathlib import Path
from typing import Any

import click

from campaigner.app import refuse_faulty
from campaigner.cli.opening import executor_option, store_option, the_app, user_name
from campaigner.cli.present import say
from campaigner.errors import UsageError
from campaigner.starter.audiences import DEFAULT_PEOPLE, DEFAULT_SEED
from campaigner.starter.folder import write_folder


@click.command("init")
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--people", default=DEFAULT_PEOPLE, show_default=True, type=click.IntRange(1, 20_000_000),
    help="How many invented people.",
)  # fmt: skip
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="Same seed, same people.")
@store_option
@executor_option
@click.option(
    "--new-store", "new_store", is_flag=True,
    help="In a working folder whose store is lost: begin a new one, and say so in its log.",
)  # fmt: skip
@click.option(
    "--by", default="", metavar="NAME", help="Who begins the new store.  [default: the system's user]"
)
@click.option("--reason", default="", metavar="TEXT", help="Why it is begun; kept in the log.")
@click.pass_context
def command(ctx: click.Context, /, directory: Path | None, new_store: bool, **given: Any) -> None:
    """Make a working folder with sample data, ready to run.

    It holds config.toml, templates/ and audiences/. The people in audiences/ are invented and marked so:
    nothing is ever sent to them.

    \b
    Example:
      campaigner init office
      campaigner -C office plan
      campaigner init office --store postgresql://clerk@localhost/campaigner
      campaigner -C office init --new-store --by 王经办 --reason 硬盘损坏，没有备份
    """
    if new_store:
        if directory is not None:
            raise UsageError(
                "--new-store is for the working folder that -C names; leave DIR out\n"
                "--new-store 用于 -C 指定的工作文件夹，请去掉后面的文件夹名"
            )
        _begin(ctx, given["by"], given["reason"])
        return
    if directory is None:
        raise UsageError(
            "name the new folder:  campaigner init DIR\n请写明新文件夹的名字：campaigner init 文件夹名"
        )
    if given["by"] or given["reason"]:
        raise UsageError(
            "--by and --reason belong to --new-store\n--by 和 --reason 只能与 --new-store 一起使用"
        )
    files = write_folder(directory, given["people"], given["seed"], given["store"], given["executor"])
    click.echo(f"{directory} is ready: {len(files)} files, {given['people']:,} invented people.")
    click.echo(f"Next:  campaigner -C {directory} check   and   campaigner -C {directory} plan")


def _begin(ctx: click.Context, by: str, reason: str) -> None:
    from campaigner.domain.roles import Deed
    from campaigner.office.beginning import begin_anew

    app = the_app(ctx)
    refuse_faulty(app.desk)
    actor = app.desk.config.staff.named(user_name(), by or user_name())
    app.ask(actor, Deed.RESTORE)
    done = begin_anew(app.desk.config, actor, reason, app.clock, user_name())
    done.store.close()
    click.echo("A new store and a new log are begun; the first entry says who began them, and why.")
    click.echo("已新建记录库和日志，第一条记录写明由谁、为什么新建。")
    for code in done.held:
        say(
            f"Held back: {code} was exported before; ask, then `campaigner cancel` or `campaigner resume` it."
        )
    if done.left:
        click.echo(
            "Who refused and who was deleted is not known any more: enter it again (`campaigner optout add`)."
        )
        click.echo("原来的退订和删除记录已不存在，请重新登记（campaigner optout add）。")
