"""Sending: an approved run -> its carrier, message by message, with the truth about each one in the store."""

from collections import Counter
from dataclasses import replace

from campaigner.content.checked import Checked, check_digest
from campaigner.delivery.live import LiveGateway
from campaigner.domain.lifecycle import RunState
from campaigner.domain.planning import Run
from campaigner.domain.roles import Deed
from campaigner.errors import GatewayError, OvertakenError, StateError
from campaigner.people.listed import marked_phones
from campaigner.road.asking import Asking, settle, still_asked
from campaigner.road.blocks import Part, Sending
from campaigner.road.changed import gateway_hash, refuse_changed
from campaigner.road.clearance import Urgency, cleared, way_out_of
from campaigner.road.closing import Sent, close_cut_short, finish, give_back
from campaigner.road.deliver import print_paper
from campaigner.road.halves import sweep_halves
from campaigner.road.queue import Outbox, Terms, fill_outbox, moment_of_release, release_facts
from campaigner.road.sharing import Watch, alive, identity, others, wait_for_others, wait_until_open
from campaigner.road.wire import Wire
from campaigner.store import deliveries, releases, runs, senders
from campaigner.workspace.desk import Work
from campaigner.workspace.installing import refuse_copy
from campaigner.workspace.reason import told


def send(work: Work, run: Run, wire: Wire, urgency: Urgency | None = None) -> Sent:
    """Send what of an approved run may go out now; stopped anywhere, nothing is sent twice.

    A release that other processes send already is shared with them: each takes the next block of it.

    Raises:
        NotAskedError: The configuration no longer asks for it, or a newer run takes its place.
        ApprovalError: It is not approved, or no longer what was approved.
        GatewayError: The carrier cannot be reached; everything waits as before.
        StateError: It is not due, its window is closed, somebody holds it back, or it is too late.
    """
    work.ask(Deed.RELEASE)
    refuse_copy(work.store, work.desk.config.store_url)
    way_out = _live_gateway(work, run)
    sweep_halves(work)
    if run.state is RunState.RELEASING:
        shared = take_part(work, run, wire, urgency)
        if shared is not None:
            return shared
        closed = close_cut_short(work, run)
        if closed.run.state is RunState.RELEASED:
            return closed
        run = closed.run
    cleared(work, run, urgency)
    _check_moment(work, run, urgency)
    hearing = wire.open(run.planned.gateway, way_out, _settings(work, run))
    try:
        mine, part, filled = _begin(work, run, way_out, urgency)
    except OvertakenError:
        shared = take_part(work, run, wire, urgency)
        if shared is None:
            raise
        return shared
    if part is None:
        return Sent(mine, 0, 0, 0, {}, filled.waits)
    assert part.sender is not None
    with alive(work.store, part.sender, wire.now):
        checked = _prepare(work, mine, part)
        return _carry_out(work, mine, part, filled, Sending(work, mine, part, wire, hearing, checked))


def take_part(work: Work, run: Run, wire: Wire, urgency: Urgency | None = None) -> Sent | None:
    """Share a release with those who send it, each block by block; None if nobody alive does."""
    with work.store.read() as connection:
        shared = runs.find(connection, run.code)
        begun = releases.unfinished(connection, shared)
    if (
        shared.state is not RunState.RELEASING
        or begun is None
        or not others(work, shared, begun, None, Watch())
    ):
        return None
    still_asked(work, shared)
    refuse_changed(work, shared)
    checked = check_digest(work, shared)
    hearing = wire.open(shared.planned.gateway, _live_gateway(work, shared), _settings(work, shared))
    with work.store.begin() as connection:
        runs.still_mine(connection, shared)
        sender = senders.join(connection, shared, begun.number, identity(), work.now)
    part = Part(begun, sender, urgent=urgency is not None, began=False)
    with alive(work.store, sender, wire.now):
        try:
            wait_until_open(work, shared, begun, sender)
        except BaseException:
            with work.store.begin() as connection:
                senders.leave(connection, sender)
            raise
        sending = Sending(work, shared, part, wire, hearing, checked)
        return _carry_out(work, shared, part, Outbox(begun, 0, Counter(), 0, None), sending)


