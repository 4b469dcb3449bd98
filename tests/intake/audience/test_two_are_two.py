"""Who stands in a list twice: merged with nothing lost, or somebody else; every merge names its lines."""

import pytest

from campaigner.domain.people import ADDED, JOINED, REPEATED, ROW_KEY, ControlTotals, Kind
from campaigner.domain.planning import guardians
from campaigner.domain.problem import Level
from campaigner.intake import audience, merging

PUPILS = "学生姓名,学校,年级,班级,学号,出生日期,监护人,监护人手机号,监护人2,监护人2手机号,村,退订"


def pupils(*rows: str) -> str:
    return "\n".join((PUPILS, *rows)) + "\n"


FATHER = "李明,一小,三年级,1班,5,,李父,13800000501,,,,"
MOTHER = "李明,一小,三年级,1班,5,,李母,13800000502,,,,"


def test_a_second_guardian_on_a_second_row_is_added(read):
    result = read(pupils(FATHER, MOTHER), "pupils")
    assert result.totals == ControlTotals(rows=2, recipients=1, merged=1)
    assert [(p.line, p.code, p.level) for p in result.problems] == [(3, "merge-joined", Level.INFO)]
    assert "第2行" in result.problems[0].message_zh
    first, second = result.rows
    assert second[JOINED] == ADDED
    assert second[ROW_KEY] == first[ROW_KEY]
    assert (second["guardian2"], second["phone2"], second["phone"]) == ("李母", 13800000502, 0)


def test_both_guardians_get_one_sms_each_and_the_child_one_letter(read_blocks):
    blocks = read_blocks(pupils(FATHER, MOTHER, FATHER), Kind.PUPILS)
    both = [phone for block in blocks for phone in guardians(block, both=True).columns["phone"]]
    assert sorted(both) == [13800000501, 13800000502]
    assert [phone for block in blocks for phone in guardians(block, both=False).columns["phone"]] == [
        13800000501
    ]
    assert len({key for block in blocks for key in block.columns[ROW_KEY]}) == 1


def test_a_refusal_in_one_row_of_a_pupil_holds_for_the_guardian_of_the_other(read):
    result = read(pupils(FATHER + "是", MOTHER), "pupils")
    assert result.column("opted_out") == [True, True]


@pytest.mark.parametrize(
    ("one", "other", "labels"),
    [
        ("李明,一小,三年级,1班,,,李父,13800000511,,,,", "李明,一小,三年级,1班,,,李伯,13800000512,,,,", "监护人"),
        ("李明,一小,三年级,1班,5,,李父,13800000511,,,甲,", "李明,一小,三年级,1班,5,,李父,13800000511,,,乙,", "村社区"),
        ("李明,一小,三年级,1班,5,2017-01-01,,,,,,", "李明,一小,三年级,1班,5,2017-02-01,,,,,,", "出生日期"),
    ],
    ids=["guardians", "villages", "birth dates"],
)  # fmt: skip
def test_namesakes_are_two(read, one, other, labels):
    result = read(pupils(one, other), "pupils")
    assert result.totals == ControlTotals(rows=2, recipients=2)
    assert len({row[ROW_KEY] for row in result.rows}) == 2
    (problem,) = result.problems
    assert (problem.code, problem.line) == ("same-identity", 3)
    assert labels in problem.message_zh


def test_one_child_without_a_number_whose_guardians_share_a_phone_is_one(read):
    rows = (
        "李明,一小,三年级,1班,,,李父,13800000511,,,,",
        "李明,一小,三年级,1班,,,李父,13800000511,李母,13800000512,,",
    )
    result = read(pupils(*rows), "pupils")
    assert result.totals == ControlTotals(rows=2, recipients=1, merged=1)
    assert [row["phone2"] for row in result.rows] == [0, 13800000512]


@pytest.mark.parametrize("most", [1, 2, 100])
def test_however_many_wait_at_a_time_the_same_people_come_out(read, monkeypatch, most):
    monkeypatch.setattr(audience, "MOST", most)
    rows = [f"王伟,13800138000,,{age},{village}" for age in ("", 30, 60) for village in ("", "东村", "西村")]
    result = read("姓名,手机号,出生日期,年龄,村\n" + "\n".join(rows * 2) + "\n", block_rows=2)
    people = {(row["age"], row["village"]) for row in result.rows}
    assert {(age, village) for age in (30, 60) for village in ("东村", "西村")} <= people
    assert len({row[ROW_KEY] for row in result.rows}) == result.totals.recipients
    assert result.totals.rows == 18


def test_a_row_that_says_more_is_found_by_its_village_and_has_the_same_number(read):
    result = read("姓名,手机号,村\n王伟,13800138000,\n王伟,13800138000,东村\n")
    assert result.totals == ControlTotals(rows=2, recipients=1, merged=1)
    assert [(row["village"], row.get(JOINED, 0)) for row in result.rows] == [("", 0), ("东村", REPEATED)]
    assert len({row[ROW_KEY] for row in result.rows}) == 1
    assert [p.code for p in result.problems] == ["merge-joined"]


def test_what_a_merge_drops_is_said_with_both_lines(read):
    result = read(
        "姓名,手机号,出生日期,住址,单位\n甲甲,13800138000,1956-01-01,1号,\n甲甲,13800138000,1956-01-01,2号,厂\n"
    )
    problem, joined = result.problems
    assert (problem.code, problem.line, problem.level) == ("merge-differs", 3, Level.WARN)
    assert "第2行" in problem.message_zh
    assert "地址不同" in problem.message_zh
    assert (joined.code, joined.line) == ("merge-joined", 3)
    assert [(row["address"], row["unit"]) for row in result.rows] == [("1号", ""), ("1号", "厂")]


def test_nameless_rows_are_never_one(read):
    result = read("姓名,手机号\n户主,13800138000\n户主,13800138000\n")
    assert result.totals == ControlTotals(rows=2, recipients=2, set_aside=2)
    assert len({row[ROW_KEY] for row in result.rows}) == 2


def test_a_list_that_changes_between_two_readings_is_said(read, tmp_path, monkeypatch):
    monkeypatch.setattr(merging.Merging, "_first", lambda _self: {})
    result = read("姓名,手机号\n甲甲,13800138000\n甲甲,13800138000\n")
    assert result.faults == [(None, "file-changed")]
