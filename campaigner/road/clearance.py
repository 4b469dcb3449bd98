"""Clearance: whether a run may go out at all, looked at once more at the moment of its release."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from campaigner.delivery.credentials import credentials
from campaigner.delivery.gateway import Gateway
from campaigner.delivery.registry import gateway as gateway_of
from campaigner.delivery.registry import kind
from campaigner.domain.approval import Approval, By, Leaving, barred, standing
from campaigner.domain.campaign import Channel, GatewayPlan
from campaigner.domain.lifecycle import RunState
from campaigner.domain.log import Entry
from campaigner.domain.pausing import HOLDING, held
from campaigner.domain.planning import Run
from campaigner.domain.standing import not_so
from campaigner.errors import ApprovalError, GatewayError, StateError
from campaigner.people.listed import require_readable_lists
from campaigner.road.asking import require
from campaigner.road.changed import gateway_hash, refuse_changed
from campaigner.road.overdue import refuse_superseded
from campaigner.road.repeats import more_than_approved
from campaigner.road.review import let_lapse
from campaigner.store import approvals, log, messages, pauses
from campaigner.store.pauses import Pause
from campaigner.workspace.desk import Desk, Work
from campaigner.workspace.keys import STORE, office_key
from campaigner.workspace.reason import told


@dataclass(frozen=True, slots=True)
class Urgency:
    """Somebody's word that a run goes out at once, whatever hours, quiet days and caps say; logged."""

    by: str
    reason: str


def way_out_of(work: Work, run: Run) -> Gateway | None:
    """The gateway of the run's SMS. None for a run without SMS.

    Raises:
        GatewayError: It is not to be had; or it reaches people, and the run's people are invented or its time is
            a rehearsed one (`--now`): the right hour, quiet days and caps count by the true clock alone.
    """
    desk = work.desk
    if all(tally.channel is not Channel.SMS for tally in run.planned.tallies):
        return None
    plan = desk.config.gateways.get(run.planned.gateway)
    if plan is None:
        raise GatewayError(
            f"gateway {run.planned.gateway} of run {run.code} is not in config.toml\n"
            f"任务 {run.code} 的出口 {run.planned.gateway} 不在 config.toml 中：请补上该出口，或重新计划"
        )
    way_out = gateway_from(desk, plan)
    if not way_out.real:
        return way_out
    if run.planned.synthetic or _is_invented(desk, run):
        raise GatewayError(
            f"run {run.code} is for invented people (synthetic); gateway {plan.name} reaches real ones and refuses it. "
            "Put the true list in their place, then plan, generate and approve it again\n"
            f"任务 {run.code} 的收件人是样例数据，而通道 {plan.name} 会发给真实的人，不予发出："
            "请换上真实名单，再重新计划、生成、批准"
        )
    if work.is_rehearsed:
        raise GatewayError(
            f"gateway {plan.name} reaches real people; with --now nothing is sent over it. Wait for the moment, or let "
            f"the run out at once with  campaigner urgent {run.code} --by NAME --reason TEXT\n"
            f"（通道 {plan.name} 会发给真实的人，演练时间 --now 下不发送；急需发出请用 campaigner urgent）"
        )
    return way_out


def _is_invented(desk: Desk, run: Run) -> bool:
    """Whether config.toml says by now that one of the run's lists is of invented people."""
    segments = [desk.config.segments.get(tally.segment) for tally in run.planned.tallies]
    audiences = [desk.config.audiences.get(segment.audience) for segment in segments if segment]
    return any(audience.synthetic for audience in audiences if audience)


def gateway_from(desk: Desk, plan: GatewayPlan) -> Gateway:
    """The gateway of a plan, with what it needs to log in.

    Raises:
        GatewayError: Its kind is not installed, or what it needs cannot be read.
    """
    return gateway_in(desk.config.folder, plan)


def gateway_in(folder: Path, plan: GatewayPlan) -> Gateway:
    """The gateway of a plan in a working folder; see `gateway_from`."""
    found = kind(plan.kind)
    secrets = credentials(folder, os.environ, plan.name, found.secrets if found else ())
    proves = getattr(found, "proves", "")
    if proves and (key := office_key(folder, STORE)) is not None:
        secrets[proves] = hashlib.blake2b(key=key, digest_size=32, person=b"office listener").hexdigest()
    return gateway_of(plan, secrets)


def cleared(work: Work, run: Run, urgency: Urgency | None = None) -> None:
    """Look at approval, pause and time once more.

    Raises:
        NotAskedError: The configuration no longer asks for it, or a newer run takes its place.
        ApprovalError: It is not approved, no longer what was approved, or its approval has lapsed.
        StateError: Somebody holds it back, it is too late for it, or a list cannot be read that may hold refusals.
    """
    if run.state not in {RunState.APPROVED, RunState.RELEASING, RunState.PARTLY}:
        raise ApprovalError(not_so(run.code, run.state, "", "", run.reason))
    require(work, run)
    found = _looked_up(work, run)
    _check_pause(run, found)
    if urgency is None:
        _check_time(work, run)
        refuse_superseded(work, run)
    refuse_changed(work, run, standing(found.of_run(run)))
    _check_approval(work, run, found)
    require_readable_lists(work, run.planned)
    if run.state is RunState.APPROVED and (urgency is not None or not work.desk.config.caps.same_text):
        _check_repeats(work, run)


