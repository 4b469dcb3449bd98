"""On which line each key of a TOML text stands.

The standard library tells no place of a value, and a clerk cannot correct what has no line. So a text that it
accepts is walked once more for its keys; the walk relies on the syntax being right and looks at no value.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
Place = tuple[int | None, int | None]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")'
    r"|'''(?:.*?)'{3,5}(?!')"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_GAP = re.compile(r"(?:\\[ \t]*\n[ \t\n]*)+")
_CHARACTER = re.compile(rf"(?:{_GAP.pattern})?(?:\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}}|\\.|.)", re.DOTALL)
"""One character of a text in double quotes, as it may be written."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the keys of one TOML text stand.

    Args:
        known: Path of keys and list indexes -> 1-based line and column of the key, or of a list's entry.
        text: The whole text.
        quoted: Path of a key -> where its text in quotes begins and ends in `text`, from 0.
        lost: Paths of the keys that stand there with a value that cannot be read.
    """

    known: dict[Path, tuple[int, int]] = field(default_factory=dict)
    text: str = ""
    quoted: dict[Path, tuple[int, int]] = field(default_factory=dict)
    lost: frozenset[Path] = frozenset()

    def of(self, *path: str | int) -> Place:
        """Line and column of a key, or of the nearest known one around it; (1, None) is the file as a whole.

        Args:
            path: Keys from the root; an entry of a list or of `[[tables]]` by its index, from 0.
        """
        for length in range(len(path), 0, -1):
            if path[:length] in self.known:
                return self.known[path[:length]]
        return 1, None

    def named(self, deepest: int) -> Iterator[tuple[str, ...]]:
        """The paths of all keys that stand in no list.

        Args:
            deepest: How many keys a path has at the most.
        """
        for path in self.known:
            names = tuple(part for part in path if isinstance(part, str))
            if len(names) == len(path) <= deepest:
                yield names

    def inside(self, at: int, *path: str | int) -> Place:
        """Line and column of a character of a text, or of the nearest one around; of the key where there is none.

        Args:
            at: Place of the character in the text's value, from 0.
            path: Keys from the root.
        """
        quoted = next((path[:size] for size in range(len(path), 0, -1) if path[:size] in self.quoted), None)
        if quoted is None:
            return self.of(*path)
        start, end = self.quoted[quoted]
        return place_of(self.text, start + _offset(self.text[start:end], at))


def place_of(text: str, offset: int) -> tuple[int, int]:
    """1-based line and column of an offset in a text, counted from 0."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


@dataclass(frozen=True, slots=True)
class Written:
    """A pair of key and value, or the header of a table, as a walk came past it.

    Args:
        start: Offset of its first character.
        key: Offset of the last part of its key.
        header: Whether it is the header of a table.
        before: Offset of where the same key, or the nearest one around it, stood before; None where it did not.
    """

    start: int
    key: int
    header: bool
    before: int | None


