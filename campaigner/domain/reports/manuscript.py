"""A text while it is being cleaned: every character remembers where it stood in the original."""

from array import array
from collections.abc import Iterable, Mapping
from itertools import pairwise

from campaigner.domain.reports.report import Paragraph, Removal

Span = tuple[int, int, str]
"""Start, end and kind of a stretch that is noise; offsets in the manuscript's present text."""


class Manuscript:
    """The decoded original on its way to cleaned text; nothing leaves it without a note.

    Args:
        original: The file's decoded text.
    """

    def __init__(self, original: str) -> None:
        self.original = original
        self.text = original
        self._places = array("L", range(len(original)))
        self._removed: list[tuple[int, int, str]] = []

    def cut(self, spans: Iterable[Span]) -> None:
        """Take noise out and list it.

        Args:
            spans: Stretches of the present text; of two that overlap, the one that starts first is cut whole.
        """
        merged = _apart(spans)
        self.note(merged)
        self._keep(merged)

    def note(self, spans: Iterable[Span]) -> None:
        """List noise that stays in the present text for now; whoever composes the reports leaves it out."""
        for start, end, kind in _apart(spans):
            self._removed.append((self._places[start], self._places[end - 1] + 1, kind))

    def drop(self, spans: Iterable[tuple[int, int]]) -> None:
        """Take out what carries no meaning, such as a carriage return; it is not worth a line in the list."""
        self._keep(_apart((start, end, "") for start, end in spans))

    def exchange(self, table: Mapping[int, str]) -> None:
        """Put one character for another everywhere.

        Args:
            table: Code point -> exactly one character, as `str.translate` takes it.

        Raises:
            ValueError: A character would become more or fewer than one; offsets would no longer hold.
        """
        self.rewrite(self.text.translate(table))

    def rewrite(self, text: str) -> None:
        """Set the present text anew, character for character.

        Raises:
            ValueError: The new text has another length than the present one.
        """
        if len(text) != len(self.text):
            raise ValueError("characters may only be exchanged one for one")
        self.text = text

    def spell_out(self, spans: Iterable[tuple[int, int, str]]) -> None:
        """Put one character for a longer notation of it, such as an HTML entity.

        Args:
            spans: Start, end and the one character that is meant; in order, not overlapping.
        """
        chosen = list(spans)
        letters = list(self.text)
        for start, _, meant in chosen:
            letters[start] = meant
        self.text = "".join(letters)
        self._keep([(start + 1, end, "") for start, end, _ in chosen if end > start + 1])

    def place(self, offset: int) -> int:
        """Offset in the original of a character of the present text; the text's end is the original's end."""
        return self._places[offset] if offset < len(self._places) else len(self.original)

    def lines(self) -> list[Span]:
        """Start, end and text of each line that is not blank, without the white space around it."""
        found: list[Span] = []
        start = 0
        for line in self.text.split("\n"):
            bare = line.strip()
            if bare:
                first = start + line.index(bare[0])
                found.append((first, first + len(bare), bare))
            start += len(line) + 1
        return found

    def removals(self) -> tuple[Removal, ...]:
        """What was cut, in order of place; what lies within a larger cut is part of that."""
        found: list[Removal] = []
        reached = -1
        for start, end, kind in sorted(self._removed, key=lambda cut: (cut[0], -cut[1])):
            if end > reached:
                found.append(Removal(kind, start, self.original[start:end]))
                reached = end
        return tuple(found)

    def composed(
        self, lines: Iterable[Span]
    ) -> tuple[str, tuple[Paragraph, ...], tuple[tuple[int, int], ...]]:
        """A report's text, paragraphs and anchors out of some of the lines.

        Args:
            lines: Lines as `lines` gives them, in order.
        """
        paragraphs: list[Paragraph] = []
        places: list[int] = []
        for start, end, text in lines:
            if paragraphs:
                # The line break between two paragraphs belongs to the character after the first.
                places.append(places[-1] + 1)
            paragraphs.append(Paragraph(len(paragraphs) + 1, len(places), text))
            places.extend(self._places[start:end])
        anchors = [(0, places[0])] if places else [(0, 0)]
        for offset, (before, here) in enumerate(pairwise(places), 1):
            if here != before + 1:
                anchors.append((offset, here))
        return "\n".join(paragraph.text for paragraph in paragraphs), tuple(paragraphs), tuple(anchors)

    def _keep(self, gaps: list[Span]) -> None:
        """The present text without the gaps, which are in order and apart."""
        if not gaps:
            return
        pieces: list[str] = []
        places = array("L")
        at = 0
        for start, end, _ in gaps:
            pieces.append(self.text[at:start])
            places.extend(self._places[at:start])
            at = end
        pieces.append(self.text[at:])
        places.extend(self._places[at:])
        self.text = "".join(pieces)
        self._places = places


def _apart(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, empty ones left out, overlapping ones joined under the first one's kind."""
    merged: list[Span] = []
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end <= start:
            continue
        if merged and start < merged[-1][1]:
            first, last, first_kind = merged[-1]
            merged[-1] = (first, max(last, end), first_kind)
        else:
            merged.append((start, end, kind))
    return merged
