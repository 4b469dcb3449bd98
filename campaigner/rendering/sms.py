"""Finished SMS texts: one line, signature in front, the way to opt out behind."""

from collections.abc import Sequence

from campaigner.domain.sms import compose


def finish(texts: Sequence[str | None], signature: str, suffix: str) -> list[str | None]:
    """Texts as they arrive on the phone; None stays None."""
    return [None if text is None else compose(_one_line(text), signature, suffix) for text in texts]


def _one_line(text: str) -> str:
    """Line breaks are the template author's, not the reader's."""
    if "\n" not in text:
        return text.strip()
    return "".join(line.strip() for line in text.splitlines())
