"""Looking through files for one person: his number however it is written, his name and his identity card."""

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

_LARGEST = 256 << 20
"""Bytes of a file that is still looked through."""
_CODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
_BETWEEN = "- \u00a0\u2010\u2011\u2012\u2013\u2014\u3000"
"""What stands between the digits of a number, one at a time."""
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_CLOSED = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".xls", ".doc", ".wps", ".et"})
"""Endings of files whose text does not stand in them as it reads."""
_SHORTEST_NAME = 2


class Seen(NamedTuple):
    """What a look into a file came to.

    Args:
        phone: Whether the number stands in it.
        marks: Whether a name or card stands in it.
        whole: Whether all of it could be looked through.
    """

    phone: bool
    marks: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for.

    Args:
        digits: The number as text, with its digits in groups or wide.
        phone: The same in the bytes of a file, in whatever coding.
        marks: Names and cards in the bytes of a file; None if none is known.
        known: The names and cards.
    """

    digits: re.Pattern[str]
    phone: re.Pattern[bytes]
    marks: re.Pattern[bytes] | None
    known: tuple[str, ...] = field(default=(), repr=False)

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the number stands in a text: (start, end)."""
        return (match.span() for match in self.digits.finditer(text))

    def into(self, path: Path) -> Seen:
        """Look into one file, and at its name."""
        name = path.name.encode("utf-8", "surrogateescape")
        phone = self.phone.search(name) is not None
        marks = self.marks is not None and self.marks.search(name) is not None
        try:
            for content in _contents(path):
                phone = phone or self.phone.search(content) is not None
                marks = marks or (self.marks is not None and self.marks.search(content) is not None)
        except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, NotImplementedError):
            # Damaged, locked with a password, or too large: what could be read counts.
            return Seen(phone, marks, whole=False)
        return Seen(phone, marks, whole=path.suffix.lower() not in _CLOSED)


def search_for(phone: int, marks: Iterable[str] = ()) -> Search:
    """What finds one phone, and the names and cards of those to whom lists give it.

    Args:
        phone: The phone.
        marks: Names and numbers of identity cards; one letter alone is no name.
    """
    text = f"[{_BETWEEN}]?".join(f"[{digit}{digit.translate(_WIDE)}]" for digit in str(phone))
    known = sorted({mark for mark in marks if len(mark) >= _SHORTEST_NAME})
    coded = {re.escape(mark.encode(coding)) for mark in known for coding in _CODINGS}
    return Search(
        re.compile(text),
        re.compile(b"|".join(_in(coding, str(phone)) for coding in _CODINGS)),
        re.compile(b"|".join(sorted(coded))) if coded else None,
        tuple(known),
    )


def _in(coding: str, digits: str) -> bytes:
    between = b"|".join(re.escape(sign.encode(coding)) for sign in _BETWEEN)
    each = [
        b"(?:" + b"|".join(re.escape(form.encode(coding)) for form in (digit, digit.translate(_WIDE))) + b")"
        for digit in digits
    ]
    return (b"(?:" + between + b")?").join(each)


def _contents(path: Path) -> Iterator[bytes]:
    """What is in a file; of a ZIP, such as a worksheet, what is in each file of it.

    Raises:
        OSError: It cannot be read, or is too large.
        zipfile.BadZipFile: It is damaged; so are the other errors that `Search.into` knows.
    """
    if path.stat().st_size > _LARGEST:
        raise OSError("too large")
    if not zipfile.is_zipfile(path):
        yield path.read_bytes()
        return
    with zipfile.ZipFile(path) as packed:
        for one in packed.infolist():
            if one.file_size > _LARGEST:
                raise OSError("too large")
            yield packed.read(one)
