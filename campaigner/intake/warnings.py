"""The warnings catalogue: one TOML file per warning, checked key by key so that every fault has its line."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from campaigner.domain.problem import Problem
from campaigner.domain.sms import units
from campaigner.domain.warning import Source, Warning  # noqa: A004 - the field's own word
from campaigner.intake.plainfile import facts_of
from campaigner.intake.toml import Places, load_toml

SHORT_LIMIT = 46
"""UTF-16 units of `short`: one message of 70 less signature (9), opt-out (7) and the template's words (8)."""
LINE_LIMIT = 16
"""Characters of a headline and of a line in large type that fit across an upright sheet."""
STATUSES = ("reviewed", "draft")

_LABELS = {
    "id": "编号",
    "name": "名称",
    "aliases": "别名",
    "victims": "易遇人群",
    "method": "手法",
    "red_flags": "识别要点",
    "rule": "铁律",
    "advice": "应对方法",
    "short": "短信文字",
    "long": "信件文字",
    "headline": "海报标题",
    "large": "大字文字",
    "segments": "适用人群",
    "sources": "来源",
    "valid_from": "启用日期",
    "valid_until": "停用日期",
    "reviewed_on": "审读日期",
    "status": "状态",
    "report": "来源名称",
    "place": "来源位置",
}
_TEXTS = ("id", "name", "victims", "method", "rule", "short", "long", "headline", "status")
_LISTS = ("red_flags", "advice", "large")
_LISTS_OR_NONE = ("aliases", "segments")
_DAYS = ("valid_from", "reviewed_on")
_OPTIONAL = (*_LISTS_OR_NONE, "valid_until")
_KEYS = (*_TEXTS, *_LISTS, *_LISTS_OR_NONE, *_DAYS, "valid_until", "sources")
_LARGEST = 256 << 10
"""Bytes of a file with a warning."""
_SOURCE_KEYS = ("report", "place")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A warning as read, with the places of its keys for faults that only the whole catalogue shows."""

    warning: Warning
    places: Places


def read_catalogue(folder: Path, root: Path) -> tuple[dict[str, Warning], list[Problem]]:
    """All warnings of a folder by id, and every problem of every file; a faulty file is left out.

    Args:
        folder: Where the `*.toml` files are; hidden files are an editor's and not read.
        root: The working folder, to which problems name the files.
    """
    if not folder.is_dir():
        return {}, [_missing_folder(_relative(folder, root))]
    entries: list[_Entry] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.toml")):
        if path.name.startswith("."):
            continue
        entry, found = _read(path, root)
        problems += found
        if entry:
            entries.append(entry)
    problems += _shared_names(entries)
    return {entry.warning.id: entry.warning for entry in entries}, problems


def _relative(path: Path, root: Path) -> str:
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def _missing_folder(source: str) -> Problem:
    return Problem(
        "warnings-folder-missing",
        "this folder for the warnings does not exist; `campaigner init` writes one",
        "没有找到存放预警内容的文件夹",
        source,
    )


def _too_large(source: str) -> Problem:
    return Problem(
        "file-too-large",
        f"the file has more than {_LARGEST >> 10} KiB; no warning does, so look whether it is the right one",
        f"文件超过 {_LARGEST >> 10} KiB，预警内容不会这么大，请确认是否放错了文件",
        source,
        line=1,
    )


def _read(path: Path, root: Path) -> tuple[_Entry | None, list[Problem]]:
    source = _relative(path, root)
    try:
        if facts_of(path).st_size > _LARGEST:
            return None, [_too_large(source)]
        raw = path.read_bytes()
        text = raw.decode("utf-8")
    except OSError as fault:
        reason = fault.strerror or "unknown fault"
        return None, [Problem("file-unreadable", f"cannot be read: {reason}", "文件无法打开", source, line=1)]
    except UnicodeDecodeError as fault:
        return None, [_not_utf8(raw, fault.start, source)]
    loaded = load_toml(text, source)
    if isinstance(loaded, Problem):
        return None, [loaded]
    values, places = loaded
    reader = _Reader(values, places, source)
    warning = reader.warning(path.stem, hashlib.sha256(raw).hexdigest())
    return (None if reader.problems else _Entry(warning, places)), reader.problems


def _not_utf8(raw: bytes, offset: int, source: str) -> Problem:
    return Problem(
        "file-not-utf8",
        "the file is not UTF-8; save it again with the encoding UTF-8",
        "文件编码不是UTF-8，请在编辑器中另存为UTF-8编码",
        source,
        line=raw.count(b"\n", 0, offset) + 1,
    )


def _shared_names(entries: Iterable[_Entry]) -> list[Problem]:
    """Names and aliases that stand twice: a report's word must lead to one warning."""
    owners: dict[str, str] = {}
    problems = []
    for entry in entries:
        warning = entry.warning
        labels: list[tuple[str, tuple[str | int, ...]]] = [(warning.name, ("name",))]
        labels += [(alias, ("aliases", number)) for number, alias in enumerate(warning.aliases)]
        for label, path in labels:
            if label not in owners:
                owners[label] = warning.file
                continue
            line, column = entry.places.of(*path)
            problems.append(
                Problem(
                    "warning-name-taken",
                    f"this name or alias already stands in {owners[label]}; keep it in one of the two",
                    f"这个名称或别名在 {owners[label]} 中已经用过，请只保留一处",
                    warning.file,
                    line,
                    column,
                    label,
                )
            )
    return problems


