"""What Kannel calls us for: receipts and replies, read from the address it asks for."""

import hmac
import re
from asyncio import Future
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import unquote

from campaigner.delivery.kannel.marks import Marks
from campaigner.delivery.kannel.peer import HERE, Proof
from campaigner.delivery.kannel.wire import plain
from campaigner.delivery.live import Ear, Receipt, Received, Reply
from campaigner.domain.phone import PLAIN, PhoneFault, parse_phone

_RECEIPT = "/receipt"
_REPLY = "/reply"
_MOST_FIELDS = 16
_BY_TYPE: Mapping[str, Received] = {
    "1": Received.DELIVERED,
    "2": Received.FAILED,
    "4": Received.UNDERWAY,
    "8": Received.UNDERWAY,
    "16": Received.FAILED,
    "32": Received.UNDERWAY,
}
_STAT = re.compile(r"stat:([A-Za-z]{1,10})")
_ERR = re.compile(r"err:([0-9A-Za-z]{1,10})")
_EXPIRED = frozenset({"EXPIRED"})
_PLUS = re.compile(rf"^\+(?={PLAIN}$)")
"""Kannel writes + before what a centre calls international, even if the centre left the 86 out."""
_LATEST = 253_402_300_799
"""Last second of the year 9999."""


class Callbacks:
    """Understands Kannel's callbacks and tells the ear.

    Args:
        marks: Reads the marks of receipts.
        token: What replies must carry; "" if no reply is taken.
        ear: Where it is told.
        proof: Answers who asks whose listener this is; None where nobody is answered.
    """

    def __init__(self, marks: Marks, token: str, ear: Ear, proof: Proof | None = None) -> None:
        self._marks, self._token, self._ear, self._proof = marks, token, ear, proof
        self._refused = 0

    def hear(self, target: bytes) -> "int | str | Future[bool]":
        """Take one request's target, `/receipt?m=...`; returns the status or text to answer with, or if it is kept.

        200 for what was understood, 404 for what nobody who knows the secrets has written, 400 for garbage.
        """
        path, _, query = target.decode("latin-1").partition("?")
        fields = _fields(query)
        if fields is None:
            return self.refuse(400)
        if path == _RECEIPT:
            return self._receipt(fields)
        if path == _REPLY:
            return self._reply(fields)
        if (
            path == HERE
            and self._proof is not None
            and (proof := self._proof.answer(fields.get("nonce", "")))
        ):
            return proof
        return self.refuse(404)

    def refuse(self, status: int) -> int:
        """Count what was not understood; a line of the log for the 1st, 10th, 100th ..., so that it stays readable."""
        self._refused += 1
        if set(str(self._refused)[1:]) <= {"0"} and str(self._refused)[0] == "1":
            self._ear.notes(
                f"kannel: {self._refused} callback(s) refused so far, the last with {status}: "
                "not from this gateway's Kannel, or its password or reply_token changed"
            )
        return status

    def _receipt(self, fields: Mapping[str, str]) -> "int | Future[bool]":
        received = _BY_TYPE.get(fields.get("d", ""))
        phone = parse_phone(fields.get("p", ""))
        if received is None or isinstance(phone, PhoneFault):
            return self.refuse(400)
        number = self._marks.read(fields.get("m", ""), phone)
        if not number:
            return self.refuse(404)
        words = _cause(fields.get("a", ""))
        if received is Received.FAILED and words.split(" ")[0] in _EXPIRED:
            received = Received.EXPIRED
        at = _time(fields.get("t", ""))
        kept = self._ear.receipts([Receipt(received, id=number, cause=words, at=at)])
        return 200 if kept is None else kept

    def _reply(self, fields: Mapping[str, str]) -> "int | Future[bool]":
        given = fields.get("token", "").encode("latin-1")
        if not self._token or not hmac.compare_digest(given, self._token.encode()):
            return self.refuse(404)
        phone = parse_phone(_PLUS.sub("", fields.get("from", "")))
        if isinstance(phone, PhoneFault) or not phone:
            self._ear.notes("kannel: a reply from something that is no mobile number was left aside")
            return 200
        raw = fields.get("text", "").encode("latin-1")
        text = decode(raw, fields.get("charset", ""), fields.get("coding", ""))
        kept = self._ear.replies([Reply(phone, _own(fields.get("to", "")), text)])
        return 200 if kept is None else kept


def _fields(query: str) -> dict[str, str] | None:
    """Names and values, each value's octets as latin-1; None if there are too many."""
    pieces = query.split("&", _MOST_FIELDS)
    if len(pieces) > _MOST_FIELDS:
        return None
    pairs = (piece.partition("=") for piece in pieces)
    return {name: _plain(value) for name, _, value in pairs}


def _plain(value: str) -> str:
    return unquote(value.replace("+", " "), "latin-1") if "%" in value or "+" in value else value


def _own(number: str) -> str:
    """Our number that was written to: digits only, 21 at most, as carriers have them."""
    return "".join(c for c in number if c in "0123456789")[:21]


def receipt_address(base: str, mark: str) -> str:
    """The `dlr-url` of a request; Kannel fills in what stands after `%`."""
    return f"{base}{_RECEIPT}?m={mark}&d=%d&p=%p&t=%T&a=%A"


def reply_address(base: str, token: str) -> str:
    """The `get-url` that belongs into kannel.conf."""
    return f"{base}{_REPLY}?token={token}&from=%p&to=%P&charset=%C&coding=%c&text=%b"


def decode(raw: bytes, charset: str, coding: str) -> str:
    """The text of a reply, whatever the centre says of its bytes.

    Args:
        raw: The bytes as they came.
        charset: What Kannel says they are: `UTF-8` of text, `UTF-16BE` of UCS-2, `8-BIT` of data.
        coding: 2 for UCS-2.
    """
    names = ["utf-16-be"] if coding == "2" else [charset, "utf-8"]
    if len(raw) % 2 == 0 and charset.upper() == "8-BIT":
        names.append("utf-16-be")
    for name in [*names, "gb18030"]:
        try:
            return raw.decode(name)
        except (LookupError, ValueError):
            continue
    return raw.decode("utf-8", "replace")


def _cause(text: str) -> str:
    """The centre's word without what a receipt may quote of the message itself."""
    if stat := _STAT.search(text):
        err = _ERR.search(text)
        return stat[1].upper() + (f" err:{err[1]}" if err else "")
    return plain(text) if text.startswith("NACK") else ""


@lru_cache(maxsize=16)
def _time(text: str) -> datetime | None:
    """The moment of a receipt; remembered, for receipts that come together mostly state the same second."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:20]) <= _LATEST:
        return None
    return datetime.fromtimestamp(int(text[:20]), UTC)
