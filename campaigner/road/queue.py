"""Queueing: what of an approved run goes out now, what waits and until when, and what never goes."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial

from campaigner.domain.campaign import Channel
from campaigner.domain.caps import Cap, Caps, Contact, first_allowed, household_cap, phone_cap
from campaigner.domain.planning import Reason, Run
from campaigner.domain.timetable import Timetable
from campaigner.store import batches, outbox, refusals, releases
from campaigner.store.engine import Connection
from campaigner.store.releases import Release
from campaigner.workspace.desk import Work

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
    # The moment for which it was approved is part of its content; a row that says an earlier one is not believed.
    due, approved = work.desk.local(run.planned.release_at), work.desk.local(run.planned.due_at)
    later = max(local, due, approved, key=lambda moment: moment.astimezone(UTC))
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
        whole = sms + paper == run.quantity
        batches.cut(connection, run, number, terms.rows_per_batch, run.planned.gateway, whole=whole)
        parts = sum(batch.parts for batch in batches.of_run(connection, run, Channel.SMS, number))
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
    near = releases.near(connection, at - caps.reach, at + 2 * caps.reach)
    judge = _Judge(caps, near, at, run.planned.text_key, work.desk.timetable_of(run.planned))
    counted: Counter[str] = Counter()
    for found in (
        _phones(connection, run, judge) if caps.any_for_phone else (),
        _households(connection, run, judge) if caps.household else (),
    ):
        rows = [(phone, moment or at + _FAR, rule.value) for phone, moment, rule in found]
        outbox.put_off(connection, run, rows)
        counted.update(rule for _phone, _moment, rule in rows)
    return counted


_Verdict = tuple[datetime | None, Cap | None]


class _Judge:
    """Until when those of a run wait, by their history.

    Args:
        caps: The rules.
        near: Key of each release that may matter -> when it was, and with which text.
        at: The moment of the run's release.
        text: What names the run's text.
        timetable: When its messages may go.
    """

    def __init__(
        self, caps: Caps, near: Mapping[int, Contact], at: datetime, text: str, timetable: Timetable
    ) -> None:
        self.at = at
        self.for_phone = [key for key, contact in near.items() if caps.counts_for_phone(contact, at, text)]
        self.for_household = [key for key, contact in near.items() if caps.counts_for_household(contact, at)]
        self._caps = caps
        self._near = near
        self._text = text
        self._timetable = timetable

    def phone(self, history: str) -> _Verdict:
        """Of a phone, by the keys of the releases in which it was written to."""
        blocked = partial(phone_cap, self._caps, self._contacts(history), text=self._text)
        return first_allowed(blocked, self.at, self._timetable)

    def household(self, history: str, members: int) -> list[_Verdict]:
        """Of a household's members one after the other: those who may go count for those who come after them."""
        moments = [contact.at for contact in self._contacts(history)]
        verdicts = []
        for _member in range(members):
            moment, why = first_allowed(partial(household_cap, self._caps, moments), self.at, self._timetable)
            moments += [moment] if moment else []
            verdicts.append((moment, why))
        return verdicts

    def _contacts(self, history: str) -> list[Contact]:
        contacts = [self._near[int(key)] for key in history.split(",") if key]
        return sorted(contacts, key=lambda contact: contact.at)


def _phones(connection: Connection, run: Run, judge: _Judge) -> Iterator[tuple[int, datetime | None, Cap]]:
    verdict = cache(judge.phone)  # many have the same history
    for phone, history in outbox.phone_contacts(connection, run, judge.at, judge.for_phone):
        moment, why = verdict(history)
        if why is not None:
            yield phone, moment, why


def _households(
    connection: Connection, run: Run, judge: _Judge
) -> Iterator[tuple[int, datetime | None, Cap]]:
    verdicts_of = cache(judge.household)
    for members, history in outbox.household_contacts(connection, run, judge.at, judge.for_household):
        verdicts = verdicts_of(history, members.count(",") + 1)
        if any(why for _moment, why in verdicts):
            phones = sorted(map(int, members.split(",")))
            for phone, (moment, why) in zip(phones, verdicts, strict=True):
                if why is not None:
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
