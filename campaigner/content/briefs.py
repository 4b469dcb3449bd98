"""What a kind of artefact is told of a run before it writes, draws or prints."""

from datetime import datetime

from campaigner.artefacts.kind import Brief
from campaigner.domain.campaign import Channel, ChannelPlan, GatewayPlan
from campaigner.domain.people import Kind
from campaigner.domain.planning import Run
from campaigner.errors import StateError
from campaigner.workspace.desk import Desk


def channel_plan(desk: Desk, run: Run, channel: Channel) -> ChannelPlan:
    """The campaign's plan for a channel of a run.

    Raises:
        StateError: The campaign or the channel is no longer in config.toml.
    """
    campaign = desk.config.campaigns.get(run.planned.campaign)
    plans = campaign.channels if campaign else ()
    for plan in plans:
        if plan.channel is channel:
            return plan
    raise StateError(
        f"config.toml no longer has channel {channel} of campaign {run.planned.campaign}\n"
        f"config.toml 的计划 {run.planned.campaign} 已没有渠道 {channel}：请改回原设置，或重新运行 plan"
    )


def brief_of(
    desk: Desk, plan: ChannelPlan, due: datetime, code: str, gateway: GatewayPlan | None, salt: bytes = b""
) -> Brief:
    """What the messages of one channel of one run are made with.

    Args:
        desk: The working folder.
        plan: The channel's plan.
        due: When the run fires.
        code: The run's code.
        gateway: Way out of its SMS.
        salt: Secret for receipt codes; empty where nothing is kept.
    """
    kind = desk.audience_of(plan.segment).kind
    template = desk.templates.get(plan.template)
    return Brief(
        run=code,
        due=desk.local(due),
        office=desk.config.office,
        audience=kind,
        options=plan.options,
        design=template.design if template else "",
        qr=desk.config.qr_codes.get(plan.options.get("qr", "")),
        signature=gateway.signature if gateway else "",
        opt_out=gateway.suffix if gateway else "",
        households=desk.config.caps.household is not None and kind is Kind.PEOPLE,
        salt=salt,
    )


def brief_of_run(desk: Desk, run: Run, channel: Channel) -> Brief:
    """What the messages of one channel of a stored run are drawn and printed with.

    Raises:
        StateError: The campaign or the channel is no longer in config.toml.
    """
    plan = channel_plan(desk, run, channel)
    gateway = desk.config.gateways.get(run.planned.gateway)
    return brief_of(desk, plan, run.planned.due_at, run.code, gateway)
