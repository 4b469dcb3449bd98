"""The text layer of a PDF file, page by page."""

from dataclasses import dataclass

_PAGES = 500
_CHARACTERS = 4_000_000


@dataclass(frozen=True, slots=True)
class Pages:
    """What a PDF file says.

    Args:
        texts: Text of each page that was read.
        count: Pages in the file.
    """

    texts: tuple[str, ...]
    count: int


class LockedError(ValueError):
    """The file is locked with a password."""


def pdf_pages(data: bytes) -> Pages:
    """The text of each page, "" where a page is only a picture; at most 500 pages are read.

    Args:
        data: The file.

    Raises:
        LockedError: It needs a password.
        ValueError: It is damaged.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as fault:
        if "password" in str(fault).lower() or "security" in str(fault).lower():
            raise LockedError(str(fault)) from fault
        raise ValueError(str(fault)) from fault
    try:
        return Pages(_texts(document), len(document))
    finally:
        document.close()


def _texts(document: "pypdfium2.PdfDocument") -> tuple[str, ...]:  # type: ignore[name-defined]  # noqa: F821
    import pypdfium2

    texts: list[str] = []
    total = 0
    for number in range(min(len(document), _PAGES)):
        try:
            page = document[number]
            layer = page.get_textpage()
            text = layer.get_text_range()
            layer.close()
            page.close()
        except (pypdfium2.PdfiumError, ValueError, UnicodeError):
            text = ""
        texts.append(text)
        total += len(text)
        if total > _CHARACTERS:
            break
    return tuple(texts)
