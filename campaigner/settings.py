"""Reading one table of a TOML file key by key: right type, nothing unknown, every fault with its place."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Protocol

from campaigner.domain.problem import Level, Problem

_TYPE_NAMES = {
    str: ("a text in quotes", "加引号的文字"),
    bool: ("true or false", "true 或 false"),
    int: ("a whole number", "整数"),
    Decimal: ("a number", "数字"),
    dict: ("a table", "一张表（[…] 或 {…}）"),
    list: ("a list in [ ]", "用 [ ] 括起来的列表"),
    datetime: ("a date and time, 2026-12-01T09:00:00", "日期时间，如 2026-12-01T09:00:00"),
    date: ("a date, 2026-12-01", "日期，如 2026-12-01"),
    object: ("a text, a date or a list", "文字、日期或列表"),
}


_DURATION = re.compile(r"(\d+) *(minute|hour|day|week)s?")


class Places(Protocol):
    """Where each key stands in its file."""

    def of(self, *path: str | int) -> tuple[int | None, int | None]:
        """1-based line and column of a key path."""
        ...

    def inside(self, at: int, *path: str | int) -> tuple[int | None, int | None]:
        """1-based line and column of a character of a text, from 0, at a key path."""
        ...


class Table:
    """One table of a TOML file; `finish` reports whatever nobody asked for.

    Args:
        data: The table as tomllib gives it.
        path: Where it stands, as ("campaigns", "x").
        source: The file's name as the user knows it.
        places: Lines and columns of the file.
        problems: Faults are added here.
    """

    def __init__(
        self,
        data: Mapping[str, Any],
        path: tuple[str, ...],
        source: str,
        places: Places,
        problems: list[Problem],
    ) -> None:
        self._data = dict(data)
        self._asked: list[str] = []
        self.path = path
        self._source = source
        self._places = places
        self._problems = problems

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def fault(
        self,
        code: str,
        message: str,
        message_zh: str,
        *keys: str,
        entry: int | None = None,
        at: int | None = None,
        level: Level = Level.BLOCK,
    ) -> None:
        """Report a fault at a key of this table, or at the table itself.

        Args:
            code: Stable name of the kind of fault.
            message: What is wrong, in English.
            message_zh: The same in Chinese.
            keys: Where, below this table.
            entry: Which entry of the list there, from 0.
            at: Which character of the text there, from 0.
            level: Whether it blocks.
        """
        path: tuple[str | int, ...] = (*self.path, *keys)
        path += () if entry is None else (entry,)
        line, column = self._places.of(*path) if at is None else self._places.inside(at, *path)
        where = ".".join((*self.path, *keys))
        self._problems.append(
            Problem(
                code, f"{where}: {message}", f"{where}：{message_zh}", self._source, line, column, level=level
            )
        )  # fmt: skip

    def take(self, key: str, kind: type, default: Any = None, *, required: bool = False) -> Any:
        """The value of a key, of the right type; else a fault and the default."""
        self._asked.append(key)
        if key not in self._data:
            if required:
                self.fault(
                    "config-missing", f"`{key}` is missing; it wants {_TYPE_NAMES[kind][0]}",
                    f"缺少 `{key}`，应为{_TYPE_NAMES[kind][1]}",
                )  # fmt: skip
            return default
        value = self._data[key]
        if kind is datetime and type(value) is date:
            value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the zone is added by the reader
        if kind is Decimal and isinstance(value, int | float) and not isinstance(value, bool):
            value = Decimal(str(value))
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            self.fault(
                "config-type", f"wants {_TYPE_NAMES[kind][0]}", f"应为{_TYPE_NAMES[kind][1]}", key
            )  # fmt: skip
            return default
        return value

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """A text; a required one must not be empty."""
        value: str = self.take(key, str, default, required=required)
        if required and key in self and not value.strip():
            self.fault("config-empty", "must not be empty", "不能为空", key)
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        value: bool = self.take(key, bool, default)
        return value

    def count(self, key: str, default: int, *, least: int = 1) -> int:
        """A whole number of at least `least`."""
        value: int = self.take(key, int, default)
        if value < least:
            self.fault("config-range", f"must be at least {least}", f"不能小于 {least}", key)
            return default
        return value

    def texts(self, key: str, default: Iterable[str] = (), *, required: bool = False) -> tuple[str, ...]:
        """A list of texts."""
        value = self.take(key, list, None, required=required)
        if value is None:
            return tuple(default)
        if not all(isinstance(entry, str) for entry in value):
            self.fault("config-type", "wants a list of texts", "应为文字列表", key)
            return tuple(default)
        return tuple(value)

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
            self.fault(
                "config-duration",
                'wants something like "14 days", "2 weeks", "20 hours" or "30 minutes"',
                '应写成 "14 days"、"2 weeks"、"20 hours"、"30 minutes" 这样',
                key,
            )
            return default
        return value

    def day(self, key: str) -> date | None:
        """A day, 2027-08-31 without quotes; None where the key is not given."""
        value = self.take(key, date)
        if isinstance(value, datetime):
            wanted, wanted_zh = _TYPE_NAMES[date]
            self.fault("config-type", f"wants {wanted}, without a time", f"应为{wanted_zh}，不带时间", key)
            return None
        return value if isinstance(value, date) else None

    def choice(self, key: str, allowed: Iterable[str], default: str = "", *, required: bool = False) -> str:
        """One of some words."""
        value = self.text(key, default, required=required)
        words = list(allowed)
        if value and value not in words:
            self.unknown(value, words, key, what="value", what_zh="取值")
            return default
        return value

    def table(self, key: str) -> "Table":
        """A table below this one; empty where it is not given."""
        return Table(
            self.take(key, dict, {}), (*self.path, key), self._source, self._places, self._problems
        )  # fmt: skip

    def table_or_text(self, key: str, inner: str) -> "Table":
        """A table below this one, or a text that stands for one of its keys."""
        value = self._data.get(key)
        if isinstance(value, str):
            self._data[key] = {inner: value}
        return self.table(key)

    def tables(self, key: str) -> Iterable[tuple[str, "Table"]]:
        """Each named table below a key: `[gateways.a]`, `[gateways.b]`."""
        group = self.table(key)
        for name in list(group._data):  # noqa: SLF001 - the same class
            yield name, group.table(name)

    def mapping(self, key: str) -> dict[str, str]:
        """A table of texts with free keys."""
        inner = self.table(key)
        return {name: inner.text(name) for name in list(inner._data)}  # noqa: SLF001 - the same class

    def unknown(self, word: str, allowed: Iterable[str], *keys: str, what: str, what_zh: str) -> None:
        """Report a word that is none of the known ones, with the nearest."""
        known = list(allowed)
        near = get_close_matches(word, known, n=1, cutoff=0.5)
        hint = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(known) or 'none'}"
        hint_zh = f"是不是 `{near[0]}`？" if near else f"可用的有：{'、'.join(known) or '无'}"
        self.fault(
            f"config-unknown-{what}", f"unknown {what} `{word}`; {hint}", f"不认识的{what_zh} `{word}`，{hint_zh}",
            *keys,
        )  # fmt: skip

    def finish(self) -> None:
        """Report every key that nobody asked for, with the nearest that exists."""
        for key in self._data:
            if key not in self._asked:
                self.unknown(key, self._asked, key, what="key", what_zh="配置项")