class Walk:
    """One pass over a valid text, noting where keys begin; one that is cut off is walked as far as it goes.

    Args:
        text: The text, with line feeds alone at the ends of lines.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.known: dict[Path, int] = {}
        self.entries: dict[Path, int] = {}
        self.quoted: dict[Path, tuple[int, int]] = {}
        self.table: Path = ()
        """Path of the table that the next pair belongs to."""
        self.latest: Written | None = None
        """The pair or header that was read to its end last."""

    def go(self) -> "Walk":
        """Walk the whole text.

        Raises:
            IndexError: The text ends within a value; what was met until then is known.
        """
        self._document()
        return self

    def places(self) -> dict[Path, tuple[int, int]]:
        """Lines and columns of what was found; offsets become them in one go."""
        breaks = [-1, *(match.start() for match in re.finditer("\n", self.text))]
        found: dict[Path, tuple[int, int]] = {}
        line = 0
        for path, offset in sorted(self.known.items(), key=lambda item: item[1]):
            while line + 1 < len(breaks) and breaks[line + 1] < offset:
                line += 1
            found[path] = (line + 1, offset - breaks[line])
        return found

    def _document(self) -> None:
        while True:
            self._skip(_BLANK)
            if self.at >= len(self.text):
                return
            if self.text.startswith("[", self.at):
                self.table = self._header()
            else:
                self._pair(self.table)

    def _header(self) -> Path:
        """Reads `[table]` or `[[table]]`, and says which path the following keys belong to."""
        start, brackets = self.at, 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        parts = self.key()
        self.at += brackets
        path: Path = ()
        for part, offset in parts[:-1]:
            path = self._latest((*path, part), offset)
        last, offset = parts[-1]
        path = (*path, last)
        self.latest = Written(start, offset, header=True, before=self._nearest(path))
        if brackets == 1:
            self.known[path] = offset
            return path
        self.known.setdefault(path, offset)
        number = self.entries.get(path, 0)
        self.entries[path] = number + 1
        self.known[*path, number] = offset
        return (*path, number)

    def _latest(self, path: Path, offset: int) -> Path:
        """A key on the way to a table: where it names `[[tables]]`, the last of them so far is meant."""
        self.known.setdefault(path, offset)
        return (*path, self.entries[path] - 1) if path in self.entries else path

    def _pair(self, table: Path) -> None:
        start, parts = self.at, self.key()
        before = self._nearest((*table, *(part for part, _offset in parts)), len(table))
        path = table
        for part, offset in parts:
            path = (*path, part)
            self.known.setdefault(path, offset)
        self.at += 1
        self._skip(_SPACE)
        self._value(path)
        self.latest = Written(start, parts[-1][1], header=False, before=before)

    def _nearest(self, path: Path, around: int = 0) -> int | None:
        """Where a key, or the nearest one around it that is longer than `around`, was met so far."""
        for length in range(len(path), around, -1):
            if path[:length] in self.known:
                return self.known[path[:length]]
        return None

    def key(self) -> list[tuple[str, int]]:
        """The parts of a dotted key with their offsets; stops after the blanks that follow it."""
        parts = []
        while True:
            self._skip(_SPACE)
            start = self.at
            if self.text[start] in "\"'":
                self._skip(_STRING)
                part = _unquoted(self.text[start : self.at])
            else:
                self._skip(_BARE)
                part = self.text[start : self.at]
            parts.append((part, start))
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def _value(self, path: Path) -> None:
        opening, start = self.text[self.at], self.at
        if opening in "\"'":
            self._skip(_STRING)
            self.quoted[path] = start, self.at
        elif opening == "[":
            self._inside("]", lambda number: self._entry((*path, number)))
        elif opening == "{":
            self._inside("}", lambda _: self._pair(path))
        else:
            self._skip(_SCALAR)

    def _entry(self, path: Path) -> None:
        self.known[path] = self.at
        self._value(path)

    def _inside(self, closing: str, read: Callable[[int], None]) -> None:
        """The members of an array or inline table, up to and with its closing bracket."""
        self.at += 1
        number = 0
        while True:
            self._skip(_BLANK)
            if self.text.startswith(closing, self.at):
                self.at += 1
                return
            read(number)
            number += 1
            self._skip(_BLANK)
            if self.text.startswith(",", self.at):
                self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()


def _offset(written: str, at: int) -> int:
    """Where one character of a text stands in it as it is written, quotes and escapes included."""
    long = written[:3] in ('"""', "'''")
    place = 3 if long else 1
    if long and written.startswith("\n", place):
        place += 1
    if written.startswith("'"):
        return place + at
    for _ in range(at):
        match = _CHARACTER.match(written, place)
        place = match.end() if match else place
    gap = _GAP.match(written, place)
    return gap.end() if gap else place


def _unquoted(written: str) -> str:
    """A quoted key as it is meant, escapes included, in the standard library's own reading."""
    return next(iter(tomllib.loads(f"{written} = 0")))
