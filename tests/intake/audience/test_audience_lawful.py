"""What a list may not be, and what of it is never taken (CHK-21, anti-fraud law art. 29, PIPL art. 6 and 28)."""

import pytest

from campaigner.domain.people import COLUMNS, ROW_KEY, Kind

CARD = "11010519491231002X"


def test_only_columns_that_are_ours_are_taken(read):
    result = read(
        "姓名,手机号,出生日期,微信号,备注,身份证号\n"
        f"王小明,13800138000,1949-12-31,wx-secret,爱打麻将,{CARD}\n"
    )
    (row,) = result.rows
    assert set(row) == {column.name for column in COLUMNS[Kind.PEOPLE]} | {ROW_KEY}
    kept = repr(result.rows) + repr(result.problems)
    assert [word for word in ("wx-secret", "麻将", CARD, CARD[:17], "110105") if word in kept] == []
    assert row["birth"] == 19491231


@pytest.mark.parametrize(
    "header",
    [
        "前科情况", "是否涉诈", "惩戒期限", "刑满释放日期", "社区矫正", "滞留境外", "两卡", "吸毒史", "重点人员类别",
        "嫌疑人编号", "劝返情况", "断卡对象", "安置帮教",
    ],
)  # fmt: skip
@pytest.mark.parametrize("target", [None, "", "tags"], ids=["not mapped", "dropped", "mapped"])
def test_a_column_of_an_enforcement_list_refuses_the_file(read, header, target):
    columns = {} if target is None else {header: target}
    result = read(f"姓名,手机号,{header}\n王小明,13800138000,是\n", columns=columns)
    assert [problem.code for problem in result.problems] == ["header-enforcement"]
    assert (result.rows, result.totals.rows) == ([], 0)


@pytest.mark.parametrize(
    "header",
    [
        "病史", "诊断", "健康状况", "体检结果", "过敏史", "传染病", "银行账号", "银行卡号", "开户行", "支付宝账号",
        "征信情况", "贷款余额", "快递单号", "订单号", "婚恋状况", "宗教", "医保编号",
    ],
)  # fmt: skip
def test_health_accounts_and_what_is_specially_protected_refuse_the_file(read, header):
    result = read(f"姓名,手机号,{header}\n王小明,13800138000,x\n")
    assert [problem.code for problem in result.problems] == ["header-protected"]
    assert "第二十九条" in result.problems[0].message_zh
    assert result.rows == []


@pytest.mark.parametrize(
    "title",
    ["涉诈人员名单", "惩戒名单", "电诈嫌疑人名单", "劝返对象台账", "刑满释放人员登记表", "失信被执行人"],
)
def test_a_list_that_says_in_its_title_or_name_what_it_is_is_refused(read, title):
    for result in (
        read(f"{title}\n姓名,手机号\n王小明,13800138000\n"),
        read("姓名,手机号\n王小明,13800138000\n", name=f"2026年{title}.csv"),
    ):
        assert [problem.code for problem in result.problems] == ["title-enforcement"]
        assert result.rows == []


def test_an_ordinary_name_is_none_of_these(read):
    result = read("反诈宣传对象\n姓名,手机号\n王小明,13800138000\n", name="防诈骗宣传-老年人.csv")
    assert (result.problems, len(result.rows)) == ([], 1)


@pytest.mark.parametrize("target", ["tags", "household", "name2", "unit"])
def test_identity_cards_cannot_be_kept_by_a_mapping(read, target):
    result = read(f"姓名,身份证号\n王小明,{CARD}\n", columns={"身份证号": target})
    assert [problem.code for problem in result.problems] == ["header-idcard-kept"]
    assert result.rows == []
    assert CARD not in str(result.problems)


@pytest.mark.parametrize("target", ["", "idcard"])
def test_dropping_them_or_taking_the_birth_date_is_right(read, target):
    result = read(f"姓名,身份证号\n王小明,{CARD}\n", columns={"身份证号": target})
    assert result.faults == []
    assert result.column("birth") == [19491231 if target else 0]


@pytest.mark.parametrize("column", ["标签", "单位", "户号", "住址"])
def test_a_card_in_another_cell_is_set_aside_without_repeating_it(read, column):
    cells = {"姓名": "王小明", "手机号": "13800138000", column: f"见{CARD}"}
    result = read(f"{','.join(cells)}\n{','.join(cells.values())}\n")
    (problem,) = [p for p in result.problems if p.code == "idcard-kept"]
    assert (problem.line, problem.column) == (2, column)
    assert CARD[6:] not in f"{problem} {problem.message_zh}"
    assert CARD[6:] not in repr(result.rows)
    assert result.totals.set_aside == 1


def test_a_long_number_that_is_no_card_stays(read):
    result = read("姓名,手机号,户号\n王小明,13800138000,330106202600000123\n")
    assert result.column("household") == ["330106202600000123"]


@pytest.mark.parametrize("header", ["标签", "职业"])
def test_nobody_is_chosen_for_being_in_an_enforcement_list(read, header):
    result = read(f"姓名,手机号,{header}\n王小明,13800138000,刑满释放\n")
    assert [problem.code for problem in result.problems] == ["tag-enforcement"]
