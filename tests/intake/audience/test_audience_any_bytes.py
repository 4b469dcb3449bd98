import csv
import io
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigner.domain.people import COLUMNS, Kind
from campaigner.domain.problem import Level
from campaigner.intake.cleaned import REFUSING, USED
from campaigner.intake.cleaning import cleaners, phones, texts

TODAY = date(2026, 11, 24)
AGAIN = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
HEADERS = {
    Kind.PEOPLE: "姓名,手机号,生日,年龄,身份证号,退订,标签,住址",
    Kind.PUPILS: "学生姓名,学校,年级,班级,学号,家长,家长电话,监护人2电话,退订",
    Kind.PLACES: "名称,类型,数量,电子屏,地址",
}
CELL = st.sampled_from(
    ["", "王小明", "13800138000", "+86 138-0013-8000", "1956-03-01", "是", "67", "电梯", "3", "1956.3", "x"]
) | st.text(max_size=12)


@AGAIN
@given(content=st.binary(max_size=2000), kind=st.sampled_from(Kind))
def test_any_bytes_are_rows_or_problems(read, content, kind):
    result = read(content, kind)
    assert result.rows or result.problems


@AGAIN
@given(
    content=st.binary(max_size=2000),
    kind=st.sampled_from(Kind),
    charset=st.sampled_from(["utf-8", "gb18030", "utf-16"]),
)
def test_any_bytes_below_a_header_line(read, content, kind, charset):
    read(HEADERS[kind].encode(charset) + "\n".encode(charset)[-2:] + content, kind)


@AGAIN
@given(
    content=st.binary(max_size=500),
    magic=st.sampled_from([b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff"]),
)
def test_any_bytes_behind_a_magic(read, content, magic):
    assert read(magic + content).problems


@AGAIN
@given(
    kind=st.sampled_from(Kind),
    rows=st.lists(st.lists(CELL, max_size=10), max_size=30),
    block_rows=st.integers(1, 8),
    delimiter=st.sampled_from([",", "\t", ";"]),
)
def test_any_table_balances_and_every_refused_row_is_told(read, kind, rows, block_rows, delimiter):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([HEADERS[kind].split(","), *rows])
    result = read(text.getvalue().encode("utf-8", "replace"), kind, block_rows=block_rows)
    filled = sum(any(cell.strip() for cell in row) for row in rows)
    assert result.totals.rows == filled
    told = {p.line for p in result.problems if p.line}
    needed = {p.line for p in result.problems if p.level is Level.BLOCK and p.column in {"名称", "类型"}}
    refused = {p.line for p in result.problems if p.code in REFUSING} | needed
    assert result.totals.refused == len(refused)
    assert not refused & set(result.lines)
    aside = {
        (p.line, p.column)
        for p in result.problems
        if p.line not in refused and p.code not in USED and p.column
    }
    assert result.totals.set_aside == len(aside)
    merged = {p.line for p in result.problems if p.code.startswith("merge-") or p.code == "row-merged"}
    assert result.totals.merged == len(merged)
    assert told >= refused | merged


@given(st.lists(CELL | st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), max_size=40))
def test_the_fast_way_reads_phones_as_the_slow_one_does(cells):
    from campaigner.domain.phone import PhoneFault, parse_phone

    values, faults = phones(cells)
    wrong = dict(faults)
    for row, cell in enumerate(cells):
        expected = parse_phone(cell)
        if isinstance(expected, PhoneFault):
            assert wrong[row] in (expected, "undecodable")
        else:
            assert (values[row], row in wrong) == (expected, False)


@given(st.lists(st.text(max_size=8), max_size=30))
def test_the_fast_way_reads_texts_as_the_slow_one_does(cells):
    together = texts(cells)
    assert together.values == [texts([cell, "\x00"]).values[0] for cell in cells]
    assert together.faults == [
        (row, code) for row, cell in enumerate(cells) for _, code in texts([cell, "\x00"]).faults
    ]


@pytest.mark.parametrize("kind", list(Kind))
@given(cells=st.lists(st.text(max_size=8), max_size=8))
def test_every_cleaner_takes_any_cells(kind, cells):
    known = cleaners(kind, TODAY)
    assert {column.name for column in COLUMNS[kind]} <= set(known)
    for clean in known.values():
        values, faults = clean(cells)
        assert len(values) == len(cells)
        assert all(0 <= row < len(cells) and isinstance(code, str) for row, code in faults)
