"""Cells that say more than they should: no names, the dead and the moved, notes, classes, student numbers."""

import pytest

from campaigner.domain.people import DOUBT, REFUSAL_ASIDE, ControlTotals
from campaigner.domain.problem import Level
from campaigner.intake.gone import MARKS_OF_GONE
from campaigner.intake.lexicon import PERSONS, REFUSING_LATIN, REFUSING_MARKS
from campaigner.intake.naming import name_of


@pytest.mark.parametrize(
    ("cell", "name", "code"),
    [
        ("王五", "王五", ""),
        ("'王五", "王五", ""),
        ('="王五"', "王五", ""),
        ("欧阳 娜娜", "欧阳娜娜", ""),
        ("阿依古丽•买买提", "阿依古丽·买买提", ""),
        ("阿依古丽.买买提", "阿依古丽·买买提", ""),
        ("John Li", "John Li", ""),
        ("O’Brien", "O’Brien", ""),
        ("徐丽华（复学）", "徐丽华", "name-remark"),
        ("徐丽华(徐大之妻)", "", "name-unclear"),
        ("王*", "", "name-unclear"),
        ("张三 李四", "", "name-two"),
        ("张三/李四", "", "name-two"),
        ("王女士", "", "name-title"),
        ("户主：王五", "", "name-title"),
        ("【某某银行】", "", "name-message"),
        ("王五【】", "", "name-message"),
        ("http://a.cn/x", "", "name-message"),
        ("退订回T", "", "name-message"),
        ("王五1", "", "name-digits"),
        ("同 上", "", "name-word"),
        ("同上", "", "name-word"),
        ("——", "", "name-word"),
        ("N/A", "", "name-word"),
        ("王五家住在村东头", "", "name-long"),
        ("王" * 300, "", "text-too-long"),
        ("", "", ""),
    ],
)
def test_one_rule_says_what_looks_like_a_name(cell, name, code):
    assert name_of(cell) == (name, code)


def test_a_person_without_a_name_stays_and_is_named_with_the_line(read):
    result = read("姓名,手机号,村\n户主,13800138000,东村\n,13800138001,东村\n,,东村\n")
    assert result.column("name") == ["", ""]
    assert result.faults == [(2, "name-word"), (3, "name-absent"), (4, "name-empty")]
    assert result.totals == ControlTotals(rows=3, recipients=2, refused=1, set_aside=2)


@pytest.mark.parametrize(
    ("header", "cell", "gone"),
    [
        ("人员状态", "迁出", True),
        ("人员状态", "已故（2020）", True),
        ("人员状态", "在世", False),
        ("人员状态", "未迁出", False),
        ("人员状态", "", False),
        ("是否死亡", "是", True),
        ("是否死亡", "否", False),
        ("是否死亡", "", False),
        ("是否在世", "否", True),
        ("是否在世", "是", False),
        ("是否在世", "已故", True),
        ("死亡日期", "2020-01-01", True),
        ("死亡日期", "无", False),
        ("备注", "配偶已故", False),
        ("备注", "户口注销", True),
        ("标签", "已故", True),
        ("配偶情况", "已故", False),
        ("单位", "已注销公司", False),
    ],
)
def test_who_is_gone_gets_nothing(read, header, cell, gone):
    result = read(f"姓名,手机号,{header}\n王小明,13800138000,{cell}\n李小红,13800138001,\n")
    assert result.column("name") == (["李小红"] if gone else ["王小明", "李小红"])
    told = [(p.line, p.code) for p in result.problems if p.code != "headers-dropped"]
    assert told == ([(2, "person-gone")] if gone else [])
    assert result.totals.refused == gone


@pytest.mark.parametrize(("header", "cell"), [("状态", "待核"), ("是否死亡", "看情况"), ("人员状态", "#N/A")])
def test_a_status_that_nobody_understands_stops_the_row_and_says_how_to_go_on(read, header, cell):
    content = f"姓名,手机号,{header}\n王小明,13800138000,{cell}\n"
    result = read(content)
    assert result.faults == [(2, "status-unknown")]
    assert result.rows == []
    # The advice, followed both ways.
    assert read(content.replace(cell, "否" if header == "是否死亡" else "正常")).column("name") == ["王小明"]
    assert read(content, columns={header: "unrelated"}).column("name") == ["王小明"]


