"""Replies that mean: no more messages."""

import unicodedata

_WORDS = frozenset(
    {
        "r",
        "t",
        "td",
        "n",
        "tt",
        "qx",
        "0000",
        "stop",
        "unsubscribe",
        "退订",
        "拒收",
        "取消",
        "不要",
        "退",
        "取消订阅",
    }
)
_INSIDE = ("退订", "拒收", "别发了", "不要再发")


def is_refusal(text: str) -> bool:
    """Whether a reply asks for no more messages, in whatever case, width and punctuation (PIPL art. 24).

    R, T, TD, N are what carriers tell people to write; a sentence that has the word
    退订 or 拒收 in it means the same.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    letters = "".join(c for c in folded if unicodedata.category(c)[0] in "LN")
    return letters in _WORDS or any(word in letters for word in _INSIDE)
