"""The rules on wording and conduct as values: what they demand, what breaks them, and who may let a warning pass."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from campaigner.domain.problem import Level, Problem

READ_AS = ("notice", "sms", "letter", "poster")
"""Texts that the rules tell apart; `notice` is somebody else's."""


class AppliesTo(StrEnum):
    """What a rule is about."""

    TEXT = "text"
    CAMPAIGN = "campaign"
    IMPORT = "import"
    REPORT = "report"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Args:
        id: `CHK-01` to `CHK-32`; users may add their own.
        level: Whether it blocks, warns or informs; only `warn` can be overridden.
        applies_to: What it is about.
        title_zh: Its name for officers.
        source: Report or law, and the place in it.
        source_zh: What stands there, in our own words.
        explanation_zh: Why a text that breaks it cannot stay so.
        instead_zh: What to write or do instead.
        held_by: Which part of the program keeps it.
    """

    id: str
    level: Level
    applies_to: AppliesTo
    title_zh: str
    source: str
    source_zh: str
    explanation_zh: str
    instead_zh: str
    held_by: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in one sentence that breaks a rule, before it is put into words.

    Args:
        rule: The rule's id.
        kind: Which way of breaking it, the name of the pattern.
        start: Offset in the simplified sentence.
        end: Offset behind its last character.
        message: What is wrong, in English.
        says: The same in Chinese; "" means the rule's own explanation.
        instead: What to write instead, in Chinese; "" means the rule's own words.
        as_given: Whether the offsets are those of the sentence as it was given.
    """

    rule: str
    kind: str
    start: int
    end: int
    message: str
    says: str = ""
    instead: str = ""
    as_given: bool = False


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """A place in a text that breaks a rule.

    Args:
        rule: The rule's id.
        kind: Which way of breaking it.
        level: The rule's level.
        start: Offset in the text as it was given.
        end: Offset behind its last character.
        text: What stands there.
        passage: The sentence around it; an override is bound to it.
        message: What is wrong, in English.
        explanation_zh: What is wrong and which rule says so, in Chinese.
        instead_zh: What to write instead, in Chinese.
    """

    rule: str
    kind: str
    level: Level
    start: int
    end: int
    text: str
    passage: str
    message: str
    explanation_zh: str
    instead_zh: str

    @property
    def text_hash(self) -> str:
        """What an override names: it holds for everybody who gets this sentence, and dies when it is changed."""
        return passage_hash(self.passage)

    def problem(self, source: str, line: int | None = None, column: int | None = None) -> Problem:
        """The finding as a problem in a file, at a 1-based line and column."""
        return Problem(
            code=self.rule.lower(),
            message=f"{self.message} ({self.rule})",
            message_zh=f"{self.explanation_zh}{self.instead_zh}",
            source=source,
            line=line,
            column=column,
            value=self.text,
            level=self.level,
        )


def passage_hash(passage: str) -> str:
    """First 16 hex digits of the SHA-256 of a passage, blanks at its ends aside."""
    return sha256(passage.strip().encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Override:
    """A person's word that a warning may pass.

    Args:
        rule: The rule's id.
        text_hash: `RuleFinding.text_hash` of the sentence that was read.
        by: Who answers for it.
        reason: Why.
    """

    rule: str
    text_hash: str
    by: str
    reason: str

    @property
    def complete(self) -> bool:
        """Whether it says who and why."""
        return bool(self.by.strip() and self.reason.strip())


def apply_overrides(
    findings: Iterable[RuleFinding], overrides: Sequence[Override]
) -> tuple[list[RuleFinding], list[Override]]:
    """What is left of the findings, and which overrides were used, so that they can be logged.

    Args:
        findings: Findings of one or more texts.
        overrides: What persons have let pass; one without name or reason counts for nothing.

    A finding of level `block` stays whatever anybody says; `info` needs no leave and stays visible.
    """
    given = {(each.rule, each.text_hash): each for each in overrides if each.complete}
    remaining: list[RuleFinding] = []
    used: dict[Override, None] = {}
    for finding in findings:
        override = given.get((finding.rule, finding.text_hash)) if finding.level is Level.WARN else None
        if override is None:
            remaining.append(finding)
        else:
            used[override] = None
    return remaining, list(used)
