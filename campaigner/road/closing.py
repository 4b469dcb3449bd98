"""Closing releases: what went is out for good, what nobody saw never was, whoever began it, and however that ended."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from campaigner.delivery.registry import kind
from campaigner.domain.approval import LoggedApproval
from campaigner.domain.campaign import Channel
from campaigner.domain.delivery import DeliveryState
from campaigner.domain.evidence import PRINTED
from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import Run
from campaigner.errors import ApprovalError, OvertakenError, StateError
from campaigner.exports.layout import MANIFEST, drop_journal, release_folder
from campaigner.exports.parcel import file_sha256, listed_files, manifest_of, sweep
from campaigner.road.blocks import Part
from campaigner.road.changed import gateway_facts, logged_approval
from campaigner.road.queue import Outbox, release_facts
from campaigner.road.sharing import LOOK, STOPPED, Watch, alive, lose_track, others
from campaigner.road.vouching import paper_printed
from campaigner.store import batches, deliveries, log, outbox, releases, runs, senders
from campaigner.store.engine import Connection
from campaigner.store.releases import Release
from campaigner.store.senders import Sender
from campaigner.workspace.desk import Desk, Work

CUT_SHORT = "it was ended before its export was done; some of its files may be in use"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a sending did.

    Args:
        run: The run afterwards.
        quantity: Messages that this process gave to the carrier now; others may have shared the work.
        parts: SMS parts of them.
        sms: SMS among them.
        states: How many SMS of the run are in which state.
        waits: Messages of the run that wait.
        why: Why it stopped before its end; "" if it did not.
    """

    run: Run
    quantity: int
    parts: int
    sms: int
    states: dict[DeliveryState, int]
    waits: int
    why: str = ""


def sends_by_itself(desk: Desk, run: Run) -> bool:
    """Whether a run's gateway talks to its carrier, so that it is sent and not exported."""
    plan = desk.config.gateways.get(run.planned.gateway)
    found = kind(plan.kind) if plan else None
    return hasattr(found, "link")


@contextmanager
def at_work(work: Work, sender: Sender) -> Iterator[None]:
    """This process is at work on a release, and says so until the end of the block, however that comes."""
    with alive(work.store, sender, lambda: work.clock):
        try:
            yield
        finally:
            with work.store.begin() as connection:
                senders.leave(connection, sender)


def living(work: Work, run: Run, number: int | None = None, *, wait: bool = True) -> list[Sender]:
    """The processes that are at work on a release; it may take `SILENCE` until a dead one is known for that.

    Args:
        work: Store and time.
        run: The run.
        number: Of the release; None for the one that was begun and is not out.
        wait: Whether to watch those of whom it is not known at once; else they count as living.
    """
    with work.store.read() as connection:
        its = releases.of_run(connection, run)
    asked = [one for one in its if (not one.out if number is None else one.number == number)]
    if not asked:
        return []
    watch = Watch()
    with work.progress.bar(f"looking who is at work on {run.code}", None) as bar:
        while True:
            rest = others(work, run, asked[0], None, watch)
            if not rest or not wait or any(watch.lives(sender) for sender in rest):
                return rest
            bar.advance(0)
            time.sleep(LOOK)


def refuse_at_work(work: Work, run: Run) -> None:
    """Touch no release that somebody is at work on.

    Raises:
        StateError: A process is at work on it at this moment.
    """
    if run.state is RunState.RELEASING and (busy := living(work, run)):
        who = busy[0].holder
        raise StateError(
            f"{who} is at work on run {run.code} at this moment; hold it back with  campaigner pause {run.code} --by "
            f"NAME --reason TEXT, or wait until it is done\n"
            f"{who} 正在处理 {run.code}：可先用 campaigner pause 暂停，或等它结束后再试"
        )


def was_shown(work: Work, run: Run, release: Release) -> bool:
    """Whether somebody may have seen a release's folder: it is there, was about to be, or was taken to a server."""
    folder = folder_of(work, run, release)
    return bool(release.manifest) or folder.exists() or drop_journal(folder).exists()


