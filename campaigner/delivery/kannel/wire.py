"""Requests to Kannel's sendsms and what its answers mean.

A POST whose body is the text, everything else in `X-Kannel-*` headers: the GET that Kannel's guide shows first puts
phone, text and password into the URL, where proxies and access logs keep them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache

from campaigner.delivery.gateway import Outgoing
from campaigner.delivery.kannel.client import Said
from campaigner.domain.phone import PLAIN
from campaigner.domain.sms import JOINED, LIMIT, SINGLE

RECEIPTS_WANTED = 1 + 2 + 16
"""Delivered, failed, refused by the centre. The two between (4, 8) change no state and double the callbacks."""

_PHONE = re.compile(PLAIN)
_DAMAGED = re.compile(
    "(?P<beyond>[\U00010000-\U0010ffff])|(?P<half>[\ud800-\udfff])"
    "|(?P<control>[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff])"
)
_DAMAGE = {
    "beyond": "a character beyond U+FFFF, such as an emoji, which Kannel may cut in two",
    "half": "half of a surrogate pair",
    "control": "a control character",
}
_LONG_DIGITS = re.compile(r"[0-9]{9,}")
"""Longer than any code of an error, no longer than any phone."""
_LONGEST_CAUSE = 80


class Meaning(StrEnum):
    """What an answer of Kannel means for the messages of its request."""

    ACCEPTED = "accepted"
    QUEUED = "queued"
    """Accepted, but no centre is connected: it waits in Kannel's store."""
    REFUSED = "refused"
    """Before anything of the request was queued."""
    NOT_ROUTABLE = "not routable"
    """Told of the first message of the request that Kannel looked at."""
    BUSY = "busy"
    """Try later; as above, of the first message."""
    NOT_KANNEL = "not kannel"
    """Login refused, or no sendsms is there: nothing was queued, and no other request will fare better."""
    UNCLEAR = "unclear"


_BY_STATUS: Mapping[int, Meaning] = {
    202: Meaning.ACCEPTED,
    400: Meaning.REFUSED,
    403: Meaning.NOT_ROUTABLE,
    429: Meaning.BUSY,
    503: Meaning.BUSY,
    **dict.fromkeys((301, 302, 303, 307, 308, 401, 404, 405, 407), Meaning.NOT_KANNEL),
}


def meaning(answer: Said) -> Meaning:
    """What Kannel means."""
    if answer.status == 202 and answer.text.startswith("3:"):  # noqa: PLR2004 - HTTP's number
        return Meaning.QUEUED
    if answer.status == 403 and "uthoriz" in answer.text:  # noqa: PLR2004
        return Meaning.NOT_KANNEL
    return _BY_STATUS.get(answer.status, Meaning.UNCLEAR)


def cause(answer: Said) -> str:
    """Kannel's words as they may be shown: one short line without any number long enough to be a phone."""
    return f"{answer.status} {plain(answer.text)}".strip()


_CHINESE: Mapping[Meaning, str] = {
    Meaning.ACCEPTED: "已接受",
    Meaning.QUEUED: "已接受，等待短信中心连接",
    Meaning.REFUSED: "请求被拒绝",
    Meaning.NOT_ROUTABLE: "没有通往该号码的路由",
    Meaning.BUSY: "忙，请稍后再试",
    Meaning.NOT_KANNEL: "登录被拒绝，或该地址没有 sendsms 服务",
    Meaning.UNCLEAR: "含义不明",
}


def meaning_zh(answer: Said) -> str:
    """Kannel's status with what it means, in Chinese: `404 登录被拒绝，或该地址没有 sendsms 服务`."""
    return f"{answer.status} {_CHINESE[meaning(answer)]}"


def plain(text: str) -> str:
    """Printable ASCII of a text on one line, shortened, long numbers masked."""
    line = " ".join("".join(c if c.isascii() and c.isprintable() else " " for c in text).split())
    return _LONG_DIGITS.sub("#", line)[:_LONGEST_CAUSE]


def fault(message: Outgoing, max_parts: int) -> str:
    """Why Kannel must not get this message, though it would say 202; "" if it may."""
    if not _PHONE.fullmatch(str(message.phone)):
        words = "the phone is no mobile number of the mainland"
    else:
        words = _text_fault(message.text, max_parts)
    return f"refused before sending: {words}" if words else ""


@lru_cache(maxsize=16)
def _text_fault(text: str, max_parts: int) -> str:
    if not text or text.isspace():
        return "the text is empty"
    if damaged := _DAMAGED.search(text):
        return _DAMAGE[str(damaged.lastgroup)]
    if len(text) > LIMIT:
        return f"longer than {LIMIT} characters"
    if whole_parts(text) > max_parts:
        return f"more than {max_parts} parts (max_parts); Kannel would cut the rest"
    return ""


def whole_parts(text: str) -> int:
    """SMS parts of a text in which each character is one UTF-16 unit, as `fault` makes sure."""
    return 1 if len(text) <= SINGLE else -(-len(text) // JOINED)


def packets(messages: Iterable[Outgoing], recipients: int) -> Iterator[list[Outgoing]]:
    """Messages that go in one request: same text, different phones, at most so many."""
    if recipients == 1:
        for message in messages:
            yield [message]
        return
    filling: dict[str, dict[int, Outgoing]] = {}
    for message in messages:
        packet = filling.setdefault(message.text, {})
        if message.phone in packet or len(packet) == recipients:
            yield list(packet.values())
            packet = filling[message.text] = {}
        packet[message.phone] = message
    for packet in filling.values():
        yield list(packet.values())


class Writer:
    """Writes requests.

    Args:
        host: What stands in the Host header.
        path: Path of sendsms.
        headers: `X-Kannel-*` headers that all requests share; checked before, see `header_fault`.
    """

    def __init__(self, host: str, path: str, headers: Mapping[str, str]) -> None:
        shared = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: text/plain; charset=UTF-8\r\n"
            f"X-Kannel-Coding: 2\r\n{shared}"
        ).encode()

    def write(self, phones: Sequence[int], text: str, receipts_to: str = "") -> bytes:
        """A request.

        Args:
            phones: Recipients.
            text: What all of them get.
            receipts_to: Where receipts go; "" if none are wanted.
        """
        body = text.encode()
        wanted = (
            f"X-Kannel-DLR-Mask: {RECEIPTS_WANTED}\r\nX-Kannel-DLR-URL: {receipts_to}\r\n"
            if receipts_to
            else ""
        )
        to = " ".join(map(str, phones))
        tail = f"X-Kannel-To: {to}\r\n{wanted}Content-Length: {len(body)}\r\n\r\n"
        return self._head + tail.encode() + body


def header_fault(value: str) -> str:
    """Why a value cannot stand in a header as it is; "" if it can."""
    if value != value.strip():
        return "begins or ends with a blank, which Kannel would take off"
    if not value.isprintable():
        return "has a control character"
    return "" if value else "is empty"
