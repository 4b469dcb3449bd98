"""What DELIVER brings: status reports of both lengths, replies short and long."""

from datetime import datetime
from functools import lru_cache
from struct import Struct

from campaigner.delivery.cmpp.pdu import Deliver, PduError, plain
from campaigner.delivery.cmpp.words import received
from campaigner.delivery.links.parts import ALONE, read_udh
from campaigner.delivery.links.replies import ReplyPart
from campaigner.delivery.live import Receipt, Received
from campaigner.domain.matching import CARRIERS
from campaigner.domain.phone import PhoneFault, parse_phone

CHINA = CARRIERS
"""The zone of all times in CMPP: those of the gateway, which stand without a zone."""
_REPORT = Struct(">Q7s10s10s")
_CENTRE = 4
_REST = frozenset({21 + _CENTRE, 32 + _CENTRE})
"""Octets behind them: the phone as 2.0 or as 3.0 writes it, and the message centre's number."""
_ENCODINGS = {0: "gb18030", 8: "utf-16-be", 15: "gb18030"}
"""By Msg_Fmt; 0 is ASCII, which GB18030 contains, and gateways are known to put Chinese into it."""


def receipt(content: bytes) -> Receipt:
    """A status report; which of the two lengths it has tells how the phone is written.

    Raises:
        PduError: It has another length.
    """
    if len(content) - _REPORT.size not in _REST:
        raise PduError(f"a status report of {len(content)} octets, neither 60 nor 71")
    number, stat, submitted, done = _REPORT.unpack_from(content)
    phone = parse_phone(plain(content[_REPORT.size : -_CENTRE]))
    word = plain(stat)
    said = received(word)
    return Receipt(
        Received.UNDERWAY if said is None else said,
        str(number),
        phone=phone if isinstance(phone, int) else 0,
        cause=word if said is not None else "a status word that is none",
        at=_time(plain(done)),
        submitted=_time(plain(submitted)),
    )


@lru_cache(maxsize=64)
def _time(text: str) -> datetime | None:
    """YYMMDDHHMM at the gateway; None where it is no time. Remembered: most of a minute state the same."""
    if len(text) != len("YYMMDDHHMM") or not text.isdecimal():
        return None
    try:
        return datetime.strptime(text, "%y%m%d%H%M").replace(tzinfo=CHINA)
    except ValueError:
        return None


def read_reply(deliver: Deliver) -> ReplyPart:
    """What a DELIVER, no report, brings of a reply.

    Raises:
        PduError: It cannot be read, or comes from no mobile phone.
    """
    if deliver.form not in _ENCODINGS:
        raise PduError(f"a reply in Msg_Fmt {deliver.form}, which is no text")
    phone = parse_phone(deliver.phone)
    if isinstance(phone, PhoneFault) or not phone:
        raise PduError("a reply from something that is no mobile number")
    joint, content = read_udh(deliver.content) if deliver.joined else (ALONE, deliver.content)
    return ReplyPart(phone, deliver.to, joint, content, deliver.form)


def decode(content: bytes, form: int) -> str:
    """The text of a reply."""
    return content.decode(_ENCODINGS[form], "replace").rstrip("\0")
