"""Where the big lines of a poster may break, so that no word is torn apart and the lines balance."""

import re
from itertools import combinations, pairwise

MOST_LINES = 3
_BOUND = re.findall(
    r"\S+",
    """
    一律 一起 上当 下载 不明 中奖 他人 会计 信息 信用 假冒 儿女 充值 先打 免费 全民 共享
    养老 兼职 冒充 冷静 凡是 刷单 千万 反诈 受骗 咨询 妈妈 子女 学生 学费 孩子 守住 守好
    守护 客服 家人 家长 密码 小心 就是 屏幕 当心 当面 彩票 征信 快递 手机 扫码 投资 报警
    提醒 提防 朋友 机票 来电 校园 核实 检查 民警 汇款 注销 游戏 父母 爸妈 爸爸 理财 电信
    电诈 电话 皮肤 监护 知情 短信 突然 索要 网上 网友 网络 网购 网贷 群里 老人 老师 老板
    联系 自己 要求 警察 警惕 诈骗 谨防 财务 账号 账户 贪图 购物 贷款 转账 软件 轻信 轻松
    返利 退款 遇到 都是 银行 链接 防范 防骗 陌生 领导 验证 骗子 骗局 骗术 不汇款 不点击
    不转账 不轻信 不透露 二维码 保健品 保证金 先核实 全社会 公检法 多核实 家里人 身份证 退改签
    钱袋子 银行卡 验证码 个人信息 公安机关 刷单返利 安全账户 屏幕共享
    """,
)
"""Words of the trade that stay on one line."""
_RUN = re.compile(r"[0-9A-Za-z@.:/%+-]+")
_OPENING = "“‘（《【"
_CLOSING = "，。！？、；：”’）》】…·,.!?;:"
_CLINGING = "的了吗呢吧着过们者"
_LEADING = "不先别勿莫要请再也都就多和与及或把被让给向对从在是"
_NARROW = 0.56
_TURNS = ("都是", "就是", "一律", "马上", "立即", "怎么办")
"""Words before which a sentence draws breath."""
_TORN, _WRONG, _LOOSE, _PAUSE, _TURN = 400.0, 900.0, 6.0, -30.0, -8.0


def candidates(text: str, most: int = MOST_LINES) -> list[list[str]]:
    """The best break of a text into one line, two lines and so on; line breaks already in it are kept.

    Args:
        text: A headline or a rule, up to about forty characters.
        most: Most lines.
    """
    given = [line.strip() for line in text.split("\n") if line.strip()]
    if len(given) != 1:
        return [given or [""]]
    costs = _costs(given[0])
    found = (_best(given[0], count, costs) for count in range(1, most + 1))
    return [lines for lines in found if lines]


def _best(text: str, count: int, costs: list[float]) -> list[str]:
    """The break into exactly `count` lines of least cost, none if the text is too short for it."""
    if len(text) < 2 * count - 1:
        return []
    even = width(text) / count
    best: tuple[float, list[str]] = (float("inf"), [])
    for places in combinations(range(1, len(text)), count - 1):
        if sum(costs[place] for place in places) >= best[0]:
            continue
        lines = [text[start:end].strip() for start, end in pairwise((0, *places, len(text)))]
        cost = sum(costs[place] for place in places) + sum((width(line) - even) ** 2 for line in lines)
        if cost < best[0]:
            best = (cost, lines)
    return best[1]


def _costs(text: str) -> list[float]:
    """What a break before each character costs."""
    costs = [0.0] * (len(text) + 1)
    for start, end in _whole(text):
        for place in range(start + 1, end):
            costs[place] = _TORN
    for place in range(1, len(text)):
        before, after = text[place - 1], text[place]
        if after in _CLOSING or before in _OPENING:
            costs[place] = _WRONG
        elif before in _CLOSING or before.isspace() or after.isspace():
            costs[place] += _PAUSE
        elif text.startswith(_TURNS, place):
            costs[place] += _TURN
        elif after in _CLINGING or before in _LEADING:
            costs[place] += _LOOSE
    return costs


def _whole(text: str) -> list[tuple[int, int]]:
    """Stretches that belong together: words of the trade, numbers and Latin words."""
    stretches = [match.span() for match in _RUN.finditer(text)]
    for word in _BOUND:
        start = text.find(word)
        while start >= 0:
            stretches.append((start, start + len(word)))
            start = text.find(word, start + 1)
    return stretches


def width(text: str) -> float:
    """Width in ems, near enough; a mark at the end of a line hangs."""
    return sum(_NARROW if char.isascii() else 1.0 for char in text.rstrip("，。！？、；：,.!?;: "))
