"""SUBMITs a second over one CMPP link, against the leanest loop that speaks to the same gateway process.

The floor packs, writes, counts answers and keeps nothing: no account of what became of which message, no rate, no
time limit, no reports. Both send the same distinct texts to the carrier made for tests.

Usage: python benchmarks/cmpp.py [MESSAGES] [ROUNDS] [WINDOW]
"""

import asyncio
import hashlib
import json
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from harness import Measure, compare, report

from campaigner.delivery.cmpp.gateway import CmppGateway
from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Answer, Answered
from campaigner.domain.campaign import GatewayPlan

ISMG = Path(__file__).parent.parent / "tests" / "delivery" / "cmpp" / "ismg.py"
BLOCK, AHEAD = 1000, 2
TEXT = "【幸福镇反诈中心】第{}号提醒：凡是要您先垫钱的，都是诈骗。陌生来电不轻信，转账汇款多核实。拒收请回复R"


def messages(count: int) -> list[Outgoing]:
    """Invented messages of one part, each different."""
    return [Outgoing(n, 13800000000 + n, TEXT.format(n)) for n in range(count)]


class Counting:
    """An ear that counts."""

    def __init__(self) -> None:
        self.accepted = 0

    def answers(self, answers: Sequence[Answer]) -> None:
        self.accepted += sum(answer.answered is Answered.ACCEPTED for answer in answers)

    def receipts(self, _receipts: Sequence[Any]) -> None: ...

    def replies(self, _replies: Sequence[Any]) -> None: ...

    def notes(self, text: str) -> None:
        raise AssertionError(text)

    def now(self) -> datetime:
        return datetime.now(UTC)


def ours(port: int, version: str, window: int, count: int, _folder: Path) -> int:
    """Send by the gateway, as the stage does: the next block is there before the last one is through."""
    options = {setting.name: setting.default for setting in CmppGateway.settings}
    options |= {"host": "127.0.0.1", "port": port, "src_id": "10690000", "rate": 0, "rehearsal": True}
    plan = GatewayPlan(
        "bench", "cmpp", "某中心", "", 0, {**options, "window_size": window, "version": version}
    )
    gateway = CmppGateway(plan, {"sp_id": "900001", "secret": "888888"})
    block, ear = messages(count), Counting()

    async def go() -> None:
        link = gateway.link(ear)
        await link.open()
        sending: list[asyncio.Task[None]] = []
        for start in range(0, count, BLOCK):
            sending.append(asyncio.create_task(link.send(block[start : start + BLOCK])))
            if len(sending) == AHEAD:
                await sending.pop(0)
        await asyncio.gather(*sending)
        await link.close()

    asyncio.run(go())
    assert ear.accepted == count
    return count


class Bare(asyncio.Protocol):
    """The floor."""

    def __init__(self, version: str, window: int, block: list[Outgoing]) -> None:
        self.wide = version == "3.0"
        self.window, self.left, self.block = window, len(block), iter(block)
        self.done = asyncio.Event()
        self.rest, self.sequence = b"", 0
        self.fixed = struct.pack(
            ">B10sB32xB" if self.wide else ">B10sB21x", 0, b"", 2, *([0] if self.wide else [])
        )
        self.middle = struct.pack(">B6s2s6s34x21sB", 8, b"900001", b"01", b"000000", b"10690000", 1)
        self.tail = bytes(20 if self.wide else 8)

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        proof = hashlib.md5(b"900001" + bytes(9) + b"888888" + b"1123080910", usedforsecurity=False).digest()
        number = 0x30 if self.wide else 0x20
        transport.write(struct.pack(">III6s16sBI", 39, 1, 1, b"900001", proof, number, 1123080910))

    def data_received(self, data: bytes) -> None:
        buffer, at, answers = self.rest + data, 0, 0
        while len(buffer) - at >= 12:
            length, command, _sequence = struct.unpack_from(">III", buffer, at)
            if len(buffer) - at < length:
                break
            if command == 0x80000004:
                _number, result = struct.unpack_from(">QI" if self.wide else ">QB", buffer, at + 12)
                assert result == 0
                answers += 1
            else:
                self.write(self.window)
            at += length
        self.rest = buffer[at:]
        self.left -= answers
        self.write(answers)
        if not self.left:
            self.done.set()

    def write(self, room: int) -> None:
        out = []
        for _n, message in zip(range(room), self.block, strict=False):
            self.sequence += 1
            content = message.text.encode("utf-16-be")
            phone = str(message.phone).encode().ljust(32 if self.wide else 21, b"\0")
            body = b"".join((
                bytes(8), b"\1\1\1", self.fixed, b"\0\0", self.middle, phone, b"\0" if self.wide else b"",
                bytes((len(content),)), content, self.tail,
            ))  # fmt: skip
            out.append(struct.pack(">III", 12 + len(body), 4, self.sequence) + body)
        if out:
            self.transport.write(b"".join(out))


def floor(port: int, version: str, window: int, count: int, _folder: Path) -> int:
    """Send by the leanest loop."""
    block = messages(count)

    async def go() -> None:
        bare = Bare(version, window, block)
        await asyncio.get_running_loop().create_connection(lambda: bare, "127.0.0.1", port)
        await bare.done.wait()
        bare.transport.close()

    asyncio.run(go())
    return count


def main(count: int, rounds: int, window: int) -> None:
    """Measure both versions, at the window given and at the protocol's own."""
    measures: list[Measure] = []
    with tempfile.TemporaryDirectory() as folder:
        for version, size in (("3.0", window), ("2.0", window), ("3.0", 16)):
            number = {"3.0": 0x30, "2.0": 0x20}[version]
            with subprocess.Popen(
                [sys.executable, str(ISMG), json.dumps({"record": False, "version": number})],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            ) as peer:  # fmt: skip
                assert peer.stdin is not None
                assert peer.stdout is not None
                port = int(peer.stdout.readline())
                name = f"CMPP {version} window {size}"
                works = [partial(work, port, version, size, count) for work in (ours, floor)]
                measures.append(compare(name, works[0], works[1], Path(folder), rounds))
                peer.stdin.close()
    report(measures, "cmpp.json")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    main(*numbers, *(50_000, 5, 100)[len(numbers) :])
