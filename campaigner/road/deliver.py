"""Delivering: an approved run -> batches and print folder in the output folder, and an entry in the sent log."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from campaigner.content.checked import Checked, check_digest
from campaigner.content.printing import print_channel
from campaigner.delivery.gateway import DroppingGateway, FileGateway, Outgoing, Shipment, Shipped
from campaigner.domain.campaign import Channel, Route
from campaigner.domain.lifecycle import RunState
from campaigner.domain.message import reference
from campaigner.domain.planning import Run
from campaigner.domain.roles import Deed
from campaigner.errors import GatewayError, NotAskedError, StateError, StoreError
from campaigner.exports.layout import release_folder, release_name
from campaigner.exports.parcel import DiffersError, Parcel, damaged, hashes
from campaigner.exports.signing import office_key
from campaigner.people.listed import marked_phones
from campaigner.road.asking import require, still_asked
from campaigner.road.changed import gateway_facts
from campaigner.road.clearance import Urgency, cleared, way_out_of
from campaigner.road.closing import at_rest, at_work, folder_of, give_back, living
from campaigner.road.halves import sweep_halves
from campaigner.road.queue import Outbox, Terms, fill_outbox, moment_of_release, release_facts
from campaigner.road.sharing import identity
from campaigner.road.vouching import paper_printed
from campaigner.store import batches, log, messages, outbox, pauses, releases, runs, senders
from campaigner.store.batches import Batch
from campaigner.store.engine import Store
from campaigner.store.releases import Release
from campaigner.store.senders import Sender
from campaigner.workspace.collecting import old_left_alone
from campaigner.workspace.desk import Desk, Work
from campaigner.workspace.installing import refuse_copy
from campaigner.workspace.reason import told

_NO_BATCHES = 1
"""Messages a batch may hold where there is no gateway, and so no SMS to cut."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What an export did.

    Args:
        run: The run afterwards.
        folder: Where its files are; None if nothing went out.
        manifest: SHA-256 of the manifest; "" if nothing went out.
        quantity: Messages that went out now, on all channels.
        parts: SMS parts of them.
        sms: SMS among them.
        waits: Messages of the run that wait for another day.
        again: Whether it had been exported before; then nothing was sent a second time.
        restored: Files that were missing or damaged and were written again.
    """

    run: Run
    folder: Path | None
    manifest: str
    quantity: int = 0
    parts: int = 0
    sms: int = 0
    waits: int = 0
    again: bool = False
    restored: tuple[str, ...] = ()


def export(work: Work, run: Run, urgency: Urgency | None = None) -> Delivered:
    """Write what of an approved run may go out; done twice, the same files and no second send.

    Files may be written ahead of their day: their manifest says from when they may be sent.

    Raises:
        ApprovalError: It is not approved, or no longer what was approved.
        GatewayError: The gateway refuses it.
        StateError: It is held back, or too late, or another process is at work on it.
        StoreError: The stored messages are not those that were approved.
    """
    work.ask(Deed.RELEASE)
    refuse_copy(work.store, work.desk.config.store_url)
    run = at_rest(work, run)
    sweep_halves(work)
    if run.state is RunState.RELEASED:
        return _export_again(work, run)
    way_out = _file_gateway(work, run)
    cleared(work, run, urgency)
    mine, begun, filled = _begin(work, run, way_out, urgency)
    if begun is None:
        return Delivered(mine, None, "", waits=filled.waits)
    release, sender = begun
    with at_work(work, sender):
        try:
            manifest, shipped = _build(work, mine, release, way_out, ask=True, expected=release.manifest)
        except DiffersError as error:
            raise _differs(work, mine, release, release.manifest, error) from None
        except NotAskedError:
            with work.store.read() as connection:
                given_back = runs.find(connection, run.code)
            require(work, given_back)
            raise
        if isinstance(way_out, DroppingGateway):
            # Some of it may be out from here on: a failure leaves the run `releasing`, and the next call goes on.
            require(work, mine)
            way_out.deposit(folder_of(work, mine, release))
        return _finish(work, mine, release, filled, shipped, manifest)


def _file_gateway(work: Work, run: Run) -> FileGateway | None:
    way_out = way_out_of(work, run)
    if way_out is not None and not isinstance(way_out, FileGateway):
        raise GatewayError(
            f"gateway {run.planned.gateway} writes no files; it sends by itself, with `campaigner send`\n"
            f"出口 {run.planned.gateway} 不写文件，而是直接发送：请用 campaigner send"
        )
    return way_out


def _begin(
    work: Work, run: Run, way_out: FileGateway | None, urgency: Urgency | None
) -> tuple[Run, tuple[Release, Sender] | None, Outbox]:
    """Make the run the caller's, and choose what goes out; what was shown already is finished as it was begun."""
    at = moment_of_release(work, run, urgent=urgency is not None)
    if at is None:
        raise StateError(
            f"run {run.code} has no day on which it may go out; look at [windows] in config.toml\n"
            f"任务 {run.code} 没有可以发出的日期：请检查 config.toml 的 [windows]"
        )
    rows = way_out.rows_per_batch if way_out else _NO_BATCHES
    terms = Terms(at, rows, urgency is not None, marked_phones(work.desk))
    with work.store.begin() as connection:
        runs.move(connection, run, RunState.RELEASING, work.now, attempt=run.attempt + 1)
        mine = runs.find(connection, run.code)
        begun = releases.unfinished(connection, mine)
        if begun is not None:
            waiting = outbox.waiting(connection, mine)
            senders.clear(connection, mine)
            sender = senders.join(connection, mine, begun.number, identity(), work.now)
            return mine, (begun, sender), Outbox(begun, 0, waiting.held, waiting.count, waiting.next_at)
        filled = fill_outbox(work, connection, mine, terms)
        if urgency is not None:
            work.record(connection, "urgent", run.code, {"by": urgency.by, "reason": told(urgency.reason)})
        if filled.release is None:
            after = RunState.PARTLY if filled.waits else RunState.RELEASED
            runs.move(connection, mine, after, work.now)
            work.record(connection, "waits", run.code, release_facts(work, filled))
            return runs.find(connection, run.code), None, filled
        sender = senders.join(connection, mine, filled.release.number, identity(), work.now)
        return mine, (filled.release, sender), filled


