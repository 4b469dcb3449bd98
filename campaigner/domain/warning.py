"""A warning: what the catalogue knows of one kind of fraud, and where it was learnt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Source:
    """Where a warning comes from: a report by number and place in it, or a public notice by name."""

    report: str
    place: str


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 - the field's own word; the builtin is not used in this project
    """One catalogue entry, in our own words.

    Args:
        id: File name without its ending, kebab-case pinyin or English.
        name: Canonical name of the scam type, as the ministry writes it.
        aliases: Other names that reports use.
        victims: Whom it hits, a clause.
        method: How it works, one or two sentences.
        red_flags: Signs to see it by, each a short clause.
        rule: The iron rule, one sentence.
        advice: What to do, each a short clause.
        short: Wording for one SMS, without signature and suffix.
        long: Wording for a letter, some sentences.
        headline: What a poster shouts, at most 16 characters.
        large: Wording for large type, each a line of at most 16 characters.
        segments: Segments it is written for; empty means everybody.
        sources: Reports and notices it was drawn from.
        valid_from: First day it may be used.
        valid_until: Last day it may be used; None means until further notice.
        reviewed_on: When a person last read it.
        status: `reviewed` or `draft`; a draft is never sent.
        file: Where it stands, relative to the working folder.
        sha256: Hash of that file's bytes.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    victims: str
    method: str
    red_flags: tuple[str, ...]
    rule: str
    advice: tuple[str, ...]
    short: str
    long: str
    headline: str
    large: tuple[str, ...]
    segments: tuple[str, ...]
    sources: tuple[Source, ...]
    valid_from: date
    valid_until: date | None
    reviewed_on: date
    status: str
    file: str
    sha256: str

    def usable_on(self, day: date) -> bool:
        """Whether it has been reviewed and is valid on `day`."""
        return (
            self.status == "reviewed"
            and self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
        )


Catalogue = Mapping[str, Warning]
"""Warnings by id."""
