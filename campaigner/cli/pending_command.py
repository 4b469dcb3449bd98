"""`campaigner pending`: what a superior has to decide."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import click

from campaigner.answers.pending import Pending, held_data, pending, standing_besides
from campaigner.answers.slip import slip_pdf
from campaigner.app import App
from campaigner.cli.opening import the_app, user_name
from campaigner.cli.optout_command import takeout_lines
from campaigner.cli.present import Bars, as_json, say, show_repeats, table
from campaigner.cli.purge_command import ahead_lines
from campaigner.cli.slip_command import write_slip
from campaigner.cli.standing import show_standing
from campaigner.config import FOUNDATIONS
from campaigner.domain.lifecycle import RunState
from campaigner.office.purging import coming
from campaigner.road.forms import content_code, place_of
from campaigner.road.vouching import form_drawn
from campaigner.workspace.desk import Work

_MINUTES_OF_HOUR = 60
_HOURS_OF_DAY = 24


@click.command("pending")
@click.option("--slips", is_flag=True, help="Write the approval slip of each of them, too.")
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.pass_context
def command(ctx: click.Context, slips: bool, json_wanted: bool) -> None:
    """List the runs that wait for approval.

    The run that is due soonest comes first; one whose time is past is marked OVERDUE. A run that was
    generated from other settings than today's, or that config.toml no longer asks for, cannot be approved; it
    is marked, too, and has no slip. What the daemon wrote is marked until an author stands for it with
    `campaigner generate RUN`. Runs that are held wait for a person as well; they are listed with those that
    were withdrawn or missed lately, and why. Phones that refused after their messages were exported are named until
    `campaigner optout done` says that they were taken out at the platform. Below the table stands how many phones of
    a run had its very text, or get it from another run as well.

    \b
    Example:
      campaigner pending
      campaigner pending --slips
    """
    app = the_app(ctx)
    store = app.store(FOUNDATIONS)
    work = app.work(store, user_name(), Bars())
    waiting = pending(work)
    files = _slips(work, waiting) if slips else {}
    contents = {one.run.code: content_code(work, one.run) for one in waiting}
    besides = standing_besides(work)
    if json_wanted:
        local = app.desk.local
        shown = [one.as_data(local, files.get(one.run.code), contents[one.run.code]) for one in waiting]
        as_json(shown + [held_data(run, local) for run in besides if run.state is RunState.HELD])
        for line in takeout_lines(work):
            say(line, err=True)
        return
    show_standing(app, besides)
    for line in takeout_lines(work):
        say(line)
    for line in ahead_lines(app, coming(work)):
        say(line)
    if not waiting:
        click.echo(
            "Nothing waits for approval. Next:  campaigner generate   writes the runs that are planned."
        )
        return
    _show(app, waiting, contents)
    show_repeats({one.run.code: one.repeats for one in waiting})
    for path in files.values():
        click.echo(f"drawn: {path}")
    click.echo(
        "Next:  campaigner slip RUN   to print and sign,   campaigner approve RUN --by NAME --content DIGEST"
    )
    click.echo("DIGEST is what stands on the form that was signed, as in the column content: 消息摘要")


def _slips(work: Work, waiting: Sequence[Pending]) -> dict[str, Path]:
    """Run -> where its slip was written."""
    written = {}
    for one in waiting:
        if not one.changed and one.demand.asked:
            drawn = slip_pdf(work, one.run)
            place = place_of(work, one.run)
            form_drawn(work, one.run, drawn)
            written[one.run.code] = write_slip(place, drawn)
    return written


def _show(app: App, waiting: Sequence[Pending], contents: Mapping[str, str]) -> None:
    rows = [
        (
            f"{app.desk.local(one.run.planned.due_at):%m-%d %a %H:%M}", _left(one.left), one.run.code,
            one.run.planned.title, one.run.author, one.run.quantity, one.run.parts or "",
            one.cost.yuan if one.run.parts else "", f"{one.since:%m-%d %H:%M}",
            contents[one.run.code], _note(one),
        )
        for one in waiting
    ]  # fmt: skip
    table(
        "Waiting for approval",
        (
            "due",
            "in",
            "run",
            "title",
            "author",
            "messages",
            "SMS parts",
            "yuan",
            "waits since",
            "content",
            "",
        ),
        rows,
        right=(5, 6, 7),
    )


def _left(left: timedelta) -> str:
    """A span as people say it: days and hours, hours and minutes, or minutes; a past one with a minus."""
    minutes = int(abs(left).total_seconds()) // 60
    hours, minutes = divmod(minutes, _MINUTES_OF_HOUR)
    days, hours = divmod(hours, _HOURS_OF_DAY)
    span = f"{days} d {hours} h" if days else f"{hours} h {minutes} min" if hours else f"{minutes} min"
    return f"-{span}" if left < timedelta() else span


def _note(one: Pending) -> str:
    notes = ["OVERDUE"] * one.overdue + [totals.line for totals in one.run.planned.incomplete]
    if not one.demand.asked:
        notes.append(f"cannot be approved: {one.demand.why[0]}（{one.demand.why[1]}）")
    elif one.changed:
        notes.append("settings changed: plan and generate again")
    elif one.unvouched:
        notes.append("the daemon wrote it; its author first:  campaigner generate RUN（须由拟稿人先确认）")
    return ", ".join(notes)