def _build(
    work: Work,
    run: Run,
    release: Release,
    way_out: FileGateway | None,
    *,
    ask: bool = False,
    expected: str = "",
) -> tuple[str, list[tuple[Batch, Shipped]]]:
    """Build the folder out of sight, check what was read against the approval, and show it.

    With `ask` the configuration and the brakes are looked at once more before anybody can see the folder, and it is
    kept that somebody can from then on.

    Raises:
        DiffersError: It is not the one whose manifest is expected; nothing that is out was touched.
        StateError: Somebody holds it back.
    """

    def announce(manifest: str) -> None:
        with work.store.begin() as connection:
            runs.still_mine(connection, run)
            pause = pauses.of_run(connection, run)
            if pause is not None:
                raise StateError(
                    f"{pause.by} holds {pause.name} back: {pause.reason}\n"
                    f"{pause.by} 已暂停 {pause.name}（{pause.reason}）：继续请用 campaigner resume "
                    f"{pause.name} --by 姓名"
                )
            releases.announce(connection, run, release.number, manifest)

    name = release_name(run.code, release.number)
    parcel = Parcel(work.desk.config.output, name, office_key(work.desk.config.folder))
    try:
        checked = check_digest(work, run)
        shipped = _ship(work, run, release, way_out, parcel, checked)
        if release.number == 1:
            _print(work, run, parcel, checked)
        with work.store.read() as connection:
            runs.still_mine(connection, run)
        if ask:
            still_asked(work, run)
        return parcel.seal(_facts(work.desk, run, release), expected, announce if ask else None), shipped
    except DiffersError:
        raise
    except BaseException:
        parcel.drop()
        give_back(work, run, release)
        raise


def _print(work: Work, run: Run, parcel: Parcel, checked: Checked) -> None:
    for tally in run.planned.tallies:
        if tally.channel.route is Route.FOLDER:
            print_channel(work, run, tally, parcel, checked)


def print_paper(work: Work, run: Run, release: Release) -> None:
    """Write the print folder of a run whose SMS go out by themselves; nothing if it has no paper."""
    if all(tally.channel.route is Route.GATEWAY for tally in run.planned.tallies):
        return
    manifest, _nothing = _build(work, run, release, None)
    paper_printed(work, run, release, manifest)


def _facts(desk: Desk, run: Run, release: Release) -> dict[str, object]:
    """What the manifest says besides its files; nothing that changes from one export to the next."""
    return {
        "run": run.code,
        "title": run.planned.title,
        "due": desk.local(run.planned.due_at).isoformat(),
        "release": release.number,
        "send_from": desk.local(release.at).isoformat(),
        "reference": reference(run.code),
        "synthetic": run.planned.synthetic,
        "quantity": release.quantity,
        "parts": release.parts,
        "approved": run.quantity,
        "digest": run.digest,
        "content": run.planned.content_hash,
        "channels": [tally.as_data() for tally in run.planned.tallies],
    }


@old_left_alone()
def _ship(
    work: Work, run: Run, release: Release, way_out: FileGateway | None, parcel: Parcel, checked: Checked
) -> list[tuple[Batch, Shipped]]:
    if way_out is None:
        return []
    with work.store.read() as connection:
        waiting = batches.of_run(connection, run, Channel.SMS, release.number)
    shipped = []
    with work.progress.bar(f"exporting SMS of {run.code}", sum(batch.rows for batch in waiting)) as bar:
        for batch in waiting:
            shipment = Shipment(
                run.code, batch.number, batch.rows, batch.parts, work.desk.local(release.at),
                _reader(work.store, run, batch, release, checked),
            )  # fmt: skip
            shipped.append((batch, way_out.ship(shipment, parcel)))
            bar.advance(batch.rows)
    return shipped


