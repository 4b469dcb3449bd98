"""Whether anything has changed since a run was written, or since it was approved: one question, wherever it matters.

It is asked before a run is approved, shown, drawn or released, by the plan, and of each release that is under way, by
whoever sends it. What follows from it is here, too: a run of which nothing is out is planned again, the rest of one
that is under way stays.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, assert_never

from campaigner.content.writing import made_of, pinned_gateway, pinned_hash, run_warnings
from campaigner.domain.approval import Differs, LoggedApproval, standing
from campaigner.domain.campaign import Campaign, GatewayPlan
from campaigner.domain.lifecycle import RunState
from campaigner.domain.message import content_hash
from campaigner.domain.planning import PlannedRun, Run
from campaigner.errors import ApprovalError
from campaigner.road.asking import Asking
from campaigner.road.forms import mark_forms
from campaigner.store import approvals, batches, log, messages, runs
from campaigner.store.engine import Connection
from campaigner.workspace.desk import Desk, Work

WRITTEN_OF = "settings, schedule, template or warning"
"""What a run is written of, in words."""
UNDER_WAY = frozenset({RunState.RELEASING, RunState.PARTLY, RunState.HELD})
"""States in which something of a run is out, or about to be."""


def bindings(desk: Desk, run: Run) -> dict[str, str]:
    """What an `approved` entry binds the rest of a run to once a part of it is out, besides its messages.

    Its content says so, too, but that changes with the schedule, which may move on while a run is under way.
    """
    return {
        "made_of": _made_hash(desk, desk.config.campaigns[run.planned.campaign], run),
        "gateway": gateway_hash(desk.config.gateways.get(run.planned.gateway)),
    }


def gateway_hash(plan: GatewayPlan | None) -> str:
    """Hash over what of a gateway an approval is bound to; "" where a run has none."""
    return content_hash(pinned_gateway(plan)) if plan else ""


def gateway_facts(desk: Desk, run: Run, approval: LoggedApproval | None = None) -> dict[str, Any]:
    """What the log says of the gateway that messages went out by, besides its name: kind, address, hash of settings.

    Args:
        desk: The folder as it is now.
        run: The run.
        approval: Where this process did not send them itself: by which gateway they went, if it is another one now.
    """
    plan = desk.config.gateways.get(run.planned.gateway)
    if approval is not None and approval.gateway and approval.gateway != gateway_hash(plan):
        return {"gateway_hash": approval.gateway}
    if plan is None:
        return {}
    address = {key: plan.options[key] for key in ("host", "port") if plan.options.get(key)}
    return {"gateway_kind": plan.kind, **address, "gateway_hash": gateway_hash(plan)}


def changed(asking: Asking, run: Run, approval: LoggedApproval | None = None) -> str:
    """What of a run is no longer as it was written, or as it was approved; "" if nothing.

    Args:
        asking: What the configuration says now.
        run: The run.
        approval: What the log says of its approval, for a run that is under way: its schedule may have moved on since,
            and does not count. An approval of an older version says less: then all of the run's content counts. None to
            compare the run with what it was written of.
    """
    desk, planned = asking.desk, run.planned
    campaign = desk.config.campaigns.get(planned.campaign)
    if approval is None:
        return WRITTEN_OF if campaign is None or _is_other(asking, campaign, planned) else ""
    gateway = gateway_hash(desk.config.gateways.get(planned.gateway))
    # Without its campaign a person has let it go on in spite of just that.
    differs = approval.differs(
        gateway=gateway,
        named=campaign is None or _still_named(campaign, planned.warnings),
        made_of=_made_hash(desk, campaign, run) if campaign else approval.made_of,
        content=pinned_hash(desk, campaign, planned.warnings, planned.due_at)
        if campaign
        else approval.content,
    )
    match differs:
        case None:
            return ""
        case Differs.GATEWAY:
            return f"the settings of gateway {planned.gateway}"
        case Differs.WARNINGS:
            return "the warnings"
        case Differs.MAKING:
            return "settings, template or warning"
        case _:
            assert_never(differs)


def _is_other(asking: Asking, campaign: Campaign, planned: PlannedRun) -> bool:
    """Whether a run would be made of something else now: settings, schedule, templates, warnings, their turn."""
    turn = asking.turn(campaign, planned.due_at)
    if turn is not None and run_warnings(campaign, turn) != planned.warnings:
        return True
    return pinned_hash(asking.desk, campaign, planned.warnings, planned.due_at) != planned.content_hash


def _still_named(campaign: Campaign, warnings: Sequence[str]) -> bool:
    """Whether a campaign would still write about what a run is about; one in turn may have come round meanwhile."""
    if campaign.rotate:
        return set(warnings) <= set(campaign.warnings)
    return tuple(warnings) == campaign.warnings


def _made_hash(desk: Desk, campaign: Campaign, run: Run) -> str:
    return content_hash(made_of(desk, campaign, run.planned.warnings, run.planned.due_at))


def logged_approval(connection: Connection, run: Run) -> LoggedApproval | None:
    """The approval of a run that stands by the log."""
    return standing(log.entries(connection, run.code))


def refuse_changed(work: Work, run: Run, approval: LoggedApproval | None = None) -> None:
    """Let a run that changed go no further; one of which nothing is out is planned again, and its approval void.

    Of a run that is under way neither what was read nor what is in force may be otherwise than it was approved.

    Args:
        work: Desk, store and time.
        run: The run.
        approval: What the log says of its approval, where that was read already.

    Raises:
        ApprovalError: Something changed.
    """
    if run.state in UNDER_WAY:
        if approval is None:
            with work.store.read() as connection:
                approval = logged_approval(connection, run)
        what = changed(Asking(work.desk), run, approval) or changed(Asking(work.in_force()), run, approval)
        if what:
            raise ApprovalError(_rest_stays(run, what))
        return
    what = changed(Asking(work.desk), run)
    if not what:
        return
    with work.store.begin() as connection:
        back_to_planned(connection, run, work.now)
        work.record(connection, "voided", run.code, {"why": f"{what} changed"})
    mark_forms(work, run.code)
    raise ApprovalError(_planned_again(run, what))


def back_to_planned(connection: Connection, run: Run, now: datetime) -> None:
    """A run whose making changed has no messages, no batches and no approval any more, and is planned again."""
    approvals.void(connection, run, now, f"{WRITTEN_OF} changed")
    messages.clear(connection, run)
    batches.clear(connection, run)
    runs.move(connection, run, RunState.PLANNED, now, digest="", quantity=0, parts=0)


def _planned_again(run: Run, what: str) -> str:
    """What is said of a run that was made of something else than is there now, with what can be done."""
    if run.state is RunState.APPROVED:
        return (
            f"{what} of run {run.code} changed after its approval, which is void now; "
            "plan, generate and approve it again\n"
            f"任务 {run.code} 批准后设置、计划、模板或提示有改动，批准已作废："
            "请重新运行 plan 和 generate，再由审批人批准"
        )
    return (
        f"{what} changed since run {run.code} was generated; plan and generate it again\n"
        f"任务 {run.code} 生成后设置、计划、模板或提示有改动："
        f"请重新运行 campaigner plan 和 campaigner generate {run.code}"
    )


def _rest_stays(run: Run, what: str) -> str:
    """What is said of a run whose rest would go out otherwise, with what can be done."""
    return (
        f"{what} of run {run.code} changed since it was approved, and some of it may be out: put them back as they "
        f"were, or end the run with  campaigner cancel {run.code} --by NAME --reason TEXT\n"
        f"{run.code} 批准后设置、模板或通道有改动，剩余部分暂不发送：请改回原样，或用 campaigner cancel 终止"
    )
