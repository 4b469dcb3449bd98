"""Whether an old person understands a text: short sentences, no jargon without a gloss (CHK-23)."""

import re
from collections.abc import Iterator, Mapping, Sequence

from campaigner.domain.wording.rules import Hit

_RULE = "CHK-23"
_STOPS = re.compile("[^。！？!?；;：:\n]+")
_PAUSES = re.compile("[^。！？!?；;：:\n，,、（）()“”《》 ]+")
_GLOSSED = (
    r"[”」』\"]?\s?(?:[（(]|[，,]?"
    r"(?:也?就是|即(?!将|可|使|便|时|刻)|指的?是|是指|意思是|俗称|等于|相当于|说白了)|——)"
)
_NAMED = re.compile(r"(?:也叫|俗称|所谓的?|这?就是|又叫|叫做?|称为)[“「『\"]?$")


class Plainness:
    """Finds what is hard to read.

    Args:
        segments: Words by which a segment of old people is known.
        sentence: Longest sentence, in characters.
        clause: Longest stretch without a pause, in characters.
        jargon: Word -> a gloss that could be given.
    """

    def __init__(
        self, segments: Sequence[str], sentence: int, clause: int, jargon: Mapping[str, str]
    ) -> None:
        self._segments = tuple(word.lower() for word in segments)
        self._sentence, self._clause, self._jargon = sentence, clause, dict(jargon)
        words = "|".join(map(re.escape, sorted(jargon, key=lambda word: (-len(word), word)))) or "(?!)"
        self._words = re.compile(words)
        self._after = re.compile(_GLOSSED)

    def wanted(self, segments: Sequence[str]) -> bool:
        """Whether one of these segments is of old people."""
        return any(word in segment.lower() for segment in segments for word in self._segments)

    def has_jargon(self, text: str) -> bool:
        """Whether a sentence uses words that need a gloss."""
        return self._words.search(text) is not None

    def glossed(self, text: str) -> frozenset[str]:
        """The jargon that a whole text explains somewhere."""
        explained: dict[str, bool] = {}
        for match in self._words.finditer(text):
            word = match[0]
            if word not in explained:
                explained[word] = self._jargon[word] in text
            explained[word] = explained[word] or self._explained(text, match)
        return frozenset(word for word, done in explained.items() if done)

    def _explained(self, text: str, match: re.Match[str]) -> bool:
        if self._after.match(text, match.end()):
            return True
        before = text[max(0, match.start() - 8) : match.start()]
        return before.endswith(("（", "(")) or bool(_NAMED.search(before))

    def hits(self, text: str, glossed: frozenset[str]) -> Iterator[Hit]:
        """Long sentences, long clauses and unexplained words of a sentence."""
        for found, limit, kind, what in (
            (_STOPS, self._sentence, "long-sentence", "这句话"),
            (_PAUSES, self._clause, "long-clause", "这一段没有停顿，"),
        ):
            for match in found.finditer(text) if len(text) > limit else ():
                if len(match[0]) > limit:
                    yield Hit(
                        _RULE,
                        kind,
                        *match.span(),
                        f"longer than {limit} characters",
                        f"{what}超过{limit}个字，老年人读起来吃力。",
                        "请拆成短句。",
                    )
        for match in self._words.finditer(text):
            if match[0] not in glossed:
                yield Hit(
                    _RULE,
                    "jargon",
                    *match.span(),
                    "jargon without a gloss",
                    f"“{match[0]}”是行话，要当场解释。",
                    f"可写：“{match[0]}（{self._jargon[match[0]]}）”。",
                )
