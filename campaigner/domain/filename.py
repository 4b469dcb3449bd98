"""Names of files as file systems take them: measured in bytes, cut between characters."""

import hashlib
import re
import unicodedata

MOST_BYTES = 140
"""Bytes of a name that any file system takes: most take 255, those that encrypt names 143."""
DRAFT_ENDING = ".partial"
"""Ends the name, behind a leading dot, of what is written out of sight and shown when it is whole."""
_MOST_SUFFIX = 16
_DIGEST_BYTES = 5
_UNFIT = re.compile(
    r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]+'
)
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_MOST_NAME = 200
"""Bytes of a name; numbers, an ending and the signs of a draft stand around it, and 255 is what a disk takes."""


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


def draft_name(name: str) -> str:
    """What something is called while it is written; of a pattern of names, a pattern of those."""
    return f".{name}{DRAFT_ENDING}"


def safe_name(text: str, fallback: str = "未分组") -> str:
    """A name from somebody's data as one file name.

    It has no separators, no leading dot, nothing that turns a line around, and is no device of Windows.
    """
    name = cut(_UNFIT.sub("_", text).strip(" .")[:80], _MOST_NAME).rstrip(" .")
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    return name or fallback
