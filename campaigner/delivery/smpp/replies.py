"""What people write back, in deliver_sm: decoded, and put together where it came in parts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from campaigner.delivery.live import Reply
from campaigner.delivery.smpp import pdu
from campaigner.domain.phone import PhoneFault, parse_phone

_PATIENCE = 300.0
"""Seconds that the first parts of a reply wait for the others."""
_MOST_WAITING = 1_000
_LATIN = 3
_BINARY = frozenset({2, 4})
_UDH_SHORT, _UDH_LONG = (0, 3), (8, 4)
"""Element and length of a joining header with a reference of 8 or 16 bits (3GPP TS 23.040, 9.2.3.24)."""


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


_Key = tuple[int, str, int, int]
"""From whom, to whom, the carrier's reference, how many parts."""


@dataclass(slots=True)
class _Waiting:
    """Parts of one reply that have come so far."""

    since: float
    phone: int
    to: str
    texts: dict[int, str] = field(default_factory=dict)

    def reply(self) -> Reply:
        return Reply(self.phone, self.to, "".join(text for _number, text in sorted(self.texts.items())))


class Replies:
    """Makes replies of what deliver_sm PDUs bring; parts of a longer one wait for each other."""

    def __init__(self) -> None:
        self._waiting: dict[_Key, _Waiting] = {}
        self._whole: dict[_Key, _Waiting] = {}
        self.part: tuple[_Key, Reply] | None = None
        """What came last, if that was a part of a reply which is not whole yet, and what joins it to the others."""

    def take(self, delivered: pdu.Delivered, now: float) -> tuple[list[Reply], str]:
        """Take one deliver_sm.

        Args:
            delivered: The deliver_sm, no receipt.
            now: Seconds of a steady clock.

        Returns:
            The replies that are whole now, and a note if this one is left out.
        """
        self.part = None
        phone = parse_phone(delivered.source)
        if isinstance(phone, PhoneFault) or not phone:
            return [], "a reply from a number that is no mobile number of the mainland was left out"
        if delivered.data_coding in _BINARY:
            return [], "a reply that is no text was left out"
        (reference, total, number), octets = _place(delivered)
        text = decode(octets, delivered.data_coding)
        if not 1 <= number <= total or total == 1:
            return [Reply(phone, delivered.destination, text)], ""
        key = (phone, delivered.destination, reference, total)
        waiting = self._waiting.setdefault(key, _Waiting(now, phone, delivered.destination))
        waiting.texts[number] = text
        if len(waiting.texts) == total:
            self._whole[key] = self._waiting.pop(key)
            return [waiting.reply()], ""
        self.part = key, Reply(phone, delivered.destination, text, whole=False)
        return list(self._crowded()), ""

    def whole(self) -> tuple[list[_Key], Callable[[bool], None]]:
        """What joined the parts of replies that became whole, and what to call when it is known if these are kept.

        If not, their parts come again, perhaps not all of them: those that are here wait for them once more.
        """
        whole, self._whole = self._whole, {}

        def then(good: bool) -> None:
            if not good:
                self._waiting = whole | self._waiting

        return list(whole), then

    def overdue(self, now: float) -> list[Reply]:
        """Replies of which a part has not come for too long, with the parts that have."""
        keys = [key for key, waiting in self._waiting.items() if waiting.since <= now - _PATIENCE]
        return [self._waiting.pop(key).reply() for key in keys]

    def rest(self) -> list[Reply]:
        """Whatever still waits, as it is."""
        found = [waiting.reply() for waiting in self._waiting.values()]
        self._waiting.clear()
        return found

    def _crowded(self) -> Iterator[Reply]:
        while len(self._waiting) > _MOST_WAITING:
            yield self._waiting.pop(next(iter(self._waiting))).reply()


def _place(delivered: pdu.Delivered) -> tuple[tuple[int, int, int], bytes]:
    """(reference, parts in all, number of this one) and the octets of its text."""
    octets, tlvs = delivered.octets, delivered.tlvs
    if delivered.esm_class & pdu.UDH_INDICATOR and octets:
        end = 1 + octets[0]
        return _joining(octets[1:end]), octets[end:]
    sar = [tlvs.get(tag, b"") for tag in (pdu.TAG_SAR_REFERENCE, pdu.TAG_SAR_TOTAL, pdu.TAG_SAR_NUMBER)]
    if all(sar):
        reference, total, number = (int.from_bytes(value) for value in sar)
        return (reference, total, number), octets
    return (0, 1, 1), octets


def _joining(header: bytes) -> tuple[int, int, int]:
    """What a user data header says of joining; (0, 1, 1) where it says nothing of it."""
    at = 0
    while at + 2 <= len(header):
        kind, length = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + length]
        if (kind, length) in (_UDH_SHORT, _UDH_LONG) and len(value) == length:
            return int.from_bytes(value[:-2]), value[-2], value[-1]
        at += 2 + length
    return 0, 1, 1
