"""The words that reports use for things, as data: terms, their spellings, and where a spelling does not count."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from campaigner.domain.findings.finding import Certainty, FindingKind

_BRACES = re.compile(r"\{([^{}]*)\}")
_GAP = "*"
_BRIDGE = "~"
_NAME = "+"
_GAP_PATTERN = r"[^，,。；;：:、！？!?\n]{0,8}?"
_BRIDGE_PATTERN = r"[^。；;！？!?\n]{0,12}?"
_NAME_PATTERN = r"[^，,。；;：:、！？!?\n的骗向对给让称取以用被将把和与及等为后进实在说要诈]{0,8}?"
_LEAST_PREFIX = 2
_MOST_SPELLINGS = 5_000

_WIDE = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code - 0xFEE0).isalnum()}
_CASE = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_WIDE_CASE = {code + 0xFEE0: code - 32 for code in _CASE}
_FOLD: dict[int, int | str] = {
    **_WIDE,
    **_CASE,
    **_WIDE_CASE,
    ord("“"): '"',
    ord("”"): '"',
    ord("「"): '"',
    ord("」"): '"',
    ord("（"): "(",
    ord("）"): ")",
}


def folded(text: str) -> str:
    """The text with letters in capitals, full-width digits and letters in half width, quotes alike.

    Offsets stay what they were: one character becomes one character.
    """
    return text.translate(_FOLD)


def spellings(pattern: str) -> list[str]:
    """Every spelling of a pattern with alternatives, `国家{反诈,反诈骗}中心` giving two of them.

    Args:
        pattern: A spelling; `{a,b,}` stands for any one of its parts, the empty one included; no nesting.

    Raises:
        ValueError: There would be more than 5,000.
    """
    found = [""]
    at = 0
    for match in _BRACES.finditer(pattern):
        literal = pattern[at : match.start()]
        found = [head + literal + choice for head in found for choice in match[1].split(",")]
        if len(found) > _MOST_SPELLINGS:
            raise ValueError(f"too many spellings: {pattern[:40]}")
        at = match.end()
    return [head + pattern[at:] for head in found]


@dataclass(frozen=True, slots=True)
class Listing:
    """A scam type's place in one of the ministry's yearly lists (domain.md B1).

    Args:
        year: Year of the list.
        name: How that list calls it.
        rank: Its place in the list.
    """

    year: int
    name: str
    rank: int


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that reports name, and how they name it.

    Args:
        kind: What a passage that names it is; None: a phrase that means nothing of the kind and is passed over.
        canonical: The name it is counted under.
        spellings: Spellings with alternatives in braces; `*` bridges up to 8 characters within a clause,
            `~` up to 12 within a sentence, `+` up to 8 that may be part of a name or an office.
        misspelt: Spellings that are wrong; found all the same, with a note.
        near: Unless empty, one of these must stand in the same sentence.
        setting: Unless empty, one of these must stand anywhere in the report.
        not_after: It does not count directly behind one of these.
        not_before: It does not count directly before one of these.
        note: Carried to the finding.
        certainty: Carried to the finding.
    """

    kind: FindingKind | None
    canonical: str
    spellings: tuple[str, ...]
    misspelt: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    setting: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    note: str = ""
    certainty: Certainty = Certainty.CERTAIN


