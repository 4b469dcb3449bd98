"""Splits a compilation into its reports: headings of one kind whose numbers rise."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

Line = tuple[int, int, str]
"""Start, end and text of a line."""

_NUMERAL = "[0-9]{1,3}|[一二三四五六七八九十百]{1,5}"
_NOUNS = (
    "总结|汇报|报告|简报|通报|方案|计划|信息|材料|信|倡议书|范文|心得|体会|动态|快报|周报|月报|日报|旬报"
    "|专报|季报"
    "|纪实|简讯|通讯|通知|新闻稿|讲话稿|发言稿|稿|讲话|发言|小结|述职|预警|提示|提醒|战报|警情"
)
_STEM = rf"(?P<stem>[^\n]{{0,36}}?(?:{_NOUNS}))"
_FORMS = (
    re.compile(
        rf"^[【\[（(]?{_STEM}[ \u3000:：]?[（(\[【]?(?:篇|之"
        rf"|第)?[ ]?(?P<number>{_NUMERAL})[篇期号]?[）)\]】]?(?P<rest>)$"
    ),
    re.compile(
        rf"^[【\[（(]?(?P<stem>篇|范文"
        rf"|第)[ ]?(?P<number>{_NUMERAL})(?:篇)?[】\]）)]?(?P<rest>(?:[ \u3000:：、.．]+.{{0,50}})?)$"
    ),
    re.compile(rf"^{_STEM}[ \u3000]?第[ ]?(?P<number>{_NUMERAL})[期篇](?P<rest>.{{0,30}})$"),
    re.compile(rf"^[（(](?P<stem>)(?P<number>{_NUMERAL})[）)](?P<rest>[ \u3000]?.{{0,40}})$"),
)
_PART_FORM, _BRACKET_FORM = 1, 3
_PART_WORD = re.compile(rf"^[【\[（(]?(?:第[ ]?(?:{_NUMERAL})篇|(?:篇|范文)[ ]?(?:{_NUMERAL}))")
_PROMISE = re.compile(rf"(?<![上下前后第0-9一二三四五六七八九十百])(?P<number>{_NUMERAL})[ ]?篇(?![章幅])")
_SECTION = re.compile(r"^[一二三四五六七八九十]{1,3}[、.．]")
_ORNAMENT = re.compile(
    r"^[◆◇■□★☆●○▲△▼※♦♥❤✿❀~～=＝*＊#＃>＞<＜|｜_—\-\s]+|[◆◇■□★☆●○▲△▼※♦♥❤✿❀~～=＝*＊#＃>＞<＜|｜_—\-\s]+$"
)
_LONGEST = 60
_FEWEST = 2
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}


@dataclass(frozen=True, slots=True)
class Heading:
    """The line that opens one report of a compilation.

    Args:
        line: Its index among the lines.
        number: The number in it.
        text: The whole line.
    """

    line: int
    number: int
    text: str


def numeral(written: str) -> int:
    """The value of a small number in Arabic or Chinese digits, as 十五 or 12.

    Args:
        written: Up to 999, in one of the two ways.
    """
    if written.isdecimal():
        return int(written)
    total, digit = 0, 0
    for sign in written:
        if sign == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif sign == "十":
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def promised(text: str) -> int:
    """How many reports a title announces, as in 工作总结13篇; 0 where it does not say."""
    most = max((numeral(match["number"]) for match in _PROMISE.finditer(text)), default=0)
    return most if most >= _FEWEST else 0


def headings(lines: Sequence[Line], announced: int = 0) -> list[Heading]:
    """The headings at which a compilation falls into reports; none where the text is a single report.

    Args:
        lines: The lines of the cleaned text in order.
        announced: How many reports the title announces; only then may bare (一), (二) be headings of reports.
    """
    best: list[Heading] = []
    for found in _by_kind(lines).values():
        chain = _rising(_without_contents(found, len(lines)))
        if len(chain) > max(1, len(best)):
            best = chain
    if best:
        return best
    return _bracket_series(lines, announced)


def _by_kind(lines: Sequence[Line]) -> dict[tuple[int, str], list[Heading]]:
    kinds: dict[tuple[int, str], list[Heading]] = {}
    for index, (_, _, text) in enumerate(lines):
        text = _ORNAMENT.sub("", text)  # noqa: PLW2901 - a heading's ornaments say nothing
        if not text or len(text) > _LONGEST or text[-1] in "。，；、,;：:":
            continue
        for form, pattern in enumerate(_FORMS[:_BRACKET_FORM]):
            match = pattern.match(text)
            if match and not (form == _PART_FORM and not _PART_WORD.match(text)):
                stem = re.sub(r"\s", "", match["stem"])
                kinds.setdefault((form, stem), []).append(Heading(index, numeral(match["number"]), text))
                break
    return kinds


def _without_contents(found: list[Heading], lines: int) -> list[Heading]:
    """Without a table of contents: a heading with nothing under it, whose number comes again."""
    kept = []
    last = {heading.number: place for place, heading in enumerate(found)}
    for place, heading in enumerate(found):
        following = found[place + 1].line if place + 1 < len(found) else lines
        if following - heading.line > 1 or last[heading.number] == place:
            kept.append(heading)
    return kept


def _rising(found: list[Heading]) -> list[Heading]:
    """The headings in order as long as their numbers rise; what falls back belongs to the text."""
    chain: list[Heading] = []
    for heading in found:
        if not chain or chain[-1].number < heading.number <= chain[-1].number + 3:
            chain.append(heading)
    return chain


def _bracket_series(lines: Sequence[Line], announced: int) -> list[Heading]:
    """(一), (二) as headings of reports: only if the title promises just so many, and 一、 stands nowhere."""
    if announced < _FEWEST or any(_SECTION.match(text) for _, _, text in lines):
        return []
    found = []
    for index, (_, _, text) in enumerate(lines):
        match = _FORMS[_BRACKET_FORM].match(text)
        if match and len(text) <= _LONGEST and text[-1] not in "。；;":
            found.append(Heading(index, numeral(match["number"]), text))
    chain = _rising(found)
    return chain if len(chain) == announced and chain[0].number == 1 else []
