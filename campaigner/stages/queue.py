"""Queueing: what of an approved run goes out now, what waits and until when, and what never goes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby

from campaigner.domain.campaign import Channel
from campaigner.domain.caps import Cap, Caps, Contact, first_allowed, household_cap, phone_cap
from campaigner.domain.planning import Reason, Run
from campaigner.domain.timetable import Timetable
from campaigner.stages.desk import Work
from campaigner.store import batches, outbox, refusals, releases
from campaigner.store.engine import Connection
from campaigner.store.releases import Release

_FAR = timedelta(days=3650)
"""Where a message waits for which no free moment is found; its run expires long before."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Outbox:
    """What became of the waiting messages of a run.

    Args:
        release: What goes out; None if nothing may now.
        dropped: How many will never go because they have opted out since.
        put_off: How many were put off now, by rule.
        waits: How many wait after this.
        next_at: When the next of them may go; None if none waits, or it is their gateway's turn.
    """

    release: Release | None
    dropped: int
    put_off: Counter[str]
    waits: int
    next_at: datetime | None


def moment_of_release(work: Work, run: Run, *, urgent: bool = False) -> datetime | None:
    """The first moment, from now and from the run's own on, at which it may go out; None if there is none."""
    local = work.desk.local(work.now)
    if urgent:
        return local
    due = work.desk.local(run.planned.release_at)
    later = max(local, due, key=lambda moment: moment.astimezone(UTC))
    return work.desk.timetable_of(run.planned).opening(later)


@dataclass(frozen=True, slots=True)
class Terms:
    """By what the outbox of one release is filled.

    Args:
        at: The moment from which its messages go.
        rows_per_batch: How many messages a batch may hold.
        urgent: Whether caps and ceilings are set aside.
        marked: Phones marked as opted out in any list, read before the store is held.
    """

    at: datetime
    rows_per_batch: int
    urgent: bool
    marked: frozenset[int]


def fill_outbox(work: Work, connection: Connection, run: Run, terms: Terms) -> Outbox:
    """Choose what goes out at a moment, and cut it into batches; within the caller's transaction.

    Args:
        work: Desk and store.
        connection: The transaction, in which the run was made the caller's.
        run: A run that is being released.
        terms: By what.
    """
    at = terms.at
    refused = refusals.phones(connection) | terms.marked
    dropped = outbox.drop(connection, run, sorted(refused), Reason.OPTED_OUT)
    put_off = Counter[str]() if terms.urgent else _put_off(work, connection, run, at)
    earlier = releases.of_run(connection, run)
    number = len(earlier) + 1
    room = None if terms.urgent else gateway_room(work, connection, run, at)
    ready = outbox.ready(connection, run, at)
    sms = outbox.claim(connection, run, number, at, room if room is not None and room < ready else None)
    paper = outbox.claim_paper(connection, run, number)
    waiting = outbox.waiting(connection, run)
    release = None
    if sms or paper:
        batches.cut(connection, run, number, terms.rows_per_batch, run.planned.gateway)
        parts = sum(batch.parts for batch in batches.of_run(connection, run, Channel.SMS, number))
        whole = sms + paper == run.quantity
        release = Release(number, at, sms + paper, sms, parts, whole, out=False, manifest="")
        releases.add(connection, run, release)
    return Outbox(release, dropped, put_off, waiting.count, waiting.next_at)


def gateway_room(work: Work, connection: Connection, run: Run, at: datetime) -> int | None:
    """How many SMS the gateway takes at a moment; None for all."""
    plan = work.desk.config.gateways.get(run.planned.gateway)
    if plan is None:
        return None
    earlier = releases.through_gateway(connection, plan.name, at - 2 * _DAY)
    return plan.ceilings.room(earlier, work.desk.local(at))


def _put_off(work: Work, connection: Connection, run: Run, at: datetime) -> Counter[str]:
    """Put off whom a cap protects at a moment, phones first, then households; how many, by rule."""
    caps = work.desk.config.caps
    timetable = work.desk.timetable_of(run.planned)
    counted: Counter[str] = Counter()
    for found in (
        _phones(connection, run, at, caps, timetable) if caps.any_for_phone else (),
        _households(connection, run, at, caps, timetable) if caps.household else (),
    ):
        rows = [(phone, moment or at + _FAR, rule.value) for phone, moment, rule in found]
        outbox.put_off(connection, run, rows)
        counted.update(rule for _phone, _moment, rule in rows)
    return counted


def _phones(
    connection: Connection, run: Run, at: datetime, caps: Caps, timetable: Timetable
) -> Iterator[tuple[int, datetime | None, Cap]]:
    near = outbox.phone_contacts(connection, run, at, at - caps.reach, at + 2 * caps.reach)
    for phone, rows in groupby(near, key=lambda row: row[0]):
        contacts = [Contact(moment, text) for _phone, moment, text in rows]
        blocked = partial(phone_cap, caps, contacts, text=run.planned.text_key)
        moment, why = first_allowed(blocked, at, timetable)
        if why is not None:
            yield phone, moment, why


def _households(
    connection: Connection, run: Run, at: datetime, caps: Caps, timetable: Timetable
) -> Iterator[tuple[int, datetime | None, Cap]]:
    """Household by household: those who may go count for those who come after them."""
    contacts = groupby(
        outbox.household_contacts(connection, run, at, at - caps.reach, at + 2 * caps.reach),
        key=lambda row: row[0],
    )
    known, rows = next(contacts, (0, iter(())))
    for household, members in groupby(outbox.ready_households(connection, run, at), key=lambda row: row[0]):
        while known and known < household:
            known, rows = next(contacts, (0, iter(())))
        moments = [moment for _household, moment in rows] if known == household else []
        for _household, phone in members:
            moment, why = first_allowed(partial(household_cap, caps, moments), at, timetable)
            if why is None:
                moments.append(at)
            else:
                moments += [moment] if moment else []
                yield phone, moment, why


def release_facts(work: Work, filled: Outbox) -> dict[str, object]:
    """What the log says of those who did not go with a release; nothing where all did."""
    facts: dict[str, object] = {}
    if filled.dropped:
        facts["opted_out"] = filled.dropped
    if filled.put_off:
        facts["put_off"] = dict(sorted(filled.put_off.items()))
    if filled.waits:
        facts["waits"] = filled.waits
        if filled.next_at:
            facts["next"] = work.desk.local(filled.next_at).isoformat()
    return facts
