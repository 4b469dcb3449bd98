"""Finding out in one scan which of many rules a sentence could possibly break."""

import re
from collections.abc import Mapping


def _spellings(word: str) -> set[str]:
    return {word, word.lower(), word.upper(), word.title()}


class Sieve:
    """All trigger words by their first two characters, and for each the checks that it calls for.

    Args:
        words: Trigger word -> bit mask of the checks that it calls for; a word of one character calls alone.
    """

    def __init__(self, words: Mapping[str, int]) -> None:
        masks: dict[str, int] = {}
        for word, mask in words.items():
            for spelling in _spellings(word):
                masks[spelling] = masks.get(spelling, 0) | mask
        self._single = {word: mask for word, mask in masks.items() if len(word) == 1}
        self._pairs: dict[str, int] = {}
        self._longer: dict[str, list[tuple[str, int]]] = {}
        for word, mask in masks.items():
            if len(word) == len("两字"):
                self._pairs[word] = self._pairs.get(word, 0) | mask
            elif len(word) > len("两字"):
                self._longer.setdefault(word[:2], []).append((word, mask))
        known = set(self._pairs) | set(self._longer)
        first = _either({pair[0] for pair in known})
        second = _either({pair[1] for pair in known})
        # Most first characters are common ones; with the second the scan stops at a tenth of them.
        self._scan = re.compile(f"({first})(?=({second}))").findall
        self._alone = re.compile(_either(set(self._single))).findall

    def mask(self, sentence: str) -> int:
        """The checks that this sentence calls for, as a bit mask."""
        found = 0
        pairs, longer = self._pairs.get, self._longer.get
        for first, second in set(self._scan(sentence)):
            pair = first + second
            found |= pairs(pair, 0)
            for word, mask in longer(pair, ()):
                if mask & ~found and word in sentence:
                    found |= mask
        for character in set(self._alone(sentence)):
            found |= self._single[character]
        return found


def _either(characters: set[str]) -> str:
    return f"[{''.join(map(re.escape, sorted(characters)))}]" if characters else "(?!)"