def test_a_remark_about_somebody_else_can_be_said_so(read):
    content = "姓名,手机号,备注\n王小明,13800138000,已故\n"
    assert read(content).faults == [(2, "person-gone")]
    assert read(content.replace("已故", "老伴已故")).column("name") == ["王小明"]


def test_a_guardian_who_is_gone_is_set_aside_with_the_number(read):
    content = (
        "学生姓名,监护人,监护人手机号,监护人2,监护人2手机号\n李明,李父（已故）,13800138000,李母,13800138001\n"
    )
    result = read(content, "pupils")
    (row,) = result.rows
    assert (row["guardian"], row["phone"], row["phone2"]) == ("", 0, 13800138001)
    assert {code for _line, code in result.faults} == {"guardian-gone", "name-unclear"}
    assert result.totals.set_aside == 2


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("1,合计,30,", "row-total"),
        ("合计,,30,", "row-total"),
        ("合计：30人,,,", "row-total"),
        (",小计,,", "row-total"),
        ("填表说明：一式两份,,,", "row-note"),
        (",填表人：王某,,", "row-note"),
        ("备注:本表为样表,,,", "row-note"),
    ],
)
def test_sums_and_notes_are_known_in_any_column(read, row, code):
    result = read(f"序号,姓名,手机号,村\n1,王小明,13800138000,东村\n{row}\n")
    assert result.faults == [(3, code)]
    assert result.totals == ControlTotals(rows=2, recipients=1, refused=1)


@pytest.mark.parametrize(
    "row",
    [
        *("王小明,13800138000,13900139000,", "王小明,13800138000,是,", "王小明,13800138000,东村,否"),
        "13800138000,王小明,东村,",
    ],
)  # fmt: skip
def test_a_row_whose_cells_have_slid_is_refused(read, row):
    result = read(f"姓名,手机号,村,备注\n{row}\n李小红,13800138001,东村,\n")
    assert [fault for fault in result.faults if fault[0] == 2] == [(2, "row-shifted")]
    assert result.column("name") == ["李小红"]


def test_a_refusal_that_cannot_be_read_is_no_consent(read):
    result = read("姓名,手机号,拒收短信\n王小明,13800138000,或许\n")
    assert result.column(DOUBT) == [REFUSAL_ASIDE]
    assert [problem.level for problem in result.problems] == [Level.BLOCK]


@pytest.mark.parametrize("cell", ["2026-03-02", "3月2日", "46083"])
def test_a_class_that_became_a_date_is_set_aside(read, cell):
    result = read(f"学生姓名,年级,班级\n李明,三年级,{cell}\n王红,三年级,2\n", "pupils")
    assert result.faults == [(2, "class-damaged")]
    assert result.column("class_name") == ["", "2班"]


def test_student_numbers_are_texts(read):
    rolls = ["G2023001", "0012", "2", "1.0", "20230105021234567890", "A-3", "12号", "", "0"]
    content = "学生姓名,班级,学号\n" + "".join(f"李明,1班,{roll}\n" for roll in rolls)
    result = read(content, "pupils")
    assert result.column("roll")[:8] == [*rolls[:3], "1", *rolls[4:8]]
    assert result.totals.merged == 1


@pytest.mark.parametrize("cell", ["2.02E+19", "1.5", "2026-03-02"])
def test_a_student_number_that_a_spreadsheet_destroyed(read, cell):
    result = read(f"学生姓名,学号\n李明,{cell}\n", "pupils")
    assert result.faults == [(2, "roll-damaged")]
    assert result.totals == ControlTotals(rows=1, recipients=1, set_aside=1)


def test_the_quick_looks_miss_no_word():
    assert [
        word for word in PERSONS["gone"]["words"] if not any(mark in word for mark in MARKS_OF_GONE)
    ] == []
    assert REFUSING_MARKS
    assert REFUSING_LATIN


@pytest.mark.parametrize("cell", ["无", "-", "/", "——", "没有"])
def test_a_guardian_that_there_is_none_of_is_no_fault(read, cell):
    result = read(f"学生姓名,监护人,监护人手机号,监护人2\n李明,李父,13800138000,{cell}\n", "pupils")
    assert result.column("guardian2") == [""]
    assert result.problems == []


def test_a_text_that_was_written_as_a_formula_is_read(read):
    result = read('姓名,手机号\n甲一,"=""13800000401"""\n')
    assert (result.column("phone"), result.problems) == ([13800000401], [])
