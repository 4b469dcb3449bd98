"""Delivering: an approved run -> batches and print folder in the output folder, and an entry in the sent log."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from campaigner.delivery.credentials import credentials
from campaigner.delivery.gateway import DroppingGateway, FileGateway, Outgoing, Shipment, Shipped
from campaigner.delivery.parcel import Parcel, damaged, hashes
from campaigner.delivery.registry import gateway as gateway_of
from campaigner.delivery.registry import kind
from campaigner.delivery.signing import office_key
from campaigner.domain.campaign import Channel
from campaigner.domain.lifecycle import RunState
from campaigner.domain.message import reference
from campaigner.domain.planning import Run
from campaigner.errors import ApprovalError, GatewayError, OvertakenError, StoreError
from campaigner.stages.choosing import suppressed_phones
from campaigner.stages.desk import Desk, Work
from campaigner.stages.printing import print_letters, print_posters
from campaigner.stages.review import void_if_changed
from campaigner.store import approvals, batches, log, messages, runs
from campaigner.store.batches import Batch
from campaigner.store.engine import Store


@dataclass(frozen=True, slots=True)
class Delivered:
    """What an export did.

    Args:
        run: The run afterwards.
        folder: Where its files are.
        manifest: SHA-256 of the manifest.
        again: Whether it had been exported before; then nothing was sent a second time.
        restored: Files that were missing or damaged and were written again.
    """

    run: Run
    folder: Path
    manifest: str
    again: bool = False
    restored: tuple[str, ...] = ()


def export(work: Work, run: Run) -> Delivered:
    """Write an approved run's batches and print folder; done twice, the same files and no second send.

    Raises:
        ApprovalError: It is not approved, or no longer what was approved.
        GatewayError: The gateway refuses it.
        StoreError: The stored messages are not those that were approved.
    """
    if run.state is RunState.EXPORTED:
        return _export_again(work, run)
    if run.state not in {RunState.APPROVED, RunState.EXPORTING}:
        raise ApprovalError(
            f"run {run.code} is {run.state}; `campaigner approve {run.code} --by NAME` comes first"
        )
    way_out = _way_out(work.desk, run)
    if run.state is RunState.APPROVED and void_if_changed(work, run):
        raise ApprovalError(
            f"settings, template or warning of run {run.code} changed after its approval, which is void now; "
            "plan, generate and approve it again"
        )
    _check_approval(work.store, run)
    if run.state is RunState.APPROVED:
        _check_refusals(work, run)
    mine = _begin(work, run, way_out)
    manifest, shipped = _build(work, mine, way_out)
    if isinstance(way_out, DroppingGateway):
        # Some of it may be out from here on: a failure leaves the run `exporting`, and the next call goes on.
        way_out.deposit(work.desk.config.output / run.code)
    return _finish(work, mine, shipped, manifest)


def _way_out(desk: Desk, run: Run) -> FileGateway | None:
    """The gateway of the run's SMS; invented people never reach a real one."""
    if all(tally.channel is not Channel.SMS for tally in run.planned.tallies):
        return None
    plan = desk.config.gateways.get(run.planned.gateway)
    if plan is None:
        raise GatewayError(f"gateway {run.planned.gateway} of run {run.code} is not in config.toml")
    found = kind(plan.kind)
    secrets = credentials(desk.config.folder, os.environ, plan.name, found.secrets if found else ())
    way_out = gateway_of(plan, secrets)
    if not isinstance(way_out, FileGateway):
        raise GatewayError(f"gateway {plan.name} writes no files; it sends by itself, with `campaigner send`")
    if run.planned.synthetic and way_out.real:
        raise GatewayError(
            f"run {run.code} is for invented people (synthetic); gateway {plan.name} reaches real ones and refuses it"
        )
    return way_out


def _check_approval(store: Store, run: Run) -> None:
    """What goes out is what was approved, and never more (CHK-04)."""
    with store.read() as connection:
        approval = approvals.standing(connection, run)
        totals = messages.totals(connection, run)
    if approval is None:
        raise ApprovalError(f"run {run.code} has no approval that stands")
    quantity = sum(count for count, _parts, _copies in totals.values())
    if (approval.digest, approval.content_hash) != (run.digest, run.planned.content_hash):
        raise ApprovalError(f"run {run.code} is not what {approval.by} approved")
    if quantity > approval.quantity:
        raise ApprovalError(f"run {run.code} has {quantity} messages; {approval.quantity} were approved")


def _check_refusals(work: Work, run: Run) -> None:
    """Whoever has opted out since the run was generated is not written to all the same (CHK-07)."""
    suppressed = suppressed_phones(work.desk, work.desk.day(work.now))
    with work.store.read() as connection:
        count = sum(phone in suppressed for phone in messages.recipients(connection, run, Channel.SMS))
    if count:
        raise ApprovalError(
            f"{count} recipients of run {run.code} have opted out since it was generated; "
            f"`campaigner return {run.code}`, then generate and approve it again without them"
        )


def _begin(work: Work, run: Run, way_out: FileGateway | None) -> Run:
    with work.store.begin() as connection:
        runs.move(connection, run, RunState.EXPORTING, work.now, attempt=run.attempt + 1)
        mine = runs.find(connection, run.code)
        if way_out is not None:
            batches.cut(connection, mine, Channel.SMS, way_out.rows_per_batch, run.planned.gateway)
        return mine


