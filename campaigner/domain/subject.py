"""A person who asks what is kept of him: named in the log by a keyed hash, never by his number."""

import hashlib
from collections.abc import Iterable


def pseudonym(salt: bytes, phone: int) -> str:
    """What stands in the log for a phone: the same for the same phone, and nothing without the store's secret.

    Args:
        salt: Secret of this store, 16 to 64 bytes.
        phone: The phone; or the key of a row, for whoever is written to by letter.
    """
    return hashlib.blake2b(str(phone).encode(), key=salt, digest_size=8, person=b"subject").hexdigest()


def mark_of(salt: bytes, phones: Iterable[int]) -> int:
    """Sum of keyed hashes of phones, modulo 2**128: other phones have another sum, in whatever order they come.

    Args:
        salt: Secret of this store, 16 to 64 bytes.
        phones: The phones.
    """
    start = hashlib.blake2b(key=salt, digest_size=16, person=b"refusal")
    total = 0
    for phone in phones:
        one = start.copy()
        one.update(b"%d" % phone)
        total += int.from_bytes(one.digest())
    return total % (1 << 128)
