"""What a carrier's platform wants of an upload file, as data: shipped profiles and a user's own."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any, get_args, get_origin

from campaigner.domain.problem import Problem
from campaigner.domain.receipt import STATUS_FIELDS, Received, StatusForm

DEFAULT = "upload-form"
OWN = "templates/carriers"
"""Folder of a user's own profiles in the working folder, one file `NAME.toml` each."""
FORMATS = ("csv", "xlsx", "jsonl")
VALUES = ("phone", "text", "id", "send_time", "batch", "run", "signature", "empty")
PHONES: Mapping[str, str] = {"plain": "", "86": "86", "+86": "+86"}
LINE_ENDS: Mapping[str, str] = {"crlf": "\r\n", "lf": "\n"}

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "charset": ("utf-8-sig", "utf-8", "gb18030", "gbk"),
    "line_end": tuple(LINE_ENDS),
    "signature": ("text", "platform"),
    "suffix": ("text", "platform"),
    "phone": tuple(PHONES),
}
_NOT_PLAIN = re.compile(r"[^0-9A-Za-z\u4e00-\u9fff]+")
_NAME_FIELDS = {"file_name": {"run", "number"}, "part_name": {"part"}}
_TOP = frozenset({"columns", "status"})
_FAULT_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an upload file.

    Args:
        value: What stands in it, one of `VALUES`; `batch` is the run with the batch's number.
        header: Its header; where the file has no header line, the name that JSON Lines use.
        width: Width in a workbook, in characters.
    """

    value: str
    header: str = ""
    width: int = 14


@dataclass(frozen=True, slots=True)
class Profile:
    """What one platform takes.

    Args:
        title: What officers call it, Chinese.
        columns: The columns in order.
        header: Whether there is a header line.
        charset: Character set of CSV; workbooks and JSON Lines know only one.
        line_end: Line ends of CSV, `crlf` or `lf`.
        formats: Which formats the platform takes, of `FORMATS`.
        rows_per_file: Most messages in a file; 0 for no limit of its own.
        bytes_per_file: Largest file in bytes; 0 for no limit.
        file_name: Name of a file without its ending, from `{run}` and `{number}` of the batch.
        part_name: What follows it where a batch needs several files, from `{part}`.
        plain_names: Whether a file's name may have letters, digits and Chinese characters only.
        signature: Whether it stands in the `text`, or the `platform` adds it.
        suffix: The same of the way to opt out.
        longest_text: Longest text that arrives on the phone, in UTF-16 units; 0 for no limit.
        per_hour: How many messages the platform sends in an hour; 0 if unknown. For planning, nothing waits for it.
        phone: How numbers are written, one of `PHONES`.
        time_format: How a time is written, as in `strftime`.
        status: How its status files are written.
    """

    title: str
    columns: tuple[Column, ...]
    header: bool = True
    charset: str = "utf-8-sig"
    line_end: str = "crlf"
    formats: tuple[str, ...] = ("csv", "xlsx")
    rows_per_file: int = 0
    bytes_per_file: int = 0
    file_name: str = "{run}-{number}"
    part_name: str = "-{part}"
    plain_names: bool = False
    signature: str = "text"
    suffix: str = "text"
    longest_text: int = 0
    per_hour: int = 0
    phone: str = "plain"
    time_format: str = "%Y-%m-%d %H:%M:%S"
    status: StatusForm = field(default_factory=StatusForm)

    @property
    def headers(self) -> tuple[str, ...]:
        """The header line; nothing where there is none."""
        return tuple(column.header for column in self.columns) if self.header else ()

    @property
    def carries_text(self) -> bool:
        """Whether the text is in the file; else it stands on the platform, and all messages must have the same."""
        return any(column.value == "text" for column in self.columns)

    def stem(self, run: str, number: int, part: int = 0) -> str:
        """A file's name without its ending.

        Args:
            run: Code of the run.
            number: Number of the batch.
            part: Number of the file in the batch; 0 where it is the only one.
        """
        name = self.file_name.format(run=run, number=f"{number:03d}")
        if part:
            name += self.part_name.format(part=f"{part:02d}")
        return _NOT_PLAIN.sub("", name) if self.plain_names else name


def shipped() -> list[str]:
    """Names of the profiles that come with the program."""
    folder = files("campaigner.delivery").joinpath("profiles")
    return sorted(
        entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")
    )


def shipped_profile(name: str) -> Profile:
    """A profile that comes with the program."""
    text = files("campaigner.delivery").joinpath("profiles", f"{name}.toml").read_text("utf-8")
    profile, problems = read_profile(text, name)
    assert profile is not None, problems
    return profile


def find_profile(name: str, folder: Path) -> tuple[Profile | None, list[Problem]]:
    """The profile that a gateway names: a user's own goes before a shipped one.

    Args:
        name: A name, or the path of a TOML file relative to the working folder.
        folder: The working folder.

    Returns:
        The profile, or None if it cannot be used, and what is wrong with it.
    """
    source = name if name.endswith(".toml") else f"{OWN}/{name}.toml"
    try:
        return read_profile((folder / source).read_text("utf-8-sig"), source)
    except FileNotFoundError:
        pass
    except (OSError, ValueError):
        return None, [
            _problem("profile-unreadable", "the file cannot be read as UTF-8", "文件无法按UTF-8读取", source)
        ]
    if name in shipped():
        return shipped_profile(name), []
    known = ", ".join(shipped())
    return None, [
        _problem(
            "profile-missing", f"there is no such profile; known are {known}, or put a file there",
            f"没有这个平台格式；自带的有 {known}，也可以自己放一个文件", source,
        )
    ]  # fmt: skip


def read_profile(text: str, source: str) -> tuple[Profile | None, list[Problem]]:
    """A profile from its TOML text.

    Args:
        text: The whole file.
        source: Its name as the user knows it.

    Returns:
        The profile, or None if it cannot be used, and what is wrong with it.
    """
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        found = _FAULT_LINE.search(str(error))
        line = int(found[1]) if found else max(len(text.splitlines()), 1)
        return None, [_problem("toml-syntax", "this is not valid TOML", "这一处的写法有误", source, line)]
    reader = _Reader(text, source)
    profile = reader.profile(data)
    return (None if reader.problems else profile), reader.problems


class _Reader:
    """Checks value by value; every fault is told with the line of its key."""

    def __init__(self, text: str, source: str) -> None:
        self._lines = text.splitlines()
        self._source = source
        self.problems: list[Problem] = []

    def fault(self, key: str, message: str, message_zh: str, nth: int = 0) -> None:
        pattern = re.compile(rf'\s*"?{re.escape(key)}"?\s*=|\s*\[+\s*{re.escape(key)}\s*\]+')
        lines = [number for number, line in enumerate(self._lines, 1) if pattern.match(line)]
        line = lines[min(nth, len(lines) - 1)] if lines else 1
        self.problems.append(
            _problem("profile-value", f"`{key}` {message}", f"`{key}` {message_zh}", self._source, line)
        )

    def profile(self, data: Mapping[str, Any]) -> Profile:
        values = self.plain(Profile, {key: value for key, value in data.items() if key not in _TOP})
        columns = self.columns(data.get("columns"))
        profile = Profile(
            **{"title": "", **values, "columns": columns, "status": self.status(data.get("status", {}))}
        )
        for key, allowed in _CHOICES.items():
            if getattr(profile, key) not in allowed:
                self.fault(key, f"must be one of {', '.join(allowed)}", f"应为 {'、'.join(allowed)} 之一")
        if not profile.formats or set(profile.formats) - set(FORMATS):
            self.fault("formats", f"must be of {', '.join(FORMATS)}", f"应取自 {'、'.join(FORMATS)}")
        for key, wanted in _NAME_FIELDS.items():
            self.name_pattern(key, getattr(profile, key), wanted)
        if not profile.title.strip():
            self.fault("title", "is missing", "缺少")
        return profile

    def plain(self, kind: type, data: Mapping[str, Any], nth: int = 0) -> dict[str, Any]:
        """The values of a table that have the type of the fields of a class; the others are faults."""
        types = {each.name: each.type for each in fields(kind) if each.name not in _TOP}
        found = {}
        for key, value in data.items():
            if key not in types:
                self.fault(key, f"is no key; known are {', '.join(types)}", "不是可用的配置项", nth)
            elif _fits(value, types[key]):
                found[key] = tuple(value) if isinstance(value, list) else value
            else:
                self.fault(key, "has the wrong type or is negative", "类型不对或小于0", nth)
        return found

    def columns(self, data: object) -> tuple[Column, ...]:
        tables = data if isinstance(data, list) and all(isinstance(entry, dict) for entry in data) else []
        found = [
            Column(**{"value": "", **self.plain(Column, entry, nth)}) for nth, entry in enumerate(tables)
        ]
        for nth, column in enumerate(found):
            if column.value not in VALUES:
                self.fault(
                    "value", f"must be one of {', '.join(VALUES)}", f"应为 {'、'.join(VALUES)} 之一", nth
                )
        names = [column.header or column.value for column in found]
        if sum(column.value == "phone" for column in found) != 1 or len(set(names)) < len(names):
            self.fault(
                "columns", "must hold `phone` once and no header twice", "应有一列 phone，表头不能重复"
            )
        return tuple(found)

    def status(self, data: object) -> StatusForm:
        tables = data if isinstance(data, dict) else {}
        columns, words = tables.get("columns", {}), tables.get("words", {})
        if set(tables) - {"columns", "words"} or not isinstance(columns, dict) or not isinstance(words, dict):
            self.fault("status", "has the tables `columns` and `words`", "只有 columns 和 words 两张表")
            return StatusForm()
        for table, allowed in ((columns, ("", *STATUS_FIELDS)), (words, tuple(Received))):
            for key, value in table.items():
                if value not in allowed:
                    known = ", ".join(filter(None, allowed))
                    self.fault(key, f"must be one of {known}", f"应为 {known} 之一")
        return StatusForm(columns, words)

    def name_pattern(self, key: str, pattern: str, wanted: set[str]) -> None:
        try:
            named = [name for _, name, form, _ in Formatter().parse(pattern) if name is not None and not form]
        except ValueError:
            named = []
        if sorted(named) != sorted(wanted) or re.search(r'[\x00-\x1f<>:"/\\|?*]', pattern):
            words = " and ".join(f"{{{name}}}" for name in sorted(wanted))
            self.fault(
                key, f"must hold {words} once and be a file's name", f"应包含 {words} 各一次，并能作文件名"
            )


def _fits(value: object, kind: Any) -> bool:
    if get_origin(kind) is tuple:
        return isinstance(value, list) and all(isinstance(entry, get_args(kind)[0]) for entry in value)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return isinstance(value, kind)


def _problem(code: str, message: str, message_zh: str, source: str, line: int | None = None) -> Problem:
    return Problem(code, message, message_zh, source, line)


def told(problems: Iterable[Problem]) -> list[tuple[str, str]]:
    """Problems of a profile as one line each, English and Chinese, to be told at the gateway that names it."""
    return [(f"{found.place}: {found.message}", f"{found.place}：{found.message_zh}") for found in problems]
