"""`campaigner plan`: which run, when, to whom, how many."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import click

from campaigner.answers.outlook import outlooks
from campaigner.answers.planned import Planned
from campaigner.app import App
from campaigner.cli.opening import the_app, user_name
from campaigner.cli.optout_command import takeout_lines
from campaigner.cli.outlook_lines import outlook_lines
from campaigner.cli.present import (
    Bars,
    as_json,
    problem_list,
    say,
    show_repeats,
    table,
    totals_table,
)
from campaigner.cli.purge_command import ahead_lines
from campaigner.cli.standing import show_past, show_standing
from campaigner.domain.campaign import Route
from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import REASON_TITLES, Run, Tally
from campaigner.domain.problem import blocks
from campaigner.domain.roles import Deed
from campaigner.domain.sms import Cost
from campaigner.errors import RoleError, UsageError
from campaigner.office.purging import coming
from campaigner.people.choosing import refused_phones
from campaigner.people.listed import contradictions, file_holds
from campaigner.road.keeping import Change, differences, held_back, keep, kept_runs
from campaigner.road.plan import Plan, make_plan
from campaigner.road.repeats import plan_repeats
from campaigner.workspace.desk import Work

_DAYS = 31
WHATS = ("new", "changed", "voided", "withdrawn", "held")
"""What a plan changes, in the order in which it is counted."""


@click.command("plan")
@click.option("--from", "first", metavar="D", help="First day, 2026-12-01.  [default: today]")
@click.option("--to", "last", metavar="D", help="Last day.  [default: 31 days in all]")
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.option("--ics", is_flag=True, help="For a calendar: the runs as iCalendar events.")
@click.option("--diff", is_flag=True, help="Only show how this differs from the plan that is kept.")
@click.pass_context
def command(
    ctx: click.Context, first: str | None, last: str | None, json_wanted: bool, ics: bool, diff: bool
) -> int:
    """Show which runs are due: when, to whom, how many, what it costs.

    The plan is kept in the store, if who plans may prepare runs; planning twice changes nothing. Runs that are
    generated or approved keep their messages, unless settings, schedule, template or warning changed: then they
    must be prepared again. Runs of any time that config.toml no longer asks for are withdrawn, or held if some of
    them is out. With --from in the past, runs are kept from before their campaign was first seen, too. Below the
    table stands how many phones of a run had its very text lately, or get it from another run as well.

    Says of each campaign in words when it fires, and what the 365 days from today on come to, as far as that is
    known: a holiday that is not published yet is not assumed.

    \b
    Example:
      campaigner plan --from 2026-12-01 --to 2026-12-31
      campaigner plan --diff
      campaigner plan --ics > plan.ics
    """
    if ics and json_wanted:
        raise UsageError(
            "--ics and --json are two forms; ask for one\n--ics 和 --json 是两种格式，只能选一种"
        )
    app = the_app(ctx)
    app.ask(user_name(), Deed.LOOK)
    start, end = _period(app, first, last)
    store = app.store()
    plan = make_plan(app.desk, start, end, app.now, Bars(), refused_phones(app.desk, store), app.over)
    plan = replace(held_back(plan, file_holds(store)), expressly=first is not None)
    if diff:
        found = differences(store, app.desk, plan, app.now)
        _show_changes(found, json_wanted=json_wanted)
        return 0
    work = app.work(store, user_name(), Bars())
    found = _kept(work, plan)
    everything = kept_runs(store, plan)
    kept = [run for run in everything if run.state is not RunState.WITHDRAWN]
    problems = [*app.desk.problems, *plan.problems, *(p for run in kept for p in run.planned.problems)]
    problems = list(dict.fromkeys([*problems, *contradictions(work)]))
    shown = Planned(
        plan=plan, runs=everything, problems=problems, repeats=plan_repeats(work, plan, kept),
        outlooks=outlooks(app.desk, plan.runs, app.now),
    )  # fmt: skip
    if ics:
        from campaigner.cli.calendar_file import as_ics

        click.echo(as_ics(app, kept), nl=False)
    elif json_wanted:
        as_json(shown.as_data(app.desk.local))
    else:
        problem_list(problems)
        totals_table(plan.totals)
        click.echo()
        show_runs(app, kept)
        _show_reasons(kept)
        show_standing(app, everything)
        show_past(app, kept)
        outlook_lines(shown.outlooks)
        show_repeats(shown.repeats)
        _show_keeping(found)
        for line in (*takeout_lines(work), *ahead_lines(app, coming(work))):
            say(line)
    return int(blocks(problems))


def _kept(work: Work, plan: Plan) -> list[Change]:
    """What keeping the plan changed; whoever may not prepare runs is shown what is kept already."""
    try:
        return keep(work, plan)
    except RoleError as error:
        say(f"not kept, and shown as it was kept before: {error}", err=True)
        return []


def _period(app: App, first: str | None, last: str | None) -> tuple[datetime, datetime]:
    zone = app.desk.config.zone
    start = _day(first) if first else app.now.date()
    end = _day(last) if last else start + timedelta(days=_DAYS - 1)
    if end == date.max:
        raise UsageError(
            f"--to {end} is the end of the calendar; name an earlier day\n"
            f"--to {end} 已是日历的最后一天：请写早一些的日期"
        )
    if end < start:
        raise UsageError(
            f"--to {end} is before --from {start}\n--to {end} 早于 --from {start}：请改正起止日期"
        )
    return (
        datetime.combine(start, time(), zone),
        datetime.combine(end + timedelta(days=1), time(), zone),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"wants a day such as 2026-12-01, not `{text}`\n日期要写成 2026-12-01 这样，不能写成“{text}”"
        ) from None


def show_runs(app: App, runs: Sequence[Run]) -> None:
    """Runs as a table, one line for each channel, and their sum."""
    rows: list[tuple[object, ...]] = []
    for run in runs:
        for number, tally in enumerate(run.planned.tallies):
            head = (
                f"{app.desk.local(run.planned.due_at):%m-%d %a %H:%M}", run.code, run.planned.title,
            )  # fmt: skip
            rows.append(
                (*(head if not number else ("", "", "")), *_figures(tally), _standing(app, run, number))
            )
        if not run.planned.tallies:
            rows.append(("", run.code, run.planned.title, "", "", "", "", "", "", run.state))
    tallies = [tally for run in runs for tally in run.planned.tallies]
    cost = sum((tally.cost for tally in tallies), Cost(0))
    rows.append(
        (
            "", f"{len(runs)} runs", "", "", "", sum(t.recipients for t in tallies),
            sum(sum(t.excluded.values()) for t in tallies), sum(t.parts for t in tallies), cost.yuan,
            sum(t.copies for t in tallies), "",
        )
    )  # fmt: skip
    table(
        "Runs",
        (
            "due",
            "run",
            "title",
            "channel",
            "segment",
            "recipients",
            "left out",
            "SMS parts",
            "yuan",
            "sheets",
            "state",
        ),
        rows,
        right=(5, 6, 7, 8, 9),
    )


def _standing(app: App, run: Run, line: int) -> str:
    """The state of a run on its first line, and when it may go out if that is not when it is due."""
    if line:
        return ""
    release = app.desk.local(run.planned.release_at)
    later = f", goes out {release:%m-%d %a %H:%M}" if run.planned.release_at != run.planned.due_at else ""
    return f"{run.state}{later}"


def _figures(tally: Tally) -> tuple[object, ...]:
    sms = tally.channel.route is Route.GATEWAY
    return (
        tally.channel, tally.segment, tally.recipients, sum(tally.excluded.values()) or "",
        tally.parts if sms else "", tally.cost.yuan if sms else "", tally.copies or "",
    )  # fmt: skip


def _show_reasons(runs: Sequence[Run]) -> None:
    totals: dict[str, int] = {}
    for run in runs:
        for tally in run.planned.tallies:
            for reason, count in tally.excluded.items():
                totals[reason] = totals.get(reason, 0) + count
    if totals:
        reasons = ", ".join(
            f"{REASON_TITLES[reason][0]}: {totals[reason]}" for reason in REASON_TITLES if reason in totals
        )
        click.echo(f"Left out, over all runs: {reasons}. `campaigner explain PHONE` says why for one person.")


def _show_keeping(found: Sequence[Change]) -> None:
    if not found:
        click.echo("The plan is kept as it was.")
        return
    counts = {what: sum(c.what == what for c in found) for what in WHATS}
    click.echo("Kept: " + ", ".join(f"{count} {what}" for what, count in counts.items() if count) + ".")
    for change in found:
        if change.what == "voided":
            click.echo(
                f"  {change.code}: settings, schedule or texts changed; its messages and approval are void."
            )


def _show_changes(found: Sequence[Change], *, json_wanted: bool) -> None:
    if json_wanted:
        as_json([change.as_data() for change in found])
        return
    if not found:
        click.echo("No difference from the plan that is kept.")
        return
    table(
        "Difference from the plan that is kept",
        ("change", "run", "what"),
        [(c.what, c.code, "; ".join(c.details)) for c in found],
    )