class _Reader:
    """Takes one file's values apart, key by key, and lists what is wrong on the way."""

    def __init__(self, values: dict[str, Any], places: Places, source: str) -> None:
        self.values = values
        self.places = places
        self.source = source
        self.problems: list[Problem] = []

    def warning(self, stem: str, sha256: str) -> Warning:
        """The warning; of use only if no problem was listed."""
        self._keys(self.values, _KEYS, _OPTIONAL)
        texts = {key: self._text(key) for key in _TEXTS}
        lists = {
            key: self._texts(key, may_be_empty=key in _LISTS_OR_NONE) for key in (*_LISTS, *_LISTS_OR_NONE)
        }
        days = {key: self._day(key) for key in _DAYS}
        until = self._day("valid_until") if "valid_until" in self.values else None
        self._lengths(texts["short"], texts["headline"], lists["large"])
        self._agreement(texts, stem, days["valid_from"], until)
        read: dict[str, Any] = {**texts, **lists, **days, "valid_until": until, "sources": self._sources()}
        return Warning(**read, file=self.source, sha256=sha256)

    def _report(
        self, code: str, message: str, message_zh: str, path: tuple[str | int, ...], value: str = ""
    ) -> None:
        line, column = self.places.of(*path)
        self.problems.append(Problem(code, message, message_zh, self.source, line, column, value))

    def _keys(
        self,
        table: dict[str, Any],
        known: tuple[str, ...],
        optional: tuple[str, ...] = (),
        path: tuple[str | int, ...] = (),
    ) -> None:
        for key in table:
            if key not in known:
                near = get_close_matches(key, known, 1)
                hint, hint_zh = (
                    (f"; did you mean {near[0]}?", f"，是否应为 {near[0]}？") if near else ("", "")
                )
                message, message_zh = f"there is no such key{hint}", f"没有这一项{hint_zh}"
                self._report("warning-key-unknown", message, message_zh, (*path, key), key)
        for key in known:
            if key not in table and key not in optional:
                message_zh = f"缺少“{_LABELS[key]}”这一项（{key}）"
                self._report("warning-key-missing", f"the key {key} is missing", message_zh, path, key)

    def _typed(self, path: tuple[str | int, ...], wanted: str, wanted_zh: str) -> None:
        label = _LABELS[str(next(part for part in reversed(path) if isinstance(part, str)))]
        self._report("warning-type", f"this must be {wanted}", f"“{label}”应当是{wanted_zh}", path)

    def _text_at(self, value: object, path: tuple[str | int, ...]) -> str:
        if not isinstance(value, str):
            self._typed(path, "a text in quotes", "加引号的文字")
            return ""
        if not value.strip():
            label = _LABELS[str(next(part for part in reversed(path) if isinstance(part, str)))]
            self._report("warning-empty", "this text is empty", f"“{label}”不能为空", path)
        return value.strip()

    def _text(self, key: str) -> str:
        return self._text_at(self.values[key], (key,)) if key in self.values else ""

    def _texts(self, key: str, *, may_be_empty: bool) -> tuple[str, ...]:
        value = self.values.get(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            self._typed((key,), "a list of texts", "用方括号括起来的若干条文字")
            return ()
        if not value and not may_be_empty:
            self._report("warning-empty", "this list is empty", f"“{_LABELS[key]}”不能为空", (key,))
        return tuple(self._text_at(entry, (key, number)) for number, entry in enumerate(value))

    def _day(self, key: str) -> date:
        value = self.values.get(key)
        # A date with a time is a date too for Python, but the catalogue counts whole days.
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if value is not None:
            self._typed((key,), "a date like 2026-11-20, without quotes", "不加引号的日期，例如 2026-11-20")
        return date.min

    def _sources(self) -> tuple[Source, ...]:
        value = self.values.get("sources")
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            self._typed(
                ("sources",),
                "[[sources]] tables with report and place",
                "带有 report 和 place 的 [[sources]]",
            )
            return ()
        if not value:
            self._report("warning-empty", "no source is given", "没有注明来源", ("sources",))
        for number, entry in enumerate(value):
            self._keys(entry, _SOURCE_KEYS, path=("sources", number))
        return tuple(self._source(entry, ("sources", number)) for number, entry in enumerate(value))

    def _source(self, entry: dict[str, Any], path: tuple[str | int, ...]) -> Source:
        texts = [self._text_at(entry[key], (*path, key)) if key in entry else "" for key in _SOURCE_KEYS]
        return Source(*texts)

    def _lengths(self, short: str, headline: str, large: tuple[str, ...]) -> None:
        self._fits(short, units, SHORT_LIMIT, ("short",))
        self._fits(headline, len, LINE_LIMIT, ("headline",))
        for number, line in enumerate(large):
            self._fits(line, len, LINE_LIMIT, ("large", number))

    def _fits(
        self, text: str, measure: Callable[[str], int], limit: int, path: tuple[str | int, ...]
    ) -> None:
        length = measure(text)
        if length > limit:
            message = f"{length} characters, at most {limit} fit"
            message_zh = f"“{_LABELS[str(path[0])]}”有{length}个字，最多{limit}个字"
            self._report("warning-too-long", message, message_zh, path, text)

    def _agreement(self, texts: dict[str, str], stem: str, start: date, until: date | None) -> None:
        """What the types do not show: the id is the file's name, the status known, the dates in order."""
        if texts["id"] and texts["id"] != stem:
            message = f"the id must be the file's name, {stem}"
            self._report("warning-id", message, f"编号应与文件名相同，即 {stem}", ("id",), texts["id"])
        if texts["status"] and texts["status"] not in STATUSES:
            near = get_close_matches(texts["status"], STATUSES, 1, 0.0)[0]
            message = f"the status must be reviewed or draft; did you mean {near}?"
            message_zh = "状态只能是 reviewed（已审读）或 draft（草稿）"
            self._report("warning-status", message, message_zh, ("status",), texts["status"])
        if until is not None and date.min not in (start, until) and until < start:
            message = "valid_until lies before valid_from"
            self._report(
                "warning-dates", message, "停用日期早于启用日期", ("valid_until",), until.isoformat()
            )
