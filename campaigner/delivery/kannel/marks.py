"""Marks that come back in the address of a receipt: which message of ours, and that we wrote it."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

from campaigner.delivery.gateway import Outgoing

_TAG_BYTES = 6
_LONGEST_MARK = 4096


class Marks:
    """Writes and reads marks; the same password reads them again after a restart, days later.

    A receipt may come two days after its message, to another process than the one that sent it. So a mark holds all
    that is needed: for each message its number, and a keyed hash over number and phone. Whoever does not know the
    password cannot write one, and none of them shows a phone.

    Args:
        password: The secret that Kannel shares with us.
    """

    def __init__(self, password: str) -> None:
        key = hashlib.blake2b(password.encode(), digest_size=32, person=b"kannel receipts").digest()
        self._keyed = hashlib.blake2b(key=key, digest_size=_TAG_BYTES)

    def write(self, messages: Iterable[Outgoing]) -> str:
        """The mark of messages that go in one request; safe in a URL."""
        return ",".join(f"{message.id:x}.{self._tag(message.id, message.phone)}" for message in messages)

    def read(self, mark: str, phone: int) -> int:
        """Our number of the message that went to a phone; 0 if this is no mark of ours for that phone."""
        if len(mark) > _LONGEST_MARK or not mark.isascii():
            return 0
        for entry in mark.split(","):
            digits, _, tag = entry.partition(".")
            number = _number(digits)
            if number and hmac.compare_digest(tag, self._tag(number, phone)):
                return number
        return 0

    def _tag(self, number: int, phone: int) -> str:
        return self._hash(f"{number}:{phone}")

    def _hash(self, text: str) -> str:
        keyed = self._keyed.copy()
        keyed.update(text.encode())
        return base64.urlsafe_b64encode(keyed.digest()).decode()


def _number(digits: str) -> int:
    """A positive number of at most 64 bits in hexadecimal digits; 0 for anything else."""
    try:
        number = int(digits, 16)
    except ValueError:
        return 0
    return number if 0 < number < 1 << 63 else 0
