"""Kannel: an SMS gateway of one's own, spoken to over HTTP; receipts and replies come back by callbacks."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from campaigner.delivery.gateway import PortHolder, Setting
from campaigner.delivery.hearing import Unheard
from campaigner.delivery.kannel.link import KannelLink
from campaigner.delivery.kannel.options import SETTINGS, check_secrets, read_options
from campaigner.delivery.kannel.peer import OFFICE, Proof, holder
from campaigner.delivery.live import Ear
from campaigner.domain.campaign import GatewayPlan


class KannelGateway:
    """Hands messages to a Kannel, which speaks to the carrier."""

    settings: ClassVar[tuple[Setting, ...]] = SETTINGS
    secrets: ClassVar[tuple[str, ...]] = ("username", "password", "reply_token")
    proves: ClassVar[str] = OFFICE

    @classmethod
    def wanted(cls, _options: Mapping[str, Any]) -> tuple[str, ...]:
        """The login; without the token of replies it sends, and hears none: see `unheard`."""
        return cls.secrets[:2]

    @classmethod
    def unheard(cls, options: Mapping[str, Any], secrets: Collection[str] | None = None) -> Unheard | None:
        """Replies, where nothing is listened to or the token is not known that they must carry."""
        if options["listen"] and (secrets is None or "reply_token" in secrets):
            return None
        return Unheard(
            receipts=not options["listen"],
            replies=True,
            advice="set `listen` and the secret `reply_token`, and the sms-service of kannel.conf",
            advice_zh="请设置 listen 和密钥 reply_token，并在 kannel.conf 中配置 sms-service",
        )

    def __init__(self, plan: GatewayPlan, secrets: Mapping[str, str]) -> None:
        """A gateway with its settings from config.toml.

        Raises:
            GatewayError: A setting cannot be.
        """
        self._name = plan.name
        self._options = read_options(plan)
        self._secrets = secrets
        self.real = not self._options.rehearsal

    @property
    def rows_per_batch(self) -> int:
        """How many messages a batch holds."""
        return self._options.rows

    @property
    def listens_at(self) -> str:
        """Where Kannel calls; "" where it has no reason to."""
        listen = self._options.listen
        wanted = self._options.receipts or bool(self._secrets.get("reply_token"))
        return f"{listen[0]}:{listen[1]}" if listen and wanted else ""

    def port_holder(self) -> PortHolder:
        """See `Listening`.

        Raises:
            GatewayError: Kannel's login is not known.
        """
        check_secrets(self._name, self._secrets)
        listen = self._options.listen
        if listen is None:
            return PortHolder.NOBODY
        return asyncio.run(holder(listen, Proof(self._secrets, listen), lambda _line: None))

    def link(self, ear: Ear) -> KannelLink:
        """A link, not yet open.

        Raises:
            GatewayError: Kannel's login is not known.
        """
        check_secrets(self._name, self._secrets)
        return KannelLink(self._options, self._secrets, ear)
