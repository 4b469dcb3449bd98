"""Personal names in reports, so that a person sees them and templates never use them (CHK-29).

Precision goes before recall: a name needs a surname, a given name, and an official's title or a
suspect's role beside it; place names
(王岗镇, 余干县) and everyday words after a title (书记高度重视) are none.
Source: domain research A0: seven officials and one ringleader in the compilation.
"""

import re
from collections.abc import Iterator

from campaigner.domain.reports.surnames import (
    COMPOUND,
    DOUBTFUL,
    FORMS_OF_ADDRESS,
    NOT_GIVEN,
    NOT_NAMES,
    SURE,
)

_TITLES = (
    "书记|局长|所长|主席|主任|县长|市长|区长|镇长|乡长|部长|厅长|省长|处长|科长|股长|(?:大|支|总|中)?队长"
    "|教导员|政委|政治委员|指导员|委员|常委|行长|(?:总)?经理|校长|园长|站长"
    "|院长|(?:副)?会长|理事长|董事长|秘书长|网格长|网格员|民警|警长|辅警|教师|班主任|支书|检察长|检察官"
    "|法官|律师|巡视员|调研员|组长|厂长|村长|副职|会计|宣传员|信息员|志愿者|主播"
)
_ROLES = (
    "犯罪嫌疑人|嫌疑人|被告人|被告|罪犯|主犯|首犯|从犯|头目|首要分子|被害人|受害人|受骗人|被骗人|当事人"
    "|事主|报警人|居民|村民|市民|女子|男子|老人|学生|逃犯|骨干成员|团伙成员|法人代表|法定代表人"
)
_PRESS = (
    "记者|通讯员|特约记者|撰稿|供稿|摄影|摄|文/图|图/文|撰稿人|供稿人|编辑|作者|签发人|签发|审核人|报送人"
    "|联系人|责任人|负责人|主持人|记录人|经办人|填表人"
)
_ROSTER = (
    rf"(?:{_PRESS}|(?:常务)?副?组[ \u3000]{{0,4}}长|成[ \u3000]{{0,4}}员|班主任|主[ \u3000]?持"
    rf"|记[ \u3000]?录|参会人员|(?:校|园|局|所|镇|村)长|书记|主任)"
)
_HAN = "[\u3400-\u9fff\U00020000-\U0003134f]"
_SURNAME = f"(?:{'|'.join(COMPOUND)}|[{''.join(sorted(SURE | DOUBTFUL))}])"
_AFTER_TITLE = re.compile(
    rf"(?:{_TITLES}|{_ROLES})(?:（[^（）\n]{{1,12}}）)?[ \u3000]?(?=(?P<name>{_SURNAME}{_HAN}{{1,2}}))"
)
_BEFORE_TITLE = re.compile(
    rf"(?=(?P<name>{_SURNAME}{_HAN}{{1,2}}?)(?:副|常务副|原|党委|同志|总)?(?:{_TITLES}|同志|警官|老师|院士"
    rf"|教授))"
)
_GANG = re.compile(
    rf"(?=(?P<name>{_SURNAME}{_HAN}{{1,2}}?)(?:特大|等人?|电信|网络|跨境|犯罪"
    rf"|涉?诈骗){{0,4}}(?:犯罪)?(?:团伙|集团|犯罪网络))"
)
_LED = re.compile(rf"以(?=(?P<name>{_SURNAME}{_HAN}{{1,2}}?)(?:[、等]{_HAN}{{0,6}})?为首)")
_SIGNED = re.compile(
    rf"{_ROSTER}[ \u3000]{{0,2}}[:：/ \u3000][ \u3000]{{0,4}}(?P<list>[^\n。；;:：]{{2,120}})"
)
_IN_LIST = re.compile(
    rf"(?:(?<=[ \u3000、,，/])|^)(?P<name>{_SURNAME}{_HAN}{{1,2}})(?=[ \u3000、,，/）)（(]|$)"
)
_NEXT = re.compile(rf"[、 ](?P<name>{_SURNAME}{_HAN}{{1,2}})(?=[、，。；\n]|等|和|及|陪同|出席|参加|一同|$)")
_STRONG_VERB = (
    "一行|率队|率领|率|带队|带领|陪同|主持|出席|参加|指出|强调|表示|介绍|提出|要求|说|讲话|致辞|代表|传达"
    "|宣读|亲自|深入|前往|赴|带头|作了?|同志|到会|讲解|告诉|提醒|落网|供述|交代|涉嫌|被抓|归案"
)
_VERB = re.compile(
    rf"(?:{_STRONG_VERB}|等|对|到|在|任|兼|先后|分别|现场|向|为|就|宣布|总结|部署|听取|调研|检查|督导|走访"
    rf"|了解|通报|安排|和|及|与|共同|也|则|还|结合|针对|组织|发现|接|立即|根据|上前|上门|入户|走进|巡查|值班|耐心|详细"
    r"|因|被|称|报警|接到|收到|通过|的|是|已|从|将|以|遭|于|（|\(|[、，。；：,;:）)\s”]|$)"
)
_STRONG = re.compile(_STRONG_VERB)
_BORDER = re.compile(
    r"(?:^|[\s、，。；：,;:（(“”》]|部|局|委|府|院|校|所|镇|县|市|区|村|社区|支队|大队|中心|由|和|与|及|得"
    r"|在|对|请|了|被|获|年|的|以|等|获得|抓获|打掉|破获|捣毁|侦破|副|长|记|员|任|人|日)$"
)
_OWN_TITLE = re.compile("(?:县|市|区|镇|乡|村|省|部|局|所|校|院|园|站|厂)长")
_WINDOW = 8
_FULL = 3


