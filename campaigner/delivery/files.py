"""The gateway of files: batches that an officer uploads to the carrier's platform."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from campaigner.delivery.gateway import Outgoing, Setting, Shipment, Shipped
from campaigner.delivery.parcel import Parcel
from campaigner.delivery.sheets import FORMULA_STARTS, write_csv, write_xlsx
from campaigner.domain.campaign import GatewayPlan
from campaigner.errors import GatewayError

HEADER = ("手机号码", "短信内容", "编号")
"""Numbers in the first column, as the platforms' upload forms want them (domain.md B4)."""
_WIDTHS = (14, 90, 12)


class FilesGateway:
    """Writes each batch as CSV and as XLSX with text cells."""

    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("formats", tuple, ("csv", "xlsx"), choices=("csv", "xlsx")),
        Setting("rows_per_file", int, 50_000),
    )
    secrets: ClassVar[tuple[str, ...]] = ()
    real = False

    def __init__(self, plan: GatewayPlan, _secrets: Mapping[str, str]) -> None:
        """A gateway with its settings from config.toml."""
        self._formats: Sequence[str] = plan.options["formats"]
        self._rows: int = plan.options["rows_per_file"]

    @property
    def rows_per_batch(self) -> int:
        """How many messages one file holds."""
        return self._rows

    def ship(self, shipment: Shipment, parcel: Parcel) -> Shipped:
        """Write the batch in every format; the first stands for it."""
        stem = f"sms/{shipment.run}-{shipment.number:03d}"
        facts = {"rows": shipment.rows, "parts": shipment.parts}
        written = []
        for name in self._formats:
            path = f"{stem}.{name}"
            if name == "csv":
                digest = parcel.write(path, lambda file: write_csv(file, HEADER, _rows(shipment)), **facts)
            else:
                digest = parcel.write(
                    path,
                    lambda file: write_xlsx(file, HEADER, _rows(shipment), shipment.due_at, _WIDTHS),
                    **facts,
                )
            written.append(Shipped(path, digest))
        return written[0]


def _rows(shipment: Shipment) -> Iterator[Iterable[tuple[str, str, str]]]:
    for block in shipment.messages():
        _refuse_formulas(block)
        yield [(str(message.phone), message.text, str(message.id)) for message in block]


def _refuse_formulas(block: Sequence[Outgoing]) -> None:
    """A text must go out as approved, so one that a spreadsheet would run is refused, not changed."""
    for message in block:
        if message.text.startswith(FORMULA_STARTS):
            raise GatewayError(
                f"the text of message {message.id} starts with `{message.text[0]}`, which a spreadsheet takes for a "
                "formula; give the gateway a signature or begin the text differently"
            )
