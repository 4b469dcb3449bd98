"""Names of files as file systems take them: measured in bytes, cut between characters."""

import hashlib
import unicodedata

MOST_BYTES = 140
"""Bytes of a name that any file system takes: most take 255, those that encrypt names 143."""
_MOST_SUFFIX = 16
_DIGEST_BYTES = 5


def size_of(name: str) -> int:
    """Bytes of a name on the disk, in UTF-8."""
    return len(name.encode("utf-8", "surrogatepass"))


def cut(text: str, most: int) -> str:
    """The beginning of a text, in at most so many bytes of UTF-8; no character is split, nor parted from its marks.

    Args:
        text: Any text.
        most: Bytes.
    """
    left, end = most, 0
    for place, character in enumerate(text):
        left -= size_of(character)
        if left < 0:
            break
        end = place + 1
    while 0 < end < len(text) and unicodedata.combining(text[end]):
        end -= 1
    return text[:end]


def shortened(name: str, most: int = MOST_BYTES) -> str:
    """A file's name in at most so many bytes; what is too long keeps its beginning, its ending and a mark of the whole.

    Two long names that differ anywhere give two names.

    Args:
        name: One file name, without folders.
        most: Bytes; at least 40.
    """
    if size_of(name) <= most:
        return name
    stem, dot, suffix = name.rpartition(".")
    ending = dot + suffix
    if not stem or size_of(ending) > _MOST_SUFFIX:
        stem, ending = name, ""
    whole = name.encode("utf-8", "surrogatepass")
    mark = "~" + hashlib.blake2b(whole, digest_size=_DIGEST_BYTES).hexdigest()
    return cut(stem, most - len(mark) - size_of(ending)).rstrip(" .") + mark + ending
