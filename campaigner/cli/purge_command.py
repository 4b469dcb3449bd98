"""`campaigner purge`: what has served its purpose goes."""

from collections.abc import Sequence
from datetime import date, datetime

import click

from campaigner.app import App
from campaigner.cli.opening import the_app
from campaigner.cli.present import Bars, as_json, table
from campaigner.domain.retention import KEPT_TITLES, Kept
from campaigner.errors import UsageError
from campaigner.office.purging import Coming, Old, coming, purge, what_is_old
from campaigner.people.lists import ended
from campaigner.workspace.desk import Work


@click.command("purge")
@click.option(
    "--class",
    "kinds",
    multiple=True,
    type=click.Choice([kind.value for kind in Kept]),
    help="Only this class; may be given again.  [default: all]",
)
@click.option(
    "--before", metavar="DATE", help="Delete what is from before this day, whatever [retention] says."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted, now and soon.")
@click.option("--by", default="", metavar="NAME", help="Who deletes; wanted unless it is a dry run.")
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.pass_context
def command(
    ctx: click.Context, kinds: tuple[str, ...], before: str | None, dry_run: bool, by: str, json_wanted: bool
) -> int:
    """Delete what is no longer needed, by class and date, with a certificate.

    How long each class is kept stands in [retention] of config.toml. Counts, approvals and the log stay, so
    that evidence and summaries still add up. Nothing of what is deleted is left in the store's file.

    \b
    Example:
      campaigner purge --dry-run
      campaigner purge --by 王经办
      campaigner purge --class exports --before 2026-12-01 --by 王经办
    """
    if not dry_run and not by.strip():
        raise UsageError(
            "say who deletes, with --by NAME; or look first, with --dry-run\n"
            "请用 --by 写明由谁删除；也可以先用 --dry-run 查看会删除什么"
        )
    app = the_app(ctx)
    work = app.work(app.store(), by or "dry run", Bars())
    chosen = tuple(map(Kept, kinds)) or tuple(Kept)
    day = _day(before)
    if dry_run:
        _show(app, what_is_old(work, chosen, day), coming(work), json_wanted=json_wanted)
        return 0
    done = purge(work, chosen, day)
    if json_wanted:
        as_json(done.as_data(app.desk.local))
    else:
        _told(app, work, done.old)
        if done.certificate:
            click.echo(f"certificate: {done.certificate.pdf}")
    if not done.wiped:
        click.echo(
            "Another program reads the store all the time; deleted pages may still lie beside it. "
            "Stop the daemon and purge again.",
            err=True,
        )
    return int(not done.wiped)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise UsageError(
            f"--before wants a day such as 2026-12-01, not `{text}`\n"
            f"--before 要写日期，例如 2026-12-01，不能写成“{text}”"
        ) from None


def _told(app: App, work: Work, old: Sequence[Old]) -> None:
    rows = [_row(app, each) for each in old]
    if rows:
        table("Deleted", ("class", "what", "from before", "runs", "quantity"), rows, right=(3, 4))
    else:
        click.echo("Nothing is older than [retention] in config.toml allows.")
    for audience in app.desk.config.audiences.values():
        if ended(audience, app.desk.day(work.now)):
            click.echo(
                f"By hand: {audience.file}, the list {audience.name}, was to be kept until {audience.keep_until}."
            )


def _show(app: App, old: Sequence[Old], soon: Sequence[Coming], *, json_wanted: bool) -> None:
    if json_wanted:
        local = app.desk.local
        as_json(
            {"old": [each.as_data(local) for each in old], "soon": [each.as_data(local) for each in soon]}
        )
        return
    table(
        "Would be deleted now", ("class", "what", "from before", "runs", "quantity"),
        [_row(app, each) for each in old], right=(3, 4),
    )  # fmt: skip
    for line in ahead_lines(app, soon):
        click.echo(line)


def _row(app: App, old: Old) -> tuple[object, ...]:
    moment = f"{app.desk.local(old.before):%Y-%m-%d %H:%M}"
    return old.kind.value, KEPT_TITLES[old.kind][0], moment, len(old.runs) or "", old.quantity


def ahead_lines(app: App, soon: Sequence[Coming]) -> list[str]:
    """What will be deleted soon, a line for each class."""
    today = app.desk.day(app.now)
    lines = []
    for one in soon:
        day = app.desk.day(one.first)
        when = f"in {(day - today).days} days, on {day}," if day > today else "at the next purge"
        lines.append(f"Deletion ahead: {when} {one.quantity:,} {KEPT_TITLES[one.kind][0]} ({one.kind}).")
    return lines
