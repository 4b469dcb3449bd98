"""An anchor of the sent log: its newest entry written down elsewhere, so that a chain built anew is noticed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from campaigner.domain.log import Entry

_WORD = "campaigner-anchor"
_LINE = re.compile(_WORD + r" 1 seq=([0-9]+) hash=([0-9a-f]{64})(?![0-9a-f])")


@dataclass(frozen=True, slots=True)
class Anchor:
    """One entry of a log, by its number and hash."""

    seq: int
    hash: str


def anchor_text(office: str, at: datetime, newest: Anchor) -> str:
    """What is sent to somebody else, who keeps it: a few lines to read, and one to compare.

    Args:
        office: Whose log.
        at: When the anchor was taken, in the office's zone.
        newest: The newest entry.
    """
    return (
        f"{office} 反诈宣传留痕：记录链校验值\n"
        "\n"
        f"截至 {at:%Y-%m-%d %H:%M}，记录链共{newest.seq}条，末条校验值：\n"
        f"{' '.join(newest.hash[start : start + 8] for start in range(0, 64, 8))}\n"
        "\n"
        "请保存本邮件（或打印存档）。以后核对时，记录链中第"
        f"{newest.seq}条的校验值必须与上面一致，否则记录被换过。\n"
        "\n"
        f"{_WORD} 1 seq={newest.seq} hash={newest.hash}\n"
    )


def anchors_in(text: str) -> list[Anchor]:
    """Every anchor in a text, such as an e-mail that was quoted and forwarded; none if there is none."""
    return [Anchor(int(match[1]), match[2]) for match in _LINE.finditer(text)]


def lost(entries: Iterable[Entry], anchors: Iterable[Anchor]) -> str:
    """Why a log is not the one that was anchored; "" if it still contains every anchor."""
    known = {entry.seq: entry.hash for entry in entries}
    for anchor in anchors:
        if anchor.seq not in known:
            return f"entry {anchor.seq}, which was anchored, is no longer in the log"
        if known[anchor.seq] != anchor.hash:
            return f"entry {anchor.seq} is not the one that was anchored: the chain was built anew"
    return ""
