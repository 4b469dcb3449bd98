import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigner.domain.people import ControlTotals
from campaigner.intake.lines import MOST_LINES, rows_of

HEADER = "姓名,手机号,出生日期,住址\n"
OPEN = '"张三,13800138000,1950-01-01,东村\n'
FURTHER = "李四,13800138001,1951-01-01,东村\n王五,13800138002,1952-01-01,西村\n"


def test_an_unclosed_quote_costs_its_own_line_only(read):
    result = read(HEADER + OPEN + FURTHER)
    (problem,) = result.problems
    assert (problem.code, problem.line) == ("quote-unclosed", 2)
    assert "lines 2 to 4" in problem.message
    assert "第2行到第4行" in problem.message_zh
    assert "张三" not in repr(problem)
    assert (result.column("name"), result.lines) == (["李四", "王五"], [3, 4])
    assert result.totals == ControlTotals(rows=3, recipients=2, refused=1)


@pytest.mark.parametrize(
    ("below", "faults", "lines"),
    [
        (FURTHER + '赵六,,1953-01-01,"东村,1号"\n钱七,,,\n', [(2, "quote-unclosed")], [3, 4, 5, 6]),
        ('赵六,,1953-01-01,"东村,\n1号"\n钱七,,,\n', [(2, "quote-unclosed")], [3, 5]),
        ('"李四","13800138001","1951-01-01","东村"\n', [(2, "quote-unclosed")], [3]),
        (OPEN + FURTHER, [(2, "quote-unclosed"), (3, "quote-unclosed")], [4, 5]),
        ("\n" + FURTHER, [(2, "quote-unclosed")], [4, 5]),
        ('李四,,1951-01-01,东村"\n', [(2, "quote-unclosed"), (3, "quote-unclosed")], []),
        ("", [(2, "quote-unclosed")], []),
        ('"', [(2, "quote-unclosed"), (3, "quote-unclosed")], []),
    ],
    ids=[
        "closed-by-a-good-cell",
        "closed-by-a-good-cell-of-two-lines",
        "closed-by-a-row-in-quotes",
        "two-of-them",
        "a-blank-line-below",
        "closed-where-a-cell-ends",
        "last-line",
        "a-mark-alone",
    ],
)
@pytest.mark.parametrize("block_rows", [1, 5000])
def test_every_line_below_an_unclosed_quote_is_accounted_for(read, below, faults, lines, block_rows):
    result = read(HEADER + OPEN + below, block_rows=block_rows)
    assert (result.faults, result.lines) == (faults, lines)
    assert result.totals.rows == len(faults) + len(lines)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old-mac"])
@pytest.mark.parametrize(
    "address",
    ["东村\n12号", "东村,3组\n12号,左边", "东村\n\n12号", "长\n" * 60, '东村""幸福""\n12号'],
    ids=["two-lines", "commas", "blank-line", "many-lines", "marks-inside"],
)
def test_a_quoted_line_break_stays_legal(read, address, end):
    content = HEADER + f'张三,13800138000,1950-01-01,"{address}"\n李四,,,\n'
    result = read(content.replace("\n", end))
    assert (result.column("name"), result.faults) == (["张三", "李四"], [])


def test_an_unclosed_quote_in_a_large_file(read):
    rows = "".join(f"王小明,东村{number}号\n" for number in range(40_000))
    result = read('姓名,住址\n李小红,东村\n李小红,"东村\n' + rows)
    assert (3, "quote-unclosed") in result.faults
    assert result.totals == ControlTotals(rows=40_002, recipients=40_001, refused=1)


@pytest.mark.parametrize("line", ['李"小,"红', '"', '"李,', '李,"""'])
def test_marks_in_every_line_take_no_longer_than_one(read, line):
    lines = 3 * MOST_LINES
    result = read("姓名,住址\n" + f"{line}\n" * lines)
    assert result.totals.rows <= lines
    assert result.totals.recipients == 0


def test_an_unclosed_quote_in_the_header_line(read):
    result = read('姓名,"手机号,村\n李四,13800138001,东村\n')
    assert (result.column("phone"), result.lines) == ([13800138001], [2])


def test_an_unclosed_quote_in_the_title(read):
    result = read('"幸福镇居民名单\n' + HEADER + FURTHER)
    assert (result.column("name"), result.faults) == (["李四", "王五"], [])


@pytest.mark.parametrize("cell", ["长" * 3_000_000, '"' + "长" * 3_000_000 + '"'], ids=["plain", "quoted"])
def test_a_huge_cell_is_no_unclosed_quote(read, cell):
    result = read(f"{HEADER}张三,,,{cell}\n{FURTHER}")
    assert (result.faults, result.column("name")) == ([(2, "cell-too-long")], ["李四", "王五"])
    assert result.totals == ControlTotals(rows=3, recipients=2, refused=1)


def test_a_huge_cell_below_an_unclosed_quote(read):
    result = read(HEADER + OPEN + f"张三,,,{'长' * 200_000}\n" + FURTHER)
    assert result.faults == [(2, "quote-unclosed"), (3, "cell-too-long")]
    assert result.lines == [4, 5]


def test_what_stands_before_a_line_without_end_is_not_swallowed_by_a_quote(read, monkeypatch):
    monkeypatch.setattr("campaigner.intake.textfile.LONGEST_LINE", 1 << 20)
    result = read(HEADER + OPEN + FURTHER + "长" * (1 << 20))
    assert result.faults == [(2, "quote-unclosed"), (None, "line-too-long")]
    assert result.lines == [3, 4]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    text=st.text(alphabet='ab,"\n\r ', max_size=60),
    width=st.integers(0, 4),
)
def test_rows_cover_the_lines_of_any_text_once_each_and_in_order(text, width):
    lines = io.StringIO(text, newline="").readlines()
    rows = list(rows_of(lines, ",", width))
    starts = [row.line for row in rows]
    assert starts == sorted(set(starts))
    assert set(starts) <= set(range(1, len(lines) + 1))
    assert bool(lines) == (starts[:1] == [1])
    for row, following in zip(rows, [*starts, len(lines) + 1][1:], strict=True):
        if row.fault:
            assert following == row.line + 1
        else:
            assert row.cells == next(csv.reader(lines[row.line - 1 : following - 1]))
