"""What stands in the log for a person, or for the name of a file: a keyed hash, never a number or a name."""

import hashlib
import re
import unicodedata
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


_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}")


def file_mark(salt: bytes, name: str) -> str:
    """What stands in the log for a file that others have named: its ending, and the same letters for the same name.

    People call files after those who stand in them, `查询13800138000张三.csv`; no rule tells a name from another word.

    Args:
        salt: Secret of this store, 16 to 64 bytes.
        name: Name of the file, without its folder.
    """
    plain = unicodedata.normalize("NFC", name).encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(plain, key=salt, digest_size=8, person=b"file").hexdigest()
    _stem, dot, last = name.rpartition(".")
    ending = f".{last}" if dot and _ENDING.fullmatch(f".{last}") else ""
    return f"*{ending}#{digest.translate(_LETTERS)}"
