"""Rows as CSV and XLSX that spreadsheets open unharmed: text cells, nothing that runs as a formula."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""Wide ones too: spreadsheets set to Chinese or Japanese take them for the narrow ones (OWASP, CSV injection)."""
XLSX_ROWS = 1_048_575
"""Rows of one worksheet below its header."""


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: such a start gets an apostrophe in front."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def write_csv(
    file: BinaryIO,
    header: Sequence[str],
    blocks: Iterable[Iterable[Sequence[str]]],
    charset: str = "utf-8-sig",
    line_end: str = "\r\n",
) -> None:
    """CSV; unless told otherwise as Excel and WPS open it with a double click: UTF-8 with BOM, CRLF.

    Args:
        file: Where it goes.
        header: First row; none if empty.
        blocks: Rows in blocks.
        charset: Character set; it must know every character.
        line_end: What ends a row.
    """
    text = io.TextIOWrapper(file, charset, newline="", write_through=False)
    writer = csv.writer(text, lineterminator=line_end)
    if header:
        writer.writerow(header)
    for block in blocks:
        rows = list(block)
        lines = _plain_lines(rows, line_end)
        if lines is None:
            writer.writerows(rows)
        else:
            text.write(lines)
    text.flush()
    text.detach()


def _plain_lines(rows: Sequence[Sequence[str]], line_end: str) -> str | None:
    """Rows of which no cell needs quotation marks, as the `csv` module writes them, in a third of its time.

    Whether one needs them is seen by counting: then there is a mark, a comma or a line end too many.
    """
    commas = sum(map(len, rows)) - len(rows)
    lines = line_end.join([*map(",".join, rows), ""])
    plain = (
        '"' not in lines
        and lines.count(",") == commas
        and all(lines.count(end) == len(rows) * line_end.count(end) for end in "\r\n")
        and all(len(row) > 1 for row in rows)
    )
    return lines if plain else None


def write_jsonl(file: BinaryIO, names: Sequence[str], blocks: Iterable[Iterable[Sequence[str]]]) -> None:
    """JSON Lines: one object for each row, UTF-8.

    Args:
        file: Where it goes.
        names: Name of each cell.
        blocks: Rows in blocks.
    """
    for block in blocks:
        lines = [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n" for row in block]
        file.write("".join(lines).encode())


def write_xlsx(
    file: BinaryIO,
    header: Sequence[str],
    blocks: Iterable[Iterable[Sequence[str]]],
    made_at: datetime,
    scratch: Path,
    widths: Sequence[int] = (),
) -> None:
    """One worksheet of text cells, streamed row by row.

    Args:
        file: Where it goes.
        header: First row, bold, kept in view; none if empty.
        blocks: Rows in blocks.
        made_at: Date in the file's properties; given, so that the same rows give the same bytes.
        scratch: Folder for the rows on their way, in the clear; whoever gives it takes it away if writing fails.
        widths: Column widths in characters.
    """
    import xlsxwriter

    options = {
        "constant_memory": True, "in_memory": False, "strings_to_numbers": False,
        "strings_to_formulas": False, "strings_to_urls": False,
        "tmpdir": str(scratch),
    }  # fmt: skip
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"created": made_at.replace(tzinfo=None)})
    sheet = book.add_worksheet("名单")
    text = book.add_format({"num_format": "@"})
    bold = book.add_format({"bold": True, "num_format": "@", "bottom": 1})
    if header:
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width, text)
    for column, title in enumerate(header):
        sheet.write_string(0, column, title, bold)
    row = 1 if header else 0
    try:
        for block in blocks:
            for cells in block:
                for column, cell in enumerate(cells):
                    sheet.write_string(row, column, cell, text)
                row += 1
    except BaseException:
        # Only closing the book would close its file of rows, and that writes the whole workbook first.
        sheet.row_data_fh.close()
        raise
    book.close()
