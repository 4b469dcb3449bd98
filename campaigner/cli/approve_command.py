"""`campaigner approve`: the second person's yes."""

import click

from campaigner.cli.opening import chosen_runs, the_app
from campaigner.cli.present import Bars, say, show_lists, show_repeats, table
from campaigner.domain.forms import names
from campaigner.domain.lifecycle import RunState
from campaigner.domain.people import ControlTotals
from campaigner.domain.repeats import Repeats
from campaigner.errors import ApprovalError, UsageError
from campaigner.road.closing import sends_by_itself
from campaigner.road.repeats import repeats_of
from campaigner.road.review import approve


@click.command("approve")
@click.argument("codes", metavar="RUN...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every run that waits for approval.")
@click.option("--by", required=True, metavar="NAME", help="Who approves; never the author.")
@click.option(
    "--override",
    "lets",
    multiple=True,
    metavar="RULE=REASON",
    help="Let pass what a rule only warns of; logged.",
)
@click.option(
    "--again",
    default="",
    metavar="REASON",
    help="Why people may get the very text once more that they had; logged.",
)
@click.option(
    "--content",
    "contents",
    multiple=True,
    metavar="DIGEST",
    help="The content that you saw: the twelve characters of 消息摘要 on the form; once for each run.",
)
@click.pass_context
def command(
    ctx: click.Context,
    codes: tuple[str, ...],
    everything: bool,
    by: str,
    lets: tuple[str, ...],
    again: str,
    contents: tuple[str, ...],
) -> int:
    """Approve a run as the second person.

    The approval holds for this content and this quantity. Whatever changes afterwards makes it void.
    Where an approval form was drawn of a run, or lies in approval/, --content must say which content it shows, so
    that nothing is approved but what was seen.
    Every text is read against the wording rules first: what breaks a rule of level `block` cannot be
    approved, what a rule warns of only by name and with a reason. Phones that had this very text lately, or get it
    from another run that is approved, are counted, whatever campaign it came from: that wants --again and a reason.

    \b
    Example:
      campaigner preview elderly-monday-20261207-0900
      campaigner approve elderly-monday-20261207-0900 --by 李所长
      campaigner approve elderly-monday-20261207-0900 --by 李所长 --content 5a96b6782703
    """
    if bool(codes) == everything:
        raise UsageError(
            f"name the runs, or say --all{', not both' if everything else ''}\n"
            "请写明任务编号，或用 --all 批准全部（二者选一）"
        )
    if not by.strip():
        raise UsageError("--by wants a name\n请用 --by 写上审批人姓名")
    overrides = _overrides(lets)
    app = the_app(ctx)
    store = app.store()
    work = app.work(store, by, Bars())
    rows = []
    lists: list[tuple[str, ControlTotals]] = []
    ways: set[str] = set()
    twice: dict[str, Repeats] = {}
    refused = 0
    left = list(contents)
    for run in chosen_runs(store, codes, frozenset({RunState.GENERATED})):
        try:
            repeats = repeats_of(work, run) if run.state is RunState.GENERATED else None
            done = approve(work, run, overrides, again, contents)
        except ApprovalError as error:
            if not everything:
                raise
            say(f"not approved: {error}", err=True)
            refused += 1
            continue
        left = [one for one in left if not names(one, done.planned.content_hash, done.digest)]
        if repeats:
            twice[done.code] = repeats
        lists += [(done.code, totals) for totals in done.planned.incomplete]
        ways.add("send" if sends_by_itself(app.desk, done) else "export")
        rows.append((done.code, done.planned.title, done.quantity, done.parts, done.digest[:12]))
    for one in left:
        say(f"no run approved here has content {one}\n这里批准的任务都不是内容 {one}", err=True)
        refused += 1
    if rows:
        table(f"Approved by {by}", ("run", "title", "messages", "SMS parts", "content"), rows, right=(2, 3))
        show_lists(lists)
        show_repeats(twice)
        click.echo(f"Next:  campaigner {'   and   campaigner '.join(sorted(ways))}")
    elif not refused:
        click.echo("Nothing waits for approval; `campaigner generate` comes first.")
    return int(refused > 0)


def _overrides(lets: tuple[str, ...]) -> dict[str, str]:
    """Rule -> reason; a rule without a reason lets nothing pass."""
    overrides = {}
    for text in lets:
        rule, equals, reason = text.partition("=")
        if not equals or not reason.strip():
            raise UsageError(
                f"--override wants RULE=REASON, such as CHK-16=..., not `{text}`\n"
                f"--override 要写成 规则=理由，例如 CHK-16=已核实，不能写成“{text}”"
            )
        overrides[rule.strip().upper()] = reason.strip()
    return overrides
