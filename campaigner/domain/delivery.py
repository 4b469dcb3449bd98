"""What became of one SMS after it left the outbox: its states, the only steps between them, and their limits.

    (queued) -a-> sending     given to a link
    sending -b-> accepted     the carrier took it
    sending -c-> failed       the carrier refused it
    sending -d-> unknown      no answer came, or the program stopped before it was kept
    sending -e-> (queued)     nothing of it left
    unknown -f-> accepted, delivered, failed, expired     a receipt, or a person
    accepted, sending -g-> delivered, failed, expired     a receipt, which may come before the answer

What is delivered, failed or expired stays so. Nothing that may be out is ever sent again.
"""

from collections.abc import Iterable
from enum import StrEnum

from campaigner.domain.receipt import Received

LEAST = 50
"""Answers before the share of failures says anything."""


class DeliveryState(StrEnum):
    """Where an SMS is on its way."""

    SENDING = "sending"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"


FINAL = frozenset({DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.EXPIRED})
_STEPS: dict[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.SENDING: frozenset({DeliveryState.ACCEPTED, DeliveryState.UNKNOWN}) | FINAL,
    DeliveryState.UNKNOWN: frozenset({DeliveryState.ACCEPTED}) | FINAL,
    DeliveryState.ACCEPTED: FINAL,
    DeliveryState.DELIVERED: frozenset(),
    DeliveryState.FAILED: frozenset(),
    DeliveryState.EXPIRED: frozenset(),
}
_RECEIVED = {
    Received.DELIVERED: DeliveryState.DELIVERED,
    Received.FAILED: DeliveryState.FAILED,
    Received.EXPIRED: DeliveryState.EXPIRED,
}


def sources_of(new: DeliveryState) -> frozenset[DeliveryState]:
    """From which states an SMS may come to this one: the guard of the UPDATE."""
    return frozenset(old for old, targets in _STEPS.items() if new in targets)


def state_of(received: Received) -> DeliveryState | None:
    """The state that a receipt brings a message to; None if it is still on its way."""
    return _RECEIVED.get(received)


def merged(parts: Iterable[Received]) -> Received:
    """What the receipts of all parts of a message say together: one lost part is a lost message."""
    words = set(parts)
    for word in (Received.FAILED, Received.EXPIRED, Received.UNDERWAY):
        if word in words:
            return word
    return Received.DELIVERED


def goes_wrong(answered: int, bad: int, percent: int) -> bool:
    """Whether so large a share of a release fails that it is better to stop and look.

    Args:
        answered: Messages of which the outcome is known, or known to be unknown.
        bad: Those that failed or are unknown.
        percent: The share beyond which it stops; 0 never stops.
    """
    return bool(percent) and answered >= LEAST and bad * 100 > percent * answered
