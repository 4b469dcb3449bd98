"""`campaigner send`: approved runs -> their carrier."""

import time
from datetime import UTC, datetime

import click

from campaigner.answers.receipts import states_of
from campaigner.cli.opening import chosen_runs, the_app, user_name
from campaigner.cli.present import Bars, say, table
from campaigner.domain.lifecycle import RunState
from campaigner.errors import NotAskedError
from campaigner.road.closing import sends_by_itself
from campaigner.road.reconcile import note_states
from campaigner.road.send import send
from campaigner.road.wire import Wire


@click.command("send")
@click.argument("codes", metavar="[RUN]...", nargs=-1)
@click.option(
    "--listen", default=5, show_default=True, metavar="SECONDS", help="Wait so long for receipts and replies."
)
@click.pass_context
def command(ctx: click.Context, codes: tuple[str, ...], listen: int) -> int:
    """Send approved runs over their live gateways; all that are due if none is named.

    Each message is marked before it leaves. Stopped at any moment, nothing is sent twice: what may be out
    and was not answered is `unknown`, see `campaigner unknown`.

    \b
    Example:
      campaigner send
      campaigner send elderly-monday-20261207-0900 --listen 60
    """
    app = the_app(ctx)
    store = app.store()
    begun = time.monotonic()
    offset = app.now - datetime.now(UTC)
    wire = Wire(store, lambda: datetime.now(UTC) + offset)
    work = app.work(store, user_name(), Bars())
    waiting = chosen_runs(store, codes, frozenset({RunState.APPROVED, RunState.RELEASING, RunState.PARTLY}))
    rows = []
    refused = 0
    stopped = False
    try:
        for run in waiting:
            if not codes and (not sends_by_itself(app.desk, run) or run.planned.release_at > app.now):
                continue
            try:
                done = send(work, run, wire)
            except NotAskedError as error:
                if codes:
                    raise
                say(f"not sent: {error}", err=True)
                refused += 1
                continue
            stopped = stopped or bool(done.why)
            rows.append((run.code, done.quantity, done.parts, done.waits, done.why))
        before = states_of(work)
        if rows and listen:
            _listen(listen)
        wire.flush()
        after = note_states(work, before)
    finally:
        wire.close()
    if refused and not rows:
        return 1
    if not rows:
        click.echo(
            "Nothing is due that is sent; `campaigner export` writes files, `campaigner plan` shows what comes."
        )
        return 0
    table("Sent", ("run", "messages", "SMS parts", "wait", ""), rows, right=(1, 2, 3))
    table(
        "What became of them", ("run", "state", "messages"),
        [(code, state, count) for code, *_rest in rows for state, count in sorted(after.get(code, {}).items())],
        right=(2,),
    )  # fmt: skip
    click.echo(f"Done in {time.monotonic() - begun:.0f} s.")
    return int(stopped or refused > 0)


def _listen(seconds: int) -> None:
    with Bars().bar("waiting for receipts", seconds) as bar:
        for _second in range(seconds):
            time.sleep(1)
            bar.advance(1)
