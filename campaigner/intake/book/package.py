"""XLSX files taken apart: sheets, number formats, shared texts, merged cells; nothing is unpacked whole."""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import IO, Any

import pyarrow as pa

from campaigner.intake.book.markup import SharedTexts, SheetError, texts_of, walk
from campaigner.intake.book.sheet import COLUMNS, ROWS, Merged, Strings
from campaigner.intake.book.shown import Format, built_in, parse_format
from campaigner.intake.faults import FileFault

UNPACKED = 1 << 30
"""Bytes to which a workbook may unpack."""
RATIO = 200
"""How many times its packed size a part beyond `SMALL_PART` may unpack to; sheets reach about 20."""
SMALL_PART = 16 << 20
PIECE = 1 << 20
"""Bytes that are looked at together."""
MOST_MERGED = 1_000_000
"""Ranges of merged cells that a sheet may have."""

_OTHERS = frozenset({"xl/workbook.bin", "content.xml"})
"""Parts by which other programs would take the package for another kind."""
_BOOK = "xl/workbook.xml"
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6}):\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
_END = b"</sheetData>"
_MERGE = re.compile(rb"<mergeCell\s[^>]*?ref=\"([A-Z0-9:$]+)\"")


_DAMAGE = (
    SheetError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError, RuntimeError, struct.error,
)  # fmt: skip
"""What a damaged package makes of itself: RuntimeError for a password, LookupError for another kind of package."""


def column_number(letters: str) -> int:
    """0-based column by its letters."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("@")
    return number - 1


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet as the workbook names it.

    Args:
        name: As its tab shows it.
        path: Where it is kept in the package.
        hidden: Whether its tab is not shown.
    """

    name: str
    path: str
    hidden: bool


@dataclass(slots=True)
class _Styles:
    """What a parser meets in the part of styles."""

    codes: dict[int, Format] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    within: bool = False

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "cellXfs":
            self.within = True
        elif name == "numFmt":
            self.codes[int(attributes["numFmtId"])] = parse_format(attributes.get("formatCode", ""))
        elif name == "xf" and self.within:
            self.numbers.append(int(attributes.get("numFmtId", "0")))

    def closed(self, name: str) -> None:
        if name == "cellXfs":
            self.within = False


@dataclass(slots=True)
class _Book:
    """What a parser meets in the part of the workbook itself."""

    sheets: list[tuple[str, str, bool]] = field(default_factory=list)
    since_1904: bool = False

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith((":id", " id"))), "")
            hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", ""), relation, hidden))
        elif name == "workbookPr":
            self.since_1904 = attributes.get("date1904", "0") in {"1", "true"}

    def closed(self, _name: str) -> None:
        """Nothing ends that counts."""


@dataclass(slots=True)
class _Relations:
    """What a parser meets in a part of relations: identifier -> kind and target."""

    targets: dict[str, tuple[str, str]] = field(default_factory=dict)

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = posixpath.normpath(posixpath.join("xl", attributes.get("Target", ""))).lstrip("/")
            self.targets[attributes.get("Id", "")] = kind, target

    def closed(self, _name: str) -> None:
        """Nothing ends that counts."""


