"""`campaigner generate`: planned runs -> finished messages."""

import click

from campaigner.cli.opening import author_name, chosen_runs, the_app
from campaigner.cli.present import Bars, say, table
from campaigner.cli.standing import show_past
from campaigner.domain.lifecycle import RunState
from campaigner.domain.people import same_person
from campaigner.domain.planning import Run
from campaigner.domain.problem import Level
from campaigner.domain.roles import DAEMON
from campaigner.errors import NotAskedError, UsageError
from campaigner.road.authorship import vouch as stand_for
from campaigner.road.generate import READY, generate
from campaigner.store.engine import Store


@click.command("generate")
@click.argument("codes", metavar="[RUN]...", nargs=-1)
@click.option(
    "--by", "author", metavar="NAME", help="Who prepares it.  [default: office.author of config.toml]"
)
@click.option(
    "--vouch", is_flag=True, help="Only stand for runs that the daemon wrote; all if none is named."
)
@click.pass_context
def command(ctx: click.Context, codes: tuple[str, ...], author: str | None, vouch: bool) -> int:
    """Write the messages of planned runs into the store; all of them if none is named.

    Nothing leaves the house: a second person must approve first. Stopped at any moment and called again, a
    run is begun anew, and nobody stands in it twice.

    A run that the daemon wrote has no author yet: whoever names it here, or all of them with --vouch, stands for
    texts and quantity as they are; nothing is written anew. Look first, with `preview`. Only then can somebody
    else approve it.

    \b
    Example:
      campaigner generate
      campaigner generate elderly-monday-20261207-0900 --by 王经办
      campaigner generate --vouch --by 王经办
    """
    app = the_app(ctx)
    store = app.store()
    work = app.work(store, author_name(app, author), Bars())
    named = author or app.desk.config.staff.persons
    rows = []
    written: list[Run] = []
    vouched = False
    skipped = 0
    chosen = chosen_runs(store, codes, READY) if codes or not vouch else _unvouched(store)
    for run in chosen:
        if not codes and run.planned.blocked:
            first = next(p for p in run.planned.problems if p.level is Level.BLOCK)
            say(f"left out {run.code}: {first.message}", err=True)
            skipped += 1
            continue
        try:
            stands = vouch or run.state is RunState.GENERATED
            if stands and not named:
                raise UsageError(
                    "say who stands for what the daemon wrote, with --by NAME（请用 --by 写拟稿人姓名）"
                )
            done = stand_for(work, run) if stands else generate(work, run)
            vouched = vouched or stands
        except NotAskedError as error:
            if codes:
                raise
            say(f"left out {run.code}: {error}", err=True)
            skipped += 1
            continue
        written.append(done)
        rows.append((done.code, done.planned.title, done.quantity, done.parts, done.state))
    if not codes and not vouch:
        _show_unvouched(store)
    if vouch and not rows and not skipped:
        click.echo("The daemon wrote nothing that waits for its author.")
        return 0
    if not rows and not skipped:
        click.echo("Nothing to generate; `campaigner plan` comes first.")
        return 0
    title = "Stood for, as it was written" if vouch else "Generated"
    table(title, ("run", "title", "messages", "SMS parts", "state"), rows, right=(2, 3))
    show_past(app, written)
    if rows:
        # Of what the daemon wrote it has drawn a form as well, so that the approver must name what he saw.
        seen = (
            " --content DIGEST\nDIGEST is what stands on the form that was signed: 消息摘要"
            if vouched
            else ""
        )
        click.echo(
            f"Next:  campaigner preview RUN   and, by a second person,   campaigner approve RUN --by NAME{seen}"
        )
    return int(skipped > 0)


def _unvouched(store: Store) -> list[Run]:
    """Runs that the daemon wrote and no person stands for yet."""
    waiting = chosen_runs(store, (), frozenset({RunState.GENERATED}))
    return [run for run in waiting if same_person(run.author, DAEMON)]


def _show_unvouched(store: Store) -> None:
    """What the daemon wrote is nobody's yet: somebody looks at it first."""
    waiting = [run.code for run in _unvouched(store)]
    if waiting:
        say(
            "The daemon wrote these; look at them, and stand for them as their author before somebody else approves:\n"
            f"守护进程自动编写的任务，请拟稿人看过后确认，再由他人批准：\n  campaigner generate {' '.join(waiting)}",
            err=True,
        )
