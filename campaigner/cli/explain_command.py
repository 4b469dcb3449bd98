"""`campaigner explain`: why somebody is in or out."""

import click

from campaigner.answers.explain import explain, person
from campaigner.cli.opening import the_app, user_name
from campaigner.cli.phones import person_argument
from campaigner.cli.present import Bars, as_json, table
from campaigner.config import FOUNDATIONS
from campaigner.domain.lifecycle import RunState
from campaigner.store import runs


@click.command("explain")
@person_argument
@click.option("--run", "code", metavar="RUN", help="Only this run.  [default: every run that is not out yet]")
@click.option("--json", "json_wanted", is_flag=True, help="For other programs.")
@click.pass_context
def command(ctx: click.Context, who: str, code: str | None, json_wanted: bool) -> int:
    """Say why a recipient is in a run, out, or left out, and by which rule.

    The recipient is a mobile number, or an audience and a line in its file.

    It may be `-`: then it is read from the standard input, and stands in no history or list of processes.

    \b
    Example:
      campaigner explain 13800138000
      campaigner explain residents:12 --run elderly-monday-20261207-0900
    """
    app = the_app(ctx)
    store = app.store(FOUNDATIONS)
    asked = person(who, app.desk)
    with store.read() as connection:
        if code:
            chosen = [runs.find(connection, code)]
        else:
            chosen = runs.in_states(connection, set(RunState) - {RunState.RELEASED})
    found = explain(app.work(store, user_name(), Bars()), asked, chosen)
    if json_wanted:
        as_json([one.as_data() for one in found])
    elif found:
        table(
            "Why",
            ("run", "channel", "audience", "line", "verdict", "why"),
            [(e.run, e.channel, e.audience, e.line, e.verdict, e.why) for e in found],
            right=(3,),
        )
    else:
        click.echo(
            f"Nobody found in the audiences of {len(chosen)} runs; `campaigner plan` lists the runs."
            if chosen
            else "Every run is out; name one with --run."
        )
    return int(all(e.verdict == "no row" for e in found))
