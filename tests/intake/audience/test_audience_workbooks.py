import io
import re
import zipfile
from datetime import date, datetime
from zipfile import ZipFile

import pandas as pd
import pytest
import xlsxwriter

from campaigner.domain.people import Audience, ControlTotals, Kind
from campaigner.intake.book.package import column_number
from campaigner.intake.refusing import refusals_in


def workbook(rows, sheet="名单", **options):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **options}) as book:
        page = book.add_worksheet(sheet)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(number, place, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                else:
                    page.write(number, place, cell)
        book.add_worksheet("说明").write(0, 0, "填表说明")
    return buffer.getvalue()


def repacked(data, change):
    """The workbook with one sheet's text changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name.endswith("sheet1.xml") else content)
    return buffer.getvalue()


GOOD = workbook([["姓名", "手机号"], ["王小明", "13800138000"]])


def read_book(read, data, **settings):
    return read(data, name="list.xlsx", **settings)


@pytest.mark.parametrize(
    "phone", ["13800138000", 13800138000, 13800138000.0], ids=["text", "number", "float"]
)
def test_a_phone_in_any_type_of_cell(read, phone):
    assert read_book(read, workbook([["姓名", "手机号"], ["王小明", phone]])).column("phone") == [13800138000]


@pytest.mark.parametrize(
    ("cell", "birth"),
    [
        (date(1956, 3, 1), 19560301),
        (20515, 19560301),
        ("1956-03-01", 19560301),
        (19560301, 19560301),
        (1956, 19561231),
    ],
    ids=["date", "serial", "text", "packed", "year"],
)
def test_a_birth_in_any_type_of_cell(read, cell, birth):
    assert read_book(read, workbook([["姓名", "生日"], ["王小明", cell]])).column("birth") == [birth]


def test_a_month_that_a_number_cannot_hold(read):
    result = read_book(read, workbook([["姓名", "出生年月"], ["王小明", 1956.10], ["李小红", 1956.3]]))
    assert result.faults == [(2, "birth-month-ambiguous")]
    assert result.column("birth") == [0, 19560331]


def test_an_identity_number_typed_as_a_number_has_lost_digits(read):
    result = read_book(read, workbook([["姓名", "身份证号"], ["王小明", 110105194912310021]]))
    assert result.faults == [(2, "idcard-damaged")]


def test_sheet_rows_are_the_lines(read):
    rows = [
        ["幸福镇居民名单"],
        [],
        ["姓名", "手机号", "退订"],
        ["王小明", 13800138000, True],
        [],
        ["李小红", 12, None],
    ]
    result = read_book(read, workbook(rows))
    assert (result.lines, result.column("opted_out")) == ([4, 6], [True, False])
    assert result.faults == [(6, "phone-too-short")]
    assert result.totals == ControlTotals(rows=2, recipients=2, set_aside=1)


def test_rows_above_the_used_area_count_as_lines(read):
    result = read_book(read, workbook([[], [], ["", "姓名"], ["", "王小明"]]))
    assert result.lines == [4]


def test_blocks_of_a_workbook(read):
    rows = [["姓名"], *([f"王{chr(0x4E00 + number)}"] for number in range(50))]
    result = read_book(read, workbook(rows), block_rows=7)
    assert result.lines == list(range(2, 52))


def test_a_named_sheet(read):
    assert read_book(read, GOOD, sheet="名单").totals.recipients == 1


def test_a_sheet_that_is_not_there_lists_the_others(read):
    (problem,) = read_book(read, GOOD, sheet="名册").problems
    assert problem.code == "sheet-missing"
    assert "名单、说明" in problem.message


def test_an_empty_sheet(read):
    assert [problem.code for problem in read_book(read, workbook([])).problems] == [
        "sheets-other",
        "file-empty",
    ]


@pytest.mark.parametrize("place", range(0, len(GOOD), len(GOOD) // 40))
def test_a_cut_or_scratched_workbook_is_a_problem_or_reads_the_same(read, place):
    scratched = bytearray(GOOD)
    scratched[place] ^= 0xFF
    for data in (GOOD[:place], bytes(scratched)):
        result = read_book(read, data)
        assert result.problems or result.column("phone") == [13800138000]


def test_other_things_in_a_zip(read):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("readme.txt", "x")
    assert [problem.code for problem in read_book(read, buffer.getvalue()).problems] == ["workbook-damaged"]


def test_an_old_workbook_that_is_damaged_or_encrypted(read):
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
    assert [problem.code for problem in read(data, name="list.xls").problems] == ["workbook-damaged"]


@pytest.mark.parametrize(
    "sheet", [b"<worksheet>", b"\xff\xfe", b"<worksheet><sheetData><row><c t='s'><v>99</v></c></row>"]
)
def test_a_sheet_that_is_no_xml(read, sheet):
    result = read_book(read, repacked(GOOD, lambda _: sheet))
    assert result.problems
    assert result.totals.rows == 0


def test_a_bomb_of_one_part(read):
    result = read_book(read, repacked(GOOD, lambda content: content + b" " * (64 << 20)))
    assert [problem.code for problem in result.problems] == ["workbook-too-large"]


def test_a_bomb_over_the_limit(read, monkeypatch):
    monkeypatch.setattr("campaigner.intake.book.package.UNPACKED", 1000)
    assert [problem.code for problem in read_book(read, GOOD).problems] == ["workbook-too-large"]


def test_a_size_that_is_falsely_stated(read, monkeypatch):
    bomb = bytearray(repacked(GOOD, lambda content: content + b" " * (32 << 20)))
    size = (32 << 20) + len(zipfile.ZipFile(io.BytesIO(GOOD)).read("xl/worksheets/sheet1.xml"))
    falsely = bytes(bomb).replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert falsely != bytes(bomb)
    assert [problem.code for problem in read_book(read, falsely).problems] == ["workbook-damaged"]


@pytest.mark.parametrize("far", ["XFD1048576", "ZZ1048576", "AZ1000000"])
def test_a_far_cell_does_not_fill_the_memory(read, far):
    row = "".join(character for character in far if character.isdigit()).encode()
    cell = b'<row r="%b"><c r="%b"><v>1</v></c></row></sheetData>' % (row, far.encode())
    result = read_book(read, repacked(GOOD, lambda content: content.replace(b"</sheetData>", cell)))
    assert result.column("phone") == [13800138000]
    assert result.faults == [(int(row), "row-too-long")]


FAR = [
    pytest.param(b"<c r='XFD1048576'/>", id="other quotes"),
    pytest.param(b'<c r = "XFD1048576"/>', id="spaces"),
    pytest.param(b'<c\tr="XFD1048576"/>', id="tab"),
    pytest.param(b'<c r="xfd1048576"/>', id="small letters"),
    pytest.param(b'<c r="AAAAAA3"/>', id="no such column"),
    pytest.param(b'<c r="A9999999"/>', id="no such row"),
    pytest.param(b'<c r="A99999999999999999999"/>', id="no such number"),
    pytest.param(b'<c r="B1" r="XFD1048576"/>', id="named twice"),
    pytest.param(b'<c x="<" r="XFD1048576"/>', id="bracket in an attribute"),
    pytest.param(b'<a-b:c r="XFD1048576"/>', id="odd prefix"),
    pytest.param(b"<row r=\"1048576\"><c r='XFD1048576'/></row>", id="in a row of its own"),
    pytest.param(b'<row r="1048570"><c/>' + b"<c/>" * 100 + b"</row>", id="not named"),
    pytest.param(b'<c s="1" r="XFD1048576"/>', id="named late"),
    pytest.param(b"<c " + b" " * 9000 + b'r="XFD1048576"/>', id="long tag"),
    pytest.param(b'<row r="&#49;048576"><c r="XFD&#49;048576"/></row>', id="entities"),
]


@pytest.mark.parametrize("far", FAR)
def test_a_far_cell_in_disguise_does_not_end_the_program(read, far):
    """Its reader would ask for a hundred gigabytes and, refused, abort."""
    cells = b'<sheetData xmlns:a-b="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><row r="1">'
    row = cells + b'<c r="A1"/></row><row r="2">' + far + b"</row></sheetData>"
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        + row
        + b"</worksheet>"
    )
    result = read_book(read, repacked(GOOD, lambda _: sheet))
    assert {problem.code for problem in result.problems} & {"file-empty", "workbook-damaged"}
    assert result.totals.rows == 0


def test_cells_that_other_programs_name_otherwise_are_read(read):
    def otherwise(content):
        return re.sub(rb'<c r="([A-Z]+[0-9]+)"([^>]*)>', rb"<c\2 r='\1'>", content)

    assert otherwise(b'<c r="A1" s="2">') == b"<c s=\"2\" r='A1'>"
    assert read_book(read, repacked(GOOD, otherwise)).column("phone") == [13800138000]
    unnamed = repacked(GOOD, lambda content: re.sub(rb' r="[A-Z]*[0-9]+"', b"", content))
    assert read_book(read, unnamed).column("phone") == [13800138000]


def test_a_package_of_two_kinds(read):
    buffer = io.BytesIO(GOOD)
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr("xl/workbook.bin", b"")
    assert [problem.code for problem in read_book(read, buffer.getvalue()).problems] == ["workbook-damaged"]


def test_a_workbook_over_the_limit(read, monkeypatch):
    monkeypatch.setattr("campaigner.intake.tables.LARGEST_WORKBOOK", 1000)
    assert [problem.code for problem in read_book(read, GOOD).problems] == ["file-too-large"]


@pytest.mark.parametrize(("number", "faults"), [(b"NaN", []), (b"1e999", [(2, "phone-words")])])
def test_a_cell_that_is_no_number(read, number, faults):
    data = workbook([["姓名", "手机号"], ["王小明", 13800138000]])
    result = read_book(read, repacked(data, lambda content: content.replace(b"13800138000", number)))
    assert result.faults == faults


def test_a_time_where_a_date_should_stand(read):
    data = workbook([["姓名", "生日"], ["王小明", date(1956, 3, 1)]])
    result = read_book(
        read, repacked(data, lambda content: content.replace(b"<v>20515</v>", b"<v>20515.5</v>"))
    )
    assert result.column("birth") == [19560301]


def test_another_kind_of_package(read):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("xl/workbook.bin", b"x")
    assert [problem.code for problem in read(buffer.getvalue(), name="list.xlsb").problems] == [
        "workbook-damaged"
    ]


def test_columns_are_numbered_as_spreadsheets_do():
    assert [column_number(letters) for letters in ("A", "Z", "AA", "XFD")] == [0, 25, 26, 16383]


def test_a_frame_that_pandas_wrote(read, tmp_path):
    frame = pd.DataFrame({"姓名": ["王小明", "李小红"], "手机号": [13800138000, None]})
    frame.to_excel(tmp_path / "frame.xlsx", index=False, engine="xlsxwriter")
    assert read_book(read, (tmp_path / "frame.xlsx").read_bytes()).column("phone") == [13800138000, 0]


def test_a_formula_that_went_wrong_or_was_never_worked_out_is_no_empty_cell(tmp_path):
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("名单")
        sheet.write_row(0, 0, ["姓名", "手机号", "退订"])
        for row, (name, phone, mark) in enumerate(
            (("甲", "13800138001", "#N/A"), ("乙", "13800138002", "#REF!")), 1
        ):
            sheet.write_row(row, 0, [name, phone])
            sheet.write_formula(row, 2, "=VLOOKUP(A2,Z:Z,1)", None, mark)
        sheet.write_row(3, 0, ["丙", "13800138003"])
    content = path.read_bytes()
    with ZipFile(path, "w") as packed, ZipFile(io.BytesIO(content)) as before:
        for part in before.namelist():
            # As programs write a formula that they never worked out.
            packed.writestr(
                part, before.read(part).replace(b' t="str"><f>', b"><f>").replace(b"<v>#N/A</v>", b"")
            )
    found = refusals_in(Audience("list", Kind.PEOPLE, "list.xlsx"), tmp_path)
    assert [(p.code, p.line, p.column) for p in found.blocking] == [
        ("cell-error", 2, "退订"), ("cell-error", 3, "退订")
    ]  # fmt: skip
    assert set(found.places) == {13800138001, 13800138002}


def test_a_sheet_that_is_not_read_and_speaks_of_refusing_is_named(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "list.xlsx") as book:
        book.add_worksheet("一村").write_row(0, 0, ["姓名", "手机号"])
        other = book.add_worksheet("二村")
        other.write_row(0, 0, ["姓名", "手机号", "退订"])
        other.write_row(1, 0, ["甲", "13800138001", "是"])
    found = refusals_in(Audience("list", Kind.PEOPLE, "list.xlsx"), tmp_path)
    (problem,) = found.blocking
    assert problem.code == "sheet-unread-refusals"
    assert "二村" in problem.message_zh
