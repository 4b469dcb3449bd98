"""What every way out for SMS looks like to the stages."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from campaigner.delivery.parcel import Parcel
from campaigner.domain.campaign import GatewayPlan


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One SMS on its way out: our number for it, the phone, the finished text."""

    id: int
    phone: int
    text: str


@dataclass(frozen=True, slots=True)
class Shipment:
    """One batch as a gateway gets it.

    Args:
        run: Code of the run.
        number: Number of the batch in the run.
        rows: How many messages.
        parts: How many SMS parts.
        due_at: When the run is due, in the office's zone.
        messages: Reads the messages in blocks, from the start each time it is called.
    """

    run: str
    number: int
    rows: int
    parts: int
    due_at: datetime
    messages: Callable[[], Iterable[Sequence[Outgoing]]]


@dataclass(frozen=True, slots=True)
class Shipped:
    """What became of a batch: the file that stands for it and that file's SHA-256."""

    file: str
    sha256: str


class Gateway(Protocol):
    """A way out. `real` ones reach people, and are never given synthetic audiences."""

    real: ClassVar[bool]

    def __init__(self, plan: GatewayPlan) -> None:
        """A gateway with its settings from config.toml."""
        ...

    @property
    def rows_per_batch(self) -> int:
        """How many messages a batch may hold."""
        ...

    def ship(self, shipment: Shipment, parcel: Parcel) -> Shipped:
        """Take a batch; files belong into the parcel, which is shown only when all batches are in it.

        Raises:
            GatewayError: The batch cannot be taken; nothing of it is out.
        """
        ...
