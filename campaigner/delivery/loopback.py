"""The gateway that goes nowhere: for rehearsals with invented people."""

import json
from collections.abc import Mapping
from typing import BinaryIO, ClassVar

from campaigner.delivery.gateway import Setting, Shipment, Shipped
from campaigner.domain.campaign import GatewayPlan
from campaigner.exports.layout import sms_file
from campaigner.exports.parcel import Parcel


class LoopbackGateway:
    """Takes every message and writes one JSON line for it, as a carrier's record of acceptance would be."""

    settings: ClassVar[tuple[Setting, ...]] = (Setting("rows_per_file", int, 50_000),)
    secrets: ClassVar[tuple[str, ...]] = ()
    real = False

    def __init__(self, plan: GatewayPlan, _secrets: Mapping[str, str]) -> None:
        """A gateway with its settings from config.toml."""
        self._rows: int = plan.options["rows_per_file"]

    @property
    def rows_per_batch(self) -> int:
        """How many messages one file holds."""
        return self._rows

    def ship(self, shipment: Shipment, parcel: Parcel) -> Shipped:
        """Accept the batch."""
        path = sms_file(f"{shipment.run}-{shipment.number:03d}", "loopback.jsonl")

        def fill(file: BinaryIO) -> None:
            for block in shipment.messages():
                lines = [
                    json.dumps({"id": m.id, "phone": str(m.phone), "text": m.text}, ensure_ascii=False)
                    for m in block
                ]
                file.write(("\n".join(lines) + "\n").encode())

        return Shipped(path, parcel.write(path, fill, rows=shipment.rows, parts=shipment.parts))
