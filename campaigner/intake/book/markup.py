"""Parts of a workbook as XML: elements one after the other, and texts without their escapes."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any
from xml.parsers import expat

import numpy as np
import pyarrow as pa

from campaigner.intake.book.sheet import picked

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ITEM = re.compile(r"<si><t(?: xml:space=\"preserve\")?>([^<]*)</t></si>")


class SheetError(Exception):
    """A part that claims to be a sheet cannot be read as one."""


def is_literal(piece: bytes) -> bool:
    """Whether texts stand in a piece as they are: no entity, no escape, nothing that its parser would change.

    Args:
        piece: Bytes of a part, in UTF-8.

    Raises:
        UnicodeDecodeError: They are not in UTF-8.
    """
    piece.decode()
    return not any(mark in piece for mark in (b"&", b"\r", b"_x", b"\x00", b"<!"))


def texts_of(piece: bytes) -> Any:
    """The texts of a piece of the shared ones that holds whole ones, as Arrow has them.

    Args:
        piece: The bytes.

    Raises:
        SheetError: It is no XML.
    """
    made = _literal_texts(piece[max(0, piece.find(b"<si>")) : piece.rfind(b"</si>") + 5])
    return pa.array(_texts_one_by_one(piece), pa.string()) if made is None else made


def _literal_texts(piece: bytes) -> Any:
    """The same where each is written as programs write a plain text; None where one is not."""
    text = np.frombuffer(piece + bytes(8), dtype=np.uint8)
    at = np.flatnonzero(text == ord("<"))
    if not len(at) or len(at) % 4 or not is_literal(piece):
        return None
    for number, name in enumerate((b"<si>", b"<t", b"</t>", b"</si>")):
        mine = at[number::4]
        if any((text[mine + n] != character).any() for n, character in enumerate(name)):
            return None
    ends = np.append(np.flatnonzero(text == ord(">")), len(piece))
    begin = ends[np.searchsorted(ends, at[1::4])]
    tag = text[at[1::4] + 2]
    if ((tag != ord(">")) & (tag != ord(" "))).any() or (text[begin - 1] == ord("/")).any():
        return None
    count = len(begin)
    return picked(text, begin + 1, at[2::4], np.arange(count), count)


def _texts_one_by_one(piece: bytes) -> list[str]:
    text = piece.decode()
    count = text.count("<si>") + text.count("<si ") + text.count("<si/")
    if not count:
        return []
    found: list[str] = _ITEM.findall(text)
    if len(found) != count or "<!" in text:
        start = text.find("<si")
        end = text.rfind("</si>") + 5 if "</si>" in text else text.rfind("/>") + 2
        shared = SharedTexts()
        walk(io.BytesIO(f"<sst>{text[start:end]}</sst>".encode()), shared)
        return shared.found
    if "&" in text or "_x" in text or "\r" in text:
        found = [unescaped(one) for one in found]
    return found


_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]{1,6})|#([0-9]{1,7})|([A-Za-z]+));")


def unescaped(text: str) -> str:
    """The text of an element as its parser would give it, with the spreadsheet's own escapes taken out."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    return plain(text)


def _entity(match: re.Match[str]) -> str:
    if match[3]:
        if match[3] not in _ENTITIES:
            raise SheetError
        return _ENTITIES[match[3]]
    return _character(int(match[1], 16) if match[1] else int(match[2]))


def _character(number: int) -> str:
    """A character by its number; surrogates are none."""
    if 0xD800 <= number < 0xE000 or number > 0x10FFFF:  # noqa: PLR2004 - where Unicode has no characters
        return "\ufffd"
    return chr(number)


def plain(text: str) -> str:
    """A text without the spreadsheet's own escapes, such as `_x000D_` (ECMA-376, part 1, 22.9.2.19)."""
    return _ESCAPED.sub(lambda match: _character(int(match[1], 16)), text) if "_x" in text else text


@dataclass(slots=True)
class SharedTexts:
    """What a parser meets in the part of shared texts; how something is read aloud is left out."""

    found: list[str] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _text: bool = False
    _aloud: bool = False

    def opened(self, name: str, _attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if name == "si":
            self._pieces = []
        self._aloud = self._aloud or name == "rPh"
        self._text = name == "t" and not self._aloud

    def closed(self, name: str) -> None:
        """An element ends."""
        self._text = False
        if name == "rPh":
            self._aloud = False
        elif name == "si":
            self.found.append(plain("".join(self._pieces)))

    def said(self, text: str) -> None:
        """Text within an element."""
        if self._text:
            self._pieces.append(text)


def walk(stream: IO[bytes], walker: Any) -> None:
    """Have the elements of an XML part opened and closed, by their local names.

    Args:
        stream: The part.
        walker: Has `opened` and `closed`, and perhaps `said` for texts.

    Raises:
        SheetError: It is no XML, or declares a type of document.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: walker.opened(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: walker.closed(name.rpartition(":")[2])
    if hasattr(walker, "said"):
        parser.CharacterDataHandler = walker.said
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.ParseFile(stream)
    except (expat.ExpatError, ValueError, LookupError, KeyError) as error:
        # Besides its own error: a character set that is none, a number that is none, an attribute that is not there.
        raise SheetError from error


def refuse(*_declared: object) -> None:
    """No part declares a type of document; entities could make more of it than it is."""
    raise SheetError
