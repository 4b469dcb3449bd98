"""`campaigner daemon`: the whole road on the clock."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from campaigner.cli.opening import given_time, the_app, user_name
from campaigner.cli.present import Bars, say
from campaigner.domain.roles import Deed

if TYPE_CHECKING:
    from campaigner.daemon.beats import Said


@click.command("daemon")
@click.option("--once", is_flag=True, help="Beat each beat once and end: for rehearsals, and for cron.")
@click.option("--json", "json_log", is_flag=True, help="Log as JSON, one object a line.")
@click.option("--verbose", is_flag=True, help="Log every beat, also those that did nothing.")
@click.pass_context
def command(ctx: click.Context, once: bool, json_log: bool, verbose: bool) -> int:
    """Do all of it on the clock: plan, generate, remind, release, collect, expire, back up, purge.

    Nothing goes out that a second person has not approved. One daemon leads; another one on the same store
    stands by and takes over within a minute. SIGTERM ends it within seconds, SIGHUP reads config.toml again.

    \b
    Example:
      campaigner daemon
      campaigner --now 2026-12-07T09:00 daemon --once
    """
    if given_time(ctx) is not None:
        # Whoever sets the clock decides what is due and what is old: no longer is it nobody who acts.
        app = the_app(ctx)
        rehearsal = app.work(app.store(), user_name(), Bars())
        rehearsal.ask(Deed.RELEASE)
        rehearsal.ask(Deed.PURGE)
    from campaigner.daemon.logs import setup
    from campaigner.daemon.service import Daemon

    setup(
        json=json_log or "JOURNAL_STREAM" in os.environ,
        level="debug" if verbose else "error" if once else "info",
    )
    daemon = Daemon(Path(ctx.obj["folder"]), _clock(ctx), _tell if once else None)
    if not once:
        daemon.run()
        return 0
    if daemon.once():
        return 0
    click.echo("Another daemon leads on this store; it does the work.", err=True)
    return 1


def _clock(ctx: click.Context) -> Callable[[], datetime]:
    """The time to work at: the true one, or one that starts at `--now` and runs on."""
    given = given_time(ctx)
    if given is None:
        return lambda: datetime.now(UTC)
    begun = time.monotonic()
    from campaigner.app import read_desk

    if given.tzinfo is None:
        desk, _problems = read_desk(Path(ctx.obj["folder"]))
        given = given.replace(tzinfo=desk.config.zone if desk else UTC)
    return lambda: given + timedelta(seconds=time.monotonic() - begun)


def _tell(beat: str, said: "Said") -> None:
    """A line for whoever watches a rehearsal."""
    mark = "!" if said.bad else " "
    say(f"{mark}{beat:>9}  {f'{said.run}: ' if said.run else ''}{said.text}")
