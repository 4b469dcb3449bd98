"""What comes back of messages: a link's answers, a carrier's receipts, recipients' replies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Answered(StrEnum):
    """What a link says of one message that it was given."""

    ACCEPTED = "accepted"
    """The other side has taken it; receipts may follow."""
    REFUSED = "refused"
    """The other side, or a check before it, has refused it for good: it was not sent and will not be."""
    UNKNOWN = "unknown"
    """Bytes of it left and no answer came. Never sent again by itself: a receipt or a person settles it."""
    UNSENT = "unsent"
    """Nothing of it left; it may be given again."""


class Answer(NamedTuple):
    """The answer for one message; a tuple, for there are as many as messages.

    Args:
        id: Our number of the message.
        answered: What became of it.
        references: The carrier's ids, one for each part, by which receipts will name it; empty where there are none.
        cause: The carrier's word or ours in plain text, `0x0B invalid destination`; no personal data.
    """

    id: int
    answered: Answered
    references: tuple[str, ...] = ()
    cause: str = ""


class Received(StrEnum):
    """What a receipt says of a message."""

    UNDERWAY = "underway"
    """Still on its way (ACCEPTD, ENROUTE, buffered): no state of ours changes."""
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"


class Receipt(NamedTuple):
    """A later word on one message, or on one part of it. It may come early, twice, late, or out of order.

    Args:
        received: What it says.
        reference: The carrier's id, written as it was when the message was taken; "" where `id` names the message.
        id: Our number of the message where the carrier gives it back; 0 where `reference` names it.
        phone: The recipient; 0 where the carrier does not name it.
        cause: The carrier's word, `UNDELIV err:012`; no personal data.
        at: When it was done, as the carrier states it; None if it does not.
        parts: SMS parts that it stands for, as the carrier counts them; 0 if it does not say.
        submitted: When the carrier took the message, as it states it; None if it does not.
    """

    received: Received
    reference: str = ""
    id: int = 0
    phone: int = 0
    cause: str = ""
    at: datetime | None = None
    parts: int = 0
    submitted: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody wrote back.

    Args:
        phone: From which phone; 0 if it is no mobile number of the mainland.
        to: To which number of ours.
        text: What.
        whole: Whether this is all of it; a part that came alone may be told before the whole is there.
    """

    phone: int
    to: str
    text: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class OptOut:
    """Somebody who wants no more messages, as a carrier's file has it.

    Args:
        phone: Eleven digits.
        line: Physical line of the file.
        at: When, as the file states it; None if it does not.
        reason: As the file states it, one short line; "" if it does not.
    """

    phone: int
    line: int
    at: datetime | None = None
    reason: str = ""


STATUS_FIELDS = ("id", "reference", "phone", "status", "at", "parts", "cause")
"""What a column of a carrier's status file may hold: our number, the carrier's id, and so on."""


@dataclass(frozen=True, slots=True)
class StatusForm:
    """How one carrier writes its status files, where that is not what everybody writes.

    Args:
        columns: The carrier's header -> one of `STATUS_FIELDS`, or "" for a column that says nothing to us.
        words: The carrier's word for a status -> what it says, as a value of `Received`.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
