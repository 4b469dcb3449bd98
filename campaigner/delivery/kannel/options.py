"""What config.toml may say of a Kannel gateway, and what it means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from campaigner.delivery.gateway import Setting
from campaigner.delivery.kannel.listener import address
from campaigner.delivery.kannel.wire import header_fault
from campaigner.domain.campaign import GatewayPlan
from campaigner.domain.remote import is_loopback
from campaigner.errors import GatewayError

SETTINGS = (
    Setting("host", str, "127.0.0.1"),
    Setting("port", int, 13013, most=65_535),
    Setting("path", str, "/cgi-bin/sendsms"),
    Setting("from", str, "", required=True),
    Setting("connections", int, 32, most=256),
    Setting("recipients", int, 1, most=100),
    Setting("max_parts", int, 10, most=255),
    Setting("rate", int, 0, least=0),
    Setting("timeout", int, 30, most=600),
    Setting("dlr", bool, True),  # noqa: FBT003
    Setting("listen", str, "127.0.0.1:18080"),
    Setting("callback", str, ""),
    Setting("rehearsal", bool, False),  # noqa: FBT003
    Setting("rows_per_batch", int, 50_000),
)
_PATH = re.compile(r"/[A-Za-z0-9._~/-]*")
_TOKEN = re.compile(r"[A-Za-z0-9._~-]{8,64}")
_HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}")


@dataclass(frozen=True, slots=True)
class Options:
    """A gateway's settings, checked.

    Args:
        host: Where smsbox is.
        port: Its `sendsms-port`.
        path: Its `sendsms-url`.
        sender: The number that recipients see.
        connections: How many connections to it.
        recipients: How many phones one request may name.
        max_parts: Parts that Kannel's `max-messages` lets through.
        rate: SMS parts a second; 0 for no limit.
        timeout: Seconds to wait for an answer.
        receipts: Whether Kannel is asked for receipts.
        listen: Host and port to listen at; None for no listener.
        callback: Beginning of the address under which Kannel reaches the listener.
        rehearsal: Whether nobody is reached, because a centre made for tests is behind that Kannel.
        rows: How many messages a batch may hold.
    """

    host: str
    port: int
    path: str
    sender: str
    connections: int
    recipients: int
    max_parts: int
    rate: int
    timeout: int
    receipts: bool
    listen: tuple[str, int] | None
    callback: str
    rehearsal: bool
    rows: int


def read_options(plan: GatewayPlan) -> Options:
    """The settings of a gateway, checked beyond their types.

    Raises:
        GatewayError: One of them cannot be; says which, and what is possible.
    """
    given = plan.options
    host, listen = _host(plan), _listen(plan)
    if not _PATH.fullmatch(given["path"]):
        raise _wrong(
            plan,
            "path",
            "must be a plain path such as /cgi-bin/sendsms",
            "要写普通路径，例如 /cgi-bin/sendsms",
        )
    if words := header_fault(given["from"]):
        raise _wrong(plan, "from", words, "含有不能使用的字符（首尾空格、控制字符），或是空的")
    if given["dlr"] and listen is None:
        raise _wrong(
            plan,
            "listen",
            "is needed for receipts; give an address, or set `dlr = false`",
            "收取回执必须填写：请写地址和端口，或设 dlr = false",
        )
    if given["rehearsal"] and not is_loopback(host):
        raise _wrong(
            plan,
            "rehearsal",
            "is possible only with a Kannel on this machine (host 127.0.0.1)",
            "只能用于本机上的 Kannel（host 为 127.0.0.1）",
        )
    return Options(
        host, given["port"], given["path"], given["from"], given["connections"], given["recipients"],
        given["max_parts"], given["rate"], given["timeout"], given["dlr"], listen, _callback(plan, listen),
        given["rehearsal"], given["rows_per_batch"],
    )  # fmt: skip


def check_secrets(name: str, secrets: Mapping[str, str]) -> None:
    """Whether Kannel's login is known and can be sent.

    Raises:
        GatewayError: It is not; says which secret, never what it is.
    """
    for secret in ("username", "password"):
        if secret not in secrets:
            raise GatewayError(
                f"gateway {name}: its secret `{secret}` is not known\n"
                f"出口 {name}：缺少密钥 {secret}，请写入 credentials.toml"
            )
    for secret, value in secrets.items():
        if words := header_fault(value):
            raise GatewayError(
                f"gateway {name}: its secret `{secret}` {words}\n"
                f"出口 {name}：密钥 {secret} 是空的，或含有不能使用的字符（首尾空格、控制字符），请改正"
            )
    if "reply_token" in secrets and not _TOKEN.fullmatch(secrets["reply_token"]):
        raise GatewayError(
            f"gateway {name}: its secret `reply_token` must be 8 to 64 letters, digits, . _ ~ -\n"
            f"出口 {name}：密钥 reply_token 要有 8 到 64 个字符，只能用字母、数字和 . _ ~ -"
        )


def _host(plan: GatewayPlan) -> str:
    host: str = plan.options["host"]
    if not _HOST.fullmatch(host):
        raise _wrong(plan, "host", "must be a name or an address", "要写主机名或地址")
    return host


def _listen(plan: GatewayPlan) -> tuple[str, int] | None:
    text: str = plan.options["listen"]
    if not text:
        return None
    found = address(text)
    if found is None:
        raise _wrong(
            plan,
            "listen",
            "must be an address and a port, such as 127.0.0.1:18080",
            "要写地址和端口，例如 127.0.0.1:18080",
        )
    if not is_loopback(found[0]) and not plan.options["callback"]:
        raise _wrong(
            plan,
            "listen",
            "is open to other machines; say so by `callback`, the address under which Kannel calls",
            "对其他机器开放：请用 callback 写明 Kannel 回调时使用的地址",
        )
    return found


def _callback(plan: GatewayPlan, listen: tuple[str, int] | None) -> str:
    text: str = plan.options["callback"]
    if not text:
        host, port = listen or ("", 0)
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    parts = urlsplit(text)
    plain = text.isascii() and text.isprintable() and not set(text) & set(" %?#@")
    if not plain or parts.scheme not in {"http", "https"} or not parts.netloc:
        raise _wrong(
            plan, "callback", "must be like http://10.0.0.5:18080", "要写成 http://10.0.0.5:18080 这样"
        )
    return text.rstrip("/")


def _wrong(plan: GatewayPlan, key: str, words: str, words_zh: str) -> GatewayError:
    return GatewayError(f"gateway {plan.name}: `{key}` {words}\n出口 {plan.name}：{key} {words_zh}")
