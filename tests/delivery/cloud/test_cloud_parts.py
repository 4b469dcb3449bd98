"""The clouds' pure halves: codes, banned words, reports, requests."""

import json
import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from campaigner.delivery.cloud import codes
from campaigner.delivery.cloud.banned import cloud_problems
from campaigner.delivery.cloud.codes import aliyun_verdict, cause, meaning_zh, tencent_verdict
from campaigner.delivery.cloud.reports import (
    Pushed,
    Report,
    aliyun_replies,
    aliyun_reports,
    phone_of,
    tencent_pulled,
    tencent_pulled_replies,
    tencent_replies,
    tencent_reports,
)
from campaigner.delivery.cloud.wording import Addressed, in_requests
from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.links.requests import Verdict
from campaigner.delivery.live import Received, Reply
from campaigner.domain.cloud_template import Fitted, parse_template
from campaigner.domain.problem import Level


@pytest.mark.parametrize(
    ("code", "message", "verdict"),
    [
        ("OK", "", Verdict.TAKEN),
        ("isv.MOBILE_NUMBER_ILLEGAL", "", Verdict.ONE),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", Verdict.LATER),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5", Verdict.ONE),
        ("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:10", Verdict.ONE),
        ("isv.DAY_LIMIT_CONTROL", "", Verdict.HALT),
        ("isv.AMOUNT_NOT_ENOUGH", "", Verdict.HALT),
        ("isp.RAM_PERMISSION_DENY", "", Verdict.HALT),
        ("isp.SYSTEM_ERROR", "", Verdict.UNSURE),
        ("Throttling.User", "", Verdict.LATER),
        ("InvalidAccessKeyId.NotFound", "", Verdict.HALT),
        ("Something.New", "", Verdict.UNSURE),
    ],
)
def test_codes_of_aliyun(code: str, message: str, verdict: Verdict) -> None:
    assert aliyun_verdict(code, message) is verdict


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("Ok", Verdict.TAKEN),
        ("FailedOperation.PhoneNumberInBlacklist", Verdict.ONE),
        ("LimitExceeded.PhoneNumberDailyLimit", Verdict.ONE),
        ("LimitExceeded.AppDailyLimit", Verdict.HALT),
        ("RequestLimitExceeded.UinLimitExceeded", Verdict.LATER),
        ("InternalError.Timeout", Verdict.UNSURE),
        ("InternalError.SigVerificationFail", Verdict.HALT),
        ("AuthFailure.SignatureExpire", Verdict.HALT),
        ("Something.New", Verdict.UNSURE),
    ],
)
def test_codes_of_tencent(code: str, verdict: Verdict) -> None:
    assert tencent_verdict(code) is verdict


def test_every_code_of_the_tencent_sdk_has_a_meaning() -> None:
    """The SDK's own list: none of its codes but those of InternalError leaves a message unknown."""
    errorcodes = pytest.importorskip("tencentcloud.sms.v20210111.errorcodes")
    codes = [value for name, value in vars(errorcodes).items() if name.isupper()]
    unsure = {code for code in codes if tencent_verdict(code) is Verdict.UNSURE}
    assert len(codes) > 80
    assert {code.partition(".")[0] for code in unsure} == {"InternalError"}


def test_a_cause_says_code_and_meaning_only() -> None:
    assert cause("isv.X", Verdict.HALT) == "isv.X: account, signature, template or rights"
    assert cause("OK", Verdict.TAKEN) == "OK"


def test_a_meaning_in_chinese_is_the_codes_own_or_what_it_asks_for() -> None:
    assert meaning_zh("isv.AMOUNT_NOT_ENOUGH", Verdict.HALT) == "账户余额不足"
    assert meaning_zh("isv.X", Verdict.HALT) == "账号、签名、模板或权限有问题"
    assert meaning_zh("X", Verdict.UNSURE) == "云平台服务出错"
    assert meaning_zh("OK", Verdict.TAKEN) == "没有说明"


def test_every_code_that_is_judged_by_itself_has_a_name_in_chinese() -> None:
    judged = {**codes._ALIYUN, **codes._TENCENT}
    named = {code for code, verdict in judged.items() if verdict is not Verdict.TAKEN}
    assert named <= codes._CODES_ZH.keys()
    assert all(re.search("[\u4e00-\u9fff]", words) for words in codes._CODES_ZH.values())


@pytest.mark.parametrize(
    ("kind", "text", "rules"),
    [
        ("tencent", "【某中心】凡是先交钱再放贷款的，都是诈骗。", ["loans"]),
        ("aliyun", "刷单返利都是诈骗", ["rebates"]),
        ("tencent", "刷单返利都是诈骗", ["rebates", "rebates"]),
        ("tencent", "中 奖是假的", ["prizes"]),
        ("tencent", "请加qq群", ["private-contact"]),
        ("tencent", "影响征信", ["finance"]),
        ("aliyun", "影响征信", []),
        ("aliyun", "看【这里】", ["signature-brackets", "signature-brackets"]),
        ("aliyun", "★谨防诈骗😀", ["signs", "pictures"]),
        ("aliyun", "下载 http://x.cn/a", ["link"]),
        ("tencent", "转账汇款多核实，拿不准打96110。", []),
        ("files", "贷款", []),
    ],
)
def test_what_the_standards_forbid(kind: str, text: str, rules: list[str]) -> None:
    found = cloud_problems(kind, text)
    assert [each.rule for each in found] == rules
    assert all(0 <= each.start < each.end <= len(text) for each in found)


