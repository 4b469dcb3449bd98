"""Shares, sums and percentage points computed again from their parts."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from decimal import Decimal

from campaigner.domain.findings.check import RATIOS, Check, Interval, Verdict, interval, is_count, percent
from campaigner.domain.findings.figures import Figure, plain
from campaigner.domain.reports.report import Report

_REACH = 12
_PARTS = re.compile(r"其中|分别")
_TOTAL = re.compile(r"(?:合计|总计|共计)[一-鿿]{0,4}$")
_MOST_PARTS = 30
_HUNDRED = Decimal(100)


class _Wholes:
    """The figures that percentages may be shares of, by unit, name and period.

    Of each name only those larger than all before are kept: the first that exceeds a part is always one of them,
    and is found without looking at the others.
    """

    def __init__(self, found: Sequence[Figure]) -> None:
        self._rising: dict[tuple[str, str, str], list[Figure]] = {}
        for figure in found:
            if figure.own_label and figure.unit not in RATIOS:
                for period in {"", figure.period}:
                    kept = self._rising.setdefault((figure.unit, figure.label, period), [])
                    if not kept or kept[-1].value < figure.value:
                        kept.append(figure)

    def above(self, part: Figure, share: Figure) -> Figure | None:
        """The first figure that counts what the percentage is a share of, in its period, and exceeds the part."""
        names = {share.share_of, share.share_of.removeprefix("全部").removeprefix("总")}
        larger = []
        for name in names:
            kept = self._rising.get((part.unit, name, share.period), [])
            place = bisect_right(kept, part.value, key=_value)
            larger += kept[place : place + 1]
        return min(larger, key=_start, default=None)


def _value(figure: Figure) -> Decimal:
    return figure.value


def _start(figure: Figure) -> int:
    return figure.start


def shares(found: Sequence[Figure]) -> Iterator[Check]:
    """A check for each percentage that is a share or a rate; changes over time are not looked at here."""
    stated = _Wholes(found)
    for index, share in enumerate(found):
        if share.unit != "%" or share.basis or share.direction:
            continue
        before = [
            figure
            for figure in found[max(0, index - _REACH) : index]
            if figure.sentence == share.sentence and figure.unit not in RATIOS and not figure.rate
        ]
        check = _pair(share, before) or _whole(share, before, stated) or _without(share)
        if check:
            yield check


def _pair(share: Figure, before: Sequence[Figure]) -> Check | None:
    """The share of two counts of one sentence: 2141人 and 1811人 make 84.59%."""
    pairs = [
        (whole, part)
        for part in (before if share.own_label else before[-1:])
        for whole in before
        if whole.unit == part.unit and whole.value > part.value and whole is not part
    ]
    for whole, part in pairs:
        if interval(share).meets(_ratio(part, whole)):
            return _compared(Verdict.AGREES, share, part, whole)
    if len(pairs) == 1 and _belongs(share, pairs[0][1]):
        return _compared(Verdict.DIFFERS, share, pairs[0][1], pairs[0][0])
    return None


def _ratio(part: Figure, whole: Figure) -> Interval:
    top, bottom = interval(part), interval(whole)
    return Interval(top.low * _HUNDRED / bottom.high, top.high * _HUNDRED / (bottom.low or Decimal(1)))


def _belongs(share: Figure, part: Figure) -> bool:
    """Whether the share is said of this part: it names nothing else, or they share a word (核减, 核减完成率)."""
    if not share.own_label:
        return True
    words = {share.label[at : at + 2] for at in range(len(share.label) - 1)}
    return share.label.endswith("率") and any(word in part.label for word in words)


def _compared(verdict: Verdict, share: Figure, part: Figure, whole: Figure) -> Check:
    exact = part.value * _HUNDRED / whole.value
    computed = percent(exact, share)
    reading = f"{part.surface}÷{whole.surface}={computed}"
    agrees = verdict is Verdict.AGREES
    return Check(
        "share",
        verdict,
        (share, part, whole),
        share.surface,
        computed,
        (reading,),
        "" if agrees else "unknown",
        f"{share.surface} {'agrees with' if agrees else 'differs from'} {reading}",
        f"{share.surface}与{reading}{'相符' if agrees else '不符'}",
    )


def _whole(share: Figure, before: Sequence[Figure], wholes: _Wholes) -> Check | None:
    """A share of a named whole, of which only the part is known: the whole that follows, or the one stated."""
    if not share.share_of or not before:
        return None
    part = before[-1]
    stated = interval(share)
    if share.value > _HUNDRED or stated.low <= 0:
        return _plain(
            "share", Verdict.DIFFERS, share, "impossible", "a share cannot be so", "占比不可能是这个数"
        )
    if other := wholes.above(part, share):
        agrees = stated.meets(_ratio(part, other))
        return _compared(Verdict.AGREES if agrees else Verdict.DIFFERS, share, part, other)
    if not is_count(part):
        return None
    top = interval(part)
    low, high = Interval(top.low * _HUNDRED / stated.high, top.high * _HUNDRED / stated.low).whole
    reading = f"{share.share_of}={_range(low, high)}{part.unit}"
    return Check(
        "share",
        Verdict.DERIVED,
        (share, part),
        share.surface,
        reading,
        (reading,),
        "",
        f"{part.surface} as {share.surface} means a whole of {_range(low, high)}: possible",
        f"{part.surface}占{share.surface}，推算{share.share_of}为{_range(low, high)}{part.unit}，可以成立",
    )


def _without(share: Figure) -> Check | None:
    if "率" not in share.label and not share.share_of:
        return None
    return _plain(
        "share",
        Verdict.CANNOT_CHECK,
        share,
        "no-base",
        "no part and whole are given",
        "没有给出分子和分母，无法核算",
    )


def _plain(kind: str, verdict: Verdict, figure: Figure, cause: str, reason: str, reason_zh: str) -> Check:
    return Check(
        kind,
        verdict,
        (figure,),
        figure.surface,
        "",
        (),
        cause,
        f"{figure.label} {figure.surface}: {reason}",
        f"{figure.label}{figure.surface}：{reason_zh}",
    )


def _range(low: int, high: int) -> str:
    return f"{low}" if low >= high else f"{low}–{high}"


def points(found: Sequence[Figure]) -> Iterator[Check]:
    """A check for each difference in percentage points that has both percentages before it in its sentence."""
    for index, step in enumerate(found):
        before = [
            figure
            for figure in found[max(0, index - _REACH) : index]
            if figure.sentence == step.sentence and figure.unit == "%"
        ]
        if step.unit != "百分点" or len(before) < 2:  # noqa: PLR2004 - a difference has two ends
            continue
        first, second = before[-2:]
        gap = abs(first.value - second.value)
        agrees = abs(gap - step.value) <= max(first.quantum, second.quantum)
        reading = f"{second.surface}−{first.surface}={plain(gap)}个百分点"
        yield Check(
            "points",
            Verdict.AGREES if agrees else Verdict.DIFFERS,
            (step, second, first),
            step.surface,
            f"{plain(gap)}百分点",
            (reading,),
            "" if agrees else "unknown",
            f"{step.surface} {'agrees with' if agrees else 'differs from'} {reading}",
            f"{step.surface}与{reading}{'相符' if agrees else '不符'}",
        )


def sums(report: Report, found: Sequence[Figure]) -> Iterator[Check]:
    """A check for each total whose parts follow 其中 or 分别, or precede 合计, in the same unit."""
    for index, figure in enumerate(found[1:], 1):
        between = report.text[found[index - 1].end : figure.start]
        if figure.unit in RATIOS or figure.rate:
            continue
        if _PARTS.search(between):
            total = _before(found[max(0, index - _REACH) : index], figure)
            parts = _run(found[index : index + _MOST_PARTS], figure)
            if total and len(parts) > 1:
                yield _sum(total, parts, complete="分别" in between)
        elif _TOTAL.search(between):
            parts = [other for other in found[max(0, index - _REACH) : index] if _alike(other, figure)]
            if len(parts) > 1:
                yield _sum(figure, parts, complete=True)


def _before(before: Sequence[Figure], part: Figure) -> Figure | None:
    """The total: the nearest figure of the unit before, in this sentence or the one before it."""
    for other in reversed(before):
        if other.unit == part.unit and not other.rate and part.sentence - other.sentence <= 1:
            return other if other.paragraph == part.paragraph else None
    return None


def _run(after: Sequence[Figure], first: Figure) -> list[Figure]:
    return [other for other in after if _alike(other, first)]


def _alike(other: Figure, figure: Figure) -> bool:
    return (
        other.sentence == figure.sentence and other.unit == figure.unit and not other.rate and not other.basis
    )


def _sum(total: Figure, parts: Sequence[Figure], *, complete: bool) -> Check:
    value = sum((part.value for part in parts), Decimal(0))
    spans = [interval(part) for part in parts]
    low, high = sum((span.low for span in spans), Decimal(0)), sum((span.high for span in spans), Decimal(0))
    whole = interval(total)
    terms = "+".join(part.surface for part in parts)
    reading = f"{terms}={plain(value)}{total.unit}"
    if whole.meets(Interval(low, high)):
        verdict, said, said_zh = Verdict.AGREES, "agrees with", "相符"
    elif complete or low > whole.high:
        verdict, said, said_zh = Verdict.DIFFERS, "differs from", "不符"
    else:
        verdict, said, said_zh = Verdict.DERIVED, "holds more than", "相比还有其他部分"
    return Check(
        "sum",
        verdict,
        (total, *parts),
        total.surface,
        f"{plain(value)}{total.unit}",
        (reading,),
        "unknown" if verdict is Verdict.DIFFERS else "",
        f"the total {total.surface} {said} {reading}",
        f"总数{total.surface}与{reading}{said_zh}",
    )
