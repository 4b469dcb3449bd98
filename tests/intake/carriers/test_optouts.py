"""Refusals in any form: no number of a file is lost, and every row without one is told."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.domain.problem import Level, Problem
from campaigner.domain.receipt import OptOut
from campaigner.intake.optouts import OptOutReader, OptOutTotals

ZONE = ZoneInfo("Asia/Shanghai")
A, B = 13800138000, 13900139000


def read(
    content: str | bytes, folder: Path, block: int = 5000
) -> tuple[list[OptOut], list[Problem], OptOutTotals]:
    path = folder / "optout.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    problems: list[Problem] = []
    reader = OptOutReader(path, "optout.txt", ZONE, problems.append, block_rows=block)
    found = [each for part in reader.blocks() for each in part]
    totals = reader.totals
    assert totals.rows == totals.taken + totals.refused
    assert totals.taken == len({each.line for each in found})
    assert totals.numbers == len({each.phone for each in found})
    return found, problems, totals


@pytest.mark.parametrize(
    "content",
    [
        f"{A}\n{B}\n", f"{A}\r\n\r\n{B}", f"+86 138-0013-8000\n86{B}\n", f"{A},{B}", f"{A}\t{B}\n", f"{A} {B}\n",
        f"{A}；{B}", f"手机号\n{A},{B}\n",
        f"手机号码\n{A}\n{B}\n", f"序号,退订号码\n1,{A}\n2,{B}\n", f"mobile|x\n{A}|1\n{B}|2\n", f"退订名单\n{A}\n{B}\n",
        f"手机号\n{A}、{B}\n", f"{A}\n{B}\n{A}\n", f"1,{A},张\n2,{B},李\n", f"{A}.0\n{B}.0\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "utf-8-sig", "utf-16"])
def test_every_number_is_found(content: str, charset: str, tmp_path: Path) -> None:
    found, _, totals = read(content.encode(charset), tmp_path)
    assert list(dict.fromkeys(each.phone for each in found)) == [A, B]
    assert totals.refused == 0


def test_reason_and_time_come_along(tmp_path: Path) -> None:
    found, problems, _ = read(
        f"手机号,退订时间,退订原因\n{A},2026-12-01 09:00,回复R\n{B},soon,找{A}\n", tmp_path
    )
    assert found == [
        OptOut(A, 2, datetime(2026, 12, 1, 9, tzinfo=ZONE), "回复R"),
        OptOut(B, 3, None, "找***"),
    ]
    assert [(each.code, each.line, each.column) for each in problems] == [("optout-time", 3, "退订时间")]


@pytest.mark.parametrize(
    ("content", "line", "column", "value"),
    [
        (f"手机号\n{A}\n0571-88888888\n", 3, "手机号", "057******8888"), (f"{A}\nnobody\n", 2, None, "n*****"),
        (f"{A}\n138001380001\n", 2, None, "138*****0001"), (f"手机号,x\n{A},\n,1\n", 3, "手机号", ""),
    ],
)  # fmt: skip
def test_a_row_without_a_number_is_told_and_shows_nobody(
    content: str, line: int, column: str | None, value: str, tmp_path: Path
) -> None:
    found, problems, totals = read(content, tmp_path)
    assert [each.phone for each in found] == [A]
    assert [(each.code, each.line, each.column) for each in problems] == [("optout-no-number", line, column)]
    assert totals.refused == 1
    assert problems[0].value == value


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert list(OptOutReader(tmp_path / "none", "none", ZONE, problems.append).blocks()) == []
    assert [each.code for each in problems] == ["file-missing"]
    assert [each.code for each in read("", tmp_path)[1]] == ["file-empty"]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.integers(13_000_000_000, 19_999_999_999), min_size=1, max_size=30),
    joint=st.sampled_from(["\n", "\r\n", ",", "\t", "；", "\n\n", " "]),
    head=st.sampled_from(["", "手机号码\n", "退订名单\n"]),
    block=st.integers(1, 5),
)
def test_no_number_is_lost(
    rows: list[int], joint: str, head: str, block: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found, _, _ = read(head + joint.join(map(str, rows)), tmp_path_factory.mktemp("rows"), block)
    assert {each.phone for each in found} == set(rows)


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=300), block=st.integers(1, 5))
def test_any_bytes_are_accounted_for(
    content: bytes, block: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    read(content, tmp_path_factory.mktemp("any"), block)


def test_every_sheet_of_a_workbook_is_read(tmp_path: Path) -> None:
    path = tmp_path / "refused.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, column in (
            ("说明", ["各村汇总"]),
            ("11月", ["手机号", str(A)]),
            ("12月", ["手机号", str(B), "1380013", "合计"]),
        ):
            book.add_worksheet(name).write_column(0, 0, column)
    problems: list[Problem] = []
    reader = OptOutReader(path, "refused.xlsx", ZONE, problems.append)
    found = [each.phone for part in reader.blocks() for each in part]
    assert found == [A, B]
    assert [(p.code, p.source, p.line) for p in problems if p.level is Level.BLOCK] == [
        ("optout-no-number", "refused.xlsx[12月]", 3)
    ]


def test_a_number_beside_a_readable_one_is_not_passed_over(tmp_path: Path) -> None:
    found, problems, _ = read(f"手机号\n{A}、1390013900\n", tmp_path)
    assert [each.phone for each in found] == [A]
    assert [(each.code, each.level) for each in problems] == [("optout-no-number", Level.BLOCK)]


def test_a_landline_refuses_nothing_that_anybody_would_send(tmp_path: Path) -> None:
    _found, problems, totals = read(f"手机号\n{A}\n0571-88888888\n", tmp_path)
    assert (totals.refused, [each.level for each in problems]) == (1, [Level.WARN])
