"""The beats of the clock: each calls one stage and says in a line what it did."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from campaigner.daemon.events import Event
from campaigner.daemon.watch import Watch
from campaigner.domain.campaign import Channel
from campaigner.domain.delivery import DeliveryState
from campaigner.errors import StoreError
from campaigner.office.caretaking import back_up, expire_all
from campaigner.office.purging import coming, purge
from campaigner.office.reminding import remind
from campaigner.people.takeouts import write_notices
from campaigner.road.ahead import generate_ahead, known_problems, plan_horizon
from campaigner.road.inbox import Faulty, Remembered, shown
from campaigner.road.reconcile import collect_files, hear, note_states, recent_states, unknown_messages
from campaigner.road.release import What, release_due
from campaigner.road.wire import Wire
from campaigner.workspace.desk import Work

MINUTE = 60.0
HOUR = 60 * MINUTE
_SHOWN = 5
_NOTICES = "notices"
"""Under which name it is remembered that the notices beside exported folders cannot be written."""
"""Codes that a line names."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a beat.

    Args:
        text: What was done; no personal data.
        event: Which of the log's events it is.
        run: Code of the run it is about; "" if none.
        bad: Whether somebody should look.
        count: How many it tells of; 0 where nothing is counted.
    """

    text: str
    event: Event
    run: str = ""
    bad: bool = False
    count: int = 0


@dataclass(slots=True)
class Memory:
    """What beats remember from one to the next while this daemon leads.

    Args:
        states: How many SMS of each run were in which state at the last look.
        silent: Gateways whose link could not be opened, so that it is told once.
        noticed: The day on which somebody was last told of what will be deleted.
        files: Files that could not be read or put aside, so that each is told of once.
        unknown: How many messages were unknown at the last look.
    """

    states: Mapping[str, Mapping[DeliveryState, int]] | None = None
    silent: set[str] = field(default_factory=set)
    noticed: date | None = None
    files: Remembered = field(default_factory=Remembered)
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Turning:
    """What a beat works with.

    Args:
        work: The call of its stage.
        wire: Links to carriers.
        memory: What the beats remember.
        watch: What a monitor sees.
        fresh: Whether it is this beat's first since this daemon leads.
    """

    work: Work
    wire: Wire
    memory: Memory
    watch: Watch
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Beat:
    """Something that is done again and again.

    Args:
        name: As logs and metrics call it.
        every: Seconds from one to the next.
        work: Does it.
        asks: Whether it plans, writes or releases, so that the folder is read again right before if it changed.
    """

    name: str
    every: float
    work: Callable[["Turning"], Iterator[Said]]
    asks: bool = False


def _plan(turning: Turning) -> Iterator[Said]:
    found = plan_horizon(turning.work)
    for what in sorted({change.what for change in found}):
        codes = [change.code for change in found if change.what == what]
        yield Said(f"{what}: {_few(codes)}", Event.RUN_PLANNED)
    turning.watch.problems_found(known_problems(turning.work))


def _generate(turning: Turning) -> Iterator[Said]:
    for prepared in generate_ahead(turning.work, recover=turning.fresh):
        if prepared.why:
            yield Said(f"not generated: {prepared.why}", Event.RUN_REFUSED, prepared.run, bad=True)
        else:
            words = f"generated, {prepared.quantity} messages; waits for an author's word, then for approval"
            yield Said(words, Event.RUN_GENERATED, prepared.run)


def _remind(turning: Turning) -> Iterator[Said]:
    for reminder in remind(turning.work):
        if reminder.why:
            if turning.memory.files.is_new(reminder.slip.name, "", reminder.why):
                words = f"its slip cannot be drawn: {reminder.why}（审批单无法生成，请检查磁盘和文件夹权限）"
                yield Said(words, Event.REMINDED, reminder.run, bad=True)
            continue
        turning.memory.files.forget(reminder.slip.name)
        left = "overdue" if reminder.overdue else f"due {reminder.due:%Y-%m-%d %H:%M}"
        words = f"waits for approval, {left}; slip: {reminder.slip.parent.name}/{reminder.slip.name}"
        yield Said(words, Event.REMINDED, reminder.run, bad=reminder.overdue)


def _release(turning: Turning) -> Iterator[Said]:
    watch = turning.watch
    for turn in release_due(turning.work, turning.wire):
        waits = f", {turn.waits} wait for another day" if turn.waits else ""
        why = f" ({turn.why})" if turn.why else ""
        words = {
            What.OUT: (f"released, {turn.quantity} messages{waits}{why}", Event.RUN_RELEASED),
            What.WAITS: (f"nothing may go now{waits}{why}", Event.DEFERRED),
            What.MISSED: (f"missed: {turn.why}", Event.RUN_MISSED),
            What.WITHDRAWN: (f"withdrawn: {turn.why}", Event.RUN_WITHDRAWN),
            What.HELD: (f"held, a person must decide on the rest: {turn.why}", Event.RUN_HELD),
            What.FAILED: (f"not released: {turn.why}", Event.RUN_REFUSED),
        }
        if turn.sms:
            watch.released(turn.gateway, Channel.SMS, turn.sms)
        if turn.paper:
            watch.released("", "paper", turn.paper)
        if turn.waits:
            watch.deferred(Channel.SMS, turn.waits)
        text, event = words[turn.what]
        yield Said(text, event, turn.run, bad=turn.what in {What.FAILED, What.HELD})


def _collect(turning: Turning) -> Iterator[Said]:
    work, memory = turning.work, turning.memory
    before = memory.states if memory.states is not None else recent_states(work)
    closed = dict(hear(work, turning.wire))
    for gateway, why in closed.items():
        if gateway not in memory.silent:
            yield Said(f"{gateway} is not heard: {why}", Event.LINK, bad=True)
    memory.silent = set(closed)
    turning.watch.not_heard(work.desk.config.gateways, closed)
    for name, imported in collect_files(work, memory.files):
        if isinstance(imported, Faulty):
            what = "was read, but cannot be put aside" if imported.read else "cannot be read"
            what_zh = (
                "已读取，但无法移到 read 文件夹" if imported.read else "无法读取，已跳过，其余文件照常读取"
            )
            note = f"{shown(name)} {what}: {imported.why}（{what_zh}）"
            yield Said(note, Event.RECEIPTS, bad=True)
            continue
        totals = imported.totals
        for word, count in totals.said.items():
            turning.watch.received(imported.gateway, word, count)
        yield Said(
            f"read {imported.mark}: {totals.rows} rows, {totals.taken} taken, {totals.refused} refused",
            Event.RECEIPTS, bad=bool(totals.refused or imported.unknown),
        )  # fmt: skip
    memory.states = note_states(work, before)
    changed = sorted(code for code, counts in memory.states.items() if before.get(code) != counts)
    if changed:
        yield Said(f"receipts: {_few(changed)}", Event.RECEIPTS)
    yield from _notices(turning)
    for gateway, words in turning.wire.drain().items():
        for word, count in words.items():
            turning.watch.received(gateway, word, count)
    yield from _unknown(turning)


def _unknown(turning: Turning) -> Iterator[Said]:
    """Tell when messages become unknown; a daemon that begins to lead tells of those that it finds."""
    unknown = unknown_messages(turning.work)
    more = unknown - turning.memory.unknown
    turning.memory.unknown = unknown
    turning.watch.unknown(unknown)
    if more > 0:
        words = f"of {unknown} messages nobody knows whether they went out, of {more} since the last look"
        yield Said(words, Event.UNKNOWN, bad=True, count=more)


def _notices(turning: Turning) -> Iterator[Said]:
    """Bring the notices beside exported folders up to date; where they cannot be written, that is told once."""
    files = turning.memory.files
    try:
        write_notices(turning.work)
    except StoreError as error:
        if files.is_new(_NOTICES, "", str(error)):
            yield Said(error.one_line, Event.RECEIPTS, bad=True)
    else:
        files.forget(_NOTICES)


def _expire(turning: Turning) -> Iterator[Said]:
    for ended in expire_all(turning.work):
        turning.watch.expired("all", ended.never)
        words = f"expired: {ended.counted}"
        yield Said(words, Event.EXPIRED, ended.run.code)


def _back_up(turning: Turning) -> Iterator[Said]:
    copy = back_up(turning.work)
    if copy is not None:
        yield Said(f"backed up to {copy.parent.name}/{copy.name}", Event.BACKED_UP)


def _purge(turning: Turning) -> Iterator[Said]:
    done = purge(turning.work, thorough=False)
    for old in done.old:
        yield Said(f"deleted {old.quantity} {old.kind}; the counts stay", Event.PURGED)
    if done.certificate is not None:
        yield Said(
            f"certificate: {done.certificate.pdf.parent.name}/{done.certificate.pdf.name}", Event.PURGED
        )
    if not done.wiped:
        yield Said(
            "somebody reads the store all the time; what was deleted still lies beside it",
            Event.PURGED,
            bad=True,
        )
    today = turning.work.desk.day(turning.work.now)
    if turning.memory.noticed != today:
        turning.memory.noticed = today
        for soon in coming(turning.work):
            when = f"{turning.work.desk.local(soon.first):%Y-%m-%d}"
            yield Said(f"{soon.quantity} {soon.kind} will be deleted from {when} on", Event.PURGE_AHEAD)


def _few(codes: Sequence[str]) -> str:
    """The first of some codes, and how many there are."""
    return f"{', '.join(codes[:_SHOWN])}{' ...' if len(codes) > _SHOWN else ''} ({len(codes)})"


BEATS = (
    Beat("plan", 10 * MINUTE, _plan, asks=True),
    Beat("generate", 5 * MINUTE, _generate, asks=True),
    Beat("remind", 10 * MINUTE, _remind),
    Beat("release", MINUTE / 2, _release, asks=True),
    Beat("collect", MINUTE / 2, _collect),
    Beat("expire", 5 * MINUTE, _expire),
    Beat("back-up", HOUR, _back_up),
    Beat("purge", 6 * HOUR, _purge),
)
"""Every beat, in the order in which one turn of the clock does them."""
