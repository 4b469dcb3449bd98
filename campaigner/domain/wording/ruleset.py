"""All rules, compiled once: what a checker needs to read any text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from campaigner.domain.wording.cases import CaseLimits, Persons
from campaigner.domain.wording.finder import Finder
from campaigner.domain.wording.folding import Folded, Folding
from campaigner.domain.wording.hotlines import Hotlines
from campaigner.domain.wording.official_names import OfficialNames
from campaigner.domain.wording.plainness import Plainness
from campaigner.domain.wording.rules import Rule
from campaigner.domain.wording.sieve import Sieve
from campaigner.domain.wording.unfinished import Unfinished
from campaigner.domain.wording.voice import Voice

ABOUT_APP = 1
"""The text speaks of the app; flags of a whole text are plain numbers, for speed."""
ABOUT_CASE = 2
"""The text tells a case."""
JARGON = 8
"""The text uses words that old people may not know."""
LISTED = 4
"""This sentence is an item of a list that a fraudster's words introduce."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way of breaking a rule, as data.

    Args:
        rule: The rule's id.
        kind: Its name, unique.
        finds: What breaks the rule, within one sentence: any of these.
        triggers: Words of which one stands in every match.
        needs: Must also stand in the sentence.
        unless: Must not stand in the sentence.
        about: What the whole text must speak of.
        spare: Contexts that excuse: `negated`, `denied`, `attributed`, `said`.
        channels: Where it applies; empty means everywhere.
        check: `link` or `scan`: excused where the context allows the code's content.
        clause_finds: The same, but only where a clause begins.
        expired_on: First day on which it applies; None means always.
        message: What is wrong, in English.
        says: What is wrong, in Chinese; "" means the rule's own words.
        instead: What to write instead, in Chinese; "" means the rule's own words.
    """

    rule: str
    kind: str
    finds: tuple[Finder, ...]
    triggers: tuple[str, ...]
    message: str
    needs: Finder | None = None
    unless: Finder | None = None
    about: int = 0
    spare: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    check: str = ""
    clause_finds: tuple[Finder, ...] = ()
    expired_on: date | None = None
    says: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Addressed:
    """Forms of address that fit some segments only (CHK-16).

    Args:
        segments: Words by which these segments are known.
        find: The forms of address.
    """

    segments: tuple[str, ...]
    find: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class OwnRules:
    """What an office added to the shipped rules.

    Args:
        sha256: Hash of its file.
        rules: How many rules.
        patterns: How many ways of breaking a rule.
        numbers: (number, what it is for) of each number that it calls official.
    """

    sha256: str
    rules: int = 0
    patterns: int = 0
    numbers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """The rules and the patterns, lists and limits that they work with.

    Args:
        rules: Rules by id.
        patterns: Ways of breaking them.
        folding: How disguises are read.
        voice: Who speaks.
        hotlines: Official numbers.
        names: Official names.
        persons: How names of persons are known.
        plainness: What old people understand.
        case_limits: What a case may tell.
        addressed: Forms of address.
        flags: What tells that a text is about the app, or tells a case.
        staff: Words for an office's own people, and for the public.
        unfinished: What tells that a text is not finished.
        own: What the office added; None if nothing.
    """

    rules: Mapping[str, Rule]
    patterns: tuple[Pattern, ...]
    folding: Folding
    voice: Voice
    hotlines: Hotlines
    names: OfficialNames
    persons: Persons
    plainness: Plainness
    case_limits: CaseLimits
    addressed: tuple[Addressed, ...]
    flags: Mapping[int, re.Pattern[str]]
    staff: tuple[re.Pattern[str], re.Pattern[str]]
    unfinished: Unfinished
    own: OwnRules | None = None
    sieve: Sieve = field(init=False)

    def __post_init__(self) -> None:
        words: dict[str, int] = {}
        calls: list[tuple[int, Sequence[str]]] = [
            (1 << index, pattern.triggers) for index, pattern in enumerate(self.patterns)
        ]
        calls += [
            (self.names_bit, tuple(self.names.triggers)),
            (self.persons_bit, tuple(self.persons.triggers)),
        ]
        for bit, triggers in calls:
            for word in triggers:
                words[word] = words.get(word, 0) | bit
        object.__setattr__(self, "sieve", Sieve(words))

    @property
    def names_bit(self) -> int:
        """The sieve's bit for official names: behind those of the patterns."""
        return 1 << len(self.patterns)

    @property
    def persons_bit(self) -> int:
        """The sieve's bit for persons."""
        return 2 << len(self.patterns)

    @property
    def unfinished_bit(self) -> int:
        """The bit for sentences that may not be finished; the sieve does not know it."""
        return 4 << len(self.patterns)

    def suspicion(self, sentence: Folded) -> int:
        """That bit for a sentence that may hold a mark of an unfinished text, else 0."""
        return self.unfinished_bit if self.unfinished.suspects(sentence.raw, sentence.text) else 0
