"""Figures of a report: value, unit, qualifier, period, base and what is counted; never a rank, date or hotline."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from campaigner.domain.findings.figure_words import (
    Bounds,
    Surroundings,
    direction_of,
    is_goal,
    is_rule,
    left_label,
    period_of,
    right_label,
    subject_label,
)
from campaigner.domain.findings.finding import Certainty, Finding, FindingKind
from campaigner.domain.findings.numerals import NUMERAL, Numeral, numeral
from campaigner.domain.findings.vocabulary import folded
from campaigner.domain.reports.report import Report


class Role(StrEnum):
    """What a number does in its sentence."""

    STATISTIC = "statistic"
    THRESHOLD = "threshold"
    """A limit that sorts cases, such as 50万元以上案件: nothing was counted."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with what is known of it.

    Args:
        value: Exact value in `unit`, 万 and 亿 multiplied out; percentages as written, 84.59 for 84.59%.
        unit: `%`, `百分点`, `元`, a counting word such as 起, or empty.
        qualifier: 近, 余, 多, 约, 超, 以上 ... as written, empty for an exact figure.
        label: What is counted, the nearest noun phrase; may be empty.
        period: What time it is for, as written, such as 上半年; may be empty.
        year: The year of the period, 0 where the text does not give it.
        rate: 日均, 月均, 人均 ... or empty.
        basis: 同比, 环比, 较去年同期 ... or empty.
        direction: 1 up, -1 down, 0 neither.
        share_of: The whole that a percentage is a share of, as written; may be empty.
        role: Statistic or threshold.
        own_label: Whether the label stands beside the figure and was not taken over from the one before.
        bracketed: Whether it stands in brackets, as the base in 同比下降22.4%（2024年为626起） does.
        quantum: One more in the last written place, in `unit`.
        place: One more in the last place that is no zero, in `unit`.
        paragraph: 1-based paragraph of the report.
        sentence: 0-based sentence of the report; figures of one sentence explain one another.
        surface: The text as it stands in the report.
        start: Offset of its first character in `Report.text`.
        end: Offset behind its last character.
    """

    value: Decimal
    unit: str
    qualifier: str
    label: str
    period: str
    year: int
    rate: str
    basis: str
    direction: int
    share_of: str
    role: Role
    own_label: bool
    bracketed: bool
    quantum: Decimal
    place: Decimal
    paragraph: int
    sentence: int
    surface: str
    start: int
    end: int

    def as_data(self, shown: Callable[[str], str]) -> dict[str, Any]:
        """For other programs; `shown` hides the names of its report."""
        return {
            "label": shown(self.label), "value": str(self.value), "unit": self.unit, "qualifier": self.qualifier,
            "period": self.period, "rate": self.rate, "basis": self.basis, "direction": self.direction,
            "role": self.role.value, "surface": shown(self.surface), "paragraph": self.paragraph,
            "start": self.start, "end": self.end,
        }  # fmt: skip

    @property
    def written(self) -> str:
        """The value as a plain number with its unit, such as 137000000元."""
        return f"{plain(self.value)}{self.unit}"


_COUNT = (
    "人次|户次|场次|起|件|宗|例|人|名|位|户|次|份|张|条|个|家|场|所|辆|部|台|笔|幅|块|册|本|封|枚|项|处|支"
)
_UNIT = re.compile(
    rf"(?P<percent>%|％|个?百分点|‰)|(?P<money>美元|元|块钱)|(?P<count>{_COUNT})",
)
_PREFIX = re.compile(
    r"(?<![最附临])(?:不少于|不低于|至少|大约|将近|接近|超过|突破|近|约|超|逾|上(?=[十百千万]))$"
)
_SUFFIX = re.compile(r"余|多(?!项|种|个)|以上|左右|以下|以内|上下")
_ORDINAL = re.compile(
    r"(?:第|(?<![目此日年之以])前|(?:位列|位居|名列|排名|排在|列|居|退居到?|连续)(?:全[省市国县区州])?|[#№])$"
)
_GLUED = re.compile(r"[A-Za-z0-9.+×*/_〔\[数几]$|\d[-–—~～至到:：]$|[A-Za-z][-_.]$")
_NO_COUNT = re.compile(
    r"月|小时|工作日|自然[年月日]|星期|季度|世纪|学期|年头|方面|环节|阶段|步骤|维护|意识|自信|必须|不准|严禁|凡是|一律"
    r"|确保|统一|到位|坚持|强化|专项|重大?点|层面|角度|措施|制度|机制|要求|内容|功能|任务|数据|规定|意见|建议|标准"
    r"|经验|禁令|做法|行动|机构改革|[数列居于]|[以之]内"
)
_WEAK = frozenset("个项条位次处支本部块")
"""Counting words that also stand in numbered phrases."""
_COUNTED = re.compile(
    r"共|累计|总计|合计|破获|抓获|查处|接报|接警|发生|发案|发放|张贴|悬挂|开展|举办|召开|组织|劝阻|拦截|止付|打掉|捣毁"
    r"|端掉|刑拘|逮捕|走访|检查|制作|印制|推送|派发|培训|受理|立案|查获|缴获|出动|参加|签订|回收"
)
_RATIOS = ("%", "百分点")
_SEVERAL = re.compile(r"共|累计|总计|合计|仅")
_THRESHOLD = re.compile(r"(?:以上|以下|以内)的?(?=[一-鿿])(?!参|出席|到场|受益|，)")
_TITLE = 40
"""A first paragraph up to this length is a heading, and its period holds for sentences that name none."""
_LIST_DIGITS = 2
_BREAK = re.compile(r"[。！？!?\n]")


def figures(report: Report) -> list[Figure]:
    """The figures of a report, in order of place.

    Args:
        report: A cleaned report; any text will do, none raises.

    Returns:
        Statistics, and thresholds marked as such. Dates, ranks, steps, list and document numbers, hotlines,
        telephone numbers, masked values, rules and goals are left out (domain.md A7, CHK-27).
    """
    page = _Page(report)
    found: list[Figure] = []
    for match in NUMERAL.finditer(page.text):
        figure = page.figure(match, found)
        if figure:
            found.append(figure)
    return found


def figure_findings(report: Report, found: Sequence[Figure]) -> list[Finding]:
    """Figures as findings, so that they can be shown with the others."""
    return [
        Finding(
            FindingKind.FIGURE,
            f"{figure.label or '?'} {figure.qualifier}{figure.written}".strip(),
            figure.surface,
            report.id,
            figure.paragraph,
            figure.start,
            figure.end,
            "; ".join(part for part in (figure.role, figure.period, figure.rate, figure.basis) if part),
            Certainty.CERTAIN if figure.label else Certainty.LIKELY,
        )
        for figure in found
    ]


def plain(value: Decimal) -> str:
    """A number without exponent and without needless zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class _Unit:
    name: str
    end: int
    factor: Decimal = Decimal(1)


