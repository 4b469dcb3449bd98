"""The beats of the clock: each calls one stage and says in a line what it did."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from campaigner.stages.ahead import generate_ahead, plan_horizon
from campaigner.stages.caretaking import back_up, expire_all, purge
from campaigner.stages.desk import Work
from campaigner.stages.release import What, release_due

MINUTE = 60.0
HOUR = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a beat.

    Args:
        text: What was done; no personal data.
        run: Code of the run it is about; "" if none.
        bad: Whether somebody should look.
    """

    text: str
    run: str = ""
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Beat:
    """Something that is done again and again.

    Args:
        name: As logs and metrics call it.
        every: Seconds from one to the next.
        work: Does it; `fresh` says that it is the first since this daemon leads.
        as_author: Whether it prepares runs, so that the log names their author.
    """

    name: str
    every: float
    work: Callable[[Work, bool], Iterator[Said]]
    as_author: bool = False


def _plan(work: Work, _fresh: bool) -> Iterator[Said]:
    found = plan_horizon(work)
    for what in sorted({change.what for change in found}):
        codes = [change.code for change in found if change.what == what]
        yield Said(f"{what}: {', '.join(codes[:5])}{' ...' if len(codes) > 5 else ''} ({len(codes)})")  # noqa: PLR2004


def _generate(work: Work, fresh: bool) -> Iterator[Said]:
    for prepared in generate_ahead(work, recover=fresh):
        if prepared.why:
            yield Said(f"not generated: {prepared.why}", prepared.run, bad=True)
        else:
            yield Said(f"generated, {prepared.quantity} messages; waits for approval", prepared.run)


def _release(work: Work, _fresh: bool) -> Iterator[Said]:
    for turn in release_due(work):
        waits = f", {turn.waits} wait for another day" if turn.waits else ""
        why = f" ({turn.why})" if turn.why else ""
        words = {
            What.OUT: f"released, {turn.quantity} messages{waits}{why}",
            What.WAITS: f"nothing may go now{waits}{why}",
            What.MISSED: f"missed: {turn.why}",
            What.FAILED: f"not released: {turn.why}",
        }
        yield Said(words[turn.what], turn.run, bad=turn.what is What.FAILED)


def _expire(work: Work, _fresh: bool) -> Iterator[Said]:
    for ended in expire_all(work):
        yield Said(f"expired: {ended.out} messages are out, {ended.never} will not go", ended.run.code)


def _back_up(work: Work, _fresh: bool) -> Iterator[Said]:
    copy = back_up(work)
    if copy is not None:
        yield Said(f"backed up to {copy.parent.name}/{copy.name}")


def _purge(work: Work, _fresh: bool) -> Iterator[Said]:
    for code, quantity in purge(work):
        yield Said(f"forgot {quantity} messages; the counts stay", code)


BEATS = (
    Beat("plan", 10 * MINUTE, _plan),
    Beat("generate", 5 * MINUTE, _generate, as_author=True),
    Beat("release", MINUTE / 2, _release),
    Beat("expire", 5 * MINUTE, _expire),
    Beat("back-up", HOUR, _back_up),
    Beat("purge", 6 * HOUR, _purge),
)
"""Every beat, in the order in which one turn of the clock does them."""
