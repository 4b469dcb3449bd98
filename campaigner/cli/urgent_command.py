"""`campaigner urgent`: let an approved run out at once."""

from datetime import UTC, datetime

import click

from campaigner.cli.opening import chosen_runs, the_app
from campaigner.cli.present import Bars
from campaigner.errors import UsageError
from campaigner.road.clearance import Urgency
from campaigner.road.closing import sends_by_itself
from campaigner.road.deliver import export
from campaigner.road.send import send
from campaigner.road.wire import Wire


@click.command("urgent")
@click.argument("code", metavar="RUN")
@click.option("--by", required=True, metavar="NAME", help="Who answers for it.")
@click.option("--reason", required=True, metavar="TEXT", help="Why it cannot wait; logged.")
@click.pass_context
def command(ctx: click.Context, code: str, by: str, reason: str) -> None:
    """Let an approved run out at once: hours, quiet days, caps and ceilings are set aside.

    Approval, opt-outs and the approved quantity hold as ever. Name and reason stand in the log.

    \b
    Example:
      campaigner urgent elderly-monday-20261207-0900 --by 李所长 --reason 本镇连续发生三起同类案件
    """
    if not by.strip() or not reason.strip():
        raise UsageError(
            "an urgent release needs a name and a reason\n紧急发出要用 --by 写明姓名，用 --reason 写明理由"
        )
    app = the_app(ctx)
    store = app.store()
    (run,) = chosen_runs(store, (code,), frozenset())
    work = app.work(store, by, Bars())
    urgency = Urgency(by, reason)
    if sends_by_itself(app.desk, run):
        wire = Wire(store, lambda: datetime.now(UTC))
        try:
            sent = send(work, run, wire, urgency)
        finally:
            wire.close()
        click.echo(f"{run.code}: {sent.quantity} messages out, {sent.parts} SMS parts{_told(sent.why)}")
        return
    done = export(work, run, urgency)
    if done.again:
        click.echo(f"{run.code} was out already.")
    else:
        click.echo(f"{run.code}: {done.quantity} messages out, {done.parts} SMS parts; {done.folder}")


def _told(why: str) -> str:
    return f"; {why}" if why else ""
