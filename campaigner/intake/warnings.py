"""The warnings catalogue: one TOML file per warning, checked key by key so that every fault has its line."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from campaigner.domain.problem import Problem
from campaigner.domain.sms import units
from campaigner.domain.warning import Source, Warning  # noqa: A004 - the field's own word
from campaigner.intake.plainfile import facts_of
from campaigner.toml.places import Places
from campaigner.toml.table import Table, read_table
from campaigner.toml.wording import Wording

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
_WORDING = Wording(
    codes={
        "missing": "warning-key-missing",
        "unknown-key": "warning-key-unknown",
        "unknown-value": "warning-status",
        "type": "warning-type",
        "empty": "warning-empty",
    },
    titles=_LABELS,
)
_LARGEST = 256 << 10
"""Bytes of a file with a warning."""


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
    table, problems = read_table(text, source, _WORDING)
    if table is None:
        return None, problems
    warning = _warning(table, path.stem, source, hashlib.sha256(raw).hexdigest())
    return (None if problems else _Entry(warning, table.places)), problems


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


def _warning(table: Table, stem: str, source: str, sha256: str) -> Warning:
    """The warning; of use only if no problem was listed."""
    start, until = table.day("valid_from", required=True), table.day("valid_until")
    warning = Warning(
        id=_text(table, "id"),
        name=_text(table, "name"),
        aliases=_texts(table, "aliases"),
        victims=_text(table, "victims"),
        method=_text(table, "method"),
        red_flags=_texts(table, "red_flags", required=True),
        rule=_text(table, "rule"),
        advice=_texts(table, "advice", required=True),
        short=_text(table, "short"),
        long=_text(table, "long"),
        headline=_text(table, "headline"),
        large=_texts(table, "large", required=True),
        segments=_texts(table, "segments"),
        sources=tuple(map(_source, table.entries("sources", required=True))),
        valid_from=start or date.min,
        valid_until=until,
        reviewed_on=table.day("reviewed_on", required=True) or date.min,
        status=table.choice("status", STATUSES, required=True),
        file=source,
        sha256=sha256,
    )
    table.finish()
    _fits(table, warning.short, units, SHORT_LIMIT, "short")
    _fits(table, warning.headline, len, LINE_LIMIT, "headline")
    for number, line in enumerate(warning.large):
        _fits(table, line, len, LINE_LIMIT, "large", number)
    if warning.id and warning.id != stem:
        message, message_zh = f"the id must be the file's name, {stem}", f"应与文件名相同，即 {stem}"
        table.fault("warning-id", message, message_zh, "id", value=warning.id)
    if start is not None and until is not None and until < start:
        message, message_zh = "valid_until lies before valid_from", "早于启用日期（valid_from）"
        table.fault("warning-dates", message, message_zh, "valid_until", value=until.isoformat())
    return warning


def _source(table: Table) -> Source:
    source = Source(_text(table, "report"), _text(table, "place"))
    table.finish()
    return source


def _text(table: Table, key: str) -> str:
    return table.text(key, required=True).strip()


def _texts(table: Table, key: str, *, required: bool = False) -> tuple[str, ...]:
    texts = table.texts(key, required=required, filled=True, least=int(required))
    return tuple(text.strip() for text in texts)


def _fits(
    table: Table, text: str, measure: Callable[[str], int], limit: int, key: str, entry: int | None = None
) -> None:
    length = measure(text)
    if length > limit:
        message, message_zh = f"{length} characters, at most {limit} fit", f"有{length}个字，最多{limit}个字"
        table.fault("warning-too-long", message, message_zh, key, entry=entry, value=text)
