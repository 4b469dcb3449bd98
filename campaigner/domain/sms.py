"""How long a text message is, and what it costs: 3GPP TS 23.038/23.040 as Chinese carriers count it."""

from collections.abc import Sequence
from dataclasses import dataclass

SINGLE = 70
"""UTF-16 units that fit into one message."""
JOINED = 67
"""UTF-16 units per part of a longer one: six octets of each part go to the joining header."""
LIMIT = 500
"""Longest text that the platforms take, in UTF-16 units, signature and suffix included (domain.md B4)."""


def units(text: str) -> int:
    """Length in UTF-16 code units: carriers count a character beyond the basic plane as two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def counted(texts: Sequence[str]) -> list[int]:
    """`units` of each of many texts, of which hardly one holds a character beyond the basic plane."""
    lengths = list(map(len, texts))
    return lengths if units("".join(texts)) == sum(lengths) else list(map(units, texts))


def parts(text: str) -> int:
    """How many parts the text is sent and charged as; no surrogate pair is cut between two parts."""
    return _parts(text, units(text))


def _parts(text: str, length: int) -> int:
    if length <= SINGLE:
        return 1
    if length == len(text):
        return -(-length // JOINED)
    return len(split(text))


def split(text: str) -> list[str]:
    """The text of each part, every one at most 67 units (70 if it is the only one), pairs kept whole."""
    if units(text) <= SINGLE:
        return [text]
    pieces: list[str] = []
    start = room = 0
    for index, character in enumerate(text):
        width = 2 if character > "\uffff" else 1
        if room + width > JOINED:
            pieces.append(text[start:index])
            start, room = index, 0
        room += width
    pieces.append(text[start:])
    return pieces


def charged(texts: Sequence[str], lengths: Sequence[int]) -> list[int]:
    """`parts` of each of many texts, of which it is `counted` already how long they are."""
    return list(map(_parts, texts, lengths))


def compose(text: str, signature: str, suffix: str) -> str:
    """The text as the recipient's phone shows it: 【signature】 first, suffix last."""
    head = f"【{signature}】" if signature else ""
    if not suffix:
        return head + text
    joint = "" if text.endswith(("。", "！", "？", "，", "；")) else "。"
    return f"{head}{text}{joint}{suffix}"


@dataclass(frozen=True, slots=True)
class Cost:
    """Money in thousandths of a yuan, exact."""

    milli: int

    @classmethod
    def of(cls, parts_sent: int, price_milli: int) -> "Cost":
        """What so many parts cost at a price per part in thousandths of a yuan."""
        return cls(parts_sent * price_milli)

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.milli + other.milli)

    @property
    def yuan(self) -> str:
        """In yuan with two decimals, half a fen rounded up, as an offer would show it."""
        fen = (self.milli + 5) // 10
        return f"{fen // 100}.{fen % 100:02d}"
