"""The gateway for SMSCs that speak SMPP 3.4."""

from collections.abc import Mapping
from typing import ClassVar

from campaigner.delivery.gateway import Setting
from campaigner.delivery.live import Ear
from campaigner.delivery.smpp.link import SmppLink
from campaigner.delivery.smpp.settings import SECRETS, SETTINGS, read_settings
from campaigner.domain.campaign import GatewayPlan


class SmppGateway:
    """Sends each message itself, over one or more logins to an SMSC, and hears receipts and replies."""

    settings: ClassVar[tuple[Setting, ...]] = SETTINGS
    secrets: ClassVar[tuple[str, ...]] = SECRETS

    def __init__(self, plan: GatewayPlan, secrets: Mapping[str, str]) -> None:
        """A gateway with its settings from config.toml.

        Raises:
            GatewayError: A text is too long for its field, or a rehearsal would leave this machine.
        """
        self._settings = read_settings(plan, secrets)
        self._rows: int = plan.options["rows_per_batch"]
        self.real: bool = not plan.options["rehearsal"]

    @property
    def rows_per_batch(self) -> int:
        """How many messages one batch holds."""
        return self._rows

    def link(self, ear: Ear) -> SmppLink:
        """A link to the SMSC, not yet open."""
        return SmppLink(self._settings, ear)
