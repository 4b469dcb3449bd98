"""Joins lines that were broken at the page's width, as PDF text and old plain-text files are."""

import re
from itertools import pairwise

_FEWEST = 6
_NARROWEST, _WIDEST = 16, 80
_SLACK = 3
_SHARE = 0.4
_STARTS = re.compile(
    r"[ \u3000]{2}|\t|(?:第[一二三四五六七八九十百0-9]{1,4}[章节条篇期]|[一二三四五六七八九十]{1,3}[、.．]"
    r"|[0-9]{1,3}[、.．)）](?![0-9])|[(（][一二三四五六七八九十0-9]{1,3}[)）]|[•·●◆■★▲]|附件|附：)"
)
_ENDS = "。！？!?：:"


def wraps(text: str) -> list[tuple[int, int]]:
    """The line breaks that only the page's width made; none where the text is not broken so.

    Args:
        text: A text with plain line breaks.
    """
    lines = text.split("\n")
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    if len(lengths) < _FEWEST:
        return []
    width = lengths[len(lengths) * 9 // 10]
    full = sum(length >= width - _SLACK for length in lengths)
    if not _NARROWEST <= width <= _WIDEST or lengths[-1] > width + 2 * _SLACK or full < _SHARE * len(lengths):
        return []
    return _joins(lines, width)


def _joins(lines: list[str], width: int) -> list[tuple[int, int]]:
    indented = any(_STARTS.match(line) for line in lines)
    found: list[tuple[int, int]] = []
    at = 0
    for line, following in pairwise(lines):
        at += len(line) + 1
        bare = line.strip()
        if len(bare) < width - _SLACK or not following.strip() or _STARTS.match(following):
            continue
        if bare[-1] in _ENDS and not indented:
            continue
        lead = len(following) - len(following.lstrip())
        found.append((at - 1 - (len(line) - len(line.rstrip())), at + lead))
    return found
