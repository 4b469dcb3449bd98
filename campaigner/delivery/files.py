"""The gateway of files: batches that an officer uploads to the carrier's platform, in the form that it takes."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from campaigner.delivery.gateway import Fault, Setting, Shipment, Shipped
from campaigner.delivery.profiles import (
    DEFAULT,
    FORMATS,
    LINE_ENDS,
    Profile,
    find_profile,
    shipped_profile,
    told,
)
from campaigner.delivery.rows import Rows
from campaigner.domain.campaign import GatewayPlan
from campaigner.errors import GatewayError
from campaigner.exports.layout import sms_file, text_file
from campaigner.exports.parcel import Parcel
from campaigner.exports.sheets import XLSX_ROWS, write_csv, write_jsonl, write_xlsx

Cut = tuple[int, int]
"""Positions in a batch of the first message of a file and of the one after its last."""


class FilesGateway:
    """Writes each batch in the formats that are asked for, in as many files as the platform's limits need."""

    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("profile", str, DEFAULT),
        Setting("formats", tuple, (), choices=FORMATS),
        Setting("rows_per_file", int, 50_000, most=XLSX_ROWS),
    )
    secrets: ClassVar[tuple[str, ...]] = ()
    real = False

    def __init__(self, plan: GatewayPlan, _secrets: Mapping[str, str]) -> None:
        """A gateway with its settings from config.toml."""
        profile = plan.options["profile"]
        self.name = plan.name
        self.profile: Profile = shipped_profile(profile) if isinstance(profile, str) else profile
        self._signature = plan.signature
        self._suffix = plan.suffix
        self._formats: Sequence[str] = plan.options["formats"] or self.profile.formats
        self._rows: int = min(plan.options["rows_per_file"], self.profile.rows_per_file or XLSX_ROWS)

    @classmethod
    def prepare(cls, options: Mapping[str, Any], folder: Path) -> tuple[dict[str, Any], list[Fault]]:
        """The profile in place of its name, so that an approval is bound to what it says."""
        profile, problems = find_profile(options["profile"], folder)
        faults = [Fault("profile", message, message_zh) for message, message_zh in told(problems)]
        if profile is None:
            return {**options, "profile": shipped_profile(DEFAULT)}, faults
        foreign = [name for name in options["formats"] if name not in profile.formats]
        if foreign:
            known = ", ".join(profile.formats)
            faults.append(
                Fault("formats", f"the platform's profile takes {known} only", f"这个平台只收 {known} 格式")
            )
        return {**options, "profile": profile}, faults

    @property
    def rows_per_batch(self) -> int:
        """How many messages one file holds."""
        return self._rows

    def ship(self, shipment: Shipment, parcel: Parcel) -> Shipped:
        """Write the batch in every format; the first file stands for it.

        Raises:
            GatewayError: A text that the platform would not take, or not as it was approved; nothing of it is out.
        """
        rows = Rows(self.profile, shipment, self._signature, self._suffix, self._formats)
        if not self.profile.carries_text:
            self._write_text(rows, shipment, parcel)
        scratch = parcel.scratch
        cuts = self._cuts(rows, scratch)
        written = []
        for part, cut in enumerate(cuts, 1):
            stem = self.profile.stem(shipment.run, shipment.number, part if len(cuts) > 1 else 0)
            facts = {
                "batch": shipment.number,
                "rows": cut[1] - cut[0],
                "parts": shipment.parts if len(cuts) == 1 else rows.parts(*cut),
                "header": int(self.profile.header),
            }
            for name in self._formats:
                path = sms_file(stem, name)
                form: dict[str, Any] = {"header": 0} if name == "jsonl" else {}
                form |= {"charset": self.profile.charset} if name == "csv" else {}
                digest = parcel.write(path, self._writer(name, rows, cut, scratch), **{**facts, **form})
                written.append(Shipped(path, digest))
        parcel.count(shipment.number, shipment.rows, shipment.parts)
        parcel.note("sms", self._notes())
        return written[0]

    def _writer(self, name: str, rows: Rows, cut: Cut, scratch: Path) -> Callable[[BinaryIO], None]:
        """Writes some of the rows in a format; what a workbook needs on the way is kept in the scratch folder."""
        profile = self.profile
        if name == "csv":
            end = LINE_ENDS[profile.line_end]
            return lambda file: write_csv(file, profile.headers, rows.cells(*cut), profile.charset, end)
        if name == "jsonl":
            names = [column.header or column.value for column in profile.columns]
            return lambda file: write_jsonl(file, names, rows.cells(*cut))
        widths = [column.width for column in profile.columns]
        return lambda file: write_xlsx(file, profile.headers, rows.cells(*cut), rows.due_at, scratch, widths)

    def _cuts(self, rows: Rows, scratch: Path) -> list[Cut]:
        """Where a batch is cut so that its files stay under the platform's limit, the same in every format."""
        limit = self.profile.bytes_per_file
        waiting, done = [(0, rows.count)], []
        while waiting:
            first, stop = waiting.pop(0)
            size = (
                max(
                    _size(self._writer(name, rows, (first, stop), scratch), scratch) for name in self._formats
                )
                if limit
                else 0
            )
            if size <= limit:
                done.append((first, stop))
                continue
            if stop - first == 1:
                raise GatewayError(
                    f"gateway {self.name}: one message alone makes a file of {size} bytes; the platform takes {limit}\n"
                    f"出口 {self.name}：仅一条短信生成的文件就有 {size} 字节，平台最多收 {limit} 字节；"
                    "请缩短文字，或与平台商定更大的文件"
                )
            pieces = min(stop - first, max(2, -(-size // limit)))
            edges = [first + (stop - first) * piece // pieces for piece in range(pieces + 1)]
            waiting = [*pairwise(edges), *waiting]
        return done

    def _write_text(self, rows: Rows, shipment: Shipment, parcel: Parcel) -> None:
        """The one text of a batch, for the platform's template."""
        stem = self.profile.stem(shipment.run, shipment.number)
        content = f"\ufeff{rows.only_text()}\r\n".encode()
        parcel.write_bytes(text_file(stem), content, batch=shipment.number)

    def _notes(self) -> dict[str, Any]:
        """What the manifest says of all batches: who adds what, and how fast it may go."""
        return {
            "gateway": self.name,
            "profile": self.profile.title,
            "formats": list(self._formats),
            "signature": self._signature,
            "signature_by": self.profile.signature,
            "suffix": self._suffix,
            "suffix_by": self.profile.suffix,
            "text_in_file": self.profile.carries_text,
            "per_hour": self.profile.per_hour,
        }


def _size(write: Callable[[BinaryIO], None], scratch: Path) -> int:
    """How many bytes a file would have."""
    with tempfile.TemporaryFile(dir=scratch) as file:
        write(file)
        return file.seek(0, 2)
