"""A link to a CMPP gateway: one or more connections, one queue, reconnecting by itself."""

import asyncio
from collections.abc import Sequence

from campaigner.delivery.cmpp.incoming import CHINA, decode
from campaigner.delivery.cmpp.pdu import V20, V30, Layout, SubmitForm, Welcome, proves
from campaigner.delivery.cmpp.session import LinkContext, Session
from campaigner.delivery.cmpp.settings import CmppSettings
from campaigner.delivery.cmpp.words import VERSION_TOO_HIGH, status_words, status_words_zh
from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.links.connections import Connections
from campaigner.delivery.links.incoming import Incoming
from campaigner.delivery.links.multipart import PartQueue
from campaigner.delivery.links.pause import Pause
from campaigner.delivery.links.rates import Bucket
from campaigner.delivery.links.replies import Replies
from campaigner.delivery.live import Ear
from campaigner.errors import GatewayError

_LOGIN_SECONDS = 10.0
_WAITS = 0.2, 30.0
"""Seconds before the first attempt to reconnect, and at most between two; each wait is twice the one before."""
_RESTS = 1.0, 16.0
"""Seconds of the first rest when the gateway says "too fast", and of the longest."""


class CmppLink:
    """A link; see `delivery.live.Link`.

    Args:
        settings: Where and as whom to log in, and how to behave.
        ear: Where to tell.
        bucket: The carrier's rate, shared by all links of the gateway.
    """

    def __init__(self, settings: CmppSettings, ear: Ear, bucket: Bucket) -> None:
        self._settings, self._ear, self._layout = settings, ear, settings.layout
        self._context = LinkContext(
            settings,
            PartQueue(ear),
            Incoming(ear, Replies(decode)),
            bucket,
            Pause(bucket, *_RESTS, settings.patience),
            self._notes,
        )
        self._connections = Connections(
            self._connect, self._context.queue, self._notes, _WAITS, settings.patience
        )

    async def open(self) -> None:
        """Connect and log in; the first connection settles the version, others may come later."""
        await self._connections.open(self._settings.links, 1)

    async def send(self, block: Sequence[Outgoing]) -> None:
        """Send a block; see `delivery.live.Link.send`."""
        await self._context.queue.send(block)

    async def close(self) -> None:
        """Log out everywhere and disconnect."""
        self._context.queue.close("the link was closed")
        await self._connections.close()
        self._context.incoming.empty()

    async def _connect(self, _place: int) -> Session:
        """A connection that is logged in; a gateway that knows only 2.0 gets 2.0."""
        try:
            return await self._log_in(self._layout)
        except _VersionError:
            self._notes("the gateway does not speak CMPP 3.0 (status 4); trying 2.0: set version to 2.0")
        session = await self._log_in(V20)
        self._layout = V20
        return session

    async def _log_in(self, layout: Layout) -> Session:
        session = Session(self._context, layout)
        try:
            async with asyncio.timeout(_LOGIN_SECONDS):
                welcome, ours = await self._greet(session)
            self._judge(welcome, ours, layout)
        except TimeoutError:
            session.fail("no answer to the login")
            raise GatewayError(
                f"{self._where} does not answer within {_LOGIN_SECONDS:g} s; check host and port\n"
                f"{self._where_zh} 在 {_LOGIN_SECONDS:g} 秒内没有应答：请检查 host 和 port"
            ) from None
        except BaseException:
            session.fail("the login came to nothing")
            raise
        session.start(self._form(welcome.layout))
        return session

    async def _greet(self, session: Session) -> tuple[Welcome, bytes]:
        """Connect and send CONNECT; the answer, and our proof."""
        settings = self._settings
        try:
            await asyncio.get_running_loop().create_connection(lambda: session, settings.host, settings.port)
            stamp = int(self._ear.now().astimezone(CHINA).strftime("%m%d%H%M%S"))
            ours = session.log_in(stamp)
            return await session.welcome, ours
        except ConnectionError:
            raise GatewayError(
                f"{self._where} cuts the connection or does not take it; check host, port and that the carrier "
                "allows this machine's address\n"
                f"{self._where_zh} 断开或不接受连接：请检查 host 和 port，并确认运营商已放行本机地址"
            ) from None
        except OSError as error:
            raise GatewayError(
                f"{self._where} cannot be reached: {error.strerror}; check host and port\n"
                f"{self._where_zh} 连接不上：请检查 host、port 和网络"
            ) from None

    def _judge(self, welcome: Welcome, ours: bytes, layout: Layout) -> None:
        """Refuse what refuses us; only note what is merely odd."""
        if welcome.status == VERSION_TOO_HIGH and layout is V30:
            raise _VersionError
        if welcome.status:
            raise GatewayError(
                f"{self._where} refuses the login: {status_words(welcome.status)}\n"
                f"{self._where_zh} 拒绝登录：{status_words_zh(welcome.status)}"
            )
        if not proves(welcome.status, welcome.proof, ours, self._settings.secret):
            self._notes("the gateway's own proof (AuthenticatorISMG) does not fit the secret; going on")
        if welcome.layout is not layout:
            self._notes(f"the gateway answers in CMPP {welcome.layout.name}: set version to that")

    @property
    def _where(self) -> str:
        return f"gateway {self._settings.name}: {self._settings.host}:{self._settings.port}"

    @property
    def _where_zh(self) -> str:
        return f"出口 {self._settings.name}（{self._settings.host}:{self._settings.port}）"

    def _form(self, layout: Layout) -> SubmitForm:
        settings = self._settings
        return SubmitForm(
            layout, settings.sp_id, settings.src_id, settings.service, settings.reports, settings.fee
        )

    def _notes(self, text: str) -> None:
        """A line for the log, with the gateway's name."""
        self._ear.notes(f"{self._settings.name}: {text}")


class _VersionError(Exception):
    """The gateway does not speak the version we asked for."""
