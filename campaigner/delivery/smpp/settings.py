"""How to reach one SMSC, as config.toml and the secrets say it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from campaigner.delivery.gateway import Setting
from campaigner.delivery.smpp.receipts import ID_FORMS
from campaigner.domain.campaign import GatewayPlan
from campaigner.errors import GatewayError

SETTINGS: tuple[Setting, ...] = (
    Setting("host", str, "", required=True),
    Setting("port", int, 2775, most=65_535),
    Setting("tls", bool, default=False),
    Setting("bind", str, "transceiver", choices=("transceiver", "pair")),
    Setting("system_type", str, ""),
    Setting("links", int, 1, most=16),
    Setting("window_size", int, 10, most=1_000),
    Setting("rate", int, 0, least=0),
    Setting("timeout", int, 60, most=600),
    Setting("heartbeat", int, 30, most=3_600),
    Setting("patience", int, 300, most=86_400),
    Setting("source_addr", str, ""),
    Setting("source_ton", int, 0, least=0, most=6),
    Setting("source_npi", int, 0, least=0, most=18),
    Setting("phone_format", str, "86", choices=("plain", "86", "+86")),
    Setting("dest_ton", int, 1, least=0, most=6),
    Setting("dest_npi", int, 1, least=0, most=18),
    Setting("service_type", str, ""),
    Setting("validity", int, 0, least=0, most=720),
    Setting("receipts", bool, default=True),
    Setting("id_form", str, "same", choices=ID_FORMS),
    Setting("rehearsal", bool, default=False),
    Setting("rows_per_batch", int, 50_000),
)
SECRETS = ("system_id", "password")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_PREFIXES = {"plain": "", "86": "86", "+86": "+86"}
_LONGEST = {"system_id": 15, "system_type": 12, "source_addr": 20, "service_type": 5}
"""Octets that SMPP 3.4 gives each field; of a password carriers take more than its eight."""


@dataclass(frozen=True, slots=True)
class SmppSettings:
    """How to reach one SMSC.

    Args:
        name: Name of the gateway in config.toml.
        host: Name or address of the SMSC.
        port: Its port.
        tls: Whether the connection is encrypted.
        pair: Whether each link sends by one login while another one listens, instead of one that does both.
        system_type: As the carrier wants it.
        links: How many logins send side by side.
        window: How many submits may wait for their answer on each.
        rate: Submits a second over all links; 0 for no limit.
        timeout: Seconds to wait for an answer.
        heartbeat: Seconds of silence after which the SMSC is asked whether it is there.
        patience: Seconds without a login, or of nothing but "too fast", after which the link gives up.
        source: Type of number, numbering plan and address of the sender.
        destination: Type of number, numbering plan, and what stands before each phone's eleven digits.
        service_type: As the carrier wants it.
        validity: Hours that the SMSC tries; 0 for its own rule.
        receipts: Whether receipts are wanted.
        id_form: How ids stand in response and receipt.
        system_id: The login.
        password: The login's password.
    """

    name: str
    host: str
    port: int
    tls: bool
    pair: bool
    system_type: str
    links: int
    window: int
    rate: int
    timeout: int
    heartbeat: int
    patience: int
    source: tuple[int, int, str]
    destination: tuple[int, int, str]
    service_type: str
    validity: int
    receipts: bool
    id_form: str
    system_id: str = field(repr=False)
    password: str = field(repr=False)

    @property
    def where(self) -> str:
        """The gateway and its SMSC, as messages name them."""
        return f"gateway {self.name} ({self.host}:{self.port})"

    @property
    def where_zh(self) -> str:
        """The same in Chinese."""
        return f"出口 {self.name}（{self.host}:{self.port}）"

    @property
    def period(self) -> str:
        """The validity as SMPP 3.4 writes a relative time (7.1.1.2); "" for the SMSC's own rule."""
        days, hours = divmod(self.validity, 24)
        return f"0000{days:02d}{hours:02d}0000000R" if self.validity else ""


def read_settings(plan: GatewayPlan, secrets: Mapping[str, str]) -> SmppSettings:
    """The settings of a gateway, checked.

    Raises:
        GatewayError: A text is too long for its field or is not ASCII, or a rehearsal would leave this machine.
    """
    options = plan.options
    texts = {name: str(options.get(name, "")) for name in _LONGEST} | {s: secrets.get(s, "") for s in SECRETS}
    for name, text in texts.items():
        if not text.isascii() or "\0" in text or len(text) > _LONGEST.get(name, len(text)):
            raise GatewayError(
                f"gateway {plan.name}: `{name}` must be {_bound(name)}\n"
                f"出口 {plan.name}：{name} 只能用英文字母、数字和符号{_bound_zh(name)}，请对照运营商给的资料改正"
            )
    if options["rehearsal"] and options["host"] not in LOOPBACK:
        raise GatewayError(
            f"gateway {plan.name}: `rehearsal = true` is for an SMSC on this machine only; "
            f"set `host` to 127.0.0.1, or take `rehearsal` away\n"
            f"出口 {plan.name}：rehearsal = true 只能用于本机上的短信中心；请把 host 改为 127.0.0.1，"
            "或去掉 rehearsal"
        )
    same = ("host", "port", "tls", "links", "rate", "timeout", "heartbeat", "patience")
    return SmppSettings(
        name=plan.name,
        pair=options["bind"] == "pair",
        window=options["window_size"],
        source=(options["source_ton"], options["source_npi"], texts["source_addr"]),
        destination=(options["dest_ton"], options["dest_npi"], _PREFIXES[options["phone_format"]]),
        system_type=texts["system_type"],
        service_type=texts["service_type"],
        system_id=texts["system_id"],
        password=texts["password"],
        **{name: options[name] for name in (*same, "validity", "receipts", "id_form")},
    )


def _bound(name: str) -> str:
    longest = _LONGEST.get(name)
    return f"ASCII, at most {longest} characters" if longest else "ASCII"


def _bound_zh(name: str) -> str:
    longest = _LONGEST.get(name)
    return f"，最多 {longest} 个" if longest else ""
