"""What people see: tables, problem lists, progress bars, JSON."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from campaigner.domain.masking import masked
from campaigner.domain.people import ControlTotals
from campaigner.domain.problem import Level, Problem
from campaigner.domain.repeats import Repeats
from campaigner.domain.visible import visible, visible_json
from campaigner.workspace.desk import Bar

SHOWN_PROBLEMS = 50
"""Problems listed on a screen; `--json` and a pipe have them all."""
_WIDE = 200


def console() -> Console:
    """Where tables go: the terminal's width, or a fixed one in a pipe so that nothing is cut."""
    return Console(width=None if sys.stdout.isatty() else _WIDE, soft_wrap=not sys.stdout.isatty())


def say(text: str, *, err: bool = False) -> None:
    """A line that may hold what strangers wrote: nothing in it acts on the screen.

    Args:
        text: The line.
        err: Whether it goes to standard error.
    """
    click.echo(visible(text), err=err)


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[int] = ()
) -> None:
    """A table.

    Args:
        title: Its heading.
        columns: Column titles.
        rows: Cells, shown as text.
        right: Columns of numbers, by position.
    """
    numbers = set(right)
    shown = Table(
        title=escape(visible(title)),
        title_justify="left",
        title_style="bold",
        header_style="bold",
        box=None,
        pad_edge=False,
    )
    for position, column in enumerate(columns):
        whole = column in {"run", "hash"}  # to be copied, so never broken
        shown.add_column(
            column, justify="right" if position in numbers else "left", overflow="fold", no_wrap=whole
        )
    for row in rows:
        shown.add_row(*(escape(visible(str(cell))) for cell in row))
    console().print(shown)


def as_json(data: Any) -> None:
    """Data for other programs."""
    click.echo(visible_json(json.dumps(data, ensure_ascii=False, indent=2, default=str)))


def problem_list(problems: Sequence[Problem]) -> None:
    """Problems with their place, in English and Chinese, on standard error."""
    limit = SHOWN_PROBLEMS if sys.stderr.isatty() else len(problems)
    colors = {Level.BLOCK: "red", Level.WARN: "yellow", Level.INFO: "blue"}
    for problem in problems[:limit]:
        head = click.style(problem.level.value.ljust(5), fg=colors[problem.level])
        value = f" [{problem.value}]" if problem.value else ""
        said = f"{masked(problem.place)}: {problem.message}{value} ({problem.code})"
        click.echo(f"{head} {visible(said)}", err=True)
        say(f"      {problem.message_zh}", err=True)
    if len(problems) > limit:
        click.echo(f"... and {len(problems) - limit} more; `--json` lists them all.", err=True)


def totals_table(totals: Mapping[str, ControlTotals]) -> None:
    """Control totals of audiences: rows in = recipients + merged + refused, and cells that are not used."""
    table(
        "Audiences",
        ("audience", "rows in", "recipients", "merged", "refused", "cells set aside"),
        [(name, t.rows, t.recipients, t.merged, t.refused, t.set_aside) for name, t in totals.items()],
        right=(1, 2, 3, 4, 5),
    )


def show_lists(lists: Iterable[tuple[str, ControlTotals]]) -> None:
    """Lists of which not every row or cell is used, each with the run that it is for, in both languages."""
    for code, totals in lists:
        say(f"{code}: {totals.line}.")
        say(f"    {totals.line_zh}。")


class Bars:
    """Progress bars on standard error when it is a terminal, nothing in a pipe."""

    @contextmanager
    def bar(self, label: str, total: int | None) -> Iterator[Bar]:
        """A bar with rate and remaining time for one piece of work."""
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f}"),
            TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
        )  # fmt: skip
        shown = Console(stderr=True)
        with Progress(*columns, console=shown, disable=not shown.is_terminal, transient=True) as progress:
            task = progress.add_task(label, total=total, rate="")
            yield _Bar(progress, task)


class _Bar:
    def __init__(self, progress: Any, task: Any) -> None:
        self._progress = progress
        self._task = task

    def advance(self, count: int) -> None:
        """So much more is done."""
        speed = self._progress.tasks[self._task].speed
        self._progress.update(self._task, advance=count, rate=f"{speed:,.0f}/s" if speed else "")


def show_repeats(found: Mapping[str, Repeats]) -> None:
    """Which runs reach people once more with the same text, in both languages; nothing where none does."""
    for code, repeats in found.items():
        for line, line_zh in repeats.lines:
            say(f"{code}: {line}.")
            say(f"    {line_zh}。")