class _Page:
    """A report's text with the places that bound what belongs to a number."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.text = folded(report.text)
        self.bounds = Bounds(self.text)
        self.breaks = [match.end() for match in _BREAK.finditer(self.text)]
        self.paragraphs = [paragraph.start for paragraph in report.paragraphs]
        self.closed = sorted((*report.masked, *report.names))
        head = report.paragraphs[0].text if report.paragraphs else ""
        title = folded(f"{report.title} {head if len(head) <= _TITLE else ''}")
        self.period = period_of(title)

    def figure(self, match: re.Match[str], before: Sequence[Figure]) -> Figure | None:
        """The figure that a number is, or None for every other kind of number."""
        start = _number_start(match, self.text)
        glued = start != match.start()
        number = _without_list_number(self.text, start) if glued else numeral(match)
        if number is None or self._is_closed(match) or (not glued and self._is_name(start)):
            return None
        unit = self._unit(match.end(), number)
        if unit is None:
            return None
        around = self._around(start, before)
        if number.chinese and not _counts(number, around.clause):
            return None
        if self._is_demand(around, match.end(), unit.end):
            return None
        return self._assembled(start, number, unit, around, before)

    def _assembled(
        self, start: int, number: Numeral, unit: _Unit, around: Surroundings, before: Sequence[Figure]
    ) -> Figure:
        prefix = _PREFIX.search(self.text, max(0, start - 4), start)
        suffix = _SUFFIX.match(self.text, unit.end)
        threshold = _THRESHOLD.match(self.text, unit.end)
        begin = prefix.start() if prefix else start
        end = suffix.end() if suffix else unit.end
        inner = re.search(r"[余多几来]", self.text[start : unit.end])
        qualifiers = [prefix[0] if prefix else "", inner[0] if inner else "", suffix[0] if suffix else ""]
        label, own = self._label(around, begin, unit, end)
        sentence = bisect_right(self.breaks, start)
        period, year = (around.period, around.year) if around.period else self.period
        return Figure(
            value=number.value * unit.factor,
            unit=unit.name,
            qualifier="".join(qualifiers),
            label=label if own else _inherited(unit.name, around.basis, sentence, before),
            period=period,
            year=year,
            rate=around.rate,
            basis=around.basis,
            direction=direction_of(around.clause) if unit.name in _RATIOS or not own else 0,
            share_of=around.share_of if unit.name == "%" else "",
            role=Role.THRESHOLD if threshold else Role.STATISTIC,
            own_label=own,
            bracketed=self.bounds.bracket(start) >= 0,
            quantum=number.quantum * unit.factor,
            place=number.place * unit.factor,
            paragraph=self._paragraph(start),
            sentence=sentence,
            surface=self.report.text[begin:end],
            start=begin,
            end=end,
        )

    def _label(self, around: Surroundings, begin: int, unit: _Unit, end: int) -> tuple[str, bool]:
        left = left_label(self.text[around.start : begin])
        right = "" if unit.name in _RATIOS else right_label(self.text[end : end + 24])
        if right and (not left.noun or unit.name in ("个", "家", "名", "位", "所", "")):
            return right, True
        label = left.noun or left.verb or subject_label(around.between)
        return label, bool(label)

    def _around(self, start: int, before: Sequence[Figure]) -> Surroundings:
        index = bisect_right(self.breaks, start)
        sentence = max(self.breaks[index - 1] if index else 0, start - 240)
        last = before[-1].end if before and before[-1].end > sentence else sentence
        return self.bounds.surroundings(sentence, last, start)

    def _unit(self, end: int, number: Numeral) -> _Unit | None:
        match = _UNIT.match(self.text, end)
        if match is None:
            return self._unitless(end, number)
        if match["money"]:
            return _Unit("元" if match["money"] != "美元" else "美元", match.end())
        if match["percent"]:
            if match["percent"] == "‰":
                return _Unit("%", match.end(), Decimal("0.1"))
            return _Unit("%" if match["percent"] in "%％" else "百分点", match.end())
        weak = match["count"] in _WEAK and _NO_COUNT.match(self.text, match.end())
        return None if weak else _Unit(match["count"], match.end())

    def _unitless(self, end: int, number: Numeral) -> _Unit | None:
        """A number without a counting word counts only by its size in words: 3000多万长期不动户."""
        following = self.text[end : end + 1]
        if number.scaled and not number.chinese and following not in "年月日号天周岁时点分秒米公里吨+-":
            return _Unit("", end)
        return None

    def _is_closed(self, match: re.Match[str]) -> bool:
        """Whether the number is part of a masked value or of a name."""
        index = bisect_right(self.closed, (match.end(), 0))
        return index > 0 and self.closed[index - 1][1] > match.start()

    def _is_name(self, start: int) -> bool:
        """Whether what stands before makes it a rank, a code, a range or a part of a longer name."""
        before = self.text[max(0, start - 8) : start]
        return bool(_ORDINAL.search(before) or _GLUED.search(before))

    def _is_demand(self, around: Surroundings, end: int, unit_end: int) -> bool:
        """Whether it is a rule or a goal, which `quantities` looks after."""
        return is_rule(around.sentence, self.text[end : unit_end + 4]) or is_goal(
            around.sentence, self.text[unit_end : unit_end + 2]
        )

    def _paragraph(self, start: int) -> int:
        index = max(bisect_right(self.paragraphs, start) - 1, 0)
        return self.report.paragraphs[index].number if self.paragraphs else 1


def _number_start(match: re.Match[str], text: str) -> int:
    """Where the number begins: behind a list number that is glued to it, as in `3.2000余人` at a line's start."""
    start = match.start()
    head, dot, decimals = (match["arabic"] or "").partition(".")
    opens = not start or text[start - 1] == "\n"
    glued = dot and opens and len(head) <= _LIST_DIGITS and len(decimals) > _LIST_DIGITS
    return start + len(head) + 1 if glued else start


def _without_list_number(text: str, start: int) -> Numeral | None:
    match = NUMERAL.match(text, start)
    return numeral(match) if match else None


def _counts(number: Numeral, clause: str) -> bool:
    """Whether a number in Chinese numerals counts something: 三百余, 十二万, 破获三起, but not 三个方面."""
    if number.approximate or number.scaled:
        return True
    return bool((_COUNTED if number.value > 1 else _SEVERAL).search(clause))


def _inherited(unit: str, basis: str, sentence: int, before: Sequence[Figure]) -> str:
    """The label of the figure before, for one that names nothing itself: 1595起，同比下降55.5%."""
    ratio = unit in _RATIOS
    second = ""
    for other in reversed(before[-6:]):
        if other.sentence != sentence:
            break
        fits = other.unit == unit if not ratio else not basis or other.unit not in _RATIOS
        if fits and other.label:
            return other.label
        if ratio and not second:
            second = other.label
    return second
