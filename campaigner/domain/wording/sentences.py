"""Cutting a text into sentences, so that what many texts share is read once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from campaigner.domain.wording.folding import Folded

_SENTENCE = re.compile(
    "(?:[^。！？!?\n“「『]++|“[^“”\n]{0,300}+”|「[^「」\n]{0,300}+」|『[^『』\n]{0,300}+』|[“「『])*+"
    "(?:[。！？!?…”」』）)]++|\n|$)"
)
_SALUTATION = re.compile(
    "[^，。！？：,!?:\n“「『请转点扫骗]{1,40}?(?:您好|你好|家长|先生|女士|同学|朋友|长辈|乡亲|居民)们?[，：！,:!]"
)
"""A sentence of its own: it is what differs from message to message, and says nothing about the rest."""
_SIGNATURE = re.compile("【[^】\n]{1,20}】")
"""A sentence of its own likewise: the same in every message."""
_LONGEST = 600
"""Sentences are cut here, so that no text of one endless sentence costs more than its length."""
_SOFT_BREAK = re.compile("(?<=[\u3400-\u9fff])\r?\n(?=[\u3400-\u9fff])")
_WRAPPED = 20


class Sentence(NamedTuple):
    """A sentence as the rules read it, before it is judged.

    Args:
        folded: Its text without disguises.
        mask: Which checks it calls for, as the sieve counts them.
        about: What it says that the text is about.
        has_digit: Whether a digit stands in it.
        opens_list: Whether it introduces a list of what a fraudster says.
        is_item: Whether it begins like an item of a list.
        quiet: Whether nothing in it calls for a check.
    """

    folded: Folded
    mask: int
    about: int
    has_digit: bool
    opens_list: bool
    is_item: bool
    quiet: bool


Piece = tuple[str, Sentence]
"""A sentence's shape, and what was read in it."""


@dataclass(slots=True, kw_only=True)
class Part:
    """A stretch of a text that other texts may share: a greeting, or all that follows it.

    Args:
        sentences: Its sentences.
        known: Each distinct one's shape, and what was read in it.
        length: In characters.
        about: What it is about.
        lists: Whether a sentence introduces a list.
        sound: (what the text is about, jargon that it explains) -> whether no sentence has a hit by itself.
    """

    sentences: list[str]
    known: dict[str, Piece]
    length: int
    about: int
    lists: bool
    sound: dict[tuple[int, frozenset[str]], bool] = field(default_factory=dict)


def openings(text: str) -> list[str]:
    """The signature and the salutation that a text begins with, as far as it has them."""
    found: list[str] = []
    begin = 0
    for opening in (_SIGNATURE, _SALUTATION):
        if match := opening.match(text, begin):
            found.append(match[0])
            begin = match.end()
    return found


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, none of them empty or longer than 600 characters; joined they are the text."""
    start = 0
    for match in _SENTENCE.finditer(text):
        end = match.end()
        while end - start > _LONGEST:
            first, last = start + 1, start + _LONGEST
            cut = max(text.rfind("，", first, last), text.rfind("；", first, last)) + 1 or last
            yield text[start:cut]
            start = cut
        if start < end:
            yield text[start:end]
            start = end


def unwrapped(text: str) -> str:
    """The text with line breaks inside of sentences made invisible, of the same length.

    A break between two characters is the width of the page where the line before it is full.
    """

    def hidden(match: re.Match[str]) -> str:
        full = match.start() - text.rfind("\n", 0, match.start()) > _WRAPPED
        return "\u200b" * len(match[0]) if full else match[0]

    return _SOFT_BREAK.sub(hidden, text)
