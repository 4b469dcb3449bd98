import pytest

from campaigner.domain.people import DOUBT, PHONE2_ASIDE, ControlTotals
from campaigner.domain.problem import Level
from campaigner.intake.lexicon import PLACE_KINDS

LONG = "长" * 201


@pytest.mark.parametrize(
    ("header", "cell", "code"),
    [
        ("手机号", "0571-88888888", "phone-landline"),
        ("手机号", "1.38E+10", "phone-damaged"),
        ("出生日期", "56年3月", "birth-two-digit-year"),
        ("出生日期", "2027-01-01", "birth-future"),
        ("年龄", "虚岁67", "age-nominal"),
        ("身份证号", "110105194912310020", "idcard-check-digit"),
        ("退订", "也许", "opted-out-unknown"),
        ("退订", "N", "opted-out-unclear"),
        ("住址", LONG, "text-too-long"),
        ("住址", "东村\ufffd号", "undecodable"),
    ],
)
def test_a_faulty_cell_is_set_aside_and_its_row_stays(read, header, cell, code):
    result = read(f"姓名,{header}\n王小明,{cell}\n李小红,\n")
    (problem,) = result.problems
    level = Level.BLOCK if header == "退订" else Level.WARN
    assert (problem.code, problem.line, problem.column, problem.level) == (code, 2, header, level)
    assert result.column("name") == ["王小明", "李小红"]
    assert result.totals == ControlTotals(rows=2, recipients=2, set_aside=1)
    first, second = result.rows
    known = {*result.rows[0]} - {"name", "key", DOUBT}
    assert {name: first[name] for name in known} == {name: second[name] for name in known}


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("手机号", "138001380001"),
        ("手机号", "王大明"),
        ("出生日期", "1956-13-45"),
        ("出生日期", "王大明"),
        ("年龄", "13800138000"),
        ("身份证号", "110105194912310020"),
        ("住址", "幸福镇东村12号" + LONG),
        ("姓名二", "王大明3"),
    ],
)
def test_personal_cells_are_masked(read, header, cell):
    (problem,) = read(
        f"甲,{header}\n王小明,{cell}\n",
        columns={"甲": "unit", "姓名二": "name"} | ({"甲": "name"} if header != "姓名二" else {}),
    ).problems
    assert cell not in str(problem) + problem.message_zh
    assert "王小明" not in str(problem)
    if header == "身份证号":
        assert problem.value == ""


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("王　伟", "王伟"),
        ("王 伟", "王伟"),
        (" 王小明\u3000", "王小明"),
        ("王\u200b小明", "王小明"),
        ("\u202e王小明\u202c", "王小明"),
        ("王\x00小\x07明", "王小明"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("John  Smith", "John  Smith"),
    ],
    ids=["wide-space", "space", "ends", "zero-width", "direction", "control", "dot", "latin"],
)
def test_names(read, cell, name):
    assert read(f"姓名\n{cell}\n").column("name") == [name]


def test_a_private_character_is_taken_out_and_told(read):
    result = read("姓名,住址\n王小明,东村\ue000号\n")
    assert result.column("address") == ["东村号"]
    assert [(p.code, p.level) for p in result.problems] == [("text-private-character", Level.WARN)]


def test_line_breaks_in_cells_become_spaces(read):
    assert read('姓名,住址\n王小明,"Room 1\r\nHouse 2"\n').column("address") == ["Room 1  House 2"]


@pytest.mark.parametrize(
    ("cell", "code"),
    [("", "name-empty"), ("王3", "name-digits"), ("\u200b", "name-empty"), ("12", "name-digits")],
)
def test_names_that_are_none(read, cell, code):
    assert read(f"姓名,村\n{cell},东村\n").faults == [(2, code)]


def test_an_identity_card_gives_the_birth_date_only(read):
    result = read("姓名,身份证号\n王小明,11010519491231002X\n")
    assert result.column("birth") == [19491231]
    assert "11010519491231002X" not in repr(result)


