"""The same people, the same text, again: counted for the plan, the approval form and the approval itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import OPEN, RunState
from campaigner.domain.phone import LARGEST
from campaigner.domain.planning import Run
from campaigner.domain.repeats import NOBODY, Count, Repeats, united, window_of
from campaigner.errors import OvertakenError
from campaigner.intake.seen import Seen
from campaigner.people.choosing import Reached
from campaigner.road.plan import Plan
from campaigner.store import approvals, log, repeats
from campaigner.store.engine import Connection
from campaigner.store.repeats import COMMITTED, SEALED, Group
from campaigner.workspace.desk import Work

_FEW = 100_000
"""Phones that a plan looks up one list against; of more it says how many they are at most."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What somebody was told before he approved.

    Args:
        repeats: How many phones, for people.
        bound: Of how many the approval says that they may have the text twice.
        groups: What of it is out or approved.
    """

    repeats: Repeats
    bound: int
    groups: tuple[Group, ...]


def repeats_of(work: Work, run: Run) -> Repeats:
    """How many phones of a generated run have its text from another one; nothing is written."""
    with work.store.read() as connection:
        return _counted(work, connection, run, {})


def approved_repeats(work: Work, run: Run) -> Repeats:
    """The same as it was when the run was approved, by the log."""
    with work.store.read() as connection:
        entries = list(log.entries(connection, run.code, ("approved",)))
    known = entries[-1].fields.get("again") if entries else None
    return Repeats.from_data(known) if known else Repeats(within=window_of(work.desk.config.caps), total=0)


def plan_repeats(work: Work, plan: Plan, kept: Sequence[Run]) -> Mapping[str, Repeats]:
    """The same of each run of a plan that is not over, by code; those of which nothing is to be said are left out.

    Of runs that are not generated the lists as they were read for the plan are compared.
    """
    found = {}
    with work.store.read() as connection:
        for run in kept:
            if run.state in OPEN | {RunState.RELEASING}:
                its = _counted(work, connection, run, plan.reached)
                if its:
                    found[run.code] = its
    return found


def disclosure_for(work: Work, run: Run) -> Disclosure:
    """What an approver has to know, and what his word is bound to."""
    with work.store.read() as connection:
        groups = _groups(work, connection, run, {})
        firm = _firm(groups)
        count = repeats.shared_phones(connection, run, firm)
        unknown = [group.phones for group in firm if not group.kept]
        total = repeats.phones(connection, run)
        return Disclosure(
            _counted(work, connection, run, {}), united([count], unknown, total).most, tuple(firm)
        )  # fmt: skip


def still_so(work: Work, connection: Connection, run: Run, disclosed: Disclosure) -> None:
    """Within the approval's transaction: nobody has approved or released the same text meanwhile.

    Raises:
        OvertakenError: Somebody has.
    """
    if disclosed.groups != tuple(_firm(_groups(work, connection, run, {}))):
        raise OvertakenError(
            f"another run with the text of {run.code} was approved or released meanwhile; look at it again\n"
            f"与 {run.code} 内容相同的另一项任务刚刚审批或发出，请重新查看后再审批"
        )


def more_than_approved(work: Work, run: Run) -> str:
    """Why the approval of a run no longer covers how many of its phones have its text; "" if it does.

    Whoever approved the same text later was told of this run, so that is no news.
    """
    with work.store.read() as connection:
        approval = approvals.standing(connection, run)
        if approval is None or approval.repeats is None:
            return ""
        went = [group for group in _groups(work, connection, run, {}) if group.release]
        later = approvals.given_later(connection, run, [group.run_id for group in went])
        known = [group for group in went if group.run_id not in later]
        had = _among_kept(connection, run, known, repeats.phones(connection, run)).most
    if had <= approval.repeats:
        return ""
    return (
        f"{had} phones of run {run.code} had its text already, {approval.repeats} were approved; approve it again\n"
        f"{run.code} 有{had}个号码已收到过同样内容，审批时为{approval.repeats}个，须重新审批"
    )


def _groups(work: Work, connection: Connection, run: Run, reached: Mapping[str, Reached]) -> list[Group]:
    if not any(tally.channel is Channel.SMS for tally in run.planned.tallies):
        return []
    span = window_of(work.desk.config.caps)
    moment = _moment(run, work.now)
    texts = repeats.texts_of(connection, run)
    if run.code in reached:
        texts |= reached[run.code].texts
    more = {code: other.texts for code, other in reached.items()}
    return repeats.same_text(
        connection, texts, moment - span, moment + span, now=work.now, but=run.id, more=more
    )


def _moment(run: Run, now: datetime) -> datetime:
    return max(run.planned.release_at, now)


def _firm(groups: Sequence[Group]) -> list[Group]:
    """Those that are out, or go without a further word."""
    return [group for group in groups if group.release or group.state in COMMITTED]


def _counted(work: Work, connection: Connection, run: Run, reached: Mapping[str, Reached]) -> Repeats:
    groups = _groups(work, connection, run, reached)
    span = window_of(work.desk.config.caps)
    if not groups:
        return Repeats(within=span, total=0)
    went = [group for group in groups if group.release]
    waits = [group for group in groups if not group.release]
    if run.state in SEALED:
        total = repeats.phones(connection, run)
        had = _among_kept(connection, run, went, total)
        coming = _coming(connection, run, waits, reached, total)
    else:
        total = sum(t.recipients for t in run.planned.tallies if t.channel is Channel.SMS)
        had = _listed(connection, run, went, reached, total)
        coming = _listed(connection, run, waits, reached, total)
    return Repeats(
        within=span, total=total, had=had, coming=coming,
        had_from=_codes(went) if had else (), coming_from=_codes(waits) if coming else (),
    )  # fmt: skip


def _codes(groups: Sequence[Group]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(group.code for group in groups))


def _among_kept(connection: Connection, run: Run, groups: Sequence[Group], total: int) -> Count:
    """How many of a generated run's phones are in some groups, by the ledger."""
    unknown = [group.phones for group in groups if not group.kept]
    return united([repeats.shared_phones(connection, run, groups)], unknown, total)


