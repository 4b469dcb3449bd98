"""Sheets and files of one list: which are read, and that the others are named with their rows."""

import tomllib

import pytest

from campaigner.config import load_config
from campaigner.domain.people import Audience, Kind
from campaigner.domain.problem import Level
from campaigner.intake.refusing import refusals_in
from tests.checking import balanced
from tests.intake.audience.sheeted import Reading, xls, xlsx

HEADER = ["姓名", "手机号"]


def village(name, *phones, **more):
    rows = [[f"{name}甲{'乙丙丁戊己'[n]}", phone] for n, phone in enumerate(phones)]
    return {"name": name, "rows": [HEADER, *rows], **more}


VILLAGES = (
    village("柳树村", 13800138001),
    village("大塘村", 13800138002, 13800138003),
    village("石桥村", 13800138004, 13800138005, 13800138006),
)
SUMMARY = {"name": "汇总表", "rows": [["村", "人数"], ["柳树村", 1], ["大塘村", 2], ["合计", 3]]}


@pytest.fixture(params=[xlsx, xls], ids=["xlsx", "xls"])
def make(request, tmp_path):
    def making(*sheets):
        name = f"list.{request.param.__name__}"
        (tmp_path / name).write_bytes(request.param(*sheets))
        return name

    return making


def test_without_a_word_the_first_sheet_is_read_and_the_others_are_named(make, tmp_path):
    read = Reading(tmp_path, make(*VILLAGES))
    assert read.column("phone") == [13800138001]
    (problem,) = read.coded("sheets-unread")
    assert problem.level is Level.WARN
    assert "大塘村（2）、石桥村（3）" in problem.message_zh
    assert 'sheets = "all"' in problem.message_zh


def test_all_sheets_and_their_names_as_villages(make, tmp_path):
    read = Reading(tmp_path, make(SUMMARY, *VILLAGES), sheets=("all",), sheet_is="village")
    assert sorted(read.column("phone")) == list(range(13800138001, 13800138007))
    assert read.column("village") == ["柳树村", "大塘村", "大塘村", "石桥村", "石桥村", "石桥村"]
    assert balanced(read.totals)
    (note,) = read.coded("sheets-other")
    assert (note.level, "汇总表（3）" in note.message_zh) == (Level.INFO, True)
    assert [place for place in read.places if "大塘村" in place[0]] == [
        (f"{read.blocks[1].source}", 2), (f"{read.blocks[1].source}", 3)
    ]  # fmt: skip


def test_a_village_of_the_row_goes_before_the_name_of_the_sheet(make, tmp_path):
    rows = [[*HEADER, "村社区"], ["甲", 13800138001, "东村"], ["乙", 13800138002, ""]]
    read = Reading(tmp_path, make({"name": "西村", "rows": rows}), sheets=("all",), sheet_is="village")
    assert read.column("village") == ["东村", "西村"]


@pytest.mark.parametrize(
    ("sheets", "phones"),
    [
        (("*塘*",), [13800138002, 13800138003]),
        (("柳树村", "石桥村"), [13800138001, 13800138004, 13800138005, 13800138006]),
    ],
)
def test_a_pattern_or_a_list_of_names(make, tmp_path, sheets, phones):
    read = Reading(tmp_path, make(*VILLAGES), sheets=sheets)
    assert read.column("phone") == phones
    (problem,) = read.coded("sheets-unread")
    assert all(name in problem.message_zh for name in ("柳树村", "大塘村", "石桥村"))


def test_the_line_that_a_message_names_reads_the_others_too(make, tmp_path):
    file = make(*VILLAGES)
    (problem,) = Reading(tmp_path, file, sheets=("柳树村",)).coded("sheets-unread")
    line = problem.message_zh[problem.message_zh.index("sheets = ") :]
    wanted = tuple(tomllib.loads(line)["sheets"])
    again = Reading(tmp_path, file, sheets=wanted)
    assert again.totals.recipients == 6
    assert not again.coded("sheets-unread")


def test_a_sheet_that_is_asked_for_and_missing_is_told_and_the_others_are_read(make, tmp_path):
    read = Reading(tmp_path, make(*VILLAGES), sheets=("柳树村", "桃花村"))
    (problem,) = read.coded("sheet-missing")
    assert (problem.level, problem.column) == (Level.BLOCK, "桃花村")
    assert read.column("phone") == [13800138001]


@pytest.mark.parametrize("settings", [{}, {"sheets": ("all",)}], ids=["default", "all"])
def test_a_hidden_sheet_is_not_read_and_is_named(make, tmp_path, settings):
    old = village("旧名单", 13800138008, 13800138009, hidden=True)
    read = Reading(tmp_path, make(old, village("新名单", 13800138001)), **settings)
    assert read.column("phone") == [13800138001]
    (problem,) = read.coded("sheets-hidden")
    assert "旧名单（2）" in problem.message_zh
    wanted = tuple(tomllib.loads(problem.message_zh[problem.message_zh.index("sheets = ") :])["sheets"])
    assert Reading(tmp_path, read.places[0][0].partition("[")[0], sheets=wanted).totals.recipients == 3


