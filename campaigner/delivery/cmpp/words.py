"""What CMPP's numbers and status words mean, in plain English; a refused login's in Chinese too."""

import re
from types import MappingProxyType

from campaigner.delivery.live import Received

FLOW_CONTROL = 8
"""The result that means "too fast": a pause for the link, no fault of the message."""
VERSION_TOO_HIGH = 4

_STATUS = MappingProxyType({
    1: "the login is malformed",
    2: "unknown or not allowed source address: check sp_id, and that the carrier knows this machine's address",
    3: "authentication failed: check sp_id and secret, and this machine's clock",
    VERSION_TOO_HIGH: "the version is too high for the gateway: set version to 2.0",
    5: "another error: too many links, or the account is closed; ask the carrier",
})  # fmt: skip
_STATUS_ZH = MappingProxyType({
    1: "消息结构错误",
    2: "非法源地址：请核对企业代码 sp_id，并确认运营商已放行本机地址",
    3: "认证失败：请核对企业代码 sp_id、密钥 secret 和本机时间",
    VERSION_TOO_HIGH: "版本太高：请把 version 改为 2.0",
    5: "其他错误（连接数过多，或账号已停用）：请询问运营商",
})  # fmt: skip
_RESULT = MappingProxyType({
    1: "malformed message",
    2: "unknown command",
    3: "sequence number used twice",
    4: "wrong message length",
    5: "wrong fee code",
    6: "text too long",
    7: "wrong service id",
    FLOW_CONTROL: "too fast",
    9: "this gateway does not serve the number that is charged",
    10: "wrong src_id",
    11: "wrong Msg_src",
    12: "wrong number to charge",
    13: "wrong recipient number",
})  # fmt: skip
_STAT = MappingProxyType({
    "DELIVRD": Received.DELIVERED,
    "EXPIRED": Received.EXPIRED,
    "DELETED": Received.FAILED,
    "UNDELIV": Received.FAILED,
    "UNKNOWN": Received.FAILED,
    "REJECTD": Received.FAILED,
    "ACCEPTD": Received.UNDERWAY,
})  # fmt: skip
_CODED = re.compile(r"[A-Z]{2}:[0-9A-Z]{1,4}")


def status_words(status: int) -> str:
    """What the status of a refused login means."""
    return f"status {status}, {_STATUS.get(status, _STATUS[5])}"


def status_words_zh(status: int) -> str:
    """The same in Chinese, as the CMPP standard calls it."""
    return f"状态 {status}，{_STATUS_ZH.get(status, _STATUS_ZH[5])}"


def result_words(result: int) -> str:
    """What the result of a refused SUBMIT means."""
    return f"result {result} {_RESULT.get(result, 'refused by the gateway; ask the carrier')}"


def received(stat: str) -> Received | None:
    """What the status word of a report says; None for a word that nobody knows.

    MA: and MB: come from the message centre, CA: and CB: from the charging centre; other letters are a gateway's own.
    """
    if (known := _STAT.get(stat)) is not None:
        return known
    return Received.FAILED if _CODED.fullmatch(stat) else None
