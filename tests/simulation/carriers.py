"""Carriers that see an acknowledgement at the moment at which it comes, each the least that its protocol allows."""

import asyncio
import sqlite3
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.delivery.kannel.imitation import LOGIN, Imitation, free_port
from tests.delivery.live_conformance import Behaviour
from tests.pace import PATIENCE

OWN = "10690000"
SECRETS = {"smpp": {"system_id": "x", "password": "secret"}, "cmpp": {"sp_id": "900001", "secret": "888888"}}


class Carrier(Protocol):
    """A carrier that notes what it has seen acknowledged."""

    settings: str
    secrets: Mapping[str, str]
    taken: list[tuple[int, str]]
    """(phone, what names the message) of each that was sent to it."""
    seen: Callable[[], None]
    """Called at the moment at which an acknowledgement is read."""

    async def start(self) -> None:
        """Listen."""
        ...

    async def stop(self) -> None:
        """End."""
        ...

    async def connected(self) -> None:
        """Wait until somebody listens."""
        ...

    async def deliver(self, replies: Sequence[int], receipts: Sequence[tuple[int, str]]) -> set[int]:
        """Bring an R from phones, and that messages were delivered, all at once; the phones acknowledged at the end."""
        ...


class _Line(asyncio.Protocol):
    """One connection of a carrier with PDUs of our own reading."""

    def __init__(self, carrier: "_Centre") -> None:
        self.carrier, self.rest, self.number = carrier, b"", 0
        self.open_ones: dict[int, int] = {}
        self.acknowledged: set[int] = set()
        self.ended = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, _error: Exception | None) -> None:
        self.ended.set()

    def data_received(self, data: bytes) -> None:
        data, at = self.rest + data, 0
        while len(data) - at >= 4:
            length = int.from_bytes(data[at : at + 4])
            if len(data) - at < length:
                break
            self.carrier.react(self, data[at : at + length])
            at += length
        self.rest = data[at:]

    def acknowledge(self, number: int, *, good: bool) -> None:
        phone = self.open_ones.pop(number)
        self.carrier.answers.append(good)
        if good:
            self.acknowledged.add(phone)
            self.carrier.seen()
        if not self.open_ones:
            self.ended.set()


@dataclass
class _Centre:
    """What SMPP's and CMPP's carriers have in common."""

    taken: list[tuple[int, str]] = field(default_factory=list)
    seen: Callable[[], None] = lambda: None
    times: tuple[str, str] = ("2612080900", "2612080901")
    """When receipts say that a message was submitted, and done."""
    word: str = "DELIVRD"
    """What they say."""
    constant: int = 0
    """The id that every message gets; 0 for one of its own, from 1 on."""

    def __post_init__(self) -> None:
        self.port = free_port()
        self.lines: list[_Line] = []
        self.answers: list[bool] = []
        """Of each delivery that was answered, whether it was acknowledged."""
        self.bound = asyncio.Event()

    async def start(self) -> None:
        def line() -> _Line:
            self.lines.append(_Line(self))
            return self.lines[-1]

        self.server = await asyncio.get_running_loop().create_server(line, "127.0.0.1", self.port)

    async def stop(self) -> None:
        self.server.close()
        for line in self.lines:
            line.transport.abort()

    async def connected(self) -> None:
        await self.bound.wait()

    async def deliver(self, replies: Sequence[int], receipts: Sequence[tuple[int, str]]) -> set[int]:
        self.bound.clear()
        line = self.bring(replies, receipts)
        await asyncio.wait_for(line.ended.wait(), PATIENCE)
        return line.acknowledged

    def bring(self, replies: Sequence[int], receipts: Sequence[tuple[int, str]] = ()) -> _Line:
        """Write it all, and wait for nothing."""
        line = self.lines[-1]
        line.ended.clear()
        line.acknowledged = set()
        pdus = []
        for phone, body in [
            *((phone, self.reply(phone)) for phone in replies),
            *((phone, self.receipt(phone, name)) for phone, name in receipts),
        ]:
            line.number += 1
            line.open_ones[line.number] = phone
            pdus.append(self.request(line.number, body))
        line.transport.write(b"".join(pdus))
        return line

    def react(self, line: _Line, octets: bytes) -> None:
        raise NotImplementedError

    def request(self, number: int, body: bytes) -> bytes:
        raise NotImplementedError

    def reply(self, phone: int) -> bytes:
        raise NotImplementedError

    def receipt(self, phone: int, name: str) -> bytes:
        raise NotImplementedError


