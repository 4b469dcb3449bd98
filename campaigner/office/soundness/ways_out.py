"""Gateways: whether their kind is installed, their secrets are there, and their other side answers."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, assert_never

from campaigner.config import Config
from campaigner.delivery.gateway import Listening, PortHolder
from campaigner.delivery.hearing import Unheard, Wanting
from campaigner.delivery.reaching import unreachable
from campaigner.delivery.registry import kind
from campaigner.domain.campaign import GatewayPlan
from campaigner.errors import CampaignerError, GatewayError
from campaigner.office.soundness.finding import Finding, Grade, bad, ok, warn
from campaigner.people.unheard import unheard_of
from campaigner.road.clearance import gateway_in

Secrets = Callable[[GatewayPlan], Collection[str]]
"""Names of the secrets of a gateway that are known; never their values."""
_PORTS = {"https": 443, "http": 80}


def gateways(config: Config, secrets: Secrets | None, *, reach: bool) -> Sequence[Finding]:
    """Each way out of config.toml.

    Args:
        config: The configuration.
        secrets: Tells which secrets are known; None where nobody can tell.
        reach: Whether to open a connection to those that name their other side.
    """
    plans = [plan for name, plan in config.gateways.items() if ("gateways", name) not in config.faulty]
    found = [gateway_state(plan, secrets, reach=reach) for plan in plans]
    return found + [state for plan in plans if (state := port_state(config.folder, plan)) is not None]


def port_state(folder: Path, plan: GatewayPlan) -> Finding | None:
    """Whose the port is at which a gateway's other side calls; None where it listens nowhere, or has no secrets yet."""
    try:
        way_out = gateway_in(folder, plan)
        if not isinstance(way_out, Listening) or not way_out.listens_at:
            return None
        holder = way_out.port_holder()
    except CampaignerError:
        return None
    name, at = f"gateway {plan.name} port", way_out.listens_at
    match holder:
        case PortHolder.OURS:
            return ok(name, f"this office's campaigner listens at {at}")
        case PortHolder.NOBODY:
            return ok(name, f"{at} is free; the daemon, or a command that sends, listens there")
        case PortHolder.STRANGER:
            return bad(
                name, f"another program listens at {at}, and it is no campaigner of this office",
                "find out which program it is and stop it, or give the gateway another `listen`, and Kannel the same; "
                "receipts and replies go to that port, so nothing is sent until then",
                f"端口 {at} 被其他程序占用：请查明并关闭该程序，或改 listen 并同步改 Kannel 的设置；在此之前不会发送",
            )  # fmt: skip
        case _:
            assert_never(holder)


def gateway_state(plan: GatewayPlan, secrets: Secrets | None, *, reach: bool) -> Finding:
    """One way out."""
    name = f"gateway {plan.name}"
    try:
        found = kind(plan.kind)
    except GatewayError as error:
        return bad(
            name, error.english, "install that package", f"出口类型 {plan.kind} 所需的软件包没有安装，请安装"
        )
    if found is None:
        return bad(
            name, f"no installed package has the kind `{plan.kind}`", "install it, or change `kind`",
            f"没有出口类型 {plan.kind}：请安装相应软件包，或修改 kind",
        )  # fmt: skip
    needed = found.wanted(plan.options) if isinstance(found, Wanting) else found.secrets
    missing = sorted(set(needed) - set(secrets(plan))) if secrets else []
    if missing:
        return bad(
            name, f"{plan.kind}, without its {', '.join(missing)}", f"give it: {', '.join(missing)}",
            f"缺少密钥：{'、'.join(missing)}",
        )  # fmt: skip
    shown = f"{plan.kind}, {_words(needed, told=secrets is not None)}"
    unheard = unheard_of(plan, set(secrets(plan)) if secrets else None)
    reached = _reached(name, shown, plan, reach=reach)
    return _deaf(name, shown, unheard) if unheard and reached.level is Grade.OK else reached


def _deaf(name: str, shown: str, unheard: Unheard) -> Finding:
    """It works, and what recipients answer is lost."""
    lost, lost_zh = ("receipts and no replies", "回执和回复") if unheard.receipts else ("replies", "回复")
    return warn(
        name, f"{shown}; it hears no {lost}: refusals by reply are lost", unheard.advice,
        f"收不到{lost_zh}，回复退订的不会被记下；{unheard.advice_zh}",
    )  # fmt: skip


def _reached(name: str, shown: str, plan: GatewayPlan, *, reach: bool) -> Finding:
    """Whether its other side answers."""
    address = _address(plan.options)
    if not reach or address is None:
        return ok(name, shown)
    why = unreachable(*address)
    if why:
        return bad(
            name, f"{shown}; {address[0]} port {address[1]} cannot be reached: {why}",
            "check host, port, cable and firewall, and whether the carrier has released this machine's address",
            "连接不上出口：请检查地址、端口、网线和防火墙，并确认运营商已放行本机地址",
        )  # fmt: skip
    return ok(name, f"{shown}; {address[0]} port {address[1]} answers")


def _words(secrets: Collection[str], *, told: bool) -> str:
    if not secrets:
        return "no secrets needed"
    return f"{'has' if told else 'needs'} {', '.join(secrets)}"


def _address(options: Mapping[str, Any]) -> tuple[str, int] | None:
    """Host and port, from settings of these names, or from `endpoint` as host or host:port with its `protocol`."""
    host, port = options.get("host"), options.get("port")
    if host and isinstance(port, int):
        return str(host), port
    endpoint = str(options.get("endpoint", ""))
    if not endpoint:
        return None
    name, _, given = endpoint.rpartition(":")
    if name and given.isdecimal():
        return name, int(given)
    return endpoint, _PORTS.get(str(options.get("protocol")), _PORTS["https"])
