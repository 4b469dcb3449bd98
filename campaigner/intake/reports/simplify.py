"""Traditional characters to simplified ones, one for one, so that places in the text hold.

OpenCC's phrase conversion may change a text's length and looks across names, so characters are converted
singly. Phrases decide only about the few characters that are right in either script: 乾坤 stays, 乾燥 becomes
干燥. In a text that is simplified as a whole those few stay as they are. 余干, 并, 后, 里 are never touched:
they are simplified already.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

_EITHER = frozenset("乾徵夥著藉瞭於吒拚捱摺榘菸薹袷醣麴麽")
"""Characters that a simplified text may hold rightly."""
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_SHARE = 0.03
"""Share of traditional forms from which a text counts as traditional; others hold a stray name at most."""
_KEPT = re.compile(r"(?<=[显顯名原专專编編论論卓昭土译譯巨拙所遗遺新合撰])著|著(?=[名作称稱者述录錄书書有])")


def simplified(text: str) -> tuple[str, bool]:
    """The text in simplified characters, of the same length, and whether it was traditional.

    Args:
        text: In either script.
    """
    table = {character: _single(character) for character in set(text) if _HAN.match(character)}
    certain = {
        ord(old): new for old, new in table.items() if old != new and old not in _EITHER and len(new) == 1
    }
    han = sum(1 for character in text if character in table)
    changed = sum(1 for character in text if ord(character) in certain)
    traditional = han > 0 and changed >= _SHARE * han
    if not traditional:
        return text.translate(certain), False
    either = _EITHER.intersection(text)
    lines = [
        _by_phrase(line, certain) if either.intersection(line) else line.translate(certain)
        for line in text.split("\n")
    ]
    return "\n".join(lines), True


def _by_phrase(line: str, certain: dict[int, str]) -> str:
    """A traditional line; its doubtful characters as the phrase around them wants."""
    kept = {match.start() for match in _KEPT.finditer(line)}
    single = line.translate(certain)
    converted = _converter().convert(line)
    if len(converted) != len(line):
        converted = single
    return "".join(
        _doubtful(character, phrase, keep=place in kept) if character in _EITHER else alone
        for place, (character, phrase, alone) in enumerate(zip(line, converted, single, strict=True))
    )


def _doubtful(character: str, phrase: str, *, keep: bool) -> str:
    # OpenCC leaves 著 alone; in traditional texts it mostly marks the aspect, which is written 着 today.
    if character == "著":
        return "著" if keep else "着"
    return phrase


@lru_cache(maxsize=1)
def _converter() -> "OpenCC":
    from opencc import OpenCC

    return OpenCC("t2s")


@lru_cache(maxsize=30_000)
def _single(character: str) -> str:
    return str(_converter().convert(character))
