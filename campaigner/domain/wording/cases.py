"""Cases in a text: recent, and nobody to be recognised by them (CHK-17, CHK-29)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from campaigner.domain.wording.folding import Folded
from campaigner.domain.wording.rules import Hit

_AMOUNT = re.compile(r"(?<![0-9.,])([0-9][0-9,]{0,14}(?:\.[0-9]{1,6})?)\s?([万亿]?)元")
_SUMS = re.compile("全[国省市县区镇]|累计|共计|总额|合计|同比|以上|注册资")
_DATE = re.compile("(20[0-9]{2})年(?:(1[0-2]|0?[1-9])月)?")
_LAW = re.compile("施行|实施|上线|生效|法》|条例|以来|全民反诈")
_TOLD = re.compile("近日|日前|案|被骗|损失|受害|事主|接到|发生|诈骗走|骗走")
_IDENTITY = re.compile(r"(?<![0-9])(?:[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx]|[3-6][0-9]{15,18})(?![0-9])")
_ENDS = (
    "(?=接到|收到|被|在|报警|说|称|发现|向|通过|于|点击|转账?|下载|等人?|带领|出席|主持|指出|强调|表示|介绍|提醒|告诉|呼吁|为|给|现场|耐心|正在|走进|来到|及时|立即|迅速|同志"
    "|对|就|到|深入|参加|一行|率|赴|作|做|落网|归案|因|的|[，,。；、（(“：:！]|$)"
)
_TELLING = re.compile("元|20[0-9]{2}|[0-9]{15}")
_SMALL = 1000
_SCALE = {"": 1, "万": 10_000, "亿": 100_000_000}


@dataclass(frozen=True, slots=True)
class CaseLimits:
    """What a case may tell.

    Args:
        months: Older than so many months it is no longer recent.
        significant_digits: An amount with more of them is not rounded.
    """

    months: int
    significant_digits: int


class Persons:
    """Finds names of persons by the word before them; there is no list of people.

    Args:
        roles: Words for victims in cases.
        officials: Words for officials and suspects.
        surnames: Family names, one character each.
        not_given: Characters that do not stand in a given name.
        titles: Words behind a family name that are no given name.
        fates: Words for what befell somebody.
    """

    def __init__(
        self,
        roles: Sequence[str],
        officials: Sequence[str],
        surnames: str,
        not_given: str,
        titles: Sequence[str],
        fates: Sequence[str],
    ) -> None:
        given = f"[^\\W\\d_a-zA-Z{re.escape(not_given)}]"
        name = f"(?P<name>[{surnames}](?!{_either(titles)}){given}{{1,2}}?){_ENDS}"
        self._victims = re.compile(f"(?:{_either(roles)}){name}")
        self._officials = re.compile(f"(?:{_either(officials)})[：:]?{name}")
        self._fates = re.compile(_either(fates))
        self.triggers = frozenset((*roles, *officials, *fates))

    def hits(self, text: str, *, case: bool, known: Sequence[str]) -> Iterator[Hit]:
        """Names and fates in a sentence.

        Args:
            text: The sentence.
            case: Whether the text tells a case.
            known: Names that an import has marked.
        """
        for match in self._victims.finditer(text) if case else ():
            yield _named("CHK-17", match.start("name"), match.end("name"))
        for match in self._officials.finditer(text):
            yield _named("CHK-29", match.start("name"), match.end("name"))
        for match in self._fates.finditer(text):
            yield Hit("CHK-29", "fate", *match.span(), "somebody's fate is not told", "不写个人的不幸遭遇。")
        for name in known:
            at = text.find(name)
            if at >= 0:
                yield _named("CHK-29", at, at + len(name))


def _either(words: Sequence[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))


def _named(rule: str, start: int, end: int) -> Hit:
    return Hit(rule, "person", start, end, "a person is named", "这里写出了人名。", "请写“某居民”“某某”。")


def significant_digits(number: str) -> int:
    """How many digits of a number carry meaning: 83,200 has three, 0.50 has one."""
    digits = number.replace(",", "")
    if "." in digits:
        digits = digits.rstrip("0").replace(".", "")
    return len(digits.lstrip("0").rstrip("0"))


def case_hits(sentence: Folded, limits: CaseLimits, today: date | None) -> Iterator[Hit]:
    """Exact amounts, identity and card numbers, and dates gone by, in a sentence of a text that tells a case."""
    text = sentence.text
    if not _TELLING.search(text):
        return
    for match in _IDENTITY.finditer(text):
        yield Hit(
            "CHK-17",
            "identity",
            *match.span(),
            "a case carries an identity or card number",
            "案例里有证件号或卡号。",
        )
    for match in _AMOUNT.finditer(text) if not _SUMS.search(text) else ():
        value = float(match[1].replace(",", "")) * _SCALE[match[2]]
        if value >= _SMALL and significant_digits(match[1]) > limits.significant_digits:
            yield Hit(
                "CHK-17", "amount", *match.span(), "the amount of a case is rounded", "案例里的金额要取约数。"
            )
    if today is None or not _TOLD.search(text) or _LAW.search(text):
        return
    for match in _DATE.finditer(text):
        age = (today.year - int(match[1])) * 12 + today.month - int(match[2] or 12)
        if age > limits.months:
            yield Hit(
                "CHK-17",
                "old-case",
                *match.span(),
                f"the case is older than {limits.months} months",
                f"案例已超过{limits.months}个月。",
                "请换成近期案例。",
            )