def name_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of each personal name in a report.

    Args:
        text: A report's cleaned, simplified text.
    """
    found: dict[int, int] = {}
    for start, end in _sightings(text):
        found[start] = max(end, found.get(start, 0))
    names = {text[start:end] for start, end in found.items()}
    for match in re.finditer(f"[{''.join({name[0] for name in names})}]", text) if names else ():
        for length in (_FULL + 1, _FULL, _FULL - 1):
            start, end = match.start(), match.start() + length
            if text[start:end] in names and (length >= _FULL or _VERB.match(text, end)):
                found.setdefault(start, end)
    return _apart(found)


def is_masked_name(name: str) -> bool:
    """Whether a name is already made unknown, as 王某 or 李某某."""
    return "某" in name or "×" in name or "*" in name


def hidden(name: str) -> str:
    """A name as a problem may show it: the surname and stars."""
    return name[:1] + "*" * (len(name) - 1)


def _sightings(text: str) -> Iterator[tuple[int, int]]:
    for match in _AFTER_TITLE.finditer(text):
        if span := _followed(text, *match.span("name")):
            yield span
            yield from _listed(text, span[1])
    for match in _BEFORE_TITLE.finditer(text):
        if _entitled(text, *match.span("name")):
            yield match.span("name")
    yield from _ringleaders(text)
    yield from _signed(text)


def _ringleaders(text: str) -> Iterator[tuple[int, int]]:
    """Those after whom a gang is called, or who lead it."""
    for match in _GANG.finditer(text):
        if _plausible(match["name"]) and _bordered(text, match.start("name")):
            yield match.span("name")
    for match in _LED.finditer(text):
        if _plausible(match["name"]):
            yield match.span("name")


def _signed(text: str) -> Iterator[tuple[int, int]]:
    """Names in rosters and bylines, as 组长：张三 or (记者 李四); there the spaces around them prove much."""
    for match in _SIGNED.finditer(text):
        offset = match.start("list")
        for name in _IN_LIST.finditer(match["list"]):
            if _plausible(name["name"], doubtful=True):
                yield offset + name.start("name"), offset + name.end("name")


def _followed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The name after a title: three characters before two, and what follows must be able to follow a name."""
    for last in (end, end - 1):
        name = text[start:last]
        if last - start < _FULL - 1 or not _VERB.match(text, last):
            continue
        if _plausible(name):
            return start, last
        if len(name) == _FULL and _plausible(name, doubtful=True) and _STRONG.match(text, last):
            return start, last
    return None


def _entitled(text: str, start: int, end: int) -> bool:
    """Whether what stands before a title is a name: not 石城县长, where 县 belongs to a place."""
    name = text[start:end]
    if not _plausible(name) or not _bordered(text, start):
        return False
    return len(name) >= _FULL or not _OWN_TITLE.match(text, end)


def _listed(text: str, at: int) -> Iterator[tuple[int, int]]:
    """The names that follow a first one, as in 局长张三、李四."""
    while match := _NEXT.match(text, at):
        if not _plausible(match["name"]):
            return
        yield match.span("name")
        at = match.end("name")


def _plausible(name: str, *, doubtful: bool = False) -> bool:
    """Whether a stretch has a name's form: a surname, no everyday word, no character that names avoid."""
    if name.startswith(NOT_NAMES):
        return False
    surname = 2 if name.startswith(COMPOUND) else 1
    if surname == 1 and name[0] not in SURE and not (doubtful and name[0] in DOUBTFUL):
        return False
    given = name[surname:]
    return bool(given) and given not in FORMS_OF_ADDRESS and not NOT_GIVEN.intersection(given)


def _bordered(text: str, start: int) -> bool:
    return bool(_BORDER.search(text[max(0, start - _WINDOW) : start]))


def _apart(found: dict[int, int]) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    for start, end in sorted(found.items()):
        if not spans or start >= spans[-1][1]:
            spans.append((start, end))
    return tuple(spans)
