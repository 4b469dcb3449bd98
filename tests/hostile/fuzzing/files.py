"""Targets that read files: lists, status files, opt-outs, templates, warnings, settings, reports."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from campaigner.artefacts import registry
from campaigner.config.reading import load_config
from campaigner.domain.campaign import Channel
from campaigner.domain.people import Audience, Kind
from campaigner.domain.problem import Problem
from campaigner.domain.receipt import StatusForm
from campaigner.intake.audience import AudienceReader
from campaigner.intake.optouts import OptOutReader
from campaigner.intake.refusing import refusals_in
from campaigner.intake.reports.reading import import_bytes
from campaigner.intake.status import StatusReader
from campaigner.rendering.library import Writer, read_template
from tests.checking import read_warning
from tests.hostile.fuzzing import seeds

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 24)
REPORT = "工作总结\n　　我镇派出所开展反诈宣传，走访商户三十家，发放宣传单五千份，劝阻转账两起。\n"
_SHEET = "xl/worksheets/sheet1.xml"
_DOCUMENT = (
    '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    + "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in (REPORT * 3).split())
    + "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl></w:body></w:document>"
)


class Facts:
    """Stands in for a warning in templates."""

    short = rule = "凡是要您先垫钱的，都是诈骗。"
    red_flags = ("先垫钱", "加群")


class Files:
    """Writes each case to a file in a folder and reads it.

    Args:
        folder: Where.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "sms").mkdir()
        (folder / "warnings").mkdir()
        self._book = _workbook()

    def workbooks(self) -> list[bytes]:
        """Whole workbooks; changes hit the packed parts and the directory."""
        return [self._book]

    def sheets(self) -> list[bytes]:
        """The XML of a sheet; changes hit what is inside the package."""
        with zipfile.ZipFile(io.BytesIO(self._book)) as package:
            return [package.read(_SHEET)]

    def reports(self) -> list[bytes]:
        """Reports as text, page and document."""
        text = REPORT * 3
        page = f"<html><head><meta charset=utf-8><title>x</title></head><body><p>{text}</p><table><tr><td>1</table>"
        return [
            text.encode(),
            text.encode("gb18030"),
            page.encode(),
            _packed({"word/document.xml": _DOCUMENT.encode()}),
        ]

    def _written(self, name: str, content: bytes | str) -> Path:
        path = self._folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        return path

    def audience(self, content: bytes, kinds: Sequence[Kind] = (Kind.PEOPLE,)) -> None:
        """Every row is a recipient, merged, refused or told of."""
        self._written("list.csv", content)
        for kind in kinds:
            problems: list[Problem] = []
            audience = Audience("list", kind, "list.csv")
            reader = AudienceReader(audience, self._folder, TODAY, problems.append)
            rows = sum(len(block) for block in reader.blocks())
            assert rows == reader.totals.recipients
            assert reader.totals.rows == rows + reader.totals.merged + reader.totals.refused
            assert rows or problems
            refusals_in(audience, self._folder)

    def headers(self, content: bytes) -> None:
        """Any header line, for every kind."""
        self.audience(content + b"\n" + b"x,13800138000,1956-03-01\n", tuple(Kind))

    def sheet(self, content: bytes) -> None:
        """A workbook whose sheet was changed before it was packed."""
        with zipfile.ZipFile(io.BytesIO(self._book)) as package:
            parts = {name: package.read(name) for name in package.namelist()}
        self.audience(_packed({**parts, _SHEET: content}))

    def status(self, content: bytes) -> None:
        """A carrier's status file."""
        problems: list[Problem] = []
        reader = StatusReader(
            self._written("status.csv", content), "status.csv", ZONE, problems.append, StatusForm()
        )
        found = sum(len(block.receipts) for block in reader.blocks())
        assert reader.totals.taken == found
        assert reader.totals.rows == found + reader.totals.refused

    def optouts(self, content: bytes) -> None:
        """A file of refusals."""
        problems: list[Problem] = []
        reader = OptOutReader(self._written("optout.txt", content), "optout.txt", ZONE, problems.append)
        for block in reader.blocks():
            assert all(13_000_000_000 <= entry.phone < 20_000_000_000 for entry in block)
        assert reader.totals.rows == reader.totals.taken + reader.totals.refused

    def front(self, text: str) -> None:
        """A template's front matter."""
        path = self._written("sms/own.txt.jinja", f"{text}提醒\n")
        template, problems = read_template(path, self._folder, registry.artefact(Channel.SMS).form)
        assert template is not None or problems
        assert all(problem.message_zh for problem in problems)

    def template(self, text: str) -> None:
        """A template: refused, or written, row by row if need be."""
        template, problems = read_template(
            self._written("sms/own.txt.jinja", text), self._folder, registry.artefact(Channel.SMS).form
        )
        assert template is not None or problems
        if template is None:
            return
        facts: dict[str, Any] = {"warning": Facts(), "warnings": [Facts()], "office": Facts(), "run": Facts()}
        writer = Writer(template, facts)
        texts, faults = writer.block({name: ["甲"] for name in template.fields}, 1)
        assert texts[0] is not None or faults

    def warning(self, text: str) -> None:
        """An entry of the catalogue."""
        entry, problems = read_warning(self._written("warnings/own.toml", text), self._folder)
        assert entry is not None or problems

    def config(self, text: str) -> None:
        """The settings."""
        self._written("config.toml", text)
        config, problems = load_config(self._folder)
        assert config is not None or problems

    def report(self, content: bytes) -> None:
        """A report in any form."""
        imported, _text, problems = import_bytes(content, "report")
        assert imported is not None or problems


def _packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def _workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row, line in enumerate(seeds.LISTS[0].decode().splitlines()):
            for column, cell in enumerate(line.split(",")):
                sheet.write_string(row, column, cell)
        sheet.write_number(2, 1, 13800138000)
        sheet.write_number(2, 3, 67.5)
        sheet.write_boolean(2, 9, boolean=False)
        sheet.write_formula(2, 7, "=1/0", None, "#DIV/0!")
    return out.getvalue()
