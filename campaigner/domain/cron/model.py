"""Days and times of day, and the text that says them, character by character."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from campaigner.domain.calendar import DAY, ScheduleError

EVERY_DAY, EVERY_MONTH, EVERY_WEEKDAY = frozenset(range(1, 32)), frozenset(range(1, 13)), frozenset(range(7))
WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
"""English names in cron's order: 0, and 7 as well, is Sunday."""
WEEKDAYS_ZH = "日一二三四五六"
SUNDAY_AGAIN = 7
EXAMPLES = '"0 9 * * mon", or in Chinese "每周一 9:00"'
EXAMPLES_ZH = '"0 9 * * mon"，或直接写 "每周一 9:00"、"每月1日 9:00"、"每天 8:30"、"工作日 9:00"'
_LONGEST = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
_PLAIN = str.maketrans(
    {
        **{chr(0xFEE0 + code): chr(code) for code in range(0x21, 0x7F)},
        "、": ",", "﹐": ",", "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "〜": "-",
        "～": "-", "至": "-", "到": "-", "×": "*", "﹡": "*", "∗": "*", "\u3000": " ", "\u00a0": " ",
    }
)  # fmt: skip
"""What a Chinese keyboard writes for a sign of cron; each is one character, so that places stay what they are."""


class CronError(ScheduleError):
    """A schedule in text cannot be read.

    Args:
        message: Why, and what to write instead, in English.
        message_zh: The same in plain Chinese.
        at: Place of the first character it is about, from 0.
    """

    def __init__(self, message: str, message_zh: str, at: int) -> None:
        super().__init__(message, message_zh, "config-cron")
        self.at = at


@dataclass(frozen=True, slots=True)
class Cron:
    """Days and times of day.

    Args:
        times: Times of day, in order.
        days: Days of the month, from 1.
        last: Whether the last day of the month is one of them as well.
        months: Months, from 1.
        weekdays: Days of the week, 0 is Sunday.
    """

    times: tuple[time, ...]
    days: frozenset[int] = EVERY_DAY
    last: bool = False
    months: frozenset[int] = EVERY_MONTH
    weekdays: frozenset[int] = EVERY_WEEKDAY

    def fires_on(self, day: date) -> bool:
        """Whether it fires on a day of the calendar."""
        return (
            day.month in self.months
            and day.isoweekday() % 7 in self.weekdays
            and (day.day in self.days or (self.last and (day + DAY).day == 1))
        )

    @property
    def comes(self) -> bool:
        """Whether any year has such a day; no February has a 30th."""
        longest = max(_LONGEST.get(month, 31) for month in self.months)
        return self.last or min(self.days) <= longest


def _weekday_words() -> dict[str, int]:
    words = {name[:size]: number for number, name in enumerate(WEEKDAYS) for size in (3, len(name))}
    words |= {"tues": 2, "thur": 4, "thurs": 4}
    for number, sign in enumerate(WEEKDAYS_ZH):
        words |= {f"{head}{sign}": number for head in ("周", "星期", "礼拜")}
    return words | {f"{head}天": 0 for head in ("周", "星期", "礼拜")}


WEEKDAY_WORDS: Mapping[str, int] = _weekday_words()
"""Names of the days of the week, English and Chinese, with their numbers from Sunday, 0."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the line and where it begins."""

    text: str
    at: int

    def split(self, sign: str) -> list["Piece"]:
        """Its parts between signs, without blanks around them, each with its place."""
        found, at = [], self.at
        for part in self.text.split(sign):
            blank = len(part) - len(part.lstrip())
            found.append(Piece(part.strip(), at + blank))
            at += len(part) + 1
        return found


def plain(text: str) -> str:
    """The text with the signs of a Chinese keyboard as cron has them, small letters, every character at its place.

    Raises:
        CronError: It holds a character that cannot be seen.
    """
    for at, sign in enumerate(text):
        if not sign.isprintable() and not sign.isspace():
            raise CronError(
                f"there is a character that cannot be seen (U+{ord(sign):04X}); delete it and type the line again",
                f"这里有一个看不见的字符（U+{ord(sign):04X}），请删掉后重新输入这一行",
                at,
            )
    # Of all letters only a few, which no schedule has, change their number as they become small.
    lowered = "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text)
    return lowered.translate(_PLAIN)


def fields_of(text: str) -> list[tuple[str, int]]:
    """The fields of a plain line, each with its place; a blank beside a comma parts nothing."""
    return [
        (match[0].rstrip(), match.start()) for match in re.finditer(r"(?:\s*,\s*|[^\s,])+", text.rstrip())
    ]


def weekday_named(text: str) -> str:
    """The English name of a weekday that is given by number or by a name of `WEEKDAY_WORDS`."""
    return WEEKDAYS[(int(text) if text.isdigit() else WEEKDAY_WORDS[text]) % 7]
