"""A derived figure checked: what the report says, what comes out, and why they may differ."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from campaigner.domain.findings.figures import Figure, plain

_MORE = ("余", "多", "超", "以上", "逾", "突破", "不少于", "不低于", "至少", "上")
_LESS = ("近", "接近", "将近", "以下", "以内")
_ABOUT = ("约", "左右", "上下", "几", "来")
_SCALES = (("亿", Decimal(100_000_000)), ("万", Decimal(10_000)))
RATIOS = ("%", "百分点")


class Verdict(StrEnum):
    """What a check says."""

    AGREES = "agrees"
    DIFFERS = "differs"
    DERIVED = "derived"
    """Nothing to compare with; the reading follows from what is stated, and is possible."""
    NOT_COMPARABLE = "not-comparable"
    ASK = "ask"
    """Only the author can say."""
    CANNOT_CHECK = "cannot-check"


@dataclass(frozen=True, slots=True)
class Check:
    """One derived figure and its recomputation.

    Args:
        kind: `daily-mean`, `monthly-mean`, `share`, `year-on-year`, `difference`, `points`, `sum`,
            `definitions`, `per-case`, `two-labels` or `two-values`.
        verdict: What came out.
        figures: The figure that was checked, then those that it was recomputed from.
        stated: As the report has it.
        computed: The reading that follows from the other figures; empty where there is none.
        readings: All readings, each with what it assumes.
        cause: Stable name of the likely cause: `nominal-days`, `truncated-total`, `truncated-mean`, `unknown`,
            `no-base`, `no-whole-number`, `different-definitions` ... or empty.
        message: English sentence.
        message_zh: The same in plain Chinese.
    """

    kind: str
    verdict: Verdict
    figures: tuple[Figure, ...]
    stated: str
    computed: str
    readings: tuple[str, ...]
    cause: str
    message: str
    message_zh: str

    def as_data(self, shown: Callable[[str], str]) -> dict[str, Any]:
        """For other programs; `shown` hides the names of its report."""
        return {
            "kind": self.kind, "verdict": self.verdict.value, "stated": shown(self.stated),
            "computed": shown(self.computed), "readings": [shown(reading) for reading in self.readings],
            "cause": self.cause, "message": shown(self.message), "message_zh": shown(self.message_zh),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Interval:
    """The values that a figure as written may stand for, both ends included."""

    low: Decimal
    high: Decimal

    def meets(self, other: "Interval") -> bool:
        """Whether one value is in both."""
        return self.low <= other.high and other.low <= self.high

    def over(self, divisor: Decimal) -> "Interval":
        """Both ends divided by a positive number."""
        return Interval(self.low / divisor, self.high / divisor)

    @property
    def whole(self) -> tuple[int, int]:
        """Smallest and largest whole number in it; the first is larger where there is none."""
        low = self.low.to_integral_value(ROUND_CEILING)
        return int(low), int(self.high.to_integral_value(ROUND_FLOOR))


def interval(figure: Figure) -> Interval:
    """What a figure may stand for if it was rounded, its qualifier (近, 余, 约) taken at its word.

    A count without qualifier is exact; 近38万 is 37万 to 38万, 2000余 is 2000 to 3000.
    """
    value, place = figure.value, figure.place
    if figure.qualifier:
        low, high = _leeway(figure.qualifier)
        if low != high:
            return Interval(value + place * low, value + place * high)
    if is_count(figure) and figure.quantum == 1:
        return Interval(value, value)
    return Interval(value - figure.quantum / 2, value + figure.quantum / 2)


@cache
def _leeway(qualifier: str) -> tuple[Decimal, Decimal]:
    """How many of its places a figure may really lie below or above what is written."""
    if any(word in qualifier for word in _MORE):
        return Decimal(0), Decimal(1)
    if any(word in qualifier for word in _LESS):
        return Decimal(-1), Decimal(0)
    half = Decimal("0.5") if any(word in qualifier for word in _ABOUT) else Decimal(0)
    return -half, half


def cut(figure: Figure) -> Interval:
    """What a figure may stand for if its last places were cut off, not rounded."""
    return Interval(figure.value, figure.value + figure.quantum)


def is_count(figure: Figure) -> bool:
    """Whether it counts things: whole numbers only."""
    return figure.unit not in (*RATIOS, "元", "美元")


def shown(value: Decimal, like: Figure) -> str:
    """A value in the scale and with the decimals of another figure: 75.7万元 like 76.1万元."""
    for name, scale in _SCALES:
        if name in like.surface:
            return f"{plain(_rounded(value / scale, like.quantum / scale))}{name}{like.unit}"
    return f"{plain(_rounded(value, like.quantum))}{like.unit}"


def percent(value: Decimal, like: Figure | None = None) -> str:
    """A percentage with the decimals of another figure, else with one."""
    return f"{plain(_rounded(value, like.quantum if like else Decimal('0.1')))}%"


def _rounded(value: Decimal, quantum: Decimal) -> Decimal:
    return (value / quantum).to_integral_value(ROUND_HALF_UP) * quantum
