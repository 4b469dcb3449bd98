"""Writes draft warnings into the catalogue's folder; what a person has written there is never touched."""

import json
from collections.abc import Iterable
from pathlib import Path

from campaigner.domain.problem import Level, Problem
from campaigner.domain.warning import Warning  # noqa: A004 - the field's own word

_KEYS = (
    *("id", "name", "status", "aliases", "victims", "method", "red_flags"),
    *("rule", "advice", "short", "long", "headline", "large", "segments"),
)
_HEAD = (
    '# 草稿：由工作报告的识别结果生成，措辞待人工审读；审读后把 status 改为 "reviewed"，并填写审读日期。\n'
)


def write_drafts(drafts: Iterable[Warning], folder: Path, root: Path) -> tuple[list[Path], list[Problem]]:
    """Writes each draft as `<id>.toml`, unless such a file exists.

    Args:
        drafts: Warnings with status `draft`.
        folder: The catalogue's folder; made if missing.
        root: The working folder, to which problems name the files.

    Returns:
        The files written, and an INFO problem for each draft whose file was there already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    problems: list[Problem] = []
    for draft in drafts:
        path = folder / f"{draft.id}.toml"
        try:
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(draft_toml(draft))
        except FileExistsError:
            problems.append(_kept(path, root))
        else:
            written.append(path)
    return written, problems


def draft_toml(draft: Warning) -> str:
    """A warning as the TOML text that `read_catalogue` reads."""
    lines = [_HEAD, *(f"{key} = {_value(getattr(draft, key))}\n" for key in _KEYS)]
    lines.append(f"valid_from = {draft.valid_from.isoformat()}\n")
    if draft.valid_until is not None:
        lines.append(f"valid_until = {draft.valid_until.isoformat()}\n")
    lines.append(f"reviewed_on = {draft.reviewed_on.isoformat()}\n")
    lines += [
        f"\n[[sources]]\nreport = {_value(source.report)}\nplace = {_value(source.place)}\n"
        for source in draft.sources
    ]
    return "".join(lines)


def _value(value: str | tuple[str, ...]) -> str:
    """A string or a list of strings; JSON's way to quote them is TOML's, but for the delete character."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"[{', '.join(_value(entry) for entry in value)}]"


def _kept(path: Path, root: Path) -> Problem:
    source = path.relative_to(root) if path.is_relative_to(root) else path
    return Problem(
        "draft-exists",
        "a warning with this name exists already and was left as it is",
        "已有同名的预警文件，未作改动",
        source.as_posix(),
        level=Level.INFO,
    )
