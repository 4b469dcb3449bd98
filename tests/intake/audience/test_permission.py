"""Headers that speak of receiving or refusing are understood the right way round, or nobody is written to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigner.domain.people import Audience, Kind
from campaigner.domain.problem import Level
from campaigner.intake.permission import Permission, permission_of
from campaigner.intake.refusing import refusals_in

NO, YES = 13800138001, 13800138002


@pytest.mark.parametrize(
    "header",
    ["拒绝短信", "是否退订（退订填是）", "退訂", "拒收簡訊", "勿扰", "免打扰", "不接收", "不再接收",
     "是否拒收（是/否）", "Opt-Out",
     "unsubscribe", "Do not disturb", "退订（1为退订）", "不同意接收反诈短信", "请勿打扰", "黑名单"],
)  # fmt: skip
def test_a_yes_is_a_refusal(header: str) -> None:
    assert permission_of(header) is Permission.OPTED_OUT


@pytest.mark.parametrize(
    "header",
    ["是否接收短信", "同意接收短信", "是否同意接收簡訊", "愿意接收", "订阅", "接收意愿", "opt-in", "SMS consent",
     "短信接收(Y/N)",
     "是否接收短信（不接收填否）", "家长是否同意接收短信", "是否愿意接收（是=愿意，否=不愿意）", "願意接收"],
)  # fmt: skip
def test_a_yes_is_a_consent(header: str) -> None:
    assert permission_of(header) is Permission.CONSENT


@pytest.mark.parametrize(
    "header",
    ["未退订", "取消退订", "同意退订", "短信", "是否接收短信（不接收填是）", "是否退订（退订填否）", "接收短信手机号",
     "不拒收", "是否接收短信（接收填否）",
     "备注（不接收请注明）", "退\ufffd", "授权书编号", "not subscribed"],
)  # fmt: skip
def test_what_cannot_be_told_is_not_guessed(header: str) -> None:
    assert permission_of(header) is Permission.UNCLEAR


@pytest.mark.parametrize(
    "header", ["姓名", "手机号", "村社区", "是否接受过反诈宣传", "受教育程度", "", "面貌"]
)
def test_what_speaks_of_something_else(header: str) -> None:
    assert permission_of(header) is None


@given(
    prefix=st.sampled_from(["", "是否", "本人", "家长"]),
    word=st.sampled_from(["退订", "拒收", "同意接收", "愿意接收", "接收", "勿扰"]),
    suffix=st.sampled_from(["", "短信", "反诈短信", "通知"]),
    turn=st.sampled_from(["未", "没", "取消", "非", "撤销", "解除"]),
)
def test_a_word_that_turns_it_round_is_never_overlooked(
    prefix: str, word: str, suffix: str, turn: str
) -> None:
    assert permission_of(f"{prefix}{word}{suffix}") in {Permission.OPTED_OUT, Permission.CONSENT}
    assert permission_of(f"{prefix}{turn}{word}{suffix}") is Permission.UNCLEAR


def said(folder, header, answers, **settings):
    rows = "".join(f"王{n},{phone},{mark}\n" for n, (phone, mark) in enumerate(answers))
    (folder / "list.csv").write_text(f"姓名,手机号,{header}\n{rows}", "utf-8")
    return refusals_in(Audience("list", Kind.PEOPLE, "list.csv", **settings), folder)


@pytest.mark.parametrize(
    ("header", "no", "yes"),
    [("是否接收短信", "否", "是"), ("同意接收短信", "不同意", "同意"), ("拒绝短信", "是", "否"),
     ("是否退订（退订填是）", "是", "否")],
)  # fmt: skip
def test_whoever_says_no_refuses(header, no, yes, tmp_path):
    found = said(tmp_path, header, [(NO, no), (YES, yes)])
    assert (set(found.places), found.blocking) == ({NO}, [])


def problem(found):
    (one,) = found.blocking
    assert one.level is Level.BLOCK
    return one


@pytest.mark.parametrize(
    ("header", "columns", "code"),
    [
        ("短信", {}, "header-permission-unclear"),
        ("是否接收短信", {"是否接收短信": "opted_out"}, "header-permission-contradicts"),
        ("拒收", {"拒收": "consent"}, "header-permission-contradicts"),
        ("拒收", {"拒收": ""}, "header-permission-ignored"),
        ("拒收", {"拒收": "tags"}, "header-permission-contradicts"),
    ],
)
def test_the_line_that_the_advice_names_is_the_way(header, columns, code, tmp_path):
    found = problem(said(tmp_path, header, [(NO, "是")], columns=columns))
    assert found.code == code
    assert f'"{header}" = ' in found.message
    assert f'"{header}" = ' in found.message_zh
    named = found.message.split(f'"{header}" = "')[-2 if "unrelated" in found.message else -1].split('"')[0]
    said_now = said(tmp_path, header, [(NO, "是")], columns={**columns, header: named})
    assert said_now.blocking == []


def test_a_header_may_be_said_to_have_nothing_to_do_with_messages(tmp_path):
    found = said(tmp_path, "授权书编号", [(NO, "17")], columns={"授权书编号": "unrelated"})
    assert (found.blocking, found.places) == ([], {})


def test_a_mapped_column_that_is_gone_is_missed(tmp_path):
    found = problem(said(tmp_path, "村", [(NO, "柳树村")], columns={"短信": "consent"}))
    assert (found.code, found.column) == ("refusal-column-gone", "短信")


def test_no_answer_is_no_consent_and_no_refusal_either(tmp_path):
    answers = [(NO, ""), (YES, "是")]
    asked = said(tmp_path, "同意接收短信", answers)
    assert (asked.places, asked.unsaid, asked.blocking) == ({}, 1, [])
    given_ = said(tmp_path, "同意接收短信", answers, empty_consent="given")
    assert given_.unsaid == 0
    assert said(tmp_path, "退订", [(NO, "")]).places == {}