@dataclass(frozen=True, slots=True)
class ScamType:
    """What the catalogue of types says about one of them, in our own words; drafts are composed from it.

    Args:
        id: Kebab-case, the file name of a draft.
        canonical: Its name; the same as the canonical name of its terms.
        listings: Its places in the ministry's lists.
        victims: Whom it hits, a clause (domain.md B2).
        method: How it works, one sentence.
        red_flags: Signs, short clauses.
        rule: The iron rule, one sentence.
        advice: What to do, short clauses.
        segments: Canonical audiences that it hits most.
    """

    id: str
    canonical: str
    listings: tuple[Listing, ...] = ()
    victims: str = ""
    method: str = ""
    red_flags: tuple[str, ...] = ()
    rule: str = ""
    advice: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spelling:
    """One spelling ready to be looked for: a literal beginning, then perhaps a pattern.

    Args:
        term: What it spells.
        literal: The beginning, folded, at least two characters.
        tail: What follows the beginning, None where nothing does.
        misspelt: Whether it is a wrong one.
    """

    term: Term
    literal: str
    tail: re.Pattern[str] | None
    misspelt: bool

    def end_behind(self, text: str, start: int) -> int:
        """Offset behind the spelling if its literal beginning ends at `start` of the folded text, else -1."""
        if self.tail is None:
            return start
        match = self.tail.match(text, start)
        return match.end() if match else -1


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All terms, indexed by the literal beginnings of their spellings.

    Args:
        terms: The terms.
        types: Scam types by canonical name.
        literals: Literal beginning, folded, -> spellings.
        lengths: First two characters of literals -> lengths of the literals that begin so.
    """

    terms: Sequence[Term]
    types: Mapping[str, ScamType] = field(default_factory=dict)
    literals: Mapping[str, Sequence[Spelling]] = field(default_factory=dict)
    lengths: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, terms: Sequence[Term], types: Sequence[ScamType] = ()) -> "Vocabulary":
        """A vocabulary with its index built.

        Raises:
            ValueError: A spelling begins with fewer than two fixed characters, or has too many alternatives.
        """
        literals: dict[str, list[Spelling]] = {}
        for term in terms:
            for spelling in _compiled(_folded_conditions(term)):
                literals.setdefault(spelling.literal, []).append(spelling)
        lengths: dict[str, set[int]] = {}
        for literal in literals:
            lengths.setdefault(literal[:_LEAST_PREFIX], set()).add(len(literal))
        return cls(
            tuple(terms),
            {entry.canonical: entry for entry in types},
            literals,
            {prefix: tuple(sorted(found)) for prefix, found in lengths.items()},
        )

    def at(self, text: str, start: int) -> Iterator[tuple[Spelling, int]]:
        """Each spelling that stands at a place of a folded text, with the offset behind it."""
        for length in self.lengths.get(text[start : start + _LEAST_PREFIX], ()):
            for spelling in self.literals.get(text[start : start + length], ()):
                end = spelling.end_behind(text, start + length)
                if end > 0:
                    yield spelling, end

    def canonical_type(self, name: str) -> str:
        """The canonical scam type that a name such as a warning's stands for; the name itself if unknown."""
        if name in self.types:
            return name
        for entry in self.types.values():
            if any(listing.name == name for listing in entry.listings):
                return entry.canonical
        return self.named(FindingKind.SCAM_TYPE, name) or name

    def named(self, kind: FindingKind, name: str) -> str:
        """The canonical name of the longest spelling of a kind in a short name or title, or an empty string."""
        text = folded(name)
        longest, found = 0, ""
        for start in range(len(text)):
            for spelling, end in self.at(text, start):
                if spelling.term.kind is kind and end - start > longest:
                    longest, found = end - start, spelling.term.canonical
        return found


def _folded_conditions(term: Term) -> Term:
    """The term with its conditions folded like the text they are compared with."""
    return replace(
        term,
        near=tuple(map(folded, term.near)),
        setting=tuple(map(folded, term.setting)),
        not_after=tuple(map(folded, term.not_after)),
        not_before=tuple(map(folded, term.not_before)),
    )


def _compiled(term: Term) -> Iterator[Spelling]:
    for patterns, misspelt in ((term.spellings, False), (term.misspelt, True)):
        for pattern in patterns:
            for spelling in spellings(pattern):
                yield _spelling(term, folded(spelling), misspelt)


def _spelling(term: Term, text: str, misspelt: bool) -> Spelling:
    marks = [text.index(mark) for mark in (_GAP, _BRIDGE, _NAME) if mark in text]
    cut = min(marks) if marks else len(text)
    if cut < _LEAST_PREFIX:
        raise ValueError(
            f"a spelling of {term.canonical} begins with fewer than two fixed characters: {text}"
        )
    tail = re.compile(_tail(text[cut:])) if marks else None
    return Spelling(term, text[:cut], tail, misspelt)


def _tail(text: str) -> str:
    bridges = {_GAP: _GAP_PATTERN, _BRIDGE: _BRIDGE_PATTERN, _NAME: _NAME_PATTERN}
    return "".join(bridges.get(character) or re.escape(character) for character in text)