def _build(work: Work, run: Run, way_out: FileGateway | None) -> tuple[str, list[tuple[Batch, Shipped]]]:
    """Build the folder out of sight, check what was read against the approval, and show it."""
    parcel = Parcel(work.desk.config.output, run.code, office_key(work.desk.config.folder))
    try:
        _check_digest(work, run)
        shipped = _ship(work, run, way_out, parcel)
        for tally in run.planned.tallies:
            if tally.channel is Channel.LETTER:
                print_letters(work, run, tally, parcel)
            elif tally.channel is Channel.POSTER:
                print_posters(work, run, parcel)
        with work.store.read() as connection:
            runs.still_mine(connection, run)
    except BaseException:
        parcel.drop()
        _give_back(work, run)
        raise
    return parcel.seal(_facts(work.desk, run)), shipped


def _give_back(work: Work, run: Run) -> None:
    """A run that could not be written is approved as before, so that it can be mended or returned."""
    if run.state is not RunState.EXPORTING:
        return
    with work.store.begin() as connection:
        try:
            runs.still_mine(connection, run)
        except OvertakenError:
            return
        runs.move(connection, run, RunState.APPROVED, work.now)


def _facts(desk: Desk, run: Run) -> dict[str, object]:
    """What the manifest says besides its files; nothing that changes from one export to the next."""
    return {
        "run": run.code,
        "title": run.planned.title,
        "due": desk.local(run.planned.due_at).isoformat(),
        "reference": reference(run.code),
        "synthetic": run.planned.synthetic,
        "quantity": run.quantity,
        "parts": run.parts,
        "digest": run.digest,
        "content": run.planned.content_hash,
        "channels": [tally.as_data() for tally in run.planned.tallies],
    }


def _check_digest(work: Work, run: Run) -> None:
    """The messages in the store are, to the byte, those that were generated and approved."""
    channels = [tally.channel for tally in run.planned.tallies]
    with work.store.read() as connection, work.progress.bar(f"checking {run.code}", run.quantity) as bar:
        stored = messages.digest(connection, run, channels, bar.advance)
    if stored != run.digest:
        raise StoreError(
            f"the stored messages of run {run.code} are not those that were approved; nothing was exported"
        )


def _ship(work: Work, run: Run, way_out: FileGateway | None, parcel: Parcel) -> list[tuple[Batch, Shipped]]:
    if way_out is None:
        return []
    with work.store.read() as connection:
        waiting = batches.of_run(connection, run, Channel.SMS)
    shipped = []
    with work.progress.bar(f"exporting SMS of {run.code}", sum(batch.rows for batch in waiting)) as bar:
        for batch in waiting:
            shipment = Shipment(
                run.code, batch.number, batch.rows, batch.parts, work.desk.local(run.planned.due_at),
                _reader(work.store, run, batch),
            )  # fmt: skip
            shipped.append((batch, way_out.ship(shipment, parcel)))
            bar.advance(batch.rows)
    return shipped


def _reader(store: Store, run: Run, batch: Batch) -> Callable[[], Iterator[Sequence[Outgoing]]]:
    """Reads a batch's messages, from the start at each call."""

    def read() -> Iterator[Sequence[Outgoing]]:
        with store.read() as connection:
            blocks = messages.range_of(connection, run, batch.channel, batch.first_id, batch.last_id)
            for block in blocks:
                yield [Outgoing(number, message.recipient, message.body) for number, message in block]

    return read


def _finish(work: Work, run: Run, shipped: list[tuple[Batch, Shipped]], manifest: str) -> Delivered:
    entry = {
        "manifest": manifest,
        "quantity": run.quantity,
        "parts": run.parts,
        "digest": run.digest,
        "gateway": run.planned.gateway,
        "synthetic": run.planned.synthetic,
        "channels": {tally.channel.value: tally.recipients for tally in run.planned.tallies},
        "batches": {done.file: {"rows": batch.rows, "sha256": done.sha256} for batch, done in shipped},
    }
    with work.store.begin() as connection:
        for batch, done in shipped:
            batches.out(connection, batch, done.file, done.sha256)
        runs.move(connection, run, RunState.EXPORTED, work.now)
        work.record(connection, "exported", run.code, entry)
        after = runs.find(connection, run.code)
    return Delivered(after, work.desk.config.output / run.code, manifest)


def _exported_manifest(work: Work, run: Run) -> str:
    """SHA-256 of the manifest that the log has for an exported run."""
    with work.store.read() as connection:
        for entry in log.entries(connection, run.code):
            if entry.kind == "exported":
                return str(entry.fields["manifest"])
    raise StoreError(f"run {run.code} is marked as exported, but the log has no entry for it")


def _export_again(work: Work, run: Run) -> Delivered:
    """The files of an exported run: left alone where they are whole, written again where they are not."""
    folder = work.desk.config.output / run.code
    manifest = _exported_manifest(work, run)
    if not damaged(folder, manifest):
        return Delivered(run, folder, manifest, again=True)
    before = hashes(folder)
    written, _shipped = _build(work, run, _way_out(work.desk, run))
    if written != manifest:
        raise StoreError(
            f"the files of run {run.code} were written again, but not as in the first export: its settings, "
            "or the fonts and layouts of this version, are no longer the same"
        )
    restored = tuple(path for path, digest in hashes(folder).items() if before.get(path) != digest)
    with work.store.begin() as connection:
        work.record(connection, "restored", run.code, {"files": list(restored), "manifest": manifest})
    return Delivered(run, folder, manifest, again=True, restored=restored)
