"""Ways out by name: ours and those of installed plugins, through the entry points `campaigner.gateways`."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from campaigner.delivery.gateway import Gateway
from campaigner.domain.campaign import GatewayPlan
from campaigner.errors import GatewayError

GROUP = "campaigner.gateways"


def kinds() -> list[str]:
    """Every kind of gateway that is installed."""
    return sorted({point.name for point in entry_points(group=GROUP)})


@cache
def kind(name: str) -> type[Gateway] | None:
    """The class behind a kind, or None if no installed package has it.

    Raises:
        GatewayError: It is there, but what it needs is not installed.
    """
    for point in entry_points(group=GROUP):
        if point.name == name:
            try:
                found: type[Gateway] = point.load()
            except ImportError as error:
                raise GatewayError(
                    f"gateways of kind `{name}` need a package: {error}\n"
                    f"出口类型 {name} 所需的软件包没有安装：请安装后再试"
                ) from None
            return found
    return None


def gateway(plan: GatewayPlan, secrets: Mapping[str, str]) -> Gateway:
    """The gateway that config.toml asks for.

    Raises:
        GatewayError: No installed package has that kind.
    """
    found = kind(plan.kind)
    if found is None:
        raise GatewayError(
            f"gateway {plan.name}: there is no kind `{plan.kind}`; known are {', '.join(kinds())}\n"
            f"出口 {plan.name}：没有类型“{plan.kind}”，可用的有：{', '.join(kinds())}；请在 config.toml "
            "中改正 kind"
        )
    return found(plan, secrets)
