"""Invented people's names: common family names with given names that fit the age."""

# ruff: noqa: SIM905 - lists of words are easier to read and to mend as text

from campaigner.starter.dice import Dice

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗梁宋唐许韩冯邓曹曾肖田董袁潘蒋余杜叶程魏吕"

_OLD = {
    "女": (
        "秀兰 桂英 玉珍 凤英 淑芬 桂花 秀珍 玉兰 翠花 菊香 桂兰 素芬 银花 春梅 巧云 金凤 美珍 惠芳 月娥 水仙"
    ).split(),
    "男": (
        "长福 德顺 守田 满仓 根生 有财 福贵 金山 水根 德旺 传宝 长庚 兴旺 富贵 树林 茂才 开基 万春 连生 宝田"
    ).split(),
}
_MIDDLE = {
    "女": (
        "丽萍 红霞 小燕 海燕 春燕 晓红 雪梅 艳丽 玉梅 美华 晓琳 丽娜 秋菊 彩霞 燕飞 静怡 文娟 晓芳 雅琴 冬梅"
    ).split(),
    "男": (
        "志刚 海波 建军 小龙 晓东 永强 文斌 志明 海涛 卫东 春雷 晓峰 立新 少华 俊杰 大勇 宏伟 学军 立军 云飞"
    ).split(),
}
_YOUNG = {
    "女": (
        "子涵 欣怡 诗雨 雨桐 佳琪 思颖 雅婷 梦洁 一诺 可馨 若曦 语桐 梓萱 沐瑶 安然 书瑶 昕玥 芷晴 乐怡 夏沫 "
        "清妍 雪晴 晨曦 悦宁 诗琪 念慈 小满 依依 若溪 语嫣"
    ).split(),
    "男": (
        "宇轩 浩然 子豪 博文 天佑 俊熙 晨阳 睿哲 梓睿 皓轩 一鸣 乐天 书豪 景行 亦凡 明轩 致远 嘉树 知行 昊天 "
        "子墨 辰逸 思源 星野 沐阳 乐山 启航 小川 云帆 立言"
    ).split(),
}

OLD_BEFORE = 1967
YOUNG_SINCE = 1998


def given_name(dice: Dice, gender: str, year: int) -> str:
    """A given name for somebody born in that year; `gender` is 男 or 女."""
    pool = _OLD if year < OLD_BEFORE else _MIDDLE if year < YOUNG_SINCE else _YOUNG
    return dice.pick(pool[gender])


def child_name(gender: str, number: int) -> str:
    """The given name of that number, so that brothers and sisters can be told apart by theirs."""
    return _YOUNG[gender][number % len(_YOUNG[gender])]
