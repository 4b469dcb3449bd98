"""Shares, sums and percentage points computed again from their parts."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from campaigner.domain.findings.check import (
    RATIOS,
    Check,
    Interval,
    Verdict,
    interval,
    is_count,
    percent,
    shown,
)
from campaigner.domain.findings.figures import Figure, plain
from campaigner.domain.reports.report import Report

_REACH = 12
_PARTS = re.compile(r"其中|分别")
_TOTAL = re.compile(r"(?:合计|总计|共计)[一-鿿]{0,4}$")
_MOST_PARTS = 30
_MOST_SUMS = 12
_HUNDRED = Decimal(100)
_FEWEST_SHARES = 3
_FAR = 40
"""Figures before an enumeration among which its whole is looked for."""


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


def distributed(found: Sequence[Figure]) -> dict[int, tuple[Figure, Figure]]:
    """The shares of an enumeration by parts, 刷单12起（占38.7%）、贷款4起（占12.9%）, with part and common whole.

    The whole is the nearest larger figure before, of the parts' unit, with which two and most of the shares agree.

    Returns:
        Offset of the share -> its part and the whole; a lone share, or one without such a whole, is not in it.
    """
    made: dict[int, tuple[Figure, Figure]] = {}
    lists: dict[tuple[int, str], list[tuple[Figure, Figure]]] = {}
    for part, share in pairwise(found):
        plain_share = share.unit == "%" and not (share.basis or share.direction or "率" in share.label)
        plain_part = is_count(part) and not (part.rate or part.basis or part.direction)
        if plain_share and plain_part and share.sentence == part.sentence:
            lists.setdefault((part.sentence, part.unit), []).append((part, share))
    for pairs in lists.values():
        whole = _common(found, pairs) if len(pairs) >= _FEWEST_SHARES else None
        if whole:
            made.update({share.start: (part, whole) for part, share in pairs})
    return made


def _common(found: Sequence[Figure], pairs: Sequence[tuple[Figure, Figure]]) -> Figure | None:
    first = pairs[0][0]
    largest = max(part.value for part, _ in pairs)
    place = bisect_left(found, first.start, key=_start)
    for whole in reversed(found[max(0, place - _FAR) : place]):
        if whole.unit == first.unit and whole.value > largest and not (whole.rate or whole.direction):
            agreeing = sum(interval(share).meets(_ratio(part, whole)) for part, share in pairs)
            if agreeing > 1 and 2 * agreeing > len(pairs):
                return whole
    return None


def _value(figure: Figure) -> Decimal:
    return figure.value


def _quantum(figure: Figure) -> Decimal:
    return figure.quantum


def _start(figure: Figure) -> int:
    return figure.start


def shares(found: Sequence[Figure]) -> Iterator[Check]:
    """A check for each percentage that is a share or a rate; changes over time are not looked at here."""
    stated = _Wholes(found)
    spread = distributed(found)
    for index, share in enumerate(found):
        if share.unit != "%" or share.basis or share.direction:
            continue
        if share.start in spread:
            part, whole = spread[share.start]
            agrees = interval(share).meets(_ratio(part, whole))
            yield _compared(Verdict.AGREES if agrees else Verdict.DIFFERS, share, part, whole)
            continue
        before = [
            figure
            for figure in found[max(0, index - _REACH) : index]
            if figure.sentence == share.sentence and figure.unit not in RATIOS and not figure.rate
        ]
        listed = any(_shares_too(other, share) for other in found[max(0, index - 2) : index])
        check = _pair(share, before, listed=listed) or _whole(share, before, stated) or _without(share)
        if check:
            yield check


def _pair(share: Figure, before: Sequence[Figure], *, listed: bool) -> Check | None:
    """The share of two counts of one sentence: 2141人 and 1811人 make 84.59%."""
    pairs = [
        (whole, part)
        for part in (before if share.own_label else before[-1:])
        for whole in before
        if whole.unit == part.unit and whole.value > part.value and whole is not part
    ]
    stated = interval(share)
    for whole, part in pairs:
        if stated.meets(_ratio(part, whole)):
            return _compared(Verdict.AGREES, share, part, whole)
    # A figure that has its own percentage is a part like this one, not what this one is a share of.
    if len(pairs) == 1 and not listed and _belongs(share, pairs[0][1]):
        return _compared(Verdict.DIFFERS, share, pairs[0][1], pairs[0][0])
    return None


def _shares_too(other: Figure, share: Figure) -> bool:
    return other.unit == "%" and other.sentence == share.sentence and not (other.basis or other.direction)


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
    """A check for each total whose parts follow 其中 or 分别, or precede 合计, in the same unit.

    No sentence that a person wrote holds more than a dozen; of one that does the rest is left out, and that is said.
    """
    made: Counter[int] = Counter()
    for total, parts, complete in _totals(report, found):
        made[total.sentence] += 1
        if made[total.sentence] <= _MOST_SUMS:
            yield _sum(total, parts, complete=complete)
        elif made[total.sentence] == _MOST_SUMS + 1:
            reason = f"more than {_MOST_SUMS} totals in one sentence, the others were not added up"
            reason_zh = f"一句话里的合计超过{_MOST_SUMS}个，其余没有核算"
            yield _plain("sum", Verdict.CANNOT_CHECK, total, "too-many", reason, reason_zh)


def _totals(report: Report, found: Sequence[Figure]) -> Iterator[tuple[Figure, list[Figure], bool]]:
    """Each total with its parts, and whether they must be all of it."""
    for index, figure in enumerate(found[1:], 1):
        between = report.text[found[index - 1].end : figure.start]
        if figure.unit in RATIOS or figure.rate:
            continue
        if _PARTS.search(between):
            total = _before(found[max(0, index - _REACH) : index], figure)
            parts = _run(found[index : index + _MOST_PARTS], figure)
            if total and len(parts) > 1:
                yield total, parts, "分别" in between
                yield from _beside(found, index, len(parts))
        elif _TOTAL.search(between):
            parts = [other for other in found[max(0, index - _REACH) : index] if _alike(other, figure)]
            if len(parts) > 1:
                yield figure, parts, True


def _beside(found: Sequence[Figure], index: int, size: int) -> Iterator[tuple[Figure, list[Figure], bool]]:
    """The total of what stands beside each part: 27笔、143.8万元，其中柜面19笔、107.3万元，自助8笔、36.5万元."""
    second = found[index + 1] if index + 1 < len(found) else None
    if second is None or second.own_label or second.unit in (*RATIOS, found[index].unit) or second.rate:
        return
    total = _before(found[max(0, index - _REACH) : index], second)
    parts = _run(found[index : index + _MOST_PARTS], second)
    if total and len(parts) == size and not any(part.own_label for part in parts):
        yield total, parts, False


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
    written = shown(value, min(total, *parts, key=_quantum))
    reading = f"{terms}={written}"
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
        written,
        (reading,),
        "unknown" if verdict is Verdict.DIFFERS else "",
        f"the total {total.surface} {said} {reading}",
        f"总数{total.surface}与{reading}{said_zh}",
    )
