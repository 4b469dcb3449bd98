"""A workbook as its clerk sees it: merged cells, headers of several lines, number formats, hidden rows, errors."""

import io
import tomllib
import zipfile
from datetime import date

import pytest
import xlwt

from campaigner.domain.people import Audience, Kind
from campaigner.domain.problem import Level
from campaigner.intake.audience import AudienceReader
from campaigner.intake.refusing import refusals_in
from tests.intake.audience.sheeted import Reading, xls, xlsx

BOTH = pytest.mark.parametrize("kind", [xlsx, xls], ids=["xlsx", "xls"])


def read(tmp_path, data, audience="people", **settings):
    (tmp_path / "list.xlsx").write_bytes(data)
    return Reading(tmp_path, "list.xlsx", audience, **settings)


def pasted(problem):
    """The line that a message has to be pasted into config.toml, as settings."""
    text = problem.message_zh
    start = text.index("columns = ")
    return tomllib.loads(text[start : text.index("}", start) + 1])


@BOTH
def test_what_is_written_once_in_merged_cells_counts_for_each_of_their_rows(tmp_path, kind):
    rows = [["村社区", "姓名", "手机号"], ["甲村", "赵一", 13800138001], ["", "赵二", 13800138002],
            ["", "赵三", 13800138003], ["乙村", "钱一", 13800138004], ["", "钱二", 13800138005]]  # fmt: skip
    found = read(tmp_path, kind({"rows": rows, "merged": [(1, 0, 3, 0), (4, 0, 5, 0)]}))
    assert found.column("village") == ["甲村", "甲村", "甲村", "乙村", "乙村"]
    (note,) = found.coded("cells-filled")
    assert (note.level, note.column) == (Level.INFO, "村社区")
    assert "2处" in note.message_zh
    assert "3行" in note.message_zh


@BOTH
def test_a_refusal_in_merged_cells_holds_for_each_of_their_rows(tmp_path, kind):
    rows = [
        ["姓名", "手机号", "退订"],
        ["赵一", 13800138001, "是"],
        ["赵二", 13800138002, ""],
        ["赵三", 13800138003, ""],
    ]
    (tmp_path / "list.xlsx").write_bytes(kind({"rows": rows, "merged": [(1, 2, 2, 2)]}))
    assert set(refusals_in(Audience("list", Kind.PEOPLE, "list.xlsx"), tmp_path).places) == {
        13800138001,
        13800138002,
    }


@BOTH
def test_a_title_over_all_columns_fills_nothing_and_a_blank_row_stays_blank(tmp_path, kind):
    rows = [
        ["名单", "", ""],
        ["村社区", "姓名", "手机号"],
        ["甲村", "赵一", 13800138001],
        ["", "", ""],
        ["", "赵三", 13800138003],
    ]
    found = read(tmp_path, kind({"rows": rows, "merged": [(0, 0, 0, 2), (2, 0, 4, 0)]}))
    assert (found.column("village"), found.totals.rows) == (["甲村", "甲村"], 2)


def test_merged_cells_over_many_blocks(tmp_path):
    rows = [["村社区", "姓名"], *([["甲村" if n == 0 else "", f"赵{chr(0x4E00 + n)}"] for n in range(900)])]
    (tmp_path / "list.xlsx").write_bytes(xlsx({"rows": rows, "merged": [(1, 0, 900, 0)]}))
    reader = AudienceReader(
        Audience("list", Kind.PEOPLE, "list.xlsx"),
        tmp_path,
        date(2026, 12, 1),
        lambda _p: None,
        block_rows=100,
    )
    villages = [village for block in reader.blocks() for village in block.columns["village"]]
    assert villages == ["甲村"] * 900


