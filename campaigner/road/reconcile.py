"""Reconciling: the carrier's answers back into the store, from files and from people."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from campaigner.delivery.live import LiveGateway
from campaigner.domain.delivery import FINAL, DeliveryState, merged
from campaigner.domain.masking import masked
from campaigner.domain.people import plain_line
from campaigner.domain.problem import Level, Problem
from campaigner.domain.receipt import Receipt, StatusForm
from campaigner.domain.roles import Deed
from campaigner.errors import CampaignerError, GatewayError, UsageError
from campaigner.intake.optouts import OptOutReader, OptOutTotals
from campaigner.intake.status import StatusReader, StatusTotals
from campaigner.people.refusing import refuse
from campaigner.road.changed import gateway_hash
from campaigner.road.clearance import gateway_from
from campaigner.road.inbox import (
    Faulty,
    Remembered,
    Unmoved,
    folders,
    laid_in,
    look_of,
    note_trace,
    put_aside,
    why_of,
)
from campaigner.road.wire import Wire
from campaigner.store import carrierfiles, deliveries, unreadfiles
from campaigner.store.carrierfiles import Named, Told
from campaigner.store.unreadfiles import UnreadFile
from campaigner.workspace.desk import Desk, Work
from campaigner.workspace.reason import file_word, told

HEARD = timedelta(days=7)
"""How long after its last move a run is looked at for receipts that are worth an entry in the log.

Platforms answer up to three days late; what comes later is kept with its message all the same.
"""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a status file came to.

    Args:
        totals: Its rows: taken and refused.
        runs: How many messages of each run it tells of.
        unknown: Rows that name no message of ours.
        problems: Every fault, with its line.
        ambiguous: Rows that may be about several messages of ours, and so are about none.
        mark: What stands for its name in logs.
        gateway: The gateway that the file is from.
    """

    totals: StatusTotals
    runs: Mapping[str, int]
    unknown: int
    problems: tuple[Problem, ...]
    ambiguous: int = 0
    mark: str = ""
    gateway: str = ""

    def as_data(self) -> dict[str, Any]:
        """For other programs."""
        totals = self.totals
        return {
            "rows": totals.rows, "taken": totals.taken, "refused": totals.refused, "strangers": self.unknown,
            "ambiguous": self.ambiguous,
            "said": {word.value: count for word, count in sorted(totals.said.items())},
            "runs": dict(self.runs), "problems": [problem.as_data() for problem in self.problems],
        }  # fmt: skip


def import_receipts(work: Work, gateway: str, path: Path) -> Imported:
    """Read a carrier's status file; each row moves its message on, and reading it twice changes nothing.

    Args:
        work: Desk, store and time; its actor is who brought the file.
        gateway: Name of the gateway that the file is from.
        path: The file.

    Raises:
        UsageError: There is no such gateway.
    """
    work.ask(Deed.SETTLE)
    if gateway not in work.desk.config.gateways:
        known = ", ".join(sorted(work.desk.config.gateways))
        raise UsageError(
            f"there is no gateway `{gateway}` in config.toml; known are {known}\n"
            f"config.toml 中没有出口“{gateway}”，已有的出口：{known}；请改正名称"
        )
    problems: list[Problem] = []
    source = masked(plain_line(path.name))
    reader = StatusReader(path, source, work.desk.config.zone, problems.append, _form(work.desk, gateway))
    found: Counter[str] = Counter()
    strangers = ambiguous = 0
    with work.progress.bar(f"reading {source}", None) as bar:
        for block in reader.blocks():
            with work.store.begin() as connection:
                told_of = carrierfiles.exported(connection, gateway, block.receipts, work.now)
                _report_nobodys(block.lines, told_of, source, problems)
                ambiguous += len(told_of.ambiguous)
                strangers += len(block.receipts) - len(told_of.ours) - len(told_of.ambiguous)
                named = [told_of.ours[place] for place in sorted(told_of.ours)]
                carrierfiles.note_exported(connection, gateway, named, work.now)
                deliveries.receive(connection, gateway, _by_message(named), work.now)
            found.update(one.run for one in named)
            bar.advance(len(block.lines))
    said = {word.value: count for word, count in sorted(reader.totals.said.items())}
    with work.store.begin() as connection:
        mark = file_word(connection, path.name)
        for code, count in sorted(found.items()):
            work.record(connection, "receipts", code, {"gateway": gateway, "rows": count, "file": mark})
        if not found:
            work.record(connection, "receipts", "", {"gateway": gateway, "rows": 0, "file": mark, **said})
    return Imported(reader.totals, dict(found), strangers, tuple(problems), ambiguous, mark, gateway)


