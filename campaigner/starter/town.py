"""The fictional town of 幸福镇: its villages, estates, schools, firms, more of them for more people."""

# ruff: noqa: SIM905 - lists of words are easier to read and to mend as text

from collections.abc import Sequence
from dataclasses import dataclass

from campaigner.starter.dice import Dice

TOWN = "幸福镇"
TODAY = 20260901
"""The day that ages of the invented people are reckoned from, yyyymmdd: the first day of the school year."""

_VILLAGES = "柳树 桃花 石桥 清水 杏林 竹溪 松岗 槐荫 枫林 稻香 荷塘 梅岭 东湖 西坝 月湾 白鹭".split()
_COMMUNITIES = "向阳 和谐 春晖 明珠 团结 彩虹 朝霞 安康".split()
_ESTATES = (
    "桂花苑 金色家园 阳光小筑 绿洲花园 锦绣新城 翠竹园 书香里 河畔人家 紫藤公寓 丰和苑 星光里 云栖雅居"
).split()
_STREETS = "幸福路 丰收路 团结街 文化路 滨河街 迎春路".split()
_FIRMS = "样例纺织厂 样例机械厂 样例食品厂 样例电子厂 样例家具厂 样例物流公司 样例商贸公司 样例建材厂".split()
_SHOPS = "小吃店 便利店 理发店 五金店 水果店 服装店 早餐店 修车铺".split()

_FULL_SCHOOLS = ("中心幼儿园", "中心小学", "初级中学", "高级中学")
_SCHOOL_KINDS = ("幼儿园", "小学", "初级中学", "高级中学")

_DIGITS = "零一二三四五六七八九"
_POWERS = ("", "十", "百", "千")


def numeral(number: int) -> str:
    """A number from 1 to 9999 as Chinese writes it: 12 is 十二, 105 is 一百零五."""
    text, gap = "", False
    for power in range(3, -1, -1):
        digit = number // 10**power % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _POWERS[power]
            gap = False
        else:
            gap = True
    return text[1:] if text.startswith("一十") else text


def _named(words: Sequence[str], count: int, tail: str, again: str) -> tuple[str, ...]:
    """`count` different names: the words with a tail, then the same with a number before `again`."""
    rounds = (divmod(number, len(words)) for number in range(count))
    return tuple(
        f"{words[at]}{numeral(turn + 1)}{again}" if turn else f"{words[at]}{tail}" for turn, at in rounds
    )


@dataclass(frozen=True, slots=True)
class Home:
    """Where a household lives.

    Args:
        village: Village or community.
        estate: "" in a village.
        address: Street and number, invented.
    """

    village: str
    estate: str
    address: str

    @property
    def rural(self) -> bool:
        """Whether it is a farmhouse and not a flat."""
        return not self.estate


@dataclass(frozen=True, slots=True)
class Town:
    """The town's names.

    Args:
        villages: Villages.
        communities: Communities of the built-up part.
        estates: Estates, the first in the first community and so on round.
        firms: Factories and companies.
    """

    villages: tuple[str, ...]
    communities: tuple[str, ...]
    estates: tuple[str, ...]
    firms: tuple[str, ...]

    def community_of(self, estate: str) -> str:
        """The community that an estate lies in."""
        return self.communities[self.estates.index(estate) % len(self.communities)]

    def home(self, dice: Dice) -> Home:
        """A house or flat somewhere in it."""
        if dice.chance(0.4):
            village = dice.pick(self.villages)
            return Home(village, "", f"{village}{dice.between(1, 9)}组{dice.between(1, 60)}号")
        number = dice.between(0, len(self.estates) - 1)
        estate, street = self.estates[number], street_of(number)
        flat = (
            f"{dice.between(1, 12)}栋{dice.between(1, 4)}单元{dice.between(1, 11)}{dice.between(1, 4):02d}室"
        )
        community = self.communities[number % len(self.communities)]
        return Home(community, estate, f"{street}{number + 1}号{estate}{flat}")


def town_of(people: int) -> Town:
    """The town for that many people; it grows far more slowly than they do."""
    size = max(2, round(people**0.28))
    return Town(
        villages=_named(_VILLAGES, size, "村", "村"),
        communities=_named(_COMMUNITIES, max(1, size // 2), "社区", "社区"),
        estates=_named(_ESTATES, max(2, size * 4 // 3), "", "期"),
        firms=tuple(TOWN + name for name in _named(_FIRMS, max(2, size * 2 // 3), "", "部")),
    )


def street_of(number: int) -> str:
    """The street that the estate of that number, from 0, stands in."""
    return _STREETS[number % len(_STREETS)]


def shop(dice: Dice) -> str:
    """A small shop's name."""
    return dice.pick(_STREETS) + dice.pick(_SHOPS)


def school(kind: int, district: int) -> str:
    """A school's name.

    Args:
        kind: 0 kindergarten, 1 primary, 2 lower secondary, 3 upper secondary.
        district: School district from 0.
    """
    return TOWN + (f"第{numeral(district + 1)}{_SCHOOL_KINDS[kind]}" if district else _FULL_SCHOOLS[kind])
