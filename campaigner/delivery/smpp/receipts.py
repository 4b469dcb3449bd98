"""Receipts in deliver_sm: by parameters first, else by the text of SMPP 3.4, appendix B."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache

from campaigner.delivery.live import Receipt, Received
from campaigner.delivery.smpp import pdu
from campaigner.domain.matching import CARRIERS
from campaigner.domain.phone import parse_phone

ID_FORMS = ("same", "hex-decimal", "decimal-hex")
"""How ids stand in response and receipt: the same in both, or one hexadecimal and the other decimal."""

_STATES = {
    0: "ENROUTE",
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}
_MEANINGS = {
    "DELIVRD": Received.DELIVERED,
    "EXPIRED": Received.EXPIRED,
    "ENROUTE": Received.UNDERWAY,
    "ACCEPTD": Received.UNDERWAY,
    "BUFFRED": Received.UNDERWAY,
    "UNKNOWN": Received.UNDERWAY,
}
"""UNKNOWN says that the SMSC itself does not know, which tells us nothing new; all else means failure."""
_FIELD = re.compile(rb"(?i)\b(id|stat|err|submit date|done date):\s*([^\s\0]+)")
_WORD = re.compile(r"(?![A-Z0-9:_-]*[0-9]{9})[A-Z][A-Z0-9:_-]{0,15}")
"""Of the carrier; nine digits on end are no error but somebody's number."""
_ERROR = re.compile(r"[A-Z0-9:]{1,8}")
_HEX = re.compile(r"[0-9a-f]{1,32}")
_DATE = re.compile(r"[0-9]{10}(?:[0-9]{2})?")


def references(id_form: str) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """Two functions that write the id of a response, and that of a receipt, in one and the same way.

    Both forget case and leading zeros. Where one side writes hexadecimal digits, both become decimal; an id
    that is no such number stays as it is.

    Args:
        id_form: One of `ID_FORMS`, the response's form first.
    """
    if id_form == "hex-decimal":
        return _from_hex, _plain
    if id_form == "decimal-hex":
        return _plain, _from_hex
    return _plain, _plain


def _plain(reference: str) -> str:
    lower = reference.strip().lower()
    return lower.lstrip("0") or lower[:1]


def _from_hex(reference: str) -> str:
    plain = _plain(reference)
    return str(int(plain, 16)) if _HEX.fullmatch(plain) else plain


def is_receipt(delivered: pdu.Delivered) -> bool:
    """Whether a deliver_sm is word of a message of ours; some SMSCs forget to mark it."""
    marked = delivered.esm_class & pdu.MESSAGE_TYPE in (pdu.RECEIPT, pdu.INTERMEDIATE)
    return marked or pdu.TAG_RECEIPTED_MESSAGE_ID in delivered.tlvs


def read_receipt(delivered: pdu.Delivered, reference: Callable[[str], str], own: str = "") -> Receipt | None:
    """The receipt in a deliver_sm, or None where it names no message or no state.

    Args:
        delivered: The deliver_sm.
        reference: Writes the id as answers have it, from `references`.
        own: Our own number, which some SMSCs leave where it stood when the message was sent.
    """
    fields = {key.lower(): value.decode("latin-1") for key, value in _FIELD.findall(delivered.octets)}
    tlvs = delivered.tlvs
    name = pdu.c_string(tlvs.get(pdu.TAG_RECEIPTED_MESSAGE_ID, b"")) or fields.get(b"id", "")
    state = tlvs.get(pdu.TAG_MESSAGE_STATE, b"")
    stat = fields.get(b"stat", "").upper()
    word = _STATES.get(state[0], stat) if state else stat
    if not name or not word:
        return None
    intermediate = delivered.esm_class & pdu.MESSAGE_TYPE == pdu.INTERMEDIATE
    received = Received.UNDERWAY if intermediate else _MEANINGS.get(word, Received.FAILED)
    return Receipt(
        received, reference(name), phone=_phone(delivered, own), cause=_cause(word, stat, fields),
        at=_moment(fields.get(b"done date", "")), submitted=_moment(fields.get(b"submit date", "")),
    )  # fmt: skip


def _phone(delivered: pdu.Delivered, own: str) -> int:
    """The recipient of the message: who the receipt comes from (SMPP 3.4, appendix B); 0 if that is no phone."""
    for address in (delivered.source, delivered.destination):
        if address != own:
            phone = parse_phone(address)
            if isinstance(phone, int) and phone:
                return phone
    return 0


def _cause(word: str, stat: str, fields: Mapping[bytes, str]) -> str:
    """The carrier's word, with its own finer word and error number; anything longer might be of a person."""
    words = [word] if _WORD.fullmatch(word) else []
    if stat != word and _WORD.fullmatch(stat):
        words.append(stat)
    error = fields.get(b"err", "").upper()
    if _ERROR.fullmatch(error) and error.strip("0"):
        words.append(f"err:{error}")
    return " ".join(words)


@lru_cache(maxsize=64)
def _moment(text: str) -> datetime | None:
    """YYMMDDhhmm or YYMMDDhhmmss; remembered, for receipts that come together mostly state the same minute."""
    if not _DATE.fullmatch(text):
        return None
    year, month, day, hour, minute = (int(text[at : at + 2]) for at in range(0, 10, 2))
    try:
        return datetime(2000 + year, month, day, hour, minute, int(text[10:] or 0), tzinfo=CARRIERS)
    except ValueError:
        return None