def collect_files(
    work: Work, remembered: Remembered | None = None
) -> Iterator[tuple[str, Imported | Faulty]]:
    """Read the status files that lie in receipts/GATEWAY/, and put each aside into receipts/GATEWAY/read/.

    Each is tried by itself: whatever is wrong with one is told of it, once, and those behind it are read. A file that
    was read and cannot be put aside is not read again.

    Args:
        work: Desk, store and time.
        remembered: What was told before; None tells everything.

    Yields:
        The file's name and what it came to.

    Raises:
        CampaignerError: Of the store, of a role, or because somebody asked to stop: no file's fault.
    """
    told_before = remembered or Remembered()
    unmoved = Unmoved(work)
    for gateway, folder in folders(work):
        try:
            paths = laid_in(folder)
        except OSError as error:
            if told_before.is_new(gateway, "", why_of(error)):
                yield f"receipts/{gateway}/", Faulty(why_of(error))
            continue
        told_before.forget(gateway)
        for path in paths:
            for found in _collect(work, gateway, path, unmoved, told_before):
                yield path.name, found


def _collect(
    work: Work, gateway: str, path: Path, unmoved: Unmoved, told_before: Remembered
) -> Iterator[Imported | Faulty]:
    """Read one file, unless it was, and put it aside."""
    place = f"{gateway}/{path.name}"
    try:
        look = look_of(path)
        if not unmoved.has(place, look):
            if told_before.knows(place, f"!{look}"):
                return
            yield import_receipts(work, gateway, path)
    except CampaignerError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this file's, and the next one is read
        # What the system refuses is tried again; what the program cannot do is not, as long as the file is the same.
        known = look if isinstance(error, OSError) else f"!{look}"
        if told_before.is_new(place, known, why_of(error)):
            if not isinstance(error, OSError):
                note_trace("a file of the inbox could not be read", error)
            yield Faulty(why_of(error))
        return
    try:
        put_aside(work, path)
    except OSError as error:
        if not unmoved.has(place, look):
            unmoved.add(place, look)
        if told_before.is_new(place, look, why_of(error)):
            yield Faulty(why_of(error), read=True)
        return
    unmoved.drop(place)
    told_before.forget(place)


def hear(work: Work, wire: Wire) -> Iterator[tuple[str, str]]:
    """Keep the links of all gateways open that send by themselves, so that receipts and replies are heard.

    Yields:
        (gateway, why) of each that cannot be opened, or that hears nothing any more.
    """
    for name, plan in sorted(work.desk.config.gateways.items()):
        try:
            way_out = gateway_from(work.desk, plan)
            if isinstance(way_out, LiveGateway):
                wire.open(name, way_out, gateway_hash(plan))
                if why := wire.trouble(name):
                    yield name, why
        except GatewayError as error:
            yield name, error.one_line
        except CampaignerError:
            raise
        except Exception as error:  # noqa: BLE001 - a plug-in's fault, or a file's: the other links are opened
            yield name, why_of(error)
    wire.flush()


def unknown_messages(work: Work) -> int:
    """How many SMS, of whatever run, wait for somebody to say what became of them."""
    with work.store.read() as connection:
        return deliveries.unknown(connection)


def note_states(
    work: Work, before: Mapping[str, Mapping[DeliveryState, int]]
) -> dict[str, dict[DeliveryState, int]]:
    """Record in the log what receipts changed since the last look; returns how it is now."""
    now = recent_states(work)
    changed = {code: counts for code, counts in now.items() if before.get(code, counts) != counts}
    if changed:
        with work.store.begin() as connection:
            for code, counts in sorted(changed.items()):
                states = {state.value: count for state, count in sorted(counts.items())}
                work.record(connection, "receipts", code, {"states": states})
    return now


