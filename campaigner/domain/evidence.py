"""What of a run the log alone can prove later: its texts as one sheet, and the papers that entries tell of."""

from collections.abc import Iterable

COLLECTED, DRAWN, PRINTED = "collected", "drawn", "printed"
"""Kinds of entries: a month's files for a pack, an approval form, the print folder of a run that is sent live."""


def text_sheet(texts: Iterable[str]) -> str:
    """Shared SMS texts of a run as the evidence shows them; their hash is in the `generated` entry.

    Args:
        texts: The texts in the order in which they were written.
    """
    return "\n\n".join(f"【短信】{text}" for text in texts) + "\n"
