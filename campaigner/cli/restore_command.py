"""`campaigner restore`: a backup back in its place."""

from collections.abc import Mapping
from pathlib import Path

import click

from campaigner.app import App, refuse_faulty
from campaigner.cli.opening import the_app, user_name
from campaigner.cli.present import as_json
from campaigner.errors import UsageError
from campaigner.office.carrying import Restored
from campaigner.office.restoring import restore
from campaigner.office.since import Fate
from campaigner.workspace.desk import Silent
from campaigner.workspace.keys import BACKUP, office_key

_ROWS_ZH = {
    "runs": "任务", "messages": "信息", "approvals": "批准", "releases": "已发批次", "deliveries": "单条发送状态",
    "receipts": "回执", "refusals": "拒收号码", "takeouts": "待撤下号码",
}  # fmt: skip


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

    It is opened with the office's key, read through, brought to this version, and its log is verified. It undoes
    nothing: runs that went out or were called off after it are over, those that may have gone out are held back,
    approvals that were taken back are void, refusals, deletions and purges that came after it are carried over. What
    is lost is told by count and kind. Where the present store is gone, damaged or another one, no approval stands.
    The store as it is now stays beside it. Stop the daemon first. A backup of another machine sends nothing here
    before `campaigner adopt`.

    \b
    Example:
      campaigner restore backups/campaigner-20261201-030000.db.sealed --dry-run
      campaigner restore backups/campaigner-20261201-030000.db.sealed --by 王经办 --reason 硬盘损坏
    """
    if not dry_run and not reason.strip():
        raise UsageError(
            "say why, with --reason TEXT; or look first, with --dry-run\n"
            "请用 --reason 写明原因；也可以先用 --dry-run 查看"
        )
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
        as_json(done.as_data(app.desk.local))
    else:
        _show(app, done, dry_run=dry_run)


def _show(app: App, done: Restored, *, dry_run: bool) -> None:
    until = f"{app.desk.local(done.until):%Y-%m-%d %H:%M:%S}" if done.until else "no entry"
    click.echo(
        f"The backup is whole: schema {done.schema}, {done.entries} entries until {until}, its log holds."
    )
    _show_doubt(done)
    _show_lost(done, dry_run=dry_run)
    _show_runs(done)
    _show_people(done)
    if dry_run:
        click.echo("Nothing was changed. To restore, say --by NAME --reason TEXT instead of --dry-run.")
    else:
        click.echo(f"Restored. The replaced store: {done.aside or 'there was none'}.")
        click.echo("Next:  campaigner log verify")


def _show_doubt(done: Restored) -> None:
    if done.since.doubt is None:
        return
    english, chinese = done.since.doubt
    click.echo(
        f"The present store can tell nothing: {english}. What happened after the backup is not known, so no approval "
        "stands; whatever still has to go out must be approved again."
    )
    click.echo(f"现有记录库{chinese}，无法比对备份之后的情况：所有未发出任务的批准一律作废，须重新批准。")
    if not done.readable:
        click.echo("Enter again by hand who refused, and delete again who asked for it.")
        click.echo("备份之后拒收的号码请重新登记，要求删除的人请重新删除。")


def _show_lost(done: Restored, *, dry_run: bool) -> None:
    since = done.since
    lost, lost_zh = ("Would be lost", "将丢失") if dry_run else ("Lost", "已丢失")
    if since.lost:
        click.echo(f"{lost}: {len(since.lost)} entries ({_counted(since.kinds)}).")
    if since.states:
        click.echo(f"{lost}: how far runs were brought ({_counted(since.states)}).")
    if since.amounts:
        what = "、".join(f"{_ROWS_ZH[name]}{count}" for name, count in since.amounts.items())
        click.echo(f"{lost}: rows of the store ({_counted(since.amounts)}).")
        click.echo(f"{lost_zh}：{what}。")
    if since.files:
        click.echo(
            f"{lost}: what {since.files} files of carriers said; lay them from receipts/*/read back into receipts/*."
        )
        click.echo(
            f"{lost_zh}：{since.files}个平台状态文件的内容，请从 receipts/*/read 放回 receipts/* 重读。"
        )
    if done.not_carried:
        click.echo(
            f"{lost}: {done.not_carried} exported messages to phones that refused; see out/*.说明.txt before it is "
            "written again, and take them out at the platform."
        )


def _show_runs(done: Restored) -> None:
    since = done.since
    for code in since.of(Fate.CANCELLED):
        click.echo(
            f"Over: {code} went out or was called off after the backup; it is not sent again（不再发送）."
        )
    if since.unknown:
        click.echo(
            f"Over: {len(since.unknown)} runs that the backup does not know; they are not planned again."
        )
    for code in since.of(Fate.RETURNED):
        click.echo(f"Returned: {code} was sent back after the backup, and stays so（已退回，仍为退回）.")
    for code in since.voided:
        click.echo(f"Void: the approval of {code}; somebody must approve it again（批准作废，须重新批准）.")
    for code in since.of(Fate.HELD):
        click.echo(
            f"Held back: {code} went out after the backup, or may have, or was changed; ask the carrier（暂停）."
        )
    if done.purged:
        click.echo(f"Purged again: {done.purged} runs.")


def _show_people(done: Restored) -> None:
    since = done.since
    if since.refused:
        click.echo(f"Carried over: {since.refused} phones that refused after the backup.")
    if since.lifted or since.forgiven:
        count = len(since.lifted) + len(since.forgiven)
        click.echo(f"Carried over: {count} phones that asked for messages again.")
    if since.doubtful:
        click.echo(
            f"{since.doubtful} phones of the backup's refusals are not in the present store, and no entry says why; "
            "they stay refused（仍按拒收处理）."
        )
    if since.erased:
        click.echo(f"Deleted again: {since.erased} phones whose owners asked for it.")
    if since.unread:
        click.echo(f"Carried over: {since.unread} files of refusals that could not be read as a whole.")
    if done.carried:
        click.echo(
            f"Carried over: {done.carried} exported messages to be taken out; see `campaigner optout takeouts`."
        )


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
