"""Whether two reports are the same text in different dress: shared runs of five characters."""

import re
import zlib
from dataclasses import dataclass
from enum import StrEnum
from heapq import nsmallest

_RUN = 5
_FEWEST = 60
_SAME = 0.9
"""Share of common runs above which two texts are the same report."""
_SAMPLE = 24
_LIKELY = 0.6
_NOT_TEXT = re.compile(r"[^\u3400-\u9fff0-9A-Za-z\U00020000-\U0003134f]+")


class Likeness(StrEnum):
    """How one report is like another."""

    SAME = "same"
    """Nearly word for word the same text."""
    PART = "part"
    """Nearly word for word a piece of the other: an excerpt, or a copy that breaks off."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A text as its runs of five characters, punctuation and white space left out.

    Args:
        runs: All runs.
        sample: A few of them, chosen by the runs alone, so that like texts choose like samples.
    """

    runs: frozenset[str]
    sample: tuple[str, ...]


def fingerprint(text: str) -> Fingerprint:
    """The runs of a text.

    Args:
        text: A cleaned report; noise style and script no longer matter.
    """
    plain = _NOT_TEXT.sub("", text)
    runs = frozenset(plain[start : start + _RUN] for start in range(len(plain) - _RUN + 1))
    return Fingerprint(runs, tuple(nsmallest(_SAMPLE, runs, key=lambda run: (zlib.crc32(run.encode()), run))))


def likeness(one: Fingerprint, other: Fingerprint) -> Likeness:
    """How the first text is like the second; texts of a few words are like nothing.

    Args:
        one: The text that is asked about.
        other: The text that is already known.
    """
    if not one.sample or not other.sample:
        return Likeness.NONE
    small, large = (one, other) if len(one.runs) <= len(other.runs) else (other, one)
    hits = sum(run in large.runs for run in small.sample)
    if hits < _LIKELY * len(small.sample):
        return Likeness.NONE
    common = len(small.runs & large.runs)
    if common > _SAME * (len(small.runs) + len(large.runs) - common):
        return Likeness.SAME
    if small is one and len(small.runs) >= _FEWEST and common > _SAME * len(small.runs):
        return Likeness.PART
    return Likeness.NONE
