"""QR codes as modules and as SVG; the same content gives the same code."""

from functools import lru_cache
from typing import Any

import zxingcpp

from campaigner.errors import RenderError

LEVEL = "M"
"""Error correction: about 15 % of the symbol may be lost, right for office printers and folded slips."""


@lru_cache(maxsize=4096)
def _rows(content: str) -> tuple[bytes, ...]:
    try:
        symbol = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level=LEVEL)
        image: Any = symbol.to_image(scale=1, add_quiet_zones=False)
    except (ValueError, RuntimeError) as error:
        raise RenderError(
            f"no QR code can hold {len(content)} characters: {error}",
            f"二维码放不下 {len(content)} 个字符：请缩短网址或文字",
        ) from error
    width = image.shape[1]
    flat = bytes(memoryview(image))
    return tuple(flat[start : start + width] for start in range(0, len(flat), width))


def modules(content: str) -> list[list[bool]]:
    """The modules of a code, row by row from the top, True for dark, without the quiet zone.

    Args:
        content: What a reader reads; upper case, digits and `$%*+-./:` make the smallest code.

    Raises:
        RenderError: It is empty or too long.
    """
    return [[pixel == 0 for pixel in row] for row in _rows(content)]


def svg(content: str) -> str:
    """The code as an SVG picture: one path, one unit per module, no quiet zone.

    Args:
        content: As for `modules`.

    Raises:
        RenderError: It is empty or too long.
    """
    rows = _rows(content)
    path: list[str] = []
    for y, row in enumerate(rows):
        for x, length in _runs(row):
            path.append(f"M{x} {y}h{length}v1h-{length}z")
    size = len(rows)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{"".join(path)}"/></svg>'


def _runs(row: bytes) -> list[tuple[int, int]]:
    """(start, length) of each run of dark modules."""
    runs: list[tuple[int, int]] = []
    start = row.find(0)
    while start >= 0:
        end = row.find(255, start)
        end = len(row) if end < 0 else end
        runs.append((start, end - start))
        start = row.find(0, end)
    return runs
