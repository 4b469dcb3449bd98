"""Many texts that differ in little: one that reads like a text without fault is not read again."""

from collections.abc import Iterable, Iterator

from campaigner.domain.wording.checker import Checker
from campaigner.domain.wording.rules import RuleFinding

_ENDINGS = 8
_BEGINNINGS = 100_000
"""How many are remembered, so that memory stays flat whatever the texts are."""
_SHORTEST = 12
"""Characters from which on an ending that two texts share is worth looking for."""


class Skimmer:
    """Reads texts by a checker's rules, each kind of text once.

    Two texts with the same shape, that is, once all characters are written alike that no rule knows, are the same
    to every rule: both have findings, or neither. So of texts that end alike, only the shapes of their beginnings are
    compared with those that had none. A text that has some is always read as it is, because a finding shows its words.

    Args:
        checker: What it is for, and by which rules.
    """

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._blinding = checker.blinding
        self._sound: dict[str, set[str]] = {}
        self._last = ""

    def findings(self, texts: Iterable[str]) -> Iterator[RuleFinding]:
        """Everything in these texts that breaks a rule, text by text."""
        for text in texts:
            if not self._is_known(text):
                found = self._checker.check(text)
                yield from found
                if not found:
                    self._remember(text)

    def _is_known(self, text: str) -> bool:
        for ending, beginnings in self._sound.items():
            if text.endswith(ending):
                shape = text[: len(text) - len(ending)].translate(self._blinding)
                if shape in beginnings:
                    return True
        return False

    def _remember(self, text: str) -> None:
        """Keep a sound text's beginning under the longest ending that it shares."""
        ending = max((known for known in self._sound if text.endswith(known)), key=len, default="")
        if not ending:
            ending = _shared_ending(text, self._last)
            self._last = text
            if len(ending) < _SHORTEST:
                return
            if len(self._sound) >= _ENDINGS:
                self._sound.clear()
            self._sound[ending] = set()
        beginnings = self._sound[ending]
        if len(beginnings) >= _BEGINNINGS:
            beginnings.clear()
        beginnings.add(text[: len(text) - len(ending)].translate(self._blinding))


def _shared_ending(one: str, other: str) -> str:
    """The longest text that both end with."""
    length = 0
    for mine, yours in zip(reversed(one), reversed(other), strict=False):
        if mine != yours:
            break
        length += 1
    return one[len(one) - length :]
