"""What the clouds tell later, read from their own forms: pushed bodies and pulled rows become reports and replies."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeVar

from campaigner.delivery.live import Received, Reply

T = TypeVar("T")
_CHINA = timezone(timedelta(hours=8))
"""Both clouds write local times without a zone."""
ALIYUN_RECEIVED = b'{"code":0,"msg":"OK"}'
"""The answer to a push of Aliyun's; anything but status 200 makes it come again (help.aliyun.com/.../101867)."""
TENCENT_RECEIVED = b'{"result":0,"errmsg":"OK"}'
"""The answer to a push of Tencent's (cloud.tencent.com/document/product/382/5807)."""


@dataclass(frozen=True, slots=True)
class Report:
    """A word of the cloud on one message, before it is known which of ours it is.

    Args:
        received: What it says.
        serial: The cloud's id: of the request (Aliyun) or of the message (Tencent).
        key: What we gave along with the request; "" if the cloud does not give it back.
        phone: The recipient.
        cause: The carrier's code.
        at: When, as the cloud states it.
    """

    received: Received
    serial: str
    key: str
    phone: int
    cause: str
    at: datetime | None


def phone_of(text: Any) -> int:
    """`+8613800138000`, `8613800138000` and `13800138000` as a number; 0 for anything else."""
    digits = str(text).strip().removeprefix("+")
    digits = digits.removeprefix("86") if len(digits) == 13 else digits  # noqa: PLR2004 - 86 and 11 digits
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else 0  # noqa: PLR2004


def aliyun_reports(body: bytes) -> list[Report]:
    """The reports in a pushed `SmsReport`: a JSON array; entries that make no sense are left out.

    Raises:
        ValueError: It is no JSON array.
    """
    return _each(body, _aliyun_report)


def aliyun_replies(body: bytes) -> list[Reply]:
    """The replies in a pushed `SmsUp`: a JSON array.

    Raises:
        ValueError: It is no JSON array.
    """
    return _each(body, lambda row: _reply(row["phone_number"], row.get("dest_code"), row["content"]))


def tencent_reports(body: bytes) -> list[Report]:
    """The reports in a pushed status notice: a JSON array.

    Raises:
        ValueError: It is no JSON array.
    """
    return _each(body, _tencent_report)


def tencent_replies(body: bytes) -> list[Reply]:
    """The reply in a pushed notice: one JSON object.

    Raises:
        ValueError: It is neither a JSON object nor an array of them.
    """
    return _each(body, lambda row: _reply(row["mobile"], row.get("extend"), row["text"]))


def tencent_pulled(rows: Sequence[Any]) -> list[Report]:
    """Rows of `PullSmsSendStatus`, as the SDK hands them over."""
    return [
        Report(
            Received.DELIVERED if row.ReportStatus == "SUCCESS" else Received.FAILED,
            row.SerialNo or "",
            row.SessionContext or "",
            phone_of(row.SubscriberNumber or row.PhoneNumber),
            row.ReportStatus or "",
            datetime.fromtimestamp(row.UserReceiveTime, UTC) if row.UserReceiveTime else None,
        )
        for row in rows
    ]


def tencent_pulled_replies(rows: Sequence[Any]) -> list[Reply]:
    """Rows of `PullSmsReplyStatus`, as the SDK hands them over."""
    return [_reply(row.SubscriberNumber or row.PhoneNumber, row.ExtendCode, row.ReplyContent) for row in rows]


def _each(body: bytes, read: Callable[[Mapping[str, Any]], T]) -> list[T]:
    found = json.loads(body)
    rows = [found] if isinstance(found, dict) else found
    if not isinstance(rows, list):
        raise ValueError("the body is no JSON array")  # noqa: TRY004 - what came is faulty, not a call
    read_rows = []
    for row in rows:
        try:
            read_rows.append(read(row))
        except (KeyError, TypeError, AttributeError):
            continue
    return read_rows


def _aliyun_report(row: Mapping[str, Any]) -> Report:
    return Report(
        Received.DELIVERED if row["success"] is True else Received.FAILED,
        str(row["biz_id"]),
        str(row.get("out_id") or ""),
        phone_of(row["phone_number"]),
        str(row.get("err_code") or ""),
        _moment(row.get("report_time")),
    )


def _tencent_report(row: Mapping[str, Any]) -> Report:
    return Report(
        Received.DELIVERED if row["report_status"] == "SUCCESS" else Received.FAILED,
        str(row["sid"]),
        str(row.get("ext") or ""),
        phone_of(row["mobile"]),
        str(row.get("errmsg") or ""),
        _moment(row.get("user_receive_time")),
    )


def _reply(phone: Any, to: Any, text: Any) -> Reply:
    return Reply(phone_of(phone), str(to or ""), str(text or ""))


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=_CHINA)
    except ValueError:
        return None