@dataclass(frozen=True, slots=True)
class _Found:
    """What store and log have of a run, of one moment.

    Args:
        entries: The run's entries of the log, and those that hold whatever back.
        approval: Its approval that stands, by the store.
        pause: Who holds it back, by the store.
        quantity: Its messages.
    """

    entries: tuple[Entry, ...]
    approval: Approval | None
    pause: Pause | None
    quantity: int

    def of_run(self, run: Run) -> list[Entry]:
        """The entries of the run alone."""
        return [entry for entry in self.entries if entry.run == run.code]


def _looked_up(work: Work, run: Run) -> _Found:
    with work.store.read() as connection:
        return _Found(
            tuple(log.about(connection, run.code, HOLDING)), approvals.standing(connection, run),
            pauses.of_run(connection, run), messages.quantity(connection, run),
        )  # fmt: skip


def _check_repeats(work: Work, run: Run) -> None:
    """Nobody gets a text once more of whom the approver did not know; the cap on the same text puts them off anyway."""
    why = more_than_approved(work, run)
    if why:
        let_lapse(work, run, "more phones had its text")
        raise ApprovalError(why)


def _check_pause(run: Run, found: _Found) -> None:
    pause = found.pause
    # As with approvals: the row can be deleted by whoever has the store's key, the entry cannot.
    by = held(found.entries, run.code, run.planned.campaign)
    if pause is not None:
        raise StateError(
            f"{pause.by} holds {pause.name} back: {pause.reason}; "
            f"`campaigner resume {pause.name} --by NAME` lets it go on\n"
            f"{pause.name} 已由{pause.by}暂停；继续请用 campaigner resume {pause.name} --by 姓名"
        )
    if by:
        raise StateError(
            f"the log says that {by} holds run {run.code} or its campaign back, and the store does not: `campaigner "
            f"resume {run.code} --by NAME`, or of {run.planned.campaign}, lets it go on, in his name\n"
            f"记录里 {run.code} 或其计划仍被暂停，而存储里没有：请核实后用 "
            f"campaigner resume {run.code}（或 {run.planned.campaign}） --by 姓名 恢复"
        )


def _check_time(work: Work, run: Run) -> None:
    last = run.planned.not_after
    if last is not None and work.now > last and run.state is not RunState.RELEASING:
        raise StateError(
            f"run {run.code} may not go out after {work.desk.local(last):%Y-%m-%d %H:%M}; it is too late for it\n"
            f"任务 {run.code} 已过最晚发送时间，不再发送"
        )


def _check_approval(work: Work, run: Run, found: _Found) -> None:
    """What goes out is what was approved, and never more (CHK-04)."""
    leaving = Leaving(
        content=run.planned.content_hash,
        digest=run.digest,
        quantity=found.quantity,
        gateway=gateway_hash(work.desk.config.gateways.get(run.planned.gateway)),
        title=told(run.planned.title),
    )
    bar = barred(
        found.approval, found.of_run(run), leaving, work.desk.local(work.now),
        begun=run.state is not RunState.APPROVED, tied=bool(work.desk.config.staff.persons),
    )  # fmt: skip
    if bar is None:
        return
    match bar.by:
        case By.NONE:
            raise ApprovalError(
                f"run {run.code} {bar.why}\n"
                f"任务 {run.code} 没有有效的批准：请由审批人运行 campaigner approve {run.code} --by 姓名"
            )
        case By.OTHER:
            assert found.approval is not None
            raise ApprovalError(
                f"run {run.code} {bar.why}\n"
                f"任务 {run.code} 的内容与 {found.approval.by} 批准的不同，不予发出：请用 campaigner return 退回，"
                "再重新生成、批准"
            )
        case By.MORE:
            assert found.approval is not None
            raise ApprovalError(
                f"run {run.code} {bar.why}\n"
                f"任务 {run.code} 有 {found.quantity} 条，而批准的是 {found.approval.quantity} 条，不予发出：请用 "
                "campaigner return 退回，再重新生成、批准"
            )
        case By.TIME:
            let_lapse(work, run)
            raise ApprovalError(
                f"the approval of run {run.code} held until {bar.why}; "
                f"somebody must approve it again\n任务 {run.code} 的批准已过有效期，请重新批准"
            )
        case By.LOG:
            raise ApprovalError(
                f"run {run.code} is not released: {bar.why}; return it, and generate and approve it again\n"
                f"任务 {run.code} 与日志中的批准不符，不予发出："
                "请用 campaigner return 退回，再重新生成，并由另一个人批准"
            )
        case _:
            assert_never(bar.by)
