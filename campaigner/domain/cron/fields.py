"""One field of a cron line: numbers, names, lists, ranges and steps, and nothing else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from campaigner.domain.cron.model import (
    EXAMPLES,
    EXAMPLES_ZH,
    SUNDAY_AGAIN,
    WEEKDAY_WORDS,
    CronError,
    Piece,
)
from campaigner.domain.dayrule import MONTHS

LAST = ("last", "l")
"""What stands for the last day of the month."""


@dataclass(frozen=True, slots=True)
class Field:
    """One of the five fields: its names, its numbers, its words, and whether a range may run over its end."""

    name: str
    name_zh: str
    low: int
    high: int
    words: Mapping[str, int]
    round: bool = False


_MONTH_WORDS = {name[:size]: number for number, name in enumerate(MONTHS, 1) for size in (3, len(name))}
_MONTH_WORDS |= {"sept": 9} | {f"{number}月": number for number in range(1, 13)}

DAY_FIELD = Field("day", "日", 1, 31, {})
MONTH_FIELD = Field("month", "月", 1, 12, _MONTH_WORDS, round=True)
WEEKDAY_FIELD = Field("weekday", "星期", 0, SUNDAY_AGAIN, WEEKDAY_WORDS, round=True)
FIELDS = (
    Field("minute", "分", 0, 59, {}), Field("hour", "时", 0, 23, {}, round=True), DAY_FIELD, MONTH_FIELD, WEEKDAY_FIELD,
)  # fmt: skip
"""The five fields in their order."""


def values_of(field: Field, piece: Piece) -> frozenset[int]:
    """What a field allows."""
    found: set[int] = set()
    for member in piece.split(","):
        if not member.text:
            raise CronError(
                f"there is a comma too many in the {field.name}, or a value is missing",
                f"{field.name_zh}这一项多了逗号，或逗号旁少写了值",
                member.at,
            )
        if field is DAY_FIELD and member.text in LAST:
            continue
        found |= _member(field, member)
    return frozenset(found)


def _member(field: Field, member: Piece) -> set[int]:
    body, *steps = member.split("/")
    if len(steps) > 1:
        raise _unreadable(field, member)
    if body.text == "*":
        low, high = field.low, field.high - (field is WEEKDAY_FIELD)
    elif "-" in body.text:
        low, high = _range(field, body)
    else:
        low = high = _number(field, body)
    if not steps:
        return _numbers(field, low, high, 1)
    step = _step(field, steps[0])
    if body.text != "*" and "-" not in body.text:
        line = f"{body.text}-{field.high}/{step}"
        raise CronError(
            f"`{member.text}` fires once in some programs and again and again in others; write `{line}` or "
            f"`{body.text}`",
            f"`{member.text}` 在不同程序里含义不同；请写 `{line}` 或 `{body.text}`",
            member.at,
        )
    found = _numbers(field, low, high, step)
    if len(found) == 1:
        raise CronError(
            f"with a step of {step} only {low} is left of `{body.text}`; write `{low}`",
            f"`{body.text}` 按步长{step}只剩下{low}；请直接写 `{low}`",
            steps[0].at,
        )
    return found


def _numbers(field: Field, low: int, high: int, step: int) -> set[int]:
    """From low to high; over the end of the field where high comes first."""
    if low <= high:
        return set(range(low, high + 1, step))
    size = SUNDAY_AGAIN if field is WEEKDAY_FIELD else field.high - field.low + 1
    return {(number - field.low) % size + field.low for number in range(low, high + size + 1, step)}


def _range(field: Field, body: Piece) -> tuple[int, int]:
    ends = body.split("-")
    if len(ends) != 2 or not all(end.text for end in ends):  # noqa: PLR2004 - both ends
        raise _unreadable(field, body)
    low, high = (_number(field, end) for end in ends)
    if low > high and not field.round:
        line = f"{low}-{field.high},{field.low}-{high}"
        raise CronError(
            f"the range `{body.text}` is back to front; write `{high}-{low}`, or `{line}` for what runs over the end",
            f"`{body.text}` 前后颠倒；请写 `{high}-{low}`，要跨过末尾请写 `{line}`",
            body.at,
        )
    return low, high


def _step(field: Field, piece: Piece) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", piece.text) or int(piece.text) == 0:
        raise CronError(
            f"the step `{piece.text}` of the {field.name} is no number from 1; write it like `*/2`",
            f"{field.name_zh}的步长 `{piece.text}` 应是不小于1的整数，如 `*/2`",
            piece.at,
        )
    return int(piece.text)


def _number(field: Field, piece: Piece) -> int:
    if piece.text in field.words:
        return field.words[piece.text]
    if not re.fullmatch(r"[0-9]{1,6}", piece.text):
        raise _unreadable(field, piece)
    number = int(piece.text)
    if not field.low <= number <= field.high:
        note, note_zh = (", 0 or 7 is Sunday", "，0和7都是星期日") if field is WEEKDAY_FIELD else ("", "")
        raise CronError(
            f"there is no {field.name} {number}; it goes from {field.low} to {field.high}{note}",
            f"没有{field.name_zh} {number}，应在{field.low}到{field.high}之间{note_zh}",
            piece.at,
        )
    return number


def _unreadable(field: Field, piece: Piece) -> CronError:
    name, name_zh = {
        "month": (", or a name such as `jan`", "，或 jan、1月"),
        "weekday": (", or a name such as `mon`", "，或 mon、周一"),
    }.get(field.name, ("", ""))
    return CronError(
        f"`{piece.text}` is no {field.name}; it takes {field.low} to {field.high}{name}, `*`, lists `1,4`, ranges "
        f"`1-5` and steps `*/2`; a whole line is {EXAMPLES}",
        f"看不懂{field.name_zh} `{piece.text}`；可写{field.low}到{field.high}{name_zh}、`*`、列举 1,4、范围 1-5、"
        f"步长 */2；整行如 {EXAMPLES_ZH}",
        piece.at,
    )
