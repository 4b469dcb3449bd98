"""Reading and cleaning a list, cleaning phones alone, and filtering, against Arrow doing no more than it must."""

import re
import time
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from harness import Case, Timed
from place import audience_file, office

from campaigner.domain.people import Audience, Block, Kind
from campaigner.domain.segment import Filter, parse_filter
from campaigner.intake.audience import AudienceReader
from campaigner.intake.cleaning import phones
from campaigner.intake.columns import Texts

TODAY = date(2026, 12, 1)
DAY = 20261201
FILTER = 'age >= 60 and village == "柳树村"'
_FEW = 50_000
_AUDIENCE = Audience("residents", Kind.PEOPLE, "audiences/residents.csv")
_PHONE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_JUNK = str.maketrans(dict.fromkeys(" -") | {chr(ord("０") + n): str(n) for n in range(10)})


def _blocks() -> list[Block]:
    faults: list[Any] = []
    return list(AudienceReader(_AUDIENCE, office(), TODAY, faults.append).blocks())


def read(_folder: Path) -> int:
    """Every row cleaned, keyed and accounted for, every fault told."""
    faults: list[Any] = []
    reader = AudienceReader(_AUDIENCE, office(), TODAY, faults.append)
    for _block in reader.blocks():
        pass
    return reader.totals.rows


def _streamed() -> Any:
    return pacsv.open_csv(
        audience_file(),
        pacsv.ReadOptions(use_threads=False),
        convert_options=pacsv.ConvertOptions(column_types={"手机号": pa.string(), "出生日期": pa.string()}),
    )


def _vectorised(cells: Any) -> Any:
    digits = pc.replace_substring_regex(pc.utf8_normalize(cells, "NFKC"), r"[^0-9]", "")
    plain = pc.replace_substring_regex(digits, r"^86(1[3-9][0-9]{9})$", r"\1")
    return plain.filter(pc.match_substring_regex(plain, r"^1[3-9][0-9]{9}$")).cast(pa.int64())


def lean_read(_folder: Path) -> int:
    """Arrow's reader and its phones; no fault is told, no row named."""
    count = 0
    for batch in _streamed():
        _vectorised(batch.column("手机号"))
        count += batch.num_rows
    return count


def naive_read(_folder: Path) -> int:
    """A data frame, row by row."""
    frame = pd.read_csv(audience_file(), dtype=str, nrows=_FEW).fillna("")
    for _index, row in frame.iterrows():
        _PHONE.fullmatch(row["手机号"].translate(_JUNK))
    return len(frame)


def _phone_column() -> Any:
    return pa.chunked_array([batch.column("手机号") for batch in _streamed()]).combine_chunks()


def clean_phones(_folder: Path) -> Timed:
    """Numbers and faults of a column that is there already, 5,000 at a time."""
    column = _phone_column()
    pieces = [Texts(column.slice(start, 5_000)) for start in range(0, len(column), 5_000)]
    begun = time.perf_counter()
    for piece in pieces:
        phones(piece)
    return Timed(len(column), time.perf_counter() - begun)


def lean_phones(_folder: Path) -> Timed:
    """All in Arrow; which cell is wrong, and why, is not told."""
    column = _phone_column()
    begun = time.perf_counter()
    _vectorised(column)
    return Timed(len(column), time.perf_counter() - begun)


def naive_phones(_folder: Path) -> Timed:
    """One cell after the other."""
    cells = _phone_column().to_pylist()
    begun = time.perf_counter()
    for cell in cells:
        _PHONE.fullmatch(cell.translate(_JUNK))
    return Timed(len(cells), time.perf_counter() - begun)


def _filter() -> Filter:
    found = parse_filter(FILTER, Kind.PEOPLE, "benchmark")
    assert isinstance(found, Filter)
    return found


def filtered(_folder: Path) -> Timed:
    """The compiled filter and the rows that it takes."""
    blocks, wanted = _blocks(), _filter()
    begun = time.perf_counter()
    for block in blocks:
        block.where(wanted.mask(block, DAY))
    return Timed(sum(map(len, blocks)), time.perf_counter() - begun)


def lean_filtered(_folder: Path) -> Timed:
    """The same two comparisons and one choice of rows, written by hand for Arrow."""
    tables = [
        pa.table({
            "birth": pa.array(list(block.columns["birth"]), pa.int64()),
            "village": pa.array(list(block.columns["village"]), pa.string()),
            "name": pa.array(list(block.columns["name"]), pa.string()),
        })
        for block in _blocks()
    ]  # fmt: skip
    begun = time.perf_counter()
    for table in tables:
        old = pc.less_equal(table["birth"], DAY - 600_000)
        table.filter(pc.and_(old, pc.equal(table["village"], "柳树村")))
    return Timed(sum(table.num_rows for table in tables), time.perf_counter() - begun)


def naive_filtered(_folder: Path) -> Timed:
    """One row after the other, as a dictionary."""
    rows = [row for block in _blocks()[:10] for row in block.rows()]
    wanted = _filter()
    begun = time.perf_counter()
    for row in rows:
        wanted.matches(row, DAY)
    return Timed(len(rows), time.perf_counter() - begun)


CASES = (
    Case("read and clean", read, lean_read, naive_read),
    Case("clean phones", clean_phones, lean_phones, naive_phones),
    Case("filter", filtered, lean_filtered, naive_filtered),
)