def test_instructions_in_the_first_sheet_and_the_list_in_the_second(make, tmp_path):
    rows = [["填表说明"], ["1.手机号必须为11位"]]
    file = make({"name": "填表说明", "rows": rows}, village("名单", 13800138001))
    read = Reading(tmp_path, file)
    assert [(p.source, p.code) for p in read.problems if p.level is Level.BLOCK] == [
        (f"{file}[填表说明]", "header-unknown")
    ]
    assert "名单（1）" in read.coded("sheets-unread")[0].message_zh
    assert Reading(tmp_path, file, sheets=("all",)).column("phone") == [13800138001]


def test_a_sheet_with_people_and_no_known_header_is_no_summary(make, tmp_path):
    lost = {"name": "汇总", "rows": [["甲", "乙"], ["王某", "13800138007"]]}
    read = Reading(tmp_path, make(village("柳树村", 13800138001), lost), sheets=("all",))
    assert any(p.level is Level.BLOCK and "[汇总]" in p.source for p in read.problems)


def test_a_fault_names_its_sheet(make, tmp_path):
    file = make(village("柳树村", 13800138001), village("大塘村", 1380013800))
    faults = [
        (p.source, p.line, p.column)
        for p in Reading(tmp_path, file, sheets=("all",)).problems
        if p.code == "phone-too-short"
    ]
    assert faults == [(f"{file}[大塘村]", 2, "手机号")]


def test_the_same_person_in_two_sheets_is_merged_once(make, tmp_path):
    one = village("柳树村", 13800138001)
    other = {"name": "全部", "rows": one["rows"]}
    read = Reading(tmp_path, make(one, other), sheets=("all",))
    assert (read.totals.recipients, read.totals.merged) == (1, 1)


def test_refusals_of_every_sheet_count_and_unread_ones_stop_all_sms(make, tmp_path):
    rows = [[*HEADER, "退订"], ["甲", 13800138001, "是"]]
    file = make(village("柳树村", 13800138002), {"name": "大塘村", "rows": rows})
    read = refusals_in(Audience("list", Kind.PEOPLE, file, sheets=("all",)), tmp_path)
    assert (set(read.places), read.blocking) == ({13800138001}, [])
    unread = refusals_in(Audience("list", Kind.PEOPLE, file), tmp_path)
    assert [problem.code for problem in unread.blocking] == ["sheet-unread-refusals"]


def test_one_list_over_several_files(tmp_path):
    for name, phone in (("柳树村", 13800138001), ("大塘村", 13800138002)):
        (tmp_path / f"{name}.xlsx").write_bytes(xlsx(village(name, phone)))
    (tmp_path / "石桥村.csv").write_text("姓名,手机号\n丙,13800138003\n", "gb18030")
    (tmp_path / "~$柳树村.xlsx").write_bytes(b"lock")
    read = Reading(tmp_path, "*村.*")
    assert sorted(read.column("phone")) == [13800138001, 13800138002, 13800138003]
    assert {source for source, _line in read.places} == {"柳树村.xlsx", "大塘村.xlsx", "石桥村.csv"}
    before = read.sha256
    assert len(before) == 64
    (tmp_path / "石桥村.csv").write_text("姓名,手机号\n丙,13800138004\n", "gb18030")
    assert Reading(tmp_path, "*村.*").sha256 != before


def test_one_bad_file_among_several_is_told_and_holds_all_sms(tmp_path):
    (tmp_path / "a.csv").write_text("姓名,手机号\n甲,13800138001\n")
    (tmp_path / "b.csv").write_text("")
    read = Reading(tmp_path, "*.csv")
    assert read.column("phone") == [13800138001]
    assert [(p.source, p.code) for p in read.problems] == [("b.csv", "file-empty")]
    found = refusals_in(Audience("list", Kind.PEOPLE, "*.csv"), tmp_path)
    assert [problem.code for problem in found.blocking] == ["file-empty"]


def test_a_pattern_that_takes_nothing(tmp_path):
    read = Reading(tmp_path, "*.xlsx")
    assert ([p.code for p in read.problems], read.sha256) == (["files-missing"], "")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ('sheets = "all"', ""),
        ('sheets = ["一班", "二班"]\nsheet_is = "village"', ""),
        ("sheets = 3", "config-type"),
        ("sheets = []", "config-type"),
        ('sheet = "一班"\nsheets = "all"', "config-sheets-twice"),
        ('sheet_is = "phone"', "config-choice"),
    ],
)
def test_what_config_may_say_of_sheets(tmp_path, lines, code):
    (tmp_path / "config.toml").write_text(
        f'[office]\nname = "x"\nplace = "y"\n[audiences.list]\nkind = "people"\nfile = "a.xlsx"\n{lines}\n',
        "utf-8",
    )
    _config, problems = load_config(tmp_path)
    mine = [p.code for p in problems if "audiences" in p.message and p.level is Level.BLOCK]
    assert bool(mine) == bool(code)
    if code:
        assert mine[0].startswith("config-")