TWO_LINES = (
    (
        "people",
        [["序号", "村（社区）", "基本情况", "", "联系方式", "", "年龄"],
         ["", "", "姓名", "性别", "手机号码", "固定电话", ""],
         [1, "柳树村", "赵一", "女", 13800138001, "0731-1", 70]],
        [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3), (0, 4, 0, 5), (0, 6, 1, 6)],
        {"name": "赵一", "village": "柳树村", "phone": 13800138001, "gender": "女", "age": 70},
    ),
    (
        "pupils",
        [["序号", "姓名", "班级", "监护人1", "", "监护人2", ""], ["", "", "", "姓名", "电话", "姓名", "电话"],
         [1, "学一", "1班", "父一", 13800138001, "母一", 13800138002]],
        [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2), (0, 3, 0, 4), (0, 5, 0, 6)],
        {"name": "学一", "guardian": "父一", "phone": 13800138001, "guardian2": "母一", "phone2": 13800138002},
    ),
    (
        "pupils",
        [["学生信息", "", "父亲", "", "母亲", ""], ["姓名", "班级", "姓名", "手机号", "姓名", "联系电话"],
         ["学一", "1班", "父一", 13800138001, "母一", 13800138002]],
        [(0, 0, 0, 1), (0, 2, 0, 3), (0, 4, 0, 5)],
        {"name": "学一", "guardian": "父一", "phone": 13800138001, "guardian2": "母一", "phone2": 13800138002},
    ),
)  # fmt: skip


@BOTH
@pytest.mark.parametrize(("audience", "rows", "merged", "wanted"), TWO_LINES)
def test_a_header_of_two_lines(tmp_path, kind, audience, rows, merged, wanted):
    found = read(tmp_path, kind({"rows": rows, "merged": merged}), audience)
    (row,) = found.rows
    assert {name: row[name] for name in wanted} == wanted
    assert found.totals.refused == 0
    assert found.coded("headers-joined")[0].level is Level.INFO


@pytest.mark.parametrize(("audience", "rows", "wanted"), [(a, r, w) for a, r, _m, w in TWO_LINES[:2]])
def test_the_same_header_saved_as_text_without_merged_cells(tmp_path, audience, rows, wanted):
    text = "\r\n".join(",".join(map(str, row)) for row in rows)
    (tmp_path / "list.csv").write_text(text, "gb18030")
    (row,) = Reading(tmp_path, "list.csv", audience).rows
    assert {name: row[name] for name in wanted} == wanted


def test_a_title_above_two_header_lines_and_a_header_of_three(tmp_path):
    rows = [["登记表", "", "", ""],
            ["村（社区）", "基本情况", "", ""], ["", "姓名", "联系", ""], ["", "", "手机号码", "年龄"],
            ["柳树村", "赵一", 13800138001, 70]]  # fmt: skip
    merged = [(0, 0, 0, 3), (1, 0, 3, 0), (1, 1, 1, 3), (2, 1, 3, 1), (2, 2, 2, 3)]
    (row,) = read(tmp_path, xlsx({"rows": rows, "merged": merged})).rows
    assert (row["village"], row["name"], row["phone"], row["age"]) == ("柳树村", "赵一", 13800138001, 70)


def test_the_telephone_of_a_relative_is_not_the_persons(tmp_path):
    rows = [
        ["姓名", "村社区", "紧急联系人", ""],
        ["", "", "姓名", "电话"],
        ["赵一", "甲村", "赵二", 13800138009],
    ]
    found = read(tmp_path, xlsx({"rows": rows, "merged": [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3)]}))
    assert (found.column("name"), found.column("phone")) == (["赵一"], [0])


def test_a_first_row_of_data_is_no_second_header_line(tmp_path):
    rows = [["姓名", "手机号", "村社区"], ["赵一", "", "甲村"], ["钱二", 13800138002, "乙村"]]
    assert read(tmp_path, xlsx({"rows": rows})).column("name") == ["赵一", "钱二"]


@BOTH
@pytest.mark.parametrize(
    ("code", "birth"),
    [('yyyy"年"m"月"', 20121231), ("mmm-yy", 20121231), ("yyyy-mm", 20121231), ("yyyy", 20121231),
     ("yyyy-mm-dd", 20121201), ('yyyy"年"m"月"d"日"', 20121201), ("m/d/yyyy", 20121201)],
)  # fmt: skip
def test_a_date_shown_as_a_month_counts_as_its_last_day(tmp_path, kind, code, birth):
    rows = [["姓名", "出生年月"], ["张小一", date(2012, 12, 1)]]
    assert read(tmp_path, kind({"rows": rows, "formats": {(1, 1): code}})).column("birth") == [birth]


@BOTH
def test_numbers_with_text_around_them_and_zeros_in_front(tmp_path, kind):
    rows = [["姓名", "班级", "年级", "学校", "监护人手机号"], ["学一", 3, 2, "一小", 13800138001]]
    formats = {(1, 1): '0"班"', (1, 2): 'General"年级"', (1, 4): "000-0000-0000"}
    (row,) = read(tmp_path, kind({"rows": rows, "formats": formats}), "pupils").rows
    assert (row["class_name"], row["grade"], row["phone"]) == ("3班", "2年级", 13800138001)


