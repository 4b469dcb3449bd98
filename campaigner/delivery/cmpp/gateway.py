"""The gateway of kind "cmpp": a carrier's port that speaks CMPP 2.0 or 3.0."""

from collections.abc import Mapping
from typing import ClassVar

from campaigner.delivery.cmpp.link import CmppLink
from campaigner.delivery.cmpp.pdu import LAYOUTS
from campaigner.delivery.cmpp.settings import CmppSettings
from campaigner.delivery.gateway import Setting
from campaigner.delivery.links.rates import Bucket
from campaigner.delivery.live import Ear
from campaigner.domain.campaign import GatewayPlan
from campaigner.domain.remote import is_loopback
from campaigner.errors import GatewayError

_PREFIXES = {"plain": "", "86": "86", "+86": "+86"}
_WIDTHS = {"sp_id": 6, "service_id": 10, "src_id": 21, "fee_code": 6}
"""Octets that the protocol has for them."""


class CmppGateway:
    """Sends by CMPP and hears status reports and replies on the same links."""

    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("host", str, "", required=True),
        Setting("port", int, 7890, most=65535),
        Setting("version", str, "3.0", choices=tuple(LAYOUTS)),
        Setting("src_id", str, "", required=True),
        Setting("service_id", str, ""),
        Setting("window_size", int, 16, most=1000),
        Setting("links", int, 1, most=16),
        Setting("rate", int, 50, least=0),
        Setting("timeout", int, 60),
        Setting("active_test", int, 180),
        Setting("patience", int, 120),
        Setting("reports", bool, default=True),
        Setting("phones", str, "plain", choices=tuple(_PREFIXES)),
        Setting("fee_user_type", int, 2, least=0, most=2),
        Setting("fee_type", str, "01", choices=("01", "02", "03", "04", "05")),
        Setting("fee_code", str, "000000"),
        Setting("rows_per_batch", int, 10_000),
        Setting("rehearsal", bool, default=False),
    )
    secrets: ClassVar[tuple[str, ...]] = ("sp_id", "secret")

    def __init__(self, plan: GatewayPlan, secrets: Mapping[str, str]) -> None:
        """A gateway with its settings from config.toml.

        Raises:
            GatewayError: A text does not fit its field, or a rehearsal names a host that is not this machine.
        """
        options = plan.options
        self._rows: int = options["rows_per_batch"]
        self._missing = [name for name in self.secrets if not secrets.get(name)]
        self._name = plan.name
        self.real = not options["rehearsal"]
        if not self.real and not is_loopback(options["host"]):
            raise GatewayError(
                f"gateway {plan.name}: rehearsal = true is for a gateway on this machine, not for {options['host']}; "
                'leave it out, or use host = "127.0.0.1"\n'
                f"出口 {plan.name}：rehearsal = true 只能用于本机上的网关，不能用于 {options['host']}；"
                "请去掉这一项，或把 host 改为 127.0.0.1"
            )
        for key, text in (("sp_id", secrets.get("sp_id", "")), *((k, options.get(k, "")) for k in _WIDTHS)):
            if not text.isascii() or len(text) > _WIDTHS[key]:
                raise GatewayError(
                    f"gateway {plan.name}: {key} may have at most {_WIDTHS[key]} letters and digits\n"
                    f"出口 {plan.name}：{key} 最多 {_WIDTHS[key]} 个字母和数字，请对照运营商给的资料改正"
                )
        same = ("host", "port", "links", "timeout", "active_test", "patience", "src_id", "reports")
        self._settings = CmppSettings(
            name=plan.name,
            sp_id=secrets.get("sp_id", ""),
            secret=secrets.get("secret", ""),
            layout=LAYOUTS[options["version"]],
            window=options["window_size"],
            prefix=_PREFIXES[options["phones"]],
            service=options["service_id"],
            fee=(options["fee_user_type"], options["fee_type"], options["fee_code"]),
            **{name: options[name] for name in same},
        )
        self._bucket = Bucket(options["rate"])

    @property
    def rows_per_batch(self) -> int:
        """How many messages a batch holds."""
        return self._rows

    def link(self, ear: Ear) -> CmppLink:
        """A link, not yet open.

        Raises:
            GatewayError: The account or its secret is not known.
        """
        if self._missing:
            raise GatewayError(
                f"gateway {self._name}: {' and '.join(self._missing)} not known; it cannot log in\n"
                f"出口 {self._name}：缺少 {'、'.join(self._missing)}，无法登录；请写入 credentials.toml"
            )
        return CmppLink(self._settings, ear, self._bucket)
