"""A person who asks what is kept of him: named in the log by a keyed hash, never by his number."""

import hashlib


def pseudonym(salt: bytes, phone: int) -> str:
    """What stands in the log for a phone: the same for the same phone, and nothing without the store's secret.

    Args:
        salt: Secret of this store, 16 to 64 bytes.
        phone: The phone; or the key of a row, for whoever is written to by letter.
    """
    return hashlib.blake2b(str(phone).encode(), key=salt, digest_size=8, person=b"subject").hexdigest()
