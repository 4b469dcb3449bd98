"""Gateways that cannot hear: a refusal by reply that nobody hears is lost, so plan, check and doctor say so."""

from collections.abc import Collection

from campaigner.delivery.hearing import Hearing, Unheard
from campaigner.delivery.registry import kind
from campaigner.domain.campaign import GatewayPlan
from campaigner.domain.problem import Level, Problem
from campaigner.errors import GatewayError
from campaigner.workspace.desk import Desk

UNHEARD = "gateway-unheard"


def unheard_of(plan: GatewayPlan, secrets: Collection[str] | None = None) -> Unheard | None:
    """What a gateway cannot hear of replies under its settings; None if it hears them, or nobody can tell.

    Args:
        plan: Its settings.
        secrets: Names of its secrets that are known here; None to judge by the settings alone.
    """
    try:
        found = kind(plan.kind)
    except GatewayError:
        return None
    unheard = found.unheard(plan.options, secrets) if isinstance(found, Hearing) else None
    return unheard if unheard is not None and unheard.replies else None


def unheard_problems(desk: Desk, name: str) -> list[Problem]:
    """The warning that a gateway of config.toml hears no replies; none if it does, or is not there.

    Secrets are left out of it: what a plan says must not depend on the machine that asks.
    """
    plan = desk.config.gateways.get(name)
    unheard = unheard_of(plan) if plan is not None else None
    if unheard is None:
        return []
    line, column = desk.config.where.get(("gateways", name), (None, None))
    return [
        Problem(
            UNHEARD,
            f"gateway {name} hears no replies, so refusals by reply are lost (PIPL art. 15); {unheard.advice}",
            f"出口 {name} 收不到群众回复，回复退订的不会被记下（个人信息保护法第十五条）；"
            f"{unheard.advice_zh}",
            "config.toml", line, column, level=Level.WARN,
        )
    ]  # fmt: skip