def test_a_finding_as_a_problem_warns_with_its_source() -> None:
    (found,) = cloud_problems("tencent", "【某中心】先贷款")
    problem = found.problem("templates/sms/elderly.j2", 3)
    assert (problem.code, problem.level, problem.place) == (
        "cloud-loans", Level.WARN, "templates/sms/elderly.j2:3:7",
    )  # fmt: skip
    assert "2025-06-17" in problem.message_zh
    assert "贷款" not in problem.message


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("+8613800138000", 13800138000),
        ("8613800138000", 13800138000),
        ("13800138000", 13800138000),
        ("x", 0),
        (None, 0),
    ],
)
def test_phones_in_any_form(text: str, phone: int) -> None:
    assert phone_of(text) == phone


def test_reports_pushed_by_aliyun() -> None:
    body = """[{"phone_number":"13800138000","send_time":"2026-11-25 09:00:00","report_time":"2026-11-25 09:00:05",
        "success":false,"err_code":"UNDELIV","err_msg":"x","sms_size":"1","biz_id":"123","out_id":"campaigner-7"}, 5]"""
    at = datetime(2026, 11, 25, 1, 0, 5, tzinfo=UTC)
    assert aliyun_reports(body.encode()) == Pushed(
        [Report(Received.FAILED, "123", "campaigner-7", 13800138000, "UNDELIV", at)], unread=1
    )
    with pytest.raises(ValueError, match="array"):
        aliyun_reports(b'"text"')


def test_reports_pushed_by_tencent() -> None:
    body = b"""[{"user_receive_time":"2026-11-25 08:03:04","nationcode":"86","mobile":"13800138000",
        "report_status":"SUCCESS","errmsg":"DELIVRD","description":"ok","sid":"5:1"}]"""
    (report,) = tencent_reports(body).rows
    assert (report.received, report.serial, report.cause) == (Received.DELIVERED, "5:1", "DELIVRD")


def test_replies_in_every_form() -> None:
    row = SimpleNamespace(SubscriberNumber="13800138000", PhoneNumber="", ExtendCode="01", ReplyContent="R")
    expected = [Reply(13800138000, "01", "R")]
    assert tencent_pulled_replies([row]) == expected
    assert tencent_replies(b'{"mobile":"13800138000","text":"R","extend":"01"}').rows == expected
    assert aliyun_replies(b'[{"phone_number":"13800138000","content":"R","dest_code":"01"}]').rows == expected


@pytest.mark.parametrize(
    ("read", "row"),
    [
        pytest.param(aliyun_reports, {"success": "true"}, id="aliyun-a-word-nobody-knows"),
        pytest.param(aliyun_reports, {"success": None}, id="aliyun-nothing-said"),
        pytest.param(aliyun_reports, {"phone_number": "138****8000"}, id="aliyun-masked"),
        pytest.param(tencent_reports, {"report_status": "UNKNOWN"}, id="tencent-a-word-nobody-knows"),
        pytest.param(tencent_reports, {"mobile": ""}, id="tencent-without-a-phone"),
        pytest.param(aliyun_replies, {"phone_number": None}, id="a-reply-of-nobody"),
        pytest.param(tencent_replies, {"mobile": "x"}, id="tencent-a-reply-of-nobody"),
    ],
)
def test_what_is_not_understood_is_counted_and_settles_nothing(read: Any, row: dict[str, Any]) -> None:
    good = {
        "phone_number": "13800138000", "success": True, "biz_id": "B1", "content": "R", "mobile": "13800138000",
        "report_status": "FAIL", "sid": "5:1", "text": "R",
    }  # fmt: skip
    found = read(json.dumps([good, good | row]).encode())
    assert (len(found.rows), found.unread) == (1, 1)


def test_a_pulled_word_that_nobody_knows_is_not_final() -> None:
    row = SimpleNamespace(
        UserReceiveTime=None, SubscriberNumber="13800138000", PhoneNumber="", SerialNo="5:1",
        ReportStatus="LATER", SessionContext=None,
    )  # fmt: skip
    assert [report.received for report in tencent_pulled([row])] == [Received.UNDERWAY]


def test_a_pulled_row_without_a_time_is_still_a_report() -> None:
    row = SimpleNamespace(
        UserReceiveTime=None, SubscriberNumber=None, PhoneNumber="+8613800138000", SerialNo="5:1",
        ReportStatus="FAIL", SessionContext=None,
    )  # fmt: skip
    assert tencent_pulled([row]) == [Report(Received.FAILED, "5:1", "", 13800138000, "FAIL", None)]


def test_a_phone_stands_once_in_a_request() -> None:
    template = parse_template("1=勿${1}。", 10)
    block = [
        Addressed(Outgoing(n, 13800138000 + n // 2, ""), Fitted(template, {"1": "信转"[n % 2]}))
        for n in range(6)
    ]
    for one_text in (False, True):
        requests = in_requests(block, 50, one_text=one_text)
        assert sorted(each.message.id for request in requests for each in request) == list(range(6))
        assert all(len({each.message.phone for each in request}) == len(request) for request in requests)
    assert [len(request) for request in in_requests(block, 2, one_text=True)] == [2, 2, 1, 1]
