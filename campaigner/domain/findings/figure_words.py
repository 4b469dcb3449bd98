"""The words around a number: what is counted, for what time, against what base, and whether it is a rule."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

_CLAUSE = re.compile(r"[，,；;、：:()“”\"《》]")
_AREA = r"(?:[全我本该各][市县区镇乡村校行院省国州街道]{1,2}|街道|辖区)"
_YEAR = r"(?:(?:19|20)\d\d年|今年|去年|本年|上年)"
_HALF = r"(?:上半年|下半年|前三季度|第?[一二三四1-4]季度|全年|首季)"
_MONTHS = (
    r"(?:\d{1,2}月?份?[-–—~～至到]\d{1,2}月份?|\d{1,2}月份?(?![\d日])|[一二三四五六七八九十]{1,2}月份?(?!\d))"
)
_PERIOD = re.compile(
    r"\d{1,2}月\d{1,2}日[-–—~～至到](?:\d{1,2}月)?\d{1,2}日|"
    rf"(?P<year>(?:19|20)\d\d)年(?P<of_year>{_HALF}|{_MONTHS})|{_YEAR}?(?P<plain>{_HALF})|{_YEAR}?(?P<months>{_MONTHS})"
    rf"|{_YEAR}以来|年初以来|近[一二三四五\d]+年|[本上]月|[本上]周|本季度|当[日天月]|昨[日天]"
    rf"|(?P<whole>(?:19|20)\d\d)年|(?P<this>今年|去年)(?!同期)"
)
_RATE = re.compile(
    r"日均|月均|周均|年均|人均|户均|案均|[村校镇]均|平均每[天日月周村户人班校镇个家所]|每[天日月周]平均|每[天日周]"
)
_BASIS = re.compile(
    r"同比|环比|[较比与同]?(?:去年|上年|上月|上周|前年)(?:同期|同月)?(?:相比)?(?=[^，,。；;]{0,8}[升降增减涨落])"
    r"|[较比与同](?:前|上)(?:一个?)?(?:周|月|季度|年|天|日)(?:同期)?(?:相比)?|与[^，,。；;]{1,8}相比"
)
_BASE = re.compile(r"(?P<base>(?:去年|上年|上月|上周)(?:同期|同月)?)(?:的|为|是|共|仅|有){0,2}$")
_BASE_INSIDE = re.compile(r"[(](?P<base>(?:19|20)\d\d年(?:同期)?)(?:的|为|是|共|仅|有){0,2}")
_BASE_OUTSIDE = re.compile(r"(?P<base>(?:去年|上年|上月|上周)(?:同期|同月)?)[(]$")
_BRACKETS = re.compile(r"[(][^()\n]{1,80}[)]")
_EARLIER = ("上周", "上月", "去年", "上年")
_REMEMBERED = 6
"""Periods that are looked back at in a sentence."""
_SHARE = re.compile(
    r"占(?!比)了?(?:[全本][市县区镇省]|我[市县区镇])?(?P<whole>[一-鿿]{2,14}?)"
    r"(?:的?比(?:例|重|率)?)?(?:[由从]|已|约|近|高?达|为|超过|超|不到|的)*$"
)
_DOWN = re.compile(r"下降|减少|回落|降低|下跌|压降|降幅|缩减|↓")
_UP = re.compile(r"上升|增长|增加|提升|提高|上涨|升高|增幅|多发|↑")
_RULE = re.compile(
    r"至少|每(?:季度|月|半年|年|学期)[^，,。；;]{0,6}$|(?<!平均)每[村户班校][^，,。；;]{0,8}$|每[^，,。；;]{1,12}不[少低]于$|不得(?:超过|少于|低于|多于)|不(?:低于|超过|得少于)|最多|最少|每[个名户处单位村社区][^，,。]{0,12}不少于"
    r"|(?:要求?|应当?|须|必须|确保|力争)[^，,。；;]{0,14}(?:不少于|不低于|达到|达)"
)
_RULE_AFTER = re.compile(r"[^，,。；;]{0,3}(?:以上的?必须|的必须|以内|内报)")
_GOAL = re.compile(r"(?:确保(?!了)|力争|争取|务必|目标(?!完成|任务)|(?<!按)计划|拟)[^，,。；;]{0,24}$")
_GOAL_LISTED = re.compile(r"目标(?:任务)?(?:是|为)?[:：][^。；;]*$")
_GOAL_REACHED = re.compile(
    r"(?:实现[^。]{0,60}(?:提高|提升|增强|下降|增长)|确保|力争|争取|目标)[^。；;]{0,60}(?:达到?|不低于)$"
)

_NAMELESS_PERIOD = re.sub(r"\?P<\w+>", "?:", _PERIOD.pattern)
_LEAD = re.compile(
    rf"(?:{_NAMELESS_PERIOD}|{_AREA}|[(][一二三四五六七八九十\d]{{1,3}}[)]"
    r"|[\d.]*\s+|[①-⑳]|底前?|其中|做到|同时|及时|目前|近期|以来|截[至止]|并且?|就|仅|已经?|共[发立](?=电|诈|案件|刑)|共计?|累计|总计|合计|对|将|把|为|向|在(?![校职岗册])"
    r"|全部|先后|现有|有|赴|从|由|以及|和|及|[一二三四五六七八九]是|群众(?=.)|直接|成功(?!率))"
)
_TRAIL = re.compile(
    r"(?:共计|总计|累计|合计|共|达到|高?达|多达|已|为|是|有|了|均|分别|(?<=[降升增减达])[到至]|(?:去年|上年|上月|上周)(?:同期|同月)?|仅|只|约|近|超过|超|的|总体|大幅|同步|持续|明显"
    r"|同比|环比|[较比与同](?:去年|(?:前|上)(?:一个?)?(?:周|月|季度|年|天|日))(?:同期)?(?:相比)?|日均|月均|周均|年均|平均每[天日月周]|每[天日月周]"
    r"|下降|减少|回落|降低|上升|增长|增加|提升|提高|上涨|降幅|增幅|[由从占降升要应须需]|占比|数量|总数|不少于|不低于|大约|接近|将近|逾|突破|等|及|和|以及)$"
)
_VERB = re.compile(
    r"(?:推送|下发|发放|派发|张贴|悬挂|开展|举办|召开|组织|制作|印制|投放|播放|破获|抓获|查处|接报|接到|发生|打掉|捣毁|端掉"
    r"|走访|检查|培训|受理|刑拘|逮捕|查获|缴获|出动|签订|回收|设置|设立|建立|完成|教育|覆盖|吸引|接受|采取|依托|充分发挥|帮助)+"
)
_CAUSES = re.compile(r"推出了?|推动了?|带动了?|使得?|导致|致使")
_SPAN = re.compile(r"\d+(?:个月|年|天|日)(?:以[上内])?的?")
_HAN = re.compile(r"[一-鿿A-Za-z]+")
_RIGHT_STOP = re.compile(
    r"的|进行|参加|参与|采取|纳入|举办|发放|召开|组织|限制|开展|实施|以及|和|及|全面|等|被|已|在|均|作为|到场|受益|与|同比|环比|接受|签|人民币"
)
_CHANGED = re.compile(r"以[上下内]|左右|减少|下降|增加|上升|增长|降|升")
_LINKS = ("和", "及", "与", "以及", "并", "等", "或")
_RANKED = re.compile(r"(?:占比|数量)?(?:最[高多大低]|次之|居首|第[一二三])$")
_TITLE = re.compile(r"《(?P<title>[^《》]{1,30})》$")
_RIGHT_LIMIT = 10
_REACHED = ("至", "升到", "降到", "高到", "少到", "加到")
_NEAR = 32
"""More characters than a pattern that ends at the number can reach back."""
_KEPT = 20_000
"""Clauses whose reading is remembered: reports repeat their wording."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands before a number.

    Args:
        start: Offset where the number's own clause begins.
        clause: The clause up to the number.
        sentence: The sentence up to the number, at most 240 characters.
        between: What stands between the figure before and the clause.
        period: As written, or empty.
        year: Of the period, 0 unknown.
        rate: 日均 ... or empty.
        basis: 同比 ... or empty.
        share_of: The whole after 占, or empty.
    """

    start: int
    clause: str
    sentence: str
    between: str
    period: str
    year: int
    rate: str
    basis: str
    share_of: str


@dataclass(frozen=True, slots=True)
class LeftLabel:
    """What stands before a number: the noun it counts, else the verb alone."""

    noun: str
    verb: str


class Bounds:
    """Where the clauses of a text begin and which periods it names, found in one go."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.clauses = [match.end() for match in _CLAUSE.finditer(text)]
        self.brackets = [match.span() for match in _BRACKETS.finditer(text)]
        self.periods = [
            _Period(match.end(), match.start(), _period(match), self.bracket(match.start()))
            for match in _PERIOD.finditer(text)
        ]

    def clause(self, start: int) -> int:
        """Where the clause that holds `start` begins."""
        index = bisect_right(self.clauses, start)
        return self.clauses[index - 1] if index else 0

    def period(self, sentence: int, start: int) -> tuple[str, int]:
        """The last period named between two offsets, and its year; empty and 0 where there is none."""
        last = bisect_right(self.periods, start, key=_end)
        bracket, clause = self.bracket(start), self.clause(start)
        other: tuple[str, int] | None = None
        for index in range(last - 1, max(last - _REMEMBERED, 0) - 1, -1):
            period = self.periods[index]
            if period.start < sentence:
                break
            if period.bracket not in (-1, bracket):
                continue
            # 上周27起 tells the base of its own clause only; what follows is about the time named before.
            if period.start >= clause or not period.named[0].startswith(_EARLIER):
                return period.named
            other = other or period.named
        return other or ("", 0)

    def bracket(self, place: int) -> int:
        """Offset of the bracket that encloses a place, -1 where none does."""
        index = bisect_right(self.brackets, (place, 0)) - 1
        return self.brackets[index][0] if index >= 0 and place < self.brackets[index][1] else -1

    def surroundings(self, sentence: int, last: int, start: int) -> Surroundings:
        """What the text before a number says about it.

        Args:
            sentence: Offset where the number's sentence begins, or a window's edge in it.
            last: Offset behind the figure before it in the sentence, else `sentence`.
            start: Offset of the number.
        """
        clause_start = max(self.clause(start), sentence, last)
        clause = self.text[clause_start:start]
        before = self.text[sentence:start]
        period, year = self.period(sentence, start)
        rate = _RATE.search(clause)
        base = _BASE.search(clause) or (
            _BASE_OUTSIDE.search(before[-_NEAR:]) if clause_start == start else None
        )
        base = base or _BASE_INSIDE.fullmatch(self.text, clause_start - 1, start)
        basis = _last(_BASIS, clause) or (_last(_BASIS, before) if direction_of(clause) else "")
        share = _SHARE.search(clause)
        return Surroundings(
            clause_start,
            clause,
            before,
            self.text[max(sentence, last) : clause_start],
            period,
            year,
            rate[0] if rate else "",
            base["base"] if base else basis,
            share["whole"] if share else "",
        )


