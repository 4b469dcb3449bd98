"""Whether an exported folder is whole, told from the folder and the office's public key alone, on any machine."""

import csv
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campaigner.errors import UsageError
from campaigner.exports import signing
from campaigner.exports.layout import MANIFEST, PROOF, PUBLIC_KEY, SIGNATURE
from campaigner.exports.parcel import file_sha256

_PIECE = 1 << 20
_LARGEST = 1 << 30
"""Bytes to which the sheet of a workbook may unpack; more is not counted."""
_LARGEST_MANIFEST = 64 << 20
_ROW = b"<row "
_UNCOUNTABLE = (
    OSError, ValueError, TypeError, LookupError, ArithmeticError, RecursionError, RuntimeError, EOFError, csv.Error,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What a file says that is none of its kind, or a manifest that names a character set which there is not."""


@dataclass(slots=True)
class Checked:
    """What a check of an exported folder found.

    Args:
        run: Code of the run, as the manifest has it.
        key: Short name of the key that must have signed; "" where there is none.
        trusted: Whether that key was given, not only found in the folder itself.
        files: Files that are as the manifest has them.
        rows: Messages in the batches' files, counted again; each batch once.
        parts: SMS parts as the manifest has them.
        differs: What is not as it should be, one line each; empty if the folder is whole.
        strange: Files that the manifest does not list: nobody vouches for them, and whoever uploads or prints the
            folder would take them along.
    """

    run: str = ""
    key: str = ""
    trusted: bool = False
    files: int = 0
    rows: int = 0
    parts: int = 0
    differs: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether all that was written is there, unchanged, and nothing besides."""
        return not self.differs and not self.strange

    def as_data(self) -> dict[str, Any]:
        """For other programs."""
        return {
            "run": self.run, "whole": self.whole, "key": self.key, "trusted": self.trusted, "files": self.files,
            "rows": self.rows, "parts": self.parts, "differs": self.differs, "strange": self.strange,
        }  # fmt: skip


def check_folder(folder: Path, key_file: Path | None = None) -> Checked:
    """Check signature, files, rows and control totals of an exported folder.

    Args:
        folder: The run's folder.
        key_file: The office's public key; None takes the one in the folder, which proves that the parts fit
            together, but not who made them.

    Raises:
        UsageError: There is no manifest in the folder, or the given key is none.
    """
    content = _read(folder / MANIFEST)
    if content is None:
        raise UsageError(
            f"{folder} has no {MANIFEST}; give the folder of one run, such as out/RUN\n"
            f"文件夹 {folder} 中没有 {MANIFEST}：请写明一个任务的文件夹，例如 out/任务编号"
        )
    checked = Checked(trusted=key_file is not None)
    _check_signature(folder, content, key_file, checked)
    try:
        manifest = json.loads(content)
        _check_files(folder, manifest, checked)
        _check_totals(manifest, checked)
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
        checked.differs.append(f"{MANIFEST}: it cannot be read as a manifest")
    return checked


def _check_signature(folder: Path, content: bytes, key_file: Path | None, checked: Checked) -> None:
    inside = folder / PUBLIC_KEY
    if key_file is None and not inside.is_file():
        checked.differs.append(f"{PUBLIC_KEY}: missing, and no key was given")
        return
    try:
        key = signing.read_public_key(key_file or inside)
    except UsageError:
        if key_file:
            raise
        checked.differs.append(f"{PUBLIC_KEY}: it is no public key")
        return
    checked.key = signing.key_id(key)
    signature = _read(folder / SIGNATURE)
    if signature is None:
        checked.differs.append(f"{SIGNATURE}: missing; nothing says who made this folder")
        return
    if why := signing.flaw(content, signature, key):
        checked.differs.append(f"{SIGNATURE}: {why}")


def _check_files(folder: Path, manifest: Mapping[str, Any], checked: Checked) -> None:
    """Every listed file: there, of its size and hash, with its rows; and what is there besides."""
    checked.run = str(manifest.get("run", ""))
    listed: Mapping[str, Mapping[str, Any]] = manifest["files"]
    root = folder.resolve()
    for path, facts in sorted(listed.items()):
        place = _place(folder, path)
        if place is None or not place.is_relative_to(root):
            checked.differs.append(f"{path}: it would lie outside of the folder")
        elif why := _flaw(place, facts):
            checked.differs.append(f"{path}: {why}")
        else:
            checked.files += 1
    known = {*PROOF, *listed}
    present = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    checked.strange = sorted(set(present) - known)


def _read(path: Path) -> bytes | None:
    """A small plain file; None if there is none. Whoever made the folder may have laid a pipe or a mountain there."""
    try:
        return path.read_bytes() if path.is_file() and path.stat().st_size <= _LARGEST_MANIFEST else None
    except OSError:
        return None


def _place(folder: Path, path: str) -> Path | None:
    """Where a listed file lies; None for links in a circle and names that no disk takes."""
    try:
        place = (folder / path).resolve()
        place.is_file()
    except (OSError, ValueError, RuntimeError):
        return None
    return place


def _flaw(place: Path, facts: Mapping[str, Any]) -> str:
    if not place.is_file():
        return "missing"
    size = place.stat().st_size
    if size != facts["bytes"]:
        return f"{size} bytes instead of {facts['bytes']}"
    if file_sha256(place) != facts["sha256"]:
        return "its content was changed (SHA-256 differs)"
    count = _COUNTERS.get(place.suffix)
    if count is None or "rows" not in facts:
        return ""
    try:
        rows = count(place, facts)
    except _UNCOUNTABLE:
        return "its rows cannot be counted"
    return "" if rows == facts["rows"] else f"{rows} rows instead of {facts['rows']}"


def _csv_rows(place: Path, facts: Mapping[str, Any]) -> int:
    with place.open(encoding=facts.get("charset", "utf-8-sig"), newline="") as file:
        return sum(1 for _ in csv.reader(file)) - int(facts.get("header", 1))


def _jsonl_rows(place: Path, _facts: Mapping[str, Any]) -> int:
    with place.open(encoding="utf-8") as file:
        return sum(isinstance(json.loads(line), dict) for line in file)


def _xlsx_rows(place: Path, facts: Mapping[str, Any]) -> int:
    with zipfile.ZipFile(place) as package, package.open("xl/worksheets/sheet1.xml") as sheet:
        return sum(piece.count(_ROW) for piece in _overlapping(sheet)) - int(facts.get("header", 1))


def _overlapping(sheet: Any) -> Iterator[bytes]:
    """The pieces of a sheet, cut so that every row's mark is in exactly one."""
    tail, read = b"", 0
    while piece := sheet.read(_PIECE):
        read += len(piece)
        if read > _LARGEST:
            raise ValueError
        whole = tail + piece
        yield whole
        tail = whole[-(len(_ROW) - 1) :]


_COUNTERS: Mapping[str, Callable[[Path, Mapping[str, Any]], int]] = {
    ".csv": _csv_rows, ".xlsx": _xlsx_rows, ".jsonl": _jsonl_rows,
}  # fmt: skip


def _check_totals(manifest: Mapping[str, Any], checked: Checked) -> None:
    """The sums: files of a batch = the batch, batches = the run, channels = its quantity."""
    listed, totals, batches = manifest["files"], manifest.get("totals", {}), manifest.get("batches", [])
    _compare(checked, "files", len(listed), totals.get("files"))
    _compare(checked, "bytes", sum(facts["bytes"] for facts in listed.values()), totals.get("bytes"))
    for batch in batches:
        for ending in sorted(
            {Path(path).suffix for path in batch["files"] if Path(path).suffix in _COUNTERS}
        ):
            mine = [listed[path] for path in batch["files"] if path.endswith(ending)]
            for key in ("rows", "parts"):
                what = f"{key} of batch {batch['batch']} in {ending[1:]} files"
                _compare(checked, what, sum(facts[key] for facts in mine), batch[key])
    checked.rows = sum(batch["rows"] for batch in batches)
    checked.parts = sum(batch["parts"] for batch in batches)
    channels = manifest.get("channels", [])
    for key, total in (("rows", "recipients"), ("parts", "parts")):
        if batches:
            sms = [channel[total] for channel in channels if channel["channel"] == "sms"]
            _compare(
                checked, f"{key} of all batches", getattr(checked, key), sum(sms) if sms else totals[key]
            )
            _compare(checked, f"{key} in the totals", totals[key], getattr(checked, key))
    if channels:
        quantity = sum(channel["recipients"] for channel in channels)
        _compare(checked, "messages of all channels", quantity, manifest.get("quantity"))


def _compare(checked: Checked, what: str, found: int, stated: object) -> None:
    if found != stated:
        checked.differs.append(f"{MANIFEST}: {what}: {found}, but {stated} are stated")
