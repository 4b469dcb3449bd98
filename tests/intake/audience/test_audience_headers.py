import pytest

from campaigner.domain.people import COLUMNS, Kind
from campaigner.domain.problem import Level
from campaigner.intake.headers import plain_header
from campaigner.intake.lexicon import ALIASES, CONSENT, IDCARD, STATUSES, SYNTHETIC


@pytest.mark.parametrize(
    "header",
    [
        "手机",
        "手机号",
        "联系电话",
        "电话",
        "Mobile",
        "TEL",
        "手机号（必填）",
        "*手机号",
        " 手 机 号 ",
        "手机号:",
        "\ufeff手机号",
    ],
)
def test_a_phone_has_many_headers(read, header):
    assert read(f"姓名,{header}\n王小明,13800138000\n").column("phone") == [13800138000]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_column_has_an_alias_and_no_alias_leads_elsewhere(kind):
    columns = {column.name for column in COLUMNS[kind]}
    targets = set(ALIASES[kind].values())
    assert columns <= targets <= columns | {CONSENT, IDCARD, SYNTHETIC, *STATUSES}


@pytest.mark.parametrize("kind", list(Kind))
def test_aliases_are_written_as_headers_are_compared(kind):
    assert [alias for alias in ALIASES[kind] if plain_header(alias) != alias] == []


def test_a_note_that_changes_the_meaning_is_no_alias(read):
    result = read("姓名,年龄（虚岁）\n王小明,67\n")
    assert result.column("age") == [-1]
    assert [problem.code for problem in result.problems] == ["headers-dropped"]


def test_title_and_blank_lines_may_stand_above(read):
    result = read("幸福镇居民名单,,\n\n填报日期：2026年11月,,\n姓名,手机号,村\n王小明,13800138000,东村\n")
    assert (result.lines, result.column("village")) == ([5], ["东村"])


def test_a_header_line_after_ten_rows_is_not_found(read):
    result = read("说明,甲\n" * 10 + "姓名,手机号\n王小明,13800138000\n")
    assert result.faults == [(1, "header-unknown")]


def test_unknown_headers_are_dropped_and_named_once(read):
    result = read("姓名,备注,微信\n王小明,甲,y\n李小红,甲,y\n")
    (problem,) = result.problems
    assert (problem.code, problem.level, problem.line) == ("headers-dropped", Level.INFO, 1)
    assert "备注、微信" in problem.message
    assert "备注" not in result.rows[0]


def test_no_known_header_says_how_many_columns_and_the_way_out(read):
    result = read("某某,联络\n甲,乙\n")
    (problem,) = result.problems
    assert problem.code == "header-unknown"
    assert "共2列" in problem.message_zh
    assert "请在数据上面加一行" in problem.message_zh
    assert '[audiences.residents.columns] "称呼" = "name"' in problem.message_zh
    assert "write one above the data" in problem.message


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("张三丰,女,柳树村3组12号,残疾", "header-unknown"),
        ("张三丰,女,柳树村3组12号,性别,残疾", "header-missing"),
        ("张三丰,女,柳树村3组12号李四之妻刑满释放", "header-enforcement"),
    ],
    ids=["nothing-known", "one-word-known", "a-word-of-a-refused-list"],
)
def test_a_line_that_may_be_data_is_not_repeated(read, line, code):
    (problem,) = read(f"{line}\n").problems
    assert problem.code == code
    told = f"{problem} {problem!r} {problem.message_zh}"
    assert not [word for word in ("张三", "柳树", "12号", "李四", "残") if word in told]


def test_data_without_headers_is_not_repeated_in_the_message(read):
    (problem,) = read("王小明,13800138000\n").problems
    assert problem.code == "header-absent"
    assert "王小明" not in str(problem) + problem.message_zh


def test_two_headers_of_one_meaning(read):
    result = read("姓名,手机号,联系电话\n王小明,13800138000,13800138001\n")
    assert [(p.code, p.line, p.column) for p in result.problems] == [("header-twice", 1, "联系电话")]
    assert result.totals.rows == 0


def test_the_users_own_mapping_wins(read):
    columns = {"联系电话": "", "本人联系方式": "phone", "备注": "tags"}
    result = read("姓名,联系电话,本人联系方式,备注\n王小明,1,13800138000,独居\n", columns=columns)
    assert result.problems == []
    assert (result.column("phone"), result.column("tags")) == ([13800138000], ["独居"])


def test_a_mapping_to_no_column_of_ours(read):
    result = read("姓名,称谓\n王小明,x\n", columns={"称谓": "title"})
    assert result.faults == [(1, "header-target-unknown")]


@pytest.mark.parametrize(
    ("kind", "header", "codes"),
    [
        ("people", "手机号", ["header-missing"]),
        ("pupils", "学校,班级", ["header-missing"]),
        ("places", "名称", ["header-missing"]),
        ("places", "数量", ["header-missing", "header-missing"]),
    ],
)
def test_a_required_column_is_missing(read, kind, header, codes):
    assert [problem.code for problem in read(f"{header}\n甲,乙\n", kind).problems] == codes


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("前科", "header-enforcement"),
        ("是否刑满释放", "header-enforcement"),
        ("社区矫正状态", "header-enforcement"),
        ("滞留境外国家", "header-enforcement"),
        ("涉诈情况", "header-enforcement"),
        ("两卡", "header-enforcement"),
        ("惩戒期限", "header-enforcement"),
        ("病史", "header-protected"),
        ("疾病诊断", "header-protected"),
        ("银行卡号", "header-protected"),
        ("征 信", "header-protected"),
        ("快递单号", "header-protected"),
    ],
)
def test_lists_that_are_never_an_audience(read, header, code):
    result = read(f"姓名,手机号,{header}\n王小明,13800138000,x\n", columns={header: ""})
    (problem,) = result.problems
    assert (problem.code, problem.column, problem.level) == (code, header, Level.BLOCK)
    assert result.totals.rows == 0
    assert len(result.sha256) == 64


def test_a_title_of_an_enforcement_list(read):
    result = read("社区矫正人员名单\n姓名,手机号\n王小明,13800138000\n")
    assert result.faults == [(1, "title-enforcement")]


def test_a_tag_of_an_enforcement_list(read):
    result = read("姓名,标签\n王小明,刑满释放\n李小红,独居\n")
    assert result.faults == [(2, "tag-enforcement")]
    assert result.column("name") == ["李小红"]


def test_father_and_mother_are_the_two_guardians(read):
    header = "学生姓名,学校,年级,班级,学号,父亲姓名,父亲电话,母亲姓名,母亲电话"
    row = "王小明,幸福小学,三年级,2班,15,王大明,13800138000,李大红,13800138001"
    (pupil,) = read(f"{header}\n{row}\n", "pupils").rows
    assert (pupil["guardian"], pupil["phone"]) == ("王大明", 13800138000)
    assert (pupil["guardian2"], pupil["phone2"]) == ("李大红", 13800138001)
    assert (pupil["roll"], pupil["class_name"]) == ("15", "2班")


@pytest.mark.parametrize("mark", ["是", "1", "TRUE", "√"])
def test_a_file_of_sample_data_says_so(read, mark):
    assert read(f"姓名,样例数据\n王小明,\n李小红,{mark}\n").synthetic
    assert read("姓名,synthetic\n王小明,否\n").synthetic is False
    assert read("姓名\n王小明\n", synthetic=True).synthetic
