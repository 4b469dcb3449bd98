"""Why runs stand where they stand, in lines and for other programs."""

from collections.abc import Iterable, Sequence

import click

from campaigner.app import App
from campaigner.cli.present import say
from campaigner.domain.lifecycle import RunState
from campaigner.domain.missed import REPLACEABLE
from campaigner.domain.planning import Run
from campaigner.domain.standing import explained

_WORDS = {
    RunState.WITHDRAWN: ("withdrawn", "已撤回"),
    RunState.HELD: ("held", "已暂停，等人决定"),
    RunState.MISSED: ("missed", "已错过"),
    RunState.EXPIRED: ("expired", "已过期"),
    RunState.CANCELLED: ("called off", "已取消"),
}


def show_standing(app: App, runs: Iterable[Run]) -> None:
    """A line in English and one in Chinese for runs that do not go on by themselves; alike ones in one."""
    alike: dict[tuple[str, RunState, str], list[Run]] = {}
    for run in runs:
        if run.state in _WORDS and run.reason:
            alike.setdefault((run.planned.campaign, run.state, run.reason), []).append(run)
    for (_campaign, state, reason), group in alike.items():
        word, word_zh = _WORDS[state]
        english, chinese = explained(reason)
        say(f"{word}: {_named(app, group)}: {english}")
        say(f"      {word_zh}：{group[0].planned.title}，{len(group)}次：{chinese}")
        if state is RunState.HELD:
            code = group[0].code
            click.echo(
                f"      campaigner resume {code} --by NAME --reason TEXT   lets the rest go on,   "
                f"campaigner cancel {code} --by NAME --reason TEXT   ends it"
            )


def show_past(app: App, runs: Sequence[Run]) -> None:
    """Say of which runs the moment is past already although nothing of them is out."""
    past = [run for run in runs if run.state in REPLACEABLE and run.planned.release_at < app.now]
    if past:
        say(
            f"past: {_named(app, past)}: the moment has passed; of those of one campaign that are late only the "
            'newest goes out (misfire = "each" lets all go)'
        )
        say(f"      已过时间：{len(past)}次；同一计划迟到的几次里只发最近的一次")


def _named(app: App, runs: Sequence[Run]) -> str:
    if len(runs) == 1:
        return runs[0].code
    first, last = (app.desk.local(run.planned.due_at) for run in (runs[0], runs[-1]))
    return f"{len(runs)} runs of {runs[0].planned.campaign}, {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}"
