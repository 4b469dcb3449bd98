"""SMPP and CMPP through the stage: each message's states kept in SQLite, against the bare loop of the protocol.

With receipts: until the last one is kept, whose acknowledgement waits for that.

Usage: python benchmarks/sending.py [PEOPLE] [ROUNDS]
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import cmpp  # noqa: E402
import smpp  # noqa: E402
from harness import Timed, compare, report, show  # noqa: E402

from campaigner.app import open_app  # noqa: E402
from campaigner.domain.delivery import DeliveryState  # noqa: E402
from campaigner.road.send import send  # noqa: E402
from campaigner.road.wire import Wire  # noqa: E402
from campaigner.store import deliveries  # noqa: E402
from campaigner.workspace.desk import Bar, Unwatched  # noqa: E402
from campaigner.workspace.installing import adopt  # noqa: E402
from tests.simulation.killed_send import AT, approved, found  # noqa: E402

OFFICE, PORT, QUANTITY = "BENCH_OFFICE", "BENCH_PORT", "BENCH_QUANTITY"


class Watch(Unwatched):
    """Progress that notes how long the sending itself took, from its first message to the last one's answer kept."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def bar(self, label: str, _total: int | None) -> Iterator[Bar]:
        begun = time.perf_counter()
        yield self
        if label.startswith("sending"):
            self.seconds = time.perf_counter() - begun


def sending(folder: Path) -> Timed:
    """Send an approved run, as `campaigner send` does, the reading of the list and the check of the digest aside."""
    shutil.copytree(os.environ[OFFICE], folder / "office")
    app = open_app(folder / "office", AT, AT)
    store, watch = app.store(), Watch()
    adopt(app.work(store, "王经办", watch), "this copy is the one that is measured")
    wire = Wire(store, lambda: AT)
    sent = send(app.work(store, "王经办", watch), found(store), wire)
    begun = time.perf_counter()
    wire.flush()
    seconds = watch.seconds + time.perf_counter() - begun
    wire.close()
    assert sent.waits == 0, sent
    return Timed(sent.sms, seconds)


def receiving(folder: Path) -> Timed:
    """Send an approved run and take a receipt for each message, until the last of them is kept."""
    shutil.copytree(os.environ[OFFICE], folder / "office")
    app = open_app(folder / "office", AT, AT)
    store, watch = app.store(), Watch()
    adopt(app.work(store, "王经办", watch), "this copy is the one that is measured")
    wire = Wire(store, lambda: AT)
    sent = send(app.work(store, "王经办", watch), found(store), wire)
    begun = time.perf_counter()
    run, delivered = found(store), 0
    while delivered < sent.sms:
        time.sleep(0.02)
        with store.read() as connection:
            delivered = deliveries.counts(connection, run).get(DeliveryState.DELIVERED, 0)
    seconds = watch.seconds + time.perf_counter() - begun
    wire.close()
    return Timed(sent.sms, seconds)


def stage(folder: Path) -> int:
    """All of `campaigner send` but the start of the program."""
    return sending(folder).rows


def smpp_floor(folder: Path) -> int:
    return smpp.floor(int(os.environ[PORT]), int(os.environ[QUANTITY]), receipts=False, _folder=folder)


def cmpp_floor(folder: Path) -> int:
    return cmpp.floor(int(os.environ[PORT]), "3.0", smpp.WINDOW, int(os.environ[QUANTITY]), folder)


def receipts_floor(folder: Path) -> int:
    return smpp.floor(int(os.environ[PORT]), int(os.environ[QUANTITY]), receipts=True, _folder=folder)


@contextmanager
def smsc(receipts: str = "0") -> Iterator[int]:
    """npm's `smpp`, without receipts or with one for each message."""
    node = shutil.which("node")
    assert node, "node is not installed"
    modules = os.pathsep.join([str(ROOT / ".peers" / "node_modules"), os.environ.get("NODE_PATH", "")])
    process = subprocess.Popen(
        [node, "-e", smpp.SMSC, receipts], stdout=subprocess.PIPE, env=os.environ | {"NODE_PATH": modules}
    )
    assert process.stdout
    yield int(process.stdout.readline())
    process.kill()
    process.wait()


@contextmanager
def ismg() -> Iterator[int]:
    """The CMPP carrier made for tests."""
    words = [sys.executable, str(cmpp.ISMG), json.dumps({"record": False, "version": 0x30})]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    yield int(process.stdout.readline())
    process.stdin.close()
    process.wait()


def lines(kind: str, port: int, receipts: str = "false") -> str:
    """A gateway in config.toml."""
    mine = {
        "smpp": f'source_addr = "10690000"\nreceipts = {receipts}',
        "cmpp": 'src_id = "10690000"\nversion = "3.0"\nrate = 0',
    }
    all_have = f'host = "127.0.0.1"\nport = {port}\nwindow_size = {smpp.WINDOW}\nrehearsal = true'
    return f'kind = "{kind}"\n{all_have}\n{mine[kind]}'


CASES = (
    ("smpp", smsc, {"system_id": "x", "password": "secret"}, smpp_floor),
    ("cmpp", ismg, {"sp_id": "900001", "secret": "888888"}, cmpp_floor),
)


def main(people: int, rounds: int) -> None:
    """Measure both."""
    measures = []
    for kind, carrier, secrets, floor in CASES:
        with tempfile.TemporaryDirectory() as temporary, carrier() as port:
            office = Path(temporary) / "office"
            quantity = approved(office, people, lines(kind, port), secrets)
            show(f"{kind}: {quantity:,} messages")
            os.environ |= {OFFICE: str(office), PORT: str(port), QUANTITY: str(quantity)}
            measures += [
                compare(f"{kind}, states kept", sending, floor, Path(temporary), rounds),
                compare(f"{kind}, the whole stage", stage, floor, Path(temporary), rounds),
            ]
    kind, _carrier, secrets, _floor = CASES[0]
    with tempfile.TemporaryDirectory() as temporary, smsc("1") as port:
        office = Path(temporary) / "office"
        quantity = approved(office, people // 3, lines(kind, port, "true"), secrets)
        os.environ |= {OFFICE: str(office), PORT: str(port), QUANTITY: str(quantity)}
        measures.append(compare("smpp, receipts kept", receiving, receipts_floor, Path(temporary), rounds))
    report(measures, "sending.json")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    main(*numbers, *(60_000, 5)[len(numbers) :])
