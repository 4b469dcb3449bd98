"""`campaigner unknown`: messages of which nobody knows whether they went out."""

import click

from campaigner.answers.receipts import nobodys, unsettled
from campaigner.cli.opening import chosen_runs, the_app, user_name
from campaigner.cli.present import Bars, as_json, table
from campaigner.cli.receipts_command import show_nobodys
from campaigner.config import FOUNDATIONS
from campaigner.domain.delivery import DeliveryState
from campaigner.errors import UsageError
from campaigner.road.reconcile import settle

_ANSWERS = ("accepted", "delivered", "failed", "expired")


@click.group("unknown")
def command() -> None:
    """List and settle messages of which nobody knows whether they went out.

    They are never sent again by themselves. A receipt settles them, or a person who asked the carrier.

    \b
    Example:
      campaigner unknown list
      campaigner unknown settle --run elderly-monday-20261207-0900 --as failed --by 王经办 --reason 平台查无记录
    """


@command.command("list")
@click.option("--run", "code", metavar="RUN", help="Only of this run.")
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.pass_context
def list_command(ctx: click.Context, code: str | None, json_wanted: bool) -> None:
    """List them: number, run, since when, why.

    \b
    Example:
      campaigner unknown list
    """
    app = the_app(ctx)
    store = app.store(FOUNDATIONS)
    run = chosen_runs(store, (code,), frozenset())[0] if code else None
    work = app.work(store, user_name(), Bars())
    found = [one.as_data(app.desk.local) for one in unsettled(work, run)]
    if json_wanted:
        as_json(found)
    elif found:
        table("Unknown", tuple(found[0]), [tuple(one.values()) for one in found], right=(0,))
        click.echo("Ask the carrier, then:  campaigner unknown settle")
    else:
        click.echo("Of every message it is known what became of it.")
    if not json_wanted:
        show_nobodys(nobodys(work))


@command.command("settle")
@click.argument("messages", nargs=-1, type=int, metavar="[MESSAGE]...")
@click.option("--run", "code", metavar="RUN", help="All of this run.")
@click.option("--as", "answer", required=True, type=click.Choice(_ANSWERS), help="What became of them.")
@click.option("--by", required=True, metavar="NAME", help="Who says so.")
@click.option("--reason", required=True, metavar="TEXT", help="How it is known; logged.")
@click.pass_context
def settle_command(
    ctx: click.Context, messages: tuple[int, ...], code: str | None, answer: str, by: str, reason: str
) -> None:
    """Say what became of them.

    \b
    Example:
      campaigner unknown settle 1042 1043 --as delivered --by 王经办 --reason 运营商电话确认
    """
    if bool(messages) == bool(code):
        raise UsageError(
            "name the messages, or a run with --run\n请写明短信编号，或用 --run 指定一个任务（二者选一）"
        )
    app = the_app(ctx)
    store = app.store()
    work = app.work(store, by, Bars())
    if code:
        messages = tuple(one.message for one in unsettled(work, chosen_runs(store, (code,), frozenset())[0]))
    count = settle(work, messages, DeliveryState(answer), reason)
    click.echo(f"{count} messages are {answer} now.")