def _carry_out(work: Work, run: Run, part: Part, filled: Outbox, sending: Sending) -> Sent:
    try:
        why = sending.all_blocks()
        assert part.sender is not None
        wait_for_others(work, run, part.release, part.sender)
    except BaseException:
        sending.settle()
        finish(work, run, part, filled, "stopped")
        raise
    return _settled(work, finish(work, run, part, filled, why))


def _settled(work: Work, sent: Sent) -> Sent:
    """What stopped because the configuration no longer asks for it is withdrawn or held at once."""
    if sent.why and sent.run.state in {RunState.APPROVED, RunState.PARTLY}:
        settle(work, sent.run, Asking(work.in_force()).of(sent.run))
        with work.store.read() as connection:
            return replace(sent, run=runs.find(connection, sent.run.code))
    return sent


def _live_gateway(work: Work, run: Run) -> LiveGateway:
    way_out = way_out_of(work, run)
    if not isinstance(way_out, LiveGateway):
        raise GatewayError(
            f"run {run.code} has no gateway that sends by itself; `campaigner export {run.code}` writes its files\n"
            f"任务 {run.code} 的出口不能直接发送：请用 campaigner export {run.code} 导出文件"
        )
    return way_out


def _settings(work: Work, run: Run) -> str:
    return gateway_hash(work.desk.config.gateways.get(run.planned.gateway))


def _check_moment(work: Work, run: Run, urgency: Urgency | None) -> None:
    at = moment_of_release(work, run, urgent=urgency is not None)
    if at is None or at > work.now:
        when = f"from {at:%Y-%m-%d %H:%M} on" if at else "on no day of the next year"
        raise StateError(
            f"run {run.code} may go out {when}; `campaigner urgent` sets that aside\n"
            f"任务 {run.code} 还没到可发送的时间；急需发出请用 campaigner urgent"
        )


def _begin(
    work: Work, run: Run, way_out: LiveGateway, urgency: Urgency | None
) -> tuple[Run, Part | None, Outbox]:
    """Make the run the caller's, and choose what goes out."""
    marked = marked_phones(work.desk)
    terms = Terms(work.now, way_out.rows_per_batch, urgency is not None, marked)
    with work.store.begin() as connection:
        runs.move(connection, run, RunState.RELEASING, work.now, attempt=run.attempt + 1)
        mine = runs.find(connection, run.code)
        filled = fill_outbox(work, connection, mine, terms)
        if urgency is not None:
            work.record(connection, "urgent", run.code, {"by": urgency.by, "reason": told(urgency.reason)})
        if filled.release is None:
            after = RunState.PARTLY if filled.waits else RunState.RELEASED
            runs.move(connection, mine, after, work.now)
            work.record(connection, "waits", run.code, release_facts(work, filled))
            return runs.find(connection, run.code), None, filled
        sender = senders.join(connection, mine, filled.release.number, identity(), work.now)
        return mine, Part(filled.release, sender, urgent=urgency is not None), filled


def _prepare(work: Work, run: Run, part: Part) -> Checked:
    """What comes before the first message; after a failure nothing is out, and the run is as before.

    Returns:
        What each message is held against before it leaves.
    """
    release = part.release
    try:
        checked = check_digest(work, run)
        if release.number == 1:
            print_paper(work, run, release)
        with work.store.begin() as connection:
            runs.still_mine(connection, run)
            senders.open_to_all(connection, run, release.number)
    except BaseException:
        with work.store.read() as connection:
            untouched = deliveries.went(connection, run, release.number) == (0, 0)
        if untouched:
            give_back(work, run, release)
        raise
    return checked
