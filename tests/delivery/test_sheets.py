import io
from datetime import datetime

import pandas as pd
import pytest

from campaigner.delivery.sheets import harmless, write_csv, write_xlsx
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


def test_xlsx_keeps_zeros_formulas_and_links_as_text() -> None:
    file = io.BytesIO()
    cells = ("007", "=1+1", "http://x", "1e5")
    write_xlsx(file, ("a", "b", "c", "d"), [[cells]], datetime(2026, 12, 1, tzinfo=SHANGHAI), (5, 5, 5, 5))
    frame = pd.read_excel(file, engine="calamine", dtype=str)
    assert tuple(frame.iloc[0]) == cells