class Package:
    """An XLSX file, held packed.

    Args:
        data: Its bytes.

    Raises:
        FileFault: It is damaged, has a password, is another kind of package, or would unpack to too much.
    """

    def __init__(self, data: bytes) -> None:
        with faults():
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            names = set(self._zip.namelist())
            if _BOOK not in names or _OTHERS & names:
                raise SheetError
            _check_sizes(self._zip.infolist())
            book, relations = _Book(), _Relations()
            self._walk(_BOOK, book)
            self._walk("xl/_rels/workbook.xml.rels", relations)
            self.since_1904 = book.since_1904
            self._kinds = {kind: target for kind, target in relations.targets.values() if target in names}
            self.parts: Sequence[Part] = tuple(
                Part(name, relations.targets[relation][1], hidden)
                for name, relation, hidden in book.sheets
                if relations.targets[relation][0] == "worksheet"
            )
            """Its sheets of cells, in order."""

    @cached_property
    def formats(self) -> Sequence[Format]:
        """The number format of each style of cells."""
        path = self._kinds.get("styles")
        styles = _Styles()
        with faults():
            if path:
                self._walk(path, styles)
        return tuple(styles.codes.get(number) or built_in(number) for number in styles.numbers)

    @cached_property
    def strings(self) -> Strings:
        """The texts that its sheets share."""
        path = self._kinds.get("sharedStrings")
        with faults():
            return Strings(
                pa.chunked_array(list(self._strings(path)), pa.string()).combine_chunks()
                if path
                else pa.array([], pa.string())
            )

    def open(self, path: str) -> IO[bytes]:
        """A part, to be read to its end; it unpacks to no more than it may."""
        return io.BufferedReader(_Limited(self._zip.open(path)), PIECE)

    def merged(self, path: str) -> Sequence[Merged]:
        """The merged cells of a sheet, from the top; they stand behind its rows, which are unpacked on the way.

        Args:
            path: Where the sheet is kept.
        """
        with faults(), self.open(path) as stream:
            tail, before, found = b"", b"", False
            while piece := stream.read(PIECE):
                if found:
                    tail += piece
                    if len(tail) > SMALL_PART << 2:
                        raise SheetError
                    continue
                text = before + piece
                if (at := text.find(_END)) >= 0:
                    tail, found = text[at:], True
                before = text[-len(_END) :]
            if not found or (b"<mergeCell" not in tail and b":mergeCell" not in tail):
                return () if found else self._merged_slowly(path)
            ranges = [match.decode() for match in _MERGE.findall(tail)]
            if len(ranges) != tail.count(b"mergeCell ") or len(ranges) > MOST_MERGED:
                return self._merged_slowly(path)
        return _sorted(ranges)

    def _merged_slowly(self, path: str) -> Sequence[Merged]:
        """The same of a sheet that is written as nobody writes it."""
        ranges = _Ranges()
        self._walk(path, ranges)
        return _sorted(ranges.found)

    def _walk(self, path: str, walker: Any) -> None:
        """Have a part's elements, by their local names, opened and closed."""
        with self.open(path) as stream:
            walk(stream, walker)

    def _strings(self, path: str) -> Iterator[Any]:
        """The shared texts, piece by piece."""
        with self.open(path) as stream:
            head = stream.read(PIECE)
        if b"<sst" not in head[:2048] or re.search(rb"encoding=[\"'](?!utf-?8)", head[:128], re.IGNORECASE):
            slow = SharedTexts()
            self._walk(path, slow)
            yield pa.array(slow.found, pa.string())
            return
        with self.open(path) as stream:
            rest = b""
            while True:
                piece = stream.read(PIECE)
                text = rest + piece
                cut = text.rfind(b"</si>") + 5 if piece else len(text)
                if cut < 5 and piece:  # noqa: PLR2004 - the length of the tag, so that none was found
                    if len(text) > SMALL_PART << 2:
                        raise SheetError
                    rest = text
                    continue
                yield texts_of(text[:cut])
                rest = text[cut:]
                if not piece:
                    return


@dataclass(slots=True)
class _Ranges:
    """What a parser meets of merged cells."""

    found: list[str] = field(default_factory=list)

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "mergeCell" and len(self.found) <= MOST_MERGED:
            self.found.append(attributes.get("ref", ""))

    def closed(self, _name: str) -> None:
        """Nothing ends that counts."""


def _sorted(ranges: Sequence[str]) -> Sequence[Merged]:
    if len(ranges) > MOST_MERGED:
        raise SheetError
    found = []
    for text in ranges:
        match = _RANGE.fullmatch(text)
        if match:
            one = Merged(int(match[2]), int(match[4]), column_number(match[1]), column_number(match[3]))
            if one.first <= one.last <= ROWS and one.left <= one.right < COLUMNS:
                found.append(one)
    return tuple(sorted(found))


class faults:  # noqa: N801 - used as a statement
    """Turns whatever a damaged package makes of itself into one fault."""

    def __enter__(self) -> None:
        """Nothing yet."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, _DAMAGE):
            raise FileFault("workbook-damaged") from error


def _check_sizes(parts: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse stated sizes that no sheet has, before anything is unpacked."""
    stated = sum(part.file_size for part in parts)
    dense = any(part.file_size > max(SMALL_PART, RATIO * part.compress_size) for part in parts)
    if stated > UNPACKED or dense:
        raise FileFault("workbook-too-large", reason=f"{stated >> 20} MiB")


class _Limited(io.RawIOBase):
    """A part that must not unpack to more than it may, whatever it says of itself."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._unpacked = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        piece = self._stream.read(len(buffer))
        self._unpacked += len(piece)
        if self._unpacked > UNPACKED:
            raise FileFault("workbook-too-large", reason=f"> {UNPACKED >> 20} MiB")
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Close the part beneath, too."""
        self._stream.close()
        super().close()
