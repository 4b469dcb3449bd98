"""Refusals and deletions of the store against the log: what it records and the store lost, or has again."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from campaigner.domain.lifecycle import RunState
from campaigner.domain.reckoning import SIZE, TOLD, Reckoning, reckon
from campaigner.domain.retention import KEPT_TITLES, Kept
from campaigner.store import erasures, log, purging, reckoning, runs
from campaigner.store.engine import Connection
from campaigner.store.reckoning import Held

ADVICE = (
    "let nothing go out before it is settled: put the newest backup back (`campaigner restore`), or enter the lost "
    "refusals of an entry again, all at once (`campaigner optout add`), delete what is there again (`campaigner "
    "subject delete`, `campaigner purge`), and find out who wrote to the store"
)
ADVICE_ZH = (
    "查明之前不要发送：请恢复最近的备份（campaigner restore），"
    "或把同一条记录丢失的拒收号码一次重新登记（campaigner optout add），"
    "又出现的数据重新删除（campaigner subject delete、campaigner purge），并查明是谁改动了存储"
)


@dataclass(frozen=True, slots=True)
class Gap:
    """A difference between the log and what is kept of refusals and deletions.

    Args:
        line: What it is.
        line_zh: The same in Chinese.
        grave: Whether it cannot have come about by itself; else it is said as a note.
    """

    line: str
    line_zh: str
    grave: bool = True


def gaps(connection: Connection) -> list[Gap]:
    """Where refusals and deletions in the store are not those of the log.

    Args:
        connection: One unchanging view of the store.
    """
    told = reckon(log.entries(connection, kinds=TOLD))
    kept = erasures.phones(connection)
    unlogged = len(kept - told.erased.keys())
    return [
        *_refusals(told, reckoning.refusals_by_entry(connection), unlogged),
        *_erased(connection, told, kept, unlogged),
        *_purged(connection, told),
    ]


def _refusals(told: Reckoning, held: dict[int, Held], unlogged: int) -> Iterator[Gap]:
    """Refusals that are lost, exchanged or of nobody's entry.

    Args:
        told: What the log says.
        held: What the store has.
        unlogged: How many people are marked as deleted of whom no entry tells; a restore brings such, and takes their
            refusals out.
    """
    nothing = Held(0, 0)
    used = 0
    whole = {(group.phones, group.mark): seq for seq, group in told.entered.items()}
    for seq, group in told.entered.items():
        has = held.get(seq, nothing)
        what, what_zh = f"entry {seq} ({group.source})", f"第{seq}条记录（{group.source}）"
        if has.phones < group.phones:
            gone = group.phones - has.phones
            again = whole.get((gone, (group.mark - has.mark) % SIZE), 0)
            if again <= seq or held.get(again) != Held(gone, told.entered[again].mark):
                allowed = (
                    len(told.unsaid)
                    - bisect_right(told.unsaid, seq)
                    + unlogged * (told.restored > seq)
                    - used
                )
                used += gone if gone <= allowed else 0
                yield _lost(gone, group.phones, (what, what_zh), unsaid=gone <= allowed)
        elif has.phones > group.phones:
            more = has.phones - group.phones
            yield Gap(
                f"{more} refusals are kept as if {what} had entered them, which has {group.phones}",
                f"有{more}个拒收号码记在{what_zh}名下，而该记录只有{group.phones}个",
            )
        elif has.mark != group.mark:
            yield Gap(
                f"the refusals of {what} are of other phones than were entered",
                f"{what_zh}的拒收号码与登记时的不是同一批",
            )
    older = held.get(0, nothing).phones
    if told.older - older > len(told.unsaid) + unlogged * bool(told.restored) - used:
        both = "entries of earlier versions and restores", "较早版本的记录和恢复时的记录"
        yield _lost(told.older - older, told.older, both, unsaid=False)
    if older > told.older:
        yield Gap(
            f"{older - told.older} refusals are kept of which no entry tells; they hold all the same",
            f"有{older - told.older}个拒收号码没有对应的记录，仍然有效",
            grave=False,
        )
    strange = {seq: has for seq, has in held.items() if seq and seq not in told.entered}
    for seq, has in sorted(strange.items()):
        yield Gap(
            f"{has.phones} refusals are kept as if entry {seq} had entered them, which tells of none",
            f"有{has.phones}个拒收号码记在第{seq}条记录名下，而该记录没有登记拒收",
        )


def _lost(gone: int, of: int, what: tuple[str, str], *, unsaid: bool) -> Gap:
    if unsaid:
        return Gap(
            f"{gone} of {of} refusals of {what[0]} are no longer kept; a restore or a deletion may have taken them out",
            f"{what[1]}登记的{of}个拒收号码中有{gone}个已不在，可能是恢复备份或删除个人数据时去掉的",
            grave=False,
        )
    return Gap(
        f"{gone} of {of} refusals of {what[0]} are no longer kept, and no entry says that they were lifted",
        f"{what[1]}登记的{of}个拒收号码中有{gone}个已不在，没有取消拒收的记录",
    )


def _erased(connection: Connection, told: Reckoning, kept: frozenset[str], unlogged: int) -> Iterator[Gap]:
    """People who were deleted, and may be written to again, or whose messages are there again."""
    if unlogged and not told.restored:
        yield Gap(
            f"{unlogged} people are kept as deleted of whom no entry tells; nobody writes to them all the same",
            f"有{unlogged}个人标记为已删除而没有对应的记录，仍不向其发送",
            grave=False,
        )
    forgotten = told.erased.keys() - kept
    grave = len(forgotten) > told.forgiven
    for subject in sorted(forgotten, key=lambda one: told.erased[one]):
        seq = told.erased[subject]
        yield Gap(
            f"entry {seq} deleted somebody ({subject}), and the store no longer knows that nobody writes to him",
            f"第{seq}条记录删除了一个人（{subject}），存储里已没有不再向其发送的标记",
            grave=grave,
        )
    for subject, codes in sorted(reckoning.messages_again(connection, told.erased.keys()).items()):
        seq = told.erased[subject]
        yield Gap(
            f"entry {seq} deleted somebody ({subject}), and messages to him are there again: {', '.join(codes)}",
            f"第{seq}条记录删除了一个人（{subject}），存储里又有发给他的消息：{'、'.join(codes)}",
        )


def _purged(connection: Connection, told: Reckoning) -> Iterator[Gap]:
    """Texts and recipients of a run that were deleted, and are there again."""
    if not told.purged:
        return
    every = [run for run in runs.in_states(connection, RunState) if run.code in told.purged]
    for kind in (Kept.TEXTS, Kept.RECIPIENTS):
        mine = [run for run in every if kind.value in told.purged[run.code][1]]
        counts = purging.held(connection, mine, kind)
        title, title_zh, unit = KEPT_TITLES[kind]
        for run in mine:
            seq, count = told.purged[run.code][0], counts.get(run.id, 0)
            if count:
                yield Gap(
                    f"entry {seq} deleted {title} of run {run.code}, and {count} are there again",
                    f"第{seq}条记录删除了任务 {run.code} 的{title_zh}，现在又有{count}{unit}",
                )
