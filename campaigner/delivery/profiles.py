"""What a carrier's platform wants of an upload file, as data: shipped profiles and a user's own."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from string import Formatter

from campaigner.domain.problem import Problem
from campaigner.domain.receipt import STATUS_FIELDS, Received, StatusForm
from campaigner.toml.table import Table, read_table
from campaigner.toml.wording import Wording

DEFAULT = "upload-form"
OWN = "templates/carriers"
"""Folder of a user's own profiles in the working folder, one file `NAME.toml` each."""
FORMATS = ("csv", "xlsx", "jsonl")
VALUES = ("phone", "text", "id", "send_time", "batch", "run", "signature", "empty")
PHONES: Mapping[str, str] = {"plain": "", "86": "86", "+86": "+86"}
LINE_ENDS: Mapping[str, str] = {"crlf": "\r\n", "lf": "\n"}

CHARSETS = ("utf-8-sig", "utf-8", "gb18030", "gbk")
ADDED_BY = ("text", "platform")
"""Who adds the signature, or the way to opt out: it stands in the text, or the platform adds it."""
_FAULT = "profile-value"
_NOT_PLAIN = re.compile(r"[^0-9A-Za-z\u4e00-\u9fff]+")


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
            Problem("profile-unreadable", "the file cannot be read as UTF-8", "文件无法按UTF-8读取", source)
        ]
    if name in shipped():
        return shipped_profile(name), []
    known = ", ".join(shipped())
    return None, [
        Problem(
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
    table, problems = read_table(text, source, Wording(_FAULT))
    if table is None:
        return None, problems
    profile = _profile(table)
    return (None if problems else profile), problems


def _profile(table: Table) -> Profile:
    """The profile; of use only if there are no faults."""
    usual = Profile(title="", columns=())
    profile = Profile(
        title=table.text("title", required=True),
        columns=_columns(table),
        header=table.flag("header", default=usual.header),
        charset=table.choice("charset", CHARSETS, usual.charset),
        line_end=table.choice("line_end", LINE_ENDS, usual.line_end),
        formats=table.choices("formats", FORMATS, usual.formats, least=1),
        rows_per_file=table.count("rows_per_file", 0, least=0),
        bytes_per_file=table.count("bytes_per_file", 0, least=0),
        file_name=_name_pattern(table, "file_name", usual.file_name, {"run", "number"}),
        part_name=_name_pattern(table, "part_name", usual.part_name, {"part"}),
        plain_names=table.flag("plain_names"),
        signature=table.choice("signature", ADDED_BY, usual.signature),
        suffix=table.choice("suffix", ADDED_BY, usual.suffix),
        longest_text=table.count("longest_text", 0, least=0),
        per_hour=table.count("per_hour", 0, least=0),
        phone=table.choice("phone", PHONES, usual.phone),
        time_format=table.text("time_format", usual.time_format),
        status=_status(table.table("status")),
    )
    table.finish()
    return profile


def _columns(table: Table) -> tuple[Column, ...]:
    """The columns: one for the phone, and no header twice; what is missing is not asked where a column has a fault."""
    found: dict[str, Column] = {}
    sound = True
    for number, entry in enumerate(table.entries("columns", required=True)):
        column = Column(
            entry.choice("value", VALUES, required=True),
            entry.text("header"),
            entry.count("width", 14, least=0),
        )
        entry.finish()
        name = column.header or column.value
        again = column.value == "phone" and any(other.value == "phone" for other in found.values())
        if again or (name and name in found):
            what, what_zh = (
                ("the column `phone`", "phone 这一列") if again else (f"the header `{name}`", f"表头“{name}”")
            )
            message, message_zh = f"{what} must not stand twice", f"{what_zh}不能重复"
            table.fault(_FAULT, message, message_zh, "columns", number)
        sound = sound and bool(column.value)
        found.setdefault(name, column)
    if found and sound and all(column.value != "phone" for column in found.values()):
        table.fault(_FAULT, "must hold `phone` once", "应有一列 phone", "columns")
    return tuple(found.values())


def _status(table: Table) -> StatusForm:
    form = StatusForm(table.mapping("columns", ("", *STATUS_FIELDS)), table.mapping("words", tuple(Received)))
    table.finish()
    return form


def _name_pattern(table: Table, key: str, default: str, wanted: set[str]) -> str:
    """The pattern of a file's name, with each of its gaps once."""
    pattern = table.text(key, default)
    try:
        named = [name for _, name, form, _ in Formatter().parse(pattern) if name is not None and not form]
    except ValueError:
        named = []
    if sorted(named) != sorted(wanted) or re.search(r'[\x00-\x1f<>:"/\\|?*]', pattern):
        gaps = [f"{{{name}}}" for name in sorted(wanted)]
        table.fault(
            _FAULT,
            f"must hold {' and '.join(gaps)} once and be a file's name",
            f"应包含 {'、'.join(gaps)} 各一次，并能作文件名",
            key,
        )
    return pattern


def told(problems: Iterable[Problem]) -> list[tuple[str, str]]:
    """Problems of a profile as one line each, English and Chinese, to be told at the gateway that names it."""
    return [(f"{found.place}: {found.message}", f"{found.place}：{found.message_zh}") for found in problems]