@BOTH
def test_rows_that_are_hidden_are_read_and_named(tmp_path, kind):
    rows = [["姓名"], ["赵一"], ["赵二"], ["赵三"], ["赵四"]]
    found = read(tmp_path, kind({"rows": rows, "hidden_rows": [2, 4]}))
    assert found.column("name") == ["赵一", "赵二", "赵三", "赵四"]
    (problem,) = found.coded("rows-hidden")
    assert (problem.level, problem.line) == (Level.WARN, 3)
    assert "第3、5行" in problem.message_zh


@BOTH
def test_a_column_with_data_and_no_header_is_named_and_the_advice_works(tmp_path, kind):
    rows = [["姓名", "", "村社区"], ["赵一", "13800138001", "甲村"], ["赵二", "13800138002", "甲村"]]
    data = kind({"rows": rows})
    found = read(tmp_path, data)
    (problem,) = found.coded("header-blank")
    assert (problem.level, problem.column) == (Level.WARN, "B列")
    again = read(tmp_path, data, **pasted(problem))
    assert again.column("phone") == [13800138001, 13800138002]
    assert not again.coded("header-blank")
    assert not read(tmp_path, data, columns={"B列": ""}).coded("header-blank")


def test_data_to_the_right_of_the_headers_is_a_column_without_one(tmp_path):
    rows = [
        ["姓名", "村社区"],
        ["赵一", "甲村", "13800138001"],
        ["赵二", "甲村", "13800138002"],
        ["赵三", "甲村"],
    ]
    found = read(tmp_path, xlsx({"rows": rows}))
    assert found.totals.refused == 0
    assert found.coded("header-blank")[0].column == "C列"


def test_answers_without_a_header_may_be_refusals_and_hold_all_sms(tmp_path):
    rows = [["姓名", "手机号", ""], ["赵一", 13800138001, "是"], ["赵二", 13800138002, "否"]]
    (tmp_path / "list.xlsx").write_bytes(xlsx({"rows": rows}))
    audience = Audience("list", Kind.PEOPLE, "list.xlsx")
    (problem,) = refusals_in(audience, tmp_path).blocking
    assert (problem.code, problem.column) == ("header-blank-answers", "C列")
    settled = refusals_in(Audience("list", Kind.PEOPLE, "list.xlsx", **pasted(problem)), tmp_path)
    assert (settled.blocking, set(settled.places)) == ([], {13800138001})


@pytest.mark.parametrize("file", ["list.xlsx", "list.csv"])
def test_a_single_answer_far_below_in_a_column_without_a_header_holds_all_sms(tmp_path, file):
    people = [[f"赵{chr(0x4E00 + n)}", 13800138000 + n, "是" if n == 700 else ""] for n in range(900)]
    rows = [["姓名", "手机号", "", "村社区"], *([*cells, "甲村"] for cells in people)]
    text = "\n".join(",".join(map(str, row)) for row in rows).encode()
    (tmp_path / file).write_bytes(xlsx({"rows": rows}) if file.endswith("xlsx") else text)
    (problem,) = refusals_in(Audience("list", Kind.PEOPLE, file), tmp_path).blocking
    assert (problem.code, problem.line, problem.column) == ("header-blank-answers", 702, "C列")
    assert Reading(tmp_path, file).coded("header-blank-answers") == [problem]
    settled = refusals_in(Audience("list", Kind.PEOPLE, file, **pasted(problem)), tmp_path)
    assert (settled.blocking, set(settled.places)) == ([], {13800138700})


@pytest.mark.parametrize(
    ("header", "column"),
    [("本人联系方式一", "phone"), ("村民称呼", "name"), ("所在行政村名称", "village"), ("联络", "phone")],
)
def test_a_header_that_looks_like_ours_is_asked_about_and_the_advice_works(tmp_path, header, column):
    others = {"name": "姓名", "phone": "手机号", "village": "村社区"}
    headers = [header if name == column else known for name, known in others.items()]
    (tmp_path / "list.csv").write_text(f"{','.join(headers)}\n赵一,13800138001,甲村\n", "utf-8")
    found = Reading(tmp_path, "list.csv")
    (problem,) = found.coded("header-like")
    assert (problem.level, problem.column) == (Level.WARN, header)
    (row,) = Reading(tmp_path, "list.csv", **pasted(problem)).rows
    assert (row["name"], row["phone"], row["village"]) == ("赵一", 13800138001, "甲村")
    assert not Reading(tmp_path, "list.csv", columns={header: ""}).coded("header-like")


