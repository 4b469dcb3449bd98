"""What both clouds' gateways have in common: their settings, and what follows from them."""

import ipaddress
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass

from campaigner.delivery.cloud import pushes
from campaigner.delivery.cloud.link import Manner
from campaigner.delivery.cloud.wording import Wording, read_templates
from campaigner.delivery.gateway import Setting
from campaigner.domain.campaign import GatewayPlan
from campaigner.domain.cloud_template import TemplateError
from campaigner.errors import GatewayError


def settings(endpoint: str, most: int, parameter_limit: int) -> tuple[Setting, ...]:
    """The settings of a cloud's gateway.

    Args:
        endpoint: Its public host.
        most: How many messages one request may hold.
        parameter_limit: Longest value of a template's parameter unless the template says otherwise, in characters.
    """
    return (
        Setting("templates", tuple, (), required=True),
        Setting("parameter_limit", int, parameter_limit, most=500),
        Setting("suffix_by", str, "template", choices=("template", "cloud")),
        Setting("lint", str, "refuse", choices=("refuse", "allow")),
        Setting("compare", bool, default=True),
        Setting("per_request", int, most, most=most),
        Setting("connections", int, 4, most=16),
        Setting("rate", int, 500, least=0),
        Setting("timeout", int, 15, most=120),
        Setting("patience", int, 120),
        Setting("endpoint", str, endpoint),
        Setting("protocol", str, "https", choices=("https", "http")),
        Setting("rehearsal", bool, default=False),
        *pushes.SETTINGS,
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """A cloud's gateway as its settings say, without secrets.

    Args:
        wording: What is registered.
        manner: How the link works.
        endpoint: Host, with a port where it is not the usual one.
        protocol: `https`, or `http` on this machine.
        timeout: Seconds to wait for an answer.
        per_request: How many messages a request may hold.
        rehearsal: Whether the other end is a stand-in on this machine.
    """

    wording: Wording
    manner: Manner
    endpoint: str
    protocol: str
    timeout: int
    per_request: int
    rehearsal: bool


def read_terms(plan: GatewayPlan, kind: str) -> Terms:
    """The terms of a gateway.

    Raises:
        GatewayError: Settings that cannot work together; says which, and the way out.
    """
    options = plan.options
    if not plan.signature:
        raise GatewayError(
            f"gateway {plan.name}: give `signature` as registered; the cloud puts it before each text\n"
            f"出口 {plan.name}：请按登记的内容填写 signature（短信签名），云平台会把它加在每条短信前面"
        )
    try:
        templates = read_templates(options["templates"], options["parameter_limit"])
    except TemplateError as error:
        raise GatewayError(
            f"gateway {plan.name}: templates: {error}\n"
            f"出口 {plan.name}：templates 中的短信模板写法有误，请对照云平台登记的模板改正"
        ) from None
    here = _on_this_machine(options["endpoint"])
    if options["rehearsal"] and not here:
        raise GatewayError(
            f"gateway {plan.name}: a rehearsal needs a stand-in on this machine as `endpoint`\n"
            f"出口 {plan.name}：演练（rehearsal）时 endpoint 只能是本机上的模拟平台，请改正"
        )
    if options["protocol"] == "http" and not here:
        raise GatewayError(
            f'gateway {plan.name}: `protocol = "http"` is for this machine only; leave it out\n'
            f"出口 {plan.name}：protocol 设为 http 只能用于本机，请去掉这一项"
        )
    suffix = plan.suffix if options["suffix_by"] == "cloud" else ""
    return Terms(
        Wording(kind, plan.signature, suffix, templates, options["lint"] == "refuse"),
        Manner(
            options["connections"],
            options["rate"],
            options["patience"],
            options.get("pull_seconds", 0),
            options["compare"],
        ),
        options["endpoint"],
        options["protocol"],
        options["timeout"],
        options["per_request"],
        options["rehearsal"],
    )


def wanted_secrets(plan: GatewayPlan, secrets: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, ...]:
    """The values of the secrets.

    Raises:
        GatewayError: One is missing.
    """
    for name in names:
        if not secrets.get(name):
            raise GatewayError(
                f"gateway {plan.name}: the secret `{name}` is missing\n"
                f"出口 {plan.name}：缺少密钥 {name}，请写入 credentials.toml"
            )
    return tuple(secrets[name] for name in names)


def quiet(terms: Terms, *loggers: str) -> None:
    """Keep an SDK from writing requests, which hold numbers and texts, anywhere.

    Raises:
        GatewayError: The environment would make it print them, or send a rehearsal out of the house.
    """
    if os.environ.get("DEBUG", "").lower() == "sdk":
        raise GatewayError(
            "the variable DEBUG=sdk makes the SDK print phone numbers; unset it\n"
            "环境变量 DEBUG=sdk 会让云平台软件包输出手机号：请先取消这个变量"
        )
    proxy = os.environ.get("HTTP_PROXY") or os.environ.get("http_proxy")
    if terms.protocol == "http" and proxy:
        raise GatewayError(
            "the variable HTTP_PROXY would lead the SDK away from this machine; unset it\n"
            "环境变量 HTTP_PROXY 会把数据引到本机之外：请先取消这个变量"
        )
    for name in loggers:
        logging.getLogger(name).setLevel(logging.WARNING)


def missing(kind: str) -> GatewayError:
    """The error that names the way out where an SDK is not installed."""
    return GatewayError(
        f"gateways of kind `{kind}` need their SDK: pip install campaigner[{kind}]\n"
        f"出口类型 {kind} 需要云平台软件包：pip install campaigner[{kind}]"
    )


def _on_this_machine(endpoint: str) -> bool:
    host = endpoint.rpartition(":")[0] if endpoint.rpartition(":")[2].isdigit() else endpoint
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
