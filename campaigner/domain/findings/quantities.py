"""Quantity rules and goals: at least one banner per estate, at most five numbers, awareness of 80% and more."""

import re

from campaigner.domain.findings.figure_words import direction_of, is_goal, is_rule, left_label, right_label
from campaigner.domain.findings.finding import Finding, FindingKind
from campaigner.domain.findings.numerals import NUMERAL, numeral
from campaigner.domain.findings.vocabulary import folded
from campaigner.domain.reports.report import Report

_UNIT = re.compile(
    r"%|％|个?百分点|个(?!月|小时|工作日|自然)|[条张次场期份名户块处幅期篇家辆人](?:次)?|日内|天内"
)
_RATIOS = ("%", "％", "百分点", "个百分点")
_AT_MOST = re.compile(r"内$|不得超过|不超过|最多|不得多于|以内|以下")
_WORD = re.compile(r"至少|不少于|不低于|不得少于|不得低于|不得超过|不超过|最多|最少|达到|力争|确保")
_PER = re.compile(
    r"每一?(?:[个名位户处所]|(?=[村社单小班]))(?P<per>[^，,。；;每]{1,14}?)(?=[内至应要须必不中]|悬挂|张贴|粘贴|设|有|$)"
)
_PERIOD = re.compile(r"每(?:年|季度|半年|月|周|天|日)|期间")
_UNITS = re.compile(r"各(?:单位|村|社区|镇|学校|部门)[^，,。；;]{0,8}?(?=[，,。；;建设]|$)")
_BREAK = re.compile(r"[。！？!?；;\n]")
_WINDOW = 120


def quantity_rules(report: Report) -> list[Finding]:
    """The demands and goals of a report that carry a number, in order of place.

    Args:
        report: A cleaned report; any text will do, none raises.

    Returns:
        Findings whose canonical name reads as `横幅 ≥1条`; the note says per what and how often. The rules of
        domain.md A3 are of this kind. None of them is a statistic.
    """
    text = folded(report.text)
    breaks = [match.end() for match in _BREAK.finditer(text)]
    found: list[Finding] = []
    sentence = 0
    following = iter((*breaks, len(text) + 1))
    limit = next(following)
    for match in NUMERAL.finditer(text):
        while match.start() >= limit:
            sentence, limit = limit, next(following)
        rule = _rule(report, text, max(sentence, match.start() - _WINDOW), match)
        if rule:
            found.append(rule)
    return found


def _rule(report: Report, text: str, sentence: int, match: re.Match[str]) -> Finding | None:
    unit = _UNIT.match(text, match.end())
    number = numeral(match) if unit else None
    before = text[sentence : match.start()]
    if unit is None or number is None or before.endswith("第"):
        return None
    goal = unit[0] in _RATIOS and is_goal(before, text[unit.end() : unit.end() + 2])
    if not goal and not is_rule(before, text[match.end() : unit.end() + 4]):
        return None
    word = _last_word(before)
    start = sentence + word.start() if word and len(before) - word.end() <= 8 else match.start()  # noqa: PLR2004 - a verb and its object fit between 至少 and the number
    clause = re.split(r"[，,、：:]", before)[-1]
    noun = left_label(_WORD.sub("", clause)).noun
    if unit[0] not in _RATIOS:
        noun = right_label(text[unit.end() : unit.end() + 24]) or noun
    sign = "≤" if _AT_MOST.search(clause + unit[0]) else "≥"
    change = {1: "上升", -1: "下降", 0: ""}[direction_of(clause)] if goal else ""
    paragraph = report.paragraph_at(match.start()).number if report.paragraphs else 1
    return Finding(
        FindingKind.QUANTITY_RULE,
        f"{noun} {change}{sign}{number.value.normalize():f}{unit[0]}".strip(),
        report.text[start : unit.end()],
        report.id,
        paragraph,
        start,
        unit.end(),
        _note(before, goal=goal),
    )


def _last_word(before: str) -> re.Match[str] | None:
    last = None
    for match in _WORD.finditer(before):
        last = match
    return last


def _note(before: str, *, goal: bool) -> str:
    """Per what, how often, and whether it is a goal."""
    per = "、".join(match["per"] for match in _PER.finditer(before))
    period = _PERIOD.search(before)
    units = _UNITS.search(before)
    parts = [
        f"per {per}" if per else f"per {units[0]}" if units else "",
        period[0] if period else "",
        "goal" if goal else "",
    ]
    return "; ".join(part for part in parts if part)
