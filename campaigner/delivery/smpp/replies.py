"""What people write back, in deliver_sm: who, which part of what, and how its octets are read."""

from campaigner.delivery.links.parts import ALONE, read_udh
from campaigner.delivery.links.replies import ReplyPart
from campaigner.delivery.smpp import pdu
from campaigner.domain.phone import PhoneFault, parse_phone

_LATIN = 3
_BINARY = frozenset({2, 4})
_SAR = (pdu.TAG_SAR_REFERENCE, pdu.TAG_SAR_TOTAL, pdu.TAG_SAR_NUMBER)


def decode(octets: bytes, data_coding: int) -> str:
    """The text of a reply.

    SMSCs label Chinese texts wrongly: under any label but Latin-1 and UCS-2, the first of ASCII, UTF-8 and GB 18030
    that fits is taken, so that a 退订 is not missed.
    """
    if data_coding == pdu.UCS2:
        return octets.decode("utf-16-be", "replace")
    if data_coding != _LATIN:
        for charset in ("ascii", "utf-8", "gb18030"):
            try:
                return octets.decode(charset)
            except UnicodeDecodeError:
                continue
    return octets.decode("latin-1")


def read_reply(delivered: pdu.Delivered) -> ReplyPart | str:
    """What a deliver_sm, no receipt, brings of a reply; or a note why it is left out."""
    phone = parse_phone(delivered.source)
    if isinstance(phone, PhoneFault) or not phone:
        return "a reply from a number that is no mobile number of the mainland was left out"
    if delivered.data_coding in _BINARY:
        return "a reply that is no text was left out"
    joint, octets = ALONE, delivered.octets
    sar = [delivered.tlvs.get(tag, b"") for tag in _SAR]
    if delivered.esm_class & pdu.UDH_INDICATOR and octets:
        joint, octets = read_udh(octets)
    elif all(sar):
        reference, total, number = (int.from_bytes(value) for value in sar)
        joint = reference, total, number
    return ReplyPart(phone, delivered.destination, joint, octets, delivered.data_coding)
