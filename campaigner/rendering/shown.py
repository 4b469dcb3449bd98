"""What an expression of a template may put into a text: words and numbers, never what only a computer reads."""

from datetime import date
from math import isfinite

from jinja2 import Undefined
from jinja2.exceptions import TemplateRuntimeError

UNPRINTABLE_ZH: dict[str, str] = {
    "nothing": "空值（None）",
    "a list": "一个列表",
    "yes or no": "真假值（True、False）",
    "no number": "不是数字的数",
    "a whole record": "一整条记录",
}
"""What is refused, in English and in Chinese."""


class UnprintableError(TemplateRuntimeError):
    """An expression comes to something that nobody wants to read.

    Args:
        what: One of the keys of `UNPRINTABLE_ZH`.
    """

    def __init__(self, what: str) -> None:
        self.message_zh = (
            f"这里会印出{UNPRINTABLE_ZH[what]}；列表请用 for 逐条写或用 join 连起来，空值请先用 if 判断"
        )
        super().__init__(
            f"this would print {what}; write a list with `for` or `join`, and ask with `if` for what may be missing"
        )


def shown(value: object) -> object:
    """The value as it is, if people can read it.

    Raises:
        UnprintableError: It is nothing, a list, a truth value or a whole record.
        jinja2.UndefinedError: It is not defined.
    """
    if type(value) is str:
        return value
    refused = unprintable(value)
    if refused:
        raise UnprintableError(refused)
    return value


def unprintable(value: object) -> str:
    """What of `UNPRINTABLE_ZH` a value is; "" if it can be read."""
    if isinstance(value, Undefined):
        str(value)  # which raises, naming what is undefined; an `if` without `else` is nothing, and meant so
        return ""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, float):
        return "" if isfinite(value) else "no number"
    if isinstance(value, list | tuple | dict | set | frozenset) or hasattr(value, "__next__"):
        return "a list"
    return "" if isinstance(value, str | int | date) else "a whole record"
