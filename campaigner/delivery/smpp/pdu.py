"""PDUs of SMPP 3.4 (SMPP Developers Forum, issue 1.2, 12-Oct-1999): cut from a stream, read, written."""

import struct
from collections.abc import Mapping
from typing import NamedTuple

BIND_RECEIVER = 0x00000001
BIND_TRANSMITTER = 0x00000002
SUBMIT_SM = 0x00000004
DELIVER_SM = 0x00000005
UNBIND = 0x00000006
BIND_TRANSCEIVER = 0x00000009
ENQUIRE_LINK = 0x00000015
ALERT_NOTIFICATION = 0x00000102
RESPONSE = 0x80000000
GENERIC_NACK = 0x80000000
SUBMIT_SM_RESP = RESPONSE | SUBMIT_SM
DELIVER_SM_RESP = RESPONSE | DELIVER_SM
UNBIND_RESP = RESPONSE | UNBIND
ENQUIRE_LINK_RESP = RESPONSE | ENQUIRE_LINK

LAST_SEQUENCE = 0x7FFFFFFF
VERSION = 0x34
UCS2 = 8
UDH_INDICATOR = 0x40
"""Bit of esm_class: the text begins with a user data header."""
MESSAGE_TYPE = 0x3C
"""Bits of esm_class that tell receipts from what people wrote."""
RECEIPT = 0x04
INTERMEDIATE = 0x20

TAG_RECEIPTED_MESSAGE_ID = 0x001E
TAG_SAR_REFERENCE = 0x020C
TAG_SAR_TOTAL = 0x020E
TAG_SAR_NUMBER = 0x020F
TAG_MESSAGE_PAYLOAD = 0x0424
TAG_MESSAGE_STATE = 0x0427

_HEADER = struct.Struct(">4I")
_TLV = struct.Struct(">2H")
_MOST = 65_536
"""Longest PDU that is believed: a whole message_payload (64 KiB less a header) has room in no SMS."""

Pdu = tuple[int, int, int, bytes]
"""Command, status, sequence number, body."""


class PduError(Exception):
    """A body that is not what its command says it is."""


def cut(octets: bytes) -> tuple[list[Pdu], bytes | None]:
    """The whole PDUs at the start of what a stream has brought.

    Args:
        octets: What is left from before and what came now.

    Returns:
        The PDUs, and what is left; None where a length cannot be true, so that nothing behind it can be read.
    """
    found: list[Pdu] = []
    start, end, unpack, least = 0, len(octets), _HEADER.unpack_from, _HEADER.size
    while end - start >= least:
        length, command, status, sequence = unpack(octets, start)
        if not least <= length <= _MOST:
            return found, None
        if end - start < length:
            break
        found.append((command, status, sequence, octets[start + least : start + length]))
        start += length
    return found, octets[start:]


def write(command: int, status: int, sequence: int, body: bytes = b"") -> bytes:
    """A PDU."""
    return _HEADER.pack(_HEADER.size + len(body), command, status, sequence) + body


def bind_body(system_id: str, password: str, system_type: str) -> bytes:
    """The body of a login of any of the three kinds; no address range asks for all that is ours."""
    names = b"".join(name.encode("ascii") + b"\0" for name in (system_id, password, system_type))
    return names + bytes((VERSION, 0, 0, 0))


def c_string(body: bytes) -> str:
    """The text at the start of a body, such as the message id in a response; "" if there is none."""
    return body.partition(b"\0")[0].decode("latin-1")


class Submits:
    """Writes submit_sm PDUs that differ in recipient and text only.

    Args:
        service_type: As the carrier wants it, mostly "".
        source: Type of number, numbering plan and address of the sender.
        destination: Type of number, numbering plan, and what stands before each phone's eleven digits.
        validity: Until when the SMSC tries, in the form `000001000000000R`; "" for its own rule.
        receipts: Whether receipts are wanted.
    """

    def __init__(
        self,
        service_type: str,
        source: tuple[int, int, str],
        destination: tuple[int, int, str],
        validity: str,
        *,
        receipts: bool,
    ) -> None:
        ton, npi, address = source
        head = service_type.encode("ascii") + b"\0" + bytes((ton, npi)) + address.encode("ascii") + b"\0"
        self._head = head + bytes(destination[:2]) + destination[2].encode("ascii")
        tail = b"\0" + validity.encode("ascii") + b"\0" + bytes((receipts, 0, UCS2, 0))
        self._single = bytes((0, 0, 0, 0)) + tail
        self._joined = bytes((0, UDH_INDICATOR, 0, 0)) + tail

    def write(self, sequence: int, phone: int, octets: bytes, *, joined: bool) -> bytes:
        """One submit_sm.

        Args:
            sequence: Its sequence number.
            phone: The recipient.
            octets: UTF-16-BE, at most 140 octets with the joining header.
            joined: Whether they begin with a joining header.
        """
        tail = self._joined if joined else self._single
        body = b"%b%d%b%c%b" % (self._head, phone, tail, len(octets), octets)
        return _HEADER.pack(_HEADER.size + len(body), SUBMIT_SM, 0, sequence) + body


class Delivered(NamedTuple):
    """What a deliver_sm brings, receipt or text of a person."""

    source: str
    destination: str
    esm_class: int
    data_coding: int
    octets: bytes
    tlvs: Mapping[int, bytes]


def read_deliver(body: bytes) -> Delivered:
    """Read the body of a deliver_sm; a text in a message_payload stands in for an empty short_message.

    Raises:
        PduError: It is cut short, or a length in it points outside.
    """
    _service, at = _text(body, 0)
    source, at = _text(body, at + 2)
    destination, at = _text(body, at + 2)
    esm_class = _octet(body, at)
    _schedule, at = _text(body, at + 3)
    _validity, at = _text(body, at)
    data_coding, length = _octet(body, at + 2), _octet(body, at + 4)
    at += 5
    octets = body[at : at + length]
    if len(octets) < length:
        raise PduError("a short_message that is longer than its PDU")
    tlvs = _tlvs(body, at + length)
    if not octets:
        octets = tlvs.get(TAG_MESSAGE_PAYLOAD, b"")
    return Delivered(source, destination, esm_class, data_coding, octets, tlvs)


def _tlvs(body: bytes, at: int) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while at < len(body):
        if len(body) - at < _TLV.size:
            raise PduError("octets after the last parameter")
        tag, length = _TLV.unpack_from(body, at)
        at += _TLV.size
        if len(body) - at < length:
            raise PduError("a parameter that is longer than its PDU")
        found[tag] = body[at : at + length]
        at += length
    return found


def _text(body: bytes, at: int) -> tuple[str, int]:
    """A text that ends with a zero, and where the next field begins."""
    end = body.find(0, at)
    if end < 0:
        raise PduError("a text without its end")
    return body[at:end].decode("latin-1"), end + 1


def _octet(body: bytes, at: int) -> int:
    if at >= len(body):
        raise PduError("a PDU that is cut short")
    return body[at]
