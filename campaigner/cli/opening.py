"""What every command shares: the working folder, the time, who is at the keyboard."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from campaigner.app import App, open_app, system_user
from campaigner.cli.present import say
from campaigner.domain.executor import Executing, ExecutorPlan
from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import Run
from campaigner.errors import UsageError
from campaigner.sanity import scheduler_fault, store_fault
from campaigner.store import runs
from campaigner.store.engine import Store


def _store_address(_ctx: click.Context, _option: click.Parameter, url: str) -> str:
    fault = store_fault(url) if url else None
    if fault is not None:
        _code, message, message_zh = fault
        raise UsageError(f"{message}\n{message_zh}")
    return url


store_option = click.option(
    "--store", default="", metavar="URL", callback=_store_address,
    help="Where the store is to be, postgresql://USER@HOST/DATABASE; a file of the folder if not given.",
)  # fmt: skip


def _executor(_ctx: click.Context, _option: click.Parameter, named: str) -> ExecutorPlan | None:
    if not named:
        return None
    if named in (Executing.LOCAL, Executing.PROCESSES):
        return ExecutorPlan(Executing(named))
    fault = scheduler_fault(named)
    if fault is not None:
        _code, message, message_zh = fault
        raise UsageError(f"{message}\n{message_zh}")
    return ExecutorPlan(Executing.DASK, scheduler=named)


executor_option = click.option(
    "--executor", default="", metavar="WHERE", callback=_executor,
    help="Where the work is to be done: local, processes, or the address of a Dask scheduler; local if not given.",
)  # fmt: skip


def the_app(ctx: click.Context) -> App:
    """The working folder that the command was called for."""
    app = open_app(Path(ctx.obj["folder"]), given_time(ctx), datetime.now(UTC))
    return replace(app, login=user_name(), say=partial(say, err=True))


def given_time(ctx: click.Context) -> datetime | None:
    """The time of `--now`, without zone if it was given without."""
    text = ctx.obj["now"]
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--now wants a time such as 2026-12-01T09:00, not `{text}`\n"
            f"--now 要写时间，例如 2026-12-01T09:00，不能写成“{text}”"
        ) from None


def user_name() -> str:
    """The operating system's user, as the system knows it."""
    return system_user()


def author_name(app: App, given: str | None) -> str:
    """Who prepares a run: as the command says, else who works as the system's user, else as config.toml says."""
    here = app.desk.config.staff.named(user_name(), user_name())
    if not given and here != user_name():
        return here
    return given or app.desk.config.office.author or user_name()


def chosen_runs(store: Store, codes: tuple[str, ...], states: frozenset[RunState]) -> list[Run]:
    """The runs that a command names, or all that are in one of these states."""
    with store.read() as connection:
        if codes:
            return [runs.find(connection, code) for code in codes]
        return runs.in_states(connection, states)
