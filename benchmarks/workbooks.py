"""Reading an XLSX list: our reader beside those of others and beside pandas, the same file in the same run.

`python benchmarks/workbooks.py [ROWS] [ROUNDS]`. Each way in a process of its own, in turn; read the ratio.
"""

import importlib.util
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from harness import Once, once, show
from python_calamine import CalamineWorkbook

from campaigner.domain.people import Audience, Kind
from campaigner.intake.audience import AudienceReader
from campaigner.intake.cleaned import RowCleaner
from campaigner.intake.headers import find_heading
from campaigner.intake.rows import gathered
from campaigner.intake.textfile import Chunk
from campaigner.intake.workbook import sheets_of

TODAY = date(2026, 12, 1)
NAME = "list.xlsx"
HEADERS = ("序号", "姓名", "性别", "出生日期", "手机号", "村社区", "地址", "职业", "退订", "备注")
_AUDIENCE = Audience("residents", Kind.PEOPLE, NAME)


def write(path: Path, rows: int) -> None:
    """Invented people in ten columns: numbers, texts, dates, telephones as texts and as numbers, empty cells."""
    chance = random.Random(1)
    with xlsxwriter.Workbook(path) as book:
        sheet, day = book.add_worksheet("名单"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADERS)
        for n in range(1, rows + 1):
            born = datetime(1950, 1, 1) + timedelta(days=chance.randrange(18_000))  # noqa: DTZ001 - a cell has no zone
            name = (
                chance.choice("王李张刘陈杨黄赵吴周")
                + chance.choice("秀建桂志小海凤德")
                + chance.choice("英国兰强红涛霞明")
            )
            phone = 13_800_000_000 + n
            village = chance.choice(("柳树村", "大塘村"))
            cells = (n, name, chance.choice("男女"), None, phone if n % 3 else str(phone), village,
                     f"{chance.randrange(20)}组{chance.randrange(300)}号", chance.choice(("教师", "学生", "务农")),
                     "是" if n % 50 == 0 else None, "外出务工" if n % 10 == 0 else None)  # fmt: skip
            for place, cell in enumerate(cells):
                if cell is not None:
                    sheet.write(n, place, cell)
            sheet.write_datetime(n, 3, born, day)


def ours(folder: Path) -> int:
    """Every row read, cleaned, keyed and accounted for."""
    reader = AudienceReader(_AUDIENCE, folder, TODAY, lambda _problem: None)
    for _block in reader.blocks():
        pass
    return reader.totals.rows


def cells(folder: Path) -> int:
    """Our reader alone: eight columns of texts, formats, merged cells and errors looked at."""
    count = 0
    for sheet in sheets_of((folder / NAME).read_bytes()):
        count += len(sheet.merged)
        for block in sheet.blocks():
            count += len(block)
            for place in range(1, 9):
                block.cells(place)
    return count - 1


def simple(folder: Path) -> int:
    """The same by a parser of XML alone."""
    return sum(len(block) for block in sheets_of((folder / NAME).read_bytes(), simple=True)[0].blocks()) - 1


def former(folder: Path) -> int:
    """As campaigner read before: a frame of pandas by calamine, turned into texts cell by cell, and cleaned."""
    count = 0
    frame = pd.read_excel(folder / NAME, engine="calamine", header=None, dtype=object, na_filter=False)
    first = next(_chunks(frame, 10))
    heading = find_heading(list(zip(first.lines, first.rows, strict=True)), _AUDIENCE, lambda _problem: None)
    assert heading is not None
    cleaner = RowCleaner(_AUDIENCE, heading, TODAY)
    for tidy in gathered(_chunks(frame, 500), heading, 4501):
        count += cleaner(tidy).rows
    return count


def _chunks(frame: pd.DataFrame, size: int) -> Iterator[Chunk]:
    for start in range(0, len(frame), size):
        part = frame.iloc[start : start + size]
        columns = [
            [cell if type(cell) is str else _text(cell) for cell in part[name].tolist()]
            for name in part.columns
        ]
        yield Chunk(
            list(range(start + 1, start + 1 + len(part))), [list(row) for row in zip(*columns, strict=True)]
        )


def _text(cell: Any) -> str:
    if isinstance(cell, int | float):
        return "" if pd.isna(cell) else str(int(cell)) if cell == int(cell) else repr(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def calamine(folder: Path) -> int:
    """calamine alone, rows of Python's values; no formats, no errors, no formulas without a result."""
    return len(CalamineWorkbook.from_path(folder / NAME).get_sheet_by_index(0).to_python()) - 1


def openpyxl(folder: Path) -> int:
    """openpyxl reading row by row; values and formats, no merged cells."""
    import openpyxl

    book = openpyxl.load_workbook(folder / NAME, read_only=True, data_only=True)
    return sum(1 for _row in book.worksheets[0].iter_rows()) - 1


def main(rows: int, rounds: int) -> None:
    """Measure and print."""
    ways = [
        ("read and clean", ours),
        ("  as it was, pandas", former),
        ("cells alone", cells),
        ("  calamine", calamine),
    ]
    if rows <= 100_000:
        ways.append(("  by XML alone", simple))
        ways += [("  openpyxl", openpyxl)] if importlib.util.find_spec("openpyxl") else []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write(folder / NAME, rows)
        found: dict[str, list[Once]] = {name: [] for name, _way in ways}
        for _round in range(rounds):
            for name, way in ways:
                found[name].append(once(way, folder))
    show(f"{'what':<22}{'rows':>10}{'s':>8}{'rows/s':>10}{'MiB above start':>17}")
    for name, times in found.items():
        best = sorted(times, key=lambda one: one.seconds)[len(times) // 2]
        show(
            f"{name:<22}{best.rows:>10,}{best.seconds:>8.2f}{best.rate:>10,.0f}{best.peak_mib - best.base_mib:>17.0f}"
        )
    pairs = zip(found["read and clean"], found["  as it was, pandas"], strict=True)
    show(f"times as quick as it was: {sorted(new.rate / old.rate for new, old in pairs)[rounds // 2]:.1f}")


if __name__ == "__main__":
    main(*(int(text) for text in (*sys.argv[1:], *("100000", "3")[len(sys.argv) - 1 :])))
