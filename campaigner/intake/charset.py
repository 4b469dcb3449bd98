"""In which character set and with which delimiter a text file is written, told from the file itself."""

import codecs
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from campaigner.intake.lines import rows_of

SAMPLE = 1 << 20
"""Bytes that are looked at together; a file that begins with more ASCII than that is looked at further on."""
DELIMITERS = (",", "\t", ";", "，", "；", "|")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class TextForm:
    """How the bytes of a text file become cells.

    Args:
        charset: Python's name of the character set.
        delimiter: One character.
    """

    charset: str
    delimiter: str = ","

    @property
    def errors(self) -> str:
        """What undecodable bytes become: something no clean text has, so that the cell is found later."""
        return "replace" if self.charset == "utf-16" else "surrogateescape"


def charset_of(path: Path) -> str:
    """The character set: by byte order mark, else UTF-8 or GB18030, whichever reads it with fewer faults."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
        for mark, charset in _MARKS:
            if sample.startswith(mark):
                return charset
        while sample and sample.isascii():
            sample = file.read(SAMPLE)
    utf8, gb18030 = _faults(sample, "utf-8"), _faults(sample, "gb18030")
    return "gb18030" if gb18030 < utf8 else "utf-8"


def _faults(sample: bytes, charset: str) -> int:
    """How many characters of the sample cannot be read; one cut off at the end is not counted."""
    decoder = codecs.getincrementaldecoder(charset)("replace")
    return decoder.decode(sample).count("\ufffd")


def first_rows(path: Path, form: TextForm, count: int) -> list[tuple[int, list[str]]]:
    """Physical line and cells of the first rows of a file."""
    with path.open("rb") as file:
        # A cut character at the end of the sample spoils at most a row that is not asked for.
        text = io.TextIOWrapper(io.BytesIO(file.read(SAMPLE)), form.charset, form.errors, newline="")
        return [(row.line, row.cells) for row in islice(rows_of(text, form.delimiter), count)]


def form_of(path: Path, known_headers: Callable[[Sequence[str]], int], count: int) -> TextForm:
    """Character set and delimiter of a file; the delimiter is the one that gives the most known headers.

    Args:
        path: The file.
        known_headers: How many cells of a row are known headers.
        count: How many rows may hold the header line.
    """
    charset = charset_of(path)
    best, form = 0, TextForm(charset)
    for delimiter in DELIMITERS:
        tried = TextForm(charset, delimiter)
        score = max((known_headers(cells) for _, cells in first_rows(path, tried, count)), default=0)
        if score > best:
            best, form = score, tried
    return form
