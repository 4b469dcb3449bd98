"""The fonts that letters and posters are set in, and which characters they lack."""

import importlib.util
from functools import lru_cache
from pathlib import Path

from campaigner.errors import RenderError

PACKAGE = "justmytype_intl_cjk"
FAMILIES = ("Noto Sans SC", "Noto Sans TC")
"""In the order in which a character is looked for; simplified forms first."""
_FOLDERS = ("notosanssc", "notosanstc")

UNPRINTED = frozenset(
    (
        *map(chr, range(0x20)),
        *map(chr, range(0x7F, 0xA0)),
        *"\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u061c",
        *map(chr, range(0x202A, 0x202F)),
        *map(chr, range(0x2066, 0x206A)),
    )
)
"""Controls, zero-width characters and direction overrides: taken out of what is printed, because one of
them in a name turns round or cuts off the rest of its line."""


@lru_cache(maxsize=1)
def font_folders() -> tuple[Path, ...]:
    """The folders that hold the fonts, found without importing the package that ships them.

    Raises:
        RenderError: The package or its fonts are not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise RenderError(
            "the fonts are not installed; run `pip install justmytype-intl-cjk`",
            "字体没有安装：请运行 pip install justmytype-intl-cjk",
        )
    base = Path(spec.submodule_search_locations[0]) / "fonts" / "ofl"
    folders = tuple(base / name for name in _FOLDERS)
    for folder in folders:
        if not any(folder.glob("*.ttf")):
            raise RenderError(
                f"no font in {folder.name}; run `pip install --force-reinstall justmytype-intl-cjk`",
                f"{folder.name} 中没有字体：请运行 pip install --force-reinstall justmytype-intl-cjk",
            )
    return folders


@lru_cache(maxsize=1)
def _printable() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    points: set[int] = set()
    for folder in font_folders():
        for file in sorted(folder.glob("*.ttf")):
            with TTFont(file, lazy=True) as font:
                points.update(font.getBestCmap())
    return frozenset(points)


def missing_glyphs(text: str) -> set[str]:
    """Characters of a text that would come out as an empty place on paper.

    White space, and the marks that are taken out before printing, do not count.

    Args:
        text: Any text; the whole of a run can be handed over at once.
    """
    known = _printable()
    wanted = set(text) - UNPRINTED
    return {char for char in wanted if ord(char) not in known and not char.isspace()}
