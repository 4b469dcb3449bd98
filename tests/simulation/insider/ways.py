"""Ways out that keep books of their own: a line on which messages are taken, and a server on which files are put."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from campaigner.delivery.files import FilesGateway
from campaigner.delivery.gateway import Outgoing, Setting
from campaigner.delivery.live import Answer, Answered, Ear, Link
from campaigner.domain.campaign import GatewayPlan
from campaigner.errors import GatewayError
from tests.fakes.carrier import FakeCarrier

Address = tuple[str, int]
_ADDRESS = (Setting("host", str, "127.0.0.1"), Setting("port", int, 5001, most=65_535))


@dataclass
class Books:
    """What reached the other side.

    Args:
        messages: (address, phone, text) of each message that was taken on a line.
        files: (address, name, content) of each file that was put on a server.
        down: Whether nobody can be reached.
        room: Messages that the line takes before it has no room; None if it takes all.
    """

    messages: list[tuple[Address, int, str]] = field(default_factory=list)
    files: list[tuple[Address, str, bytes]] = field(default_factory=list)
    down: bool = False
    room: int | None = None

    def takes(self) -> bool:
        """Whether the line has room for one more message."""
        if self.room is None:
            return True
        self.room -= 1
        return self.room >= 0


BOOKS: list[Books] = []
"""The books of the office that is lived through at present."""


class Line(FakeCarrier):
    """A gateway that sends by itself."""

    settings: ClassVar[tuple[Setting, ...]] = _ADDRESS

    def __init__(self, plan: GatewayPlan, secrets: Mapping[str, str]) -> None:
        super().__init__(plan, secrets)
        self._address = plan.options["host"], plan.options["port"]

    def link(self, ear: Ear) -> Link:
        return _Link(ear, self._address, BOOKS[-1])


class _Link:
    def __init__(self, ear: Ear, address: Address, books: Books) -> None:
        self._ear, self._address, self._books = ear, address, books

    async def open(self) -> None:
        if self._books.down:
            raise GatewayError("the carrier cannot be reached; look at the network")

    async def send(self, block: Sequence[Outgoing]) -> None:
        for message in block:
            if not self._books.takes():
                self._ear.answers([Answer(message.id, Answered.UNSENT, (), "no room")])
                continue
            self._books.messages.append((self._address, message.phone, message.text))
            name = f"{message.id}-{len(self._books.messages)}"
            self._ear.answers([Answer(message.id, Answered.ACCEPTED, (name,), "")])
        await asyncio.sleep(0)

    async def close(self) -> None:
        await asyncio.sleep(0)


class Server(FilesGateway):
    """A gateway that takes its files to a server."""

    settings: ClassVar[tuple[Setting, ...]] = (*FilesGateway.settings, *_ADDRESS)

    def __init__(self, plan: GatewayPlan, secrets: Mapping[str, str]) -> None:
        super().__init__(plan, secrets)
        self._address = plan.options["host"], plan.options["port"]

    def deposit(self, folder: Path) -> None:
        """Put the files of a run there; what is there already stays.

        Raises:
            GatewayError: The server cannot be reached.
        """
        books = BOOKS[-1]
        if books.down:
            raise GatewayError("the server cannot be reached; run the command again")
        for path in sorted(folder.glob("sms/*")):
            found = (self._address, path.name, path.read_bytes())
            if found not in books.files:
                books.files.append(found)
