"""Layouts and data become PDF, PDF becomes PNG: the only door of typst and pypdfium2."""

import json
import re
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import pypdfium2
import typst

from campaigner.errors import RenderError
from campaigner.rendering.fonts import FAMILIES, UNPRINTED, font_folders, missing_glyphs

__all__ = ["compile_pdf", "missing_glyphs", "page_count", "png", "query"]

LAYOUTS = Path(__file__).parent / "layouts"
_POINTS_PER_INCH = 72
_CACHED_COMPILES = 10
_MUCH = 250_000
"""Characters of data, about forty letters, beyond which it is worth to empty typst's cache."""
_NO_TIME = 0
"""Moment of making that a PDF bears whose layout names none: a sheet that is drawn again is the same file."""
_asked = count(1)
"""Queries of this process: typst's cache forgets at compiles only."""
_REMOVED = dict.fromkeys(map(ord, UNPRINTED - {"\n"}))


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Read once per process: scanning the folders costs more than a page of text."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in font_folders()],
    )


def compile_pdf(layout: str | Path, data: Mapping[str, Any], *, tagged: bool = True) -> bytes:
    """A PDF of a layout filled with data; the same data gives the same bytes.

    The data goes to the layout as JSON and never becomes part of its source, so that no text can act as markup.

    Args:
        layout: File name in layouts/, or the whole path of somebody else's, whose root is its own folder.
        data: JSON-ready; control characters and direction overrides are taken out of its texts.
        tagged: Whether the reading order and the meaning of each part are stored for screen readers.

    Raises:
        RenderError: The layout refuses the data; the message is the layout's own.
    """
    source = _source(layout, data)
    with _told():
        pdf = typst.compile(**source, pdf_tags=tagged, timestamp=_NO_TIME)
    assert isinstance(pdf, bytes)
    if len(source["sys_inputs"]["data"]) > _MUCH:
        _forget()
    return pdf


def query(layout: str | Path, data: Mapping[str, Any], selector: str) -> list[Any]:
    """The values of a layout's metadata elements, in order of place.

    Args:
        layout: File name in layouts/, or the whole path of somebody else's, whose root is its own folder.
        data: As for `compile_pdf`.
        selector: Which metadata, such as `<size>`.

    Raises:
        RenderError: The layout refuses the data; the message is the layout's own.
    """
    try:
        with _told():
            found = typst.query(selector=selector, field="value", **_source(layout, data))
    finally:
        if next(_asked) % _CACHED_COMPILES == 0:
            _forget()
    values: list[Any] = json.loads(found)
    return values


def _forget() -> None:
    """Make typst drop what it keeps for later: 250 letters are 200 MB, and ten compiles' worth would pile up.

    Queries keep as much and drop nothing: whoever only measures would grow by megabytes with each letter.
    Its cache throws out what the last ten compiles did not use, so that as many empty pages empty it, in
    about a tenth of the time that the letters took.
    """
    for _ in range(_CACHED_COMPILES + 1):
        typst.compile(b"", font_paths=_fonts())


def _source(layout: str | Path, data: Mapping[str, Any]) -> dict[str, Any]:
    file = LAYOUTS / layout
    inputs = {"data": json.dumps(_clean(data), ensure_ascii=False), "fonts": json.dumps(FAMILIES)}
    return {
        "input": str(file),
        "root": str(file.parent),
        "font_paths": _fonts(),
        "sys_inputs": inputs,
    }


@contextmanager
def _told() -> Iterator[None]:
    """Passes on what a layout says when it gives up."""
    try:
        yield
    except RuntimeError as error:
        # `compile` raises a kind of its own, `query` a plain one with more words before what the layout said.
        message = re.sub(r"^.*?(panicked with|assertion failed): ", "", str(error))
        raise RenderError(message.strip('"'), "版面无法排出：请检查模板和文字，缩短过长的内容") from error


def page_count(pdf: bytes) -> int:
    """How many pages a PDF has."""
    with pypdfium2.PdfDocument(pdf) as document:
        return len(document)


def png(pdf: bytes, dpi: int, page: int = 0) -> bytes:
    """One page of a PDF as a PNG picture.

    Args:
        pdf: The document.
        dpi: Dots per inch.
        page: Which page, from 0.
    """
    with pypdfium2.PdfDocument(pdf) as document:
        # No alpha, bytes in the order red, green, blue: as PNG wants them.
        picture = document[page].render(scale=dpi / _POINTS_PER_INCH, rev_byteorder=True)
        raw = memoryview(picture.buffer).cast("B")
        used = picture.width * picture.n_channels
        rows = [
            raw[start : start + used] for start in range(0, picture.stride * picture.height, picture.stride)
        ]
        return _png_file(rows, picture.width, picture.height, dpi)


def _png_file(rows: Sequence[memoryview], width: int, height: int, dpi: int) -> bytes:
    """A PNG of RGB rows, written here because nothing else in the house needs an imaging library."""
    per_metre = round(dpi / 0.0254)
    body = b"".join(b"\0" + row for row in rows)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
            _chunk(b"IDAT", zlib.compress(body, 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _clean(value: Any) -> Any:
    """The same value without characters that do not print but act on their neighbours."""
    if isinstance(value, str):
        return value.translate(_REMOVED)
    if isinstance(value, Mapping):
        return {key: _clean(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(entry) for entry in value]
    return value
