"""Whether a finished text says anything besides whom it greets, who signs, and how to opt out (CHK-31)."""

import re

from campaigner.domain.wording.rules import Hit
from campaigner.domain.wording.unfinished import EMPTY

_LONG = 160
"""Characters beyond which a text has content, whatever it is."""
_SIGNATURE = re.compile("^\\s*【[^】\n]{0,40}】|【[^】\n]{0,40}】\\s*$")
_OPTING_OUT = re.compile(
    "(?:拒收|退订|谢绝|不想收到|如不需要)[^。！\n]{0,16}$|(?:回复?|发送)\\s*[A-Za-z]{1,4}\\s*(?:退订|拒收)\\s*$"
)
_GREETING = re.compile(
    "^[^。！？!?\n]{0,60}?(?:您好|你好|大家好)[！!，,：:。\\s]*|^[^。！？!?，,\n]{0,40}[：:]\\s*(?=$|\n)"
)
_CLOSING = re.compile(
    "(?:(?:此致|敬礼|祝您?[^。！\n]{0,12}|特此(?:通知|提醒|告知|敬告)|谢谢(?:您|大家|配合)?)[！!。\\s]*)+$"
)
_WORD = re.compile("[0-9A-Za-z\u3400-\u9fff]")


def lacks_content(text: str) -> bool:
    """Whether nothing is left of a finished text without signature, greeting, closing words and way to opt out.

    Args:
        text: The whole text as its reader sees it.
    """
    if len(text) > _LONG:
        return False
    left = text.strip()
    for part in (_SIGNATURE, _OPTING_OUT, _SIGNATURE):
        left = part.sub("", left).strip().rstrip("。，；")
    lines = [_GREETING.sub("", line.strip()) for line in left.splitlines()]
    left = _CLOSING.sub("", "\n".join(line for line in lines if line)).strip()
    return _WORD.search(left) is None


def nothing(text: str) -> Hit:
    """The hit for a text that lacks content."""
    return Hit(EMPTY, "no-content", 0, len(text), "the text says nothing")