def _coming(
    connection: Connection, run: Run, waits: Sequence[Group], reached: Mapping[str, Reached], total: int
) -> Count:
    """The same of those that wait: who is not in the ledger yet is compared by list, if there is one."""
    mine = reached.get(run.code)
    listed = [group for group in waits if not group.kept and mine and group.code in reached]
    known = [repeats.shared_phones(connection, run, waits)]
    if mine and listed:
        known.append(mine.phones.shared([reached[group.code].phones for group in listed]))
    unknown = [group.phones for group in waits if not group.kept and group not in listed]
    return united(known, unknown, total)


def _listed(
    connection: Connection, run: Run, groups: Sequence[Group], reached: Mapping[str, Reached], total: int
) -> Count:
    """How many of a planned run's phones are in some groups, by the list as it was read."""
    mine = reached.get(run.code)
    if not groups:
        return NOBODY
    if mine is None:
        return united([], [group.phones for group in groups], total)
    listed = [reached[group.code].phones for group in groups if not group.release and group.code in reached]
    others = [group for group in groups if group.release or group.code not in reached]
    looked_up = [group for group in others if group.kept]
    known = [mine.phones.shared(listed)] if listed else []
    if sum(group.phones for group in looked_up) > _FEW:
        looked_up = []
    if looked_up:
        known.append(_found(connection, looked_up, mine.phones))
    return united(known, [group.phones for group in others if group not in looked_up], total)


def _found(connection: Connection, groups: Sequence[Group], phones: Seen) -> int:
    """How many phones of a list are in some groups."""
    found = Seen(LARGEST)
    for block in repeats.phones_of(connection, groups):
        found.fresh(block)
    return phones.shared([found])