def test_what_an_unknown_header_has_below_it_is_looked_at(tmp_path):
    (tmp_path / "list.csv").write_text("姓名,号\n赵一,13800138001\n赵二,\n", "utf-8")
    assert Reading(tmp_path, "list.csv").coded("header-like")[0].column == "号"


def test_a_list_without_telephones_says_so(tmp_path):
    (tmp_path / "list.csv").write_text("姓名,村社区\n赵一,甲村\n", "utf-8")
    (note,) = Reading(tmp_path, "list.csv").coded("phone-column-missing")
    assert note.level is Level.INFO


def test_two_headers_with_the_same_text_are_told_apart_by_position(tmp_path):
    (tmp_path / "list.csv").write_text("姓名,手机号码,手机号码\n赵一,13800138001,13800138002\n", "utf-8")
    (problem,) = Reading(tmp_path, "list.csv").coded("header-twice")
    settings = pasted(problem)
    assert settings == {"columns": {"手机号码#2": ""}}
    assert Reading(tmp_path, "list.csv", **settings).column("phone") == [13800138001]
    assert Reading(tmp_path, "list.csv", columns={"手机号码#1": ""}).column("phone") == [13800138002]


def test_an_error_in_an_old_workbook_is_no_empty_cell(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    for place, cell in enumerate(("姓名", "手机号")):
        sheet.write(0, place, cell)
    sheet.write(1, 0, "赵一")
    sheet.row(1).set_cell_error(1, "#DIV/0!")
    buffer = io.BytesIO()
    book.save(buffer)
    found = read(tmp_path, buffer.getvalue())
    assert [(p.line, p.column, p.code) for p in found.problems] == [(2, "手机号", "cell-error")]


@pytest.mark.parametrize("row", ["'赵一,'13800138001,'0012,'是", '="赵一",="13800138001",="0012",="是"'])
@pytest.mark.parametrize("many", [1, 3])
def test_marks_by_which_a_spreadsheet_keeps_texts_are_no_part_of_them(tmp_path, row, many):
    text = "姓名,手机号,户号,退订\n" + "\n".join([row, *["钱二,13800138002,0013,"] * (many - 1)])
    (tmp_path / "list.csv").write_text(text, "utf-8")
    found = Reading(tmp_path, "list.csv").rows[0]
    assert (found["name"], found["phone"], found["household"]) == ("赵一", 13800138001, "0012")
    assert found["opted_out"]


@pytest.mark.parametrize(
    "content",
    [b"<html><body><table><tr><td>\xe5\xa7\x93</td></tr></table>", b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>",
     b"<table border=1>",
     b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'],
)  # fmt: skip
def test_a_web_page_under_the_name_of_a_workbook(tmp_path, content):
    (tmp_path / "list.xls").write_bytes(content)
    (problem,) = Reading(tmp_path, "list.xls").problems
    assert problem.code == "file-web-page"
    assert "另存为" in problem.message_zh


def test_the_lock_file_of_an_open_workbook(tmp_path):
    (tmp_path / "~$list.xlsx").write_bytes(b"\x05user" + bytes(160))
    assert [p.code for p in Reading(tmp_path, "~$list.xlsx").problems] == ["file-lock"]


def test_a_cell_a_million_rows_down_costs_nothing_and_is_named(tmp_path):
    data = xlsx({"rows": [["姓名", "手机号"], ["赵一", 13800138001]]})
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            stray = b'<row r="1048576"><c r="D1048576" t="str"><v>x</v></c></row></sheetData>'
            content = old.read(name)
            new.writestr(name, content.replace(b"</sheetData>", stray) if "sheet1" in name else content)
    found = read(tmp_path, buffer.getvalue())
    assert found.column("phone") == [13800138001]
    assert [(p.line, p.code) for p in found.problems if p.level is not Level.INFO] == [
        (1048576, "row-too-long")
    ]
