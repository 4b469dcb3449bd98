"""How fast messages leave by SMPP: ours against a loop that does nothing but encode, write and count answers.

Both talk to the same SMSC, npm's `smpp` (NODE_PATH or .peers/node_modules says where it is), in turn.

Usage: python benchmarks/smpp.py [MESSAGES] [ROUNDS]
"""

import asyncio
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from harness import compare, report

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.live import Answer, Answered, Receipt, Reply
from campaigner.delivery.smpp.gateway import SmppGateway
from campaigner.domain.campaign import GatewayPlan

SMSC = """
const smpp = require('smpp');
const [receipts] = process.argv.slice(1).map(Number);
let id = 0;
const server = smpp.createServer((s) => {
  s.on('error', () => {});
  s.on('bind_transceiver', (p) => s.send(p.response({ system_id: 'SMSC' })));
  s.on('enquire_link', (p) => s.send(p.response()));
  s.on('unbind', (p) => { s.send(p.response()); s.close(); });
  s.on('submit_sm', (p) => {
    const name = (++id).toString(16);
    s.send(p.response({ message_id: name }));
    if (receipts) s.deliver_sm({ source_addr: p.destination_addr, destination_addr: p.source_addr, esm_class: 4,
      short_message: Buffer.from(`id:${name} sub:001 dlvrd:001 submit date:2612080900 done date:2612080901 ` +
        'stat:DELIVRD err:000 text:'), receipted_message_id: name, message_state: 2 });
  });
});
server.listen({ port: 0, host: '127.0.0.1' }, () => console.log(server.address().port));
"""
TEXT = (
    "【某中心】陌生来电不轻信，转账汇款多核实，凡是要您先垫钱、要验证码、要共享屏幕的，都是诈骗。拒收请回复R"
)
PHONE = 13800138000
WINDOW = 100
BLOCK = 1_000
HEADER = struct.Struct(">4I")


class Floor(asyncio.Protocol):
    """Encodes, writes, counts; keeps no message, knows no error."""

    def __init__(self, messages: int, receipts: bool) -> None:
        self.messages, self.receipts = messages, receipts
        self.sent = self.answered = self.received = 0
        self.rest = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        body = b"x\0secret\0\0\x34\0\0\0"
        transport.write(HEADER.pack(16 + len(body), 9, 0, 1) + body)

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        at, out = 0, []
        while len(data) - at >= 16:
            length, command, _status, number = HEADER.unpack_from(data, at)
            if len(data) - at < length:
                break
            if command == 0x80000004:
                self.answered += 1
            elif command == 5:
                self.received += 1
                out.append(HEADER.pack(17, 0x80000005, 0, number) + b"\0")
            at += length
        self.rest = data[at:]
        while self.sent < self.messages and self.sent - self.answered < WINDOW:
            out.append(self.submit(self.sent))
            self.sent += 1
        if out:
            self.transport.write(b"".join(out))
        heard_all = self.answered == self.messages and self.received == self.messages * self.receipts
        if heard_all and not self.done.done():
            self.done.set_result(None)

    def submit(self, number: int) -> bytes:
        octets = TEXT.encode("utf-16-be")
        body = b"".join(
            (
                b"\0\0\x00010690000\0\1\00186",
                str(PHONE + number).encode(),
                b"\0\0\0\0\0\0" + bytes((self.receipts, 0, 8, 0)),
                bytes((len(octets),)),
                octets,
            )
        )
        return HEADER.pack(16 + len(body), 4, 0, number + 2) + body


def floor(port: int, messages: int, receipts: bool, _folder: Path) -> int:
    async def go() -> None:
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.create_connection(
            lambda: Floor(messages, receipts), "127.0.0.1", port
        )
        await protocol.done
        transport.close()

    asyncio.run(go())
    return messages


class Counter:
    """An ear that counts."""

    def __init__(self) -> None:
        self.accepted = self.received = 0
        self.ready = asyncio.Event()

    def answers(self, answers: Sequence[Answer]) -> None:
        self.accepted += sum(answer.answered is Answered.ACCEPTED for answer in answers)

    def receipts(self, receipts: Sequence[Receipt]) -> None:
        self.received += len(receipts)
        self.ready.set()

    def replies(self, replies: Sequence[Reply]) -> None:
        raise AssertionError(replies)

    def notes(self, text: str) -> None:
        raise AssertionError(text)


def stage(port: int, messages: int, receipts: bool, _folder: Path) -> int:
    values = {setting.name: setting.default for setting in SmppGateway.settings}
    values |= {"host": "127.0.0.1", "port": port, "window_size": WINDOW, "source_addr": "10690000"}
    plan = GatewayPlan("bench", "smpp", "", "", 0, values | {"rehearsal": True, "receipts": receipts})
    gateway = SmppGateway(plan, {"system_id": "x", "password": "secret"})

    async def go() -> int:
        ear = Counter()
        link = gateway.link(ear)
        await link.open()
        sending = []
        for first in range(0, messages, BLOCK):
            block = [Outgoing(n + 1, PHONE + n, TEXT) for n in range(first, first + BLOCK)]
            sending.append(asyncio.create_task(link.send(block)))
            if len(sending) == 2:
                await sending.pop(0)
        await asyncio.gather(*sending)
        while ear.received < messages * receipts:
            ear.ready.clear()
            await ear.ready.wait()
        await link.close()
        return ear.accepted

    accepted = asyncio.run(go())
    assert accepted == messages
    return accepted


def main() -> None:
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    node = shutil.which("node")
    assert node, "node is not installed"
    places = [str(Path(".peers/node_modules").resolve()), os.environ.get("NODE_PATH", "")]
    environment = os.environ | {"NODE_PATH": os.pathsep.join(places)}
    measures = []
    for receipts, name in ((False, "smpp, window 100"), (True, "smpp, a receipt each")):
        smsc = subprocess.Popen(
            [node, "-e", SMSC, str(int(receipts))], stdout=subprocess.PIPE, env=environment
        )
        assert smsc.stdout
        port = int(smsc.stdout.readline())
        with tempfile.TemporaryDirectory() as folder:
            ours, least = (
                partial(work, port, messages // (1 + 3 * receipts), receipts) for work in (stage, floor)
            )
            measures.append(compare(name, ours, least, Path(folder), rounds))
        smsc.terminate()
        smsc.wait()
    report(measures, "smpp.json")


if __name__ == "__main__":
    main()
