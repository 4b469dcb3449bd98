"""Whether a run that is under way would go on under the settings that were approved, and over the same gateway."""

from collections.abc import Sequence
from typing import Any

from campaigner.domain.approval import LoggedApproval, standing
from campaigner.domain.campaign import Campaign, GatewayPlan
from campaigner.domain.message import content_hash
from campaigner.domain.planning import Run
from campaigner.errors import ApprovalError
from campaigner.stages.desk import Desk, Work
from campaigner.stages.writing import made_of, pinned_gateway, pinned_hash
from campaigner.store import log
from campaigner.store.engine import Connection


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


def altered(desk: Desk, run: Run, approval: LoggedApproval | None) -> str:
    """What of a run that is under way is no longer as it was approved; "" if nothing.

    An approval of an older version says less: then all of the run's content counts, its schedule, too.

    Args:
        desk: The folder as it is now.
        run: The run.
        approval: What the log says of its approval.
    """
    if approval is None:
        return ""  # then nothing of it goes out anyway
    if approval.gateway and gateway_hash(desk.config.gateways.get(run.planned.gateway)) != approval.gateway:
        return f"the settings of gateway {run.planned.gateway}"
    campaign = desk.config.campaigns.get(run.planned.campaign)
    if campaign is None:
        return ""  # then a person has let it go on in spite of just that
    planned = run.planned
    if not _still_named(campaign, planned.warnings):
        return "the warnings"
    if approval.made_of:
        same = _made_hash(desk, campaign, run) == approval.made_of
    else:
        same = pinned_hash(desk, campaign, planned.warnings, planned.due_at) == approval.content
    return "" if same else "settings, template or warning"


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


def refuse_altered(work: Work, run: Run) -> None:
    """Let nothing more of a run out otherwise than it was approved: neither by what was read, nor by what is in force.

    Raises:
        ApprovalError: The settings in force are others.
    """
    with work.store.read() as connection:
        approval = logged_approval(connection, run)
    what = altered(work.desk, run, approval) or altered(work.in_force(), run, approval)
    if what:
        raise ApprovalError(refusal(run, what))


def refusal(run: Run, what: str) -> str:
    """What is said of a run whose rest would go out otherwise, with what can be done."""
    return (
        f"{what} of run {run.code} changed since it was approved, and some of it may be out: put them back as they "
        f"were, or end the run with  campaigner cancel {run.code} --by NAME --reason TEXT\n"
        f"{run.code} 批准后设置、模板或通道有改动，剩余部分暂不发送：请改回原样，或用 campaigner cancel 终止"
    )
