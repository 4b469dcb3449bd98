"""Invented places of the town, where posters hang: a row is a place, or several alike with their number."""

# ruff: noqa: SIM905 - lists of words are easier to read and to mend as text

from collections.abc import Iterator

from campaigner.starter.classes import districts_of
from campaigner.starter.dice import Dice
from campaigner.starter.town import TOWN, Town, numeral, school, street_of

HEADER = "名称 类型 村社区 小区 地址 数量 电子屏 样例数据".split()


def place_rows(people: int, seed: int, town: Town) -> Iterator[list[str]]:
    """The places of a town of that many people; cells in the order of `HEADER`."""
    yield from _villages(town)
    for number, estate in enumerate(town.estates):
        yield from _estate(Dice("estate", seed, number), number, estate, town)
    for number, (name, kind, screen) in enumerate(_institutions(people, town)):
        community = Dice("place", seed, number).pick(town.communities)
        yield _row((name, kind), (community, "", f"{street_of(number)}{100 + number}号"), screen=screen)


def _villages(town: Town) -> Iterator[list[str]]:
    for name in town.villages + town.communities:
        rural = name in town.villages
        where = (name, "", f"{name}{'村民' if rural else '居民'}委员会")
        yield _row((name, "村社区"), where)
        yield _row((f"{name}{'便民服务室' if rural else '便民服务站'}", "办事大厅"), where, screen=not rural)


def _estate(dice: Dice, number: int, estate: str, town: Town) -> Iterator[list[str]]:
    """An estate with its gates and, where it has any, its lifts."""
    where = (town.community_of(estate), estate, f"{street_of(number)}{number + 1}号")
    yield _row((estate, "小区"), where)
    yield _row((f"{estate}正门", "出入口"), where, screen=dice.chance(0.4))
    yield _row((f"{estate}其他出入口", "出入口"), where, dice.between(1, 3))
    if dice.chance(0.75):
        yield _row((f"{estate}电梯", "电梯"), where, dice.between(4, 24))


def _institutions(people: int, town: Town) -> Iterator[tuple[str, str, bool]]:
    """Name, kind and screen of what stands in the streets."""
    for district in range(districts_of(people)):
        for kind in range(4):
            yield school(kind, district), "学校", kind > 1
    for number in range(1, max(2, len(town.estates) // 4) + 1):
        yield f"样例银行{TOWN}第{numeral(number)}支行", "银行网点", number % 2 == 1
    yield f"{TOWN}政务服务大厅", "办事大厅", True
    yield f"{TOWN}社会保障服务大厅", "办事大厅", True
    yield f"{TOWN}户籍办理大厅", "办事大厅", False
    for firm in town.firms:
        yield firm, "工厂", False
    yield f"{TOWN}卫生院", "医院", True
    yield f"{TOWN}汽车站", "车站", True


def _row(
    what: tuple[str, str], where: tuple[str, str, str], number: int = 1, *, screen: bool = False
) -> list[str]:
    """`what` is name and kind, `where` village, estate and address."""
    return [*what, *where, str(number), "是" if screen else "否", "是"]
