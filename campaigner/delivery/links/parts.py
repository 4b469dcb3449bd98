"""A text cut into the parts that go over the air, UCS-2, and what joins them: 3GPP TS 23.040, 9.2.3.24.1."""

from campaigner.domain.sms import JOINED, SINGLE

_LEADS = range(0xD8, 0xDC)
"""First octets of the first half of a surrogate pair in UTF-16-BE."""


def split(text: str) -> list[bytes]:
    """The parts of a text as UTF-16-BE, without their joining headers, cut as `domain.sms.split` counts them.

    Args:
        text: The finished text.

    Returns:
        One part of at most 70 units (140 octets), or several of at most 67 (134 octets); no surrogate pair is cut.
    """
    octets = text.encode("utf-16-be", "surrogatepass")
    if len(octets) <= 2 * SINGLE:
        return [octets]
    pieces, start = [], 0
    while start < len(octets):
        end = start + 2 * JOINED
        if end < len(octets) and octets[end - 2] in _LEADS:
            end -= 2
        pieces.append(octets[start:end])
        start = end
    return pieces


def udh(reference: int, count: int, number: int) -> bytes:
    """The six octets before each part of a longer text, by which the phone joins the parts.

    Args:
        reference: The same for all parts of a text; its low eight bits are used.
        count: How many parts there are, 2 to 255.
        number: Which one this is, from 1.
    """
    return bytes((5, 0, 3, reference & 0xFF, count, number))


Joint = tuple[int, int, int]
"""By what parts of a text are joined: their reference, how many there are, which one this is."""
ALONE: Joint = (0, 1, 1)
"""What is no part of anything."""
_JOINING = frozenset({(0, 3), (8, 4)})
"""Element and length of a joining header with a reference of 8 or 16 bits."""


def read_udh(content: bytes) -> tuple[Joint, bytes]:
    """What the user data header before a text says of joining, and the text behind it."""
    if not content:
        return ALONE, b""
    end = content[0] + 1
    header, at = content[1:end], 0
    while at + 2 <= len(header):
        kind, length = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + length]
        if (kind, length) in _JOINING and len(value) == length:
            return (int.from_bytes(value[:-2]), value[-2], value[-1]), content[end:]
        at += 2 + length
    return ALONE, content[end:]
