"""Runs as they are kept, and the one guarded way to move them from state to state."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from campaigner.domain.lifecycle import RunState, advance
from campaigner.domain.message import content_hash
from campaigner.domain.planning import PlannedRun, Run, Tally
from campaigner.domain.problem import Level, Problem
from campaigner.errors import OvertakenError, UsageError
from campaigner.store.tables import RunRow
from campaigner.store.types import UtcDateTime

_RUN = RunRow.__table__  # type: ignore[attr-defined]


def _plan_text(planned: PlannedRun) -> str:
    data = {
        "warnings": list(planned.warnings),
        "tallies": [tally.as_data() for tally in planned.tallies],
        "problems": [asdict(problem) for problem in planned.problems],
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def plan_fields(planned: PlannedRun) -> dict[str, Any]:
    """The columns of a run that its plan fills."""
    text = _plan_text(planned)
    return {
        "campaign": planned.campaign,
        "title": planned.title,
        "gateway": planned.gateway,
        "due_at": planned.due_at,
        "release_at": planned.release_at,
        "not_after": planned.not_after,
        "text_key": planned.text_key,
        "synthetic": planned.synthetic,
        "plan": text,
        "plan_hash": plan_hash(planned),
        "content_hash": planned.content_hash,
    }


def plan_hash(planned: PlannedRun) -> str:
    """Two plans of a run with the same hash are the same plan."""
    return content_hash(
        {
            "plan": _plan_text(planned),
            "title": planned.title,
            "gateway": planned.gateway,
            "synthetic": planned.synthetic,
            "content": planned.content_hash,
            "release_at": planned.release_at.astimezone(UTC).isoformat(),
            "not_after": planned.not_after.astimezone(UTC).isoformat() if planned.not_after else None,
        }
    )


def add(connection: Connection, planned: PlannedRun, now: datetime) -> None:
    """Keep a run that was not known."""
    connection.execute(
        insert(_RUN).values(
            code=planned.code, state=RunState.PLANNED.value, attempt=0, author="", digest="", quantity=0,
            parts=0, returned_reason="", changed_at=now, **plan_fields(planned),
        )
    )  # fmt: skip


def replan(connection: Connection, run: Run, planned: PlannedRun, now: datetime) -> None:
    """Replace what the plan says of a run that is not yet generated."""
    _move(connection, run, (RunState.PLANNED,), {**plan_fields(planned), "changed_at": now})


def move(connection: Connection, run: Run, new: RunState, now: datetime, **fields: Any) -> None:
    """Bring a run to a new state, if nobody else moved it since it was read; what was the reason of the old one goes.

    Raises:
        StateError: The step is none of the lifecycle's.
        OvertakenError: Another process was quicker.
    """
    advance(run.state, new)
    _move(
        connection, run, (run.state,), {"state": new.value, "changed_at": now, "state_reason": "", **fields}
    )


def _move(connection: Connection, run: Run, states: Sequence[RunState], values: dict[str, Any]) -> None:
    changed = connection.execute(
        update(_RUN)
        .where(_RUN.c.id == run.id, _RUN.c.attempt == run.attempt)
        .where(_RUN.c.state.in_([state.value for state in states]))
        .values(**values)
    ).rowcount
    if changed != 1:
        raise OvertakenError(
            f"run {run.code} was changed by another process meanwhile; look at it again\n"
            f"任务 {run.code} 刚才被另一个进程改动：请重新查看后再操作"
        )


def reschedule(connection: Connection, run: Run, release_at: datetime, not_after: datetime | None) -> None:
    """Give an approved run another moment to go out at."""
    _move(connection, run, (RunState.APPROVED,), {"release_at": release_at, "not_after": not_after})


def note_let_go(connection: Connection, run: Run, lapse: str) -> None:
    """Keep in spite of which lapse a person let the rest of a run go on; "" once it is asked for again."""
    _move(connection, run, (run.state,), {"let_go": lapse})


def vouched(connection: Connection, run: Run, author: str) -> None:
    """Keep who stands for the messages of a run that the daemon wrote.

    Raises:
        OvertakenError: Another process moved it meanwhile.
    """
    _move(connection, run, (RunState.GENERATED,), {"author": author})


def still_mine(connection: Connection, run: Run) -> None:
    """Within a transaction: nobody else has taken this run over.

    Raises:
        OvertakenError: Somebody has.
    """
    row = connection.execute(select(_RUN.c.state, _RUN.c.attempt).where(_RUN.c.id == run.id)).one()
    if (row.state, row.attempt) != (run.state.value, run.attempt):
        raise OvertakenError(
            f"run {run.code} was taken over by another process; this one stops\n"
            f"任务 {run.code} 已由另一个进程接手，本进程停止"
        )


def find(connection: Connection, code: str) -> Run:
    """The run with this code, or the only one whose code starts so.

    Raises:
        UsageError: There is none, or there are several.
    """
    exact = connection.execute(select(_RUN).where(_RUN.c.code == code)).one_or_none()
    if exact:
        return _run(exact)
    rows = connection.execute(
        select(_RUN).where(_RUN.c.code.startswith(code, autoescape=True)).order_by(_RUN.c.due_at).limit(6)
    ).all()
    if not rows:
        raise UsageError(
            f"there is no run `{code}`; `campaigner plan` lists them\n没有任务 {code}；请运行 campaigner plan 查看"
        )
    own = [row for row in rows if row.campaign == code]
    if len(own) == 1:
        return _run(own[0])
    if len(rows) > 1:
        names = ", ".join(row.code for row in rows)
        raise UsageError(
            f"`{code}` could be {names}; write more of it\n"
            f"“{code}”可能是 {names.replace(', ', '、')}：请把任务编号写得更完整"
        )
    return _run(rows[0])


def between(connection: Connection, first: datetime, last: datetime) -> list[Run]:
    """Runs due from `first` up to, but not at, `last`, in order of time and code."""
    rows = connection.execute(
        select(_RUN).where(_RUN.c.due_at >= first, _RUN.c.due_at < last).order_by(_RUN.c.due_at, _RUN.c.code)
    )
    return [_run(row) for row in rows]


def of_campaign(connection: Connection, campaign: str, first: datetime) -> list[Run]:
    """Runs of a campaign due from `first` on, in order of time and code."""
    rows = connection.execute(
        select(_RUN)
        .where(_RUN.c.campaign == campaign, _RUN.c.due_at >= first)
        .order_by(_RUN.c.due_at, _RUN.c.code)
    )
    return [_run(row) for row in rows]


def in_states(connection: Connection, states: Iterable[RunState]) -> list[Run]:
    """Runs in any of these states, in order of time and code."""
    words = [state.value for state in states]
    rows = connection.execute(
        select(_RUN).where(_RUN.c.state.in_(words)).order_by(_RUN.c.due_at, _RUN.c.code)
    )
    return [_run(row) for row in rows]


def ended_before(
    connection: Connection, states: Iterable[RunState], moment: datetime
) -> list[tuple[Run, datetime]]:
    """Runs that came to one of these states before a moment, and when."""
    words = [state.value for state in states]
    rows = connection.execute(
        select(_RUN)
        .where(_RUN.c.state.in_(words), _RUN.c.changed_at < moment)
        .order_by(_RUN.c.due_at, _RUN.c.code)
    )
    return [(_run(row), row.changed_at) for row in rows]


def by_state(connection: Connection) -> dict[RunState, int]:
    """How many runs are in which state."""
    query = select(_RUN.c.state, func.count()).group_by(_RUN.c.state)
    return {RunState(row[0]): row[1] for row in connection.execute(query)}


def next_due(connection: Connection, states: Iterable[RunState]) -> datetime | None:
    """When the next run in any of these states is due; None if there is none."""
    words = [state.value for state in states]
    found: datetime | None = connection.execute(
        select(func.min(_RUN.c.due_at, type_=UtcDateTime())).where(_RUN.c.state.in_(words))
    ).scalar()
    return found


@lru_cache(maxsize=1024)
def _plan(text: str) -> tuple[tuple[str, ...], tuple[Tally, ...], tuple[Problem, ...]]:
    """(warnings, tallies, problems) of a plan as it is kept; the clock asks for the same ones again and again."""
    plan = json.loads(text)
    return (
        tuple(plan["warnings"]),
        tuple(Tally.from_data(tally) for tally in plan["tallies"]),
        tuple(Problem(**{**data, "level": Level(data["level"])}) for data in plan["problems"]),
    )


def tallies_of(plan: str) -> tuple[Tally, ...]:
    """The tallies of a plan as it is kept in the column `plan`."""
    return _plan(plan)[1]


def _run(row: Row[Any]) -> Run:
    warnings, tallies, problems = _plan(row.plan)
    planned = PlannedRun(
        code=row.code,
        campaign=row.campaign,
        title=row.title,
        due_at=row.due_at,
        gateway=row.gateway,
        warnings=warnings,
        tallies=tallies,
        synthetic=bool(row.synthetic),
        content_hash=row.content_hash,
        problems=problems,
        release_at=row.release_at,
        not_after=row.not_after,
        text_key=row.text_key,
    )
    return Run(
        row.id, planned, RunState(row.state), row.attempt, row.author, row.digest, row.quantity, row.parts,
        row.returned_reason, reason=row.state_reason, let_go=row.let_go,
    )  # fmt: skip
