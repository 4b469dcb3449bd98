"""`campaigner demo`: the whole road on invented people."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from campaigner.answers.account import verify
from campaigner.answers.check import check
from campaigner.app import App, open_app
from campaigner.artefacts import registry
from campaigner.cli.opening import executor_option, given_time, store_option
from campaigner.cli.present import Bars, problem_list, table
from campaigner.domain.campaign import Route
from campaigner.domain.executor import ExecutorPlan
from campaigner.domain.planning import Run
from campaigner.errors import UsageError
from campaigner.exports.layout import OUTPUT, release_folder
from campaigner.road.deliver import export
from campaigner.road.generate import generate
from campaigner.road.keeping import keep, kept_runs
from campaigner.road.plan import make_plan
from campaigner.road.review import approve
from campaigner.starter.audiences import DEFAULT_PEOPLE, DEFAULT_SEED
from campaigner.starter.folder import write_folder
from campaigner.store.engine import Store

AUTHOR = "王经办"
APPROVER = "李所长"


@click.command("demo")
@click.argument("directory", metavar="[DIR]", default="campaigner-demo", type=click.Path(path_type=Path))
@click.option("--people", default=DEFAULT_PEOPLE, show_default=True, type=click.IntRange(1, 20_000_000))
@click.option("--seed", default=DEFAULT_SEED, show_default=True)
@store_option
@executor_option
@click.pass_context
def command(
    ctx: click.Context, directory: Path, people: int, seed: int, store: str, executor: ExecutorPlan | None
) -> int:
    """Show the whole road on invented people: init, check, plan, generate, approve, export, log.

    Plans the next calendar month and ends with a table of what was made and where. Nothing is sent.

    \b
    Example:
      campaigner demo
      campaigner demo /tmp/office --people 20000
      campaigner demo office --store postgresql://clerk@localhost/campaigner
      campaigner demo office --executor processes
    """
    begun = time.monotonic()
    if directory.exists() and any(directory.iterdir()):
        raise UsageError(
            f"{directory} is not empty; name another folder, or remove it first\n"
            f"文件夹 {directory} 不是空的：请换一个文件夹名，或先把它移走"
        )
    write_folder(directory, people, seed, store, executor)
    app = open_app(directory, given_time(ctx), datetime.now(UTC))
    kept = app.store()
    checked = check(app.desk, app.now, Bars(), app.over)
    problem_list(checked.problems)
    runs = _road(app, kept)
    verified = verify(kept)
    _summary(app, runs, directory)
    click.echo(
        f"Log: {verified.entries} entries, "
        + ("the chain holds." if not verified.broken else verified.broken)
    )
    took = time.monotonic() - begun
    click.echo(
        f"Done in {took:.0f} s. Look into {directory / OUTPUT}, then read {directory / 'config.toml'}."
    )
    return int(bool(verified.broken))


def _road(app: App, store: Store) -> list[Run]:
    this_month = app.now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    first = (this_month + timedelta(days=32)).replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1)
    plan = make_plan(app.desk, first, last, app.now, Bars(), over=app.over)
    bars = Bars()
    author = app.work(store, AUTHOR, bars)
    keep(author, plan)
    done = []
    for run in kept_runs(store, plan):
        written = generate(author, run)
        approved = approve(app.work(store, APPROVER, bars), written)
        done.append(export(author, approved).run)
    return done


def _summary(app: App, runs: list[Run], directory: Path) -> None:
    rows: list[tuple[object, ...]] = []
    for run in runs:
        for tally in run.planned.tallies:
            sms = tally.channel.route is Route.GATEWAY
            made = f"{tally.parts} parts, {tally.cost.yuan} yuan" if sms else f"{tally.copies} sheets"
            place = registry.artefact(tally.channel).folder
            rows.append(
                (
                    f"{app.desk.local(run.planned.due_at):%Y-%m-%d %H:%M}", run.planned.title, tally.channel,
                    tally.recipients, made, release_folder(directory / OUTPUT, run.code) / place,
                )
            )  # fmt: skip
    table("What was made", ("due", "title", "channel", "recipients", "made", "where"), rows, right=(3,))
