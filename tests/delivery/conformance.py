"""What every gateway must do; each gateway's test module runs all of it on the real thing."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from campaigner.delivery.gateway import Gateway, Outgoing, Shipment
from campaigner.exports.parcel import Parcel, file_sha256
from tests.conftest import SHANGHAI

TEXTS = ["【某中心】凡是要您先垫钱的，都是诈骗。拒收请回复R", '【某中心】他说"安全账户", 别信\n拿不准打96110']


def shipment(rows: int = 7, texts: Sequence[str] = TEXTS) -> Shipment:
    """A batch of invented messages, in blocks of three."""

    def read() -> Iterator[Sequence[Outgoing]]:
        block = []
        for number in range(rows):
            block.append(Outgoing(100 + number, 13800138000 + number, texts[number % len(texts)]))
            if len(block) == 3:
                yield block
                block = []
        if block:
            yield block

    return Shipment("run-1", 1, rows, rows, datetime(2026, 12, 1, 9, tzinfo=SHANGHAI), read)


def ship(gateway: Gateway, folder: Path, batch: Shipment) -> Path:
    """Ship a batch; returns the file that stands for it."""
    parcel = Parcel(folder, "run-1")
    shipped = gateway.ship(batch, parcel)
    parcel.seal({})
    path = folder / "run-1" / shipped.file
    assert file_sha256(path) == shipped.sha256
    return path


def takes_all_once_in_order(gateway: Gateway, folder: Path, read: object) -> None:
    """Every message of the batch is at the other end, once, in order, with the text as approved."""
    batch = shipment()
    path = ship(gateway, folder, batch)
    assert callable(read)
    expected = [(str(m.id), str(m.phone), m.text) for block in batch.messages() for m in block]
    assert read(path) == expected


def same_batch_same_bytes(gateway: Gateway, folder: Path) -> None:
    """Shipping again leaves the very same files."""
    first = {p.name: p.read_bytes() for p in _files(ship(gateway, folder / "a", shipment()))}
    second = {p.name: p.read_bytes() for p in _files(ship(gateway, folder / "b", shipment()))}
    assert first == second


def _files(path: Path) -> list[Path]:
    return sorted(path.parent.iterdir())
