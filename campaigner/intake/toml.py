"""TOML with places: the values as the standard library reads them, and on which line each key stands.

The standard library tells no place of a value, and a clerk cannot mend what has no line. So a text that it
accepts is walked once more for its keys; the walk relies on the syntax being right and looks at no value.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from campaigner.domain.problem import Problem

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
_FAULT = re.compile(
    r"(?P<reason>.*?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the keys of one TOML text stand.

    Args:
        known: Path of keys and list indexes -> 1-based line and column of the key, or of a list's entry.
        text: The whole text.
        quoted: Path of a key -> where its text in quotes begins and ends in `text`, from 0.
    """

    known: dict[Path, tuple[int, int]] = field(default_factory=dict)
    text: str = ""
    quoted: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def of(self, *path: str | int) -> Place:
        """Line and column of a key, or of the nearest known one around it; (1, None) is the file as a whole.

        Args:
            path: Keys from the root; an entry of a list or of `[[tables]]` by its index, from 0.
        """
        for length in range(len(path), 0, -1):
            if path[:length] in self.known:
                return self.known[path[:length]]
        return 1, None

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
        offset = start + _offset(self.text[start:end], at)
        return self.text.count("\n", 0, offset) + 1, offset - self.text.rfind("\n", 0, offset)


def load_toml(text: str, source: str) -> tuple[dict[str, Any], Places] | Problem:
    """The values of a TOML text and the places of its keys, or the fault that keeps it from being read.

    Args:
        text: The whole file; a byte order mark, which Windows editors write, does no harm.
        source: File name relative to the working folder.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        walk = _Walk(text)
        return tomllib.loads(text), Places(walk.places(), text, walk.quoted)
    except tomllib.TOMLDecodeError as fault:
        return _syntax(str(fault), text, source)
    except RecursionError:
        return _unreadable("brackets are nested too deeply", "括号套得太深", source)
    except ValueError:
        # Python refuses integers of some thousand digits, and tomllib hands that on as it is.
        return _unreadable("a number is too long to be read", "有一个数字太长，无法读取", source)


def _syntax(said: str, text: str, source: str) -> Problem:
    """The library's one sentence, its place as numbers; the line may hold a secret and is not shown."""
    match = _FAULT.fullmatch(said)
    reason = match["reason"] if match else said
    if match and match["line"]:
        line, column = int(match["line"]), int(match["column"])
    else:
        lines = text.split("\n")
        line, column = len(lines), len(lines[-1]) + 1
    return Problem(
        code="toml-syntax",
        message=f"this is not valid TOML: {reason}; check quotes, brackets and equal signs around here",
        message_zh="这一处的写法有误，请检查引号、括号和等号是否成对、是否用了英文符号，同一项是否写了两遍",
        source=source,
        line=line,
        column=column,
    )


def _unreadable(message: str, message_zh: str, source: str) -> Problem:
    return Problem("toml-syntax", f"this is not usable TOML: {message}", message_zh, source, line=1)


class _Walk:
    """One pass over a valid text, noting where keys begin."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.known: dict[Path, int] = {}
        self.entries: dict[Path, int] = {}
        self.quoted: dict[Path, tuple[int, int]] = {}

    def places(self) -> dict[Path, tuple[int, int]]:
        """Walks the text; offsets become lines and columns in one go at the end."""
        self._document()
        breaks = [-1, *(match.start() for match in re.finditer("\n", self.text))]
        found: dict[Path, tuple[int, int]] = {}
        line = 0
        for path, offset in sorted(self.known.items(), key=lambda item: item[1]):
            while line + 1 < len(breaks) and breaks[line + 1] < offset:
                line += 1
            found[path] = (line + 1, offset - breaks[line])
        return found

    def _document(self) -> None:
        table: Path = ()
        while True:
            self._skip(_BLANK)
            if self.at >= len(self.text):
                return
            if self.text.startswith("[", self.at):
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        """Reads `[table]` or `[[table]]`, and says which path the following keys belong to."""
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        parts = self._key()
        self.at += brackets
        path: Path = ()
        for part, offset in parts[:-1]:
            path = self._latest((*path, part), offset)
        last, offset = parts[-1]
        path = (*path, last)
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
        path = table
        for part, offset in self._key():
            path = (*path, part)
            self.known.setdefault(path, offset)
        self.at += 1
        self._skip(_SPACE)
        self._value(path)

    def _key(self) -> list[tuple[str, int]]:
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
