"""The invented people that every benchmark reads: the same file for the same number, and as untidy as real lists.

Usage: python benchmarks/people.py PEOPLE FILE

One phone in six is written with spaces, hyphens, +86 or full-width digits; three in a hundred are missing; one row
in a hundred has a fault and is refused; one in two hundred stands in the list twice; one in two hundred has opted
out. No real person: names are drawn from common characters, numbers are random digits behind mobile prefixes.
"""

import random
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

HEADER = "姓名,手机号,出生日期,性别,村社区,小区,地址,单位,职业,标签,户号,退订,样例数据"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建文辉力永健世广志义兴良海山仁波宁贵福生龙元全"
)
_PREFIXES = tuple(
    map(str, (*range(130, 140), *range(150, 154), *range(155, 160), *range(176, 179), *range(180, 190), 199))
)
_VILLAGES = tuple(
    f"{name}{kind}" for name in "柳石向红光民丰新东西南北" for kind in ("树村", "桥村", "阳社区")
)
_ESTATES = ("", *(f"{name}{kind}" for name in "紫翠金银锦绣" for kind in ("藤公寓", "竹花园", "湖小区")))
_UNITS = ("", "幸福镇卫生院", "幸福镇中心小学", "样例大学", "幸福镇样例电子厂")
_WORK = ("", "农民", "职员", "教师", "大学生", "财务人员", "退休")
_TAGS = ("", "", "", "独居", "志愿者", "党员;志愿者")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_BLOCK = 10_000


def _phone(draw: random.Random) -> str:
    number = f"{draw.choice(_PREFIXES)}{draw.randrange(100_000_000):08d}"
    kind = draw.randrange(600)
    if kind < 480:
        return number
    if kind < 500:
        return ""
    if kind < 503:
        return number[:-1]
    if kind < 506:
        return f"0{number[1:]}"
    return (
        f"{number[:3]} {number[3:7]} {number[7:]}",
        f"{number[:3]}-{number[3:7]}-{number[7:]}",
        f"+86{number}",
        number.translate(_WIDE),
    )[kind % 4]


def _row(number: int, draw: random.Random) -> str:
    village = draw.choice(_VILLAGES)
    estate = draw.choice(_ESTATES)
    born = f"{draw.randrange(1935, 2012)}-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d}"
    place = f"{village}{estate}{draw.randrange(1, 40)}栋{draw.randrange(1, 20)}号"
    refuses = "是" if draw.random() < 0.005 else "否"
    return (
        f"{draw.choice(_SURNAMES)}{draw.choice(_GIVEN)}{draw.choice(_GIVEN)},{_phone(draw)},{born},"
        f"{'男女'[draw.randrange(2)]},{village},{estate},{place},{draw.choice(_UNITS)},{draw.choice(_WORK)},"
        f"{draw.choice(_TAGS)},H{number // 3:08d},{refuses},是\r\n"
    )


def rows(people: int) -> Iterator[str]:
    """The lines of a list below its header."""
    draw = random.Random(people)
    earlier = ""
    for number in range(people):
        if number % 200 == 199:
            yield earlier
            continue
        line = _row(number, draw)
        if number % 200 == 0:
            earlier = line
        yield line


def write_people(path: Path, people: int) -> None:
    """Write a list of so many people."""
    lines = rows(people)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(f"{HEADER}\r\n")
        while block := list(islice(lines, _BLOCK)):
            file.writelines(block)


if __name__ == "__main__":
    write_people(Path(sys.argv[2]), int(sys.argv[1]))
