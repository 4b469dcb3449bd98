"""Taking one person out of a kept report: his number and what stands beside it are blacked out, the original goes."""

import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from campaigner.domain.filename import draft_name
from campaigner.domain.masking import masked
from campaigner.domain.people import masked_name
from campaigner.errors import StoreError
from campaigner.intake.reports.archive import CLEANED, DECODED

_HIDDEN = "*"
_LEFT = re.compile(r"[0-9]*[*]{3,}[0-9Xx*]*")


@dataclass(frozen=True, slots=True)
class Person:
    """Who is taken out.

    Args:
        at: Places (start, end) of his number in a text, however it is written.
        marks: Names and cards that lists give to the number.
    """

    at: Callable[[str], Iterable[tuple[int, int]]]
    marks: Collection[str]


def black_out(folder: Path, person: Person) -> None:
    """Black a person out of what is kept of one report file; no text changes its length, so findings keep their places.

    In each line with the number all numbers of people and all names go, for they may be his; elsewhere the names and
    cards that lists give to him. The original, which cannot be rewritten as it is, is deleted. When anything was
    written stays as it was, so that the report's time does not begin again.

    Args:
        folder: The report's folder.
        person: Who.

    Raises:
        StoreError: It cannot be written, or is none of ours.
    """
    try:
        cleaned = json.loads((folder / CLEANED).read_bytes())
        hide = _hiding(person, set(_names_beside(cleaned, person)))
        decoded = (folder / DECODED).read_bytes().decode("utf-8", "surrogatepass")
        blacked = json.dumps(_hidden(cleaned, hide), ensure_ascii=False, indent=1).encode()
        for path in sorted(folder.iterdir()):
            if path.name not in {CLEANED, DECODED}:
                path.unlink()
        _rewrite(folder / DECODED, hide(decoded).encode("utf-8", "surrogatepass"))
        _rewrite(folder / CLEANED, blacked)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"reports/{folder.name} cannot be rewritten ({type(error).__name__})\n"
            f"reports/{folder.name} 无法改写：请检查该文件夹是否完好、能否写入，再运行同一条命令"
        ) from None


def _names_beside(cleaned: Any, person: Person) -> Iterator[str]:
    """Personal names in the paragraphs in which the number stands."""
    for report in cleaned["reports"]:
        for paragraph in report["paragraphs"]:
            start, text = paragraph["start"], paragraph["text"]
            if any(True for _place in person.at(text)):
                yield from (
                    report["text"][one:other]
                    for one, other in report["names"]
                    if start <= one < start + len(text)
                )


def _hiding(person: Person, beside: Collection[str]) -> Callable[[str], str]:
    """What blacks a person out of a text of several lines."""
    names = sorted(set(beside) | set(person.marks), key=len, reverse=True)

    def hide(text: str) -> str:
        lines = [_without_number(line, person) for line in text.split("\n")]
        whole = "\n".join(lines)
        for name in names:
            whole = whole.replace(name, _HIDDEN * len(name) if name[0].isdecimal() else masked_name(name))
        return whole

    return hide


def _without_number(line: str, person: Person) -> str:
    places = list(person.at(line))
    if not places:
        return line
    for start, end in places:
        line = f"{line[:start]}{_HIDDEN * (end - start)}{line[end:]}"
    # Nothing stays of a number: what is left of a card may read as another one, 110.
    return _LEFT.sub(lambda match: _HIDDEN * len(match[0]), masked(line))


def _hidden(value: Any, hide: Callable[[str], str]) -> Any:
    """The same data with a person blacked out of every text."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, dict):
        return {key: _hidden(entry, hide) for key, entry in value.items()}
    if isinstance(value, list):
        return [_hidden(entry, hide) for entry in value]
    return value


def _rewrite(path: Path, content: bytes) -> None:
    before = path.stat()
    draft = path.with_name(draft_name(path.name))
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.utime(draft, ns=(before.st_atime_ns, before.st_mtime_ns))
    draft.replace(path)
