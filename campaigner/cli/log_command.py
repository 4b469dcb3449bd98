"""`campaigner log`: what happened, and whether the log still says so."""

from datetime import datetime
from pathlib import Path

import click

from campaigner.answers.account import log_entries, verify
from campaigner.answers.reckoned import ADVICE as REFUSED_ADVICE
from campaigner.answers.reckoned import ADVICE_ZH as REFUSED_ADVICE_ZH
from campaigner.answers.reckoned import gaps
from campaigner.answers.unlogged import ADVICE, ADVICE_ZH, unlogged
from campaigner.cli.opening import author_name, the_app
from campaigner.cli.present import Bars, as_json, say, table
from campaigner.config import FOUNDATIONS
from campaigner.domain.anchor import Anchor, anchor_text, anchors_in, lost
from campaigner.domain.forms import SHORT
from campaigner.domain.log import Entry
from campaigner.errors import UsageError


@click.group("log", invoke_without_command=True)
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.option("--run", "code", default="", metavar="RUN", help="Only this run.")
@click.pass_context
def command(ctx: click.Context, json_wanted: bool, code: str) -> None:
    """Show what happened, verify the log, pack a month's evidence.

    Every step is one entry: who, when, which run, how many, which hashes. Entries are chained: each holds
    the hash of the one before.

    \b
    Example:
      campaigner log
      campaigner log verify
      campaigner log evidence --month 2026-12
    """
    if ctx.invoked_subcommand:
        return
    app = the_app(ctx)
    entries = log_entries(app.store(FOUNDATIONS), code)
    if json_wanted:
        as_json([entry.as_data(app.desk.local) for entry in entries])
        return
    table(
        "Sent log",
        ("no.", "when", "what", "run", "by", "figures", "hash"),
        [
            (
                e.seq, f"{app.desk.local(e.at):%Y-%m-%d %H:%M:%S}", e.kind, e.run, e.actor, _figures(e),
                e.hash[:12],
            )
            for e in entries
        ],
        right=(0,),
    )  # fmt: skip


_PLANNED = ("new", "changed", "voided", "withdrawn", "held", "dropped")
"""What a plan changed; earlier versions wrote `dropped` for `withdrawn`."""


def _figures(entry: Entry) -> str:
    data = entry.fields
    shown = [
        f"{data[key]} {word}"
        for key, word in (("quantity", "messages"), ("parts", "SMS parts"))
        if key in data
    ]
    shown += [f"content {data['digest'][:SHORT]}"] if data.get("digest") else []
    shown += [f"{key}: {len(data[key])}" for key in _PLANNED if key in data]
    shown += [f"{_much(much)} {word}" for word, much in data.get("deleted", {}).items()]
    shown += [str(data[key]) for key in ("what", "file", "certificate", "reason", "why", "by") if key in data]
    return ", ".join(shown)


def _much(deleted: object) -> object:
    """How much of a class was deleted: alone, or with the moment from before which it was."""
    return deleted[0] if isinstance(deleted, list) else deleted


@command.command("verify")
@click.option(
    "--anchor", "anchor", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="Also check that the log still contains what this file or e-mail was anchored to.",
)  # fmt: skip
@click.pass_context
def verify_command(ctx: click.Context, anchor: Path | None) -> int:
    """Check the chain of the log, and store and output folder against it: messages, refusals, deletions, exports.

    \b
    Example:
      campaigner log verify
      campaigner log verify --anchor anchor-20261201.txt
    """
    app = the_app(ctx)
    store = app.store(FOUNDATIONS)
    anchors = _anchors(anchor)
    found = verify(store)
    if found.broken:
        say(f"The log does NOT hold: {found.broken}", err=True)
        return 1
    click.echo(f"The chain holds: {found.entries} entries, head {found.head[:16] or '(empty)'}.")
    click.echo(f"{found.runs} exported runs have exactly the messages that the log has for them.")
    broken = lost(log_entries(store), anchors)
    if broken:
        say(f"The log is NOT the one that was anchored: {broken}", err=True)
        return 1
    for folder in (cut := unlogged(store, app.desk.config.output)):
        say(f"No entry of the log names the manifest in {folder}.", err=True)
    if cut:
        say(f"{ADVICE}\n{ADVICE_ZH}", err=True)
        return 1
    with store.read() as connection:
        found_gaps = gaps(connection)
    for gap in found_gaps:
        say(f"{'! ' if gap.grave else 'note: '}{gap.line}\n{gap.line_zh}", err=True)
    if any(gap.grave for gap in found_gaps):
        say(f"{REFUSED_ADVICE}\n{REFUSED_ADVICE_ZH}", err=True)
        return 1
    click.echo(
        "Refusals and deletions in the store are those that the log has, as far as its entries tell them apart."
    )
    for one in anchors:
        click.echo(f"Entry {one.seq} is as it was anchored.")
    return 0


def _anchors(file: Path | None) -> list[Anchor]:
    if file is None:
        return []
    found = anchors_in(file.read_text("utf-8-sig", "replace"))
    if not found:
        raise UsageError(
            f"there is no anchor in {file}; `campaigner log anchor` writes one\n"
            f"文件 {file} 中没有日志锚点：请用 campaigner log anchor 生成"
        )
    return found


@command.command("anchor")
@click.option(
    "--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="Where it goes, instead of here."
)
@click.pass_context
def anchor_command(ctx: click.Context, target: Path | None) -> None:
    """Write the newest entry's hash as a short text, to be sent to somebody who keeps it.

    \b
    Example:
      campaigner log anchor --to anchor-20261201.txt
    """
    app = the_app(ctx)
    entries = log_entries(app.store(FOUNDATIONS))
    if not entries:
        raise UsageError("the log is empty; there is nothing to anchor yet\n日志还是空的，没有可以锚定的内容")
    newest = Anchor(entries[-1].seq, entries[-1].hash)
    told = anchor_text(app.desk.config.office.name, app.desk.local(app.clock), newest)
    if target is None:
        click.echo(told, nl=False)
        return
    if target.exists():
        raise UsageError(
            f"{target} is there already; name another file\n文件 {target} 已经存在：请换一个文件名"
        )
    target.write_text(told, "utf-8")
    click.echo(f"{target}: entry {newest.seq}, {newest.hash[:16]}. Send it to somebody else, or print it.")


@command.command("evidence")
@click.option("--month", required=True, metavar="YYYY-MM", help="Which month.")
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="Where the ZIP goes.")
@click.pass_context
def evidence_command(ctx: click.Context, month: str, target: Path | None) -> int:
    """Pack a month for an inspection: texts, approvals, quantities, manifests, the log, a summary to sign.

    The pack holds no names and no phone numbers, and a script that checks it without campaigner.

    \b
    Example:
      campaigner log evidence --month 2026-12
    """
    from campaigner.answers.evidence import pack_month

    try:
        first = datetime.strptime(month, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        raise UsageError(
            f"`{month}` is no month; write it as 2026-12\n“{month}”不是月份：请写成 2026-12 这样"
        ) from None
    app = the_app(ctx)
    packed = pack_month(app.work(app.store(FOUNDATIONS), author_name(app, None), Bars()), first, target)
    click.echo(
        f"{packed.path}\n{packed.runs} runs, {packed.entries} entries of the log, SHA-256 {packed.sha256}"
    )
    click.echo(
        f"Signed with key {packed.key}. Head of the log: {packed.head}. Print summary.pdf, sign it, keep it."
    )
    for line in packed.amiss:
        say(f"! {line}", err=True)
    if packed.broken:
        say(f"The log does NOT hold: {packed.broken}", err=True)
    return int(bool(packed.broken or packed.amiss))
