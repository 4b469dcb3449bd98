"""A finding: what was recognised in a report, with the very characters it was recognised by."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from campaigner.domain.reports.report import Report


class FindingKind(StrEnum):
    """What a passage of a report was recognised as."""

    SCAM_TYPE = "scam-type"
    DENIED = "denied"
    """A scam type of which the report says that it did not occur."""
    TECHNIQUE = "technique"
    """A lure, a tool or a way the money takes, named without a type."""
    CRIME = "crime"
    """Acts that need a "do not become a tool" message, not a victim warning."""
    AUDIENCE = "audience"
    NOT_SEGMENT = "not-a-segment"
    """People on enforcement lists: never a mailing segment (CHK-21)."""
    CHANNEL = "channel"
    ARTEFACT = "artefact"
    QUANTITY_RULE = "quantity-rule"
    ADVICE = "advice"
    RED_FLAG = "red-flag"
    SLOGAN = "slogan"
    GOAL = "goal"
    HOTLINE = "hotline"
    APP = "app"
    SYSTEM = "system"
    FIGURE = "figure"


class Certainty(StrEnum):
    """How sure the recognition is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    """A person should look before anything is built on it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One recognised passage; `Report.text[start:end]` is `surface`, always.

    Args:
        kind: What it was recognised as.
        canonical: The one name under which the same thing is counted.
        surface: The text as it stands in the report.
        report: `Report.id`.
        paragraph: 1-based paragraph of the report.
        start: Offset of the first character in `Report.text`.
        end: Offset behind the last character.
        note: Why it is worth a remark, English, may be empty.
        certainty: How sure it is.
    """

    kind: FindingKind
    canonical: str
    surface: str
    report: str
    paragraph: int
    start: int
    end: int
    note: str = ""
    certainty: Certainty = Certainty.CERTAIN

    def as_data(self, report: Report) -> dict[str, Any]:
        """For other programs; names of its report are hidden as on screens."""
        return {
            "kind": self.kind.value, "canonical": report.shown(self.canonical), "surface": report.shown(self.surface),
            "report": self.report, "number": report.number, "paragraph": self.paragraph, "start": self.start,
            "end": self.end, "original": report.original(self.start), "note": self.note,
            "certainty": self.certainty.value,
        }  # fmt: skip
