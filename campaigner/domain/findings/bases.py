"""Changes over time computed again, and figures that must not be set against one another."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

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
from campaigner.domain.findings.figures import Figure, Role, plain

_REACH = 6
_HUNDRED = Decimal(100)
_SAVED = re.compile(r"止损|挽损|止付|拦截|追回|追赃|挽回")
_LOSS = re.compile(r"(?<!避免)(?<!挽回)(?<!减少)损失(?!率)")
_ENOUGH = 100
"""Smaller numbers are the same by chance too often."""
_LONG_LABEL = 4


def changes(found: Sequence[Figure]) -> Iterator[Check]:
    """A check for each rise or fall against an earlier period (同比, 环比, 较去年同期)."""
    for index, change in enumerate(found):
        if not change.direction or not change.basis or change.unit == "百分点":
            continue
        before = [
            figure
            for figure in found[max(0, index - _REACH) : index]
            if figure.sentence == change.sentence and figure.unit not in RATIOS and not figure.rate
        ]
        base = next((figure for figure in reversed(before) if figure.basis and not figure.direction), None)
        base = _behind(found, index) or base
        now = next(
            (figure for figure in reversed(before) if not figure.basis and figure.label == change.label), None
        )
        step = _step(before, now, change)
        if now is None or (base and base.unit != now.unit):
            if change.unit == "%":
                yield _open(change)
        elif base:
            yield _both(change, now, base)
        elif step:
            yield _stepped(change, now, step)
        elif change.unit == "%" and change.value:
            yield _earlier(change, now)


def _behind(found: Sequence[Figure], index: int) -> Figure | None:
    """The earlier figure that follows a change at once: 同比下降22.4%（2024年为626起）."""
    for other in found[index + 1 : index + 2]:
        if (
            other.bracketed
            and other.basis
            and other.sentence == found[index].sentence
            and not other.direction
        ):
            return other
    return None


def _step(before: Sequence[Figure], now: Figure | None, change: Figure) -> Figure | None:
    """The difference in numbers that a percentage says again: 同比增加62人，增长18.5%."""
    last = before[-1] if before else None
    if now is None or last is None or last is now or change.unit != "%":
        return None
    fits = last.direction == change.direction and last.unit == now.unit and last.basis == change.basis
    return last if fits and last.start > now.start else None


def _stepped(change: Figure, now: Figure, step: Figure) -> Check:
    """The earlier figure is known by the difference."""
    earlier = now.value - step.value * step.direction
    if earlier <= 0:
        return _impossible(change, now, "nothing was there before", "上期数量不会小于或等于零")
    ends = [
        (end, size)
        for size in (interval(step).low, interval(step).high)
        for end in (interval(now).low, interval(now).high)
    ]
    possible = [
        size * _HUNDRED / (end - size * step.direction) for end, size in ends if end > size * step.direction
    ]
    agrees = interval(change).meets(Interval(min(possible), max(possible)))
    sign = "−" if step.direction > 0 else "+"
    computed = percent(step.value * _HUNDRED / earlier, change)
    reading = f"上期={now.surface}{sign}{step.surface}={shown(earlier, min(now, step, key=_quantum))}，变化{computed}"
    return Check(
        "year-on-year",
        Verdict.AGREES if agrees else Verdict.DIFFERS,
        (change, now, step),
        change.surface,
        computed,
        (reading,),
        "" if agrees else "unknown",
        f"{change.surface} {'agrees with' if agrees else 'differs from'} {reading}",
        f"{change.surface}与{reading}{'相符' if agrees else '不符'}",
    )


def _open(change: Figure) -> Check:
    return Check(
        "year-on-year",
        Verdict.CANNOT_CHECK,
        (change,),
        change.surface,
        "",
        (),
        "no-base",
        f"the change {change.surface} of {change.label} cannot be checked: no count stands beside it",
        f"{change.label}{change.basis}变化{change.surface}：旁边没有对应的数量，无法核算",
    )


def _both(change: Figure, now: Figure, base: Figure) -> Check:
    """The earlier figure is stated: the change is plain arithmetic."""
    kind = "year-on-year" if change.unit == "%" else "difference"
    gap = (now.value - base.value) * change.direction
    span = interval(now), interval(base)
    low, high = sorted(
        ((span[0].low - span[1].high) * change.direction, (span[0].high - span[1].low) * change.direction)
    )
    outcome = Interval(low, high)
    if change.unit == "%":
        outcome = outcome.over(base.value / _HUNDRED) if base.value else outcome
        value = gap * _HUNDRED / base.value if base.value else gap
        computed = percent(value, change)
    else:
        computed = shown(gap, change)
    agrees = interval(change).meets(outcome)
    reading = f"{now.surface}对{base.basis}{base.surface}={computed}"
    return Check(
        kind,
        Verdict.AGREES if agrees else Verdict.DIFFERS,
        (change, now, base),
        change.surface,
        computed,
        (reading,),
        "" if agrees else "unknown",
        f"{change.surface} {'agrees with' if agrees else 'differs from'} {reading}",
        f"{change.surface}与{reading}{'相符' if agrees else '不符'}",
    )


def _earlier(change: Figure, now: Figure) -> Check:
    """The earlier figure that follows; for counts it must be a whole number."""
    factor = interval(change)
    low = _HUNDRED + change.direction * factor.low
    high = _HUNDRED + change.direction * factor.high
    low, high = min(low, high), max(low, high)
    if low <= 0:
        return _impossible(change, now, "a fall of 100 % or more", "下降不会达到或超过100%")
    span = interval(now)
    earlier = Interval(span.low * _HUNDRED / high, span.high * _HUNDRED / low)
    if not is_count(now):
        reading = f"上期约{shown(now.value * _HUNDRED / (_HUNDRED + change.direction * change.value), now)}"
    else:
        first, last = earlier.whole
        if first > last:
            return _impossible(
                change, now, "no whole number before gives it", "上期没有一个整数能得出这个比例"
            )
        reading = f"上期={first}{now.unit}" if first == last else f"上期={first}–{last}{now.unit}"
    return Check(
        "year-on-year",
        Verdict.DERIVED,
        (change, now),
        change.surface,
        reading.removeprefix("上期").lstrip("=约"),
        (reading,),
        "",
        f"{now.surface} after a change of {change.surface} is possible: {reading}",
        f"{now.surface}、{change.basis}变化{change.surface}可以成立，推算{reading}",
    )


def _impossible(change: Figure, now: Figure, reason: str, reason_zh: str) -> Check:
    return Check(
        "year-on-year",
        Verdict.DIFFERS,
        (change, now),
        change.surface,
        "",
        (),
        "no-whole-number",
        f"{now.surface} and {change.surface} do not fit: {reason}",
        f"{now.surface}与{change.surface}对不上：{reason_zh}",
    )


def definitions(found: Sequence[Figure]) -> Iterator[Check]:
    """Losses stopped that are larger than the losses: counted in another way, never to be subtracted."""
    money = [
        figure
        for figure in found
        if figure.unit == "元" and not figure.rate and figure.role is Role.STATISTIC
    ]
    losses: dict[str, Figure] = {}
    for figure in money:
        if figure.period and _LOSS.search(figure.label):
            losses[figure.period] = max(losses.get(figure.period, figure), figure, key=_by_value)
    for saved in money:
        loss = losses.get(saved.period)
        if loss and _SAVED.search(saved.label) and interval(saved).low > interval(loss).high:
            yield Check(
                "definitions",
                Verdict.NOT_COMPARABLE,
                (saved, loss),
                saved.surface,
                "",
                (f"{saved.label}{saved.surface}", f"{loss.label}{loss.surface}"),
                "different-definitions",
                f"{saved.surface} stopped exceeds {loss.surface} lost: another definition, not to be subtracted",
                f"{saved.label}{saved.surface}大于{loss.label}{loss.surface}：统计口径不同，不能相减",
            )


def _quantum(figure: Figure) -> Decimal:
    return figure.quantum


def _by_value(figure: Figure) -> Decimal:
    return figure.value


def per_case(found: Sequence[Figure]) -> Iterator[Check]:
    """The loss per case where both totals stand in one sentence."""
    for index, loss in enumerate(found):
        if loss.unit != "元" or loss.rate or loss.basis or not _LOSS.search(loss.label):
            continue
        cases = [
            figure
            for figure in found[max(0, index - _REACH) : index]
            if figure.sentence == loss.sentence
            and figure.unit == "起"
            and not figure.rate
            and not figure.basis
        ]
        if not cases or not cases[-1].value:
            continue
        each = f"{plain((loss.value / cases[-1].value / 100).quantize(Decimal(1)) / 100)}万元"
        yield Check(
            "per-case",
            Verdict.DERIVED,
            (loss, cases[-1]),
            loss.surface,
            each,
            (f"{loss.surface}÷{cases[-1].surface}={each}",),
            "",
            f"the loss per case is {each}",
            f"案均损失{each}",
        )


def repeated(found: Sequence[Figure]) -> Iterator[Check]:
    """One value under two names, or one name with two values: the author must say which is meant."""
    exact = [figure for figure in found if figure.label and not figure.rate and figure.unit not in RATIOS]
    by_value: dict[tuple[Decimal, str], Figure] = {}
    by_label: dict[tuple[str, str, str], Figure] = {}
    for figure in exact:
        first = by_value.setdefault((figure.value, figure.unit), figure)
        if first.sentence != figure.sentence and first.label != figure.label and figure.value >= _ENOUGH:
            if _similar(first.label, figure.label):
                yield _asked("two-labels", first, figure)
            continue
        if len(figure.label) < _LONG_LABEL or not figure.period or not figure.own_label or figure.basis:
            continue
        same = by_label.setdefault((figure.label, figure.unit, figure.period), figure)
        if same.value != figure.value and same.sentence != figure.sentence:
            yield _asked("two-values", same, figure)


def _similar(first: str, second: str) -> bool:
    common = len(set(first) & set(second))
    return 2 * common >= max(len(set(first)), len(set(second)))


def _asked(kind: str, first: Figure, second: Figure) -> Check:
    readings = (f"{first.label}{first.surface}", f"{second.label}{second.surface}")
    same = "one value under two names" if kind == "two-labels" else "one name with two values"
    same_zh = "同一数值有两个名称" if kind == "two-labels" else "同一名称有两个数值"
    return Check(
        kind,
        Verdict.ASK,
        (second, first),
        second.surface,
        "",
        readings,
        kind,
        f"{same}: {readings[0]}, {readings[1]}; both are kept, please ask the author",
        f"{same_zh}：{readings[0]}、{readings[1]}，两者都保留，请向作者核实",
    )
