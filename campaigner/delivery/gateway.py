"""What every way out for SMS looks like to the stages; `live.py` adds what only those have that send by themselves."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

from campaigner.domain.campaign import GatewayPlan
from campaigner.domain.message import Outgoing
from campaigner.exports.parcel import Parcel

__all__ = [
    "DroppingGateway",
    "Fault",
    "FileGateway",
    "Gateway",
    "Outgoing",
    "Preparing",
    "Setting",
    "Shipment",
    "Shipped",
]


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


@dataclass(frozen=True, slots=True)
class Setting:
    """A key that a kind of gateway understands in `[gateways.NAME]`, besides those that all have.

    Args:
        name: The key.
        type: `str`, `int`, `bool`, or `tuple` for a list of texts.
        default: Its value where it is not given; of that type.
        required: Whether it must be given.
        choices: What a text, or each text of a list, may be; anything if empty.
        least: The smallest whole number.
        most: The largest whole number; None for no limit.
    """

    name: str
    type: type
    default: Any
    required: bool = False
    choices: tuple[str, ...] = ()
    least: int = 1
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A setting that has the right type and cannot be used all the same: its key, what is wrong, in two languages."""

    key: str
    message: str
    message_zh: str


@runtime_checkable
class Preparing(Protocol):
    """A kind of gateway some of whose settings name files of the working folder."""

    @classmethod
    def prepare(cls, options: Mapping[str, Any], folder: Path) -> tuple[Mapping[str, Any], Sequence[Fault]]:
        """The settings with what such files say in place of their names, and what is wrong with them.

        An approval is bound to what comes back, so it holds no path of this machine.

        Args:
            options: A value for every setting, of its type.
            folder: The working folder.
        """
        ...


class Gateway(Protocol):
    """A way out.

    Attributes:
        settings: The keys that its kind understands; checked before a gateway is made, so `plan.options` has each.
        secrets: Names of what must not stand in config.toml, such as `password`; looked up for it.
        real: Whether it reaches people; one that does is never given synthetic audiences.
    """

    settings: ClassVar[tuple[Setting, ...]]
    secrets: ClassVar[tuple[str, ...]]
    real: bool

    def __init__(self, plan: GatewayPlan, secrets: Mapping[str, str]) -> None:
        """A gateway with its settings from config.toml.

        Args:
            plan: What config.toml says of it.
            secrets: Those of its `secrets` that are known.
        """
        ...

    @property
    def rows_per_batch(self) -> int:
        """How many messages a batch may hold."""
        ...


class PortHolder(StrEnum):
    """Who listens at a port that a gateway needs."""

    NOBODY = "nobody"
    OURS = "ours"
    """A process of this office, which has proved it."""
    STRANGER = "stranger"


@runtime_checkable
class Listening(Protocol):
    """A kind of gateway at which its other side calls, on a port of this machine."""

    proves: ClassVar[str]
    """Name of a secret made of the office's own key, by which its processes know each other there."""

    @property
    def listens_at(self) -> str:
        """The address, such as `127.0.0.1:18080`; "" if it listens nowhere."""
        ...

    def port_holder(self) -> PortHolder:
        """Who listens there now; waits for seconds at the most, and shows nobody a secret."""
        ...


@runtime_checkable
class FileGateway(Gateway, Protocol):
    """A way out that writes files, for somebody to upload or for a server to fetch."""

    def ship(self, shipment: Shipment, parcel: Parcel) -> Shipped:
        """Take a batch; files belong into the parcel, which is shown only when all batches are in it.

        Raises:
            GatewayError: The batch cannot be taken; nothing of it is out.
        """
        ...


@runtime_checkable
class DroppingGateway(FileGateway, Protocol):
    """A way out that writes files and then takes them to a server by itself."""

    def deposit(self, folder: Path) -> None:
        """Take the batches of an exported folder to the server; called again, it finishes what is missing.

        Called after the folder is shown and before the run counts as exported. What is there is never put there
        twice, even if the server has taken it away since.

        Args:
            folder: The run's folder, with its manifest.

        Raises:
            GatewayError: It is not all there yet; the next call goes on from there.
        """
        ...
