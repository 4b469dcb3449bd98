"""A work report after cleaning: its text, its paragraphs, and the way back to the original, character by character."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from campaigner.domain.masking import masked
from campaigner.domain.people import masked_name


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a cleaned report.

    Args:
        number: 1-based within the report.
        start: Offset of its first character in the report's cleaned text.
        text: Its cleaned, simplified text, without the line break.
    """

    number: int
    start: int
    text: str


_CUT_NAME = 2


def _start(paragraph: Paragraph) -> int:
    return paragraph.start


@dataclass(frozen=True)
class Report:
    """One report out of an imported file.

    Args:
        id: `<first 12 hex digits of the file's sha256>-<number>`, stable for the same file.
        number: 1-based place in its file; also the number in its heading where it has one.
        title: Its heading, cleaned.
        text: The cleaned, simplified text; paragraphs are joined by one line break.
        paragraphs: Its paragraphs in order.
        anchors: (offset in `text`, offset in the file's decoded original) at each place where the distance
            between the two changes, rising; the first is at 0.
        truncated: Whether the text breaks off.
        names: Offsets (start, end) in `text` of personal names; templates never use them (CHK-29).
        masked: Offsets (start, end) in `text` of masked values such as 20xx年: unknown, never a number.
    """

    id: str
    number: int
    title: str
    text: str
    paragraphs: tuple[Paragraph, ...]
    anchors: tuple[tuple[int, int], ...]
    truncated: bool = False
    names: tuple[tuple[int, int], ...] = ()
    masked: tuple[tuple[int, int], ...] = ()

    def as_data(self) -> dict[str, Any]:
        """For other programs, with names hidden as on screens."""
        return {
            **self.head(), "truncated": self.truncated, "names": [list(span) for span in self.names],
            "masked": [self.shown(self.text[start:end]) for start, end in self.masked],
        }  # fmt: skip

    def head(self) -> dict[str, Any]:
        """Which report it is, for other programs."""
        return {
            "id": self.id, "number": self.number, "title": self.shown(self.title), "characters": len(self.text),
        }  # fmt: skip

    def original(self, offset: int) -> int:
        """Offset in the file's decoded original of a character of the cleaned text."""
        index = bisect_right(self.anchors, (offset, 1 << 62)) - 1
        cleaned, original = self.anchors[index]
        return original + offset - cleaned

    def paragraph_at(self, offset: int) -> Paragraph:
        """The paragraph that holds this character of the cleaned text."""
        index = bisect_right(self.paragraphs, offset, key=_start) - 1
        return self.paragraphs[index]

    def shown(self, text: str) -> str:
        """Any string about this report as screens may show it: numbers of people and its names masked (CHK-29).

        A name that a label cuts short is masked too. The length stays what it was.

        Args:
            text: A title, a label, a sentence made from the report; other people's names in it are not known here.
        """
        text = masked(text)
        if not self._people:
            return text
        pieces: list[str] = []
        at = 0
        while at < len(text):
            size = self._name_at(text, at)
            pieces.append(masked_name(text[at : at + size]) if size else text[at])
            at += size or 1
        return "".join(pieces)

    @cached_property
    def _people(self) -> frozenset[str]:
        return frozenset(self.text[start:end] for start, end in self.names)

    @cached_property
    def _sizes(self) -> tuple[int, ...]:
        return tuple(sorted({len(name) for name in self._people}, reverse=True))

    @cached_property
    def _openings(self) -> frozenset[str]:
        return frozenset(name[:_CUT_NAME] for name in self._people if len(name) > _CUT_NAME)

    def _name_at(self, text: str, at: int) -> int:
        """Length of the name that begins at a place, 0 where none does."""
        for size in self._sizes:
            if text[at : at + size] in self._people:
                return size
        behind = text[at + _CUT_NAME : at + _CUT_NAME + 1]
        cut = text[at : at + _CUT_NAME] in self._openings and not "\u3400" <= behind <= "\u9fff"
        return _CUT_NAME if cut else 0


@dataclass(frozen=True, slots=True)
class Removal:
    """Noise that was taken out of an original, so that nothing disappears unseen.

    Args:
        kind: `spam`, `pinyin`, `submission-link`, `related-links`, `page-title`, `editor-intro`, `stray`, ...
        start: Offset in the decoded original.
        text: What was removed.
    """

    kind: str
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an imported file became.

    Args:
        source: File name as the user gave it.
        sha256: Hash of the file's bytes.
        reports: The reports in it, in order.
        removals: Noise taken out, in order of place.
        announced: How many reports the file's own title or headings announce; 0 where it does not say.
    """

    source: str
    sha256: str
    reports: Sequence[Report]
    removals: Sequence[Removal]
    announced: int = 0

    @property
    def noise(self) -> dict[str, int]:
        """How many passages of each kind were taken out."""
        return dict(sorted(Counter(removal.kind for removal in self.removals).items()))

    def as_data(self) -> dict[str, Any]:
        """For other programs; a file may be named after a person, so its name is masked."""
        return {
            "file": masked(self.source), "sha256": self.sha256, "announced": self.announced,
            "reports": [report.head() for report in self.reports], "removed": self.noise,
        }  # fmt: skip
