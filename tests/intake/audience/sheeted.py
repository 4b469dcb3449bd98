"""Workbooks made for tests: several sheets, merged cells, formats, hidden rows and sheets."""

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
import xlwt

from campaigner.domain.people import Audience, Kind
from campaigner.domain.problem import Problem
from campaigner.intake.audience import AudienceReader

TODAY = date(2026, 12, 1)


def xlsx(*sheets: dict[str, Any], **options: Any) -> bytes:
    """A workbook of sheets: `name`, `rows`, `merged` as (first row, first column, last row, last column) from 0,
    `formats` as (row, column) -> code, `hidden` for the tab, `hidden_rows` from 0."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **options}) as book:
        for number, sheet in enumerate(sheets):
            page = book.add_worksheet(sheet.get("name", f"Sheet{number + 1}"))
            for at, row in enumerate(sheet["rows"]):
                for place, cell in enumerate(row):
                    _write(book, page, at, place, cell, sheet.get("formats", {}).get((at, place), ""))
            for top, left, bottom, right in sheet.get("merged", ()):
                page.merge_range(top, left, bottom, right, "")
                _write(book, page, top, left, sheet["rows"][top][left], "")
            for at in sheet.get("hidden_rows", ()):
                page.set_row(at, None, None, {"hidden": True})
            if sheet.get("hidden"):
                page.hide()
        shown = next((n for n, sheet in enumerate(sheets) if not sheet.get("hidden")), 0)
        book.worksheets()[shown].activate()
        book.worksheets()[shown].set_first_sheet()
    return buffer.getvalue()


def _write(book: Any, page: Any, row: int, place: int, cell: Any, code: str) -> None:
    form = book.add_format({"num_format": code}) if code else None
    if isinstance(cell, date):
        page.write_datetime(row, place, datetime(cell.year, cell.month, cell.day), form)  # noqa: DTZ001 - a cell has no zone
    elif cell not in ("", None):
        page.write(row, place, cell, form)


def xls(*sheets: dict[str, Any]) -> bytes:
    """The same as a workbook of the old kind."""
    book = xlwt.Workbook(encoding="utf-8")
    for number, sheet in enumerate(sheets):
        page = book.add_sheet(sheet.get("name", f"Sheet{number + 1}"))
        merged = {(top, left): (bottom, right) for top, left, bottom, right in sheet.get("merged", ())}
        for at, row in enumerate(sheet["rows"]):
            for place, cell in enumerate(row):
                if cell in ("", None):
                    continue
                style = xlwt.easyxf(num_format_str=sheet.get("formats", {}).get((at, place), "General"))
                if (at, place) in merged:
                    bottom, right = merged[at, place]
                    page.write_merge(at, bottom, place, right, cell, style)
                elif isinstance(cell, xlwt.ExcelFormula.Formula):
                    page.write(at, place, cell, style)
                else:
                    page.write(at, place, cell, style)
        for at in sheet.get("hidden_rows", ()):
            page.row(at).hidden = True
        if sheet.get("hidden"):
            page.visibility = 1
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


class Reading:
    """What became of an audience."""

    def __init__(self, folder: Path, file: str, kind: str = "people", **settings: Any) -> None:
        self.problems: list[Problem] = []
        reader = AudienceReader(
            Audience("list", Kind(kind), file, **settings), folder, TODAY, self.problems.append
        )
        self.blocks = list(reader.blocks())
        self.rows = [row for block in self.blocks for row in block.rows()]
        self.places = [(block.source, line) for block in self.blocks for line in block.lines]
        self.totals, self.sha256 = reader.totals, reader.sha256

    def column(self, name: str) -> list[Any]:
        """One column of all rows."""
        return [row[name] for row in self.rows]

    def coded(self, code: str) -> list[Problem]:
        """The problems of a code."""
        return [problem for problem in self.problems if problem.code == code]