@dataclass(frozen=True, slots=True)
class _Period:
    end: int
    start: int
    named: tuple[str, int]
    bracket: int


def _end(period: _Period) -> int:
    return period.end


def _last(pattern: re.Pattern[str], text: str) -> str:
    found = ""
    for match in pattern.finditer(text):
        found = match[0]
    return found


def _period(match: re.Match[str]) -> tuple[str, int]:
    leading = match[0][:4]
    return match[0], int(match["year"] or match["whole"] or (leading if leading.isdecimal() else 0))


def period_of(text: str) -> tuple[str, int]:
    """The last period that a short text names, and its year, 0 where it gives none."""
    return Bounds(text).period(0, len(text))


@lru_cache(_KEPT)
def direction_of(clause: str) -> int:
    """1 where the clause before a number says that it rose, -1 where it fell, else 0; the last word counts.

    What a figure has come to, 提升至78.3%, is a level and no change.
    """
    if clause.endswith(_REACHED):
        return 0
    down = max((match.start() for match in _DOWN.finditer(clause)), default=-1)
    up = max((match.start() for match in _UP.finditer(clause)), default=-1)
    return (up > down) - (down > up)


def is_rule(sentence: str, after: str) -> bool:
    """Whether a number is a demand and no count: 至少1条, 不得超过5个; one 至少 serves a whole enumeration."""
    clause = sentence[max(map(sentence.rfind, "，,；;")) + 1 :]
    return bool(_RULE.search(clause) or _RULE_AFTER.match(after))


