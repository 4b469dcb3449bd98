"""Signs that only some programs know, such as `#`, `L`, `W` and `?`: refused, with what to write here instead."""

import re
from collections.abc import Callable

from campaigner.domain.cron.fields import MONTH_FIELD, values_of
from campaigner.domain.cron.model import (
    EVERY_MONTH,
    EXAMPLES,
    EXAMPLES_ZH,
    WEEKDAY_WORDS,
    CronError,
    Piece,
    weekday_named,
)
from campaigner.domain.dayrule import MONTHS

ORDINALS = ("first", "second", "third", "fourth")


def refuse_foreign(pieces: list[Piece]) -> None:
    """Refuses what only some programs know, with the rule of ours that says it."""
    for number, piece in enumerate(pieces):
        for member in piece.split(","):
            for pattern, places, refuse in _FOREIGN:
                match = re.fullmatch(pattern, member.text)
                if match and number in places:
                    raise refuse(match, member, pieces)


def _nth(match: re.Match[str], member: Piece, pieces: list[Piece]) -> CronError:
    nth = int(match["nth"])
    name = weekday_named(match["day"])
    if not 1 <= nth <= len(ORDINALS):
        rule = rule_for(f"last {name}", pieces)
        return CronError(
            f"not every month has what `{member.text}` asks for; for the last one write {rule}",
            f"`{member.text}` 不是每个月都有；要每月最后一个请写 {rule}",
            member.at,
        )
    return _by_rule(member, rule_for(f"{ORDINALS[nth - 1]} {name}", pieces))


def _last_weekday(match: re.Match[str], member: Piece, pieces: list[Piece]) -> CronError:
    return _by_rule(member, rule_for(f"last {weekday_named(match['day'])}", pieces))


def _last_work(_match: re.Match[str], member: Piece, pieces: list[Piece]) -> CronError:
    return _by_rule(member, rule_for("last working day", pieces))


def _near_work(match: re.Match[str], member: Piece, pieces: list[Piece]) -> CronError:
    line = f'cron = "{replaced(pieces, 2, match["day"])}", on_rest_day = "previous"'
    return CronError(
        f"`{member.text}` is not known here; for the working day before, where that day is one of rest, write `{line}`",
        f"这里不用 `{member.text}`；遇休息日提前到上一个工作日，请写 `{line}`",
        member.at,
    )


def _before_last(match: re.Match[str], member: Piece, pieces: list[Piece]) -> CronError:
    last, fixed = replaced(pieces, 2, "last"), replaced(pieces, 2, str(max(1, 28 - int(match["count"]))))
    return CronError(
        f'days before the last one are not counted: `{member.text}`; write the last day, "{last}", or a fixed one, '
        f'"{fixed}"',
        f'不能从月末倒数：`{member.text}`；可写最后一天 "{last}"，或固定的一天 "{fixed}"',
        member.at,
    )


def _question(_match: re.Match[str], member: Piece, pieces: list[Piece]) -> CronError:
    words = [piece.text.replace("?", "*") for piece in pieces]
    words[4] = "mon" if re.search(r"\d", words[4]) else words[4]
    line = " ".join(words)
    return CronError(
        f'write `*` instead of `?`, and weekdays by name, such as "{line}": programs that know `?` count 1 as Sunday, '
        "here 1 is Monday",
        f'请把 `?` 改成 `*`，星期用名称写，如 "{line}"；用 `?` 的程序里1是星期日，这里1是星期一',
        member.at,
    )


def _saturday(_match: re.Match[str], member: Piece, pieces: list[Piece]) -> CronError:
    line = replaced(pieces, 4, "sat")
    return CronError(
        f'`{member.text}` as a weekday is Saturday in some programs; write "{line}"',
        f'星期写 `{member.text}` 在有的程序里是星期六，请写 "{line}"',
        member.at,
    )


def _random(_match: re.Match[str], member: Piece, _pieces: list[Piece]) -> CronError:
    return CronError(
        f"`{member.text}` would fire at a time that nobody chose; write which, such as {EXAMPLES}",
        f"`{member.text}` 是随机时间；请写明时间，如 {EXAMPLES_ZH}",
        member.at,
    )


_Refuse = Callable[[re.Match[str], Piece, list[Piece]], CronError]
_NAMES = rf"(?P<day>[0-7]|{'|'.join(WEEKDAY_WORDS)})"
_FOREIGN: tuple[tuple[str, tuple[int, ...], _Refuse], ...] = (
    (r"\?", (0, 1, 2, 3, 4), _question),
    (rf"{_NAMES}#(?P<nth>\d{{1,3}})", (2, 4), _nth),
    (r"l-?w|wl", (2, 4), _last_work),
    (r"(?P<day>[1-9]|[12]\d|3[01])w", (2,), _near_work),
    (r"l-(?P<count>\d{1,2})", (2,), _before_last),
    (rf"{_NAMES}l", (4,), _last_weekday),
    (r"last|l", (4,), _saturday),
    (r"h(\(.*\))?(/\d+)?|[^~]*~[^~]*", (0, 1, 2, 3, 4), _random),
)


def _by_rule(member: Piece, rule: str) -> CronError:
    return CronError(
        f"`{member.text}` is not known here; instead of `cron` write {rule}",
        f"这里不用 `{member.text}`；请不写 cron，改写 {rule}",
        member.at,
    )


def rule_for(which: str, pieces: list[Piece]) -> str:
    """The rule to write instead, with the line's own months and its time of day."""
    minute, hour, _day, month, _week = pieces
    try:
        months = sorted(values_of(MONTH_FIELD, month))
    except CronError:
        months = []
    names = [MONTHS[number - 1] for number in months] if len(months) < len(EVERY_MONTH) else []
    period = f"{', '.join(names[:-1])}{' and ' if names[1:] else ''}{names[-1]}" if names else "the month"
    return f'`rule = "{which} of {period}", at = "{_clock(minute, hour)}"`'


def _clock(minute: Piece, hour: Piece) -> str:
    if re.fullmatch(r"0*([01]?\d|2[0-3])", hour.text) and re.fullmatch(r"0*[0-5]?\d", minute.text):
        return f"{int(hour.text):02}:{int(minute.text):02}"
    return "09:00"


def replaced(pieces: list[Piece], number: int, text: str) -> str:
    """The line with one field replaced; the weekday goes where a day of the month comes."""
    words = [piece.text for piece in pieces]
    words[number] = text
    if number == 2 and text != "*":  # noqa: PLR2004 - the day of the month
        words[4] = "*"
    return " ".join(words)
