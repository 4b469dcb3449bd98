"""What DELIVER brings: status reports of both lengths, replies short and long."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from struct import Struct

from campaigner.delivery.cmpp.pdu import Deliver, PduError, plain
from campaigner.delivery.cmpp.words import received
from campaigner.delivery.live import Receipt, Received, Reply
from campaigner.domain.matching import CARRIERS
from campaigner.domain.phone import PhoneFault, parse_phone

CHINA = CARRIERS
"""The zone of all times in CMPP: those of the gateway, which stand without a zone."""
MOST_UNFINISHED = 256
"""How many replies may wait for parts that are missing; the oldest is told as far as it came."""

_REPORT = Struct(">Q7s10s10s")
_CENTRE = 4
_REST = frozenset({21 + _CENTRE, 32 + _CENTRE})
"""Octets behind them: the phone as 2.0 or as 3.0 writes it, and the message centre's number."""
_ENCODINGS = {0: "gb18030", 8: "utf-16-be", 15: "gb18030"}
"""By Msg_Fmt; 0 is ASCII, which GB18030 contains, and gateways are known to put Chinese into it."""
_JOIN_8, _JOIN_16 = (0x00, 3), (0x08, 4)
"""(identifier, octets) of the two elements that join parts, 3GPP TS 23.040, 9.2.3.24."""


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


@dataclass(frozen=True, slots=True)
class _Joint:
    """How parts belong together: reference, how many, which one."""

    reference: int
    count: int
    number: int


_Key = tuple[int, str, int, int]
"""From whom, to whom, the carrier's reference, the Msg_Fmt."""


class Replies:
    """Replies as they come in, long ones put together from their parts."""

    def __init__(self) -> None:
        self._unfinished: dict[_Key, dict[int, bytes]] = {}
        self._whole: dict[_Key, dict[int, bytes]] = {}
        self.part: tuple[_Key, Reply] | None = None
        """What came last, if that was a part of a reply which is not whole yet, and what joins it to the others."""

    def hear(self, deliver: Deliver) -> list[Reply]:
        """What is complete now; mostly one reply, none where parts are missing.

        Raises:
            PduError: It cannot be read, or comes from no mobile phone.
        """
        self.part = None
        if deliver.form not in _ENCODINGS:
            raise PduError(f"a reply in Msg_Fmt {deliver.form}, which is no text")
        phone = parse_phone(deliver.phone)
        if isinstance(phone, PhoneFault) or not phone:
            raise PduError("a reply from something that is no mobile number")
        joint, content = _joint(deliver.content) if deliver.joined else (None, deliver.content)
        if joint is None:
            return [Reply(phone, deliver.to, _text(content, deliver.form))]
        key = (phone, deliver.to, joint.reference, deliver.form)
        parts = self._unfinished.setdefault(key, {})
        parts[joint.number] = content
        if len(parts) >= joint.count:
            self._whole[key] = parts
            return [self._told(key)]
        self.part = key, Reply(phone, deliver.to, _text(content, deliver.form), whole=False)
        return [self._told(next(iter(self._unfinished)))] if len(self._unfinished) > MOST_UNFINISHED else []

    def whole(self) -> tuple[list[_Key], Callable[[bool], None]]:
        """What joined the parts of replies that became whole, and what to call when it is known if these are kept.

        If not, their parts come again, perhaps not all of them: those that are here wait for them once more.
        """
        whole, self._whole = self._whole, {}

        def then(good: bool) -> None:
            if not good:
                self._unfinished = whole | self._unfinished

        return list(whole), then

    def rest(self) -> list[Reply]:
        """Replies that never became complete, as far as they came: half an opt-out is one."""
        return [self._told(key) for key in list(self._unfinished)]

    def _told(self, key: _Key) -> Reply:
        parts = self._unfinished.pop(key)
        content = b"".join(parts[number] for number in sorted(parts))
        return Reply(key[0], key[1], _text(content, key[3]))


def _text(content: bytes, form: int) -> str:
    return content.decode(_ENCODINGS[form], "replace").rstrip("\0")


def _joint(content: bytes) -> tuple[_Joint | None, bytes]:
    """The joining element of a content's header, and the content behind the header."""
    if not content or len(content) <= content[0]:
        raise PduError("a reply whose header is longer than itself")
    header, rest, joint = content[1 : content[0] + 1], content[content[0] + 1 :], None
    while len(header) >= len((0, 0)):
        element, header = (header[0], header[1]), header[2:]
        if len(header) < element[1]:
            raise PduError("a reply whose header is cut short")
        if element in {_JOIN_8, _JOIN_16}:
            reference, count, number = struct.unpack(
                ">BBB" if element == _JOIN_8 else ">HBB", header[: element[1]]
            )
            joint = _Joint(reference, count, number) if 1 <= number <= count else None
        header = header[element[1] :]
    return joint, rest