def test_an_identity_card_and_a_birth_date_must_agree(read):
    result = read(
        "姓名,身份证号,生日\n甲甲,11010519491231002X,1949\n乙乙,11010519491231002X,1950\n丙丙,,1950\n丁丁,1,1950\n"
    )
    assert result.faults == [(3, "birth-differs"), (5, "idcard-length")]
    assert result.column("birth") == [19491231, 0, 19501231, 19501231]


@pytest.mark.parametrize("mark", ["是", "Y", "√", "1", "1.0", "退订", "拒收", "T", "td", "Ｙ", " 是 "])
def test_marks_of_a_refusal(read, mark):
    assert read(f"姓名,退订\n王小明,{mark}\n").column("opted_out") == [True]


@pytest.mark.parametrize("mark", ["", "否", "0", "no", "-"])
def test_marks_of_no_refusal(read, mark):
    assert read(f"姓名,退订\n王小明,{mark}\n").column("opted_out") == [False]


@pytest.mark.parametrize(("kind", "aliases"), PLACE_KINDS.items(), ids=PLACE_KINDS)
def test_kinds_of_places(read, kind, aliases):
    content = "名称,类型\n" + "".join(
        f"幸福{number},{alias}\n" for number, alias in enumerate((kind, *aliases))
    )
    assert set(read(content, "places").column("kind")) == {kind}


@pytest.mark.parametrize("cell", ["庙", ""])
def test_an_unknown_kind_of_place_lists_the_known_ones(read, cell):
    (problem,) = read(f"名称,类型,村\n镇庙,{cell},东村\n", "places").problems
    assert problem.code == "place-kind-unknown"
    assert all(kind in problem.message for kind in PLACE_KINDS)


@pytest.mark.parametrize(
    ("cell", "count"),
    [("3", 3), ("", 1), ("３", 3), ("3.0", 3)],
    ids=["plain", "empty", "full-width", "float"],
)
def test_counts(read, cell, count):
    assert read(f"名称,类型,数量\n甲,电梯,{cell}\n", "places").column("count") == [count]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("0", "number-not-positive"),
        ("-2", "number-not-positive"),
        ("3个", "number-unreadable"),
        ("1.5", "number-unreadable"),
    ],
)
def test_wrong_counts(read, cell, code):
    assert read(f"名称,类型,数量\n甲,电梯,{cell}\n", "places").faults == [(2, code)]


@pytest.mark.parametrize(("cell", "screen"), [("有", True), ("无", False), ("", False), ("√", True)])
def test_screens(read, cell, screen):
    assert read(f"名称,类型,LED屏\n甲,办事大厅,{cell}\n", "places").column("screen") == [screen]


def test_an_unknown_screen_mark(read):
    assert read("名称,类型,电子屏\n甲,办事大厅,坏的\n", "places").faults == [(2, "mark-unknown")]


def test_a_wrong_second_guardians_number_leaves_the_first_one(read):
    result = read("学生姓名,家长电话,监护人2电话\n王小明,13800138000,13800\n", "pupils")
    assert [(p.code, p.column) for p in result.problems] == [("phone-too-short", "监护人2电话")]
    assert result.totals == ControlTotals(rows=1, recipients=1, set_aside=1)
    assert result.column("phone") == [13800138000]
    assert result.column(DOUBT) == [PHONE2_ASIDE]


def test_every_fault_of_a_row_is_told_in_the_order_of_the_columns(read):
    result = read("年龄,姓名,手机号\nx,王小明,12\ny,,34\n")
    assert result.faults == [
        (2, "age-unreadable"),
        (2, "phone-too-short"),
        (3, "age-unreadable"),
        (3, "name-empty"),
        (3, "phone-too-short"),
    ]
    assert result.totals == ControlTotals(rows=2, recipients=1, refused=1, set_aside=2)


def test_the_memory_of_cells_is_bounded(read, monkeypatch):
    monkeypatch.setattr("campaigner.intake.cleaning._MEMORY", 3)
    ages = [*range(1, 30), *range(1, 30)]
    content = "姓名,年龄\n" + "".join(f"王小明,{age}\n" for age in ages)
    result = read(content)
    # Namesakes of another age are somebody else.
    assert result.column("age") == list(range(1, 30))
    assert result.totals.merged == 29
