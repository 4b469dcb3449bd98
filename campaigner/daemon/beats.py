"""The beats of the clock: each calls one stage and says in a line what it did."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from campaigner.domain.delivery import DeliveryState
from campaigner.stages.ahead import generate_ahead, plan_horizon
from campaigner.stages.caretaking import back_up, expire_all, purge
from campaigner.stages.desk import Work
from campaigner.stages.reconcile import collect_files, hear, note_states, states_of
from campaigner.stages.release import What, release_due
from campaigner.stages.wire import Wire

MINUTE = 60.0
HOUR = 60 * MINUTE
_SHOWN = 5
"""Codes that a line names."""


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


@dataclass(slots=True)
class Memory:
    """What beats remember from one to the next while this daemon leads.

    Args:
        states: How many SMS of each run were in which state at the last look.
        silent: Gateways whose link could not be opened, so that it is told once.
    """

    states: Mapping[str, Mapping[DeliveryState, int]] | None = None
    silent: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Turning:
    """What a beat works with.

    Args:
        work: The call of its stage.
        wire: Links to carriers.
        memory: What the beats remember.
        fresh: Whether it is this beat's first since this daemon leads.
    """

    work: Work
    wire: Wire
    memory: Memory
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Beat:
    """Something that is done again and again.

    Args:
        name: As logs and metrics call it.
        every: Seconds from one to the next.
        work: Does it.
        as_author: Whether it prepares runs, so that the log names their author.
    """

    name: str
    every: float
    work: Callable[["Turning"], Iterator[Said]]
    as_author: bool = False


def _plan(turning: Turning) -> Iterator[Said]:
    found = plan_horizon(turning.work)
    for what in sorted({change.what for change in found}):
        codes = [change.code for change in found if change.what == what]
        yield Said(
            f"{what}: {', '.join(codes[:_SHOWN])}{' ...' if len(codes) > _SHOWN else ''} ({len(codes)})"
        )


def _generate(turning: Turning) -> Iterator[Said]:
    for prepared in generate_ahead(turning.work, recover=turning.fresh):
        if prepared.why:
            yield Said(f"not generated: {prepared.why}", prepared.run, bad=True)
        else:
            yield Said(f"generated, {prepared.quantity} messages; waits for approval", prepared.run)


def _release(turning: Turning) -> Iterator[Said]:
    for turn in release_due(turning.work, turning.wire):
        waits = f", {turn.waits} wait for another day" if turn.waits else ""
        why = f" ({turn.why})" if turn.why else ""
        words = {
            What.OUT: f"released, {turn.quantity} messages{waits}{why}",
            What.WAITS: f"nothing may go now{waits}{why}",
            What.MISSED: f"missed: {turn.why}",
            What.FAILED: f"not released: {turn.why}",
        }
        yield Said(words[turn.what], turn.run, bad=turn.what is What.FAILED)


def _collect(turning: Turning) -> Iterator[Said]:
    work, memory = turning.work, turning.memory
    before = memory.states if memory.states is not None else states_of(work)
    closed = dict(hear(work, turning.wire))
    for gateway, why in closed.items():
        if gateway not in memory.silent:
            yield Said(f"{gateway} is not heard: {why}", bad=True)
    memory.silent = set(closed)
    for name, imported in collect_files(work):
        totals = imported.totals
        yield Said(
            f"read {name}: {totals.rows} rows, {totals.taken} taken, {totals.refused} refused",
            bad=bool(totals.refused or imported.unknown),
        )
    memory.states = note_states(work, before)
    changed = [code for code, counts in memory.states.items() if before.get(code) != counts]
    if changed:
        yield Said(f"receipts: {', '.join(sorted(changed)[:_SHOWN])} ({len(changed)})")


def _expire(turning: Turning) -> Iterator[Said]:
    for ended in expire_all(turning.work):
        yield Said(f"expired: {ended.out} messages are out, {ended.never} will not go", ended.run.code)


def _back_up(turning: Turning) -> Iterator[Said]:
    copy = back_up(turning.work)
    if copy is not None:
        yield Said(f"backed up to {copy.parent.name}/{copy.name}")


def _purge(turning: Turning) -> Iterator[Said]:
    for code, quantity in purge(turning.work):
        yield Said(f"forgot {quantity} messages; the counts stay", code)


BEATS = (
    Beat("plan", 10 * MINUTE, _plan),
    Beat("generate", 5 * MINUTE, _generate, as_author=True),
    Beat("release", MINUTE / 2, _release),
    Beat("collect", MINUTE / 2, _collect),
    Beat("expire", 5 * MINUTE, _expire),
    Beat("back-up", HOUR, _back_up),
    Beat("purge", 6 * HOUR, _purge),
)
"""Every beat, in the order in which one turn of the clock does them."""
