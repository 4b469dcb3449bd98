"""What the clouds tell later, read from their own forms: pushed bodies and pulled rows become reports and replies."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Generic, TypeVar

from campaigner.delivery.live import Received, Reply

T = TypeVar("T")
_CHINA = timezone(timedelta(hours=8))
"""Both clouds write local times without a zone."""
_BY_SUCCESS = {True: Received.DELIVERED, False: Received.FAILED}
_BY_STATUS = {"SUCCESS": Received.DELIVERED, "FAIL": Received.FAILED}
"""Any other word is none that is known, and settles nothing."""


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


@dataclass(frozen=True, slots=True)
class Pushed(Generic[T]):
    """What a pushed body holds.

    Args:
        rows: What could be read.
        unread: How many rows could not.
    """

    rows: list[T]
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Forms:
    """How a cloud writes what it pushes.

    Args:
        reports: Reads a body with reports; raises ValueError if it is no JSON of that kind.
        replies: Reads a body with replies; the same.
        received: The body of the answer when it is kept.
    """

    reports: Callable[[bytes], Pushed[Report]]
    replies: Callable[[bytes], Pushed[Reply]]
    received: bytes


def aliyun_reports(body: bytes) -> Pushed[Report]:
    """The reports in a pushed `SmsReport`: a JSON array.

    Raises:
        ValueError: It is no JSON array.
    """
    return _each(body, _aliyun_report)


def aliyun_replies(body: bytes) -> Pushed[Reply]:
    """The replies in a pushed `SmsUp`: a JSON array.

    Raises:
        ValueError: It is no JSON array.
    """
    return _each(body, lambda row: _told(_reply(row["phone_number"], row.get("dest_code"), row["content"])))


def tencent_reports(body: bytes) -> Pushed[Report]:
    """The reports in a pushed status notice: a JSON array.

    Raises:
        ValueError: It is no JSON array.
    """
    return _each(body, _tencent_report)


def tencent_replies(body: bytes) -> Pushed[Reply]:
    """The reply in a pushed notice: one JSON object.

    Raises:
        ValueError: It is neither a JSON object nor an array of them.
    """
    return _each(body, lambda row: _told(_reply(row["mobile"], row.get("extend"), row["text"])))


def tencent_pulled(rows: Sequence[Any]) -> list[Report]:
    """Rows of `PullSmsSendStatus`, as the SDK hands them over."""
    return [
        Report(
            _BY_STATUS.get(row.ReportStatus, Received.UNDERWAY),
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


def _each(body: bytes, read: Callable[[Mapping[str, Any]], T]) -> Pushed[T]:
    found = json.loads(body)
    rows = [found] if isinstance(found, dict) else found
    if not isinstance(rows, list):
        raise ValueError("the body is no JSON array")  # noqa: TRY004 - what came is faulty, not a call
    read_rows, unread = [], 0
    for row in rows:
        try:
            read_rows.append(read(row))
        except (KeyError, TypeError, AttributeError, ValueError):
            unread += 1
    return Pushed(read_rows, unread)


def _aliyun_report(row: Mapping[str, Any]) -> Report:
    return _phoned(
        Report(
            _BY_SUCCESS[row["success"]],
            str(row["biz_id"]),
            str(row.get("out_id") or ""),
            phone_of(row["phone_number"]),
            str(row.get("err_code") or ""),
            _moment(row.get("report_time")),
        )
    )


def _tencent_report(row: Mapping[str, Any]) -> Report:
    return _phoned(
        Report(
            _BY_STATUS[row["report_status"]],
            str(row["sid"]),
            str(row.get("ext") or ""),
            phone_of(row["mobile"]),
            str(row.get("errmsg") or ""),
            _moment(row.get("user_receive_time")),
        )
    )


def _phoned(report: Report) -> Report:
    """The report, if it names a phone: a serial alone may stand for many."""
    if not report.phone:
        raise ValueError("a report without a phone")
    return report


def _told(reply: Reply) -> Reply:
    """The reply, if it names a phone: nobody's refusal would be lost."""
    if not reply.phone:
        raise ValueError("a reply without a phone")
    return reply


def _reply(phone: Any, to: Any, text: Any) -> Reply:
    return Reply(phone_of(phone), str(to or ""), str(text or ""))


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=_CHINA)
    except ValueError:
        return None


ALIYUN = Forms(aliyun_reports, aliyun_replies, b'{"code":0,"msg":"OK"}')
"""`SmsReport` and `SmsUp`; anything but status 200 makes a push come again (help.aliyun.com, 101867 and 101847)."""
TENCENT = Forms(tencent_reports, tencent_replies, b'{"result":0,"errmsg":"OK"}')
"""Status and reply notices (Tencent Cloud, document 382/43547 and 382/43548)."""
