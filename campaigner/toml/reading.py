"""A TOML text read by the standard library, which stops at its first fault; here the reading goes on behind it.

What stands twice is set aside, what cannot be read on one line is passed over, and the rest is read again, so that all
faults are told at once. A text with faults is read on for more of them alone: its values are nothing to work with.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from campaigner.domain.problem import Problem
from campaigner.errors import ConfigError
from campaigner.toml.places import Path, Places, Walk, place_of

_MOST_FAULTS = 50
_FAULT = re.compile(
    r"(?P<reason>.*?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)
_TWICE = re.compile(r"Cannot (?:overwrite|declare|mutate|redefine)|Duplicate inline table key")
"""How the standard library begins to say that something stands twice; it says so behind the second one."""
_KEY = r"""[ \t]*(?:[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')[ \t]*"""
_PAIR = re.compile(rf"{_KEY}(?:\.{_KEY})*=")
_ODD_PAIR = re.compile(r"""[^\[\]{}"'=#\n]+=""")
"""A pair whose key is none, such as one in Chinese without quotes."""
_HEADER = re.compile(rf"^[ \t]*\[{{1,2}}{_KEY}(?:\.{_KEY})*\]{{1,2}}[ \t]*(?:#[^\n]*)?$", re.MULTILINE)
_STATEMENT = re.compile(
    rf"(?:[ \t]*(?:#[^\n]*)?\n)*"
    rf"(?:{_PAIR.pattern}|{_ODD_PAIR.pattern}|[ \t]*\[{_KEY}|[ \t]*\[\[|[ \t]*(?:#[^\n]*)?\Z)"
)
"""The next line that says something is a pair or a header, or there is none."""
_LONG_NUMBER = re.compile(rf"\d{{{sys.int_info.default_max_str_digits},}}")


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML text as far as it could be read.

    Args:
        values: What stands in it, as the standard library gives it; not to be worked with if there are faults.
        places: Where its keys stand.
        faults: What in it is no TOML, and what stands twice, in the order of the text.
        whole: Whether the text behind the faults could be read, so that it can be looked over for other faults.
    """

    values: dict[str, Any]
    places: Places
    faults: tuple[Problem, ...] = ()
    whole: bool = True

    def texts(self) -> Iterator[tuple[Path, str]]:
        """Each text in quotes with the path of its key, in the order of the file."""
        for path in self.places.quoted:
            value: Any = self.values
            for part in path:
                value = value[part]
            yield path, value


def read_toml(text: str, source: str) -> Document:
    """The values of a TOML text, the places of its keys, and every fault that keeps it from being used.

    Args:
        text: The whole file; a byte order mark, which Windows editors write, does no harm.
        source: File name relative to the working folder.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    faults: list[Problem] = []
    lost: set[Path] = set()
    while len(faults) < _MOST_FAULTS:
        try:
            values, walk = tomllib.loads(text), Walk(text).go()
        except tomllib.TOMLDecodeError as error:
            refused = _refused(str(error), text)
            passed = _set_aside(refused) if _TWICE.match(refused.reason) else _passed_over(refused)
            faults.append(_problem(refused, passed, source))
            if passed is None:
                break
            text = passed.text
            lost |= {passed.lost} if passed.lost else set()
        except RecursionError:
            faults.append(_unusable("brackets are nested too deeply", "括号套得太深", source, 1))
            break
        except ValueError:
            # Python refuses integers of some thousand digits, and tomllib hands that on as it is.
            long = _LONG_NUMBER.search(text)
            line = place_of(text, long.start())[0] if long else 1
            faults.append(
                _unusable("a number is too long to be read", "有一个数字太长，无法读取", source, line)
            )
            break
        else:
            places = Places(walk.places(), text, walk.quoted, frozenset(lost))
            return Document(values, places, tuple(faults))
    return Document({}, Places(), tuple(faults), whole=False)


def shipped_values(text: str, source: str) -> dict[str, Any]:
    """The values of a text that comes with the program.

    Args:
        text: The whole file.
        source: Its name.

    Raises:
        ConfigError: It is no TOML: the installation is damaged.
    """
    try:
        return tomllib.loads(text)
    except ValueError:
        fault = read_toml(text, source).faults[0]
        raise ConfigError(
            f"{source} is damaged: {fault.place}: {fault.message}\n"
            f"{source} 已损坏：{fault.place}：{fault.message_zh}，请重新安装 campaigner，或恢复该文件"
        ) from None


class _Refused(NamedTuple):
    """Where the standard library stopped, and why."""

    text: str
    reason: str
    at: int


class _Passed(NamedTuple):
    """How a reading gets past a fault: the text without it, all else at its place, and what the fault is about.

    Args:
        text: As long as before, blanks in place of what is left out.
        lost: Path of the key whose value could not be read.
        at: Where the second one of something that stands twice begins.
        before: Where the first one does.
    """

    text: str
    lost: Path | None = None
    at: int | None = None
    before: int | None = None


def _refused(message: str, text: str) -> _Refused:
    match = _FAULT.fullmatch(message)
    if match is None or not match["line"]:
        return _Refused(text, match["reason"] if match else message, len(text))
    start = 0
    for _ in range(int(match["line"]) - 1):
        start = text.index("\n", start) + 1
    return _Refused(text, match["reason"], start + int(match["column"]) - 1)


def _set_aside(refused: _Refused) -> _Passed | None:
    """The text without the second one of what stands twice; of a table that does, without all that is in it."""
    text, at = refused.text, refused.at
    walk = Walk(text[:at])
    with suppress(IndexError):
        walk.go()
    twice = walk.latest
    if twice is None:
        return None
    start, end = twice.start, at
    if twice.header:
        end = _end_of_table(text, text.find("\n", at))
    elif refused.reason.startswith("Duplicate") or text[:start].rstrip(" \t").endswith(","):
        start = text.rindex(",", 0, start)
    return _Passed(_blanked(text, start, end), at=twice.key, before=twice.before)


def _end_of_table(text: str, body: int) -> int:
    """Where the next table begins behind a header: a line in a text or a list may look like one."""
    if body < 0:
        return len(text)
    ends = [match.start() for match in _HEADER.finditer(text, body)]
    for end in ends:
        with suppress(ValueError, RecursionError):
            tomllib.loads(text[body:end])
            return end
    return ends[0] if ends else len(text)


def _passed_over(refused: _Refused) -> _Passed | None:
    """The text without a line `key = ...` that is no TOML; None where more than the line may be lost with it."""
    text, at = refused.text, refused.at
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    pair = _PAIR.match(text, start, end)
    if not (pair or _ODD_PAIR.match(text, start, end)) or not _STATEMENT.match(text, min(end + 1, len(text))):
        return None
    try:
        tomllib.loads(text[:start])
    except (ValueError, RecursionError):
        return None  # The line stands within a list or a text that began above it.
    passed = _blanked(text, start, end)
    if pair is None:
        return _Passed(passed)
    line = Walk(text)
    line.at = start
    path = (*Walk(text[:start]).go().table, *(part for part, _offset in line.key()))
    return _Passed(passed, lost=path)


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]


def _problem(refused: _Refused, passed: _Passed | None, source: str) -> Problem:
    """The library's one sentence, its place as numbers; the line may hold a secret and is not shown."""
    if passed is not None and passed.at is not None:
        line, column = place_of(refused.text, passed.at)
        first = "" if passed.before is None else f", on line {place_of(refused.text, passed.before)[0]}"
        first_zh = "前面" if passed.before is None else f"第 {place_of(refused.text, passed.before)[0]} 行"
        return Problem(
            "toml-twice",
            f"this is already given{first}; keep it in one of the two places",
            f"这一项在{first_zh}已经写过，请只保留一处",
            source,
            line,
            column,
        )
    line, column = place_of(refused.text, refused.at)
    return Problem(
        "toml-syntax",
        f"this is not valid TOML: {refused.reason}; check quotes, brackets and equal signs around here",
        "这一处的写法有误，请检查引号、括号和等号是否成对、是否用了英文符号",
        source,
        line,
        column,
    )


def _unusable(message: str, message_zh: str, source: str, line: int) -> Problem:
    return Problem("toml-syntax", f"this is not usable TOML: {message}", message_zh, source, line)