def at_rest(work: Work, run: Run) -> Run:
    """A run on which a process was stopped, as it is without it.

    What nobody has seen waits as before, what was sent is out. It stays `releasing` only where its folder was shown,
    so that it is finished as it was begun, or ended by `end_shown`.

    Raises:
        StateError: A process is at work on it at this moment.
    """
    if run.state is not RunState.RELEASING:
        return run
    refuse_at_work(work, run)
    with work.store.read() as connection:
        begun = releases.unfinished(connection, run)
        if begun is None:
            return runs.find(connection, run.code)
        spoken = senders.is_open(connection, run, begun.number)
    if spoken or (sends_by_itself(work.desk, run) and not _is_in_files(work, run, begun)):
        return close_cut_short(work, run).run
    give_back(work, run, begun)
    with work.store.read() as connection:
        return runs.find(connection, run.code)


def _is_in_files(work: Work, run: Run, release: Release) -> bool:
    """Whether the SMS of a release may have been seen in files: only paper lies in the folder of a live sending."""
    if not was_shown(work, run, release) or not release.sms:
        return False
    manifest = manifest_of(folder_of(work, run, release))
    return bool(manifest.get("batches")) or not manifest


def end_shown(work: Work, connection: Connection, run: Run) -> Run:
    """The files of a release that was stopped after its folder was shown count as out, and nothing more follows them.

    Args:
        work: Desk and time.
        connection: The transaction in which the run is ended.
        run: A run that is `releasing`, and on which nobody is at work.
    """
    begun = releases.unfinished(connection, run)
    if begun is None:
        return run
    folder = folder_of(work, run, begun)
    found = file_sha256(folder / MANIFEST) if (folder / MANIFEST).is_file() else ""
    manifest = begun.manifest or found
    # Another manifest than ours tells nothing of our batches.
    ours = found == manifest
    files = listed_files(folder) if ours else {}
    stated = manifest_of(folder).get("batches", ()) if ours else ()
    shown = {entry["batch"]: entry["files"][0] for entry in stated if entry["files"]}
    written = {}
    for batch in batches.of_run(connection, run, Channel.SMS, begun.number):
        file = shown.get(batch.number)
        if file in files:
            batches.out(connection, batch, file, files[file]["sha256"])
            written[file] = {"rows": batch.rows, "sha256": files[file]["sha256"]}
    releases.finish(connection, run, begun.number, manifest)
    senders.clear(connection, run)
    runs.move(connection, run, RunState.PARTLY, work.now)
    work.record(connection, "exported", run.code, {
        **_facts(work, run, begun, begun.quantity, begun.parts, logged_approval(connection, run)),
        "manifest": manifest, "batches": written, "stopped": CUT_SHORT,
    })  # fmt: skip
    return runs.find(connection, run.code)


def folder_of(work: Work, run: Run, release: Release) -> Path:
    """The folder in which a release of a run is shown."""
    return release_folder(work.desk.config.output, run.code, release.number)


def give_back(work: Work, run: Run, release: Release) -> None:
    """A release that could not be written never was: its messages wait as before.

    Not so if its folder is shown already: somebody may have taken it, so the release stays as it was begun.
    """
    if run.state is not RunState.RELEASING or was_shown(work, run, release):
        return
    with work.store.begin() as connection:
        try:
            runs.still_mine(connection, run)
        except OvertakenError:
            return
        outbox.give_back(connection, run, release.number)
        senders.clear(connection, run)
        batches.forget(connection, run, release.number)
        releases.forget(connection, run, release.number)
        before = RunState.APPROVED if release.number == 1 else RunState.PARTLY
        runs.move(connection, run, before, work.now)
    sweep(folder_of(work, run, release))


def paper_logged(work: Work, run: Run, release: Release) -> None:
    """Log the print folder of a live sending where a stop came right after it was shown."""
    folder = folder_of(work, run, release)
    with work.store.read() as connection:
        known = any(log.entries(connection, run.code, (PRINTED,)))
    if not known and release.number == 1 and manifest_of(folder).get("digest") == run.digest:
        paper_printed(work, run, release, file_sha256(folder / MANIFEST))