class Smsc(_Centre):
    """SMPP 3.4."""

    secrets = SECRETS["smpp"]
    _HEAD = struct.Struct(">4I")

    @property
    def settings(self) -> str:
        return (
            f'kind = "smpp"\nhost = "127.0.0.1"\nport = {self.port}\nsource_addr = "{OWN}"\nrehearsal = true'
        )

    def request(self, number: int, body: bytes, command: int = 5) -> bytes:
        return self._HEAD.pack(16 + len(body), command, 0, number) + body

    def react(self, line: _Line, octets: bytes) -> None:
        _length, command, status, number = self._HEAD.unpack_from(octets)
        body = octets[16:]
        if command == 0x80000005:
            line.acknowledge(number, good=status == 0)
        elif command == 9:
            line.transport.write(self.request(number, b"SMSC\0", 0x80000009))
            self.bound.set()
        elif command == 4:
            phone = int(body.split(b"\0")[4][2:].removeprefix(b"86"))
            self.taken.append((phone, f"{self.constant or len(self.taken) + 1:x}"))
            line.transport.write(self.request(number, self.taken[-1][1].encode() + b"\0", 0x80000004))
        elif command in (6, 0x15):
            line.transport.write(self.request(number, b"", 0x80000000 | command))

    def _body(self, phone: int, esm: int, text: bytes) -> bytes:
        source, own = f"86{phone}".encode(), OWN.encode()
        head = b"\0\1\1" + source + b"\0\0\0" + own + b"\0" + bytes((esm, 0, 0)) + b"\0\0"
        return head + bytes((0, 0, 0, 0, len(text))) + text

    def reply(self, phone: int) -> bytes:
        return self._body(phone, 0, b"R")

    def receipt(self, phone: int, name: str) -> bytes:
        dates = "submit date:{} done date:{}".format(*self.times)
        text = f"id:{name} sub:001 dlvrd:001 {dates} stat:{self.word} err:000 text:"
        return self._body(phone, 4, text.encode())


class Ismg(_Centre):
    """CMPP 3.0."""

    secrets = SECRETS["cmpp"]
    _HEAD = struct.Struct(">3I")

    @property
    def settings(self) -> str:
        return f'kind = "cmpp"\nhost = "127.0.0.1"\nport = {self.port}\nsrc_id = "{OWN}"\nrate = 0\nrehearsal = true'

    def request(self, number: int, body: bytes, command: int = 5) -> bytes:
        return self._HEAD.pack(12 + len(body), command, number) + body

    def react(self, line: _Line, octets: bytes) -> None:
        _length, command, number = self._HEAD.unpack_from(octets)
        body = octets[12:]
        if command == 0x80000005:
            line.acknowledge(number, good=not any(body[8:12]))
        elif command == 1:
            line.transport.write(self.request(number, bytes(20) + b"\x30", 0x80000001))
            self.bound.set()
        elif command == 4:
            phone = int(body[129:161].rstrip(b"\0"))
            self.taken.append((phone, str(self.constant or len(self.taken) + 1)))
            answer = int(self.taken[-1][1]).to_bytes(8) + bytes(4)
            line.transport.write(self.request(number, answer, 0x80000004))
        elif command in (2, 8):
            line.transport.write(self.request(number, b"\0" * (command == 8), 0x80000000 | command))

    def _body(self, phone: int, report: int, content: bytes) -> bytes:
        head = bytes(8) + OWN.encode().ljust(21, b"\0") + bytes(10) + bytes((0, 0, 0))
        head += str(phone).encode().ljust(32, b"\0") + bytes((0, report, len(content)))
        return head + content + bytes(20)

    def reply(self, phone: int) -> bytes:
        return self._body(phone, 0, b"R")

    def receipt(self, phone: int, name: str) -> bytes:
        content = int(name).to_bytes(8) + self.word.encode().ljust(7, b"\0") + "".join(self.times).encode()
        return self._body(phone, 1, content + str(phone).encode().ljust(32, b"\0") + bytes(4))


