"""What a way out looks like that talks to a carrier while the stage waits: links, answers, receipts, replies."""

from asyncio import Future
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from campaigner.delivery.gateway import Gateway, Outgoing
from campaigner.domain.receipt import Answer, Answered, Receipt, Received, Reply

__all__ = ["Answer", "Answered", "Ear", "Kept", "Link", "LiveGateway", "Receipt", "Received", "Reply"]

Kept = Future[bool] | None
"""Whether what was told is in the store, so that it may be acknowledged.

None where it is when the call returns. Else a future of the link's event loop, done within a few seconds: True once it
is committed; False if it is not, and is held nowhere: the carrier is told to come again, or the link tells it again.
"""


class Ear(Protocol):
    """Where a link tells what it hears; quick, never blocking, called from the link's event loop.

    A carrier forgets what a link acknowledges. So a link acknowledges no receipt and no reply, whatever that is in its
    protocol, before the ear says that it is kept; and it takes no more from a carrier than it can hold meanwhile.
    """

    def answers(self, answers: Sequence[Answer]) -> None:
        """Answers to messages that were given to `Link.send`."""
        ...

    def receipts(self, receipts: Sequence[Receipt]) -> Kept:
        """Receipts, whether or not the message is known yet; each with all that the carrier says: id, phone, times."""
        ...

    def replies(self, replies: Sequence[Reply]) -> Kept:
        """Replies of recipients; a part that waits too long for others is told alone, the whole when it is there."""
        ...

    def notes(self, text: str) -> None:
        """Something of the link worth a line in the program's log: a reconnect, a pause, a broken peer.

        Args:
            text: One line without personal data and without secrets.
        """
        ...

    def now(self) -> datetime:
        """The time, aware of its zone, for a login that must state it: a link has no clock of its own."""
        ...


class Link(Protocol):
    """An open way to a carrier. One event loop, one task may call `send` several times at once."""

    async def open(self) -> None:
        """Connect and log in.

        Raises:
            GatewayError: The other side cannot be reached or refuses the login; says which, and the way out.
        """
        ...

    async def send(self, block: Sequence[Outgoing]) -> None:
        """Send a block; returns when every message of it has exactly one answer, told through the ear.

        Keeps the window, the rate and pauses of throttling by itself. A cut link answers what was in flight with
        `UNKNOWN` and reconnects with backoff for the rest; when it gives up, the rest is answered `UNSENT`.
        Cancelled, it answers what is in flight with `UNKNOWN`, the rest with `UNSENT`, then stops.
        """
        ...

    async def close(self) -> None:
        """Log out and disconnect; what is still in flight after a short wait is answered `UNKNOWN`."""
        ...


@runtime_checkable
class LiveGateway(Gateway, Protocol):
    """A way out that sends by itself."""

    def link(self, ear: Ear) -> Link:
        """A link, not yet open."""
        ...
