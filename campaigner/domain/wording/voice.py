"""Who speaks in a sentence: we ourselves, or a fraudster whom it describes; and whether it says do or do not.

Anti-fraud texts are full of what must never be asked for. What matters is whose demand it is: a sentence that tells
what fraudsters say, forbids it or calls it fraud is what we want; the same words in our own voice are not.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

_BEFORE = 100
"""How far back in the sentence the speaker may be named, in characters."""
_AFTER = 48
"""How far behind a match the sentence may still deny it."""
_CLAUSE_END = re.compile("[，,；;。！？!?\n]")
_QUOTES = {"“": "”", "「": "」", "『": "』", "《": "》"}
_OPENING = re.compile("[“「『《]")
_FURTHER = re.compile("(?:[、和及或与]?[“「『][^“”「」『』]{1,40}[”」』])+")
_REQUEST = re.compile("请(?!勿|不|别)")
_DENIALS = (("verdict", "verdict_lead"), ("advice", "advice_lead"))
_WORDS = frozenset(
    (
        "speaker",
        "weak",
        "fraud",
        "speech",
        "own",
        "belief",
        "negator",
        "inner",
        "official",
        *sum(_DENIALS, ()),
    )
)


def enclosing_quotes(sentence: str, start: int, end: int) -> tuple[int, int]:
    """The stretch in quotation marks around a match, marks included; the match itself where there are none."""
    before = sentence[max(0, start - _BEFORE) : start]
    for opening in reversed(list(_OPENING.finditer(before))):
        closing = _QUOTES[opening[0]]
        if closing in before[opening.end() :]:
            continue
        behind = sentence.find(closing, end, end + _BEFORE)
        if behind >= 0:
            # What is said of the last of several quotations is said of all.
            row = _FURTHER.match(sentence, behind + 1)
            return start - len(before) + opening.start(), row.end() if row else behind + 1
    return start, end


def _in_sentence(expression: re.Pattern[str]) -> Callable[[str], bool]:
    """Whether it stands in a sentence; all matches in one sentence ask the same, so the last answers are kept."""
    return lru_cache(maxsize=8)(lambda sentence: expression.search(sentence) is not None)


class Voice:
    """Judges the context of a match.

    Args:
        words: Regular expressions `speaker`, `weak`, `fraud`, `speech`, `own`, `belief`, `negator`, `inner`,
            `verdict`, `verdict_lead`, `advice`, `advice_lead`, `official`.

    Raises:
        ValueError: An expression is missing, or one is given that nothing reads.
    """

    def __init__(self, words: Mapping[str, str]) -> None:
        if words.keys() != _WORDS:
            raise ValueError(f"context: {', '.join(sorted(words.keys() ^ _WORDS))} is missing or unknown")
        self._words = {name: re.compile(expression) for name, expression in words.items()}
        self._speaks_of_fraud = _in_sentence(self._words["fraud"])
        self._names_the_app = _in_sentence(self._words["official"])

    def __reduce__(self) -> tuple[type["Voice"], tuple[dict[str, str]]]:
        """Another process makes its own of the same words: what was answered lately does not travel."""
        return Voice, ({name: expression.pattern for name, expression in self._words.items()},)

    def excuses(self, sentence: str, start: int, end: int, spare: frozenset[str]) -> bool:
        """Whether one of the contexts in `spare` (negated, denied, attributed) excuses the match."""
        opened, closed = enclosing_quotes(sentence, start, end)
        if "negated" in spare and (
            self.negated(sentence, opened) or self._negates_itself(sentence[start:end])
        ):
            return True
        quoted = opened < start
        if "said" in spare and self.said(sentence, opened, quoted=quoted):
            return True
        if "attributed" in spare and self.attributed(sentence, opened, quoted=quoted):
            return True
        return "denied" in spare and self.denied(sentence[closed : closed + _AFTER])

    def denied(self, behind: str) -> bool:
        """Whether the words behind a match call it fraud, or advise against it.

        The word that decides is searched first, then whether what stands before it leads to it: few sentences have
        such a word, and the other way round every length of every lead would be tried.
        """
        for deciding, lead in _DENIALS:
            leads_to, at = self._words[lead].fullmatch, 0
            while found := self._words[deciding].search(behind, at):
                if leads_to(behind, 0, found.start()):
                    return True
                at = found.start() + 1
        return False

    def negated(self, sentence: str, start: int) -> bool:
        """Whether the words before `start`, within its clause, say not to."""
        window = sentence[max(0, start - _BEFORE) : start]
        clause = _CLAUSE_END.split(window)[-1]
        if self._words["belief"].search(clause):
            return True
        negators = list(self._words["negator"].finditer(clause))
        if not negators:
            return False
        # "Do not wait, please click": a request of its own ends what the negation reaches.
        return not _REQUEST.search(clause[negators[-1].end() :] + sentence[start : start + 2])

    def _negates_itself(self, match: str) -> bool:
        return match[:1] not in "不没未非" and bool(self._words["inner"].search(match))

    def said(self, sentence: str, start: int, *, quoted: bool) -> bool:
        """Whether a fraudster speaks at `start`; where the official app is named, he must do so in that clause."""
        if self._names_the_app(sentence):
            clause = _CLAUSE_END.split(sentence[max(0, start - _BEFORE) : start])[-1]
            return self._words["speaker"].search(clause) is not None
        return self.attributed(sentence, start, quoted=quoted, hints=False)

    def attributed(self, sentence: str, start: int, *, quoted: bool, hints: bool = True) -> bool:
        """Whether a fraudster speaks at `start`: named before it, and nobody else took the word since.

        Args:
            sentence: The sentence.
            start: Where the words begin, or the quotation marks around them.
            quoted: Whether they stand in quotation marks.
            hints: Whether "whoever", "if somebody" and the like count, in a sentence that tells of fraud.
        """
        base = max(0, start - _BEFORE)
        window = sentence[base:start]
        speakers = list(self._words["speaker"].finditer(window))
        speaker = speakers[-1] if speakers else None
        if speaker is None and hints and self._speaks_of_fraud(sentence):
            speaker = self._words["weak"].search(window)
        if speaker is None:
            return False
        named = base + speaker.end()
        reach = start if quoted else start + 2
        # The mark that opens our own clause may be the last one before the match: look at it too.
        for own in self._words["own"].finditer(sentence, max(0, named - 1), max(reach, named)):
            if own.start() >= named - 1 and not self._words["speech"].search(
                sentence[base : own.start() + 1]
            ):
                return False
        return True
