"""Later words on messages that went out: a carrier's receipts and recipients' replies, over a wire or in a file."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Received(StrEnum):
    """What a receipt says of a message."""

    UNDERWAY = "underway"
    """Still on its way (ACCEPTD, ENROUTE, buffered): no state of ours changes."""
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A later word on one message, or on one part of it. It may come early, twice, late, or out of order.

    Args:
        received: What it says.
        reference: The carrier's id, written as it was when the message was taken; "" where `id` names the message.
        id: Our number of the message where the carrier gives it back; 0 where `reference` names it.
        phone: The recipient, where one reference stands for several; 0 elsewhere.
        cause: The carrier's word, `UNDELIV err:012`; no personal data.
        at: When, as the carrier states it; None if it does not.
    """

    received: Received
    reference: str = ""
    id: int = 0
    phone: int = 0
    cause: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody wrote back: from which phone, to which number of ours, the text."""

    phone: int
    to: str
    text: str