def close_cut_short(work: Work, run: Run) -> Sent:
    """End a release that a stop cut short: what went is out or unknown, the rest waits for a release of its own.

    So that goes by the hours, caps and refusals of the moment at which it really goes.

    Raises:
        ApprovalError: Its SMS were written to files that somebody may have taken; they are not sent besides.
    """
    with work.store.read() as connection:
        in_files = releases.unfinished(connection, run)
    if in_files is not None and _is_in_files(work, run, in_files):
        raise ApprovalError(
            f"the SMS of run {run.code} were exported to files, and somebody may have taken them; its gateway is "
            f"another one by now. Put its settings back, or end the run with  campaigner cancel {run.code} --by NAME "
            f"--reason TEXT\n"
            f"{run.code} 的短信已写成文件，可能已被取走，而通道设置已改动：请改回原样，或用 campaigner cancel 终止"
        )
    with work.store.begin() as connection:
        runs.move(connection, run, RunState.RELEASING, work.now, attempt=run.attempt + 1)
        mine = runs.find(connection, run.code)
        begun = releases.unfinished(connection, mine)
        assert begun is not None
        senders.clear(connection, mine)
        lose_track(work, connection, mine)
        went = deliveries.went(connection, mine, begun.number) != (0, 0)
    if not went:
        give_back(work, mine, begun)
        with work.store.read() as connection:
            given_back = runs.find(connection, run.code)
            if given_back.state is not RunState.RELEASING:
                return Sent(given_back, 0, 0, 0, {}, outbox.waiting(connection, given_back).count)
    paper_logged(work, mine, begun)
    return finish(work, mine, Part(begun), Outbox(begun, 0, Counter(), 0, None), STOPPED)


def finish(work: Work, run: Run, part: Part, filled: Outbox, why: str) -> Sent:
    """Take the sender's leave; the last one closes the release with what truly went, and the rest waits again."""
    with work.store.begin() as connection:
        runs.still_mine(connection, run)
        lose_track(work, connection, run, part.sender)
        own = _own(connection, run, part)
        if part.sender is not None:
            senders.leave(connection, part.sender)
        if not senders.count(connection, run):
            return _close(work, connection, run, part, filled, own, why)
        sms, parts = own
        waits = outbox.waiting(connection, run).count
        return Sent(run, sms, parts, sms, deliveries.counts(connection, run), waits, why)


def _own(connection: Connection, run: Run, part: Part) -> tuple[int, int]:
    """(SMS, their parts) that this sender gave to the carrier; all of them where it is not one of several."""
    mine = part.sender.id if part.sender else None
    return deliveries.went(connection, run, part.release.number, mine)


def _close(
    work: Work, connection: Connection, run: Run, part: Part, filled: Outbox, own: tuple[int, int], why: str
) -> Sent:
    release = part.release
    lose_track(work, connection, run)
    deliveries.release_unsent(connection, run, release.number)
    sms, parts = deliveries.went(connection, run, release.number)
    paper = release.quantity - release.sms
    states = deliveries.counts(connection, run)
    if sms + paper:
        releases.shrink(connection, run, release.number, sms, parts)
        releases.finish(connection, run, release.number, "")
    else:
        releases.forget(connection, run, release.number)
    batches.forget(connection, run, release.number)
    waits = outbox.waiting(connection, run).count
    before = RunState.APPROVED if release.number == 1 and not sms + paper else RunState.PARTLY
    runs.move(connection, run, before if waits else RunState.RELEASED, work.now)
    if sms + paper:
        shown = replace(filled, waits=waits)
        work.record(connection, "sent", run.code, {
            **_facts(work, run, release, sms + paper, parts, logged_approval(connection, run)),
            "paper": paper, **release_facts(work, shown),
            "states": {state.value: count for state, count in sorted(states.items())},
            **({"stopped": why} if why else {}),
        })  # fmt: skip
    quantity = own[0] + (paper if part.began else 0)
    return Sent(runs.find(connection, run.code), quantity, own[1], own[0], states, waits, why)


def _facts(
    work: Work, run: Run, release: Release, quantity: int, parts: int, approval: LoggedApproval | None
) -> dict[str, object]:
    return {
        "release": release.number,
        "send_from": work.desk.local(release.at).isoformat(),
        "quantity": quantity,
        "parts": parts,
        "digest": run.digest,
        "gateway": run.planned.gateway,
        **gateway_facts(work.desk, run, approval),
        "synthetic": run.planned.synthetic,
        "channels": {tally.channel.value: tally.recipients for tally in run.planned.tallies},
    }
