import hashlib

import pytest

from campaigner.domain.people import ROW_KEY, ControlTotals
from campaigner.domain.problem import Level


def test_quoted_line_breaks_do_not_shift_the_lines(read):
    result = read('姓名,住址,手机号\n王小明,"东村\n12号\n",\n李小红,,1\n赵大山,,\n')
    assert result.faults == [(5, "phone-too-short")]
    assert result.lines == [2, 5, 6]


def test_a_quoted_line_break_in_the_header(read):
    result = read('姓名,"手机号\n（必填）"\n王小明,1\n')
    assert result.faults == [(3, "phone-too-short")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old-mac"])
def test_line_ends(read, end):
    result = read(end.join(["姓名,手机号", "王小明,13800138000", "", "李小红,1"]))
    assert (result.lines, result.faults) == ([2, 4], [(4, "phone-too-short")])


def test_blank_rows_are_no_rows(read):
    result = read("姓名,手机号\n\n,\n , \u3000\n王小明,\n\n\n")
    assert result.totals == ControlTotals(rows=1, recipients=1)
    assert result.lines == [5]


def test_short_rows_are_filled(read):
    assert read("姓名,手机号,村\n王小明\n").rows[0]["village"] == ""


def test_rows_that_are_longer_than_their_neighbours_are_refused(read):
    result = read("姓名,住址,退订\n王小明,东村,12号,是\n李小红,东村,\n赵大山,东村,1号,\n钱小东,西村,否\n")
    assert result.faults == [(2, "row-too-long"), (4, "row-too-long")]
    assert result.column("name") == ["李小红", "钱小东"]


def test_a_comma_behind_every_row_makes_none_too_long(read):
    rows = "".join(f"王小{name},东村,\n" for name in "明红山")
    result = read(f"姓名,住址\n{rows}赵大山,东村,,\n")
    assert result.faults == [(5, "row-too-long")]
    assert result.totals == ControlTotals(rows=4, recipients=3, refused=1)


def test_a_repeated_header_line_is_no_person(read):
    result = read("姓名,手机号\n王小明,\n姓名,手机号\n李小红,\n")
    assert [(p.line, p.code, p.level) for p in result.problems] == [(3, "header-repeated", Level.WARN)]
    assert result.totals == ControlTotals(rows=3, recipients=2, refused=1)


def test_a_line_of_sums_is_no_person(read):
    result = read("姓名,手机号\n王小明,\n合计,1\n")
    assert [(p.line, p.code, p.level) for p in result.problems] == [(3, "row-total", Level.WARN)]
    assert result.totals == ControlTotals(rows=2, recipients=1, refused=1)


def test_the_same_person_twice_is_merged_and_the_first_wins(read):
    result = read(
        "姓名,手机号,出生日期,村\n王小明,13800138000,1956-03-01,东村\n王小明,138 0013 8000,1956/3/1,西村\n",
        block_rows=1,
    )
    assert result.column("village") == ["东村"]
    assert result.totals == ControlTotals(rows=2, recipients=1, merged=1)
    assert result.faults == [(3, "merge-differs")]
    (problem,) = result.problems
    assert "第2行" in problem.message_zh
    assert "村社区" in problem.message_zh


def test_a_row_that_cannot_be_trusted_does_not_swallow_the_right_one(read):
    result = read("姓名,手机号,年龄\n王小明,13800138000,13800138000\n王小明,13800138000,67\n")
    assert result.faults == [(2, "row-shifted")]
    assert result.column("age") == [67]


def test_a_shared_phone_is_not_merged(read):
    result = read("姓名,手机号\n王小明,13800138000\n李小红,13800138000\n")
    assert result.totals.recipients == 2


@pytest.mark.parametrize(
    ("rows", "recipients"),
    [
        ("王伟,,,东村,\n王伟,,,东村,", 1),
        ("王伟,,,东村,\n王伟,,,西村,", 2),
        ("王伟,,,东村,1号\n王伟,,,东村,2号", 2),
        ("王伟,13800138000,,东村,\n王伟,13800138000,,西村,", 2),
        ("王伟,13800138000,,东村,\n王伟,13800138000,,,", 1),
        ("王伟,13800138000,1956,东村,\n王伟,13800138000,1956,西村,", 1),
        ("王伟,,1956,东村,\n王伟,,1956,西村,", 2),
        ("王伟,,1956,东村,\n王伟,,1957,东村,", 2),
    ],
    ids=[
        "same-village",
        "other-village",
        "other-house",
        "phone-other-village",
        "same-phone",
        "phone-and-birth",
        "birth-other-village",
        "other-birth",
    ],
)
def test_who_is_the_same_person(read, rows, recipients):
    assert read(f"姓名,手机号,出生日期,村,住址\n{rows}\n").totals.recipients == recipients


@pytest.mark.parametrize(
    ("rows", "recipients"),
    [
        ("一小,三年级,1班,王伟,7,\n一小,三年级,1班,王伟,7,2017-01-01", 1),
        ("一小,三年级,1班,王伟,7,\n一小,三年级,1班,王伟,8,", 2),
        ("一小,三年级,1班,王伟,7,\n一小,三年级,2班,王伟,7,", 2),
        ("一小,三年级,1班,王伟,,2017-01-01\n一小,三年级,1班,王伟,,2017-02-01", 2),
    ],
    ids=["same-seat", "other-seat", "other-class", "no-seat-other-birth"],
)
def test_who_is_the_same_pupil(read, rows, recipients):
    assert read(f"学校,年级,班级,姓名,学号,生日\n{rows}\n", "pupils").totals.recipients == recipients


def test_which_is_the_same_place(read):
    content = "名称,类型,小区\n1单元,电梯,幸福\n1单元,电梯间,幸福\n1单元,大门,幸福\n1单元,电梯,和谐\n"
    assert read(content, "places").totals == ControlTotals(rows=4, recipients=3, merged=1)


def test_keys_are_the_same_each_time_and_in_every_block_size(read):
    content = "姓名,手机号\n" + "".join(f"王小明,138001380{number:02}\n" for number in range(100))
    keys = read(content).column(ROW_KEY)
    assert keys == read(content, block_rows=7).column(ROW_KEY)
    assert len(set(keys)) == 100
    assert all(0 <= key < 2**63 for key in keys)


def test_a_key_is_pinned_because_stores_remember_it(read):
    content = "姓名,手机号,出生日期\n王小明,13800138000,1956-03-01\n"
    assert read(content).column(ROW_KEY) == [2175715238197646200]


@pytest.mark.parametrize("content", ["", None])
def test_no_file_or_an_empty_one(read, content):
    result = read(content)
    assert [problem.code for problem in result.problems] == [
        "file-empty" if content == "" else "file-missing"
    ]


def test_a_folder_is_no_file(read, tmp_path):
    (tmp_path / "list.csv").mkdir()
    (problem,) = read(None).problems
    assert problem.code == "file-unreadable"
    assert "Is a directory" in problem.message
    assert problem.message_zh == "文件无法读取：这是文件夹，不是文件"


def test_only_a_header(read):
    assert [problem.code for problem in read("姓名,手机号\n").problems] == ["file-no-rows"]


def test_the_hash_is_that_of_the_bytes(read):
    content = "姓名\n王小明\n".encode()
    assert read(content).sha256 == hashlib.sha256(content).hexdigest()


def test_a_line_without_end_is_not_read_on(read, monkeypatch):
    monkeypatch.setattr("campaigner.intake.textfile.LONGEST_LINE", 1 << 20)
    result = read("姓名,住址\n王小明,东村\n李小红," + "长" * (1 << 20))
    assert [problem.code for problem in result.problems] == ["line-too-long"]
    assert result.column("name") == ["王小明"]


def test_a_file_over_the_limit(read, monkeypatch):
    monkeypatch.setattr("campaigner.intake.tables.LARGEST_TEXT", 10)
    assert [problem.code for problem in read("姓名\n王小明\n").problems] == ["file-too-large"]


def test_a_name_that_no_file_can_have(read):
    assert [problem.code for problem in read(None, name="list\0.csv").problems] == ["file-missing"]