def _reader(
    store: Store, run: Run, batch: Batch, release: Release, checked: Checked
) -> Callable[[], Iterator[Sequence[Outgoing]]]:
    """Reads a batch's messages, from the start at each call."""

    def read() -> Iterator[Sequence[Outgoing]]:
        with store.read() as connection:
            of = None if release.whole else release.number
            blocks = messages.range_of(connection, run, batch.first_id, batch.last_id, of)
            yield from map(checked.sms, blocks)

    return read


def _finish(
    work: Work,
    run: Run,
    release: Release,
    filled: Outbox,
    shipped: list[tuple[Batch, Shipped]],
    manifest: str,
) -> Delivered:
    entry = {
        "release": release.number,
        "send_from": work.desk.local(release.at).isoformat(),
        "manifest": manifest,
        "quantity": release.quantity,
        "parts": release.parts,
        "digest": run.digest,
        "gateway": run.planned.gateway,
        **gateway_facts(work.desk, run),
        "synthetic": run.planned.synthetic,
        "channels": {tally.channel.value: tally.recipients for tally in run.planned.tallies},
        "batches": {done.file: {"rows": batch.rows, "sha256": done.sha256} for batch, done in shipped},
        **release_facts(work, filled),
    }
    with work.store.begin() as connection:
        for batch, done in shipped:
            batches.out(connection, batch, done.file, done.sha256)
        senders.clear(connection, run)
        releases.finish(connection, run, release.number, manifest)
        waits = outbox.waiting(connection, run).count
        runs.move(connection, run, RunState.PARTLY if waits else RunState.RELEASED, work.now)
        work.record(connection, "exported", run.code, entry)
        after = runs.find(connection, run.code)
    folder = folder_of(work, run, release)
    return Delivered(after, folder, manifest, release.quantity, release.parts, release.sms, waits)


def _exported_manifest(work: Work, run: Run, release: Release) -> str:
    """SHA-256 of the manifest of a release as the log has it: rows of the store can be written by whoever has its key.

    Raises:
        StoreError: The log has none, or the store says something else.
    """
    with work.store.read() as connection:
        for entry in log.entries(connection, run.code, ("exported",)):
            manifest = str(entry.fields["manifest"])
            if entry.fields.get("release", 1) == release.number and release.manifest in {"", manifest}:
                return manifest
    raise StoreError(
        f"run {run.code} is marked as exported, but the log has no entry for it; nothing was written again\n"
        f"任务 {run.code} 标记为已导出，但日志中没有相应记录，没有重写任何文件：请运行 campaigner log "
        "verify 核对日志"
    )


def _export_again(work: Work, run: Run) -> Delivered:
    """The files of an exported run: left alone where they are whole, written again where they are not."""
    with work.store.read() as connection:
        done = releases.of_run(connection, run)
    restored: list[str] = []
    manifest = ""
    for release in done:
        folder = folder_of(work, run, release)
        manifest = _exported_manifest(work, run, release)
        restored += _restore(work, run, release, folder, manifest)
    first = release_folder(work.desk.config.output, run.code)
    return Delivered(run, first, manifest, again=True, restored=tuple(restored))


def _restore(work: Work, run: Run, release: Release, folder: Path, manifest: str) -> list[str]:
    """Files of a release that were missing or damaged and were written again."""
    if not damaged(folder, manifest):
        return []
    before = hashes(folder)
    try:
        with _restoring(work, run, release):
            _build(work, run, release, _file_gateway(work, run), expected=manifest)
    except DiffersError as error:
        raise _differs(work, run, release, manifest, error) from None
    restored = [path for path, digest in hashes(folder).items() if before.get(path) != digest]
    with work.store.begin() as connection:
        work.record(connection, "restored", run.code, {"files": restored, "manifest": manifest})
    return restored


@contextmanager
def _restoring(work: Work, run: Run, release: Release) -> Iterator[None]:
    """Be the only process that writes a release's files again."""
    if busy := living(work, run, release.number):
        raise StateError(
            f"{busy[0].holder} is at work on run {run.code} at this moment; wait until it is done\n"
            f"{busy[0].holder} 正在处理任务 {run.code}：请等它完成后再试"
        )
    with work.store.begin() as connection:
        sender = senders.join(connection, run, release.number, identity(), work.now)
    with at_work(work, sender):
        yield


def _differs(work: Work, run: Run, release: Release, manifest: str, error: DiffersError) -> StoreError:
    """Files that were written again are not those that went out: logged, and said with what can be done."""
    with work.store.begin() as connection:
        work.record(connection, "differs", run.code, {"release": release.number, "manifest": manifest})
    where = f"; they are in {error.shown.name}, to be compared" if error.shown else ""
    return StoreError(
        f"the files of run {run.code} can be written again only otherwise than they went out: its settings, "
        f"or the fonts and layouts of this version, are no longer the same{where}. Nothing was replaced; put the "
        f"settings back, or take the files from a copy（与已导出的文件不一致，原文件夹没有改动）"
    )
