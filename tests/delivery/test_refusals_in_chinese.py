"""What a carrier refuses with has a word in Chinese: each status that is known in English, and those that are not."""

import re

import pytest

from campaigner.delivery.cmpp.words import status_words, status_words_zh
from campaigner.delivery.kannel.client import Said
from campaigner.delivery.kannel.wire import Meaning, meaning, meaning_zh
from campaigner.delivery.smpp.status import describe, describe_zh

CHINESE = re.compile("[\u4e00-\u9fff]")


def test_a_status_of_smpp_is_known_in_both_languages_or_in_none() -> None:
    for status in range(0x500):
        english, chinese = describe(status), describe_zh(status)
        assert english.split(" ")[0] == chinese.split(" ")[0] == f"0x{status:02X}"
        assert ("reserves" in english) is ("保留" in chinese), chinese
        assert ("carrier's own" in english) is ("运营商自定义" in chinese), chinese
        assert CHINESE.search(chinese)


def test_no_two_statuses_of_smpp_share_a_word() -> None:
    known = [describe_zh(status).split(" ", 1)[1] for status in range(1, 0x100)]
    named = [word for word in known if "保留" not in word]
    assert len(named) == len(set(named))


@pytest.mark.parametrize(
    ("status", "chinese"),
    [
        (1, "状态 1，消息结构错误"),
        (2, "状态 2，非法源地址"),
        (3, "状态 3，认证失败"),
        (4, "状态 4，版本太高"),
        (5, "状态 5，其他错误"),
        (9, "状态 9，其他错误"),
    ],
)
def test_a_login_refused_by_cmpp_is_called_what_the_standard_calls_it(status: int, chinese: str) -> None:
    assert status_words(status).startswith(f"status {status}, ")
    assert status_words_zh(status).startswith(chinese)


@pytest.mark.parametrize(
    ("status", "text", "what", "chinese"),
    [
        (202, "0: Accepted for delivery", Meaning.ACCEPTED, "202 已接受"),
        (202, "3: Queued for later delivery", Meaning.QUEUED, "202 已接受，等待短信中心连接"),
        (400, "Missing receiver", Meaning.REFUSED, "400 请求被拒绝"),
        (403, "Not routable", Meaning.NOT_ROUTABLE, "403 没有通往该号码的路由"),
        (
            403,
            "Authorization failed for sendsms",
            Meaning.NOT_KANNEL,
            "403 登录被拒绝，或该地址没有 sendsms 服务",
        ),
        (503, "Temporal failure, try again later.", Meaning.BUSY, "503 忙，请稍后再试"),
        (418, "teapot", Meaning.UNCLEAR, "418 含义不明"),
    ],
)
def test_what_kannel_means_has_a_word(status: int, text: str, what: Meaning, chinese: str) -> None:
    said = Said(status, text)
    assert meaning(said) is what
    assert meaning_zh(said) == chinese
