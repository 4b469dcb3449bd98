"""Reading one table of a TOML file key by key: right type, nothing unknown, every fault with its place."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from campaigner.domain.problem import Level, Problem
from campaigner.toml.places import Path, Places
from campaigner.toml.reading import read_toml
from campaigner.toml.wording import CONFIG, LIST_NAMES, TYPE_NAMES, Wording

_DURATION = re.compile(r"(\d+) *(minute|hour|day|week)s?")


class _Reading:
    """What all tables of one file share."""

    def __init__(self, source: str, places: Places, problems: list[Problem], wording: Wording) -> None:
        self.source, self.places, self.problems, self.wording = source, places, problems, wording
        self.defaulted: set[Path] = set()
        """Keys whose default stands in place of what was written: what is wrong with it is nobody's fault."""


def read_table(text: str, source: str, wording: Wording = CONFIG) -> tuple["Table | None", list[Problem]]:
    """The whole of a TOML text as a table.

    Args:
        text: The whole file.
        source: Its name as the user knows it.
        wording: What its faults are called.

    Returns:
        The table, or None where nothing behind a fault can be read, and the faults so far; what reads the table adds
        its own to them. The file can be used only if there are none in the end.
    """
    document = read_toml(text, source)
    problems = list(document.faults)
    if not document.whole:
        return None, problems
    return Table(document.values, (), _Reading(source, document.places, problems, wording)), problems