def is_goal(sentence: str, after: str) -> bool:
    """Whether a number is what shall be reached: 力争下降20%, or 实现…提高，知晓率达到80%以上."""
    return bool(
        _GOAL.search(sentence[-_NEAR:])
        or _GOAL_LISTED.search(sentence)
        or (after.startswith("以上") and _GOAL_REACHED.search(sentence))
    )


@lru_cache(_KEPT)
def left_label(clause: str) -> LeftLabel:
    """The noun phrase directly before a number, without time, area, verbs and link words."""
    text = _stripped(clause.strip(), _TRAIL, at_end=True)
    text = text[max((match.end() for match in _CAUSES.finditer(text)), default=0) :]
    text = _stripped(text, _LEAD, at_end=False)
    verb = _VERB.match(text)
    noun = text[verb.end() :] if verb else text
    noun = _stripped(noun, _LEAD, at_end=False)
    if verb and noun == "率":
        return LeftLabel(verb[0] + noun, verb[0])
    return LeftLabel(noun if _HAN.search(noun) and len(noun) > 1 else "", verb[0] if verb else "")


def subject_label(between: str) -> str:
    """The noun phrase of the clause before a bare 占21.3% or 达38.5%, or the title that ends there.

    Args:
        between: What follows the figure before; up to its first comma it still belongs to that one.
    """
    title = _TITLE.search(between)
    if title:
        return title["title"]
    for clause in reversed(_CLAUSE.split(between)[1:]):
        if _HAN.search(clause):
            return left_label(_RANKED.sub("", clause)).noun
    return ""


def _stripped(text: str, pattern: re.Pattern[str], *, at_end: bool) -> str:
    """The text without what the pattern takes from one end, again and again."""
    for _ in range(12):
        match = pattern.search(text[-12:]) if at_end else pattern.match(text)
        if match is None or not match[0]:
            return text
        text = text[: len(text) - len(match[0])] if at_end else text[match.end() :]
    return text


@lru_cache(_KEPT)
def right_label(following: str) -> str:
    """The noun phrase directly behind a counting word: 成员单位 in 27家成员单位."""
    text = following.removeprefix("的")
    span = _SPAN.match(text)
    match = _HAN.match(text, span.end() if span else 0)
    if match is None or match[0].startswith(_LINKS):
        return ""
    phrase = match[0]
    if _CHANGED.match(phrase):
        return ""
    stop = _RIGHT_STOP.search(phrase, 1)
    return phrase[: stop.start() if stop else len(phrase)][:_RIGHT_LIMIT]
