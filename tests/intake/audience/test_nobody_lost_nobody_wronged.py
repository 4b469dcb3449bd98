"""Lists built from a grammar of damages, each person with what has to become of it written beside the damage."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigner.domain.campaign import Channel
from campaigner.domain.people import JOINED, Audience, Kind
from campaigner.domain.planning import RECIPIENT, sift
from campaigner.domain.problem import Level, Problem
from campaigner.intake.audience import AudienceReader
from campaigner.intake.refusing import refusals_in
from tests.checking import balanced

TODAY, DAY = date(2026, 12, 1), 20261201
HEADER = (
    "姓名",
    "手机号",
    "出生日期",
    "年龄",
    "村社区",
    "标签",
    "拒收短信",
    "人员状态",
    "备注",
    "走访记录",
    "",
)
NAME, PHONE, BIRTH, AGE, VILLAGE, TAGS, REFUSES, STATUS, REMARK, VISITS, NO_HEADER = range(len(HEADER))
_FAMILIES, _GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋"


@dataclass
class Person:
    """A row of the list, and what has to become of it.

    Args:
        cells: Its cells.
        sms: Whether it gets an SMS.
        letter: Whether it gets a letter.
        aside: Cells that are not used.
        may_hold: Whether nobody may get an SMS as long as it stands in the list.
        elsewhere: How the phone is written in a second list, in which it refuses; "" for not at all.
        told: Whether its line is named.
    """

    cells: list[str]
    sms: bool = True
    letter: bool = True
    aside: int = 0
    may_hold: bool = False
    elsewhere: str = ""
    told: bool = False


def plain(number: int) -> Person:
    name = _FAMILIES[number % 10] + _GIVEN[number // 10 % 10] + _GIVEN[number // 100 % 10]
    cells = [""] * len(HEADER)
    cells[:5] = [
        name,
        str(13_800_000_000 + number),
        f"{1940 + number % 50}-03-0{1 + number % 9}",
        "",
        "柳树村",
    ]
    return Person(cells)


def faulty(place: int, *spellings: str, **oracle: bool | int) -> Callable[[int, int], Person]:
    """A person of whom one cell is written in one of these ways."""

    def made(number: int, turn: int) -> Person:
        person = plain(number)
        person.cells[place] = spellings[turn % len(spellings)].replace("{name}", person.cells[NAME])
        for name, value in oracle.items():
            setattr(person, name, value)
        return person

    return made


def aged(birth: str, age: str, **oracle: bool | int) -> Callable[[int, int], Person]:
    def made(number: int, _turn: int) -> Person:
        person = faulty(BIRTH, birth, **oracle)(number, 0)
        person.cells[AGE] = age
        return person

    return made


def slid(number: int, turn: int) -> Person:
    """Somebody who refuses, with a comma too many: the mark has slid."""
    person = plain(number)
    person.cells[REFUSES] = "是"
    person.cells.insert(VILLAGE + turn % 2, "二组")
    person.sms, person.letter, person.may_hold, person.told = False, False, True, True
    return person


def slid_back(number: int, _turn: int) -> Person:
    """The same with commas too few: the mark stands where the village belongs."""
    person = plain(number)
    person.cells[VILLAGE] = "是"
    person.sms, person.letter, person.may_hold, person.told = False, False, True, True
    return person


def elsewhere(number: int, turn: int) -> Person:
    person = plain(number)
    phone = person.cells[PHONE]
    spellings = (
        phone,
        f"{phone[:3]} {phone[3:7]} {phone[7:]}",
        f"+86{phone}",
        f"'{phone}",
        f"{phone}、13911112222",
    )
    person.elsewhere, person.sms = spellings[turn % len(spellings)], False
    return person


MOST_SPELLINGS = 15
"""No damage has more."""
SAYS_NO = (
    "退订", "本人拒收短信", "退 订", "请勿打扰", "不要再发短信", "別再發簡訊", "不想收短信", "ＯＰＴ ＯＵＴ",
    "Unsubscribe", "do not send", "来电称不愿接收", "拒\u200b收", "不需要短信通知", "别给他发信息", "謝絕打擾",
)  # fmt: skip
IS_GONE = ("已故", "2021年去世", "户口迁出", "已注销", "病故（2020）", "已迁走")
DAMAGES: dict[str, Callable[[int, int], Person]] = {
    "nothing": lambda number, _turn: plain(number),
    "landline": faulty(PHONE, "0371-61234567", "1380013800", "儿子电话", "138****1234", sms=False, aside=1, told=True),
    "no phone": faulty(PHONE, "", "无", sms=False),
    "birth": aged("五八年", "", sms=False, aside=1, told=True),
    "birth, age known": aged("56-1-2", "67", aside=1, told=True),
    "age": aged("", "六七十", sms=False, aside=1, told=True),
    "child": aged("2018-05-01", "", sms=False),
    "child by age": aged("", "9", sms=False),
    "month": aged("2012年12月", "", sms=False),
    "no name": faulty(NAME, "户主", "同上", "—", "nan", "TRUE", "{name}3", "{name}、李四", "{name}女士", "【{name}】",
                      "www.a.cn", "{name}回复1", "王" * 150, aside=1, told=True),
    "name missing": faulty(NAME, "", aside=1, told=True),
    "name with remark": faulty(NAME, "{name}（党员）", told=True),
    "village": faulty(VILLAGE, "#N/A", "NULL", "村" * 201, "\ufffd", aside=1, told=True),
    "refuses": faulty(REFUSES, "是", "Y", "√", "TD", "拒收", "１", sms=False),
    "may refuse": faulty(REFUSES, "看情况", "N", "#REF!", sms=False, aside=1, may_hold=True, told=True),
    "refuses in a remark": faulty(REMARK, *SAYS_NO, sms=False),
    "refuses in another column": faulty(VISITS, *SAYS_NO, sms=False),
    "refuses without a header": faulty(NO_HEADER, *SAYS_NO, sms=False),
    "refuses in the tags": faulty(TAGS, *(text for text in SAYS_NO if "\u200b" not in text), sms=False),
    "refuses in another list": elsewhere,
    "refuses, slid": slid,
    "refuses, slid back": slid_back,
    "gone": faulty(STATUS, "已故", "死亡", "迁出", "注销", "去世", sms=False, letter=False, told=True),
    "gone in a remark": faulty(REMARK, *IS_GONE, sms=False, letter=False, told=True),
    "gone in another column": faulty(VISITS, *IS_GONE, sms=False, letter=False, told=True),
    "gone in the name": faulty(
        NAME, "{name}（已故）", "{name}(去世)", "{name}已故", sms=False, letter=False, told=True
    ),
    "status unknown": faulty(STATUS, "待核", sms=False, letter=False, told=True),
    "somebody else is gone": faulty(REMARK, "配偶已故", "老伴2021年去世，独居", "其子已迁出", "原号码已注销"),
    "still there": faulty(STATUS, "正常", "在世", "外出务工", "未迁出"),
    "a sum": faulty(NAME, "合计", "总计30人", "小计：", sms=False, letter=False, told=True),
    "a note": faulty(NAME, "填表人：王某", "审核：李某", "说明", sms=False, letter=False, told=True),
}  # fmt: skip


def written(people: list[Person], form: str) -> bytes:
    """The list as a file; only text files have rows of different lengths."""
    rows = [list(HEADER), *(person.cells for person in people)]
    if form == "xlsx":
        made = io.BytesIO()
        with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
            sheet = book.add_worksheet("名单")
            for number, cells in enumerate(rows):
                for place, cell in enumerate(cells):
                    sheet.write_string(number, place, cell)
        return made.getvalue()
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("gb18030" if form == "gb18030" else "utf-8", "surrogateescape")


DRAWN = st.tuples(st.sampled_from(sorted(DAMAGES)), st.integers(0, MOST_SPELLINGS - 1))


@settings(max_examples=150, deadline=None)
@given(
    drawn=st.lists(
        st.tuples(st.sampled_from(sorted(DAMAGES)), st.integers(0, MOST_SPELLINGS - 1)),
        min_size=1,
        max_size=14,
    ),
    form=st.sampled_from(["csv", "gb18030", "xlsx"]),
    block_rows=st.sampled_from([1, 3, 5000]),
)
def test_everybody_gets_what_the_damage_allows(
    drawn: list[tuple[str, int]], form: str, block_rows: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    people = [DAMAGES[damage](number + 1, turn) for number, (damage, turn) in enumerate(drawn)]
    folder = tmp_path_factory.mktemp("list")
    name = "list.xlsx" if form == "xlsx" else "list.csv"
    (folder / name).write_bytes(written(people, form))
    judge(people, folder, name, block_rows)


def judge(people: list[Person], folder: Path, name: str, block_rows: int) -> None:
    """Compare whom a list reaches with what stands beside each person."""
    refused = "".join(f"赵一,{person.elsewhere},是\n" for person in people if person.elsewhere)
    (folder / "others.csv").write_text("姓名,手机号,退订\n" + (refused or "赵一,13700000000,否\n"), "utf-8")
    audience, other = Audience("list", Kind.PEOPLE, name), Audience("others", Kind.PEOPLE, "others.csv")
    problems: list[Problem] = []
    reader = AudienceReader(audience, folder, TODAY, problems.append, block_rows=block_rows)
    refusing = [refusals_in(one, folder) for one in (audience, other)]
    held = any(found.blocking for found in refusing)
    suppressed = frozenset().union(*(found.phones for found in refusing))
    sms, letters = set(), set()
    for block in reader.blocks():
        assert JOINED not in block.columns
        reached, _why = sift(block, Channel.SMS, audience.kind, DAY, suppressed)
        sms |= set(reached.columns[RECIPIENT]) if not held else set()
        letters |= set(sift(block, Channel("letter"), audience.kind, DAY, suppressed)[0].lines)
    assert not held or any(person.may_hold for person in people)
    lines = {problem.line for problem in problems if problem.line and not problem.code.startswith("header-")}
    for line, person in enumerate(people, 2):
        phone = 13_800_000_000 + line - 1
        assert (phone in sms) == (person.sms and not held), (line, person)
        assert (line in letters) == person.letter, (line, person)
        assert (line in lines) == person.told, (line, person, problems)
    totals = reader.totals
    assert balanced(totals)
    assert totals.set_aside == sum(person.aside for person in people)
    assert totals.refused == sum(not person.letter for person in people)
    assert not [p for p in problems if p.level is Level.BLOCK and p.line and people[p.line - 2].letter
                and not people[p.line - 2].may_hold]  # fmt: skip


@pytest.mark.parametrize("damage", sorted(DAMAGES))
def test_every_spelling_of_every_damage(damage: str, tmp_path: Path) -> None:
    for turn in range(MOST_SPELLINGS):
        people = [plain(1), DAMAGES[damage](2, turn), plain(3)]
        (tmp_path / "list.csv").write_bytes(written(people, "csv"))
        judge(people, tmp_path, "list.csv", 5000)
