"""The imported reports in the working folder: each original under its hash, beside what was made of it."""

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from campaigner.domain.problem import Level, Problem
from campaigner.domain.reports.report import Imported, Paragraph, Removal, Report
from campaigner.errors import StoreError
from campaigner.intake.reports.reading import import_bytes, read_file
from campaigner.intake.reports.remarks import doubles

REPORTS = "reports"
"""Folder of the archive within the working folder."""
_FORM = 1
CLEANED = "cleaned.json"
"""What was made of a report: what all reading of it begins with."""
DECODED = "decoded.txt"
"""The text of the original, to which the cleaned one leads back."""
_LONG_ENDING = 8


class Archive:
    """Keeps `reports/<first 12 digits of the sha256>/` with original, decoded text and cleaned reports.

    Args:
        folder: The working folder.
    """

    def __init__(self, folder: Path) -> None:
        self._reports = folder / REPORTS

    def add(self, path: Path, name: str = "") -> tuple[Imported | None, list[Problem]]:
        """Import a file and keep it; a file that is kept already is not kept twice.

        Args:
            path: The file.
            name: Its name as the user gave it; the path's own name if "".

        Raises:
            StoreError: The working folder cannot be written, or what is kept there cannot be read.
        """
        name = name or path.name
        data, problems = read_file(path, name)
        if data is None:
            return None, problems
        known = self.load_all()
        digest = hashlib.sha256(data).hexdigest()
        for other in known:
            if other.sha256 == digest:
                return other, [_known(name, other)]
        imported, decoded, problems = import_bytes(data, name)
        if imported is None:
            return None, problems
        problems += doubles(imported.reports, (report for other in known for report in other.reports), name)
        self._keep(imported, data, decoded, path.suffix)
        return imported, problems

    def load_all(self) -> list[Imported]:
        """Everything that was imported, in order of file name and hash.

        Raises:
            StoreError: A kept file cannot be read.
        """
        folders = sorted(self._reports.glob("[0-9a-f]*/")) if self._reports.is_dir() else []
        kept = [_loaded(folder / CLEANED) for folder in folders if (folder / CLEANED).is_file()]
        return sorted(kept, key=lambda imported: (imported.source, imported.sha256))

    def _keep(self, imported: Imported, data: bytes, decoded: str, suffix: str) -> None:
        """Lay all down beside its final place and move it there in one step, so that no half is ever seen."""
        final = self._reports / imported.sha256[:12]
        try:
            self._reports.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=".import-", dir=self._reports))
            try:
                _write(draft / f"original{_ending(suffix)}", data)
                _write(draft / DECODED, decoded.encode("utf-8", "surrogatepass"))
                _write(draft / CLEANED, _dumped(imported))
                if final.is_dir() and not (final / CLEANED).is_file():
                    shutil.rmtree(final)
                draft.rename(final)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
        except OSError as fault:
            raise StoreError(
                f"{imported.source} cannot be kept in {self._reports}: {fault.strerror}\n"
                f"无法把 {imported.source} 保存到 {self._reports}（{fault.strerror}）："
                "请检查磁盘空间和写入权限"
            ) from fault


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _ending(suffix: str) -> str:
    """The file's own ending as far as it is a plain one, so that an office program opens the original."""
    return (
        suffix.lower() if suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) < _LONG_ENDING else ""
    )


def _dumped(imported: Imported) -> bytes:
    return json.dumps({"form": _FORM, **asdict(imported)}, ensure_ascii=False, indent=1).encode()


def _loaded(path: Path) -> Imported:
    try:
        kept = json.loads(path.read_bytes())
        if kept["form"] != _FORM:
            raise StoreError(
                f"{path} was written by another version; delete its folder and import the original anew\n"
                f"{path} 由另一个版本写成：请删除它所在的文件夹，再重新导入原文件"
            )
        return Imported(
            source=kept["source"],
            sha256=kept["sha256"],
            reports=tuple(_report(report) for report in kept["reports"]),
            removals=tuple(Removal(**removal) for removal in kept["removals"]),
            announced=kept["announced"],
        )
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise StoreError(
            f"{path} cannot be read; delete its folder and import the original anew\n"
            f"{path} 无法读取：请删除它所在的文件夹，再重新导入原文件"
        ) from fault


def _report(kept: dict[str, Any]) -> Report:
    pairs = {
        field: tuple((int(one), int(other)) for one, other in kept[field])
        for field in ("anchors", "names", "masked")
    }
    paragraphs = tuple(Paragraph(**paragraph) for paragraph in kept["paragraphs"])
    return Report(**{**kept, **pairs, "paragraphs": paragraphs})


def _known(name: str, other: Imported) -> Problem:
    return Problem(
        "report-known",
        f"this very file is imported already as {other.source}; nothing was added",
        f"这份文件已经导入过（{other.source}），没有重复导入",
        name,
        value=other.sha256[:12],
        level=Level.INFO,
    )
