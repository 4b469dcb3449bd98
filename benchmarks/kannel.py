"""Our link to Kannel against a bare asyncio client, at the same Kannel with its fake centre, in turn.

Both ask Kannel for the same: as many connections, and receipts that say as much of which message.

Usage: python benchmarks/kannel.py [MESSAGES] [ROUNDS]
"""

import asyncio
import itertools
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import cast

from tests.pace import wait_until

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from harness import Measure, compare, report, show  # noqa: E402

from campaigner.delivery.gateway import Outgoing  # noqa: E402
from campaigner.delivery.kannel.callbacks import receipt_address  # noqa: E402
from campaigner.delivery.live import Answer, Answered, Receipt, Received, Reply  # noqa: E402
from tests.delivery.kannel.boxes import Boxes  # noqa: E402
from tests.delivery.kannel.imitation import LOGIN, kannel  # noqa: E402

TEXT = (
    "【幸福镇反诈中心】凡是要您先垫钱、先交保证金、先转到所谓安全账户的，都是诈骗。"
    "接到这类电话请挂断，拿不准就打96110。拒收请回复R"
)
CONNECTIONS = 32
BLOCK = 1_000
AHEAD = 2
TAG = "abcdefgh"
"""As long as what stands behind each number in a mark of ours."""
SENDSMS, LISTEN, MESSAGES = "BENCH_SENDSMS", "BENCH_LISTEN", "BENCH_MESSAGES"


def number(name: str) -> int:
    """What the parent told its children through the environment."""
    return int(os.environ[name])


def phones() -> range:
    """Whom a round writes to."""
    return range(13800000000, 13800000000 + number(MESSAGES))


class Ear:
    """Counts."""

    def __init__(self) -> None:
        self.accepted = self.delivered = 0
        self.done = asyncio.Event()

    def answers(self, answers: Sequence[Answer]) -> None:
        self.accepted += sum(answer.answered is Answered.ACCEPTED for answer in answers)

    def receipts(self, receipts: Sequence[Receipt]) -> None:
        self.delivered += sum(receipt.received is Received.DELIVERED for receipt in receipts)
        if self.delivered == number(MESSAGES):
            self.done.set()

    def replies(self, replies: Sequence[Reply]) -> None:
        raise AssertionError(replies)

    def notes(self, text: str) -> None:
        show(f"  {text}")


async def ours(*, receipts: bool, recipients: int) -> int:
    """Our link, as a stage uses it: the next block is there before the last one is through."""
    ear = Ear()
    gateway = kannel(
        port=number(SENDSMS), listen=f"127.0.0.1:{number(LISTEN)}", connections=CONNECTIONS,
        timeout=30, dlr=receipts, recipients=recipients,
    )  # fmt: skip
    link = gateway.link(ear)
    await link.open()
    block = [Outgoing(index + 1, phone, TEXT) for index, phone in enumerate(phones())]
    sending: list[asyncio.Task[None]] = []
    for start in range(0, len(block), BLOCK):
        sending.append(asyncio.create_task(link.send(block[start : start + BLOCK])))
        if len(sending) == AHEAD:
            await sending.pop(0)
    await asyncio.gather(*sending)
    assert ear.accepted == len(block)
    if receipts:
        await ear.done.wait()
    await link.close()
    return len(block)


async def bare(*, receipts: bool, recipients: int) -> int:
    """The leanest client that does the same: no check, no pool, no parser, answers only looked at."""
    done = asyncio.Event()
    heard = itertools.count(1)

    class Hearing(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = cast("asyncio.Transport", transport)
            self.rest = b""

        def data_received(self, data: bytes) -> None:
            *whole, self.rest = (self.rest + data).split(b"\r\n\r\n")
            for _request in whole:
                self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                if next(heard) == number(MESSAGES):
                    done.set()

    async def work(packets: Iterator[Sequence[int]]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", number(SENDSMS))
        for packet in packets:
            to = " ".join(map(str, packet))
            mark = ",".join(f"{phone - everybody[0] + 1:x}.{TAG}" for phone in packet)
            wanted = f"{receipt}{url(mark)}\r\n" if receipts else ""
            length = f"Content-Length: {len(body)}\r\n\r\n"
            writer.write(f"{head}X-Kannel-To: {to}\r\n{wanted}{length}".encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 202")
            await reader.readexactly(int(answer.split(b"Content-Length: ")[1].split(b"\r")[0]))
        writer.close()

    body = TEXT.encode()
    head = (
        "POST /cgi-bin/sendsms HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain; charset=UTF-8\r\n"
        f"X-Kannel-Username: {LOGIN['username']}\r\nX-Kannel-Password: {LOGIN['password']}\r\n"
        "X-Kannel-From: 10690000\r\nX-Kannel-Coding: 2\r\n"
    )
    receipt = "X-Kannel-DLR-Mask: 19\r\nX-Kannel-DLR-URL: "
    url = partial(receipt_address, f"http://127.0.0.1:{number(LISTEN)}")
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Hearing, "127.0.0.1", number(LISTEN), backlog=512)
    everybody = phones()
    packets = iter([everybody[n : n + recipients] for n in range(0, len(everybody), recipients)])
    await asyncio.gather(*(work(packets) for _ in range(CONNECTIONS)))
    if receipts:
        await done.wait()
    server.close()
    return len(everybody)


def ours_plain(_folder: Path) -> int:
    return asyncio.run(ours(receipts=False, recipients=1))


def bare_plain(_folder: Path) -> int:
    return asyncio.run(bare(receipts=False, recipients=1))


def ours_receipts(_folder: Path) -> int:
    return asyncio.run(ours(receipts=True, recipients=1))


def bare_receipts(_folder: Path) -> int:
    return asyncio.run(bare(receipts=True, recipients=1))


def ours_ten(_folder: Path) -> int:
    return asyncio.run(ours(receipts=True, recipients=10))


def bare_ten(_folder: Path) -> int:
    return asyncio.run(bare(receipts=True, recipients=10))


Case = tuple[str, Callable[[Path], int], Callable[[Path], int]]
CASES: list[Case] = [
    ("no receipts", ours_plain, bare_plain),
    ("receipts", ours_receipts, bare_receipts),
    ("10 to a request, receipts", ours_ten, bare_ten),
]


def main(messages: int, rounds: int) -> None:
    """Start a Kannel, measure each case."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        boxes = Boxes(folder / "kannel")
        os.environ |= {
            SENDSMS: str(boxes.ports["sendsms"]), LISTEN: str(boxes.listen), MESSAGES: str(messages)
        }  # fmt: skip
        try:
            boxes.start()
            boxes.run("fakesmsc", "-r", str(boxes.ports["smsc"]), "-m", "0", "1 2 text x")
            wait_until(lambda: (folder / "kannel" / "fakesmsc.out").stat().st_size > 0)
            measures: list[Measure] = [
                compare(name, stage, floor, folder, rounds) for name, stage, floor in CASES
            ]
        finally:
            boxes.stop()
    report(measures, "kannel.json")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]] + [6_000, 7][len(sys.argv) - 1 :]
    main(*given)
