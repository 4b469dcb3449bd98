import csv
import io
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.exports.sheets import harmless, write_csv, write_xlsx
from tests.conftest import SHANGHAI


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("幸福小区", "幸福小区"), ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("+1", "'+1"), ("-1", "'-1"),
        ("@x", "'@x"), ("\t=1", "'\t=1"), ("", ""),
    ],
)  # fmt: skip
def test_harmless(cell: str, expected: str) -> None:
    assert harmless(cell) == expected


def test_csv_opens_in_excel() -> None:
    file = io.BytesIO()
    write_csv(file, ("甲", "乙"), [[("1", 'a"b')], [("2", "x,y")]])
    assert file.getvalue() == '\ufeff甲,乙\r\n1,"a""b"\r\n2,"x,y"\r\n'.encode()


def test_xlsx_keeps_zeros_formulas_and_links_as_text(tmp_path: Path) -> None:
    file = io.BytesIO()
    cells = ("007", "=1+1", "http://x", "1e5")
    write_xlsx(
        file, ("a", "b", "c", "d"), [[cells]], datetime(2026, 12, 1, tzinfo=SHANGHAI), tmp_path, (5, 5, 5, 5)
    )
    frame = pd.read_excel(file, engine="calamine", dtype=str)
    assert tuple(frame.iloc[0]) == cells


CELLS = st.text(st.sampled_from(list("甲b1 ,\"'\r\n\x85\u2028")), max_size=4)


@given(
    st.integers(1, 3).flatmap(lambda width: st.lists(st.lists(st.tuples(*[CELLS] * width), max_size=4))),
    st.sampled_from(["\r\n", "\n", "\r"]),
)
def test_csv_is_to_the_byte_what_the_standard_library_writes(
    blocks: list[list[tuple[str, ...]]], line_end: str
) -> None:
    file, text = io.BytesIO(), io.StringIO(newline="")
    write_csv(file, (), blocks, "utf-8", line_end)
    for block in blocks:
        csv.writer(text, lineterminator=line_end).writerows(block)
    assert file.getvalue() == text.getvalue().encode()
