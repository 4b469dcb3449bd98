"""Ways out by name: ours and those of installed plugins, through the entry points `campaigner.gateways`."""

from importlib.metadata import entry_points

from campaigner.delivery.gateway import Gateway
from campaigner.domain.campaign import GatewayPlan
from campaigner.errors import GatewayError

GROUP = "campaigner.gateways"


def kinds() -> list[str]:
    """Every kind of gateway that is installed."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def gateway(plan: GatewayPlan) -> Gateway:
    """The gateway that config.toml asks for.

    Raises:
        GatewayError: No installed package has that kind.
    """
    for point in entry_points(group=GROUP):
        if point.name == plan.kind:
            made: Gateway = point.load()(plan)
            return made
    raise GatewayError(f"gateway {plan.name}: there is no kind `{plan.kind}`; known are {', '.join(kinds())}")