class Table:
    """One table of a TOML file, from `read_table`; `finish` reports whatever nobody asked for.

    Args:
        data: The table as tomllib gives it.
        path: Where it stands, as ("campaigns", "x").
        reading: What it shares with the other tables of its file.
    """

    def __init__(self, data: Mapping[str, Any], path: Path, reading: _Reading) -> None:
        self._data = dict(data)
        self._asked: list[str] = []
        self.path = path
        self._reading = reading

    def __contains__(self, key: str) -> bool:
        return key in self._data or self._lost(key)

    @property
    def places(self) -> Places:
        """Where the keys of the whole file stand."""
        return self._reading.places

    @property
    def names(self) -> tuple[str, ...]:
        """The keys in the order of the file."""
        return tuple(self._data)

    def peek(self, key: str) -> Any:
        """What stands at a key, whatever it is; None where it is not given. Nothing is reported."""
        return self._data.get(key)

    def _lost(self, *keys: str) -> bool:
        """Whether a key, or one of the keys below it, stands there with a value that cannot be read."""
        path = (*self.path, *keys)
        return any(lost[: len(path)] == path for lost in self.places.lost)

    def fault(
        self,
        code: str,
        message: str,
        message_zh: str,
        *keys: str | int,
        entry: int | None = None,
        at: int | None = None,
        value: str = "",
        level: Level = Level.BLOCK,
    ) -> None:
        """Report a fault at a key of this table, or at the table itself.

        Not where the value could not be read or had the wrong type: that is told, and the default is no fault. Nor at a
        table of which a key could not be read, for it may be that key which is looked for.

        Args:
            code: Stable name of the kind of fault.
            message: What is wrong, in English.
            message_zh: The same in Chinese.
            keys: Where, below this table.
            entry: Which entry of the list there, from 0.
            at: Which character of the text there, from 0.
            value: What stands there, where it may be shown.
            level: Whether it blocks.
        """
        if keys or not self._lost():
            path = (*self.path, *keys)
            self._tell(code, (message, message_zh), path, entry=entry, at=at, value=value, level=level)

    def _tell(
        self,
        code: str,
        messages: tuple[str, str],
        path: Path,
        *,
        entry: int | None = None,
        at: int | None = None,
        value: str = "",
        level: Level = Level.BLOCK,
    ) -> None:
        message, message_zh = messages
        whole = path if entry is None else (*path, entry)
        if whole in self._reading.defaulted:
            return
        line, column = self.places.of(*whole) if at is None else self.places.inside(at, *whole)
        where = ".".join(part for part in path if isinstance(part, str))
        if where:
            message, message_zh = f"{where}: {message}", f"{self._reading.wording.title(path)}：{message_zh}"
        problem = Problem(code, message, message_zh, self._reading.source, line, column, value, level)
        if problem not in self._reading.problems:
            self._reading.problems.append(problem)

    def _known(self, kind: str, message: str, message_zh: str, *keys: str, entry: int | None = None) -> None:
        self.fault(self._reading.wording.code_of(kind), message, message_zh, *keys, entry=entry)

    def _refused(self, key: str) -> None:
        """Remember that a default stands in for what was written."""
        self._reading.defaulted.add((*self.path, key))

    def _mistyped(self, key: str, kind: type, entry: int | None = None) -> None:
        """Report a value of the wrong type, and nothing more about the default that is taken for it."""
        wanted, wanted_zh = TYPE_NAMES[kind]
        self._known("type", f"wants {wanted}", f"应为{wanted_zh}", key, entry=entry)
        self._refused(key)

    def take(self, key: str, kind: type, default: Any = None, *, required: bool = False) -> Any:
        """The value of a key, of the right type; else a fault and the default."""
        self._asked.append(key)
        if key not in self._data:
            if self._lost(key):
                self._refused(key)
            elif required:
                self._missing(key, kind)
            return default
        value = self._data[key]
        if kind is datetime and type(value) is date:
            value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the zone is added by the reader
        if kind is Decimal and isinstance(value, int | float) and not isinstance(value, bool):
            value = Decimal(str(value))
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            self._mistyped(key, kind)
            return default
        return value

    def _missing(self, key: str, kind: type) -> None:
        wanted, wanted_zh = TYPE_NAMES[kind]
        title = self._reading.wording.titles.get(key)
        named = f"“{title}”（{key}）" if title else f" `{key}`"
        messages = f"`{key}` is missing; it wants {wanted}", f"缺少{named}，应为{wanted_zh}"
        self._tell(self._reading.wording.code_of("missing"), messages, self.path)

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """A text; a required one must not be empty."""
        value: str = self.take(key, str, default, required=required)
        if required and key in self and not value.strip():
            self._known("empty", "must not be empty", "不能为空", key)
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        value: bool = self.take(key, bool, default)
        return value

    def count(self, key: str, default: int, *, least: int = 1) -> int:
        """A whole number of at least `least`."""
        value: int = self.take(key, int, default)
        if value < least:
            self._known("range", f"must be at least {least}", f"不能小于 {least}", key)
            self._refused(key)
            return default
        return value

    def _entries(self, key: str, kind: type, *, required: bool) -> tuple[list[tuple[int, Any]], bool]:
        """The entries of a list that have the right type, each with its number, and whether all of it stands there."""
        value = self.take(key, list, None, required=required)
        wanted, wanted_zh = LIST_NAMES[kind]
        right = [(number, entry) for number, entry in enumerate(value or ()) if _is(entry, kind)]
        wrong = set(range(len(value or ()))) - {number for number, _entry in right}
        for number in sorted(wrong):
            self._known("type", f"wants {wanted}", f"应为{wanted_zh}", key, entry=number)
        if wrong:
            self._refused(key)
        return right, value is not None and not wrong

    def texts(
        self,
        key: str,
        default: Iterable[str] = (),
        *,
        required: bool = False,
        filled: bool = False,
        least: int = 0,
    ) -> tuple[str, ...]:
        """A list of texts.

        Args:
            key: Its key.
            default: What is meant where it is not given.
            required: Whether it must be given.
            filled: Whether no entry may be empty.
            least: How many entries one that is given has at least, 0 or 1.
        """
        found, usable = self._entries(key, str, required=required)
        if usable and len(found) < least:
            self._known("empty", "must not be empty", "不能为空", key)
        for number, text in found:
            if filled and not text.strip():
                self._known("empty", "must not be empty", "不能为空", key, entry=number)
        return tuple(text for _number, text in found) if usable else tuple(default)

    def days(self, key: str) -> tuple[date, ...]:
        """A list of days, [2027-01-01, 2027-01-02]."""
        found, usable = self._entries(key, date, required=False)
        return tuple(day for _number, day in found) if usable else ()

    def duration(self, key: str, default: timedelta, *, least: timedelta = timedelta(0)) -> timedelta:
        """A length of time in words, "14 days"; "0 days" where nothing is the least."""
        text = self.text(key)
        if not text:
            return default
        match = _DURATION.fullmatch(text.strip())
        try:
            value = timedelta(**{f"{match[2]}s": int(match[1])}) if match else None
        except OverflowError:
            value = None
        if value is None or value < least:
            self._known(
                "duration",
                'wants something like "14 days", "2 weeks", "20 hours" or "30 minutes"',
                '应写成 "14 days"、"2 weeks"、"20 hours"、"30 minutes" 这样',
                key,
            )
            self._refused(key)
            return default
        return value

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A day, 2027-08-31 without quotes; None where the key is not given."""
        value: date | None = self.take(key, date, required=required)
        if isinstance(value, datetime):
            self._known(
                "type", "wants a date without a time, 2026-12-01", "应为不带时间的日期，如 2026-12-01", key
            )
            self._refused(key)
            return None
        return value

    def choice(self, key: str, allowed: Iterable[str], default: str = "", *, required: bool = False) -> str:
        """One of some words; an empty text is none, except where it means the same as no key."""
        value = self.text(key, default, required=required)
        words = list(allowed)
        given = value.strip() or (default and not required and key in self)
        if given and value not in words:
            self.unknown(value, words, key, what="value", what_zh="取值")
            self._refused(key)
            return default
        return value

    def choices(
        self,
        key: str,
        allowed: Iterable[str],
        default: Iterable[str] = (),
        *,
        required: bool = False,
        least: int = 0,
        what: str = "value",
        what_zh: str = "取值",
    ) -> tuple[str, ...]:
        """Some of some words, in a list; each that is unknown is a fault at its place, and left out.

        Args:
            key: Its key.
            allowed: The words.
            default: What is meant where it is not given.
            required: Whether it must be given.
            least: How many entries one that is given has at least, 0 or 1.
            what: What a word is called in a fault and its code, `config-unknown-size`.
            what_zh: The same in Chinese.
        """
        words = list(allowed)
        value = self.texts(key, default, required=required, least=least)
        for number, word in enumerate(value):
            if word not in words:
                self.unknown(word, words, key, entry=number, what=what, what_zh=what_zh)
        return tuple(word for word in value if word in words)

    def table(self, key: str) -> "Table":
        """A table below this one; empty where it is not given."""
        return Table(self.take(key, dict, {}), (*self.path, key), self._reading)

    def table_or_text(self, key: str, inner: str) -> "Table":
        """A table below this one, or a text that stands for one of its keys."""
        value = self._data.get(key)
        if isinstance(value, str):
            self._data[key] = {inner: value}
        return self.table(key)

    def tables(self, key: str) -> Iterator[tuple[str, "Table"]]:
        """Each named table below a key: `[gateways.a]`, `[gateways.b]`."""
        group = self.table(key)
        for name in group.names:
            yield name, group.table(name)

    def entries(self, key: str, *, required: bool = False) -> tuple["Table", ...]:
        """Each table of a list: `[[columns]]`, `[[columns]]`; a required list has entries."""
        found, usable = self._entries(key, dict, required=required)
        if required and usable and not found:
            self._known("empty", "must not be empty", "不能为空", key)
        return tuple(Table(entry, (*self.path, key, number), self._reading) for number, entry in found)

    def mapping(self, key: str, allowed: Iterable[str] | None = None) -> dict[str, str]:
        """A table of texts with free keys.

        Args:
            key: Its key.
            allowed: What the texts may be; None if anything.
        """
        inner = self.table(key)
        if allowed is None:
            return {name: inner.text(name) for name in inner.names}
        words = list(allowed)
        return {name: inner.choice(name, words, required="" not in words) for name in inner.names}

    def unknown(
        self,
        word: str,
        allowed: Iterable[str],
        *keys: str,
        what: str,
        what_zh: str,
        entry: int | None = None,
    ) -> None:
        """Report a word that is none of the known ones, with the nearest."""
        known = list(filter(None, allowed))
        near = get_close_matches(word, known, n=1, cutoff=0.5)
        hint = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(known) or 'none'}"
        hint_zh = f"是不是 `{near[0]}`？" if near else f"可用的有：{'、'.join(known) or '无'}"
        self._known(
            f"unknown-{what}",
            f"unknown {what} `{word}`; {hint}",
            f"不认识的{what_zh} `{word}`，{hint_zh}",
            *keys,
            entry=entry,
        )

    def finish(self) -> None:
        """Report every key that nobody asked for, with the nearest that exists."""
        for key in self._data:
            if key not in self._asked:
                self.unknown(key, self._asked, key, what="key", what_zh="配置项")


def _is(value: object, kind: type) -> bool:
    """Whether an entry of a list has a type; a date with a time is no day."""
    return isinstance(value, kind) and not (kind is date and isinstance(value, datetime))
