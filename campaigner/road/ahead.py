"""Working ahead of the clock: planning the horizon, and writing the runs that come near."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from campaigner.domain.lifecycle import OPEN, RunState
from campaigner.domain.planning import Run
from campaigner.domain.problem import Level
from campaigner.errors import CampaignerError, OvertakenError, StoppedError
from campaigner.intake.filenames import is_pattern, paths_of
from campaigner.people.choosing import refused_phones
from campaigner.people.listed import file_holds
from campaigner.road.generate import generate
from campaigner.road.inbox import note_trace, why_of
from campaigner.road.keeping import Change, held_back, keep
from campaigner.road.plan import make_plan
from campaigner.store import runs, settings
from campaigner.store.engine import Connection
from campaigner.workspace.desk import Desk, Work

_DAY = timedelta(days=1)
_LOOK_BACK = timedelta(days=60)
"""How far back runs are planned that nobody planned while the machine was off."""
_UNTIL = "planned_until"
_PRINT = "planned_from"
_FAULTS = "planned_faults"
"""How many problems of each level the lists and schedules had when everything was last planned anew."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that was written, or could not be: then `why` says so."""

    run: str
    quantity: int
    why: str = ""


def plan_horizon(work: Work) -> list[Change]:
    """Plan as far as the clock looks ahead; what was planned already is left alone while nothing has changed.

    Runs of the time in which no daemon worked are planned, too, so that each is recorded and its campaign's
    rule on missed runs decides.
    """
    today = _midnight(work.desk, work.now)
    last = _midnight(work.desk, work.now + work.desk.config.clockwork.horizon) + _DAY
    held = file_holds(work.store)
    made_of = fingerprint(work.desk) + "".join(f" {problem.source}" for problem in held)
    with work.store.read() as connection:
        until, known = _planned(connection)
    first = today if until is None else max(min(today, until), today - _LOOK_BACK)
    if until is not None and known == made_of:
        if until >= last:
            return []
        first = max(until, today - _LOOK_BACK)
    refused = refused_phones(work.desk, work.store)
    plan = make_plan(work.desk, first, last, work.now, work.progress, refused, work.over)
    found = keep(work, held_back(plan, held))
    with work.store.begin() as connection:
        settings.keep(connection, _UNTIL, last.astimezone(UTC).isoformat())
        settings.keep(connection, _PRINT, made_of)
        if known != made_of:
            levels = Counter(problem.level.value for problem in plan.problems)
            settings.keep(connection, _FAULTS, json.dumps(levels))
    return found


def known_problems(work: Work) -> Counter[Level]:
    """How many problems are known at this moment, by level; nothing is read for it but the store.

    They are those of the working folder, those of every run that something may still become of, and those of lists
    and schedules when everything was last planned anew.
    """
    with work.store.read() as connection:
        waiting = runs.in_states(connection, OPEN)
        kept = json.loads(settings.value(connection, _FAULTS) or "{}")
    found = dict.fromkeys(work.desk.problems)
    found |= dict.fromkeys(problem for run in waiting for problem in run.planned.problems)
    levels = Counter(problem.level for problem in found)
    levels.update({Level(level): count for level, count in kept.items()})
    return levels


def fingerprint(desk: Desk) -> str:
    """A hash that changes with anything that a plan is made of."""
    files = []
    for audience in desk.config.audiences.values():
        for path in paths_of(audience, desk.config.folder):
            several = [path.name] if is_pattern(audience.file) else []
            try:
                facts = path.stat()
                files.append([audience.name, *several, facts.st_mtime_ns, facts.st_size])
            except OSError:
                files.append([audience.name, *several, 0, 0])
    made_of = {
        "config": desk.config.sha256,
        "templates": {name: template.sha256 for name, template in desk.templates.items()},
        "warnings": {name: warning.sha256 for name, warning in desk.catalogue.items()},
        "audiences": files,
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()


def generate_ahead(work: Work, *, recover: bool) -> Iterator[Prepared]:
    """Write the messages of runs whose moment is near, one after the other.

    Args:
        work: Desk, store and time; its actor is the daemon, for which an author must stand afterwards.
        recover: Whether to take over runs that somebody began to write: nobody else does so now.
    """
    states = {RunState.PLANNED} | ({RunState.GENERATING} if recover else set())
    with work.store.read() as connection:
        waiting = runs.in_states(connection, states)
    for run in waiting:
        if run.planned.release_at - work.desk.config.clockwork.ahead <= work.now:
            yield _prepare(work, run)


def _prepare(work: Work, run: Run) -> Prepared:
    if run.planned.not_after is not None and run.planned.not_after < work.now:
        return Prepared(run.code, 0, "it is too late for it")
    try:
        return Prepared(run.code, generate(work, run).quantity)
    except (StoppedError, OvertakenError):
        raise
    except CampaignerError as error:
        return Prepared(run.code, 0, error.one_line)
    except Exception as error:  # noqa: BLE001 - told of, with where it happened
        note_trace(f"run {run.code} could not be written", error)
        return Prepared(run.code, 0, why_of(error))


def _planned(connection: Connection) -> tuple[datetime | None, str]:
    until = settings.value(connection, _UNTIL)
    return (datetime.fromisoformat(until) if until else None), settings.value(connection, _PRINT) or ""


def _midnight(desk: Desk, moment: datetime) -> datetime:
    return desk.local(moment).replace(hour=0, minute=0, second=0, microsecond=0)
