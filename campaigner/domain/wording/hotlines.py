"""Telephone numbers in a text: the official ones written right, nobody else's (CHK-19)."""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from campaigner.domain.wording.folding import Folded
from campaigner.domain.wording.rules import Hit

_RULE = "CHK-19"
_TOKEN = re.compile(
    r"(?<![0-9A-Za-z.])(?:\+\s?)?[0-9lIoO|](?:[0-9lIoO|]|[ \-—–()（）·]{1,2}(?=[0-9lIoO|(（])){2,22}(?![0-9])"
)
_LETTERS = str.maketrans("lI|oO", "11100")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_UNIT = re.compile(
    r"\s?(?:[.:：][0-9]|[元人次起户名万亿年月日天%个条份张栋室时点分秒岁余多米公克斤件家所期届版例部台套倍页字集]|号[楼院])"
)
_CALLED = re.compile(
    r"(?:拨打|致电|电话|热线|专线|来电|打|咨询|联系|求助|举报|报警|号码|座机|手机号?|[Tt][Ee][Ll])[^，。；！？0-9]{0,6}$"
)
_CALLED_AFTER = re.compile(r"[”\"」]?\s?(?:反诈|报警|咨询|服务|举报|劝阻)?(?:热线|专线|电话|客服)")
_FAKED = re.compile(
    r"(?:冒充|自称|显示|来自|假冒|伪装|仿冒|伪造|改号|谎称|接到|类似|所谓)[^，。；！？]{0,8}$"
)
_FAKED_AFTER = re.compile(r"[*×xX]|[”\"」]?(?:开头|打头|等(?:陌生|虚假|境外|可疑))")
_DATE = re.compile(r"(?:19|20)[0-9]{2}[- —–][0-9]{1,2}(?:[- —–][0-9]{1,2})?")
_NUMBERED = re.compile(r"(?:编号|文号|证号|邮编|邮政编码|序号|第|第\s|[Nn][Oo]\.?)\s?$")
_PHONES = re.compile(r"1[3-9][0-9]{9}|[48]00[0-9]{7}|0[1-9][0-9]{8,10}")
_NEAR = 8
_LONG = 7


def digits_of(number: str) -> str:
    """The digits of a telephone number, without separators and without China's country code."""
    digits = _NOT_DIGITS.sub("", number)
    for code, length in (("0086", 0), ("86", 13)):
        if digits.startswith(code) and (not length or len(digits) == length):
            return digits.removeprefix(code)
    return digits


def one_slip(written: str, right: str) -> bool:
    """Whether one digit is wrong, missing, too many, or two neighbours are swapped."""
    if written == right:
        return False
    shorter, longer = sorted((written, right), key=len)
    if len(longer) - len(shorter) > 1:
        return False
    same = next(
        (index for index, pair in enumerate(zip(shorter, longer, strict=False)) if pair[0] != pair[1]),
        len(shorter),
    )
    if len(shorter) < len(longer):
        return shorter[same:] == longer[same + 1 :]
    swapped = shorter[:same] + shorter[same : same + 2][::-1] + shorter[same + 2 :]
    return shorter[same + 1 :] == longer[same + 1 :] or swapped == longer


class Hotlines:
    """Finds numbers that a warning must not carry.

    Args:
        official: Number -> what it is for, in Chinese (domain.md B3).
    """

    def __init__(self, official: Mapping[str, str]) -> None:
        self._official = dict(official)
        self._long = tuple(number for number in official if len(number) > len("110"))

    def hits(self, sentence: Folded, allowed: AbstractSet[str]) -> Iterator[Hit]:
        """Numbers of a sentence that are misspelt or nobody has allowed.

        Args:
            sentence: The sentence.
            allowed: Digits of the office's own numbers, without zeros at the front: abroad they are dropped.
        """
        text = sentence.text
        for token in _TOKEN.finditer(text):
            written = token[0] if text is sentence.raw else sentence.original(token.start(), token.end())
            if written in self._official:
                continue
            if _DATE.fullmatch(token[0]) or len(_NOT_DIGITS.sub("", token[0])) < len("11"):
                continue
            number = digits_of(token[0].translate(_LETTERS))
            if number.lstrip("0") in allowed:
                continue
            hit = self._judge(text, token, written, number)
            if hit:
                yield hit

    def _judge(self, text: str, token: re.Match[str], written: str, number: str) -> Hit | None:
        before, after = (
            text[max(0, token.start() - 24) : token.start()],
            text[token.end() : token.end() + _NEAR],
        )
        called = bool(_CALLED.search(before) or _CALLED_AFTER.match(after))
        counted = bool(_UNIT.match(after) or _NUMBERED.search(before))
        start, end = token.span()
        if number in self._official:
            # 1-10 and "1 10" are ranges and columns more often than the police.
            plain = token[0].isdigit() or len(number) > len("110") or called or token[0].isalnum()
            return self._misspelt(start, end, number) if plain and not (counted and not called) else None
        if counted:
            return None
        near = next((right for right in self._long if one_slip(number, right)), "")
        if near and (called or (near.startswith("96") and token[0].isalnum()) or not token[0].isdigit()):
            return self._misspelt(start, end, near) if called or near.startswith("96") else None
        if not self._is_phone(number, written, called=called) or _FAKED_AFTER.match(after):
            return None
        if len(number) < _LONG and _FAKED.search(before):
            return None
        return Hit(
            _RULE,
            "number",
            start,
            end,
            "a number that is neither official nor allowed by the configuration",
            "这个号码不是官方号码，也不在允许名单里。",
        )

    def _misspelt(self, start: int, end: int, right: str) -> Hit:
        return Hit(
            _RULE,
            "number-misspelt",
            start,
            end,
            f"{right} is written wrongly here",
            f"这里的号码写得不对，正确写法是{right}（{self._official[right]}）。",
            f"请写“{right}”，用半角数字，中间不加空格。",
        )

    @staticmethod
    def _is_phone(number: str, written: str, *, called: bool) -> bool:
        if written.startswith(("+", "0086", "＋")) or _PHONES.fullmatch(number):
            return True
        return called and len(number) >= len("110")
