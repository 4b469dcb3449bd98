"""A link to an SMSC: one or more connections that share a queue, each opened again when it breaks."""

import asyncio
import ssl
from collections.abc import Sequence

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.links.connections import Connections
from campaigner.delivery.links.multipart import PartQueue
from campaigner.delivery.links.pause import Pause
from campaigner.delivery.links.rates import Bucket
from campaigner.delivery.live import Ear
from campaigner.delivery.smpp import pdu
from campaigner.delivery.smpp.inbox import Inbox
from campaigner.delivery.smpp.session import LinkContext, Session
from campaigner.delivery.smpp.settings import SmppSettings
from campaigner.errors import GatewayError

_WAITS = 0.5, 30.0
"""Seconds before the first attempt to reconnect, and at most between two; each wait is twice the one before."""
_RESTS = 1.0, 30.0
"""Seconds of the first rest when the SMSC says "too fast", and of the longest."""


class SmppLink:
    """A link, as `delivery.live.Link` describes it.

    Args:
        settings: How to reach the SMSC.
        ear: Where answers, receipts and replies are told.
    """

    def __init__(self, settings: SmppSettings, ear: Ear) -> None:
        self._settings = settings
        submits = pdu.Submits(
            settings.service_type,
            settings.source,
            settings.destination,
            settings.period,
            receipts=settings.receipts,
        )
        inbox, bucket = Inbox(ear, settings.id_form, settings.source[2]), Bucket(settings.rate)
        pause = Pause(bucket, *_RESTS, settings.patience)
        self._context = LinkContext(settings, submits, PartQueue(ear), inbox, bucket, pause, ear)
        sender = pdu.BIND_TRANSMITTER if settings.pair else pdu.BIND_TRANSCEIVER
        self._roles = [sender] * settings.links + [pdu.BIND_RECEIVER] * settings.pair
        self._connections = Connections(
            self._connect,
            self._context.queue,
            self._note,
            _WAITS,
            settings.patience,
        )

    async def open(self) -> None:
        """Connect and log in, with all connections.

        Raises:
            GatewayError: The SMSC cannot be reached or refuses a login.
        """
        settings = self._settings
        if not settings.system_id or not settings.password:
            raise GatewayError(
                f"gateway {settings.name}: system_id and password are not both known; set them\n"
                f"出口 {settings.name}：缺少 system_id 或 password，请写入 credentials.toml"
            )
        await self._connections.open(len(self._roles), len(self._roles))

    async def send(self, block: Sequence[Outgoing]) -> None:
        """Send a block; returns when each message has its answer."""
        await self._context.queue.send(block)

    async def close(self) -> None:
        """Log out and disconnect; what is still out after a short wait is answered as unknown."""
        self._context.queue.close("the link was closed")
        await self._connections.close()
        self._context.inbox.empty()

    def _note(self, text: str) -> None:
        """A line for the log; errors name the gateway themselves."""
        where = self._settings.where
        self._context.ear.notes(text if text.startswith(where) else f"{where}: {text}")

    async def _connect(self, place: int) -> Session:
        """One more connection, logged in."""
        settings, loop = self._settings, asyncio.get_running_loop()
        session = Session(self._context, self._roles[place])
        context = ssl.create_default_context() if settings.tls else None
        try:
            async with asyncio.timeout(settings.timeout):
                await loop.create_connection(lambda: session, settings.host, settings.port, ssl=context)
                await session.bind()
        except TimeoutError:
            session.abort()
            raise GatewayError(
                f"{settings.where}: no answer within {settings.timeout} s\n"
                f"{settings.where_zh}：{settings.timeout} 秒内没有应答，请检查 host、port 和网络"
            ) from None
        except ssl.SSLError as error:
            raise GatewayError(
                f"{settings.where}: the encrypted connection failed: {error.reason}\n"
                f"{settings.where_zh}：加密连接失败，请检查 tls 设置和对方证书"
            ) from None
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise GatewayError(
                f"{settings.where}: cannot be reached: {reason}\n"
                f"{settings.where_zh}：连接不上，请检查 host、port 和网络"
            ) from None
        except BaseException:
            session.abort()
            raise
        return session