def _by_message(named: Sequence[Named]) -> list[Receipt]:
    """One receipt for each message: a file may have a row for each part, and one lost part is a lost message."""
    rows: dict[int, list[Receipt]] = {}
    for one in named:
        rows.setdefault(one.message, []).append(one.receipt)
    found = []
    for receipts in rows.values():
        together = merged(receipt.received for receipt in receipts)
        found.append(next(receipt for receipt in receipts if receipt.received is together))
    return found


def _report_nobodys(lines: list[int], told_of: Told, source: str, problems: list[Problem]) -> None:
    """Rows that are about no message of ours, or about none that can be told apart."""
    for place, line in enumerate(lines):
        if place in told_of.ambiguous:
            problems.append(
                Problem(
                    "status-ambiguous",
                    "several messages of ours may be meant, so none is settled; export the file again with our "
                    "numbers, or with the time of each row",
                    "有多条短信可能对应这一行，因此都没有记；请让平台导出带编号或带时间的状态文件后重新导入",
                    source, line, level=Level.WARN,
                )
            )  # fmt: skip
        elif place not in told_of.ours:
            problems.append(
                Problem(
                    "status-stranger", "no message of ours has this number and went out this way",
                    "没有从这个出口发出过这条编号的短信", source, line, level=Level.WARN,
                )
            )  # fmt: skip


def _form(desk: Desk, gateway: str) -> StatusForm | None:
    """How the gateway's carrier writes its status files, as its profile says."""
    profile = desk.config.gateways[gateway].options.get("profile")
    form = getattr(profile, "status", None)
    return form if isinstance(form, StatusForm) else None


def import_optouts(work: Work, path: Path) -> tuple[OptOutTotals, int, tuple[Problem, ...]]:
    """Read a file of numbers that want no more messages.

    Until a file was read whole, no SMS goes out: nobody knows who else refused in it.

    Returns:
        Its totals, how many numbers are new, and every fault with its line.
    """
    work.ask(Deed.REFUSE)
    problems: list[Problem] = []
    reader = OptOutReader(path, masked(path.name), work.desk.config.zone, problems.append)
    fresh = sum(
        refuse(work, sorted({entry.phone for entry in block}), "file", path.name) for block in reader.blocks()
    )
    _note_whole(work, path.name, next((one for one in problems if one.level is Level.BLOCK), None))
    return reader.totals, fresh, tuple(problems)


def _note_whole(work: Work, name: str, problem: Problem | None) -> None:
    """Keep in mind whether a file of refusals was read whole: until it is, nobody knows who else refused."""
    with work.store.begin() as connection:
        if problem is not None:
            why = problem.message_zh if problem.line is None else f"{problem.line}: {problem.message_zh}"
            unreadfiles.enter(connection, UnreadFile(name, work.clock, plain_line(work.actor), why))
            facts = {"file": file_word(connection, name), "why": told(why)}
            work.record(connection, "file-unread", "", facts)
        elif unreadfiles.forget(connection, name):
            work.record(connection, "file-read", "", {"file": file_word(connection, name)})


def settle(work: Work, messages: Iterable[int], state: DeliveryState, reason: str) -> int:
    """A person says what became of messages that are unknown; returns how many were.

    Raises:
        UsageError: No reason, or a state that settles nothing.
    """
    work.ask(Deed.SETTLE)
    if state not in FINAL | {DeliveryState.ACCEPTED}:
        raise UsageError(
            f"`{state}` settles nothing; say accepted, delivered, failed or expired\n"
            f"“{state}”不能作为结论：请写 accepted、delivered、failed 或 expired"
        )
    if not reason.strip():
        raise UsageError("to settle messages, say how you know\n请用 --reason 写明是怎样查实的")
    with work.store.begin() as connection:
        count = deliveries.settle(connection, messages, state, told(reason), work.now)
        if count:
            facts = {"quantity": count, "as": state.value, "reason": told(reason)}
            work.record(connection, "settled", "", facts)
    return count


def recent_states(work: Work) -> dict[str, dict[DeliveryState, int]]:
    """How many SMS of each run that may still hear of theirs are in which state."""
    work.ask(Deed.LOOK)
    with work.store.read() as connection:
        return deliveries.all_counts(connection, work.now - HEARD)
