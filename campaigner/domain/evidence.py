"""What of a run the log alone can prove later: its texts as one sheet, and the papers that entries tell of."""

from collections.abc import Iterable
from dataclasses import dataclass

from campaigner.domain.log import Entry

COLLECTED, DRAWN, PRINTED = "collected", "drawn", "printed"
"""Kinds of entries: a month's files for a pack, an approval form, the print folder of a run that is sent live."""


def text_sheet(texts: Iterable[str]) -> str:
    """Shared SMS texts of a run as the evidence shows them; their hash is in the `generated` entry.

    Args:
        texts: The texts in the order in which they were written.
    """
    return "\n\n".join(f"【短信】{text}" for text in texts) + "\n"


@dataclass(frozen=True, slots=True)
class Named:
    """Manifests that the log names.

    Args:
        manifests: SHA-256 of each.
        older: (run, release, digest) of live sendings of earlier versions, which named no manifest of their paper.
    """

    manifests: frozenset[str] = frozenset()
    older: frozenset[tuple[str, int, str]] = frozenset()


NAMING = ("exported", PRINTED, "sent")
"""Kinds of entries that say which folders went out."""


def named_by(entries: Iterable[Entry]) -> Named:
    """The manifests that some entries name.

    Args:
        entries: Those of the kinds `NAMING`.
    """
    manifests, older = set(), set()
    for entry in entries:
        told = entry.fields
        if "manifest" in told:
            manifests.add(str(told["manifest"]))
        elif entry.kind == "sent" and "paper" not in told and told.get("digest"):
            older.add((entry.run, int(told.get("release", 1)), str(told["digest"])))
    return Named(frozenset(manifests), frozenset(older))
