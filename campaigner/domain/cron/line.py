"""A cron line of five fields, read strictly: what is not understood is refused at its very character.

The fields are those of POSIX cron with the usual names, lists, ranges and steps. Where programs differ about what
a line means, it is refused, with what to write instead; docs/schedules.md lists every such decision.
"""

import re
from datetime import time
from itertools import product

from campaigner.domain.cron.fields import FIELDS, LAST, values_of
from campaigner.domain.cron.foreign import ORDINALS, refuse_foreign, replaced, rule_for
from campaigner.domain.cron.model import (
    EXAMPLES,
    EXAMPLES_ZH,
    WEEKDAYS,
    Cron,
    CronError,
    Piece,
    fields_of,
    plain,
)

_AT_WORDS = {
    "@hourly": "0 9-17 * * *", "@daily": "0 9 * * *", "@midnight": "0 9 * * *", "@weekly": "0 9 * * mon",
    "@monthly": "0 9 1 * *", "@yearly": "0 9 1 1 *", "@annually": "0 9 1 1 *",
}  # fmt: skip


def parse_line(text: str) -> Cron:
    """A line of five fields.

    Args:
        text: As it is written; names in any case, signs of a Chinese keyboard taken.

    Raises:
        CronError: Anything in it is not understood, means different things elsewhere, or never comes.
    """
    pieces = [Piece(*field) for field in fields_of(plain(text))]
    _five(pieces)
    refuse_foreign(pieces)
    values = [values_of(field, piece) for field, piece in zip(FIELDS, pieces, strict=True)]
    minutes, hours, days, months, weekdays = values
    day, weekday = pieces[2], pieces[4]
    if day.text != "*" and weekday.text != "*":
        raise _both(pieces, days, weekdays)
    last = any(member.text in LAST for member in day.split(","))
    times = tuple(time(hour, minute) for hour, minute in product(sorted(hours), sorted(minutes)))
    cron = Cron(times, days, last, months, frozenset(number % 7 for number in weekdays))
    if not cron.comes:
        line = replaced(pieces, 2, "last")
        raise CronError(
            f"there is no such day: no month of this line has a day {day.text}; for the last day of the month write "
            f'"{line}"',
            f'没有这样的日子：这几个月都没有{day.text}日；要在月份的最后一天，请写 "{line}"',
            day.at,
        )
    return cron


def _five(pieces: list[Piece]) -> None:
    """Refuses what does not have five fields, with the nearest line that does."""
    head = pieces[0] if pieces else Piece("", 0)
    if head.text.startswith("@"):
        line = _AT_WORDS.get(head.text, "0 9 * * *")
        raise CronError(
            f'`{head.text}` does not say at what time of day; write all five fields, such as "{line}"',
            f'`{head.text}` 没有写明几点；请写全五项（分 时 日 月 星期），如 "{line}"',
            head.at,
        )
    if len(pieces) == len(FIELDS):
        return
    for piece in pieces:
        if len(pieces) > len(FIELDS) and re.search(r"^[-/]|[-/]$", piece.text):
            raise CronError(
                "no blanks around `-` and `/`: write `mon-fri`, `8-18/2`",
                "`-` 和 `/` 前后不要有空格，应写成 mon-fri、8-18/2",
                piece.at,
            )
    at = pieces[len(FIELDS)].at if len(pieces) > len(FIELDS) else 0
    message = f"a cron line has five fields, minute hour day month weekday, and this has {len(pieces)}"
    message_zh = f"cron 应有五项：分 时 日 月 星期，这里有{len(pieces)}项"
    shorter = _shorter(pieces)
    if shorter is not None:
        line, which, which_zh, place = shorter
        raise CronError(
            f'{message}; without the {which} it is "{line}"',
            f'{message_zh}；去掉{which_zh}应写成 "{line}"',
            place,
        )
    raise CronError(f"{message}; write it like {EXAMPLES}", f"{message_zh}；可以写成 {EXAMPLES_ZH}", at)


def _shorter(pieces: list[Piece]) -> tuple[str, str, str, int] | None:
    """A line of six fields without its seconds or its year, if that can be read."""
    if len(pieces) != len(FIELDS) + 1:
        return None
    for kept, left, which, which_zh in (
        (pieces[:-1], pieces[-1], "year", "末尾的年"), (pieces[1:], pieces[0], "seconds", "开头的秒"),
    ):  # fmt: skip
        wanted = r"(19|20)\d\d.*" if which == "year" else r"0+"
        line = " ".join(piece.text.replace("?", "*") for piece in kept)
        # Programs with six fields do not agree whether 1 is Sunday.
        numbered = re.search(r"\d", kept[4].text)
        if re.fullmatch(wanted, left.text) and not numbered and _readable(line):
            return line, which, which_zh, left.at
    return None


def _readable(line: str) -> bool:
    try:
        parse_line(line)
    except CronError:
        return False
    return True


def _both(pieces: list[Piece], days: frozenset[int], weekdays: frozenset[int]) -> CronError:
    """A day of the month and a weekday: cron fires when either fits, others when both do."""
    rule, rule_zh = "", ""
    for nth, word in enumerate(ORDINALS):
        if days == frozenset(range(7 * nth + 1, 7 * nth + 8)) and len(weekdays) == 1:
            written = rule_for(f"{word} {WEEKDAYS[min(weekdays) % 7]}", pieces)
            rule, rule_zh = f"for both at once write {written}; ", f"要同时符合，请写 {written}；"
    two = f'"{replaced(pieces, 4, "*")}" and "{replaced(pieces, 2, "*")}"'
    two_zh = two.replace(" and ", " 和 ")
    return CronError(
        "a day of the month and a weekday together mean either of them in cron and both at once in other programs; "
        f"{rule}for either make two campaigns, {two}",
        f"同时写了日和星期：cron 里是符合一个就发，别的程序是两个都符合才发；{rule_zh}"
        f"要符合一个就发，请分成两个计划：{two_zh}",
        pieces[4].at,
    )