class Kannel:
    """smsbox: it calls back over HTTP."""

    secrets = LOGIN

    def __init__(self) -> None:
        self.listen = free_port()
        self.box = Imitation()
        self.taken: list[tuple[int, str]] = []
        self.seen: Callable[[], None] = lambda: None
        self.settings = (
            f'kind = "kannel"\nfrom = "{OWN}"\nport = {self.box.port}\nlisten = "127.0.0.1:{self.listen}"\n'
            "rehearsal = true"
        )

    async def start(self) -> None:
        await self.box.start(Behaviour())

    async def stop(self) -> None:
        await self.box.stop()

    async def connected(self) -> None:
        for request in self.box.requests:
            if request["X-Kannel-To"].strip() and "X-Kannel-DLR-URL" in request:
                self.taken.append((int(request["X-Kannel-To"]), request["X-Kannel-DLR-URL"]))
        self.box.requests.clear()

    async def deliver(self, replies: Sequence[int], receipts: Sequence[tuple[int, str]]) -> set[int]:
        token = LOGIN["reply_token"]
        base = f"http://127.0.0.1:{self.listen}/reply?token={token}&from=%p&to={OWN}&charset=UTF-8&coding=0&text=R"
        calls = [(phone, base, {"p": f"+86{phone}"}) for phone in replies]
        calls += [
            (phone, url, {"d": "1", "p": str(phone), "T": "1796000000", "A": ""}) for phone, url in receipts
        ]
        good: set[int] = set()

        async def call(phone: int, url: str, fields: dict[str, str]) -> None:
            try:
                status = await self.box.call(url, fields)
            except (OSError, IndexError):
                return
            if status == 200:
                good.add(phone)
                self.seen()

        await asyncio.gather(*(call(*each) for each in calls))
        return good


class Modem:
    """The database of gammu-smsd: a reply is acknowledged when its row is processed; reports stay where they are."""

    secrets: Mapping[str, str] = {}

    def __init__(self, folder: Path, tables: str) -> None:
        self.taken: list[tuple[int, str]] = []
        self.seen: Callable[[], None] = lambda: None
        self.database = folder / "smsd.db"
        self.settings = f'kind = "gammu"\ndatabase = "{self.database}"\npull_seconds = 1\nrehearsal = true'
        with closing(sqlite3.connect(self.database)) as made:
            made.executescript(tables)
            made.execute(
                "INSERT INTO phones(ID, TimeOut, IMEI, IMSI, Client) VALUES ('', '2026-12-08', ?, '', '')",
                ("9" * 15,),
            )
            made.commit()

    async def start(self) -> None:
        """The database is there."""

    async def stop(self) -> None:
        """Nobody runs."""

    async def connected(self) -> None:
        """A modem does not know who looks."""

    async def deliver(self, replies: Sequence[int], _receipts: Sequence[tuple[int, str]]) -> set[int]:
        with closing(sqlite3.connect(self.database, timeout=PATIENCE)) as box:
            box.executemany(
                "INSERT INTO inbox(Text, SenderNumber, TextDecoded, UDH, SMSCNumber, RecipientID, ReceivingDateTime)"
                " VALUES ('', ?, 'R', '', '', 'x', '2026-12-08')",
                [(f"+86{phone}",) for phone in replies],
            )
            box.commit()
            found: list[str] = []
            async with asyncio.timeout(PATIENCE):
                while not found:
                    await asyncio.sleep(0.002)
                    query = "SELECT SenderNumber FROM inbox WHERE Processed = 'true'"
                    found = [row[0] for row in box.execute(query)]
            self.seen()
        return {int(number.removeprefix("+86")) for number in found}
