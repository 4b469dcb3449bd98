"""Rules for days in words: "last working day of the month", "3 working days before term starts"."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from campaigner.domain.calendar import Edge


class Kind(StrEnum):
    """What kind of day is counted."""

    DAY = "day"
    WORKING = "working day"
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def weekday(self) -> int | None:
        """0 for Monday; None if it is no day of the week."""
        return _WEEKDAYS.index(self) if self in _WEEKDAYS else None


class Period(StrEnum):
    """In what the days are counted."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class InPeriod:
    """The nth day of some kind in each week, month, quarter or year.

    Args:
        nth: 1 is the first, -1 the last.
        kind: What is counted.
        period: In what.
        months: Only in these months; empty means all.
    """

    nth: int
    kind: Kind
    period: Period
    months: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class FromAnchor:
    """A day counted from a term or an occasion.

    Args:
        nth: Days before, if negative, or after; 0 is the day itself.
        kind: What is counted.
        occasion: Name of the occasion; "" is the term.
        edge: Which end; None is the occasion's own day, or the end that lies nearer.
    """

    nth: int
    kind: Kind
    occasion: str
    edge: Edge | None


@dataclass(frozen=True, slots=True)
class Every:
    """Every day of some kind."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Weekly:
    """The first day of a period, and the same day of each week after it."""


Rule = InPeriod | FromAnchor | Every

_WEEKDAYS = tuple(kind for kind in Kind if kind not in (Kind.DAY, Kind.WORKING))
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_ORDINALS = ("first", "second", "third", "fourth")
WORDS = frozenset({
    *_ORDINALS, "last", "day", "days", "week", "weeks", "working", "month", "quarter", "year", "of", "the", "and",
    "every", "before", "after", "term", "starts", "ends", *MONTHS, *_WEEKDAYS,
})  # fmt: skip
"""Words of the rules; an occasion must not be called by one of them."""
MOST = {Kind.DAY: 200, Kind.WORKING: 60}
"""Days that may be counted before or after something."""
MOST_OF_MONTH = {Kind.DAY: 28, Kind.WORKING: 15}
"""Days that every month has; of a day of the week it has four."""

_KINDS = "|".join(("working day", "day", *_WEEKDAYS))
_ORDINAL = r"(?P<nth>first|second|third|fourth|last|\d{1,2}(?:st|nd|rd|th))"
_ANCHOR = r"(?P<anchor>[a-z0-9-]+)(?: (?P<edge>starts|ends))?"
_EVERY = re.compile(rf"every (?P<kind>{_KINDS})")
_IN_PERIOD = re.compile(rf"{_ORDINAL} (?P<kind>{_KINDS})(?: of (?P<period>[a-z ]+))?")
_COUNTED = re.compile(
    rf"(?P<count>\d{{1,3}}) (?P<unit>working day|day|week)s? (?P<side>before|after) {_ANCHOR}"
)
_NEXT_TO = re.compile(rf"(?P<nth>first|last) (?P<kind>{_KINDS}) (?P<side>before|after) {_ANCHOR}")
_ITSELF = re.compile(_ANCHOR)
_NUMBER = re.compile(r"\d{1,3}(?:st|nd|rd|th)?")

_FORMS = (
    "write it like `first monday of the month`, `last working day of december`, `3 working days before term starts`, "
    "`first working day after spring-festival`, `every working day`"
)
_FORMS_ZH = (
    "可以写成 first monday of the month（每月第一个周一）、last working day of december（12月最后一个工作日）、"
    "3 working days before term starts（开学前第3个工作日）"
)


class RuleError(ValueError):
    """The rule cannot be read; says why in English and Chinese."""

    def __init__(self, message: str, message_zh: str) -> None:
        super().__init__(message)
        self.message_zh = message_zh


def needs_work(rule: Rule) -> bool:
    """Whether it names working days, so that what it names is never a day of rest."""
    return rule.kind is Kind.WORKING


def parse_rule(text: str, occasions: Collection[str]) -> Rule:
    """A rule in words.

    Args:
        text: As it is written; capitals, commas and "the" do not matter.
        occasions: Names that may be counted from.

    Raises:
        RuleError: A word is unknown (the nearest is named), or the words make no rule.
    """
    words = [word for word in re.split(r"[\s,]+", text.lower()) if word and word != "the"]
    _known(words, occasions)
    written = " ".join(words)
    for pattern, read in (
        (_EVERY, _every),
        (_IN_PERIOD, _in_period),
        (_COUNTED, _counted),
        (_NEXT_TO, _next_to),
        (_ITSELF, _itself),
    ):
        match = pattern.fullmatch(written)
        if match:
            return read(match, occasions)
    raise RuleError(f"`{text}` is not a rule; {_FORMS}", f"看不懂 `{text}`；{_FORMS_ZH}")


def _known(words: list[str], occasions: Collection[str]) -> None:
    for word in words:
        if word in WORDS or word in occasions or _NUMBER.fullmatch(word):
            continue
        longer = [name for name in occasions if name.startswith(f"{word}-")]
        near = longer or get_close_matches(word, [*sorted(WORDS), *occasions], n=1)
        hint, hint_zh = (
            (f"did you mean `{near[0]}`?", f"是不是 `{near[0]}`？") if near else (_FORMS, _FORMS_ZH)
        )
        raise RuleError(f"unknown word or occasion `{word}`; {hint}", f"不认识 `{word}`；{hint_zh}")


def _every(match: re.Match[str], _occasions: Collection[str]) -> Rule:
    return Every(Kind(match["kind"]))


def _in_period(match: re.Match[str], _occasions: Collection[str]) -> Rule:
    nth, kind = _ordinal(match["nth"]), Kind(match["kind"])
    period, months = _period(match["period"] or "month")
    most = 1 if period is Period.WEEK else MOST_OF_MONTH.get(kind, len(_ORDINALS))
    if nth > most:
        raise RuleError(
            f"not every {period} has a {match['nth']} {kind}; the highest is {most}, or `last`",
            f"不是每个周期都有 `{match['nth']} {kind}`，最多写到第{most}个，或写 last",
        )
    return InPeriod(nth, kind, period, months)


def _ordinal(word: str) -> int:
    if word == "last":
        return -1
    nth = _ORDINALS.index(word) + 1 if word in _ORDINALS else int(word[:-2])
    if nth == 0:
        raise RuleError("counting begins at the first", "从第1个（first）数起")
    return nth


def _period(words: str) -> tuple[Period, frozenset[int]]:
    if words in list(Period):
        return Period(words), frozenset()
    months = [word for word in words.split() if word != "and"]
    if not months or not set(months) <= set(MONTHS):
        raise RuleError(
            f"`of {words}`: give week, month, quarter, year or names of months",
            f"`of {words}`：应为 week、month、quarter、year 或英文月份",
        )
    return Period.MONTH, frozenset(MONTHS.index(month) + 1 for month in months)


def _counted(match: re.Match[str], occasions: Collection[str]) -> Rule:
    count = int(match["count"]) * (7 if match["unit"] == "week" else 1)
    kind = Kind.WORKING if match["unit"] == Kind.WORKING else Kind.DAY
    if not 1 <= count <= MOST[kind]:
        raise RuleError(
            f"counts from 1 to {MOST[kind]} {kind}s, not {count}",
            f"应在1到{MOST[kind]}天之间，不能是 {count}",
        )
    return _anchored(match, occasions, count if match["side"] == "after" else -count, kind)


def _next_to(match: re.Match[str], occasions: Collection[str]) -> Rule:
    after = match["side"] == "after"
    if after != (match["nth"] == "first"):
        raise RuleError(
            "write `first ... after` or `last ... before`; the other way round there is no end to count from",
            "应写 first … after（之后第一个）或 last … before（之前最后一个）",
        )
    return _anchored(match, occasions, 1 if after else -1, Kind(match["kind"]))


def _itself(match: re.Match[str], occasions: Collection[str]) -> Rule:
    return _anchored(match, occasions, 0, Kind.DAY)


def _anchored(match: re.Match[str], occasions: Collection[str], nth: int, kind: Kind) -> Rule:
    name, edge = match["anchor"], match["edge"]
    if name == "term":
        if edge is None:
            raise RuleError(
                "write `term starts` or `term ends`", "应写 term starts（开学）或 term ends（放假）"
            )
        return FromAnchor(nth, kind, "", Edge(edge))
    if name not in occasions:
        raise RuleError(
            f"`{name}` is neither `term` nor an occasion; known are {', '.join(sorted(occasions)) or 'none'}",
            f"`{name}` 不是 term，也不是已有的节点；可用的有：{'、'.join(sorted(occasions)) or '无'}",
        )
    return FromAnchor(nth, kind, name, Edge(edge) if edge else None)


def parse_during(text: str) -> Every | Weekly | None:
    """How often within an occasion: "start" (None), "weekly", "every monday", "every working day".

    Raises:
        RuleError: It is none of these.
    """
    words = " ".join(text.lower().split())
    if words == "start":
        return None
    if words == "weekly":
        return Weekly()
    match = _EVERY.fullmatch(words)
    if match:
        return Every(Kind(match["kind"]))
    choices = ["start", "weekly", *(f"every {kind}" for kind in Kind)]
    near = get_close_matches(words, choices, n=1, cutoff=0.5)
    hint, hint_zh = (f"did you mean `{near[0]}`?", f"是不是 `{near[0]}`？") if near else (
        "known are `start`, `weekly`, `every monday`, `every working day`",
        "可用的有 start、weekly、every monday、every working day",
    )  # fmt: skip
    raise RuleError(f"unknown repetition `{text}`; {hint}", f"不认识 `{text}`，{hint_zh}")
